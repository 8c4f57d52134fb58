"""Each section's tables and figures."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from reports import units
from reports.sections import (
    accuracy,
    energy,
    first_call,
    fixed_cost,
    gradients,
    history,
    horizon,
    properties,
    protocol,
    provenance,
)
from reports.tables import Table
from reports.view import View, choose
from suites.properties.suite import Models
from tests.reports import synthetic
from tests.reports.known import MODELS


def texts(table: Table | None) -> list[list[str]]:
    assert table is not None
    return [[cell.text.replace(units.THIN, " ") for cell in row] for row in table.rows]


def test_properties_are_compared_with_the_paper(view: View) -> None:
    table = properties.table(view)
    answers = {row[0]: row[1:] for row in texts(table)}
    assert answers["lif"][:2] == ["yes", "yes"]
    assert answers["psn"][:3] == ["no", "no", "n/a"]
    assert table is not None
    control = next(row for row in table.rows if row[0].text == "dsn")[2]
    assert control.text == "yes" and control.kind == ""
    section = str(properties.render(view))
    assert "A.17 is a condition on the decay" in section
    assert section.count("lif, soft reset") == 2  # its text, and what it sorts by


def test_a_property_that_is_not_the_papers_is_marked(view: View) -> None:
    paper = {
        "columns": [["function 1", ["nonlinearity"]]],
        "table_1": [["lif", [False]], ["dsn", [False]]],
        "explained": [["dsn", "function 1", "because"]],
    }
    other = replace(view, benchmarks={"properties.suite.Models.track_holds": {"paper": paper}})
    table = properties.table(other)
    assert table is not None
    lif, dsn = (row[1] for row in table.rows)
    assert lif.text == dsn.text == "yes (paper: no)"
    assert (lif.kind, lif.note) == ("failed", "") and (dsn.kind, dsn.note) == ("", "because")


def test_without_the_papers_answers_the_measured_ones_are_shown(view: View) -> None:
    older = replace(view, benchmarks={})
    assert properties.table(older) is None
    assert "Measured properties" in str(properties.render(older))


def test_the_suite_records_the_paper_as_json() -> None:
    recorded = vars(Models.track_holds)["paper"]
    assert json.loads(json.dumps(recorded, sort_keys=True)) == recorded


def test_gradients_show_the_worst_first_and_fold_the_rest(view: View) -> None:
    table = gradients.table(view)
    assert table is not None
    assert [head.text for head in table.heads[3:]] == ["gradient error", "far flip rate", "remark"]
    assert [head.unit.replace(units.THIN, " ") for head in table.heads[3:5]] == [
        *("tolerance 1.0 × 10⁻⁴", "tolerance 0")
    ]
    rows = texts(table)
    assert [row[0] for row in rows] == ["lif", "psn", "dsn"]
    assert rows[0][3:5] == ["1.0 × 10⁻⁷", "1.0 × 10⁻⁴ over"] and rows[1][3] == "2.0 × 10⁻⁴ over"
    axes = ("model", "backend", "surrogate")
    assert [row[:3] for row in texts(gradients.table(view, axes))] == [
        [model, "cpu", "default"] for model in ("psn", "lif", "dsn")
    ]
    assert len(texts(gradients.table(view, axes, all_cases=True))) == 48
    assert "for each surrogate, float32: every case" in str(gradients.render(view))


def test_the_horizon_is_drawn_down_to_the_smallest_norm(view: View) -> None:
    section = str(horizon.render(view))
    lines = re.findall(r'<g data-model="(\w+)" data-backend="">', section)
    assert set(lines) == set(MODELS)
    rows = texts(horizon.table(view))
    assert [row[:3] for row in rows] == [
        [model, condition, reach]
        for condition in ("matched", "own")
        for model, reach in (("dsn", "1"), ("lif", "1"), ("psn", "256"))
    ]
    assert rows[1][3:] == [
        *("1.0", "0.50", "1.5 × 10⁻⁵", "8.6 × 10⁻⁷⁸", "silent after step 271 of 1 024")
    ]
    assert "cut every k steps, own</figcaption>" in section and ">0.062<" in section


def test_history_shows_the_commit_that_lacks_a_model(view: View, root: Path) -> None:
    section = history.render(view)
    assert section is not None
    assert "bbbbbbb" in section and "aaaaaaa" in section
    row = re.search(r'data-model="dsn">.*?</td><td[^>]*>compile</td>(.*?)</tr>', str(section), re.S)
    assert row is not None and "n/a" in row[1] and ">8.19<" in row[1]  # ms at T = 16 384
    assert history.render(choose(root, "aaaa", machine="gpu")) is None


def test_history_has_a_ring_at_the_first_commit_after_a_jump(tmp_path: Path) -> None:
    axes = {"model": ["lif", "psn"], "backend": ["eager"], "shape": ["T=1024 N=1 C=8"]}
    for number in range(12):
        synthetic.write(
            tmp_path,
            {"speed.suite.Training.time_training": {"params": axes}},
            lambda name, model, number=number, **_: 2.0 if model == "lif" and number >= 6 else 1.0,
            commit=f"{number:08x}" * 5,
            date=synthetic.JUNE + number,
        )
    drawn = str(history.render(choose(tmp_path))).partition("<details>")[0]
    marks = {model: drawn.count(f'data-model="{model}"') for model in axes["model"]}
    assert marks["lif"] == marks["psn"] + 1


def test_first_calls_are_a_table(view: View) -> None:
    table = first_call.table(view)
    assert table is not None
    assert [head.text for head in table.heads[2:]] == ["cold", "cached"]
    assert texts(table) == [[model, "compile", "2.50", "0.0500"] for model in ("dsn", "lif")]


def test_fixed_cost_and_kernel_share(view: View) -> None:
    table = fixed_cost.table(view)
    assert table is not None and len(table.rows) == 5  # psn cannot run on compile
    assert [head.unit.split(",")[-1].replace(units.THIN, " ") for head in table.heads[2:]] == [
        *(" T = 1", " T = 1 024") * 2
    ]
    assert "Kernel share of forward + backward" in str(fixed_cost.render(view))


def test_the_papers_protocol_stands_beside_its_ratios(view: View) -> None:
    table = protocol.table(view)
    assert table is not None and table.caption == f"Ratios at T = {units.steps(16384)}"
    rows = texts(table)
    assert [row[1] for row in rows] == [
        *("21.7×", "28.0×", "25.6×", "2.20×", "3.20×", "1.63×", "2.10×", "0.57×")
    ]
    assert [row[3] for row in rows] == [
        *("21.7×", "28.0×", "25.6×", "2.20×", "3.20×", "1.62×", "2.10×", "0.57×")
    ]
    assert [row[2] for row in rows] == ["printed"] * 5 + ["derived"] * 3
    assert {row[4] for row in rows[:6]} == {"n/a"}
    assert "Times" in str(protocol.render(view))


def test_a_table_says_under_which_condition_it_stands(view: View) -> None:
    for section in (accuracy, energy, horizon):
        page = str(section.render(view))
        assert "Under matched, every model has one surrogate" in page
        assert "Under own, every model has its defaults" in page
        assert "What a model could not follow" in page and "reset: it has none" in page
        assert "nothing else" not in page and "only the neuron" not in page
        own = replace(view, frame=view.frame[view.frame["condition"] != "matched"])
        page = str(section.render(own))
        assert "what differs is the neuron" not in page.replace("\n", " ")
        assert "not the neuron&#39;s alone" in page
        assert "What a model could not follow" not in page


def test_accuracy_has_its_interval_and_energy_its_error(view: View) -> None:
    rows = {tuple(row[:3]): row[3:] for row in texts(accuracy.table(view))}
    assert rows["dsn", "digits", "own"] == ["3.00", "[0.516, 5.48]", "2.00", "4.00", "97.0", "3"]
    energies = {tuple(row[:2]): row[2:] for row in texts(energy.table(view))}
    assert energies["dsn", "own"] == ["3.00", "300", "300"]
    assert energies["lif", "matched"][0] == "6.00"
    alone = replace(view, frame=view.frame[view.frame["suite"] != "accuracy"])
    assert {row[2] for row in texts(energy.table(alone))} == {"n/a"}


def test_the_profile_and_the_gpu_are_facts(view: View) -> None:
    frame = view.frame.copy()
    clock = frame.iloc[:1].assign(suite="speed", metric="clock", value=1980.0, unit="MHz")
    facts = provenance.facts(replace(view, frame=clock, profile="gpu"))
    assert facts["GPU clock"].replace(units.THIN, " ") == "1 980 MHz"
    assert facts["Profile"] == "gpu"
