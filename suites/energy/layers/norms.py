"""Normalisations: by the batch, which fold into the layer before them, and by the sample.

At inference a batch normalisation is a scale and a shift. The others take the statistics of each
sample: a sum, squares and their sum, a scale and a shift, which is 5 operations per element.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from suites.energy import opcount
from suites.energy.call import Call

BATCH = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
SAMPLE = (nn.GroupNorm, nn.LayerNorm, nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)


def claims(module: nn.Module) -> bool:
    return isinstance(module, (*BATCH, *SAMPLE))


def observe(module: nn.Module, x: Tensor, y: Tensor, reads: str) -> Call:
    """Sizes alone of a batch normalisation: what it costs is for the convention to say."""
    by_sample = isinstance(module, SAMPLE)
    work = (
        opcount.arithmetic(torch.ops.aten.native_group_norm.default, (x,), y) if by_sample else {}
    )
    return Call.of("norm", type(module).__name__, x, y, reads=reads, operations=work)
