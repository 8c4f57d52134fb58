"""What the gate says: one `Row` per judged benchmark, one `Report` per run."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

from ci.gate.cases import Case
from ci.gate.statistics import Outcome

EXIT_CODES = {Outcome.FAIL: 1, Outcome.INVALID: 3}
USAGE_ERROR = 2


@dataclass(frozen=True)
class Row:
    """One judged benchmark: both values with their unit, and the verdict with its reason."""

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

    @classmethod
    def of(cls, rule: str, case: Case, verdict: Outcome, reason: str, **measured: float) -> "Row":
        """A row about a case; `base`, `head` and `ratio` default to what the probes returned."""
        base = measured.get("base", case.base.value)
        head = measured.get("head", case.head.value)
        ratio = measured.get("ratio", head / base if head is not None and base else math.nan)
        known = ratio if math.isfinite(ratio) else None
        about = (case.benchmark, case.model, case.metric, case.params, case.unit)
        return cls(rule, *about, base, head, known, verdict, reason)

    @classmethod
    def general(cls, rule: str, reason: str) -> "Row":
        """An invalid row about the run as a whole."""
        return cls(rule, "", "", "", {}, "", None, None, None, Outcome.INVALID, reason)


@dataclass(frozen=True)
class Report:
    """All rows of a run, worst first, and what they were measured on."""

    rows: list[Row]
    setting: dict[str, Any]

    @classmethod
    def worst_first(cls, rows: list[Row], setting: dict[str, Any]) -> "Report":
        """Sorted by verdict, then by how much was lost."""
        severity = list(Outcome)
        ranked = sorted(rows, key=lambda r: (severity.index(r.verdict), -(r.ratio or 0)))
        return cls(ranked, setting)

    @property
    def counts(self) -> dict[Outcome, int]:
        counted = Counter(row.verdict for row in self.rows)
        return {outcome: counted[outcome] for outcome in Outcome if counted[outcome]}

    @property
    def verdict(self) -> Outcome:
        """The worst row decides; no row at all is no measurement."""
        judged = (o for o in self.counts if o not in (Outcome.NEW, Outcome.NOT_RUN))
        return next(judged, Outcome.INVALID)

    @property
    def exit_code(self) -> int:
        return EXIT_CODES.get(self.verdict, 0)

    @property
    def urgent(self) -> list[Row]:
        """What a reader must see first: losses, gaps, and what is new."""
        return [r for r in self.rows if r.verdict in (*EXIT_CODES, Outcome.NEW)]

    @property
    def headline(self) -> str:
        """The verdict, naming the models or, where there is none, the reason."""
        if self.verdict in EXIT_CODES:
            blamed = [row.model or row.reason for row in self.rows if row.verdict is self.verdict]
            return f"{self.verdict}: {', '.join(dict.fromkeys(blamed))}"
        unsure = self.counts.get(Outcome.UNDECIDED, 0)
        too_noisy = f", {unsure} of {len(self.rows)} rows too noisy to be sure" if unsure else ""
        return f"{self.verdict}: no loss found{too_noisy}"
