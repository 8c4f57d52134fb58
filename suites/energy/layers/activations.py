"""The element-wise functions of ANNs: each counts as torch's operation that computes it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from suites.energy import opcount
from suites.energy.counts import Call

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


def applies_to(module: nn.Module) -> bool:
    return type(module) in OPERATIONS


def observe(module: nn.Module, x: Tensor, y: Tensor, reads: str) -> Call:
    operations = opcount.arithmetic(OPERATIONS[type(module)].default, (x,), y)
    name = type(module).__name__
    return Call.from_tensors("activation", name, x, y, reads, operations=operations)
