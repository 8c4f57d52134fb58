"""What the device allows: the floors are measured, and no time below them is believed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from neurons import backends, get
from reports import analysis, floors, page
from reports.sections import first_call as first_call_section
from reports.sections import floors as section
from reports.sections.provenance import failures
from reports.view import View, choose
from suites import cases
from suites.calls import first_call
from suites.floors.suite import Chain, Copy
from suites.profiles import Shape
from tests.reports import synthetic

SHAPES = ["T=1024 N=1 C=8", "T=4096 N=1 C=8"]
CASES = {"model": ["dsn", "lif", "psn"], "backend": ["eager", "cpu"], "shape": SHAPES}
BENCHMARKS = {
    **{f"speed.S.time_{way}": {"params": CASES} for way in floors.PASSES},
    "floors.L.time_copy": {"params": {"shape": SHAPES}},
    "floors.L.track_chain": {"params": {"shape": SHAPES}},
    **{
        f"calls.F.track_{how}": {
            "params": {"model": ["lif"], "backend": ["cpu"], "shape": SHAPES[:1]}
        }
        for how in ("cold", "cached")
    },
}
COPY, CHAIN = 1e-9, 2e-8  # seconds per element, and per step


def known(name: str, shape: str = "", **axes: str) -> float | list[float]:
    """Every pass takes eight copies' time and is as long as one step after the other."""
    steps = int(shape.split()[0][2:])
    if name.startswith("calls"):
        return 2.5 if "cold" in name else 0.05
    return [steps * {"copy": 8 * COPY, "chain": CHAIN}.get(name.split("_")[-1], 64 * COPY)] * 8


def but(**times: list[float] | float) -> Callable[..., float | list[float]]:
    """`known`, but for these times of lif on cpu at the longest T."""

    def value(name: str, **axes: str) -> float | list[float]:
        here = (axes.get("model"), axes.get("backend"), axes["shape"]) == ("lif", "cpu", SHAPES[1])
        return times.get(name.split("_")[-1], known(name, **axes)) if here else known(name, **axes)

    return value


def seen(root: Path, value: Callable[..., float | list[float]] = known, **options) -> View:
    synthetic.write(root, BENCHMARKS, value, **options)
    return choose(root)


def lif(view: View, metric: str = "forward"):
    rows = view.rows("speed", metric)
    rows = rows[(rows["model"] == "lif") & (rows["backend"] == "cpu")]
    return rows[rows["shape"] == SHAPES[1]].iloc[0]


def test_a_pass_beside_its_limits(tmp_path: Path) -> None:
    view = seen(tmp_path)
    rows = floors.beside(view.rows("speed"), view.frame)
    found = rows.set_index(["metric", "model", "backend", "T"])
    ahead, back, both = (found.loc[(way, "lif", "cpu", 1024)] for way in floors.PASSES)
    assert ahead["limit"] == back["limit"] == pytest.approx(8 / COPY)
    assert ahead["rate"] == pytest.approx(2 * 4 / (8 * COPY))
    assert both["rate"] == pytest.approx(5 * 4 / (8 * COPY))
    assert [row["copies"] for row in (ahead, back, both)] == pytest.approx([8, 8 / 1.5, 8 / 2.5])
    assert [row["chains"] for row in (ahead, back, both)] == pytest.approx([3.2, 3.2, 1.6])
    parallel = found.loc[("forward", ["dsn", "psn"], "eager", 1024), "chains"]
    assert parallel.isna().all()


def test_a_time_that_no_device_reaches_is_not_shown(tmp_path: Path) -> None:
    fake = 4096 * 8 * COPY / 2
    view = seen(tmp_path, but(forward=[fake] * 8))
    assert lif(view)["state"] == "INVALID" and lif(view)[["value", "lo", "hi"]].isna().all()
    assert lif(view, "training")["state"] == "ok"
    ratios = analysis.speedups(view.rows("speed", "forward"), "psn")["ratio"].dropna()
    assert len(ratios) == 11 and (ratios == 1).all()
    (line,) = failures(view.frame)
    assert line == f"speed.S.time_forward(lif, cpu, {SHAPES[1]}) INVALID: {floors.REASON}"
    assert ">INVALID<" in str(section.render(view)) and line in page.markdown(view)


@pytest.mark.parametrize(
    ("times", "state"),
    [
        ([1.0] * 8, "ok"),
        ([0.95] * 8, "ok"),  # the machine drifts
        ([0.85] * 8, "INVALID"),
        ([0.5] * 7 + [1.2], "ok"),  # its interval reaches the copy's
        ([0.85], "INVALID"),  # too few for an interval
        ([0.95], "ok"),
    ],
)
def test_noise_refuses_nothing(tmp_path: Path, times: list[float], state: str) -> None:
    copy = {"forward": 1.0, "backward": 1.5, "training": 2.5}
    for way, tensors in copy.items():
        took = [4096 * 8 * COPY * tensors * time for time in times]
        assert lif(seen(tmp_path / way, but(**{way: took})), way)["state"] == state


def test_only_the_same_run_judges(tmp_path: Path) -> None:
    """An older commit without the limits, or with another machine's, keeps its times."""
    speed = {name: spec for name, spec in BENCHMARKS.items() if name.startswith("speed")}
    synthetic.write(tmp_path, speed, but(forward=[1e-12] * 8), commit="b" * 40, date=1)
    view = seen(tmp_path)
    old = view.history[(view.history["commit"] == "b" * 40)]
    assert set(old["state"]) == {"ok"}
    synthetic.write(tmp_path / "alone", speed, known)
    alone = choose(tmp_path / "alone")
    assert section.render(alone) is None and section.table(alone) is None


def test_table_has_the_largest_length_and_the_fold_all(tmp_path: Path) -> None:
    view = seen(tmp_path)
    table = section.table(view)
    assert table is not None and len(table.rows) == 6
    assert [head.text for head in table.heads[:4]] == ["model", "backend", "T", "copy"]
    cells = next(row for row in table.rows if (row[0].text, row[1].text) == ("lif", "cpu"))
    assert [cell.text for cell in cells[3:8]] == ["8.00", "81.9", "1.00", "8.00×", "3.20×"]
    assert str(section.render(view)).count('data-model="lif"') == 2 * 3


def test_first_calls_are_a_table(tmp_path: Path) -> None:
    table = first_call_section.table(seen(tmp_path))
    assert table is not None
    (row,) = table.rows
    assert [cell.text for cell in row] == ["lif", "cpu", "2.50", "0.0500"]


@pytest.mark.parametrize("model", ["dsn", "lif", "psn"])
def test_serial_is_what_walks_over_time(model: str) -> None:
    neuron = get(model)
    assert floors.is_serial(model, "eager") == (neuron.sequence is None)
    assert floors.is_serial(model, "cpu") == (neuron.step is not None)
    assert not floors.is_serial("gone", "eager")


def test_limits_have_the_cases_of_the_times() -> None:
    shape = cases.shapes()[0]
    copy, chain = Copy(), Chain()
    copy.setup(shape)
    copy.time_copy(shape)
    assert str(Shape(*copy.x.shape)) == shape
    assert copy.x.dtype.itemsize == floors.ITEM
    chain.setup(shape)
    assert chain.x.shape == (copy.x.shape[0], 1, 1)
    assert isinstance(chain.track_chain(shape), float)
    assert not cases.gated("floors.Copy.time_copy", {"shape": shape})


def test_first_call_starts_from_the_cache_it_is_given(tmp_path: Path) -> None:
    if reason := backends.refusal(get("iaf"), "cpu"):
        pytest.skip(reason)
    assert first_call._seconds(str(tmp_path), "iaf", "cpu", "T=4 N=1 C=3") > 0
    assert list((tmp_path / "SPIKEBENCH_CACHE").glob("*.so"))
