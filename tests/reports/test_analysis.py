"""Speed-ups, ratios and intervals, from times that are known."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from reports import analysis
from reports.view import View


def test_speedups_over_the_baselines_fastest_backend(view: View) -> None:
    rows = analysis.speedups(view.ours(view.rows("speed")), "psn")
    ratio = rows.set_index(["metric", "model", "backend", "T"])["ratio"]
    assert ratio["training", "dsn", "compile", 16384] == pytest.approx(16384 * 1e-3 / 0.5)
    assert ratio["training", "dsn", "eager", 1024] == pytest.approx(1.024)
    assert ratio["training", "psn", "eager", 4096] == 1.0
    assert math.isnan(ratio["training", "lif", "compile", 16384])
    assert "spikingjelly" not in set(rows["backend"])


def test_peers_are_compared_with_our_fastest_backend(view: View) -> None:
    rows = analysis.against_peers(view.rows("speed"), {"spikingjelly"})
    assert set(rows["model"]) == {"lif"}
    forward = rows[rows["metric"] == "forward"].set_index("T")
    assert forward["ratio"].round(6).to_dict() == {1024: 10.0, 4096: 10.0, 16384: 5.0}
    assert forward["our_backend"].to_dict() == {1024: "compile", 4096: "compile", 16384: "eager"}


def test_the_interval_of_a_mean() -> None:
    low, high = analysis.interval(pd.Series([1.0, 2.0, 3.0]))
    assert (low, high) == pytest.approx((2 - 4.3027 / 3**0.5, 2 + 4.3027 / 3**0.5), abs=1e-3)
    assert all(math.isnan(end) for end in analysis.interval(pd.Series([1.0])))
