"""The floors of a pass: the ratios to them, and the times that are rejected below them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from neurons import get
from reports import analysis, floors, page
from reports.sections import floors as section
from reports.sections.provenance import failures
from reports.view import View, choose
from suites import cases
from suites.floors.suite import Chain, Copy
from suites.profiles import Shape
from suites.speed.suite import SERIAL
from tests.reports import synthetic

SHAPES = ["T=1024 N=1 C=8", "T=4096 N=1 C=8"]
CASES = {"model": ["dsn", "lif", "psn"], "backend": ["eager", "cpu"], "shape": SHAPES}
TIMED = {"params": CASES, "serial": {"dsn": ["cpu"], "lif": ["eager", "cpu"], "psn": []}}
BENCHMARKS = {
    "speed.suite.Inference.time_forward": TIMED,
    "speed.suite.Backward.time_backward": TIMED,
    "speed.suite.Training.time_training": TIMED,
    "floors.suite.Copy.time_copy": {"params": {"shape": SHAPES}},
    "floors.suite.Chain.track_chain": {"params": {"shape": SHAPES}},
}
COPY, CHAIN = 1e-9, 2e-8  # seconds per element, and per step


def known(name: str, shape: str = "", **axes: str) -> list[float]:
    """Return seconds: forward takes as long as 8 copies and as 3.2 chains."""
    steps = int(shape.split()[0][2:])
    return [steps * {"copy": 8 * COPY, "chain": CHAIN}.get(name.split("_")[-1], 64 * COPY)] * 8


def known_except(**times: list[float]) -> Callable[..., list[float]]:
    """Return `known` with other times for lif on cpu at the longest T."""

    def value(name: str, **axes: str) -> list[float]:
        case = (axes.get("model"), axes.get("backend"), axes["shape"])
        other = times.get(name.split("_")[-1]) if case == ("lif", "cpu", SHAPES[1]) else None
        return other or known(name, **axes)

    return value


def view_of(root: Path, value: Callable[..., list[float]] = known) -> View:
    synthetic.write(root, BENCHMARKS, value)
    return choose(root)


def lif(view: View, metric: str = "forward") -> pd.Series:
    rows = view.rows("speed", metric)
    rows = rows[(rows["model"] == "lif") & (rows["backend"] == "cpu")]
    return rows[rows["shape"] == SHAPES[1]].iloc[0]


def test_ratios_to_the_floors(tmp_path: Path) -> None:
    view = view_of(tmp_path)
    rows = floors.with_floors(view.rows("speed"), view.frame)
    rows = rows.set_index(["metric", "model", "backend", "T"])
    forward, backward, training = (
        rows.loc[(metric, "lif", "cpu", 1024)] for metric in ("forward", "backward", "training")
    )
    assert forward["copy_rate"] == backward["copy_rate"] == pytest.approx(8 / COPY)
    assert forward["rate"] == pytest.approx(2 * 4 / (8 * COPY))
    assert training["rate"] == pytest.approx(5 * 4 / (8 * COPY))
    passes = (forward, backward, training)
    assert [row["over_copy"] for row in passes] == pytest.approx([8, 8 / 1.5, 8 / 2.5])
    assert [row["over_chain"] for row in passes] == pytest.approx([3.2, 3.2, 1.6])


def test_only_serial_runs_have_a_chain(tmp_path: Path) -> None:
    view = view_of(tmp_path)
    rows = floors.with_floors(view.rows("speed", "forward"), view.frame)
    has_chain = rows["chain"].notna() & rows["over_chain"].notna()
    pairs = {*zip(rows["model"][has_chain], rows["backend"][has_chain], strict=True)}
    assert pairs == {("dsn", "cpu"), ("lif", "eager"), ("lif", "cpu")}
    assert (has_chain == rows["serial"]).all()


def test_a_time_that_no_device_reaches_is_not_shown(tmp_path: Path) -> None:
    impossible = 4096 * 8 * COPY / 2
    view = view_of(tmp_path, known_except(forward=[impossible] * 8))
    assert lif(view)["state"] == "INVALID" and lif(view)[["value", "lo", "hi"]].isna().all()
    assert lif(view, "training")["state"] == "ok"
    ratios = analysis.speedups(view.rows("speed", "forward"), "psn")["ratio"].dropna()
    assert len(ratios) == 11 and (ratios == 1).all()
    (line,) = failures(view.frame)
    name = f"speed.suite.Inference.time_forward(lif, cpu, {SHAPES[1]})"
    assert line == f"{name} INVALID: {floors.REASON}"
    assert ">INVALID<" in str(section.render(view)) and line in page.markdown(view)


@pytest.mark.parametrize(
    ("times", "state"),
    [
        ([1.0] * 8, "ok"),
        ([0.95] * 8, "ok"),  # the machine changes its speed
        ([0.85] * 8, "INVALID"),
        ([0.5] * 7 + [1.2], "ok"),  # its interval reaches the copy's
        ([0.85], "INVALID"),  # too few for an interval
        ([0.95], "ok"),
    ],
)
def test_noise_rejects_no_time(tmp_path: Path, times: list[float], state: str) -> None:
    tensors = {"forward": 1.0, "backward": 1.5, "training": 2.5}
    for metric, copies in tensors.items():
        seconds = {metric: [4096 * 8 * COPY * copies * time for time in times]}
        assert lif(view_of(tmp_path / metric, known_except(**seconds)), metric)["state"] == state


def test_times_are_compared_with_the_floors_of_their_own_run(tmp_path: Path) -> None:
    """An older commit without floors keeps its times, and so does a machine without them."""
    speed = {name: entry for name, entry in BENCHMARKS.items() if name.startswith("speed")}
    impossible = known_except(forward=[1e-12] * 8)
    synthetic.write(tmp_path, speed, impossible, commit="b" * 40, date=1)
    view = view_of(tmp_path)
    older = view.history[(view.history["commit"] == "b" * 40)]
    assert set(older["state"]) == {"ok"}
    synthetic.write(tmp_path / "alone", speed, known)
    alone = choose(tmp_path / "alone")
    assert section.render(alone) is None and section.table(alone) is None


def test_the_table_has_the_largest_length_and_the_fold_all(tmp_path: Path) -> None:
    view = view_of(tmp_path)
    table = section.table(view)
    assert table is not None and len(table.rows) == 6
    assert [head.text for head in table.heads[:4]] == ["model", "backend", "T", "copy"]
    cells = next(row for row in table.rows if (row[0].text, row[1].text) == ("lif", "cpu"))
    assert [cell.text for cell in cells[3:8]] == ["8.00", "81.9", "1.00", "8.00×", "3.20×"]
    assert str(section.render(view)).count('data-model="lif"') == 2 * 3


@pytest.mark.parametrize("model", ["dsn", "lif", "psn"])
def test_the_suite_records_what_is_serial(model: str) -> None:
    neuron = get(model)
    assert ("eager" in SERIAL[model]) == (neuron.sequence is None)
    assert ("cpu" in SERIAL[model]) == (neuron.step is not None)


def test_the_floors_have_the_cases_of_the_times() -> None:
    shape = cases.shapes()[0]
    copy, chain = Copy(), Chain()
    copy.setup(shape)
    copy.time_copy(shape)
    assert str(Shape(*copy.x.shape)) == shape
    assert copy.x.dtype.itemsize == floors.BYTES
    chain.setup(shape)
    assert chain.x.shape == (copy.x.shape[0], 1, 1)
    assert isinstance(chain.track_chain(shape), float)
    assert not cases.gated("floors.suite.Copy.time_copy", {"shape": shape})
