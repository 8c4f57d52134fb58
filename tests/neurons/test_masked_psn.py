"""The masked parallel spiking neuron: its mask, and how it is computed where the mask is full."""

import pytest
import torch
from torch import Tensor

import neurons
from tests.neurons.samples import (
    assert_one_line,
    build_layer,
    fires_sometimes,
    gradients,
    input_current,
)


def double(*shape: int) -> Tensor:
    return input_current(*shape, dtype=torch.float64)


def test_masked_psn_goes_from_psn_to_a_window_of_k():
    """lambda = 0 is PSN; lambda = 1 uses the last k inputs only."""
    layer, psn, x = (
        build_layer("masked_psn", k=3, lambda_=0.0),
        build_layer("psn"),
        input_current(12),
    )
    assert torch.equal(layer(x), psn(x))
    unmasked = _weights(layer)
    layer.lambda_.fill_(0.75)
    quarter = _weights(layer)
    layer.lambda_.fill_(1.0)
    banded = _weights(layer)
    torch.testing.assert_close(unmasked, layer.weight)
    i, j = torch.meshgrid(torch.arange(12), torch.arange(12), indexing="ij")
    inside = (j <= i) & (i < j + 3)
    assert torch.equal(banded != 0, inside)
    torch.testing.assert_close(banded[inside], layer.weight[inside])
    torch.testing.assert_close(quarter[~inside], layer.weight[~inside] / 4)


@torch.no_grad()
def _weights(layer: neurons.Layer) -> Tensor:
    """Return how the potential depends on a neuron's inputs, [T, T]."""
    T = len(layer.weight)
    through = neurons.Fire(neurons.surrogate("atan"), spike=lambda g, u: u)
    h = layer.neuron.sequence(torch.eye(T), layer.params, through)
    return h - layer.bias[:, None]


def test_masked_psn_saves_its_lambda_and_trains_inside_the_mask():
    layer, other = (
        build_layer("masked_psn", T=9, k=2),
        build_layer("masked_psn", T=9, k=2, lambda_=0.0),
    )
    other.load_state_dict(layer.state_dict())
    assert other.lambda_ == 1
    _, (_, weight, _) = gradients(layer, input_current(9))
    assert torch.equal(weight != 0, torch.ones(9, 9).tril().triu(-1) != 0)


@pytest.mark.parametrize("k", [1, 4, 32])
@pytest.mark.parametrize("T", [257, 1000])
def test_a_full_mask_leaves_the_band_of_the_whole_product(T, k):
    layer, x = build_layer("masked_psn", T=T, k=k).double(), double(T, 3, 5)
    s, grads = gradients(layer, x)
    layer.lambda_.requires_grad_()  # only the whole product has its gradient
    expected, others = gradients(layer, x)
    assert torch.equal(s, expected) and fires_sometimes(s)
    torch.testing.assert_close(grads, others, rtol=1e-12, atol=1e-13)
    assert not grads[1][torch.ones(T, T).tril().triu(1 - k) == 0].any()


def test_a_full_mask_has_the_gradient_of_finite_differences():
    layer = build_layer("masked_psn", T=300, k=3).double()
    fire = neurons.smooth(layer.fire)

    def smooth(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return layer.neuron.sequence(x, layer.params._replace(weight=weight, bias=bias), fire)

    inputs = (double(300, 3).requires_grad_(), layer.weight, layer.bias)
    assert torch.autograd.gradcheck(smooth, inputs, fast_mode=True)


def test_lambda_has_a_gradient_if_it_requires_one():
    layer, x = build_layer("masked_psn", T=9, k=2).double(), double(9, 3)
    layer.lambda_.requires_grad_()
    layer(x).sum().backward()
    assert layer.lambda_.grad.any()


def test_torch_compile_does_not_read_lambda():
    layer, x = build_layer("masked_psn", T=300).double(), double(300, 3)
    whole = torch.compile(layer.neuron.sequence, backend="eager", fullgraph=True)
    assert torch.equal(whole(x, layer.params, layer.fire), layer(x))


@pytest.mark.parametrize("model", ["masked_psn", "sliding_psn"])
def test_nan_stays_in_its_chunk_and_the_next(model):
    layer, x = (
        build_layer(model, T=1000) if model == "masked_psn" else build_layer(model),
        input_current(1000, 3),
    )
    x[500] = float("nan")
    through = neurons.Fire(neurons.surrogate("atan"), spike=lambda g, u: u)
    h = layer.neuron.sequence(x, layer.params, through)
    assert h[:480].isfinite().all() and h[500:504].isnan().all() and h[544:].isfinite().all()


@pytest.mark.parametrize("backend", ["eager", "auto"])
@pytest.mark.parametrize(("built", "T"), [(20, 7), (1000, 999), (1000, 300), (300, 1)])
def test_a_shorter_input_is_the_start_of_a_longer_one(built, T, backend):
    """At lambda = 1; the gradient of what is cut off is zero."""
    layer, x = build_layer("masked_psn", T=built, backend=backend).double(), double(built, 3)
    s = layer(x)
    assert torch.equal(layer(x[:T]), s[:T]) and (T < 7 or fires_sometimes(s[:T]))
    ours = torch.autograd.grad(layer(x[:T]).sum(), [layer.weight, layer.bias])
    expected = torch.autograd.grad(s[:T].sum(), [layer.weight, layer.bias])
    torch.testing.assert_close(ours, expected, rtol=1e-12, atol=1e-13)


def test_a_shorter_input_is_followed_by_zeros_while_training_lowers_the_mask():
    layer, x = build_layer("masked_psn", T=12, lambda_=0.3).double(), double(12, 3)
    padded = torch.cat([x[:5], torch.zeros_like(x[5:])])
    assert torch.equal(layer(x[:5]), layer(padded)[:5])


def test_a_longer_input_is_an_error():
    with pytest.raises(ValueError) as error:
        build_layer("masked_psn", T=4)(double(5, 2))
    assert_one_line(error, "masked_psn", "T=4", "T=5")


@pytest.mark.parametrize("lambda_", [-0.1, 1.1, float("nan")])
def test_lambda_outside_0_and_1_is_an_error(lambda_):
    with pytest.raises(ValueError) as error:
        build_layer("masked_psn", lambda_=lambda_)
    assert_one_line(error, "masked_psn", "lambda_", "[0, 1]")
