"""The finite differences of the suite are central ones, and find a wrong gradient."""

import pytest
import torch
from torch import nn

from suites.gradients import finite_differences
from suites.gradients.tolerance import FINITE_DIFFERENCE


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
