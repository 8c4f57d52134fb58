"""Show how far `asv run` has come: a line per suite, a line per failure, and the time left.

asv prints a table per benchmark with a row for every case, also for those that cannot run. In
`make bench` these are thousands of lines, so `ci.measure` writes them to a file and sets
SPIKEBENCH_PROGRESS; then this plugin prints the progress to stderr. A plain `asv run` is unchanged.
"""

import itertools
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from threading import Lock
from typing import Any
from unittest.mock import patch

from asv import runner
from asv.commands import run
from asv.util import TIMEOUT_RETCODE
from tqdm import tqdm

VARIABLE = "SPIKEBENCH_PROGRESS"
UPDATES = (30.0, 0.5)  # seconds between two updates of the bar: in a file, on a terminal
BAR = "{desc}{n}/{total} cases, {elapsed}{postfix}"  # tqdm ends {desc} by a colon
# Seconds per case on two cores in the smoke profile: only their ratios enter the time left.
TYPICAL = {"accuracy": 0.3, "calls": 1.0, "memory": 0.2, "protocol": 3.0, "speed": 0.6}
OTHERWISE = 0.1

_run_benchmarks = run.run_benchmarks


def setup() -> None:
    """Show the progress if the variable is set; asv calls this at the start of every command."""
    if os.environ.get(VARIABLE):
        run.run_benchmarks = run_benchmarks


def run_benchmarks(benchmarks: Any, *arguments: Any, **options: Any) -> Any:
    """Run what asv's function of this name runs, and show the progress."""
    progress, get_spawner = Progress(benchmarks), runner.get_spawner

    def watched_spawner(*where: Any, **method: Any) -> Any:
        spawner = get_spawner(*where, **method)
        spawner.run = progress.watch(spawner.run)
        return spawner

    try:
        with patch.object(runner, "get_spawner", watched_spawner):
            return _run_benchmarks(benchmarks, *arguments, **options)
    finally:
        progress.close()


class Progress:
    """Counts the cases that have run, suite by suite, in every round."""

    def __init__(self, benchmarks: Any) -> None:
        self.case_names: dict[str, str] = {}  # by asv's: the benchmark and the position of a case
        self.left: Counter[str] = Counter()
        for name, benchmark in benchmarks.items():
            for index, values in enumerate(itertools.product(*benchmark["params"])):
                self.case_names[f"{name}-{index}"] = f"{name}({', '.join(values)})"
            selected = benchmarks.benchmark_selection[name]
            cases = 1 if selected is None else len(selected)
            self.left[suite_of(name)] += cases * benchmark.get("rounds", 1)
        self.total = self.left.copy()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.failed: set[str] = set()
        self.lock = Lock()
        self.previous = time.monotonic()
        update = UPDATES[sys.stderr.isatty()]
        cases = self.total.total()
        self.bar = tqdm(total=cases, bar_format=BAR, mininterval=update, leave=False)

    def watch(self, run_case: Callable[..., tuple[str, int]]) -> Callable[..., tuple[str, int]]:
        """Return asv's function that runs one case, with the case counted after it."""

        def counted(name: str, *arguments: Any, **options: Any) -> tuple[str, int]:
            if not self.seconds:
                self.previous = time.monotonic()  # the start of the servers is no case's time
            output, status = run_case(name, *arguments, **options)
            with self.lock:  # of threads, see ci.plugins.parallel
                self.count(name, failure(output, status) if status else None)
            return output, status

        return counted

    def count(self, name: str, failure: str | None) -> None:
        """Count a case; print it if it failed for the first time, its suite if that is done."""
        suite, now = suite_of(name), time.monotonic()
        self.seconds[suite] += now - self.previous
        self.previous = now
        self.left[suite] -= 1
        self.bar.set_description(suite, refresh=False)
        self.bar.set_postfix_str(self.time_left(), refresh=False)
        self.bar.update()
        if failure and name not in self.failed:
            self.failed.add(name)
            self.bar.write(f"FAILED {self.case_names.get(name, name)}: {failure}", file=sys.stderr)
        if not self.left[suite]:
            self.bar.write(self.line(suite), file=sys.stderr)

    def line(self, suite: str) -> str:
        """Return the line of a suite, with the time left for all suites."""
        cases, seconds = self.total[suite] - self.left[suite], self.seconds[suite]
        left = self.time_left()
        return f"{suite:<11}{cases:>5} cases {seconds:>5.0f} s{left and ', '}{left}"

    def time_left(self) -> str:
        """Return the time left, by the typical times and how much longer this machine takes."""
        typical = typical_seconds(self.total) - typical_seconds(self.left)
        if not self.left.total() or not typical:
            return ""
        pace = sum(self.seconds.values()) / typical
        return f"about {typical_seconds(self.left) * pace:.0f} s left"

    def close(self) -> None:
        """Print the suites that are not done: asv was interrupted, or gave up on a benchmark."""
        for suite in (suite for suite, cases in self.left.items() if cases):
            self.bar.write(f"{self.line(suite)}; {self.left[suite]} not run", file=sys.stderr)
        self.bar.close()


def typical_seconds(cases: Counter[str]) -> float:
    """Return how long so many cases of each suite typically take."""
    return sum(number * TYPICAL.get(suite, OTHERWISE) for suite, number in cases.items())


def suite_of(name: str) -> str:
    return name.partition(".")[0]


def failure(output: str, status: int) -> str:
    """Return why a case failed, in one line: the last one of its output."""
    if status == TIMEOUT_RETCODE:
        return "took too long"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else f"exit status {status}"
