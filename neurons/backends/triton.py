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
from neurons.codegen.triton import INTERVAL, OPTIONS, constants, source
from neurons.contract import Neuron
from neurons.fire import Fire

ENOUGH_NEURONS = 2**19  # neurons times chunks that fill a GPU
SHORTEST_CHUNK = 64  # steps
SMALL_BLOCK, LARGE_BLOCK = 32, 128  # neurons; large where large blocks fill the GPU too
ENOUGH_BLOCKS = 16  # per multiprocessor
INTERPRETED_BLOCK = 2048  # the interpreter's time is per operation, however large
INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1"


class TritonKernel:
    """A program compiled by Triton."""

    def __init__(self, program: Program, dtype: torch.dtype) -> None:
        self.program, self.interval = program, INTERVAL
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
        self._launch("forward", first, arguments, CHECKPOINTS=interval > 0)

    def backward(self, interval: int, arguments: BackwardArguments) -> None:
        self._launch("backward", (arguments.grad_state.clone(),), arguments)

    def _launch(
        self,
        name: str,
        before: tuple[Tensor, ...],
        arguments: ForwardArguments | BackwardArguments,
        **choices: bool,
    ) -> None:
        x, chunks = arguments.x, len(arguments.checkpoints)
        (T, M), block = x.shape, _block(x)
        numbers = constants(self.program, block, x.itemsize)[name]
        options = {} if INTERPRETED else OPTIONS
        kernel = getattr(self.module, name)
        grid = -(-M // block), chunks
        kernel[grid](*before, *arguments, T // chunks, M, **numbers, **choices, **options)


def _block(x: Tensor) -> int:
    """Return the neurons of a block, a power of 2."""
    if INTERPRETED:
        return INTERPRETED_BLOCK
    cores = torch.cuda.get_device_properties(x.device).multi_processor_count
    return SMALL_BLOCK if x.shape[1] < LARGE_BLOCK * cores * ENOUGH_BLOCKS else LARGE_BLOCK


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
