"""Gradients over many steps: the horizon, truncation and drift."""

import math
from dataclasses import replace

import pytest
import torch

import neurons
from suites import cases, per_model
from suites.gradients import drift, firing, horizon
from suites.gradients.comparison import reference
from suites.gradients.suite import Firing, Horizon
from suites.gradients.tolerance import DRIFT
from suites.profiles import PROFILES, Shape, profile
from tests.neurons.samples import RUNS

# One that never forgets, one that remembers for long, one that takes the integer part of a sum, one
# with a decay per step, one with coupled neurons.
LONG_RUNS = [("iaf", "cpu"), ("lmh", "cpu"), ("pmsn", "cpu"), ("dsn", "cpu"), ("stclif", "eager")]


@pytest.mark.parametrize("run", [run for run in LONG_RUNS if run in RUNS], ids="-".join)
def test_sixteen_thousand_steps_drift_no_more_than_rounding_explains(run):
    assert drift.drift(*drift.layers(*run), cases.current(drift.SHAPE)) <= DRIFT


def test_a_drift_is_caught():
    tested, _ = drift.layers("lif", "eager", T=1024)
    _, other = drift.layers("lif", "eager", T=1024)
    other.fire = replace(other.fire, mode="soft")
    assert drift.drift(tested, other, cases.current(drift.SHAPE)[:1024]) == math.inf


def test_weights_over_all_pairs_of_steps_are_not_run_for_so_long():
    with pytest.raises(NotImplementedError, match="weights over all pairs of 16384 steps"):
        drift.layers("psn", "eager")


def test_the_horizon_of_a_leaky_integrator_is_its_decay():
    """Without reset and spikes, d h[t] / d x[t-k] = d^k."""
    shape = Shape(40, 2, 3)
    layer = reference("lif", shape=shape, tau=4.0, reset="none")
    linear = neurons.surrogate("rect", width=1e9, height=1.0)
    layer.fire = replace(layer.fire, spike=lambda g, u: u, surrogate=linear)
    norms = horizon.norms(layer, cases.current(shape).double())
    torch.testing.assert_close(norms, 0.75 ** torch.arange(40.0, dtype=torch.float64))


def test_the_horizon_of_a_sliding_window_is_its_length():
    reach = horizon.reach("sliding_psn")  # k = 64
    assert len(reach) == 257 and min(reach[:64]) > 0 and max(reach[64:]) == 0


def test_a_threshold_that_only_rises_lets_no_gradient_through():
    assert max(horizon.reach("llif")) == 0


@pytest.mark.parametrize("shape", firing.shapes(profile()), ids=str)
def test_a_neuron_that_falls_silent_is_recorded(shape):
    assert Firing.params == (cases.models(), [*map(str, firing.shapes(profile()))])
    silent = {
        model
        for model in ("clif", "dsn", "lif", "llif", "psn", "tclif")
        if Firing().track_last_spike(model, str(shape)) < firing.END * shape.T
    }
    assert silent == ({"llif"} if shape.T > 64 else set())
    assert firing.last_spike("llif", horizon.SHAPE) < firing.END * horizon.SHAPE.T
    assert firing.last_spike("llif", Shape(1024, 1, 64)) == 271


def test_the_last_spike_is_that_of_any_neuron():
    spikes = torch.zeros(5, 2, 3)
    assert firing.last_nonzero(spikes) == -1
    spikes[3, 1, 2] = 1.0
    assert firing.last_nonzero(spikes) == 3
    assert [shape.T for shape in firing.shapes(PROFILES["cpu"])] == [64, 320, 1024]


def test_a_condition_changes_the_horizon():
    own, matched = (horizon.reach("lif", condition) for condition in ("own", "matched"))
    assert own != matched and own == horizon.reach("lif")
    assert matched[0] > 0 and matched[64] == 0  # the window of the rectangle closes a path


def test_rarer_cuts_change_less():
    changes = horizon.truncation("lif")
    assert changes == sorted(changes, reverse=True) and 0 < changes[-1] < 0.1
    with pytest.raises(NotImplementedError, match="psn has no step"):
        horizon.truncation("psn")


def test_the_error_of_one_model_does_not_reach_the_others():
    def run(model):
        if model == "lif":
            raise ValueError("odd")
        return [1.0]

    facts = per_model.measure(run)
    assert facts["clif"] == [1.0]
    Horizon().setup({"own": facts}, "clif", "own", 0)
    with pytest.raises(ValueError, match="odd"):
        Horizon().setup({"own": facts}, "lif", "own", 0)
