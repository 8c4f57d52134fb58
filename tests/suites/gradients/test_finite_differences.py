"""The finite differences of the suite are central ones, and find a wrong gradient."""

import pytest
import torch
from torch import nn

import neurons
from suites import cases
from suites.gradients import finite_differences
from suites.gradients.comparison import SHAPE
from suites.gradients.tolerance import FINITE_DIFFERENCE, SURROGATE


class Cube(nn.Module):
    """y = w^3 x, with a gradient of w that is right or not."""

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.tensor([1.0, 2.0], dtype=torch.float64))
        if factor != 1.0:
            self.w.register_hook(lambda grad: factor * grad)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.w**3 * x


def test_the_difference_is_central():
    """((w + h)^3 - (w - h)^3) / 2h = 3 w^2 + h^2; one side alone would add 3 w h."""
    layer, x = Cube(), torch.ones(2, dtype=torch.float64)
    direction = torch.tensor([1.0, 0.5], dtype=torch.float64)
    weights = torch.tensor([2.0, -1.0], dtype=torch.float64)
    before = layer.w.detach().clone()
    found = finite_differences._difference(layer, x, layer.w, direction, weights, step=0.1)
    expected = 2 * (3 * 1 + 0.01) - (3 * 4 * 0.5 + 0.01 * 0.5**3)
    assert found == pytest.approx(expected, rel=1e-12)
    assert torch.equal(layer.w.detach(), before), "the parameter is as before"


def test_the_step_is_small_enough_and_large_enough():
    layer, x = Cube(), torch.ones(2, dtype=torch.float64)
    ones = torch.ones_like(x)
    difference = finite_differences._difference(layer, x, layer.w, ones, ones)
    assert difference == pytest.approx(15.0, rel=1e-9)


@pytest.mark.parametrize("factor", [1.0, 1.0001, -1.0])
def test_a_wrong_gradient_has_an_error_of_its_size(factor):
    x = torch.tensor([0.3, 0.7], dtype=torch.float64)
    error = finite_differences.error(Cube(factor), x, torch.ones_like(x))
    assert error == pytest.approx(abs(factor - 1), abs=1e-8)
    assert (error > FINITE_DIFFERENCE) == (factor != 1.0)


@pytest.mark.parametrize("model", ["lif", "mpd_agl", "pmsn"])
def test_a_case_is_smooth_in_float64(model):
    """The last two leave a path out of their gradient, unless the case says otherwise."""
    layer, x, grad_output = finite_differences.smooth_case(model, "eager")
    assert finite_differences.error(layer, x, grad_output) <= FINITE_DIFFERENCE
    assert not layer.training
    s = layer(x)
    assert s.dtype == x.dtype == grad_output.dtype == torch.float64
    assert x.shape == grad_output.shape == SHAPE
    assert len(s.unique()) > 2, "a smooth spike is more than 0 or 1"
    assert torch.equal(x, cases.current(SHAPE, 0).double())
    assert torch.equal(grad_output, cases.current(SHAPE, 1).double())


def test_a_case_is_of_the_backend_it_names():
    assert finite_differences.smooth_case("lif", "cpu")[0].backend == "cpu"


@pytest.mark.parametrize("name", neurons.SURROGATES)
def test_the_derivative_of_a_spike_is_that_of_its_surrogate(name):
    assert finite_differences.surrogate_error(neurons.surrogate(name)) <= SURROGATE


def test_a_surrogate_with_a_wrong_derivative_has_an_error_of_its_size(monkeypatch):
    """The slope of u^2 / 4 is u / 2, and this one says u; u is at most 6.0217."""

    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(context, u):
            context.save_for_backward(u)
            return u * u / 4

        @staticmethod
        def backward(context, grad):
            (u,) = context.saved_tensors
            return grad * u

    monkeypatch.setitem(neurons.SURROGATES, "atan", lambda u, **arguments: Wrong.apply(u))
    error = finite_differences.surrogate_error(neurons.surrogate("atan"))
    assert error == pytest.approx(6.0217 / 2, rel=1e-6)


def test_the_directions_are_the_same_every_time():
    x, errors = torch.tensor([0.3, 0.7], dtype=torch.float64), []
    for seed in (1, 2):
        torch.manual_seed(seed)
        errors.append(finite_differences.error(Cube(), x, torch.ones_like(x)))
    assert errors[0] == errors[1] > 0
