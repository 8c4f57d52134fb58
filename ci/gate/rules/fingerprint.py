"""Fingerprint: a model computes on the head what it computes on the base.

The spikes and gradients of every model at a fixed input, in float64 with default options, may
differ by rounding only. So a changed default, reset, surrogate or initial value FAILs, also where
head and base are each right by themselves.
"""

from collections.abc import Iterator

import numpy as np

from ci.gate.bench import Bench, Trace
from ci.gate.rows import Row
from ci.gate.statistics import Outcome

ROUNDING = 1e-9  # of the largest value: float64 has 2e-16, and a sum over time adds to it


def judge(bench: Bench) -> Iterator[Row]:
    of_models = [case for case in bench.cases if "model" in case.params]
    failed = {case.model for case in of_models if "failed" in (case.base.state, case.head.state)}
    for model in sorted({case.model for case in of_models if case.on_both} - failed):
        if (traces := bench.traces(model)) is None:
            continue
        moved = [change for name in traces["base"] if (change := describe(name, **traces))]
        reason = "; ".join(moved) or "equal up to rounding"
        outcome = Outcome.FAIL if moved else Outcome.PASS
        yield Row(
            "fingerprint",
            "",
            model,
            "fingerprint",
            {"model": model},
            "",
            None,
            None,
            None,
            outcome,
            reason,
        )


def describe(name: str, base: Trace, head: Trace) -> str:
    """Return in words how a traced tensor differs on the head, "" if it is equal up to rounding."""
    if name not in head:
        return f"{name} is missing on head"
    old, new = np.asarray(base[name]), np.asarray(head[name])
    if old.shape != new.shape:
        return f"{name} has shape {new.shape}, on base {old.shape}"
    largest = np.abs(old).max(initial=0.0)
    differs = ~np.isclose(new, old, rtol=0, atol=ROUNDING * largest, equal_nan=True)
    if not differs.any():
        return ""
    if name == "spikes":
        step = int(differs.reshape(len(old), -1).any(1).argmax())
        return f"{differs.mean():.1%} of the spikes differ, from step {step} on"
    difference = np.abs(new - old).max()
    return (
        f"{name} differs by {difference / largest:.1%} of its largest value"
        if largest
        else f"{name} is no longer zero"
    )
