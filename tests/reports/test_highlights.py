"""The five numbers at the head of the report."""

from __future__ import annotations

from pathlib import Path

from reports import page, units
from reports.highlights import highlights
from reports.view import View, choose
from tests.reports import known, synthetic


def test_five_numbers(view: View) -> None:
    shown = highlights(view)
    numbers = [highlight.number.replace(units.THIN, " ") for highlight in shown]
    assert numbers == ["32.8×", "10.0×", "∝ T¹·⁰⁰", "97.5 %", "200 nJ/sample"]
    text = " ".join(highlight.sentence for highlight in shown)
    for fact in (
        "dsn (compile)",
        "T=16384 N=1 C=8",
        "spikingjelly",
        "mean over 2 seeds",
        "lif needs",
    ):
        assert fact in text


def test_only_what_was_measured_is_a_highlight(tmp_path: Path) -> None:
    synthetic.write(tmp_path, known.ACCURACY, known.value)
    assert len(highlights(choose(tmp_path))) == 1
    synthetic.write(tmp_path, known.ACCURACY, lambda name, **axes: None)
    assert highlights(choose(tmp_path)) == []
    assert "6 failed" in page.html(choose(tmp_path))
