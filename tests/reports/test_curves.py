"""Learning curves: a figure per task and condition, a line per model, a band over seeds."""

from dataclasses import replace

import pandas as pd
import pytest

from reports import records
from reports.records import Record
from reports.sections import curves
from reports.view import View
from tests.reports.test_downloads import read, saved

HERE, OLDER = "a" * 40, "b" * 40


def curve(model: str, seed: int, loss: list[float], commit: str = HERE, ended: int = 1) -> Record:
    trial = {"task": "digits", "network": "mlp", "model": model, "condition": "own"}
    trial |= {"recipe": "tiny", "seed": seed}
    name = "-".join(map(str, trial.values()))
    return Record("curve", name, commit, "box", f"2026-01-0{ended}", trial | {"loss": loss})


def drawn(view: View, *found: Record) -> pd.DataFrame:
    """Return what the only figure draws."""
    html = curves.render(replace(view, records=found))
    assert html.count("<figure>") == 1 and "training loss" in html and ">epoch<" in html
    return read(saved(html)["curve-digits-mlp-own-tiny.csv"])


def test_a_line_is_the_mean_over_seeds_with_a_band(view: View) -> None:
    frame = drawn(view, curve("lif", 0, [1.0, 0.5]), curve("lif", 1, [3.0, 0.7]))
    assert list(frame["epoch"]) == [1, 2]
    assert list(frame["value"]) == pytest.approx([2.0, 0.6])
    assert list(zip(frame["low"], frame["high"], strict=True)) == [(1.0, 3.0), (0.5, 0.7)]


def test_one_seed_has_no_band_and_seeds_may_differ_in_length(view: View) -> None:
    assert "low" not in drawn(view, curve("lif", 0, [1.0, 0.5]))
    frame = drawn(view, curve("lif", 0, [1.0, 0.5]), curve("lif", 1, [3.0]))
    assert list(frame["value"]) == pytest.approx([2.0, 0.5])


def test_a_curve_of_the_commit_goes_before_a_later_one_of_another(view: View) -> None:
    here, other = curve("lif", 0, [1.0, 0.5]), curve("lif", 0, [9.0, 8.0], OLDER, ended=2)
    assert list(drawn(view, here, other)["value"]) == [1.0, 0.5]
    assert "Recorded at commit" not in curves.render(replace(view, records=(here,)))
    html = curves.render(replace(view, records=(other,)))
    assert "Recorded at commit bbbbbbbb." in html


def test_a_checkout_with_changes_is_of_its_commit() -> None:
    changed = curve("lif", 0, [1.0], f"{HERE}-dirty")
    assert records.others([changed], HERE) == ""
    assert records.newest([changed, curve("lif", 0, [2.0], OLDER)], "curve", HERE) == {
        changed.name: changed
    }


def test_without_curves_the_command_stands_there(view: View) -> None:
    html = curves.render(replace(view, records=()))
    assert "Not measured. Do it with <code>asv run HEAD^! --bench ^accuracy</code>" in html
