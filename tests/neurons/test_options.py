"""All options of all models: each changes something, and no value is accepted and ignored."""

import math

import pytest
import torch

import neurons
from neurons import Layer
from neurons.bounds import Interval
from tests.neurons.samples import MODELS, assert_one_line, build_layer, input_current, loss_weights

NUMBERS = [-1, -1.0, 0, 0.0, 1e-50, math.nan, math.inf, -math.inf, 1e38, 1e300, 10**400, 10**9]
WRONG_TYPES = ["1", None, [1.0], {}, 1j, object, b"1", torch.tensor(1j)]
SHAPE = (6, 4, 4)
STEPS = 9
# Another value than 1.5 times the default, and the options that it needs to have an effect.
VALUES = {
    "lambda_": 0.5,
    "tau_min": 1.95,
    "k": 3,
    "T": 7,
    "kernel": 3,
    "groups": 3,
    "v_reset": -0.3,
    "v_start": 0.5,
}
NEEDED = {"scaled": {"v_th": 0.8}, "eps": {"norm": True}}
SAME = {"triangle", "piecewise_quadratic"}  # by default: the one is the other of 1/gamma


def options_of(*kinds: type) -> list[tuple[str, str]]:
    """Return (model, option) of all options of these kinds; a required one counts."""
    return [
        (model, name)
        for model in MODELS
        for name, default in neurons.get(model).options.items()
        if name != "shape" and kind_of(default) in kinds
    ]


def kind_of(default) -> type:
    if isinstance(default, (bool, str)):
        return type(default)
    return float


def build(model: str, **options) -> Layer:
    return build_layer(model, backend="eager", shape=SHAPE, **options)


def results(model: str, **options) -> dict[str, torch.Tensor]:
    """Return what an option may change: spikes, gradients, parameters, running statistics."""
    layer, T = build(model, **options), options.get("T", STEPS)
    torch.manual_seed(1)
    x = (1.5 * input_current(T, 2, *SHAPE)).requires_grad_()
    layer(x.detach())
    s = layer(x)
    leaves = {"x": x, **dict(layer.named_parameters())}
    total = (s * loss_weights(s)).sum()
    grads = torch.autograd.grad(total, list(leaves.values()), allow_unused=True)
    values = {f"gradient of {name}": g for name, g in zip(leaves, grads, strict=True)}
    values = {name: value for name, value in values.items() if value is not None}
    evaluated = layer.eval()(x)
    return values | {"spikes": s.detach(), "evaluated": evaluated.detach(), **layer.state_dict()}


def differ(ours: dict[str, torch.Tensor], others: dict[str, torch.Tensor]) -> bool:
    return ours.keys() != others.keys() or not all(
        torch.equal(value, others[name]) for name, value in ours.items()
    )


def other_values(model: str, name: str) -> list:
    """Return values of an option that differ from its default."""
    neuron, default = neurons.get(model), neurons.get(model).options[name]
    bound = neuron.bounds.get(name)
    if isinstance(default, bool):
        return [not default]
    if isinstance(default, str):
        return [word for word in bound if word != default]
    if name in VALUES:
        return [VALUES[name]]
    value = 1.5 * default if default else 0.5
    return [int(value) if isinstance(default, int) else value]


@pytest.mark.parametrize(("model", "name"), options_of(bool, str, float))
def test_an_option_changes_something(model, name):
    needed = NEEDED.get(name, {})
    default = results(model, **needed)
    for value in other_values(model, name):
        assert differ(results(model, **needed, **{name: value}), default), value


@pytest.mark.parametrize("reset", ["hard", "soft", "none"])
@pytest.mark.parametrize("model", MODELS)
def test_a_reset_changes_something_or_is_refused(model, reset):
    neuron = neurons.get(model)
    if reset not in neuron.resets:
        with pytest.raises(ValueError) as error:
            build(model, reset=reset)
        assert_one_line(error, model, repr(reset), *neuron.resets)
    elif reset != neuron.reset:
        assert differ(results(model, reset=reset), results(model))


@pytest.mark.parametrize("model", MODELS)
def test_a_detached_reset_changes_the_gradient_of_what_resets(model):
    without = neurons.get(model).resets == ("none",) and model != "glif"  # learns its reset
    assert differ(results(model, detach_reset=True), results(model)) != without


@pytest.mark.parametrize("name", sorted(neurons.SURROGATES))
@pytest.mark.parametrize("model", MODELS)
def test_a_surrogate_changes_the_gradient(model, name):
    default = neurons.get(model).surrogate
    if name != default and {name, default} != SAME:
        assert differ(results(model, surrogate=name), results(model, surrogate=default))


@pytest.mark.parametrize(("model", "name"), options_of(float))
def test_a_number_has_bounds(model, name):
    assert isinstance(neurons.get(model).bounds.get(name), (Interval, range))


@pytest.mark.parametrize("value", NUMBERS, ids=lambda value: str(value)[:8])
@pytest.mark.parametrize(("model", "name"), options_of(float))
def test_a_number_is_used_or_refused_in_one_line(model, name, value):
    needed, default = NEEDED.get(name, {}), neurons.get(model).options[name]
    try:
        ours = results(model, **needed, **{name: value})
    except ValueError as refusal:
        message = str(refusal)
        assert len(message.splitlines()) == 1 and len(message) < 120
        assert f"{name} = {str(value)[:30]}" in message and "not allowed" in message
        return
    assert math.isfinite(value) or (name == "v_th" and value == math.inf)
    assert not any(ours[key].isnan().any() for key in ("spikes", "evaluated"))
    in_float32 = torch.tensor(value, dtype=torch.float32).item()
    assert in_float32 == default or differ(ours, results(model, **needed))


@pytest.mark.parametrize("value", WRONG_TYPES, ids=lambda v: type(v).__name__)
@pytest.mark.parametrize(("model", "name"), options_of(bool, str, float))
def test_a_value_of_a_wrong_type_is_refused_in_one_line(model, name, value):
    with pytest.raises(ValueError) as error:
        build(model, **{name: value})
    assert_one_line(error, model, name)


@pytest.mark.parametrize(("model", "name"), options_of(str, float))
def test_a_flag_is_no_number_and_no_word(model, name):
    with pytest.raises(ValueError) as error:
        build(model, **{name: True})
    assert_one_line(error, model, name, "True")
