"""Fingerprint: a model computes on the head what it computes on the base.

The spikes and gradients of every model at a fixed input, in float64 with default options, may
differ by rounding only. So a changed default, reset, surrogate or initial value FAILs, also where
head and base are each right by themselves. Of all backends, in float32 and float64, the row says
which give other bits; how far they may be from each other is judged by `numerics`.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ci.gate.bench import Bench, Trace
from ci.gate.rows import Row
from ci.gate.statistics import Outcome

ROUNDING = 1e-9  # of the largest value: float64 has 2e-16, and a sum over time adds to it


class Change(NamedTuple):
    """How a tensor differs between base and head."""

    amount: float  # of spikes the share that differs, else of the largest value
    text: str


def judge(bench: Bench) -> Iterator[Row]:
    for model in bench.compared:
        if (changes := moved(bench, model)) is None:
            continue
        reason = "; ".join(change.text for change in changes) or "equal up to rounding"
        if other := bench.other_bits(model):
            reason += f"; other bits on {', '.join(other)}"
        outcome = Outcome.FAIL if changes else Outcome.PASS
        largest = max((change.amount for change in changes), default=0.0)
        yield Row.of_model("fingerprint", model, outcome, reason, largest)


def moved(bench: Bench, model: str) -> list[Change] | None:
    """Return what a model computes otherwise on the head, None if the suites do not trace."""
    if (traces := bench.traces(model)) is None:
        return None
    found = [change_of(name, **traces) for name in traces["base"]]
    return [change for change in found if change]


def change_of(name: str, base: Trace, head: Trace) -> Change | None:
    """Return how a traced tensor differs on the head, None if it is equal up to rounding."""
    if name not in head:
        return Change(1.0, f"{name} is missing on head")
    old, new = np.asarray(base[name]), np.asarray(head[name])
    if old.shape != new.shape:
        return Change(1.0, f"{name} has shape {new.shape}, on base {old.shape}")
    largest = max(np.abs(old).max(initial=0.0), np.abs(new).max(initial=0.0))
    difference = np.abs(new - old)
    differs = ~(difference <= ROUNDING * largest) & ~(np.isnan(old) & np.isnan(new))
    if not differs.any():
        return None
    if name == "spikes":
        step = int(differs.reshape(len(old), -1).any(1).argmax())
        share = float(differs.mean())
        return Change(share, f"{share:.1%} of the spikes differ, from step {step} on")
    amount = float(difference.max() / largest)
    if not np.isfinite(amount):
        return Change(1.0, f"{name} is not finite")
    return Change(amount, f"{name} differs by {amount:.1%} of its largest value")
