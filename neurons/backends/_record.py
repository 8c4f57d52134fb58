"""What a backend's file declares of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from torch import Tensor

from neurons.contract import Neuron
from neurons.fire import Fire


class Backend(NamedTuple):
    """One way to run a neuron over a sequence.

    Attributes
    ----------
    run
        (neuron, x, p, fire, state) -> (s, state); the state is None for a backend that runs the
        whole sequence at once.
    refusal
        (neuron, p, fire) -> why it cannot run the neuron here, in one line with the cure, or None.
    devices
        The torch device types it runs on.
    serial
        Whether it takes one step after the other also of a model that has a parallel form.
    compiled
        Whether it compiles at the first call.
    starts_fast
        Whether that first call takes about a second at most; "auto" waits for no other.

    The suites read the last four from the file's text, where they are literals.
    """

    run: Callable[[Neuron, Tensor, Any, Fire, Any], tuple[Tensor, Any]]
    refusal: Callable[[Neuron, Any, Fire], str | None]
    devices: tuple[str, ...] = ("cpu", "cuda")
    serial: bool = False
    compiled: bool = False
    starts_fast: bool = True
