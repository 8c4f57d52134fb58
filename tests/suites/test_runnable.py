"""The cases that asv is not asked for are those whose `setup` raises NotImplementedError."""

import itertools
import json

import pytest

from suites import cases, runnable
from suites.calls.suite import Counters
from suites.gradients.suite import Drift, FiniteDifferences, Robustness
from suites.profiles import profile
from suites.properties.suite import Models
from suites.speed.suite import Training

MODELS = ("lif", "psn", "stclif", "ilif")  # one of each kind, for backends and peers
CLASSES = {
    "speed.suite.Training.time_training": Training,
    "calls.suite.Counters.track_dispatched_ops": Counters,
    "gradients.suite.FiniteDifferences.track_finite_difference_error": FiniteDifferences,
    "properties.suite.Models.track_holds": Models,
}


def sets_up(benchmarks: type, point: tuple) -> bool:
    try:
        benchmarks().setup(*point)
    except NotImplementedError:
        return False
    return True


def points(benchmarks: type) -> list[tuple]:
    """The points of a class's axes, for few models and the two shortest shapes."""
    axes = dict(zip(benchmarks.param_names, benchmarks.params, strict=True))
    axes |= {"model": MODELS} | ({"shape": cases.shapes()[:2]} if "shape" in axes else {})
    return list(itertools.product(*axes.values()))


@pytest.mark.parametrize("name", CLASSES)
def test_what_can_run_is_what_sets_up(name: str) -> None:
    benchmarks = CLASSES[name]
    for point in points(benchmarks):
        params = dict(zip(benchmarks.param_names, point, strict=True))
        assert runnable.can_run(name, params) == sets_up(benchmarks, point), point
    cases.workload.cache_clear()


def test_a_model_that_the_commit_lacks_cannot_run() -> None:
    assert not runnable.can_run("accuracy.suite.A.track_error", {"model": "iota", "seed": 0})
    assert not runnable.can_run("calls.suite.A.track_a", {"model": "iota", "backend": "eager"})
    assert runnable.can_run("floors.suite.Copy.time_copy", {"shape": "T=4 N=1 C=1"})


def test_an_error_that_is_not_of_a_case_is_left_to_its_setup(monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(cases, "layer", broken)
    runnable._can_build.cache_clear()
    assert runnable.can_run("calls.suite.A.track_a", {"model": "lif", "backend": "eager"})
    runnable._can_build.cache_clear()


def test_the_command_lists_positions(tmp_path) -> None:
    axes = {"params": [["'lif'", "'iota'"], ["0", "1"]], "param_names": ["model", "seed"]}
    benchmarks = {"a.A.track_a": axes, "a.track_b": {"params": [], "param_names": []}, "version": 2}
    (tmp_path / "benchmarks.json").write_text(json.dumps(benchmarks))
    runnable.main(str(tmp_path / "benchmarks.json"), str(tmp_path / "cases.json"))
    assert json.loads((tmp_path / "cases.json").read_text()) == {
        "a.A.track_a": [0, 1],
        "a.track_b": [0],
    }


def test_asv_leaves_out_what_the_profile_does() -> None:
    """asv reads the attribute of a method, not of its class."""
    assert vars(Drift.track_drift)["skip_benchmark"] == profile().quick
    for name in (name for name in vars(Robustness) if name.startswith("track_")):
        assert vars(getattr(Robustness, name))["skip_benchmark"] == profile().first_look
