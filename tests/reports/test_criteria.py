"""What the overview compares: values, ranks, first places and fronts."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from reports import overview, pareto, site, source, units
from reports.criteria import Criterion, Entry, criteria
from reports.records import Record
from reports.view import View
from tests.reports.parser import Page
from tests.reports.test_records import finding


@pytest.fixture(scope="module")
def by_name(view: View) -> dict[str, Criterion]:
    records = (finding("holds", "a" * 40, models=["lif"]),)
    return {criterion.name: criterion for criterion in criteria(replace(view, records=records))}


def plain(entry: Entry) -> tuple[str, str, int]:
    return entry.text.replace(units.THIN, " "), entry.detail.replace(units.THIN, " "), entry.rank


def test_a_time_is_that_of_the_best_backend(by_name: dict[str, Criterion]) -> None:
    training = by_name[f"training, T = {units.steps(16384)}"]
    assert {model: plain(entry) for model, entry in training.entries.items()} == {
        "dsn": ("8.19 ms", "compile", 1),
        "lif": ("16.4 ms", "eager", 2),  # it failed with compile
        "psn": ("268 ms", "eager", 3),
    }


def test_a_model_that_failed_is_shown_without_a_rank(view: View) -> None:
    lif = (view.frame["model"] == "lif") & (view.frame["metric"] == "training")
    frame = view.frame.copy()
    frame.loc[lif, ["state", "value"]] = ["failed", float("nan")]
    training = next(c for c in criteria(replace(view, frame=frame)) if c.title == "training")
    assert plain(training.entries["lif"])[0::2] == ("failed", 0) and training.ranked == 2


def test_one_step_is_of_models_that_can_take_one(view: View) -> None:
    frame = view.frame.copy()
    online = frame[frame["suite"] == "properties"].dropna(subset="model").iloc[:1]
    offline = online.assign(model="psn", params=[{"property": "online"}], value=0.0)
    changed = replace(view, frame=pd.concat([frame, offline]))
    (latency,) = (c for c in criteria(changed) if c.title == "one step")
    assert set(latency.entries) == {"dsn", "lif"}


def test_accuracy_has_its_interval_and_energy_its_error(by_name: dict[str, Criterion]) -> None:
    accuracy, energy = by_name["accuracy, digits"], by_name["energy, digits"]
    assert plain(accuracy.entries["dsn"]) == ("96.0 %", "", 1)
    assert "interval 93.5 to 98.5 %, 3 seeds, condition matched" in accuracy.entries["dsn"].note
    assert plain(energy.entries["lif"]) == ("200 nJ", "6.00 % error", 1)


def test_properties_and_findings_are_counts_without_ranks(by_name: dict[str, Criterion]) -> None:
    assert plain(by_name["properties"].entries["dsn"]) == ("3 of 3", "", 0)
    assert plain(by_name["findings"].entries["lif"]) == ("1 of 1", "", 0)
    assert by_name["findings"].entries["lif"].note == "holds: 1"


def test_a_gradient_error_is_the_worst(by_name: dict[str, Criterion]) -> None:
    assert by_name["gradient error"].entries["psn"].value == 2e-4
    assert plain(by_name["gradient error"].entries["psn"])[1:] == ("eager", 3)


def test_the_least_energy_is_that_of_the_more_accurate_half() -> None:
    entries = {"silent": (1.0, 0.2, 4), "good": (3.0, 0.9, 2), "best": (4.0, 0.95, 1)}
    entries["worse"] = (2.0, 0.5, 3)
    accuracy = {m: Entry(value, "", rank=rank) for m, (_, value, rank) in entries.items()}
    order = sorted(entries, key=lambda model: entries[model][0])
    energy = {m: Entry(entries[m][0], "", rank=order.index(m) + 1) for m in order}
    compared = [
        Criterion("accuracy", "digits", "accuracy.html", accuracy, "most accurate"),
        Criterion("energy", "digits", "energy.html", energy, "least energy"),
    ]
    first, least = overview.winners(compared)
    assert (first.models, least.models) == (["best"], ["good"])
    assert least.title == "least energy of the more accurate half"
    frame = pareto.points(*compared)
    assert pareto.names(frame) == ["silent", "worse", "good", "best"]


def test_on_the_front_is_what_no_cheaper_model_beats() -> None:
    accuracy = {m: Entry(v, "") for m, v in {"a": 0.9, "b": 0.8, "c": 0.95, "d": 0.95}.items()}
    cost = {m: Entry(v, "") for m, v in {"a": 1.0, "b": 2.0, "c": 3.0, "d": 3.5}.items()}
    cost["unlearned"] = Entry(0.5, "")
    frame = pareto.points(Criterion("", "", "", accuracy), Criterion("", "", "", cost))
    assert pareto.names(frame) == ["a", "c"]


def test_ties_share_a_place_and_are_named(view: View) -> None:
    entries = {f"m{i}": Entry(1.0, "1", rank=1) for i in range(5)}
    (winner,) = overview.winners([Criterion("memory", "", "memory.html", entries, "least memory")])
    assert (winner.models, winner.more, winner.ranked) == (["m0", "m1", "m2"], 2, 5)


@pytest.mark.slow
def test_the_overview_counts_what_does_not_hold_and_names_tasks_without_accuracy(
    view: View,
) -> None:
    content = {"text": "", "shape": [1], "train": 1, "test": 1, "pictures": []}
    samples = [Record("sample", n, "a" * 40, "box", "2026", content) for n in ("digits", "recall")]
    wrong = finding("does not hold", "a" * 40)
    right = finding("holds", "a" * 40)._replace(name="clif_y")
    files = site.files(replace(view, records=(wrong, right, *samples)))
    text = " ".join(Page(files["index.html"]).text.split())
    assert "Statements of papers that do not hold 1 of 2 CLIF 1; each with an experiment" in text
    assert "Accuracy was not measured here on recall: what" in text
    assert 'id="failing"' in files["findings.html"]


def test_without_records_the_overview_counts_nothing(view: View) -> None:
    shown = overview.context(replace(view, records=()), [])
    assert (shown["checked"], shown["unlearned"]) == (0, [])


def test_the_model_to_start_from_is_the_shortest_with_a_step() -> None:
    assert source.shortest(["clif", "iaf", "lif", "psn", "of_another_package"]) == "iaf"
    assert source.shortest(["psn"]) == source.shortest([]) == ""
