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
    """A program compiled by Triton. It takes rows: see `generated.run_rows`."""

    states, params, checkpoints = 2, 3, 2

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

    def outputs(self, x: Tensor, state: Sequence[Tensor], interval: int) -> list[Tensor]:
        outputs = [torch.empty_like(v) for v in (x, *state)]
        if interval:
            (states, shared_state), chunks = state, len(state[0])
            count = -(-len(x) // chunks // interval)
            outputs.append(x.new_empty(chunks, count, *states.shape[1:]))
            outputs.append(x.new_empty(count, *shared_state.shape))
        return outputs

    def forward(
        self, x: Tensor, state: Sequence[Tensor], params: Sequence[Tensor], interval: int
    ) -> list[Tensor]:
        """Run T steps; the state is [C, rows, M], the parameters are in three kinds of rows."""
        outputs = self.outputs(x, state, interval)
        s, last, last_shared, *checkpoints = outputs
        last.copy_(state[0])
        last_shared.copy_(state[1])
        checkpoints = checkpoints or [x.new_empty(len(last), 0, *last.shape[1:]), x.new_empty(0)]
        arguments = ForwardArguments._make((x, *params, s, last, last_shared, *checkpoints))
        self._launch(self.module.forward, interval, tuple(state), arguments)
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
        (chunks, _, rows, M), shared_rows = checkpoints[0].shape, checkpoints[1].shape[1]
        grad_last = grad_state[0]
        if grad_last is None:
            grad_last = x.new_zeros(chunks, rows, M)
        neuron_params, common_params, tables = params
        written = (
            grad_last.clone(),
            torch.empty_like(x),
            x.new_empty(chunks, *neuron_params.shape),
            x.new_empty(chunks, len(common_params), M),
            torch.zeros_like(tables),
        )
        arguments = BackwardArguments._make((x, *params, *checkpoints, grad_s, *written))
        before = (
            grad_last,
            x.new_empty(chunks, interval, rows, M),  # the states of a segment
            x.new_empty(-(-M // _block(x)), interval, shared_rows),
        )
        self._launch(self.module.backward, interval, before, arguments)
        neuron = arguments.grad_neuron_params.sum(0)
        common = arguments.grad_common_params.sum((0, 2))[:, None]
        return [arguments.grad_x, arguments.grad_state, None, neuron, common, arguments.grad_tables]

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
    handle = generated.find("triton", TritonKernel, neuron, x, p, fire)
    return generated.run_rows(handle, neuron, x, p, state)


BACKEND = Backend(run, refusal, devices=("cuda",), serial=True, compiled=True)
