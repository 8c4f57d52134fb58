"""What the tests of the analyses share."""

import torch
from torch import Tensor

from tests.neurons.samples import input_current

TAU = 1.7  # [steps]


def grad(y: Tensor, x: Tensor) -> Tensor:
    return torch.autograd.grad(y.sum(), x, retain_graph=True)[0]


def sequence(T: int = 12) -> Tensor:
    return input_current(T, 3, 5, dtype=torch.float64)
