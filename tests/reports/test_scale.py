"""A long history of many series on several machines is built as any other."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from reports.__main__ import main
from tests.reports import synthetic
from tests.reports.parser import Page

COMMITS, MACHINES = 200, [f"machine{number}" for number in range(5)]
MODELS = [f"model{number:02}" for number in range(20)]
TIMES = {
    "params": {
        "model": MODELS,
        "backend": ["eager", "cpu", "compile", "triton", "spikingjelly"],
        "shape": [f"T={2**power} N=16 C=128" for power in range(8, 14)],
    }
}
BENCHMARKS = {
    "speed.suite.Inference.time_forward": TIMES,
    "speed.suite.Training.time_training": TIMES,
    "speed.suite.Backward.time_backward": TIMES,
    "accuracy.suite.Accuracy.track_test_error": {
        "params": {"model": MODELS, "task": ["digits"], "condition": ["own"], "seed": [0, 1]},
        "unit": "fraction",
    },
    "energy.suite.Energy.track_energy": {
        "params": {"model": MODELS, "condition": ["own"], "convention": ["default", "rate", "dsn"]},
        "unit": "nJ/sample",
    },
    "memory.suite.Memory.track_peak_bytes": {
        "params": {**TIMES["params"], "backend": ["cpu"], "shape": TIMES["params"]["shape"][:5]},
        "unit": "bytes",
    },
}
SERIES = sum(math.prod(map(len, entry["params"].values())) for entry in BENCHMARKS.values())


def value(name: str, model: str, **axes: object) -> synthetic.Value:
    """Return ten samples of a time, of which some cannot run, or a number."""
    place = 1 + MODELS.index(model)
    if "time_" not in name:
        return place * 1e-3
    if axes["backend"] == "spikingjelly" and place > 5:
        return math.nan
    return [place * 1e-4 * (1 + 0.01 * sample) for sample in range(10)]


@pytest.mark.exhaustive
def test_200_commits_of_2000_series_on_5_machines(tmp_path: Path) -> None:
    assert SERIES == 2000
    root = tmp_path / "results"
    synthetic.write_history(root, BENCHMARKS, value, commits=COMMITS, machines=MACHINES)
    assert main(["build", "--results", str(root), "-o", str(tmp_path / "html")]) == 0
    overview = Page((tmp_path / "html" / "index.html").read_text(encoding="utf-8"))
    assert "machine4" in overview.text and "--machine chooses another" in overview.text
    history = Page((tmp_path / "html" / "history.html").read_text(encoding="utf-8"))
    assert f"{COMMITS} commits on machine4" in history.text
    size = sum(file.stat().st_size for file in (tmp_path / "html").rglob("*.html"))
    assert size < 20e6
