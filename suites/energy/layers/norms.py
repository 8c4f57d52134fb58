"""Normalisations: batch norms, which fold into the layer before them, and those of each sample.

At inference a batch norm is a scale and a shift. The others compute the statistics of each sample:
a sum, squares and their sum, a scale and a shift, which is 5 operations per element.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from suites.energy import opcount
from suites.energy.counts import Call

BATCH = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
SAMPLE = (nn.GroupNorm, nn.LayerNorm, nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)


def applies_to(module: nn.Module) -> bool:
    return isinstance(module, (*BATCH, *SAMPLE))


def observe(module: nn.Module, x: Tensor, y: Tensor, reads: str) -> Call:
    """Count the elements; of a batch norm no arithmetic, because each convention has its own."""
    operations = {}
    if isinstance(module, SAMPLE):
        operations = opcount.arithmetic(torch.ops.aten.native_group_norm.default, (x,), y) or {}
    return Call.from_tensors("norm", type(module).__name__, x, y, reads, operations=operations)
