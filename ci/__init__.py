"""The pull-request gate, which reads as its pipeline.

`gate` (command line) -> `trees` (two revisions, two directories) -> `side` and `worker` (a live
process each) -> `bench` (cases and alternating rounds) -> `rules` (one file each) -> `rows` ->
`comment` (Markdown and JSON).
"""
