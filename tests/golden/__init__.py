"""Golden vectors: runs of the authors' own code, which every model must repeat.

`python -m tests.golden [PATH ...]` checks all cases below the paths; `vectors/README.md` is the
format. `cases` turns a sidecar into a layer, `check` compares.
"""
