"""Test a network: its error, its loss and its rates on a part of a task."""

from __future__ import annotations

from statistics import fmean
from typing import Any, NamedTuple

import torch
from torch import nn

from suites.accuracy import rollout
from suites.accuracy.rates import Rates
from suites.accuracy.task import Split

VALUES = 2**22  # of the input of one pass over a part of the test set


class Score(NamedTuple):
    """What a test set shows."""

    error: float
    loss: float
    rates: list[list[float]]  # spikes per neuron and sample, by layer and step

    @property
    def rate(self) -> float:
        """Spikes per neuron and step, the mean over layers."""
        return fmean(fmean(layer) for layer in self.rates)


def autocast(device: torch.device) -> torch.autocast:
    """Return the context in which a GPU computes products in bfloat16."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")


@torch.no_grad()
def score(net: nn.Module, split: Split, loss: Any, read: int | None = None) -> Score:
    """Return the mean error and loss over the samples of a split, and the rates.

    With `read`, only so many steps are given, and those after them are judged.
    """
    device = next(net.parameters()).device
    part = max(1, VALUES // split.x[:, 0].numel())
    error = total = 0.0
    with Rates(net) as rates, autocast(device):
        for first in range(0, split.samples, part):
            x, y = split.pick(slice(first, first + part), device)
            if read:
                o, y = rollout.run(net, x, read), y[read - 1 :]
            else:
                o = net(x)
            error += loss.error(o, y).sum().item()
            total += loss.loss(o, y).item() * x.shape[1]
    return Score(error / split.samples, total / split.samples, rates.mean())
