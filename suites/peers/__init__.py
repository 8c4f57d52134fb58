"""Neurons of other libraries, measured in our cases: one file per library.

A file `<library>.py`, the adapter of the library, defines

    PACKAGE          the name of its package for pip
    NOTE             how its rows differ from ours, for the report; "" if they do not
    LONGEST          {model: T}, the longest sequences [steps] that are measured
    DEVICES          the torch device types it runs on, if not all
    build(ours)      -> (run, params): the library's neuron with the parameters, surrogate and reset
                     of our layer. `run` takes x [T, N, C] and returns spikes, from rest at every
                     call; `params` are its learnable tensors. Raises NotImplementedError for what
                     the library lacks.

and imports its library inside `build`, since a library may not be installed. The axes and the
report read NOTE and DEVICES from the file's text, so these are literals.
"""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable

import torch
from torch import Tensor

import neurons

Run = Callable[[Tensor], Tensor]

STEPS = 64  # how many steps are compared with ours before a timing
MARGIN = 1e-4  # nearer than this to the threshold a spike may differ, by rounding or by `>`


def build(library: str, ours: neurons.Layer, x: Tensor) -> tuple[Run, list[Tensor]]:
    """Build our layer in another library, and verify that it gives the same spikes on `x`.

    Raise NotImplementedError as `convert` does, RuntimeError if its spikes differ: a wrong neuron
    gets no timing.
    """
    run, params = convert(library, ours, len(x), x.device)
    verify(library, ours, run, x)
    return run, params


def convert(
    library: str, ours: neurons.Layer, steps: int, device: torch.device
) -> tuple[Run, list[Tensor]]:
    """Build our layer in another library, for sequences of that many steps.

    Raise NotImplementedError for what the library lacks and for sequences longer than LONGEST.
    """
    adapter = importlib.import_module(f"suites.peers.{library}")
    model = ours.neuron.name
    longest = adapter.LONGEST.get(model, steps)
    if steps > longest:
        raise NotImplementedError(f"{library} {model} stops at T={longest}: {adapter.NOTE}")
    try:
        with device:
            return adapter.build(ours)
    except ImportError as error:
        raise NotImplementedError(f"{error}: pip install {adapter.PACKAGE}") from error


def verify(library: str, ours: neurons.Layer, run: Run, x: Tensor) -> None:
    """Raise RuntimeError unless `run` gives the spikes of `ours` over the first steps of `x`.

    The first difference of a neuron is accepted if its potential is within `MARGIN` of the
    threshold there, and with it all its later differences.
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
    """Return our spikes and the distance of every potential to its threshold, in the shape of `x`.

    The thresholds of integer spikes are halfway between the integers.
    """
    layer = copy.copy(ours)
    layer.fire, decisions = neurons.recording(ours.fire)
    spikes = layer(x)
    u = torch.cat([decision.u.flatten() for decision in decisions]).view(x.shape)
    return spikes, u - u.floor() - 0.5 if ours.fire.surrogate.name == "integer" else u
