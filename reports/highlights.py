"""The numbers at the head of the report, each chosen by a fixed rule, as far as it was measured.

* dsn against psn, and against sliding_psn, at the largest T at which both were timed;
* our lif against SpikingJelly's, in the same way;
* the slope of dsn's longest octave in which the kernel dominates;
* the best mean accuracy with its interval over seeds, of the task with the most models;
* the energy of dsn and of lif, each with its error.

All times are of forward + backward, or of forward where there are none, and each side runs on its
fastest backend. No rule looks for the most favourable case. Conditions: matched if it was measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reports import analysis, conditions, kernel, units
from reports.view import View

PEER = "spikingjelly"  # and its variants: spikingjelly_triton
MODEL, OTHERS, OF_PEER = "dsn", ("psn", "sliding_psn"), "lif"
CONVENTION = "default"
_DIRECTION = {"training": "forward + backward", "forward": "forward"}


@dataclass(frozen=True)
class Highlight:
    """A number in large type, and a sentence that gives it in full."""

    number: str
    sentence: str


def highlights(view: View) -> list[Highlight]:
    """Return the highlights of a view; what was not measured is left out."""
    candidates = [_over_model(view, other) for other in OTHERS]
    candidates += [_over_peer(view), _slope(view), _accuracy(view), _energy(view)]
    return [highlight for highlight in candidates if highlight is not None]


def _over_model(view: View, other: str) -> Highlight | None:
    times = _times(view, view.ours(view.ok("speed", *_DIRECTION)))
    ours, theirs = times[times["model"] == MODEL], times[times["model"] == other]
    pair = _at_largest(ours, theirs)
    return None if pair is None else _comparison(*pair, other)


def _over_peer(view: View) -> Highlight | None:
    times = _times(view, view.ok("speed", *_DIRECTION))
    times = times[times["model"] == OF_PEER]
    peers = [name for name in view.peers if name.partition("_")[0] == PEER]
    pair = _at_largest(view.ours(times), times[times["backend"].isin(peers)])
    return None if pair is None else _comparison(*pair, f"{OF_PEER} of SpikingJelly")


def _times(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the times of forward + backward with the kernel's share, or those of the forward."""
    training = rows[rows["metric"] == "training"]
    return kernel.with_share(training if len(training) else rows, view.frame)


def _at_largest(ours: pd.DataFrame, theirs: pd.DataFrame) -> tuple[Any, Any] | None:
    """Return the fastest row of each side at the largest T, then size, that both have."""
    common = ours[ours["shape"].isin(theirs["shape"])]
    if common.empty:
        return None
    shape = common.sort_values(["T", "size"])["shape"].iloc[-1]
    sides = (side[side["shape"] == shape] for side in (ours, theirs))
    fastest = [side.sort_values(["value", "backend"]).iloc[0] for side in sides]
    return fastest[0], fastest[1]


def _comparison(ours: Any, theirs: Any, other: str) -> Highlight:
    """Return how many times faster or slower ours is than the other."""
    ratio = theirs["value"] / ours["value"]
    number = f"{units.times(max(ratio, 1 / ratio))} {'faster' if ratio >= 1 else 'slower'}"
    times = (units.quantity(side["value"], "seconds") for side in (ours, theirs))
    sentence = (
        f"{ours['model']} ({ours['backend']}) runs {_DIRECTION[ours['metric']]} {number} than"
        f" {other} ({theirs['backend']}) at {ours['shape']}: {' against '.join(times)}."
    )
    if ours["share"] < kernel.LEAST:
        sentence += f" Only {ours['share']:.0%} of its call is the kernel, the rest a fixed cost."
    return Highlight(number, sentence)


def _slope(view: View) -> Highlight | None:
    times = _times(view, view.ours(view.ok("speed", *_DIRECTION)))
    times = times[times["model"] == MODEL]
    octaves = kernel.octaves(times)
    if octaves.empty:
        return None
    longest = octaves[octaves["last"] == octaves["last"].max()]
    at_last = times[times["T"] == longest["last"].iloc[0]].sort_values(["value", "backend"])
    backend = next(name for name in at_last["backend"] if name in set(longest["backend"]))
    octave = longest[longest["backend"] == backend].iloc[0]
    share = math.floor(100 * octave["share"])
    sentence = (
        f"The time of {MODEL} ({backend}, {_DIRECTION[octave['metric']]}) grows as T to the power"
        f" {octave['slope']:.2f} from T = {units.steps(octave['first'])} to"
        f" {units.steps(octave['last'])}, where the kernel takes at least {share} % of a"
        " call (1 is linear)."
    )
    return Highlight(f"∝ T{units.power(octave['slope'])}", sentence)


def _accuracy(view: View) -> Highlight | None:
    rows = conditions.known(view.ok("accuracy", "test_error")).dropna(subset=["model", "task"])
    if rows.empty:
        return None
    condition = conditions.first(rows)
    rows = rows[rows["condition"] == condition]
    models = rows.groupby("task")["model"].nunique()
    task = str(models[models == models.max()].index.min())
    groups = rows[rows["task"] == task].groupby("model")["value"]
    best = str(groups.mean().idxmin())
    errors = groups.get_group(best)
    high, low = (1 - end for end in analysis.interval(errors))
    if not low <= high:
        return None  # one seed has no interval
    within = int((1 - groups.mean() >= low).sum()) - 1
    number = units.quantity(1 - errors.mean(), "fraction")
    ends = f"{units.digits(low * 100)} to {units.digits(min(high, 1.0) * 100)} %"
    sentence = (
        f"{best} has the best mean test accuracy on {task} under the condition {condition},"
        f" {number}; 95 % interval over {len(errors)} seeds: {ends}. Other models whose mean lies"
        f" within it: {within}."
    )
    return Highlight(number, sentence)


def _energy(view: View) -> Highlight | None:
    rows = conditions.known(view.ok("energy", "energy"))
    rows = rows[rows["convention"] == CONVENTION].dropna(subset=["model"])
    errors = conditions.mean_errors(view)
    if rows.empty:
        return None
    condition = conditions.first(rows)
    rows = rows[rows["condition"] == condition].drop_duplicates("model", keep="last")
    energy = rows.set_index("model")["value"]
    if MODEL not in energy or (condition, MODEL) not in errors:
        return None
    shown = [
        f"{model} needs {units.quantity(energy[model], 'nJ/sample')} at a test error of"
        f" {units.quantity(errors[condition, model], 'fraction')}"
        for model in (MODEL, OF_PEER)
        if model in energy and (condition, model) in errors
    ]
    number = units.quantity(energy[MODEL], "nJ/sample")
    error = units.quantity(errors[condition, MODEL], "fraction")
    sentence = f"{', '.join(shown)} (convention {CONVENTION}, condition {condition})."
    return Highlight(f"{number} at {error} error", sentence)
