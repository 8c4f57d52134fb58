"""What runs the harness: the pull-request gate, and the plugins and steps of `make bench`.

The gate reads as its pipeline: `gate` (command line) -> `trees` (two revisions, two directories)
-> `side` and `worker` (a live process each) -> `bench` (cases, alternating rounds) -> `rules` (one
file each) -> `rows` -> `comment` (Markdown and JSON).
"""
