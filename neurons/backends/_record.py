"""The record by which a file of this folder declares its backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from torch import Tensor

from neurons.contract import Neuron
from neurons.fire import Fire


class Backend(NamedTuple):
    """A way to run a model over a sequence.

    Attributes
    ----------
    run
        (neuron, x, p, fire, state) -> (s, state); the state is None for a backend that runs the
        whole sequence at once.
    refusal
        (neuron, p, fire) -> None if it can run the model here, else why not and the cure, without
        the names: "its step uses aten.mean; use backend='eager'".
    devices
        The torch device types it runs on.
    serial
        Whether it runs one step after the other, even if the model has a parallel form.
    compiled
        Whether it compiles at the first call.
    starts_fast
        Whether the first call takes about a second at most; "auto" chooses no other.
    takes_half
        Whether it reads half-precision inputs as they are, and computes in float32 all the same;
        for another one they are copied.

    The suites read devices, serial, compiled and starts_fast from the text of the file, where they
    are literals.
    """

    run: Callable[[Neuron, Tensor, Any, Fire, Any], tuple[Tensor, Any]]
    refusal: Callable[[Neuron, Any, Fire], str | None]
    devices: tuple[str, ...] = ("cpu", "cuda")
    serial: bool = False
    compiled: bool = False
    starts_fast: bool = True
    takes_half: bool = False
