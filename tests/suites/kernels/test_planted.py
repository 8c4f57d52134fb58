"""Faults of a kernel that only a GPU would feel are found on a CPU, by the gate's rule."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ci.gate.cases import Case, Probe
from ci.gate.rows import Row
from ci.gate.rules import counters as rule
from suites.kernels import compile
from suites.kernels.suite import Kernels
from tests.suites.kernels.planted import ROOT, Fault, copy, counters

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(compile.tools() is not None, reason=str(compile.tools())),
]

MODEL = "lif"
EXP = Fault("models/lif.py", r"^    s = fire\(", "    h = h + torch.exp(h)\n    s = fire(")
STAGE = Fault("codegen/triton.py", r"^AHEAD = 32\b", "AHEAD = 24")
DOUBLE = Fault(
    "codegen/triton.py",
    r'"\{0\} \* \{1\}"',
    '"({0} * tl.full((), 1.5, tl.float64) * {1}).to(REAL)"',
)


@pytest.fixture(scope="module")
def base() -> dict[str, dict[str, Any]]:
    return counters(ROOT, MODEL)


def cases(base: dict[str, Any], head: dict[str, Any]) -> Iterator[Case]:
    """The cases of the suite with the values of both sides."""
    for name, method in vars(Kernels).items():
        if name.startswith("track_"):
            description = {
                "name": name,
                "benchmark": f"kernels.suite.Kernels.{name}",
                "params": {"model": MODEL},
                "kind": method.gate,
                "unit": method.unit,
                "tolerance": method.tolerance,
                "direction": method.direction,
                "models": [MODEL],
            }
            values = (Probe("ok", row[name.removeprefix("track_")]) for row in (base, head))
            yield Case.of(description, *values)


def judged(base: dict[str, Any], head: dict[str, Any]) -> list[Row]:
    bench: Any = SimpleNamespace(cases=list(cases(base, head)))
    return list(rule.judge(bench))


@pytest.mark.exhaustive
def test_the_same_kernels_have_the_same_counters(base: dict[str, dict[str, Any]]) -> None:
    again = counters(ROOT, MODEL)
    for run in base:
        rows = judged(base[run], again[run])
        assert len(rows) == 9 and {row.reason for row in rows} == {"unchanged"}


@pytest.mark.parametrize(
    ("fault", "metrics"),
    [
        pytest.param(EXP, {"instructions_per_step", "chain"}, id="exp"),
        pytest.param(STAGE, {"loads_in_flight"}, id="stage"),
        pytest.param(DOUBLE, {"registers", "instructions_per_step"}, id="double"),
    ],
)
def test_a_planted_fault_fails_and_is_named(
    base: dict[str, dict[str, Any]], fault: Fault, metrics: set[str], tmp_path: Path
) -> None:
    head = counters(copy(tmp_path, fault), MODEL)
    failed = [row for run in base for row in judged(base[run], head[run]) if row.verdict == "FAIL"]
    assert metrics <= {row.metric for row in failed}
    assert {row.model for row in failed} == {MODEL}
