"""Slopes, speed-ups and ratios, from times that are known."""

from __future__ import annotations

import math

import pytest

from reports import analysis
from reports.view import View


def test_slopes_of_power_laws(view: View) -> None:
    fits = analysis.slopes(view.ok("speed")).set_index(["metric", "model", "backend"])["slope"]
    assert fits["training", "dsn", "eager"] == pytest.approx(1.0)
    assert fits["training", "psn", "eager"] == pytest.approx(2.0)
    assert fits["forward", "lif", "spikingjelly"] == pytest.approx(1.0)
    assert ("forward", "psn", "compile") not in fits


def test_a_slope_through_two_points_has_no_error(view: View) -> None:
    fits = analysis.slopes(view.ok("speed")).set_index(["metric", "model", "backend"])
    assert fits.loc[("forward", "lif", "compile"), "points"] == 2
    assert math.isnan(fits.loc[("forward", "lif", "compile"), "stderr"])
    assert fits.loc[("forward", "lif", "eager"), "stderr"] < 1e-9


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
