"""The mean step of the gradient of ST-DANO's neurons."""

from __future__ import annotations

import torch

from suites.analysis import st_dano
from suites.findings._exact import layer

T, DRIVE = 16, 1.0
LIF = {"decay": "exp", "surrogate": "piecewise_quadratic"}
NEURONS = {
    "SLIF": ("slif", {}),
    "LLIF": ("llif", {}),
    "LIF": ("lif", LIF | {"reset": "hard"}),
    "LIF-soft": ("lif", LIF | {"reset": "soft"}),
}


def share(name: str, drive: float = DRIVE) -> torch.Tensor:
    """Return the share of each step's input in the gradient, [T]."""
    model, options = NEURONS[name]
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(T, 64, 64, generator=generator, dtype=torch.float64) + drive
    return st_dano.gradient_share(layer(model, **options), x)


def centres(drive: float = DRIVE) -> dict[str, float]:
    """Return the mean step of each neuron's gradient."""
    return {name: st_dano.centre(share(name, drive)) for name in NEURONS}
