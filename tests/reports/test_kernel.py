"""The kernel's share of a call, and the slopes that are given where it dominates."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest

from reports import kernel
from reports.sections import floors, speed
from reports.tables import Table
from reports.view import View
from tests.reports.test_sections import texts


def without_share(view: View, seconds: float) -> View:
    """Return the view without recorded shares, and with that fixed cost of every call."""
    frame = view.frame[view.frame["metric"] != "kernel_share"].copy()
    frame.loc[frame["benchmark"].str.contains("FixedCost"), "value"] = seconds
    return replace(view, frame=frame)


def slope_cells(table: Table | None) -> dict[tuple[str, str], list[str]]:
    return {(row[0], row[1]): row[2:6] for row in texts(table)}


def test_the_recorded_share_is_that_of_training(view: View) -> None:
    rows = kernel.with_share(view.ok("speed", "forward", "training"), view.frame)
    share = rows.set_index(["metric", "model", "backend", "T"])["share"]
    assert share["training", "dsn", "compile", 1024] == pytest.approx(1 - 10 / 1024)
    fixed = 1e-5 + 1e-7
    assert share["forward", "dsn", "compile", 1024] == pytest.approx(1 - fixed / 512e-6)
    assert share["training", "dsn", "eager", 1024] == pytest.approx(1 - fixed / 1024e-6)
    peer = rows[rows["backend"] == "spikingjelly"]
    assert len(peer) and peer["share"].isna().all()


def test_forward_has_a_fixed_cost_of_its_own(view: View) -> None:
    """That of forward + backward is larger; of two values of one case the last counts."""
    calls = view.frame["benchmark"].str.contains("FixedCost") & (view.frame["T"] == 1)
    rest = view.frame[view.frame["metric"] != "kernel_share"]
    training = calls & (view.frame["metric"] == "training")
    twice = view.frame[training].assign(value=1e-4)
    frame = pd.concat([rest[calls.loc[rest.index]].assign(value=1e-5), twice])
    rows = kernel.with_share(view.ok("speed", "forward", "training", "backward"), frame)
    share = rows.set_index(["metric", "model", "backend", "T"])["share"]
    assert share["forward", "dsn", "eager", 1024] == pytest.approx(1 - 1e-5 / 1024e-6)
    assert share["training", "dsn", "eager", 1024] == pytest.approx(1 - 1e-4 / 1024e-6)
    assert share["backward", "dsn", "eager", 1024] == pytest.approx(1 - 1e-4 / 1024e-6)


def test_slopes_of_power_laws(view: View) -> None:
    shared = kernel.with_share(view.ok("speed"), view.frame)
    octaves = kernel.octaves(shared).set_index(["metric", "model", "backend"])
    assert octaves.loc[("training", "dsn", "eager"), "slope"] == pytest.approx(1.0)
    assert octaves.loc[("training", "psn", "eager"), "slope"] == pytest.approx(2.0)
    assert octaves.loc[("training", "psn", "eager"), ["first", "last"]].tolist() == [4096, 16384]
    assert ("forward", "psn", "compile") not in octaves.index
    assert ("training", "lif", "spikingjelly") not in octaves.index  # its fixed cost is unknown


def test_both_ends_of_an_octave_need_the_kernel(view: View) -> None:
    """At a fixed cost of .3 ms, 4096 steps of dsn on eager are 93 % kernel, 1024 steps 71 %."""
    some = without_share(view, 3e-4)
    octaves = kernel.octaves(kernel.with_share(some.ok("speed"), some.frame))
    dsn = octaves[(octaves["model"] == "dsn") & (octaves["metric"] == "training")]
    assert dsn.set_index("backend")[["first", "last"]].to_numpy().tolist() == [[4096, 16384]]
    none = without_share(view, 3e-3)
    octaves = kernel.octaves(kernel.with_share(none.ok("speed"), none.frame))
    assert set(octaves["model"]) <= {"psn"}


def test_an_octave_is_a_factor_of_two_or_the_next_more(view: View) -> None:
    rows = kernel.with_share(view.ok("speed", "training"), view.frame)
    rows = rows[(rows["model"] == "dsn") & (rows["backend"] == "eager")]
    near = rows[rows["T"] == 16384].assign(T=16383, value=1.0)
    octaves = kernel.octaves(pd.concat([rows, near]))
    assert octaves[["first", "last"]].to_numpy().tolist() == [[4096, 16384]]


def test_an_octave_of_exactly_two_and_a_share_that_is_just_enough_count() -> None:
    line = {"metric": "training", "model": "dsn", "backend": "eager", "size": "N=1 C=8"}
    points = pd.DataFrame({"T": [1024, 2048], "value": [1.0, 3.0], "share": [kernel.LEAST, 1.0]})
    (octave,) = kernel.octaves(points.assign(**line)).to_dict("records")
    assert (octave["first"], octave["last"], octave["share"]) == (1024, 2048, kernel.LEAST)
    assert octave["slope"] == pytest.approx(math.log2(3))


def test_the_table_has_no_slope_from_overhead(view: View) -> None:
    assert slope_cells(speed.table(view))["dsn", "eager"] == ["1.00"] * 4
    table = speed.table(without_share(view, 1.0))
    assert set(slope_cells(table)["dsn", "eager"]) == {"–"}
    assert table is not None
    assert "the kernel takes 0% of a call" in table.rows[0][2].note


def test_no_multiple_of_a_floor_from_overhead(view: View) -> None:
    cells = {(row[0], row[1]): row for row in texts(floors.table(without_share(view, 1.0)))}
    assert cells["dsn", "eager"][6] == "–"
    assert texts(floors.table(view))[1][6] != "–"


def test_a_backward_that_runs_the_forward_again_says_so(view: View) -> None:
    rows = {(row[0], row[1]): row[-1] for row in texts(speed.table(view))}
    assert "backward alone runs the forward again" in rows["lif", "eager"]
    assert rows["dsn", "eager"] == ""
    assert rows["lif", "compile"] == "silent after step 271 of 1 024"
