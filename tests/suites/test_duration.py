"""The estimate of how long a profile takes."""

from types import SimpleNamespace

import pytest

from suites import cases, duration
from suites.duration import Cost, growth, of_case, repeated, sampled
from suites.profiles import PROFILES, profile

COST = Cost(T=1024, start=1.0, forward=0.1, graph=0.2, training=0.5, growth=2.0)
P = PROFILES["smoke"]._replace(rounds=2, warmup=0.1, repeat=4)
CASE = {"model": "lif", "backend": "eager", "shape": "T=2048 N=1 C=64"}


@pytest.fixture
def known(monkeypatch) -> None:
    monkeypatch.setattr(duration, "cost", lambda model, runner: COST)
    monkeypatch.setattr(duration, "PROCESS", {"cpu": 3.0})


@pytest.mark.parametrize(
    ("half", "whole", "exponent"),
    [(1, 2, 1), (1, 2**1.5, 1.5), (1, 4, 2), (1, 1, 1), (1, 9, 2), (0, 1, 1), (1, 0, 1)],
)
def test_growth_is_between_one_and_two(half, whole, exponent):
    assert growth(half, whole) == pytest.approx(exponent)


def test_a_slow_call_is_sampled_less_often():
    by_time = P._replace(repeat=(1, 20, 0.3))
    assert sampled(0.01, by_time) == pytest.approx(0.1 + 20 * 0.01)
    assert sampled(0.1, by_time) == pytest.approx(0.1 + 0.3 + 0.1)
    assert sampled(9.0, by_time) == pytest.approx(9.0 + 9.3)
    assert sampled(0.5, P) == pytest.approx(0.5 + 4 * 0.5)
    assert repeated(0.1, 100, 30) == pytest.approx(10)
    assert repeated(2.0, 100, 30) == 32


@pytest.mark.parametrize(
    ("metric", "call", "before"),
    [
        ("Inference.time_forward", 0.4, 0.0),
        ("Training.time_forward_graph", 0.8, 0.0),
        ("Backward.time_backward", 1.2, 0.8),  # the forward whose graph it uses
        ("Training.time_training", 2.0, 0.0),
    ],
)
def test_a_timing_costs_its_processes_and_grows_with_its_length(known, metric, call, before):
    """At twice the length, squared, in two processes with a warm-up and four samples."""
    expected = 2 * (3.0 + 1.0 + before + 5 * call)
    assert of_case(f"speed.suite.{metric}", CASE, P) == pytest.approx(expected)


def test_what_is_tracked_costs_its_calls(known):
    assert of_case("memory.suite.Memory.track_peak_bytes", CASE, P) == 3 + 1 + 2 * 2.0
    assert of_case("speed.suite.KernelShare.track_kernel_share", CASE, P) == 3 + 1 + 2 + 2.0
    cold, cached = (of_case(f"calls.suite.F.track_{c}", CASE, P) for c in ("cold", "cached"))
    assert (cold, cached) == (5.0, 10.0)


def test_the_calls_of_the_protocol_are_counted(known):
    psn = {"neuron": "psn", "shape": "T=1024 N=1 C=64"}
    forward, training = 2 + 20, 5 + 30.5
    assert of_case("protocol.suite.Fig5.track_forward", psn, P) == pytest.approx(1 + forward)
    assert of_case("protocol.suite.Fig5.track_training", psn, P) == 1 + training
    assert of_case("protocol.suite.Fig5.track_backward", psn, P) == pytest.approx(
        1 + forward + training
    )
    assert of_case("protocol.suite.Fig5.track_forward", psn | {"neuron": "dsn_fla"}, P) == 0


def test_other_cases_take_what_they_typically_take(known):
    axes = {"param_names": ["task"], "params": [["'a'", "'b'"]]}
    benchmarks = [
        SimpleNamespace(name="accuracy.suite.A.track_error", **axes),
        SimpleNamespace(name="energy.suite.E.track_energy", **axes),
    ]
    cases, seconds = duration.estimate(benchmarks, {"accuracy": 3.0}, otherwise=0.5)
    assert cases == {"accuracy": 2, "energy": 2}
    assert seconds == {"accuracy": 6.0, "energy": 1.0}


def test_a_cost_is_measured_at_the_shortest_shape():
    duration.cost.cache_clear()
    cost = duration.cost("psn", "eager")
    assert cost.T == profile().shapes[0].T and 1 <= cost.growth <= 2
    assert cost.forward > 0 and 0 < cost.training < cost.start
    assert cost.at(2 * cost.T, 3.0) == pytest.approx(3.0 * 2**cost.growth)


def test_what_starts_slowly_is_measured_for_few_models(monkeypatch):
    built, names = [], ("forward", "forward_graph", "training")

    def workload(model, *_):
        built.append(model)
        return SimpleNamespace(**dict.fromkeys(names, lambda: None))

    monkeypatch.setattr(cases, "build_workload", workload)
    duration.cost.cache_clear()
    for model in ("clif", "glif", "lif", "dsn"):
        duration.cost(model, "compile")
    assert built == ["lif", "dsn"]
    duration.cost.cache_clear()
