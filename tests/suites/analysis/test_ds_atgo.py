"""The adaptive threshold fires as Theorem 1 says, and its window follows the potentials."""

import math

import pytest
import torch

import neurons
from suites import analysis
from suites.analysis import ds_atgo
from tests.neurons.samples import build_layer


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (-3.0, 0.2), (5.0, 7.0)])
def test_theorem_1(mean, std):
    h = mean + std * torch.randn(3, 400, 400, dtype=torch.float64)
    assert abs(ds_atgo.FIRING - 0.158655) < 1e-6
    torch.testing.assert_close(
        ds_atgo.above(h), torch.full((3,), ds_atgo.FIRING, dtype=torch.float64), rtol=0, atol=3e-3
    )
    u = h - (mean + std)
    expected = ds_atgo.normal_in_window(mean, std, mean + std, 1.0)
    assert ds_atgo.in_window(u, 1.0).tolist() == pytest.approx([expected] * 3, abs=4e-3)


@pytest.mark.parametrize("scale", [0.3, 1.0, 4.0])
def test_atlif_fires_as_theorem_1_whatever_the_scale(scale):
    """In training mode; the first step's potential is the input, hence normal."""
    x = scale * torch.randn(4, 100, 300, dtype=torch.float64)
    path = analysis.follow(build_layer("atlif", T=4).double(), x)
    assert path.s[0].mean().item() == pytest.approx(ds_atgo.FIRING, abs=5e-3)
    assert 0.05 < path.s.mean().item() < 0.25
    lif = analysis.follow(build_layer("lif", surrogate="rect").double(), x)
    assert (lif.s.mean() < 0.01) == (scale == 0.3)


def test_atlif_keeps_its_window_where_the_potentials_are():
    """Eq. 7 and Fig. 11: wider for wide distributions, narrower for narrow ones."""
    available = []
    for scale in (0.5, 3.0):
        x = scale * torch.randn(3, 100, 300, dtype=torch.float64)
        path = analysis.follow(build_layer("atlif", T=3).double(), x)
        adapted, fixed = (ds_atgo.in_window(path.u, w)[0] for w in (path.width, 1.0))
        available.append(adapted - fixed)
        threshold = float(x[0].mean() + x[0].std())
        assert path.width[0].item() == pytest.approx(1 + math.tanh(threshold - 1))
    assert available[0] < 0 < available[1]


def test_the_window_is_closed():
    """As in Eq. 4 and in the neuron: a potential on its edge has a gradient."""
    u = torch.tensor([0.5, -0.5, 0.4, 0.6], dtype=torch.float64).expand(2, 4)
    assert ds_atgo.in_window(u, 1.0).tolist() == [0.75, 0.75]
    assert ds_atgo.in_window(u, torch.tensor([1.0, 0.9])).tolist() == [0.75, 0.25]
    u = u.clone().requires_grad_()
    (grad,) = torch.autograd.grad(neurons.Fire(neurons.surrogate("rect", closed=True))(u).sum(), u)
    assert torch.equal(grad.mean(1), ds_atgo.in_window(u, 1.0))
