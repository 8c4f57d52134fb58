"""Plugins of asv: importing one changes nothing, asv calls its `setup`.

prepare.py   sets up every process that measures, by `suites.process`
pins.py      gives pip the pinned versions in asv's environments
keep.py      saves the rows of every benchmark as soon as it has run
parallel.py  runs the cases that are not timed on several cores
profile.py   makes the profile a part of every result
progress.py  shows the progress of `asv run` for `ci.measure`
offline.py   makes the pages of `asv publish` work without a network
"""
