"""The section on what machine code predicts for a GPU."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from reports import units
from reports.sections import kernels
from reports.view import View, choose
from tests.reports.synthetic import Value, write

SHAPE = "T=1000 N=1 C=430"
AXES = {"model": ["lif", "psn"], "pass": ["forward", "backward"], "arch": ["sm_80", "sm_90"]}
VALUES = {"chain": 9.9, "serial_steps": 1000, "bytes_per_element": 8, "registers": 26}
TIMES = {"model": ["lif"], "backend": ["triton", "cpu"], "shape": [SHAPE]}
BENCHMARKS = {
    **{
        f"kernels.suite.Kernels.track_{metric}": {
            "params": AXES,
            "unit": "number",
            "gate": "counter",
            "shape": SHAPE,
        }
        for metric in VALUES
    },
    "kernels.suite.GeneratedC.track_instructions_per_step": {
        "params": {"model": ["lif"], "pass": ["forward"]},
        "unit": "instructions/step",
        "gate": "counter",
    },
    "speed.suite.Training.time_forward_graph": {"params": TIMES},
}


def value(name: str, model: str, backend: str = "", **axes: object) -> Value:
    if model == "psn":
        return math.nan
    if "speed" in name:
        return 40e-6 if backend == "triton" else 1.0
    metric = name.rpartition("track_")[2]
    return VALUES.get(metric, 14) * (2 if axes.get("arch") == "sm_80" else 1)


@pytest.fixture
def view(tmp_path: Path) -> View:
    write(tmp_path, BENCHMARKS, value)
    return choose(tmp_path)


def texts(view: View) -> list[list[str]]:
    table = kernels.table(view)
    assert table is not None
    return [[cell.text.replace(units.THIN, " ") for cell in row] for row in table.rows]


def test_the_larger_limit_is_compared_with_the_measured_time(view: View) -> None:
    """1000 steps x 9.9 x 4 cycles at 1.98 GHz are 20 us; 430 000 x 8 bytes at 4.3 TB/s are 0.8."""
    forward, backward = texts(view)
    assert forward == [
        *("lif", "forward", "9.90", "1 000", "8.00", "20.0", "0.800", "20.0", "40.0", "2.00")
    ]
    assert backward[1:2] + backward[-2:] == ["backward", "–", "–"]


def test_all_counters_are_folded_with_the_generated_c(view: View) -> None:
    section = str(kernels.render(view))
    assert "All counters" in section and "x86-64-v3" in section and "sm_80" in section
    assert SHAPE in section and "psn" not in section


def test_without_kernels_there_is_no_section(tmp_path: Path) -> None:
    names = [name for name in BENCHMARKS if name.startswith("speed")]
    write(tmp_path, {name: BENCHMARKS[name] for name in names}, value)
    assert kernels.render(choose(tmp_path)) is None
