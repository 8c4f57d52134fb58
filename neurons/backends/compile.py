"""torch.compile of the scan over `step`, or of a `sequence`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import Tensor

from neurons.backends._record import Backend
from neurons.contract import Neuron
from neurons.fire import Fire
from neurons.scan import walk


def refusal(neuron: Neuron, p: Any, fire: Fire) -> str | None:
    if torch.cuda.is_available() or shutil.which("c++") or shutil.which("g++"):
        return None
    return "torch.compile needs a C++ compiler; install g++"


# The scan keeps its loop counter in a tensor. Only T is a symbol: other sizes and parameters are
# constants. All models share one code object, whose limit on compilations counts them together.
_DYNAMO = {
    "capture_scalar_outputs": True,
    "automatic_dynamic_shapes": False,
    "specialize_float": True,
    "recompile_limit": 4096,
    "accumulated_recompile_limit": 4096,
}


@cache
def _compiled(neuron: Neuron, fire: Fire, fixed: tuple[tuple[str, Any], ...]) -> Callable[..., Any]:
    """Return the compiled `(x, tensors, state) -> (s, state)` for these fixed parameters."""

    def steps(x: Tensor, tensors: dict[str, Tensor], state: Any) -> tuple[Tensor, Any]:
        p = neuron.Params(**dict(fixed), **tensors)

        return walk(lambda x_t, state: neuron.step(x_t, state, p, fire), x, state)  # type: ignore[misc]

    def sequence(x: Tensor, tensors: dict[str, Tensor], state: Any) -> tuple[Tensor, Any]:
        p = neuron.Params(**dict(fixed), **tensors)
        return neuron.whole(x, p, fire)

    return torch.compile(steps if neuron.step else sequence, fullgraph=True)


def run(neuron: Neuron, x: Tensor, p: Any, fire: Fire, state: Any) -> tuple[Tensor, Any]:
    """Run a model; one compilation of a `step` serves every T, since no loop is unrolled."""
    tensors = {name: v for name, v in p._asdict().items() if isinstance(v, Tensor)}
    fixed = tuple((name, v) for name, v in p._asdict().items() if name not in tensors)
    if neuron.step:
        x = x.contiguous()
        state = neuron.initial(x[0], p) if state is None else state
        torch._dynamo.mark_dynamic(x, 0)
    with torch._dynamo.config.patch(_DYNAMO):
        return _compiled(neuron, fire, fixed)(x, tensors, state)


BACKEND = Backend(run, refusal, serial=True, compiled=True, starts_fast=False)
