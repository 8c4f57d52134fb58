"""The result of the gate: one `Row` per judged case, one `Report` per run."""

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, Context

from ci.gate.cases import Case
from ci.gate.statistics import Outcome

EXIT_CODES = {Outcome.FAIL: 1, Outcome.INVALID: 3, Outcome.VANISHED: 1}
USAGE_ERROR = 2
THREE_DIGITS = Context(prec=3, rounding=ROUND_CEILING)
FIRST = (*EXIT_CODES, Outcome.WAIVED, Outcome.NEW)  # what the report shows first


@dataclass(frozen=True)
class Row:
    """One judged case: both values with their unit, and the verdict with its reason."""

    rule: str
    benchmark: str
    model: str
    metric: str
    params: dict[str, str]
    unit: str
    base: float | None
    head: float | None
    ratio: float | None
    verdict: Outcome
    reason: str
    effects: tuple[float, ...] = ()  # ratio head/base of each round, or points lost with each seed
    direction: str = "lower"  # which values are better, "lower" or "higher"
    name: str = field(init=False)  # as a waiver gives it

    def __post_init__(self) -> None:
        name = f"{self.benchmark}({', '.join(self.params.values())})"
        object.__setattr__(self, "name", name)

    @classmethod
    def of(cls, rule: str, case: Case, verdict: Outcome, reason: str, **measured: float) -> "Row":
        """Build the row of a case; `base`, `head` and `ratio` are the probes' by default."""
        base = measured.get("base", case.base.value)
        head = measured.get("head", case.head.value)
        ratio = measured.get("ratio", head / base if head is not None and base else math.nan)
        finite = ratio if math.isfinite(ratio) else None
        columns = (case.benchmark, case.model, case.metric, case.params, case.unit)
        return cls(rule, *columns, base, head, finite, verdict, reason, direction=case.direction)

    @classmethod
    def general(cls, rule: str, reason: str, verdict: Outcome = Outcome.INVALID) -> "Row":
        """Build a row about the run as a whole."""
        return cls(rule, "", "", "", {}, "", None, None, None, verdict, reason)

    @classmethod
    def of_model(
        cls, rule: str, model: str, verdict: Outcome, reason: str, change: float | None = None
    ) -> "Row":
        """Build a row about a model as a whole, with the relative change that the rule found."""
        unit = "" if change is None else "relative change"
        base = None if change is None else 0.0
        return cls(
            rule, rule, model, rule, {"model": model}, unit, base, change, None, verdict, reason
        )

    def at(self, unit: str, effects: tuple[float, ...] = (), **params: str) -> "Row":
        """Return the row with more parameters, its unit and its effects."""
        return replace(self, params=self.params | params, unit=unit, effects=effects)

    def measured(self, base: float, head: float) -> "Row":
        """Return the row with a value of both sides, whose ratio counts."""
        return replace(self, base=base, head=head, ratio=head / base if base else None)

    @property
    def loss(self) -> float:
        """How much worse the head is, for the ceiling of a waiver; docs/gate.md defines it."""
        if self.base is None or self.head is None:  # a training that failed, or a row of a whole
            return math.inf if self.verdict is Outcome.FAIL else 0.0
        change = self.head - self.base
        if self.direction == "higher":
            return 1 / self.ratio if self.ratio else -change
        return change if self.ratio is None else self.ratio

    @property
    def ceiling(self) -> str:
        """The smallest ceiling of a waiver that the loss is not beyond, in three digits."""
        return f"{THREE_DIGITS.create_decimal(str(self.loss)).normalize():f}"


@dataclass(frozen=True)
class Machine:
    """What is known of a machine."""

    platform: str
    device: str  # "cpu" or "cuda"
    python: str


@dataclass(frozen=True)
class Setting:
    """What was compared, where and how."""

    base: str  # commit
    head: str
    machine: Machine
    profile: str
    seed: int
    impact: str  # which models were measured, in words
    ruler: list[str]  # files by which the gate judges that the head changes
    seconds: float


@dataclass(frozen=True)
class Report:
    """All rows of a run, worst first."""

    rows: list[Row]
    setting: Setting

    @classmethod
    def worst_first(cls, rows: list[Row], setting: Setting) -> "Report":
        """Build a report, its rows sorted by verdict, then by loss."""
        severity = list(Outcome)
        ranked = sorted(rows, key=lambda r: (severity.index(r.verdict), -r.loss))
        return cls(ranked, setting)

    @property
    def counts(self) -> dict[Outcome, int]:
        """The number of rows of each outcome, worst first."""
        counted = Counter(row.verdict for row in self.rows)
        return {outcome: counted[outcome] for outcome in Outcome if counted[outcome]}

    @property
    def verdict(self) -> Outcome:
        """The worst outcome of a row; INVALID without any judged row."""
        judged = (o for o in self.counts if o not in (Outcome.NEW, Outcome.NOT_RUN))
        return next(judged, Outcome.INVALID)

    @property
    def exit_code(self) -> int:
        return EXIT_CODES.get(self.verdict, 0)

    @property
    def urgent(self) -> list[Row]:
        """The rows that the report shows first."""
        return [row for row in self.rows if row.verdict in FIRST]

    @property
    def rest(self) -> list[Row]:
        """The other rows that were judged; those that ran nowhere are only counted."""
        return [row for row in self.rows if row.verdict not in (*FIRST, Outcome.NOT_RUN)]

    @property
    def waivable(self) -> list[Row]:
        """The rows that a waiver could let pass."""
        failing = (Outcome.FAIL, Outcome.VANISHED)
        losses = [r for r in self.rows if r.verdict in failing and math.isfinite(r.loss)]
        return [row for row in losses if row.rule != "numerics"]

    @property
    def headline(self) -> str:
        """The verdict in one line, with the models or, for rows without one, the reasons."""
        if self.verdict in EXIT_CODES:
            causes = [row.model or row.reason for row in self.rows if row.verdict is self.verdict]
            return f"{self.verdict}: {', '.join(dict.fromkeys(causes))}"
        undecided = self.counts.get(Outcome.UNDECIDED, 0)
        noise = f", {undecided} of {len(self.rows)} rows too noisy to be sure" if undecided else ""
        return f"{self.verdict}: no loss found{noise}"
