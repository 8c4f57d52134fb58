"""What a call of a model launches: recorded on tensors of torch's device "meta", without data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

import neurons
from suites.kernels import compile
from suites.kernels.compile import SHAPE


class Call(NamedTuple):
    """What a pass does with an input of `SHAPE`."""

    launches: int  # of our kernels
    walks: int  # times that they go through the input
    steps: int  # time steps, and chunks that are joined, that they take one after the other


def calls(layer: neurons.Layer) -> dict[str, Call]:
    """Return what each pass of a layer does on the backend "triton"; this moves the layer."""
    from neurons.backends.triton import TritonKernel
    from neurons.codegen import generated, operators

    launched: list[str] = []  # the kernels

    class Recorded(TritonKernel):
        def launch(self, name: str, *arguments: Any, **choices: Any) -> None:
            launched.append(name)

    kernel = Recorded(compile.program(layer), torch.float32)
    handle = operators.Handle(kernel)
    length = kernel.chunk_steps(SHAPE.T, SHAPE.N * SHAPE.C)
    layer = layer.to("meta")
    x = torch.empty(SHAPE, device="meta", requires_grad=True)
    s, _ = generated.run_rows(handle, layer.neuron, x, layer.params, None)
    forward = _call(launched, length)
    launched.clear()
    torch.autograd.grad(s, [x, *layer.parameters()], torch.empty_like(s))
    return {"forward": forward, "backward": _call(launched, length)}


def _call(launched: Sequence[str], length: int) -> Call:
    """Return what a pass does that launches these kernels, for chunks of `length` steps."""
    joins = sum(name.startswith("join") for name in launched)
    walks = len(launched) - joins
    return Call(len(launched), walks, walks * length + joins * -(-SHAPE.T // length))
