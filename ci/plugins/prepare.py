"""Set up every process in which asv measures, by `suites.process`, before asv's own code runs.

As a plugin of asv, this module makes asv start this file in place of asv's benchmark script. As
that script, in the environment that asv made, it sets up the process and then runs asv's script.
That environment has no `ci`, so this file imports nothing from it.
"""

import os
import runpy
import sys

MEASURING = ("run", "run_server", "setup_cache")  # commands of asv's script; the folder follows
_ASV_SCRIPT = "SPIKEBENCH_ASV_SCRIPT"  # environment variable: the path of asv's script


def setup() -> None:
    """Put this file in place of asv's script; asv calls this at the start of every command."""
    from asv import runner

    if __file__ != runner.BENCHMARK_RUN_SCRIPT:
        os.environ[_ASV_SCRIPT] = runner.BENCHMARK_RUN_SCRIPT
        runner.BENCHMARK_RUN_SCRIPT = __file__


def main() -> None:
    """Set up this process if it is going to measure, then run asv's script in it."""
    if not sys.flags.safe_path:
        sys.path.pop(0)  # this folder: no import may find its modules
    command, suites = sys.argv[1:3]
    if command in MEASURING:
        # asv's way to import the suites without their parent folder on the path: its `neurons`
        # is not the commit's.
        from asv_runner._aux import update_sys_path

        update_sys_path(suites)
        from suites import process

        process.prepare(preload=True)
    runpy.run_path(os.environ[_ASV_SCRIPT], run_name="__main__")


if __name__ == "__main__":
    main()
