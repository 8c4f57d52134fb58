"""A benchmark at one point of its axes, with what came of it on both sides."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.results import tolerance_of


@dataclass(frozen=True)
class Probe:
    """What came of one call of a case on one side."""

    state: str = "absent"  # or "ok", "n/a", "failed"; absent: this side lists no such case
    value: float | None = None
    reason: str = "the suites list no such case"


@dataclass(frozen=True)
class Case:
    """One benchmark at one point of its axes, with what came of it on both sides."""

    name: str
    benchmark: str
    params: dict[str, str]
    kind: str  # "speed" for a timing, else the benchmark's own `gate` attribute
    unit: str
    tolerance: float
    direction: str  # which values are better, "lower" or "higher"
    models: list[str]  # that it runs
    base: Probe
    head: Probe

    @classmethod
    def of(cls, description: Mapping[str, Any], base: Probe, head: Probe) -> "Case":
        """Build a case from a worker's description, with the tolerance that holds for it."""
        tolerance = tolerance_of(description["tolerance"], description["params"]) or 0.0
        return cls(**{**description, "tolerance": tolerance}, base=base, head=head)

    @property
    def model(self) -> str:
        """The model, or the first axis of a benchmark that has no model axis (a surrogate)."""
        return self.params.get("model") or next(iter(self.params.values()), "")

    @property
    def metric(self) -> str:
        return self.benchmark.rpartition(".")[2].removeprefix("time_").removeprefix("track_")

    @property
    def on_both(self) -> bool:
        return self.base.state == self.head.state == "ok"
