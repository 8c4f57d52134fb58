"""What the exact findings share: float64 layers on torch's operations, seeded inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

import neurons

ROUNDING = (0.0, 1e-12)  # a relative difference that float64 explains


def layer(model: str, **options: Any) -> neurons.Layer:
    """Return a float64 layer with the same parameters at every call."""
    generator = torch.Generator().manual_seed(0)
    return neurons.Layer(model, backend="eager", generator=generator, **options).double()


def noise(steps: int, samples: int = 16, channels: int = 64, drive: float = 0.45) -> Tensor:
    """Return normal inputs [T, N, C] with the mean `drive`, the same at every call."""
    generator = torch.Generator().manual_seed(1)
    return torch.randn(steps, samples, channels, generator=generator).double() + drive


def upstream(x: Tensor) -> Tensor:
    """Return a gradient of the spikes, dL/ds, of the shape of x."""
    return torch.randn(x.shape, generator=torch.Generator().manual_seed(2)).double()


def gradient(run: Callable[[Tensor], Tensor], x: Tensor, grad_s: Tensor) -> Tensor:
    """Return dL/dx by autograd."""
    x = x.detach().requires_grad_()
    return torch.autograd.grad(run(x), x, grad_s)[0]


def difference(ours: Tensor, reference: Tensor) -> float:
    """Return the relative difference in norm."""
    return float((ours - reference).norm() / reference.norm())


def shifted(v: Tensor) -> Tensor:
    """Return the values of the step before, zero at the first."""
    return torch.cat([torch.zeros_like(v[:1]), v[:-1]])
