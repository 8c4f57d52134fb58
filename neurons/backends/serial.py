"""The steps of a model that also has a `sequence`: online inference."""

from __future__ import annotations

from typing import Any

from neurons.backends._record import Backend
from neurons.contract import Neuron
from neurons.fire import Fire
from neurons.scan import unroll as run


def refusal(neuron: Neuron, p: Any, fire: Fire) -> str | None:
    if neuron.step is None:
        return "it has no step, only a sequence; use backend='eager'"
    if neuron.sequence is None:
        return "it has no sequence, so 'eager' runs its steps; use backend='eager'"
    return None


BACKEND = Backend(run, refusal, serial=True)
