"""Generated Triton kernels for GPUs."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import torch
from torch import Tensor

from neurons.backends._record import Backend
from neurons.codegen import build, generated
from neurons.codegen.kernel import BackwardArguments, ForwardArguments
from neurons.codegen.program import Program
from neurons.codegen.triton import source
from neurons.contract import Neuron
from neurons.fire import Fire

ENOUGH_NEURONS = 2**19  # neurons times chunks that fill a GPU
SHORTEST_CHUNK = 64  # steps
SMALL_BLOCK, LARGE_BLOCK = 32, 256  # neurons; large where large blocks fill the GPU too
INTERPRETED_BLOCK = 2048  # the interpreter's time is per operation, however large
INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1"


class TritonKernel:
    """A program compiled by Triton."""

    def __init__(self, program: Program, dtype: torch.dtype) -> None:
        self.program = program
        self.module = build.module(source(program, "kernels", str(dtype).removeprefix("torch.")))

    def chunks(self, T: int, M: int) -> int:
        """Return a power of 2 that divides T and fills the GPU, or 1 if that would not pay.

        Chunks pay if there are more of them than runs of all steps that they need: one for the
        spikes, one from the zero state, and one for each row of the state that is no delay.
        """
        count, runs = 1, 2 + self.program.delays.count(0)
        while (
            count * M < ENOUGH_NEURONS
            and T % (2 * count) == 0
            and (2 * count * SHORTEST_CHUNK <= T)
        ):
            count *= 2
        return count if count > runs else 1

    def forward(self, interval: int, arguments: ForwardArguments) -> None:
        first = arguments.state.clone(), arguments.shared_state.clone()
        self._launch(self.module.forward, interval, first, arguments)

    def backward(self, interval: int, arguments: BackwardArguments) -> None:
        x, checkpoints = arguments.x, arguments.checkpoints
        blocks, (chunks, _, rows, M) = -(-x.shape[1] // _block(x)), checkpoints.shape
        shared_rows = arguments.shared_checkpoints.shape[1]
        before = (
            arguments.grad_state.clone(),
            x.new_empty(chunks, interval, rows, M),  # the states of a segment
            x.new_empty(blocks, interval, shared_rows),
        )
        self._launch(self.module.backward, interval, before, arguments)

    def _launch(
        self,
        kernel: Any,
        interval: int,
        before: tuple[Tensor, ...],
        arguments: ForwardArguments | BackwardArguments,
    ) -> None:
        """Run a kernel without fused products and sums: they round differently, spikes flip."""
        x, chunks = arguments.x, len(arguments.checkpoints)
        (T, M), block = x.shape, _block(x)
        warps = max(1, min(4, block // 32))
        options = {} if INTERPRETED else {"num_warps": warps, "enable_fp_fusion": False}
        grid = -(-M // block), chunks
        kernel[grid](*before, *arguments, T // chunks, M, K=interval, BLOCK=block, **options)


def _block(x: Tensor) -> int:
    """Return the neurons of a block, a power of 2."""
    if INTERPRETED:
        return INTERPRETED_BLOCK
    cores = torch.cuda.get_device_properties(x.device).multi_processor_count
    return SMALL_BLOCK if x.shape[1] < LARGE_BLOCK * cores * 4 else LARGE_BLOCK


def refusal(neuron: Neuron, p: Any, fire: Fire) -> str | None:
    if importlib.util.find_spec("triton") is None:
        return "Triton is not installed; pip install triton"
    if not (torch.cuda.is_available() or INTERPRETED):
        return "Triton needs a GPU; use backend='cpu', or TRITON_INTERPRET=1 to try it without"
    return generated.refusal(neuron, p, fire)


def run(neuron: Neuron, x: Tensor, p: Any, fire: Fire, state: Any) -> tuple[Tensor, Any]:
    if x.device.type != "cuda" and not INTERPRETED:
        raise ValueError(f"backend 'triton' got a tensor on {x.device}; use backend='auto'")
    return generated.run("triton", TritonKernel, neuron, x, p, fire, state)


BACKEND = Backend(run, refusal, devices=("cuda",), serial=True, compiled=True)
