"""Generated Triton kernels for GPUs."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from neurons.backends._record import Backend
from neurons.codegen import build, generated
from neurons.codegen import triton as kernels
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
    """A program compiled by Triton.

    It takes rows, [rows, M], and [rows, 1] of what all neurons share: see `generated.run_rows`.
    The first axis of checkpoints is that of segments, of gradients of parameters that of chunks.
    """

    states, params, checkpoints = 2, 3, 2

    def __init__(self, program: Program, dtype: torch.dtype) -> None:
        text = kernels.source(program, "kernels", str(dtype).removeprefix("torch."))
        self.program, self.module = program, build.module(text)

    def outputs(self, x: Tensor, state: Sequence[Tensor], interval: int) -> list[Tensor]:
        outputs = [torch.empty_like(v) for v in (x, *state)]
        if interval:
            segments = -(-len(x) // kernels.INTERVAL)
            outputs += [v.new_empty(segments, *v.shape) for v in state]
        return outputs

    def forward(
        self, x: Tensor, state: Sequence[Tensor], params: Sequence[Tensor], interval: int
    ) -> list[Tensor]:
        """Run T steps; checkpoints are `kernels.INTERVAL` steps apart, if there are any."""
        outputs = self.outputs(x, state, interval)
        (T, M), (first, shared) = x.shape, state
        length = self.chunk_steps(T, M)
        chunks, firsts = -(-T // length), first[None]
        if chunks > 1:
            computed = self.program.delays.count(0)
            b = first.new_empty(chunks - 1, computed, M)
            a = first.new_empty(chunks - 1, computed, computed, M)
            if computed:
                self.launch("ends", x, chunks - 1, first, x, *params[:2], b, a, length, M)
            firsts = first.new_empty(chunks, *first.shape)
            self.launch("join", x, 1, first, x, b, a, firsts, length, M, chunks)
        written = outputs if interval else [*outputs, *state]  # checkpoints are not written
        tensors = firsts, shared, x, *params, *written
        self.launch("forward", x, chunks, *tensors, T, length, M, CHECKPOINTS=interval > 0)
        return outputs

    def backward(
        self,
        x: Tensor,
        params: Sequence[Tensor],
        checkpoints: Sequence[Tensor],
        grad_s: Tensor,
        grad_state: Sequence[Tensor | None],
        interval: int,
        first_state: bool,
    ) -> list[Tensor | None]:
        (T, M), (segments, _) = x.shape, checkpoints
        last = torch.zeros_like(segments[0]) if grad_state[0] is None else grad_state[0]
        last = last.to(segments.dtype)
        length = self.chunk_steps(T, M)
        chunks, lasts = -(-T // length), last[None]
        if chunks > 1:
            computed, states = self.program.delays.count(0), len(last)
            b = last.new_empty(chunks - 1, states, M)
            a = last.new_empty(chunks - 1, computed, states, M)
            tensors = x, *params[:2], segments, grad_s, b, a
            self.launch("ends_back", x, chunks - 1, *tensors, T, length, M)
            lasts = last.new_empty(chunks, *last.shape)
            self.launch("join_back", x, 1, last, b, a, lasts, M, chunks)
        grad_x, grad_first = torch.empty_like(x), torch.empty_like(last)
        neuron, common = (v.new_empty(chunks, len(v), M) for v in params[:2])
        tables = torch.zeros_like(params[2])
        written = grad_first, grad_x, neuron, common, tables
        tensors = lasts, x, *params, *checkpoints, grad_s, *written
        self.launch("backward", x, chunks, *tensors, T, length, M)
        total = neuron.sum(0) if chunks > 1 else neuron[0]
        return [grad_x, grad_first, None, total, common.sum((0, 2))[:, None], tables]

    def chunk_steps(self, T: int, M: int) -> int:
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

    def launch(
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
    handle = generated.find("triton", TritonKernel, neuron, x, p, fire)
    return generated.run_rows(handle, neuron, x, p, state)


BACKEND = Backend(run, refusal, devices=("cuda",), serial=True, compiled=True, takes_half=True)
