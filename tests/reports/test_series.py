"""Which series the page of the history gets, with which values and changes, and how packed."""

from __future__ import annotations

import base64
import json
import math
import zlib
from pathlib import Path
from typing import Any

import pytest

from reports import series
from reports.sections import series as section
from reports.view import View, choose
from tests.reports import synthetic
from tests.reports.parser import Page

COMMITS = 24
HOSTILE = "</script></template><script>alert(1)</script>"
BENCHMARKS: dict[str, dict[str, Any]] = {
    "lone.time_pass": {"params": {"model": ["lif", "psn"]}},
    "lone.track_share": {"unit": "fraction", "direction": "higher"},
    "lone.track_loads": {"unit": "loads", "gate": "counter"},
    "lone.track_never": {"unit": "loads"},
}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> View:
    """Return 24 commits: psn is missing at 0, fails at 3, and is slower by half from 12 on."""
    root = tmp_path_factory.mktemp("asv") / "results"
    for number in range(COMMITS):
        times = [(3e-3 if number >= 12 else 2e-3) * (1 + 1e-3 * n) for n in range(10)]
        values: dict[str, synthetic.Value] = {
            "lif": 1.23456789e-3,
            "psn": math.nan if number == 0 else None if number == 3 else times,
            "lone.track_share": 0.5,
            "lone.track_loads": 123456.0,
            "lone.track_never": None,
        }
        synthetic.write(
            root,
            BENCHMARKS,
            lambda name, values=values, model="": values[model or name],
            commit=f"{number + 1:08x}" * 5,
            date=synthetic.JUNE + number * 86_400_000,
        )
    return choose(root)


@pytest.fixture(scope="module")
def collected(history: View) -> dict[str, Any]:
    return series.collect(history, series.changed(history))


def test_every_series_with_a_number_has_an_entry_per_commit(collected: dict[str, Any]) -> None:
    names = [one["name"] for one in collected["series"]]
    assert names == [
        "lone.time_pass(lif)",
        "lone.time_pass(psn)",
        "lone.track_loads()",
        "lone.track_share()",
    ]
    assert {len(one["values"]) for one in collected["series"]} == {COMMITS}
    first = collected["commits"][0]
    assert first == ["00000001" * 5, "2026-05-28", ""]


def test_values_have_four_digits_in_the_unit_of_the_series(collected: dict[str, Any]) -> None:
    lif, psn, loads, share = collected["series"]
    assert (lif["values"][0], lif["unit"], "lo" in lif) == (1.235, "ms", False)
    assert psn["values"][:5] == [None, psn["values"][1], psn["values"][1], "failed", 2.009]
    assert psn["lo"][3] is None and psn["lo"][4] < 2.009 < psn["hi"][4]
    assert loads["values"][0] == 123456, "a counter is exact"
    assert (share["values"][0], share["unit"], share["better"]) == (50, "%", "higher")


def test_a_change_is_at_its_commits(collected: dict[str, Any]) -> None:
    changes = {one["name"]: one["changes"] for one in collected["series"]}
    (jump,) = changes.pop("lone.time_pass(psn)")
    assert (jump["kind"], jump["loss"], jump["from"], jump["at"]) == ("jump", True, 11, 12)
    assert jump["ratio"] == pytest.approx(1.5, rel=0.01)
    assert not any(changes.values())


def test_hostile_subjects_are_no_markup(history: View, monkeypatch: pytest.MonkeyPatch) -> None:
    subjects = "\n".join(f"{commit} {HOSTILE}" for commit in history.history["commit"].unique())
    monkeypatch.setattr(series, "git", lambda *_: subjects)
    rendered = Page(str(section.render(history)))
    (packed,) = rendered.values("data-series")
    content = json.loads(zlib.decompress(base64.b64decode(packed)))
    assert {subject for _, _, subject in content["commits"]} == {HOSTILE}
    assert rendered.all("script") == []


def test_the_changes_are_in_a_table_that_needs_no_script(history: View) -> None:
    text = Page(str(section.render(history))).text
    assert "All changes" in text and "1.50×" in text and "lone.time_pass(psn)" in text


def test_a_number_that_json_has_not_is_left_out() -> None:
    assert [series._rounded(v, 4) for v in (math.nan, math.inf, 0.0, 1e-9)] == [None, None, 0, 1e-9]


def test_one_commit_has_no_series_to_draw(root: Path) -> None:
    assert section.render(choose(root, "aaaa", machine="gpu")) is None
