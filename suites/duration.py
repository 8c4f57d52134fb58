"""How long a profile takes on this machine if nothing else runs, from a few calls of every model.

    seconds of a call at T = (seconds at the shortest T0) x (T / T0)^growth

growth is fitted to calls at T0 / 2 and T0, and kept between 1 and 2: no pass is faster than linear
in T, none of the measured ones slower than quadratic. On a CPU, seconds are those of its processor,
which other load changes little. Cases of suites that time nothing take `typical` seconds each.
"""

from __future__ import annotations

import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from suites import axes, cases, clock, runnable
from suites.profiles import HEADLINE, Profile, Shape, profile
from suites.speed import share

PROCESS = {"cpu": 0.2, "cuda": 5.0}  # seconds to start one: forked, or spawned with its imports
IMPORTS = 4.0  # seconds of a new process in `calls.first_call`
RUNS = {
    "psn": ("psn", "eager"),
    "dsn": ("dsn", "cpu"),
    "sliding_psn_conv1d": ("sliding_psn", "eager"),
}


class Cost(NamedTuple):
    """What the calls of one model cost on one runner."""

    T: int  # steps of the calls
    start: float  # seconds of building the case and of its first call
    forward: float  # seconds of a call without graph
    graph: float  # seconds of a call with graph
    training: float  # seconds of forward and backward
    growth: float

    def at(self, T: int, seconds: float) -> float:
        """Return the seconds at T of a call that takes `seconds` at the T of this cost."""
        return seconds * (T / self.T) ** self.growth


def growth(half: float, whole: float) -> float:
    """Return the exponent of T from the seconds at T / 2 and at T, between 1 and 2."""
    return min(2.0, max(1.0, math.log2(whole / half))) if half > 0 < whole else 1.0


@cache
def cost(model: str, runner: str) -> Cost:
    """Measure a model on a runner at the shortest shape that the profile measures.

    What starts slowly is measured for HEADLINE models only, at one length; lif stands for others.
    """
    slow = any(b.name == runner and not b.starts_fast for b in axes.backends())
    if slow and model not in HEADLINE:
        return cost("lif", runner)
    shape = profile().shapes_of(model, runner)[0]
    started = now()
    work, trains = cases.build_workload(model, runner, shape), runner != "serial"
    calls = [work.forward, work.forward_graph, work.training] if trains else [work.forward] * 3
    calls[-1]()
    start = now() - started
    forward, graph, whole = map(_second, calls)
    exponent = 1.0
    if not slow:
        half = cases.build_workload(model, runner, shape._replace(T=shape.T // 2))
        exponent = growth(_second(half.training if trains else half.forward), whole)
    return Cost(shape.T, start, forward, graph, whole, exponent)


def _second(call: Callable[[], None]) -> float:
    """Return the seconds of a second call; the first one may compile."""
    call()
    start = now()
    call()
    return now() - start


def now() -> float:
    """Return the time in seconds: of a GPU, or of the processor for this process and compilers."""
    return clock.now() if cases.device().type == "cuda" else _processor()


def _processor() -> float:
    compilers = os.times()
    return time.process_time() + compilers.children_user + compilers.children_system


def sampled(seconds: float, p: Profile) -> float:
    """Return how long one process samples a call that takes so many seconds, with its warm-up."""
    warm_up = max(seconds, p.warmup)
    if isinstance(p.repeat, int):
        return warm_up + p.repeat * seconds
    least, most, limit = p.repeat
    return warm_up + min(most * seconds, max(least * seconds, limit + seconds))


def repeated(seconds: float, calls: int, limit: float) -> float:
    """Return how long `calls` calls take if none starts after `limit` seconds."""
    return min(calls * seconds, limit + seconds)


def of_case(name: str, params: Mapping[str, Any], p: Profile) -> float | None:
    """Return the seconds of one case, None if it is none of those that this module knows."""
    suite, metric = name.partition(".")[0], name.rpartition(".")[2]
    if suite == "protocol":
        return _protocol(metric, params)
    if (
        suite not in ("speed", "memory", "calls")
        or not {"model", "backend", "shape"} <= params.keys()
    ):
        return None
    c = cost(params["model"], params["backend"])
    T = Shape.parse(params["shape"]).T
    start, training = PROCESS[p.device] + c.start, c.at(T, c.training)
    if metric in ("track_cold", "track_cached"):
        return (IMPORTS + c.start) * (2 if metric == "track_cached" else 1)
    if metric == "track_kernel_share":
        return start + repeated(training, share.CALLS, share.LIMIT)
    if metric == "track_training_mean":
        return start + repeated(training, 10, 30.0) + repeated(training, 100, 30.0)
    if not metric.startswith("time_"):
        return start + 2 * training
    timed = {"time_forward": c.at(T, c.forward), "time_forward_graph": c.at(T, c.graph)}
    if metric == "time_backward":
        timed[metric] = max(0.0, training - timed["time_forward_graph"])
        start += timed["time_forward_graph"]
    return p.rounds * (start + sampled(timed.get(metric, training), p))


def _protocol(metric: str, params: Mapping[str, Any]) -> float:
    if params["neuron"] not in RUNS:
        return 0.0
    c = cost(*RUNS[params["neuron"]])
    calls = {"track_forward": [c.graph], "track_training": [c.training]}.get(
        metric, [c.graph, c.training]
    )
    times = [c.at(Shape.parse(params["shape"]).T, seconds) for seconds in calls]
    return c.start + sum(repeated(s, 10, 30.0) + repeated(s, 100, 30.0) for s in times)


def estimate(
    benchmarks: Iterable[Any], typical: Mapping[str, float], otherwise: float
) -> tuple[Counter[str], Counter[str]]:
    """Return the runnable cases and the seconds of every suite, for asv's benchmarks.

    `typical` gives the seconds of a case by suite for what this module does not know; `otherwise`
    those of a suite that is not in it.
    """
    number: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for name, params in _cases(benchmarks):
        suite = name.partition(".")[0]
        try:
            known = of_case(name, params, profile())
        except NotImplementedError:
            continue
        number[suite] += 1
        seconds[suite] += typical.get(suite, otherwise) if known is None else known  # type: ignore[assignment]
    return number, seconds


def _cases(benchmarks: Iterable[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the axes of every case that can run."""
    for benchmark in benchmarks:
        for params in runnable.all_cases(benchmark.param_names, benchmark.params):
            if runnable.can_run(benchmark.name, params):
                yield benchmark.name, params
