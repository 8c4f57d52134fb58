"""Everything that runs the harness.

gate/           the gate of pull requests: is the head worse than the base?
plugins/        plugins of asv, which `asv.conf.json` lists
measure.py      measure one commit with asv (`make bench`)
readme.py       update the table of models (`make readme`)
checkpoints.py  measure what checkpoints of a generated kernel cost
release.py      print what the changelog says of a release
gpu.sh          run everything that needs a GPU
refuse_forks.sh keep the jobs of forks off a GPU box
"""
