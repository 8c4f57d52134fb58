"""Surrogates, resets and the fires: smooth, replay, recording."""

import math

import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

import neurons
from neurons.fire import RESETS, Decision, Fire, recording, replay, smooth, surrogate
from tests.neurons.samples import RUNS, assert_one_line, build_layer, input_current

# The published derivatives
DERIVATIVES = [
    (surrogate("atan", alpha=3.0), lambda u: 1.5 / (1 + (math.pi / 2 * 3 * u) ** 2)),
    (
        surrogate("sigmoid", alpha=4.0),
        lambda u: 4 * torch.sigmoid(4 * u) * (1 - torch.sigmoid(4 * u)),
    ),
    (surrogate("rect", width=0.5), lambda u: 2.0 * (u.abs() < 0.25)),
    (surrogate("rect", width=0.5, height=1.0), lambda u: 1.0 * (u.abs() < 0.25)),
    (surrogate("rect", width=0.5, closed=True), lambda u: 2.0 * (u.abs() <= 0.25)),
    (surrogate("piecewise_quadratic", alpha=2.0), lambda u: (2 - 4 * u.abs()).clamp(min=0)),
    (surrogate("triangle", gamma=2.0), lambda u: (2 - u.abs()).clamp(min=0) / 4),
    (surrogate("integer", N=2), lambda u: 1.0 * ((u >= 0) & (u <= 2))),
]
BY_NAME = [pytest.param(g, formula, id=str(g.name)) for g, formula in DERIVATIVES]


def points() -> torch.Tensor:
    """Return distances to the threshold; they include every edge of the derivatives above."""
    u = torch.linspace(-3, 5, 129, dtype=torch.float64)  # steps of 1/16, exact in binary
    return u.requires_grad_()


@pytest.mark.parametrize(("g", "formula"), BY_NAME)
def test_derivative_is_the_published_one(g, formula):
    u = points()
    (grad,) = torch.autograd.grad(Fire(g)(u).sum(), u)
    torch.testing.assert_close(grad, formula(u.detach()).to(u.dtype), rtol=1e-12, atol=0)


@pytest.mark.parametrize(("g", "formula"), BY_NAME)
def test_primitive_has_that_derivative(g, formula):
    u, step = points().detach() + 1e-3, 1e-6  # off the kinks
    slope = (g(u + step) - g(u - step)) / (2 * step)
    torch.testing.assert_close(slope, formula(u).to(u.dtype), rtol=1e-7, atol=1e-8)


def test_all_surrogates_are_covered():
    assert {g.name for g, _ in DERIVATIVES} == neurons.SURROGATES.keys()


@pytest.mark.parametrize("name", sorted(neurons.SURROGATES.keys() - {"integer"}))
def test_binary_primitives_rise_from_0_to_1_around_the_threshold(name):
    g = surrogate(name)(torch.tensor([-1e9, 0.0, 1e9], dtype=torch.float64))
    torch.testing.assert_close(g, torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_binary_spikes_fire_at_the_threshold(dtype):
    u = torch.tensor([-math.inf, -1e-4, -0.0, 0.0, 1e-4, math.inf], dtype=dtype)
    s = Fire(surrogate("atan"))(u)
    assert s.dtype == dtype and s.tolist() == [0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("spike", [neurons.Surrogate.spike, neurons.Surrogate.strictly])
@pytest.mark.parametrize("name", sorted(neurons.SURROGATES))
def test_a_nan_potential_gives_a_nan_spike(name, spike):
    g = surrogate(name)
    top = dict(g.arguments).get("N", 1)
    u = torch.tensor([math.nan, math.inf, -math.inf]).requires_grad_()
    for s in (Fire(g, spike=spike)(u), Fire(g, spike=spike)(u.detach())):
        assert s[0].isnan() and s[1:].tolist() == [top, 0]


def test_integer_spikes_round_half_to_even_and_clip():
    u = torch.tensor([-0.6, 0.5, 0.51, 1.5, 2.5, 3.49, 9.0])
    assert Fire(surrogate("integer", N=3))(u).tolist() == [0, 0, 1, 2, 2, 3, 3]


@pytest.mark.parametrize("name", sorted(neurons.SURROGATES))
def test_smooth_fire_is_the_primitive(name):
    fire = smooth(Fire(surrogate(name)))
    u = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    assert torch.equal(fire(u), fire.surrogate(u))
    assert gradcheck(fire, u)
    assert gradgradcheck(fire, u)


@pytest.mark.parametrize("whole", [True, False])
def test_replay_has_the_recorded_spikes_and_the_gradient_of_its_own_potential(whole):
    fire = Fire(surrogate("atan"))
    spikes = (torch.rand(6, 2, 3) < 0.5).float()
    u = torch.randn(6, 2, 3, requires_grad=True)
    again = replay(fire, spikes)
    s = again(u) if whole else torch.stack([again(row) for row in u.unbind(0)])
    assert torch.equal(s, spikes)
    (ours,), (usual,) = (torch.autograd.grad(v.sum(), u) for v in (s, fire(u)))
    assert torch.equal(ours, usual)


def test_replay_takes_the_dtype_of_the_potential():
    again = replay(Fire(surrogate("atan")), torch.ones(2, 3))
    assert again(torch.zeros(2, 3, dtype=torch.float64)).dtype == torch.float64


@pytest.mark.parametrize(("model", "backend"), [run for run in RUNS if run[1] != "cpu"])
def test_replay_repeats_every_model(model, backend):
    if model == "super":
        pytest.skip("super puts out a blend of three neurons, not spikes")
    layer = neurons.Layer(model, backend=backend)
    x = torch.randn(7, 2, 5)
    spikes = 1 - layer(x).detach().clamp(max=1)  # not what it would fire by itself
    run = neurons.backends.run
    s, _ = run(layer.neuron, backend, x, layer.params, replay(layer.fire, spikes))
    assert torch.equal(s, spikes)


def test_no_graph_without_gradient():
    u = torch.zeros(3, requires_grad=True)
    fire = Fire(surrogate("atan"))
    with torch.no_grad():
        assert not fire(u).requires_grad
    assert not fire(u.detach()).requires_grad
    assert fire(u).requires_grad


# Recording


@pytest.mark.parametrize("model", ["lif", "psn", "glif"])
def test_recording_changes_nothing_and_keeps_what_was_decided(model):
    layer, x = build_layer(model, backend="eager"), input_current(6).requires_grad_()
    s = layer(x)
    (expected,) = torch.autograd.grad(s.sum(), x)
    layer.fire, decisions = recording(layer.fire)
    again = layer(x)
    (grad,) = torch.autograd.grad(again.sum(), x, retain_graph=True)
    assert torch.equal(again, s) and torch.equal(grad, expected)
    assert len(decisions) == (1 if model == "psn" else 6)
    u, spikes = (torch.cat(parts).view(x.shape) for parts in list(zip(*decisions, strict=True))[:2])
    assert torch.equal(spikes, s) and torch.equal(spikes, layer.fire.surrogate.spike(u))
    assert torch.autograd.grad(u.sum(), x)[0].any()  # u has its graph


def test_a_decision_has_the_arguments_of_its_call():
    fire, decisions = recording(Fire(surrogate("rect")))
    u = torch.tensor([-1.0, 1.0])
    fire(u), fire(u, width=0.5)
    assert [decision.surrogate for decision in decisions] == [
        surrogate("rect"),
        surrogate("rect", width=0.5),
    ]
    assert isinstance(decisions[0], Decision) and torch.equal(decisions[1].u, u)


def test_recording_keeps_the_spikes_of_a_replay_and_of_a_strict_fire():
    spikes = torch.tensor([[1.0, 0.0]])
    fire, decisions = recording(replay(Fire(surrogate("atan")), spikes))
    assert torch.equal(fire(torch.zeros(1, 2)), spikes)
    assert torch.equal(decisions[0].s, spikes)
    strict, decisions = recording(Fire(surrogate("atan"), spike=neurons.Surrogate.strictly))
    assert strict(torch.zeros(1)) == 0 and decisions[0].s == 0


def test_recordings_are_separate():
    fire = Fire(surrogate("atan"))
    (first, decisions), (_, others) = recording(fire), recording(fire)
    first(torch.zeros(1))
    assert len(decisions) == 1 and not others


# Resets


@pytest.mark.parametrize(
    ("mode", "v_reset", "after"),
    [
        ("hard", 0.0, [0.25, 0.0]),
        ("hard", -0.5, [0.25, -0.5]),
        ("soft", 0.0, [0.25, 0.75]),
        ("none", 0.0, [0.25, 1.5]),
    ],
)
def test_reset_only_where_it_fired(mode, v_reset, after):
    h, s = torch.tensor([0.25, 1.5]), torch.tensor([0.0, 1.0])
    v = Fire(surrogate("atan"), mode).reset(h, s, 0.75, v_reset)
    assert v.tolist() == after


def test_soft_reset_of_an_integer_takes_all_of_it():
    v = Fire(surrogate("integer"), "soft").reset(torch.tensor(3.2), torch.tensor(3.0), 1.0)
    torch.testing.assert_close(v, torch.tensor(0.2))


@pytest.mark.parametrize("mode", sorted(RESETS))
@pytest.mark.parametrize("detached", [False, True])
def test_detached_reset_is_out_of_the_gradient(mode, detached):
    h = torch.tensor(1.5, requires_grad=True)
    s = torch.tensor(1.0, requires_grad=True)
    v = Fire(surrogate("atan"), mode, detach_reset=detached).reset(h, s, 1.0, 0.25)
    through_h, through_s = torch.autograd.grad(v, (h, s), allow_unused=True)
    assert through_h == {"hard": 0.0, "soft": 1.0, "none": 1.0}[mode]
    expected = {"hard": 0.25 - 1.5, "soft": -1.0, "none": None}[mode]
    assert through_s == (None if detached else expected)


# Values and errors


def test_fires_are_values():
    g = surrogate("rect", width=0.5, height=1.0)
    same = surrogate("rect", height=1.0, width=0.5)
    assert Fire(g) == Fire(same) and hash(Fire(g)) == hash(Fire(same))
    others = {Fire(g, "soft"), Fire(g, detach_reset=True), Fire(surrogate("rect")), smooth(Fire(g))}
    assert len(others | {Fire(g)}) == 5


def test_smooth_fires_are_values():
    assert smooth(Fire(surrogate("atan"))) == smooth(Fire(surrogate("atan")))


def test_surrogate_passes_one_through():
    g = surrogate("rect", width=0.5)
    assert surrogate(g) is g


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("atna", {}, ["'atna'", "did you mean 'atan'", *neurons.SURROGATES]),
        ("rect", {"widht": 1.0}, ["'widht'", "did you mean 'width'", "height", "closed"]),
        ("rect", {"width": -1.0}, ["width", "-1.0", "> 0"]),
        ("atan", {"alpha": 0}, ["alpha", "0", "> 0"]),
        ("atan", {"alpha": math.nan}, ["alpha", "nan", "> 0"]),
    ],
)
def test_wrong_surrogates_are_one_line(name, arguments, words):
    with pytest.raises(ValueError) as error:
        surrogate(name, **arguments)
    assert_one_line(error, *words)
