"""A benchmark at one point of its axes, as both sides see it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Probe:
    """What one side made of a case: `ok`, `n/a`, `failed`, or `absent` from its list."""

    state: str = "absent"
    value: float | None = None
    reason: str = "the suites list no such case"


@dataclass(frozen=True)
class Case:
    """One benchmark at one point of its axes, with what each side made of it."""

    name: str
    benchmark: str
    params: dict[str, str]
    kind: str  # "speed" for a timing, else the benchmark's own `gate` attribute
    unit: str
    tolerance: float
    base: Probe
    head: Probe

    @property
    def model(self) -> str:
        """The model, or what stands first where a benchmark has none (a surrogate)."""
        return self.params.get("model") or next(iter(self.params.values()), "")

    @property
    def metric(self) -> str:
        return self.benchmark.rpartition(".")[2].removeprefix("time_").removeprefix("track_")

    @property
    def on_both(self) -> bool:
        return self.base.state == self.head.state == "ok"
