"""What a layer of any model can be asked for: flags, shape, surrogate, v_th = inf."""

import math

import pytest
import torch

import neurons
from neurons import Layer, surrogate
from tests.neurons.samples import assert_one_line, build_layer, gradients, input_current

SILENCED = [n for n in neurons.names() if "hard" in neurons.get(n).resets]


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        ("dsn", {"N": 2}, ['surrogate("integer", N=2)']),
        ("ilif", {"N": 3}, ['surrogate("integer", N=3)']),
        ("lif", {"detach_reset": "no"}, ["detach_reset = 'no'", "True or False"]),
        ("lif", {"stateful": 1}, ["stateful = 1", "True or False"]),
        ("lif", {"strict": 0}, ["strict = 0", "True or False"]),
        ("lif", {"truncate": True}, ["truncate = True", "integer > 0"]),
        ("lif", {"surrogate": ""}, ["''", "atan"]),
        ("lif", {"surrogate": 3}, ["3", "atan"]),
        ("lif", {"reset": ""}, ["''", "hard"]),
        ("lif", {"reset": 0}, ["0", "hard"]),
        ("dsn", {"shape": 2.5}, ["shape = (2.5,)", "(C, *)"]),
        ("dsn", {"shape": True}, ["shape = (True,)", "(C, *)"]),
        ("dsn", {"shape": "ab"}, ["shape = ('ab',)", "(C, *)"]),
        ("lif", {"reset": "soft", "v_th": math.inf}, ["v_th = inf", "soft"]),
        ("prf", {"dt_min": 2.0, "shape": 3}, ["dt_min = 2.0", "dt_max = 1.0"]),
        ("stclif", {"circuit": "self", "norm": True, "shape": 3}, ["'self'", "norm=True"]),
        ("clif", {"reset": "none"}, ["clif", "'none'", "hard, soft"]),
        ("ilif", {"reset": "hard"}, ["ilif", "'hard'", "none, soft"]),
    ],
)
def test_what_would_do_nothing_is_refused(model, options, words):
    with pytest.raises(ValueError) as error:
        Layer(model, **options)
    assert_one_line(error, *words)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("rect", {"width": math.inf}),
        ("atan", {"alpha": True}),
        ("atan", {"alpha": 1e300}),
        ("rect", {"closed": 1}),
        ("rect", {"height": 0.0}),
        ("integer", {"N": 2.0}),
        ("integer", {"N": 10**9}),
        ("triangle", {"gamma": "1"}),
    ],
)
def test_an_argument_of_a_surrogate_has_bounds(name, arguments):
    with pytest.raises(ValueError) as error:
        surrogate(name, **arguments)
    assert_one_line(error, name, *arguments, "must be")


@pytest.mark.parametrize(
    ("model", "options", "width"),
    [
        ("clif", {"v_th": 0.5}, 0.5),
        ("clif", {"v_th": 0.5, "surrogate": surrogate("rect", closed=True)}, 0.5),
        ("clif", {"v_th": 0.5, "surrogate": surrogate("rect", width=1.0)}, 1.0),
        ("lif", {"v_th": 1.5, "surrogate": "rect"}, 1.5),
        ("lif", {"v_th": math.inf, "surrogate": "rect"}, 1.0),
        ("psn", {"T": 4, "surrogate": "rect"}, 1.0),
        ("ilif", {"v_th": 0.5, "surrogate": "rect"}, 1.0),
        ("glif", {"v_th": 0.3}, 1.0),
        ("atlif", {"v_th": 0.5, "T": 4}, 1.0),
        ("mpd_agl", {"adaptive": False}, 1.0),
    ],
)
def test_the_width_of_a_rectangle_follows_the_threshold(model, options, width):
    """CLIF Eq. 8 has the width V_th; a width that the user or the model's paper gives stays."""
    assert dict(Layer(model, **options).fire.surrogate.arguments)["width"] == width


def test_the_derived_width_is_the_window_of_the_gradient():
    x = torch.linspace(0, 1, 101, dtype=torch.float64).expand(1, 101)
    _, (grad,) = gradients(build_layer("clif", v_th=0.5, backend="eager"), x)
    assert torch.equal(grad != 0, (x - 0.5).abs() < 0.25)


def test_thresholds_that_differ_leave_no_width_to_derive():
    with pytest.raises(ValueError) as error:
        Layer("lif", v_th=torch.ones(3), surrogate="rect")
    assert_one_line(error, "rect", "v_th", "width=")


@pytest.mark.parametrize("model", [n for n in SILENCED if neurons.get(n).options.get("v_th") == 1])
def test_an_infinite_threshold_silences_or_is_refused(model):
    x = input_current(9, 4, 3)
    try:
        layer = build_layer(model, v_th=math.inf, reset="hard", backend="eager")
    except ValueError as refusal:
        assert "v_th = inf" in str(refusal)
        return
    s, grads = gradients(layer, x)
    assert not s.any() and all(grad.isfinite().all() for grad in grads)


@pytest.mark.parametrize("detach_reset", [False, True])
@pytest.mark.parametrize("backend", ["eager", "auto"])
def test_clif_resets_hard_as_the_authors_code_with_v_reset_0(backend, detach_reset):
    options = {"reset": "hard", "detach_reset": detach_reset, "backend": backend}
    layer, x = build_layer("clif", **options).double(), input_current(40, 3, 5).double()
    s, (grad,) = gradients(layer, x)
    v = m = torch.zeros_like(x[0])
    leaf, spikes = x.clone().requires_grad_(), []
    for x_t in leaf.unbind(0):
        h = v / 2 + x_t
        spikes.append(layer.fire(h - 1.0))
        m = m * torch.sigmoid(h / 2) + spikes[-1]
        d = spikes[-1].detach() if detach_reset else spikes[-1]
        v = (1 - d) * h - d * torch.sigmoid(m)
    expected = torch.stack(spikes)
    assert torch.equal(s, expected)
    assert not torch.equal(s, build_layer("lif", reset="hard").double()(x))
    weights = torch.randn(x.shape, dtype=x.dtype, generator=torch.Generator().manual_seed(5))
    (by_hand,) = torch.autograd.grad((expected * weights).sum(), leaf)
    torch.testing.assert_close(grad, by_hand, rtol=1e-9, atol=1e-12)
