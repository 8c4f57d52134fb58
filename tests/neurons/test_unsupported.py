"""A step that has no program is refused with a reason and a cure."""

from typing import NamedTuple

import pytest
import torch

import neurons
from neurons.codegen.operations import UnsupportedStepError
from neurons.codegen.trace import trace
from neurons.contract import Neuron
from neurons.fire import Fire, surrogate
from tests.neurons.samples import assert_one_line, build_layer, input_current

reason = neurons.backends.refusal(neurons.get("lif"), "cpu")
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))


class Params(NamedTuple):
    v_th: float = 1.0


class State(NamedTuple):
    v: torch.Tensor | float = 0.0


def program(step):
    return trace(Neuron(Params, State, step), Params(), Fire(surrogate("atan")), 1)


def averaged(x, state, p, fire):
    h = state.v + x - x.mean()
    return fire(h - p.v_th), State(h)


def competing(x, state, p, fire):
    h = state.v + x - x.sum(1, keepdim=True)
    return fire(h - p.v_th), State(h)


def neighbouring(x, state, p, fire):
    return fire(state.v - p.v_th), State(x.flip(1))


def shifted(x, state, p, fire):
    h = state.v + torch.cat([x[:, 1:], x[:, :1]], 1)
    return fire(h - p.v_th), State(h)


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (averaged, "aten.mean"),
        (competing, "couples neurons"),
        (neighbouring, "aten.flip"),
        (shifted, "couples neurons|another neuron"),
    ],
)
def test_a_step_that_couples_neurons_is_refused(step, reason):
    with pytest.raises(UnsupportedStepError, match=reason):
        program(step)


@pytest.mark.parametrize(
    ("model", "options", "reason"),
    [
        ("psn", {"T": 4}, "no step"),
        ("atlif", {"T": 4}, "aten.index_select"),
        ("dsn", {"enhanced": True}, "joins channels"),
        ("stclif", {}, "joins channels"),
    ],
)
def test_the_error_names_backend_model_reason_and_cure(model, options, reason):
    with pytest.raises(ValueError, match=reason) as error:
        neurons.Layer(model, backend="cpu", **options)
    assert_one_line(error, f"backend 'cpu' cannot compile {model}: ", "; use backend='eager'")


def test_recorded_spikes_need_eager():
    layer, x = build_layer("lif", backend="cpu"), input_current(5)
    layer.fire = neurons.replay(layer.fire, torch.ones_like(x))
    with pytest.raises(ValueError, match="its fire replaces the surrogate's spikes"):
        layer(x)
