"""torch operations: `sequence` if the model has one, else its steps. The reference."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from neurons.backends._record import Backend
from neurons.contract import Neuron
from neurons.fire import Fire
from neurons.scan import unroll


def refusal(neuron: Neuron, p: Any, fire: Fire) -> str | None:
    return None


def run(neuron: Neuron, x: Tensor, p: Any, fire: Fire, state: Any) -> tuple[Tensor, Any]:
    if neuron.sequence is None:
        return unroll(neuron, x, p, fire, state)
    return neuron.whole(x, p, fire)


BACKEND = Backend(run, refusal)
