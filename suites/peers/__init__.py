"""Neurons of other libraries, run under our cases: one file per library.

An adapter `<library>.py` holds

    PACKAGE          what pip installs
    NOTE             how its rows differ from ours, shown beside them; "" if they do not
    LONGEST          {model: T}, the longest sequences [steps] worth waiting for
    build(ours)      -> (run, params): the library's neuron with the parameters, surrogate and reset
                     of our layer, `run` from x [T, N, C] to spikes, from rest at every call, and
                     its learnable tensors; NotImplementedError for what the library lacks

and imports its library inside `build`: the report reads NOTE where the library is not installed.
"""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

import neurons

Run = Callable[[Tensor], Tensor]

STEPS = 64  # compared before a timing counts
MARGIN = 1e-4  # a potential this near its threshold may fire or not, by rounding or by `>`


def build(library: str, ours: neurons.Layer, x: Tensor) -> tuple[Run, list[Tensor]]:
    """`ours` in another library, made where `x` is and proven to spike alike on it.

    Raises NotImplementedError for what the library lacks or takes too long for, RuntimeError if
    its spikes differ: no timing counts then.
    """
    adapter = importlib.import_module(f"suites.peers.{library}")
    model = ours.neuron.name
    longest = adapter.LONGEST.get(model, len(x))
    if len(x) > longest:
        raise NotImplementedError(f"{library} {model} stops at T={longest}: {adapter.NOTE}")
    try:
        with x.device:
            run, params = adapter.build(ours)
    except ImportError as error:
        raise NotImplementedError(f"{error}: pip install {adapter.PACKAGE}") from error
    verify(library, ours, run, x)
    return run, params


def verify(library: str, ours: neurons.Layer, run: Run, x: Tensor) -> None:
    """Raise RuntimeError unless `run` fires where `ours` does, over the first steps of `x`.

    A neuron may differ once its potential came within `MARGIN` of the threshold at the step where
    it first differs: from there on, two right answers go separate ways.
    """
    if "T" not in ours.neuron.needs:
        x = x[:STEPS]
    with torch.no_grad():
        spikes, distance = _potentials(ours, x)
        differs = run(x) != spikes
    first = differs & (differs.cumsum(0) == 1)
    if bool((first & (distance.abs() > MARGIN)).any()):
        share = differs.float().mean().item()
        raise RuntimeError(
            f"{library} {ours.neuron.name}: {share:.2%} of its spikes differ from ours over "
            f"{len(x)} steps; it is not timed, see suites/peers/{library}.py"
        )


def _potentials(ours: neurons.Layer, x: Tensor) -> tuple[Tensor, Tensor]:
    """Our spikes, and every potential's distance to its threshold, both like `x`.

    Integers have their thresholds halfway between them.
    """
    seen = []

    class Watched(neurons.Fire):
        def __call__(self, u: Tensor, **now: Any) -> Tensor:
            distance = u - u.floor() - 0.5 if self.surrogate.name == "integer" else u
            seen.append(distance.flatten())
            return super().__call__(u, **now)

    probe = copy.copy(ours)
    probe.fire = Watched(**vars(ours.fire))
    return probe(x), torch.cat(seen).view(x.shape)
