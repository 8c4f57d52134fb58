"""asv's entry: every process that measures is prepared by `suites.process` first.

As a plugin, which `asv.conf.json` names, this module has asv run this very file where it would run
its own script. As that script, in the environment that asv made, it prepares the process and hands
over to asv's.
"""

import os
import runpy
import sys

MEASURING = ("run", "run_server", "setup_cache")  # asv's commands, followed by the benchmark folder
_ASV_SCRIPT = "SPIKEBENCH_ASV_SCRIPT"  # the environment variable that carries the path of asv's


def setup() -> None:
    """Put this file in place of asv's script; asv calls this at the start of every command."""
    from asv import runner

    os.environ.setdefault(_ASV_SCRIPT, runner.BENCHMARK_RUN_SCRIPT)
    runner.BENCHMARK_RUN_SCRIPT = os.path.abspath(__file__)


def main() -> None:
    """Prepare this process if it is to measure, then be asv's script."""
    command, benchmarks = sys.argv[1:3]
    if command in MEASURING:
        sys.path.insert(0, os.path.dirname(benchmarks))
        from suites import process

        sys.path.pop(0)
        process.prepare(preload=True)
    runpy.run_path(os.environ[_ASV_SCRIPT], run_name="__main__")


if __name__ == "__main__":
    main()
