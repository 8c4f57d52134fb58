"""Generated Triton kernels for GPUs."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import torch
from torch import Tensor

from neurons.backends._record import Backend
from neurons.codegen import build, generated
from neurons.codegen import triton as kernels
from neurons.codegen.kernel import BackwardArguments, ForwardArguments
from neurons.codegen.program import Program
from neurons.contract import Neuron
from neurons.fire import Fire

ENOUGH_NEURONS = 2**19  # neurons times chunks that fill a GPU
SHORTEST_CHUNK = 64  # steps
LARGE_BLOCK = 128  # neurons, where large blocks fill the GPU too
ENOUGH_BLOCKS = 16  # per multiprocessor, of one warp each
INTERPRETED_BLOCK = 2048  # the interpreter's time is per operation, however large
INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1"


class TritonKernel:
    """A program compiled by Triton."""

    def __init__(self, program: Program, dtype: torch.dtype) -> None:
        text = kernels.source(program, "kernels", str(dtype).removeprefix("torch."))
        self.program, self.module = program, build.module(text)

    @property
    def interval(self) -> int:
        return kernels.INTERVAL

    def forward(self, interval: int, arguments: ForwardArguments) -> None:
        x, neuron_params, common_params, _, _, state, *_ = arguments
        T, M = x.shape
        length = self._chunk(T, M)
        chunks, states = -(-T // length), state[None]
        if chunks > 1:
            computed = self.program.delays.count(0)
            b = state.new_empty(chunks - 1, computed, M)
            a = state.new_empty(chunks - 1, computed, computed, M)
            if computed:
                inputs = state, x, neuron_params, common_params
                self._launch("ends", x, chunks - 1, *inputs, b, a, length, M)
            states = state.new_empty(chunks, *state.shape)
            self._launch("join", x, 1, state, x, b, a, states, length, M, chunks)
        first = states, arguments.shared_state.clone()
        sizes = T, length, M
        self._launch("forward", x, chunks, *first, *arguments, *sizes, CHECKPOINTS=interval > 0)

    def backward(self, interval: int, arguments: BackwardArguments) -> None:
        x, neuron_params, common_params, _, checkpoints, _, grad_s, grad_state, *_ = arguments
        T, M = x.shape
        length = self._chunk(T, M)
        chunks, grads = -(-T // length), grad_state[None]
        if chunks > 1:
            computed, states = self.program.delays.count(0), len(grad_state)
            b = grad_state.new_empty(chunks - 1, states, M)
            a = grad_state.new_empty(chunks - 1, computed, states, M)
            inputs = x, neuron_params, common_params, checkpoints, grad_s
            self._launch("ends_back", x, chunks - 1, *inputs, b, a, T, length, M)
            grads = grad_state.new_empty(chunks, *grad_state.shape)
            self._launch("join_back", x, 1, grad_state, b, a, grads, M, chunks)
        sums = arguments.grad_neuron_params, arguments.grad_common_params
        parts = [v.new_empty(chunks, *v.shape) if chunks > 1 else v for v in sums]
        outputs = arguments._replace(grad_neuron_params=parts[0], grad_common_params=parts[1])
        self._launch("backward", x, chunks, grads, *outputs, T, length, M)
        if chunks > 1:
            for total, part in zip(sums, parts, strict=True):
                torch.sum(part, 0, out=total)

    def _chunk(self, T: int, M: int) -> int:
        """Return the steps of a chunk: T in a single one, unless more fill the GPU and pay.

        They pay if there are more of them than walks: one that finds their first states, one
        that spikes.
        """
        if not self.program.affine:
            return T
        shortest = max(SHORTEST_CHUNK, *self.program.delays)
        steps = max(shortest, -(-T * M // ENOUGH_NEURONS))
        steps = -(-steps // kernels.INTERVAL) * kernels.INTERVAL
        return steps if 2 * steps < T else T

    def _launch(
        self, name: str, x: Tensor, chunks: int, *arguments: Tensor | int, **choices: bool
    ) -> None:
        """Run a kernel for all blocks of neurons of some chunks."""
        block = _block(x, chunks)
        numbers = kernels.constants(self.program, block, x.dtype)[name]
        options = {} if INTERPRETED else kernels.OPTIONS
        kernel = getattr(self.module, name)
        kernel[-(-x.shape[1] // block), chunks](*arguments, **numbers, **choices, **options)


def _block(x: Tensor, chunks: int) -> int:
    """Return the neurons of a block, a power of 2."""
    if INTERPRETED:
        return INTERPRETED_BLOCK
    cores = torch.cuda.get_device_properties(x.device).multi_processor_count
    large = x.shape[1] * chunks >= LARGE_BLOCK * cores * ENOUGH_BLOCKS
    return LARGE_BLOCK if large else kernels.smallest_block(x.dtype)


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


BACKEND = Backend(run, refusal, devices=("cuda",), serial=True, compiled=True, takes_half=True)
