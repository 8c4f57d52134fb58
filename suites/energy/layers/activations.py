"""The element-wise functions of ANNs, which compute what torch's operation of the name does."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from suites.energy import opcount
from suites.energy.call import Call

aten = torch.ops.aten
OPERATIONS: dict[type[nn.Module], Any] = {
    nn.ReLU: aten.relu,
    nn.ReLU6: aten.hardtanh,
    nn.Hardtanh: aten.hardtanh,
    nn.LeakyReLU: aten.leaky_relu,
    nn.PReLU: aten.leaky_relu,
    nn.Sigmoid: aten.sigmoid,
    nn.Tanh: aten.tanh,
    nn.SiLU: aten.silu,
    nn.GELU: aten.gelu,
}


def claims(module: nn.Module) -> bool:
    return type(module) in OPERATIONS


def observe(module: nn.Module, x: Tensor, y: Tensor, reads: str) -> Call:
    operations = opcount.arithmetic(OPERATIONS[type(module)].default, (x,), y)
    model = type(module).__name__
    return Call.of("activation", model, x, y, reads=reads, operations=operations)
