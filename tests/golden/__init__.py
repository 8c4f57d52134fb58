"""Golden vectors: recorded runs of the authors' code, which every model must reproduce.

`python -m tests.golden [PATH ...]` checks all cases below the paths. `vectors/README.md` gives the
format. `cases` builds a layer from a sidecar (the JSON file of a case), `check` compares.
"""
