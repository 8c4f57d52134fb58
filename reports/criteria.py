"""What the overview compares models by: a value per model and criterion, and its rank.

Times and memory are those of each model's best backend of ours, at the shape with the largest T and
at the one that most models ran at. Accuracy and energy are under the condition that stands in a
headline. A rank is given where less, or more, is better for everybody: not for properties and
findings.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from reports import analysis, conditions, records, tables, units
from reports.highlights import CONVENTION
from reports.tables import tuples
from reports.view import View

_FAILED = "failed"
PAGES = ("speed", "memory", "accuracy", "energy", "gradients", "properties", "findings")


class Entry(NamedTuple):
    """The value of one model."""

    value: float  # NaN if it failed
    text: str
    detail: str = ""  # what stands below it: the backend, or the error of an energy
    note: str = ""
    rank: int = 0  # 1 is the best; 0 without a rank


class Criterion(NamedTuple):
    """One column of the overview."""

    title: str
    case: str  # what it was measured at, "" where there is one case
    link: str  # the section with all of its values
    entries: Mapping[str, Entry]  # by model
    winner: str = ""  # what the first is called, "" where none is named
    unit: str = ""  # of the values

    @property
    def name(self) -> str:
        return f"{self.title}, {self.case}" if self.case else self.title

    @property
    def page(self) -> str:
        return self.link.partition(".")[0]

    @property
    def ranked(self) -> int:
        """How many models have a rank."""
        return sum(entry.rank > 0 for entry in self.entries.values())


def criteria(view: View) -> list[Criterion]:
    """Return the criteria of which something was measured, in the order of their pages."""
    listed = [*_training(view), *_latency(view), *_memory(view), *_accuracy(view), *_energy(view)]
    listed += [_gradients(view), _properties(view), _findings(view)]
    return [criterion for criterion in listed if criterion.entries]


def _training(view: View) -> Iterable[Criterion]:
    rows = view.ours(view.rows("speed", "training"))
    for shape in _shapes(rows):
        yield _least(rows[rows["shape"] == shape], "training", "speed", "fastest training")


def _latency(view: View) -> Iterable[Criterion]:
    """Yield the time of a call of one step, of the models that can take single steps."""
    rows = view.ours(view.rows("calls", "forward"))
    answers = view.ok("properties", "holds")
    online = answers["params"].map(lambda params: params["property"] == "online")
    offline = answers[online & (answers["value"] == 0)]["model"]
    rows = rows[~rows["model"].isin(offline)]
    yield _least(rows[rows["T"] == 1], "one step", "fixed_cost", "lowest latency")


def _memory(view: View) -> Iterable[Criterion]:
    rows = view.ours(view.rows("memory", "peak_bytes"))
    for shape in _shapes(rows)[-1:]:
        yield _least(rows[rows["shape"] == shape], "memory", "memory", "least memory")


def _shapes(rows: pd.DataFrame) -> list[str]:
    """Return the shape with the largest T, and the one that most models ran at."""
    measured = rows.dropna(subset=["value", "T"])
    if measured.empty:
        return []
    cases = measured.groupby(["T", "size", "shape"])["model"].nunique().rename("models")
    by_T, by_models = ["T", "models", "size"], ["models", "T", "size"]
    ordered = (cases.reset_index().sort_values(keys) for keys in (by_T, by_models))
    return tables.unique(str(sorted_["shape"].iloc[-1]) for sorted_ in ordered)


def _least(rows: pd.DataFrame, title: str, section: str, winner: str) -> Criterion:
    """Return the criterion of the lowest value of each model over its backends."""
    values = rows.sort_values(["value", "backend"]).drop_duplicates("model")
    entries = {
        row.model: Entry(
            row.value, units.quantity(row.value, row.unit or ""), row.backend, row.shape
        )
        if row.state == "ok"
        else Entry(math.nan, row.state, row.backend, row.shape)
        for row in tuples(values)
    }
    steps = [int(T) for T in rows["T"].dropna().unique()]
    case = f"T = {units.steps(steps[0])}" if steps and steps != [1] else ""
    unit = str(rows["unit"].iloc[0]) if len(rows) else ""
    return _criterion(title, case, section, entries, winner, unit=unit)


def _accuracy(view: View) -> Iterable[Criterion]:
    rows = conditions.known(view.rows("accuracy", "test_error")).dropna(subset=["model", "task"])
    for task, cases in rows.groupby("task"):
        condition = conditions.first(cases)
        models = cases[cases["condition"] == condition].groupby("model")
        entries = {str(model): _share(seeds, condition) for model, seeds in models}
        winner = f"most accurate on {task}"
        yield _criterion("accuracy", str(task), "accuracy", entries, winner, -1, "fraction")


def _share(seeds: pd.DataFrame, condition: str) -> Entry:
    """Return the mean accuracy of one model over its seeds."""
    errors = seeds["value"].dropna()
    if errors.empty:
        return Entry(math.nan, _FAILED)
    accuracy = float(1 - errors.mean())
    high, low = (1 - end for end in analysis.interval(errors))
    ends = f"95 % interval {units.digits(low * 100)} to {units.digits(min(high, 1) * 100)} %, "
    counted = f"{len(errors)} seeds" if len(errors) > 1 else "one seed"
    note = f"{ends if low <= high else ''}{counted}, condition {condition}"
    return Entry(accuracy, units.quantity(accuracy, "fraction"), note=note)


def _energy(view: View) -> Iterable[Criterion]:
    """Yield the energy of a sample of digits, each with the error of the same network."""
    rows = conditions.known(view.ok("energy", "energy")).dropna(subset=["model"])
    rows = rows[rows["convention"] == CONVENTION]
    if rows.empty:
        return
    condition, errors = conditions.first(rows), conditions.mean_errors(view)
    rows = rows[rows["condition"] == condition].drop_duplicates("model", keep="last")
    entries = {}
    for row in tuples(rows):
        error = errors.get((condition, row.model))
        detail = "" if error is None else f"{units.quantity(error, 'fraction')} error"
        text = units.quantity(row.value, "nJ/sample").removesuffix("/sample")
        note = f"per sample, convention {CONVENTION}, condition {condition}"
        entries[row.model] = Entry(row.value, text, detail, note)
    yield _criterion("energy", "digits", "energy", entries, "least energy", unit="nJ/sample")


def _gradients(view: View) -> Criterion:
    """Return the largest error of a gradient over the backends, in float32."""
    rows = view.ours(view.rows("gradients", "gradient_error"))
    rows = rows[rows["dtype"] == "float32"]
    worst = rows.sort_values("value", na_position="last").drop_duplicates("model", keep="last")
    entries = {
        row.model: Entry(row.value, units.digits(row.value, 2), row.backend, _allowed(row))
        if row.state == "ok"
        else Entry(math.nan, row.state, row.backend)
        for row in tuples(worst)
    }
    return _criterion("gradient error", "", "gradients", entries, unit="relative error")


def _allowed(row: Any) -> str:
    return "" if math.isnan(row.tolerance) else f"tolerance {units.digits(row.tolerance, 2)}"


def _properties(view: View) -> Criterion:
    rows = view.ok("properties", "holds").dropna(subset=["model"])
    entries = {}
    for model, answers in rows.groupby("model"):
        held = answers[answers["value"] > 0]
        names = ", ".join(params["property"].replace("_", " ") for params in held["params"])
        text = f"{len(held)} of {len(answers)}"
        entries[str(model)] = Entry(float(len(held)), text, note=names)
    return Criterion("properties", "", "properties.html#properties", entries)


def _findings(view: View) -> Criterion:
    """Return how many statements about each model hold, of those that were checked."""
    verdicts: dict[str, Counter[str]] = {}
    for record in records.newest(view.records, "finding").values():
        for model in record.content["models"]:
            verdicts.setdefault(model, Counter())[record.content["verdict"]] += 1
    entries = {}
    for model, counts in verdicts.items():
        note = ", ".join(f"{verdict}: {count}" for verdict, count in sorted(counts.items()))
        text = f"{counts['holds']} of {counts.total()}"
        entries[model] = Entry(float(counts["holds"]), text, note=note)
    return Criterion("findings", "", "findings.html#findings", entries)


def _criterion(
    title: str,
    case: str,
    section: str,
    entries: Mapping[str, Entry],
    winner: str = "",
    sign: int = 1,
    unit: str = "",
) -> Criterion:
    """Return a criterion with ranks: the lowest value is the first, or with sign -1 the highest."""
    values = pd.Series({model: entry.value * sign for model, entry in entries.items()}, dtype=float)
    ranks = values.rank(method="min").fillna(0).astype(int)
    ranked = {model: entry._replace(rank=int(ranks[model])) for model, entry in entries.items()}
    page = {"fixed_cost": "speed"}.get(section, section)
    return Criterion(title, case, f"{page}.html#{section}", ranked, winner, unit)
