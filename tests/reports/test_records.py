"""Records on the page: pictures of every kind, findings, claims, tasks, searches; a torn store."""

import json
import math
import re
from dataclasses import replace

import pytest

from reports import pictures, records, site
from reports.records import Record
from reports.sections import claims, findings, searches, tasks
from reports.view import View
from suites import pictures as made
from suites import records as written
from suites.records import Origin
from tests.reports.parser import Page

PICTURES = {
    "lines": made.lines(
        "Lines",
        [1, 2, 4],
        {"a": [1, 2.5, None], "b": [3, 4, 5]},
        log="x",
        bands={"a": ([0] * 3,) * 2},
        events={"spike": [2]},
    ),
    "names": made.lines("Names", ["x", "y"], {"a": [1, math.nan]}),
    "heat": made.heat("Heat", [[0, 1], [None, 0.5]], rows=["r1", "r2"], columns=["1", "2"]),
    "bars": made.bars("Bars", {"a": 1.0, "b": None}, intervals={"a": (0.5, 1.5)}),
    "images": made.images("Images", {"one": [[[0, 1], [0.5, 0.2]]] * 2}),
}
HOSTILE = "<script>alert(1)</script> & [x](http://evil)"


def finding(verdict: str, commit: str, **changed: object) -> Record:
    content = {
        **{"name": "clif_x", "paper": "clif", "place": "Fig. 1", "statement": HOSTILE},
        **{"verdict": verdict, "figure": 0.5, "low": 0.4, "high": 0.6, "unit": "x", "seeds": 3},
        **{"seconds": 1.0, "exact": False, "measured": "A", "scale": "small", "models": ["clif"]},
        **{"command": "python -m suites.findings clif_x", "numbers": {"rate": 0.25, "none": None}},
        "pictures": [*PICTURES.values(), {"picture": "unknown", "title": "?"}],
    }
    return Record("finding", "clif_x", commit, "box", "2026-01-01", content | changed)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_drawn_in_the_pages_colours(name):
    (drawn,) = pictures.draw([json.loads(json.dumps(PICTURES[name]))], "here")
    assert PICTURES[name]["title"] in drawn
    assert not re.search(r"#[0-9a-f]{6}", drawn.partition("base64")[0])


def test_an_event_is_a_column_of_the_download(view: View):
    (drawn,) = pictures.draw([json.loads(json.dumps(PICTURES["lines"]))], "here")
    assert "spike" in drawn


def test_a_page_of_a_model_shows_its_dynamics_or_the_command(view: View):
    content = {"fired": 3, "pictures": [PICTURES["lines"]]}
    record = Record("dynamics", "dsn", "b" * 40, "box", "2026-01-01", content)
    page = site.files(replace(view, records=(record,)))["models/dsn.html"]
    assert 'id="dynamics"' in page and "Lines" in page
    assert "Not measured. Do it with <code>python -m suites.dynamics dsn" not in page
    page = site.files(replace(view, records=()))["models/dsn.html"]
    assert "Not measured. Do it with <code>python -m suites.dynamics dsn" in page


def test_a_finding_shows_its_verdict_its_interval_and_what_it_was_before(view: View):
    records = (finding("not separated", "b" * 40), finding("holds", "a" * 40))
    html = findings.render(replace(view, records=records))
    assert 'class="verdict holds">holds' in html and "not separated until bbbbbbbb" in html
    assert "0.5" in html and "95 % interval 0.4" in html.replace("\u2009", " ")
    assert "<script>" not in html and html.count("<figure>") == len(PICTURES)


def test_without_records_the_page_says_which_command_measures(view: View):
    for section in (findings, claims, tasks, searches):
        assert "Not measured" in section.render(view) and "python -m suites." in section.render(
            view
        )


def test_claims_that_differ_come_first_with_their_reason(view: View):
    row = {"table": "Table 6", "quantity": "MACs", "paper": 1.5, "ours": 2.0, "unit": "M"}
    rows = [row | {"difference": 0.5, "convention": "differs: a bias", "reproduces": False}]
    rows += [row | {"difference": 0.0, "convention": "rate", "reproduces": True}]
    record = Record("claim", "clif", "a" * 40, "box", "2026-01-01", {"rows": rows})
    html = claims.render(replace(view, records=(record,)))
    assert html.index("differs: a bias") < html.index("CLIF: 1 of 2 numbers reproduced")


def test_the_suites_records_are_read_from_beside_the_results(tmp_path):
    file = tmp_path / records.FILE
    assert records.read(file) == ([], [])
    kept = written.record("sample", "rows", Origin("abc", "cpu"), {"text": "é"})
    written.add(file, [kept])
    (found,), notes = records.read(file)
    assert (found.kind, found.name, found.content, notes) == ("sample", "rows", {"text": "é"}, [])
    file.write_bytes(b"torn")
    found, (note,) = records.read(file)
    assert found == [] and "no records that can be read" in note


def test_the_page_is_whole_with_records(view: View):
    found = finding("holds", "a" * 40)
    html = site.files(replace(view, records=(found,)))["findings.html"]
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert HOSTILE in Page(html).text
