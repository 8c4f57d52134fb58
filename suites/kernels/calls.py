"""What a call of a model launches: counted on tensors of torch's device "meta", without data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch.utils._python_dispatch import TorchDispatchMode

import neurons
from suites.kernels.compile import SHAPE

ALLOCATIONS = {"empty", "empty_like", "empty_strided", "new_empty"}
# The kernels over time, as operators, with the argument that has an entry for each chunk.
WALKS = {"spikebench::forward": "state", "spikebench::backward": "grad_state"}


class Call(NamedTuple):
    """What a pass does with an input of `SHAPE`."""

    launches: int  # operations that compute or copy; each starts a kernel, ours among them
    walks: int  # times that our kernels go through the input
    steps: int  # time steps that they take one after the other


class Operations(TorchDispatchMode):
    """A context that counts the operations that start a kernel, and keeps the chunks of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.launches = 0
        self.chunks: list[int] = []  # of each walk

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        schema = func._schema
        view = any(r.alias_info and not r.alias_info.is_write for r in schema.returns)
        self.launches += not view and schema.name.partition("::")[2] not in ALLOCATIONS
        if schema.name in WALKS:
            position = [a.name for a in schema.arguments].index(WALKS[schema.name])
            self.chunks.append(len(args[position]))
        return func(*args, **(kwargs or {}))


def calls(layer: neurons.Layer) -> dict[str, Call]:
    """Return what each pass of a layer does on the backend "triton"; this moves the layer."""
    from neurons.backends.triton import TritonKernel
    from neurons.codegen import generated

    layer = layer.to("meta")
    x = torch.empty(SHAPE, device="meta", requires_grad=True)

    def forward() -> torch.Tensor:
        p, fire = layer.params, layer.fire
        return generated.run("triton", TritonKernel, layer.neuron, x, p, fire, None)[0]

    s = forward()  # traces the step, once
    inputs = [x, *layer.parameters()]
    return {
        "forward": _call(forward),
        "backward": _call(lambda: torch.autograd.grad(s, inputs, torch.empty_like(s))),
    }


def _call(run: Callable[[], Any]) -> Call:
    with Operations() as operations:
        run()
    steps = sum(SHAPE.T // chunks for chunks in operations.chunks)
    return Call(operations.launches, len(operations.chunks), steps)
