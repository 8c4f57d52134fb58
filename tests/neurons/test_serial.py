"""The options of the serial models, and which options make two models equal."""

import math

import pytest
import torch

import neurons
from tests.neurons.samples import (
    assert_one_line,
    build_layer,
    fires_sometimes,
    gradients,
    input_current,
)

OPTIONS = [
    ("clif", {"decay_input": True}),
    ("clif", {"reset": "hard"}),
    ("glif", {"gates": "fused"}),
    ("glif", {"per": "layer"}),
    ("glif", {"T": 1, "tau": 0.6, "conduct": 0.3}),
    ("iaf", {"v_reset": -0.2}),
    ("ilif", {"v_th": 0.7, "tau": 2.0}),
    ("klif", {"scale_reset": True, "decay_input": False}),
    ("klif", {"scale_reset": True, "v_reset": -0.2, "reset": "soft"}),
    ("llif", {"decay": "linear", "gamma": 0.3}),
    ("slif", {"decay": "linear", "beta": 0.5}),
    ("slif", {"tau": 1.1, "beta": 0.5}),
    ("super", {"decay": "linear", "beta": 0.5}),
]


@pytest.mark.parametrize(("model", "options"), OPTIONS)
def test_backward_with_options(model, options):
    layer = build_layer(model, shape=(3,), **options).double()
    x = input_current(6, 2, 3, dtype=torch.float64).requires_grad_()
    assert (layer(x) > 0).any()
    layer.fire = neurons.smooth(layer.fire)
    names = [name for name, _ in layer.named_parameters()]

    def run(x: torch.Tensor, *values: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(layer, dict(zip(names, values, strict=True)), x)

    assert torch.autograd.gradcheck(run, (x, *layer.parameters()))


@pytest.mark.parametrize("gates", ["soft", "hard"])
def test_glif_gates_that_do_not_train(gates):
    layer, x = build_layer("glif", gates=gates, train_gates=False, shape=(64,)), input_current(9)
    layer(x).sum().backward()
    without = {name for name, p in layer.named_parameters() if p.grad is None}
    assert without == {"alpha", "beta", "gamma"}
    assert torch.equal(layer(x), build_layer("glif", gates=gates, shape=(64,))(x))


@pytest.mark.parametrize(
    ("model", "options", "reset"),
    [
        ("llif", {"gamma": 0.0}, "hard"),
        ("slif", {"beta": 0.0}, "soft"),
    ],
)
@pytest.mark.parametrize("decay", ["exp", "linear"])
def test_long_and_short_lif_without_adaptation_are_lif(model, options, reset, decay):
    x = input_current(30, dtype=torch.float64)
    surrogate = "piecewise_quadratic"
    s, grads = gradients(build_layer(model, decay=decay, **options), x)
    lif = build_layer("lif", decay=decay, reset=reset, surrogate=surrogate)
    again, expected = gradients(lif, x)
    assert fires_sometimes(s) and torch.equal(s, again)
    torch.testing.assert_close(grads, expected)


@pytest.mark.parametrize("reset", ["hard", "soft", "none"])
def test_iaf_is_a_lif_that_does_not_leak(reset):
    x = input_current(30, dtype=torch.float64) - 0.4
    s, grads = gradients(build_layer("iaf", reset=reset, v_reset=-0.2), x)
    again, expected = gradients(build_layer("lif", reset=reset, v_reset=-0.2, tau=1e30), x)
    assert fires_sometimes(s) and torch.equal(s, again)
    torch.testing.assert_close(grads, expected)


def test_super_mixes_normalised_spikes():
    x = input_current(12, 4, 5, 3, dtype=torch.float64)
    mixture = build_layer("super", shape=(5, 3)).double()
    mixture.arch.data = torch.tensor([0.0, 1.0, -1.0]).double()
    parts = [build_layer("lif", decay="exp"), build_layer("llif"), build_layer("slif")]
    share = torch.softmax(mixture.arch.detach(), 0)
    expected = torch.zeros_like(x)
    for part, weight in zip(parts, share, strict=True):
        norm = torch.nn.BatchNorm2d(5, affine=False).double()
        s = part(x).flatten(0, 1)[..., None]
        expected += weight * norm(s)[..., 0].unflatten(0, (12, 4))
    torch.testing.assert_close(mixture(x), expected)


def test_glif_gates_at_their_ends():
    """alpha = 1, beta = 0, gamma = 1 is a LIF with a hard reset that fires above v_th."""
    layer = build_layer("glif", gates="hard", shape=(64,), tau=0.5, v_th=0.6).double()
    layer.beta.data.fill_(-1.0)
    lif = build_layer("lif", tau=2.0, v_th=0.6).double()
    x = input_current(30, dtype=torch.float64)
    assert fires_sometimes(layer(x)) and torch.equal(layer(x), lif(x))


def test_glif_after_its_conductances_uses_the_last():
    x = input_current(9, dtype=torch.float64)
    short, long = (build_layer("glif", shape=(64,), T=T).double() for T in (3, 9))
    values = torch.randn(3, 64, dtype=torch.float64)
    for name, parameter in long.named_parameters():
        parameter.data.copy_(
            short.get_parameter(name) if name != "conduct" else values[[0, 1] + [2] * 7]
        )
    short.conduct.data.copy_(values)
    assert fires_sometimes(short(x)) and torch.equal(short(x), long(x))


def test_glif_starts_with_the_authors_values():
    """The values of the authors' code, whose T is 4."""
    layer = build_layer("glif", shape=(2,))
    started = {"alpha": 0.55, "beta": 0.65, "gamma": 0.55, "tau": 0.25, "threshold": 0.5}
    started |= {"leak": 0.0625, "subreset": 0.5, "conduct": 0.5}
    for name, raw in layer.named_parameters():
        torch.testing.assert_close(torch.sigmoid(raw), torch.full_like(raw, started.pop(name)))
    assert not started


def test_other_channels_than_glif_was_built_for():
    with pytest.raises(ValueError) as error:
        build_layer("glif", shape=(1,))(input_current(3, 2, 5))
    assert_one_line(error, "glif", "1", "5")


def test_clif_resets_deeper_the_more_it_fired():
    """By hand: m = 1 after the first spike, then sigmoid(h/2) + 1."""
    layer = build_layer("clif", stateful=True).double()
    x = torch.tensor([2.0, 2.0], dtype=torch.float64).view(2, 1)
    assert layer(x).all()

    def sigmoid(z: float) -> float:
        return 1 / (1 + math.exp(-z))

    v = 2 - (1 + sigmoid(1))
    h = v / 2 + 2
    m = sigmoid(h / 2) + 1
    v = h - (1 + sigmoid(m))
    assert layer.state.m.item() == pytest.approx(m) and layer.state.v.item() == pytest.approx(v)
