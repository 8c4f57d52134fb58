"""The timings of asv's suites `speed` and `calls`, by pytest-benchmark: half a minute per model.

The cases, their `setup` and clock are asv's; here they share one process and take fewer samples.
"""

import math
from collections.abc import Iterator
from typing import Any

import pytest
from asv_runner.benchmarks.time import TimeBenchmark
from asv_runner.discovery import disc_benchmarks

from suites import clock, process, runnable

SUITES = ("speed.", "calls.")
REASON = "takes times; pytest tests/bench --benchmark-only --model NAME"
SECONDS, MOST = 0.5, 20  # of the calls of one timing, and how many they are at most


def timings(model: str | None) -> Iterator[Any]:
    """Yield the timings that can run, of one model or of all, with a case's position and axes."""
    for timing in disc_benchmarks("suites"):
        if isinstance(timing, TimeBenchmark) and timing.name.startswith(SUITES):
            all_cases = runnable.all_cases(timing.param_names, timing.params)
            for position, params in enumerate(all_cases):
                asked = model in (None, params["model"])
                if asked and runnable.can_run(timing.name, params):
                    name = timing.name.replace(".suite.", ".")
                    case = "-".join([name, *params.values()])
                    yield pytest.param(timing, position, [*params.values()], id=case)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask for the cases only where they are to run: whether they can takes some seconds."""
    options = metafunc.config.option
    skipped = pytest.param(None, 0, [], marks=pytest.mark.skip(reason=REASON), id="skipped")
    cases = list(timings(options.model)) if options.benchmark_only else [skipped]
    metafunc.parametrize(("timing", "position", "point"), cases)


@pytest.fixture(scope="module", autouse=True)
def prepared() -> None:
    """This process as asv prepares those that measure."""
    process.prepare()


@pytest.mark.benchmark(timer=clock.now, disable_gc=True)
def test_speed(timing, position, point, benchmark):
    """One call per sample, with `setup` before it, as asv calls it."""
    timing.set_param_idx(position)
    assert not timing.do_setup(), "suites.runnable says that this case can run"
    timing.func(*point)
    start = clock.now()
    timing.func(*point)
    rounds = min(MOST, math.ceil(SECONDS / (clock.now() - start)))
    benchmark.pedantic(timing.func, point, setup=timing.do_setup, rounds=rounds)
