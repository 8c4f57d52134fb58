"""Whether a neuron still fires at the end of the suites' inputs.

A silent neuron is fast, has no gradient and no flips: its rows of speed, gradients and horizon say
little, so the report names the step after which it fell silent. `suites.cases.current` is such that
every model fires at first. llif falls silent, because its threshold only rises.
"""

from __future__ import annotations

import torch
from torch import Tensor

from suites import cases
from suites.gradients import comparison, horizon
from suites.profiles import Profile, Shape

END = 0.95  # a neuron whose last spike is before this share of T has fallen silent


def shapes(profile: Profile) -> list[Shape]:
    """Return the shapes at which the firing is recorded.

    They are the shortest of speed, whose inputs go on at a longer T, and, unless the profile is
    quick, those of horizon and gradients.
    """
    others = [] if profile.quick else [comparison.SHAPE, horizon.SHAPE]
    return [*others, min(profile.brief or profile.shapes)]


@torch.no_grad()
def last_spike(model: str, shape: Shape) -> int:
    """Return the last step at which any neuron of the layer puts out a spike, 0 .. T - 1.

    It is at least `END` T for a model that does not fall silent, and -1 for one that never fires.
    The layer is that of the suites: the model's defaults, seeded parameters and input.
    """
    return last_nonzero(cases.layer(model, "eager", shape)(cases.current(shape)))


def last_nonzero(spikes: Tensor) -> int:
    """Return the last step of [T, N, *] with a value other than 0, or -1."""
    steps = spikes.flatten(1).ne(0).any(1).nonzero()
    return int(steps[-1]) if len(steps) else -1
