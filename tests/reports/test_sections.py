"""Each section's tables and figures."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from reports import units
from reports.sections import first_call, gradients, history, horizon, properties
from reports.tables import Table
from reports.view import View, choose
from suites.properties.suite import Models
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
    assert [head.text for head in table.heads[3:]] == ["input error", "far flip rate"]
    assert [head.unit.replace(units.THIN, " ") for head in table.heads[3:]] == [
        *("tolerance 1.0 × 10⁻⁴", "tolerance 0")
    ]
    rows = texts(table)
    assert [row[0] for row in rows] == ["lif", "psn", "dsn"]
    assert rows[0][3:] == ["1.0 × 10⁻⁷", "1.0 × 10⁻⁴ over"] and rows[1][3] == "2.0 × 10⁻⁴ over"
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
    rows = {row[0]: row for row in texts(horizon.table(view))}
    assert list(rows) == ["dsn", "lif", "psn"]
    assert [row[1] for row in rows.values()] == ["1", "1", "256"]
    assert rows["lif"][2:] == ["1.0", "0.50", "1.5 × 10⁻⁵", "8.6 × 10⁻⁷⁸"]
    assert "cut every k steps</figcaption>" in section and ">0.062<" in section


def test_history_shows_the_commit_that_lacks_a_model(view: View, root: Path) -> None:
    section = history.render(view)
    assert section is not None
    assert "bbbbbbb" in section and "aaaaaaa" in section
    row = re.search(r'data-model="dsn">dsn</td><td[^>]*>compile</td>(.*?)</tr>', str(section), re.S)
    assert row is not None and "n/a" in row[1] and ">8.19<" in row[1]  # ms at T = 16 384
    assert history.render(choose(root, "aaaa", machine="gpu")) is None


def test_first_calls_are_a_table(view: View) -> None:
    table = first_call.table(view)
    assert table is not None
    assert [head.text for head in table.heads[2:]] == ["cold", "cached"]
    assert texts(table) == [[model, "compile", "2.50", "0.0500"] for model in ("dsn", "lif")]
