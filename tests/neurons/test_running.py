"""What training changes besides learned parameters: atlif's running threshold, mpd_agl's gain."""

import copy
import io

import pytest
import torch
from torch import Tensor

from neurons import Layer
from tests.neurons.samples import (
    assert_one_line,
    build_layer,
    fires_sometimes,
    gradients,
    input_current,
)

WIDE = (16, 64)


def adapted(T: int = 6, batches: int = 3, **options) -> Layer:
    """Return an atlif after some training batches."""
    layer = build_layer("atlif", T=T, **options)
    for _ in range(batches):
        layer(input_current(T, *WIDE))
    return layer


def serial(x: Tensor, theta: Tensor, tau: float = 0.2) -> Tensor:
    """Return the spikes of Eq. 2-3 with a given threshold per step."""
    v, spikes = torch.zeros_like(x[0]), []
    for x_t, theta_t in zip(x, theta, strict=True):
        h = tau * v + x_t
        spikes.append((h >= theta_t).to(x.dtype))
        v = h * (1 - spikes[-1])
    return torch.stack(spikes)


def test_training_averages_the_thresholds_of_each_step():
    layer, x = build_layer("atlif", T=5, momentum=0.3), input_current(5, *WIDE)
    theta = [x[0].mean() + x[0].std()]
    layer(x)
    torch.testing.assert_close(layer.running[0], 0.3 * theta[0] + 0.7)
    assert len(set(layer.running.tolist())) == 5
    first = layer.running.clone()
    layer(x)
    torch.testing.assert_close(layer.running - first, 0.7 * (first - 1))


def test_running_threshold_is_a_saved_buffer():
    layer = adapted()
    assert set(layer.state_dict()) == {"w", "running"}
    assert dict(layer.named_buffers()).keys() == {"running"}
    assert dict(layer.named_parameters()).keys() == {"w"}


@pytest.mark.parametrize("target", ["drawn", "lazy"])
def test_running_threshold_is_restored(target):
    layer, x = adapted().eval(), input_current(6)
    other = build_layer("atlif", **({"T": 6} if target == "drawn" else {})).eval()
    file = io.BytesIO()
    torch.save(layer.state_dict(), file)
    file.seek(0)
    other.load_state_dict(torch.load(file))
    assert torch.equal(other.running, layer.running)
    assert torch.equal(other(x), layer(x))
    assert torch.equal(copy.deepcopy(layer)(x), layer(x))


@pytest.mark.parametrize("backend", ["eager", "auto"])
def test_evaluation_fires_at_the_running_threshold_of_each_step(backend):
    layer, x = adapted(backend=backend), input_current(6, *WIDE, dtype=torch.float64)
    layer = layer.double().eval()
    with torch.no_grad():
        layer.running.mul_(torch.linspace(0.5, 1.5, 6))
    theta = layer.running.clone()
    s = layer(x)
    assert fires_sometimes(s)
    assert torch.equal(s, serial(x, theta, tau=torch.sigmoid(layer.w).item()))
    assert torch.equal(layer.running, theta)


def test_evaluation_does_not_depend_on_the_batch():
    layer, x = adapted().eval(), input_current(6)
    alone = torch.cat([layer(sample) for sample in x.split(1, dim=1)], dim=1)
    assert torch.equal(alone, layer(x))
    layer.train()
    assert not torch.equal(layer(x[:, :2]), alone[:, :2])


@pytest.mark.parametrize("T", [4, 6, 9])
def test_steps_beyond_the_thresholds_share_the_last(T):
    layer, x = adapted().eval(), input_current(T, *WIDE, dtype=torch.float64)
    layer = layer.double()
    theta = layer.running[torch.arange(T).clamp(max=5)]
    assert torch.equal(layer(x), serial(x, theta, tau=torch.sigmoid(layer.w).item()))


def test_training_for_longer_averages_the_rest_into_the_last_threshold():
    long, short, x = build_layer("atlif", T=3), build_layer("atlif", T=3), input_current(5, *WIDE)
    long(x)
    short(x[:3])
    assert torch.equal(long.running[:2], short.running[:2])
    assert long.running[2] != short.running[2]


def test_a_carried_state_continues_at_the_next_step():
    whole, parts = adapted().eval(), adapted(stateful=True).eval()
    parts.load_state_dict(whole.state_dict())
    parts.reset_state()
    x = input_current(6)
    assert torch.equal(torch.cat([parts(chunk) for chunk in x.split([1, 3, 2])]), whole(x))


@pytest.mark.parametrize("f_c", [1.0, 1.2])
def test_estimated_threshold_is_its_formula(f_c):
    layer = build_layer("atlif", T=4, threshold="estimated", f_c=f_c, v_th=0.8, momentum=1.0)
    layer(input_current(4))
    expected = torch.full((4,), f_c * (1 + 0.2**2) ** 0.5 * 0.8)
    torch.testing.assert_close(layer.running, expected)


@pytest.mark.parametrize("width", ["threshold", "std"])
def test_width_follows_the_threshold_or_the_std(width):
    layer, x = build_layer("atlif", T=1, width=width), input_current(1, *WIDE).requires_grad_()
    (grad,) = torch.autograd.grad(layer(x).sum(), x)
    h = x.detach()
    theta = h.mean() + h.std()
    k = 1 + torch.tanh((theta if width == "threshold" else h.std()) - 1)
    torch.testing.assert_close(grad, ((h - theta).abs() < k / 2).float() / k)


def test_other_surrogates_keep_their_shape():
    _, (grad, _) = gradients(build_layer("atlif", surrogate="atan"), input_current(6))
    assert grad.any()


def test_one_neuron_cannot_adapt():
    layer = build_layer("atlif", T=3)
    with pytest.raises(ValueError) as error:
        layer(torch.randn(3, 1, 1))
    assert_one_line(error, "atlif", "more than one", "eval()")
    layer.eval()(torch.randn(3, 1, 1))


def test_the_gain_of_a_normalisation_can_be_kept_up_to_date():
    layer, x = build_layer("mpd_agl", gamma=torch.tensor(1.0)), input_current(6)
    _, (before, _) = gradients(layer, x)
    layer.gamma.fill_(0.2)
    _, (after, _) = gradients(layer, x)
    assert (before == 0).sum() < (after == 0).sum()
    assert "gamma" in layer.state_dict()
