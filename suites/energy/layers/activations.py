"""The element-wise functions of ANNs: what they compute per element."""

from __future__ import annotations

from torch import Tensor, nn

from suites.energy.call import Call

# By the names of `neurons.count`; GELU is x / 2 (1 + erf(x / sqrt(2))).
ARITHMETIC: dict[type[nn.Module], dict[str, int]] = {
    nn.ReLU: {"compare": 1},
    nn.ReLU6: {"compare": 2},
    nn.Hardtanh: {"compare": 2},
    nn.LeakyReLU: {"compare": 1, "mul": 1},
    nn.PReLU: {"compare": 1, "mul": 1},
    nn.Sigmoid: {"transcendental": 1},
    nn.Tanh: {"transcendental": 1},
    nn.SiLU: {"transcendental": 1, "mul": 1},
    nn.GELU: {"transcendental": 1, "mul": 3, "add": 1},
}


def claims(module: nn.Module) -> bool:
    return type(module) in ARITHMETIC


def observe(module: nn.Module, x: Tensor, y: Tensor, reads: str) -> Call:
    each = ARITHMETIC[type(module)]
    operations = {name: number * y.numel() for name, number in each.items()}
    model = type(module).__name__
    return Call.of("activation", model, x, y, reads=reads, operations=operations)
