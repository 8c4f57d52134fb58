"""Means over seeds with their intervals, and differences to a baseline model paired by seed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import neurons
from suites.accuracy import content
from suites.accuracy.store import Row
from suites.accuracy.trial import Trial

if TYPE_CHECKING:
    import pandas as pd

CASE = ("task", "network", "recipe", "condition", "device", "libraries")  # models differ within
CONFIDENCE = 0.95
INTERVAL = f"{CONFIDENCE:.0%} interval"


def current(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of the code as it is now; of a failed trial the last failure, if no result.

    `rows` are in the order of their time.
    """
    known = set(neurons.names())
    newest = {row.key: row for row in rows if row.model in known and row.failure}
    newest |= {row.key: row for row in rows if row.model in known and not row.failure}
    trials = {_trial(row)[:3]: _trial(row) for row in newest.values()}
    codes = {names: content.code(trial) for names, trial in trials.items()}
    return [row for row in newest.values() if row.code == codes[_trial(row)[:3]]]


def _trial(row: Row) -> Trial:
    return Trial(*(getattr(row, name) for name in Trial._fields))


def lines(rows: Iterable[Row], baseline: str) -> list[dict[str, Any]]:
    """Return a line per case and model, the lowest error first.

    It has the mean `error` with `low` and `high`, the ends of its interval by Student's t, and the
    number `n` of seeds; `difference` is the error less that of the baseline, the mean over `pairs`
    seeds that both have; `loss`, `rate` and `seconds` are means. What is not known is None.
    """
    import pandas as pd  # not installed where asv imports this module

    frame = pd.DataFrame([row for row in rows if not row.failure], columns=list(Row._fields))
    found = []
    for case, seeds in frame.groupby(list(CASE)):
        errors = {str(m): s.set_index("seed")["error"] for m, s in seeds.groupby("model")}
        means = seeds.groupby("model")[["loss", "rate", "seconds"]].mean()
        for model in sorted(errors, key=lambda name: errors[name].mean()):
            mean, low, high = interval(errors[model])
            line = {"model": model, "error": mean, "low": low, "high": high}
            line |= {"n": len(errors[model]), **_difference(model, errors, baseline)}
            others = {str(name): value for name, value in means.loc[model].items()}
            found.append(dict(zip(CASE, map(str, case), strict=True)) | line | others)
    return found


def _difference(model: str, errors: dict[str, pd.Series[float]], baseline: str) -> dict[str, Any]:
    """Return the mean difference to the baseline over the seeds of both, and its interval."""
    names = ("difference", "difference_low", "difference_high", "pairs")
    if model == baseline or baseline not in errors:
        return dict.fromkeys(names)
    differences = (errors[model] - errors[baseline]).dropna()
    return dict(zip(names, (*interval(differences), len(differences)), strict=True))


def interval(values: Sequence[float] | pd.Series[float]) -> tuple[float | None, ...]:
    """Return a mean and the ends of its interval by Student's t; None where there are too few."""
    import numpy as np
    from scipy import stats

    if len(values) == 0:
        return None, None, None
    mean = float(np.mean(values))
    if len(values) == 1:
        return mean, None, None
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1)) * error
    return mean, mean - reach, mean + reach


def text(rows: Sequence[Row], baseline: str) -> str:
    """Return a table for every case, then the trials that failed, with their reasons."""
    import pandas as pd  # not installed where asv imports this module

    frame = pd.DataFrame(lines(rows, baseline), dtype=object)
    parts = []
    for case, models in frame.groupby(list(CASE), sort=False) if len(frame) else []:
        shown = pd.DataFrame([_cells(line, baseline) for _, line in models.iterrows()])
        parts.append(f"{', '.join(map(str, case))}\n{shown.to_string(index=False)}")
    return "\n\n".join([*parts, *_failures(rows)]) or "no results"


def _cells(line: pd.Series[Any], baseline: str) -> dict[str, str]:
    """Return the cells of a model's line, by their heads."""
    difference = {
        f"minus {baseline}": _number(line["difference"]),
        f"{INTERVAL} ": _ends(line["difference_low"], line["difference_high"]),
        "pairs": _number(line["pairs"]),
    }
    return {
        "model": line["model"],
        "error": _number(line["error"]),
        INTERVAL: _ends(line["low"], line["high"]),
        "n": _number(line["n"]),
        **difference,
        **{name: _number(line[name]) for name in ("loss", "rate", "seconds")},
    }


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _ends(low: float | None, high: float | None) -> str:
    return "-" if low is None else f"{_number(low)} to {_number(high)}"


def _failures(rows: Iterable[Row]) -> Iterator[str]:
    failed = [f"  {', '.join(map(str, _trial(row)))}: {row.failure}" for row in rows if row.failure]
    if failed:
        yield "\n".join((f"{len(failed)} failed, which the next run tries again:", *failed))
