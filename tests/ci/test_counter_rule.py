"""The rule for counters, and the caches that benchmarks of the gate share."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ci.gate import worker
from ci.gate.cases import Case, Probe
from ci.gate.rules import counters


def case(base: float, head: float, **attributes: Any) -> Case:
    description = {
        "name": "k.K.track_loads(lif)",
        "benchmark": "k.K.track_loads",
        "params": {"model": "lif"},
        "kind": "counter",
        "unit": "loads",
        "tolerance": 0.1,
        "direction": "lower",
        "models": ["lif"],
    }
    return Case.of(description | attributes, Probe("ok", base), Probe("ok", head))


@pytest.mark.parametrize(
    ("base", "head", "direction", "verdict", "reason"),
    [
        (20, 23, "lower", "FAIL", "grew by 3.00"),
        (20, 21, "lower", "PASS", "grew by 1.00, within the tolerance"),
        (20, 20, "lower", "PASS", "unchanged"),
        (20, 10, "lower", "PASS", "new baseline: 10.0"),
        (20, 17, "higher", "FAIL", "fell by 3.00"),
        (20, 19, "higher", "PASS", "fell by 1.00, within the tolerance"),
        (20, 30, "higher", "PASS", "new baseline: 30.0"),
        (0, 4, "lower", "FAIL", "grew by 4.00"),
    ],
)
def test_a_counter_may_not_get_worse(
    base: float, head: float, direction: str, verdict: str, reason: str
) -> None:
    bench: Any = SimpleNamespace(cases=[case(base, head, direction=direction)])
    (row,) = counters.judge(bench)
    assert (row.verdict, row.model, row.metric) == (verdict, "lif", "loads")
    assert row.reason.replace("\N{NARROW NO-BREAK SPACE}loads", "") == reason


def test_a_setup_cache_runs_once_for_all_its_benchmarks() -> None:
    made: list[int] = []
    given: list[Any] = []
    benchmark = SimpleNamespace(
        params=[],
        setup_cache_key="tests:made",
        do_setup_cache=lambda: made.append(0) or {"lif": 1},
        set_cache=given.append,
        do_setup=lambda: False,
    )
    for _ in "ab":
        assert worker.set_up(worker.Target(benchmark, 0, {})) is None
    assert len(made) == 1 and given == [{"lif": 1}] * 2
