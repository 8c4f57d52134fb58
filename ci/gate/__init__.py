"""The gate of pull requests: `python -m ci.gate --base REV --head REV`.

__main__.py    the command line
arguments.py   what the command lines share
compare.py     two revisions -> a report, the pipeline
trees.py       two revisions, checked out in two folders
impact.py      which models they can differ in
device.py      the device of this machine, and the profile for it
side.py        one of the two: a process that measures it, and the messages to it
worker.py      the program of that process: it runs benchmarks on request
bench.py       both sides: the cases to run, and the rounds in which they alternate
cases.py       a case and what came of it on both sides
rules/         the rules, one per file: each turns the measurements into rows
statistics.py  the tests by which the speed rule decides
rows.py        the rows and the verdict
waivers.py     rows that may fail for some time
selftest.py    planted losses that the gate must find
calibrate.py   a commit against itself, several times
outputs/       the report in several formats, one per file
"""
