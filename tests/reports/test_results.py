"""The reader of asv's files, compared with known numbers and with asv's own loader."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import pandas as pd
import pytest
from asv.results import Results

from reports import results
from tests.reports import synthetic

AXES = {"model": ["lif", "psn"], "backend": ["eager"], "shape": ["T=4 N=1 C=2", "T=8 N=1 C=2"]}
SPEED = {"speed.suite.Inference.time_forward": {"params": AXES, "direction": "higher"}}
MEMORY = {"memory.suite.Memory.track_saved_bytes": {"params": AXES, "unit": "bytes/element"}}


def test_values_states_and_intervals(tmp_path: Path) -> None:
    values = iter([[1.0, 2.0, 3.0, 4.0, 5.0], math.nan, None, [2.0]])
    synthetic.write(tmp_path, SPEED, lambda name, **axes: next(values))
    frame = results.load(tmp_path)

    assert list(frame.columns) == list(results.COLUMNS)
    assert list(frame["state"]) == ["ok", "n/a", "failed", "ok"]
    assert frame["value"].iloc[0] == 3.0
    assert frame["value"].iloc[1:3].isna().all()
    assert frame["samples"].iloc[0] == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert frame["lo"].iloc[0] < 3.0 < frame["hi"].iloc[0]
    assert frame[["lo", "hi"]].iloc[3].isna().all()  # asv's interval of one sample is infinite
    assert list(frame["T"]) == [4, 8, 4, 8]
    assert set(frame["size"]) == {"N=1 C=2"}
    row = frame.iloc[0]
    assert (row["suite"], row["metric"], row["model"]) == ("speed", "forward", "lif")
    assert (row["unit"], row["direction"], row["machine"]) == ("seconds", "higher", "box")
    assert (row["commit"], row["python"], row["env"]) == ("a" * 40, "3.11", "virtualenv-py3.11")
    assert row["date"] == pd.Timestamp(synthetic.JUNE, unit="ms", tz="UTC")


def test_a_list_of_nothing_but_failures_is_one_null(tmp_path: Path) -> None:
    path = synthetic.write(tmp_path, MEMORY, lambda name, **axes: None)
    stored = json.loads(path.read_text())["results"]["memory.suite.Memory.track_saved_bytes"]
    assert stored[0] is None and len(stored) < 13  # trailing nulls are cut off as well
    assert list(results.load(tmp_path)["state"]) == ["failed"] * 4


def test_all_skipped_is_not_failed(tmp_path: Path) -> None:
    synthetic.write(tmp_path, MEMORY, lambda name, **axes: math.nan)
    assert list(results.load(tmp_path)["state"]) == ["n/a"] * 4


@pytest.mark.parametrize("bad", ["Infinity", "-Infinity", '"text"', "[1.0]", '{"a": 1}'])
def test_a_value_that_is_no_finite_number_failed(tmp_path: Path, bad: str) -> None:
    path = synthetic.write(tmp_path, MEMORY, lambda name, **axes: 1234.5)
    path.write_text(path.read_text().replace("1234.5", bad, 1))
    frame = results.load(tmp_path)
    assert list(frame["state"]) == ["failed", "ok", "ok", "ok"]
    assert math.isnan(frame["value"].iloc[0])


def test_agrees_with_asv(tmp_path: Path) -> None:
    energy = {"energy.suite.Energy.track_energy": {"unit": "nJ/sample"}}
    values = iter([[1.0, 1.5], math.nan, None, [4.0] * 9, 5.0, None, None, math.nan, 6.0])
    path = synthetic.write(tmp_path, SPEED | MEMORY | energy, lambda name, **axes: next(values))
    theirs = Results.load(str(path))
    frame = results.load(tmp_path)

    assert set(frame["benchmark"]) == set(theirs.get_all_result_keys())
    for name, ours in frame.groupby("benchmark"):
        params = theirs.get_result_params(name)
        expected = theirs.get_result_value(name, params)
        stats = theirs.get_result_stats(name, params)
        cases = list(itertools.product(*params))
        assert len(ours) == len(expected) == len(cases)
        for row, value, stat, case in zip(
            ours.to_dict("records"), expected, stats, cases, strict=True
        ):
            assert [repr(row[axis]) for axis in AXES if case] == list(case)
            assert row["state"] == _state(value)
            assert math.isnan(row["value"]) if row["state"] != "ok" else row["value"] == value
            if row["state"] == "ok" and stat and math.isfinite(stat["ci_99_a"]):
                assert (row["lo"], row["hi"]) == (stat["ci_99_a"], stat["ci_99_b"])


def _state(value: float | None) -> str:
    return "failed" if value is None else "n/a" if math.isnan(value) else "ok"


def test_other_axes_and_no_axes(tmp_path: Path) -> None:
    benchmarks = {
        "accuracy.suite.Accuracy.track_test_error": {
            "params": {"model": ["lif"], "task": ["digits"], "seed": [0, 1]},
            "unit": "fraction",
        },
        "lone.track_number": {"unit": "bytes", "tolerance": 0.5, "gate": "counter"},
    }
    synthetic.write(tmp_path, benchmarks, lambda name, **axes: axes.get("seed", 7))
    frame = results.load(tmp_path)
    error, lone = frame[frame["suite"] == "accuracy"], frame[frame["suite"] == "lone"].iloc[0]
    assert list(error["seed"]) == [0, 1]
    assert list(error["params"]) == [{"task": "digits", "seed": seed} for seed in (0, 1)]
    assert error["shape"].isna().all() and error["T"].isna().all()
    assert (lone["value"], lone["tolerance"], lone["gate"]) == (7.0, 0.5, "counter")
    assert pd.isna(lone["model"]) and lone["size"] == ""


def test_a_tolerance_for_all_cases_or_for_each_value_of_an_axis(tmp_path: Path) -> None:
    bounds = {"float32": 1e-5, "float64": 1e-12}
    assert results.tolerance_of(0.5, {"dtype": "float32"}) == 0.5
    assert results.tolerance_of(None, {"dtype": "float32"}) is None
    assert results.tolerance_of(bounds, {"model": "lif", "dtype": "float64"}) == 1e-12
    assert results.tolerance_of(bounds, {"dtype": "bfloat16"}) is None
    dtypes = ["float64", "bfloat16", "float32"]
    benchmarks = {"gradients.suite.Gradients.track_gradient_error": {
        "params": {"model": ["lif"], "dtype": dtypes}, "tolerance": bounds}}  # fmt: skip
    synthetic.write(tmp_path, benchmarks, lambda name, **axes: 1.0)
    assert results.load(tmp_path)["tolerance"].fillna(-1).tolist() == [1e-12, -1, 1e-5]


def test_which_rows_are_serial(tmp_path: Path) -> None:
    axes = {**AXES, "backend": ["eager", "cpu"]}
    serial = {"lif": ["eager", "cpu"], "psn": ["cpu"]}
    benchmarks = {"speed.suite.Inference.time_forward": {"params": axes, "serial": serial}}
    synthetic.write(tmp_path, benchmarks | MEMORY, lambda name, **axes: 1.0)
    frame = results.load(tmp_path)
    rows = frame[frame["serial"]]
    assert {*zip(rows["suite"], rows["model"], rows["backend"], strict=True)} == {
        *(("speed", "lif", "eager"), ("speed", "lif", "cpu"), ("speed", "psn", "cpu"))
    }


def test_machines_and_commits_stay_apart(tmp_path: Path) -> None:
    older = synthetic.JUNE - 86_400_000
    synthetic.write(tmp_path, SPEED, lambda n, **a: 1.0, commit="b" * 40, date=older)
    synthetic.write(tmp_path, SPEED, lambda n, **a: 2.0)
    synthetic.write(tmp_path, SPEED, lambda n, **a: 3.0, machine="gpu", facts={"gpu": "H200"})
    frame = results.load(tmp_path)
    value = frame.groupby(["machine", "commit"])["value"].agg(["min", "max", "count"])
    assert value.loc[("box", "b" * 40)].tolist() == [1, 1, 4]
    assert value.loc[("box", "a" * 40)].tolist() == [2, 2, 4]
    assert value.loc[("gpu", "a" * 40)].tolist() == [3, 3, 4]
    assert frame[frame["commit"] == "b" * 40]["date"].iloc[0] < frame["date"].max()
    assert results.read(tmp_path).machines["gpu"]["gpu"] == "H200"
    assert "gpu" not in results.read(tmp_path).machines["box"]
    runs = results.read(tmp_path).runs
    assert runs.iloc[0].drop(["date", "started"]).to_dict() == {
        "machine": "box",
        "commit": "a" * 40,
        "env": "virtualenv-py3.11",
        "python": "3.11",
        "requirements": {"torch": "2.13.0"},
        "env_vars": {},
        "profile": "",
        "values": 4,
    }
    assert list(runs["machine"]) == ["box", "box", "gpu"]
    assert runs["commit"].str[0].tolist() == ["a", "b", "a"]


def test_what_a_file_may_leave_out(tmp_path: Path) -> None:
    """A benchmark without a direction is better if lower; an old row has no time of its start."""
    path = synthetic.write(tmp_path, MEMORY, lambda n, **a: 1.0)
    data = json.loads(path.read_text())
    for row in data["results"].values():
        row[data["result_columns"].index("started_at")] = None
    path.write_text(json.dumps(data))
    frame = results.load(tmp_path)
    assert frame["started"].isna().all() and results.read(tmp_path).runs["started"].isna().all()
    assert set(frame["direction"]) == {"lower"}


def test_an_interval_that_is_cut_short_or_infinite_is_unknown(tmp_path: Path) -> None:
    path = synthetic.write(tmp_path, MEMORY, lambda n, **a: [1.0 + 0.1 * k for k in range(9)])
    data = json.loads(path.read_text())
    for row in data["results"].values():
        ends = row[data["result_columns"].index("stats_ci_99_b")]
        ends[:] = [ends[0], math.inf, None]
    path.write_text(json.dumps(data))
    frame = results.load(tmp_path)
    assert frame["hi"].notna().tolist() == [True, False, False, False]
    assert frame["lo"].notna().all()


def test_another_version_of_a_benchmark_is_left_out_as_asv_does(tmp_path: Path) -> None:
    synthetic.write(tmp_path, SPEED, lambda n, **a: 1.0, commit="b" * 40)
    changed = {"speed.suite.Inference.time_forward": {"params": AXES, "version": "2"}}
    synthetic.write(tmp_path, changed, lambda n, **a: 2.0)
    assert set(results.load(tmp_path)["commit"]) == {"a" * 40}


def test_a_benchmark_that_asv_no_longer_knows_keeps_its_values(tmp_path: Path) -> None:
    synthetic.write(tmp_path, SPEED, lambda n, **a: 1.0)
    (tmp_path / "benchmarks.json").unlink()
    frame = results.load(tmp_path)
    assert list(frame["value"]) == [1.0] * 4
    assert frame["unit"].isna().all()
    assert frame["params"].iloc[0] == {"param0": "lif", "param1": "eager", "param2": "T=4 N=1 C=2"}


def test_no_results_is_an_empty_frame(tmp_path: Path) -> None:
    frame = results.load(tmp_path / "nowhere")
    assert frame.empty
    assert list(frame.columns) == list(results.COLUMNS)
