"""Generated Triton kernels for GPUs."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import torch
from torch import Tensor

from neurons.backends._record import Backend
from neurons.codegen import build, generated
from neurons.codegen import triton as writer
from neurons.codegen.program import Program
from neurons.contract import Neuron
from neurons.fire import Fire

EVERY = 32  # steps between the states that the forward keeps for the backward
FULL, SHORTEST = 2**19, 64  # neurons times chunks that fill a GPU, steps of a chunk
FEW, MANY = 32, 256  # neurons of a program: a layer must fill the GPU before its programs grow
INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1"


class Kernels:
    """A program's forward and backward, compiled by Triton."""

    every = EVERY

    def __init__(self, program: Program, dtype: torch.dtype) -> None:
        text = writer.source(program, "kernels", str(dtype).removeprefix("torch."))
        self.program = program
        self.module = build.module(text)

    def chunks(self, T: int, M: int) -> int:
        """A power of two that divides T and fills the GPU, if that outweighs the walks it takes."""
        number, walks = 1, 2 + self.program.delays.count(0)
        while number * M < FULL and T % (2 * number) == 0 and 2 * number * SHORTEST <= T:
            number *= 2
        return number if number > walks else 1

    def forward(self, every: int, x: Tensor, *tensors: Tensor) -> None:
        own, common, table, s, state, shared, kept, kept_shared = tensors
        before = state.clone(), shared.clone()
        self._launch(
            self.module.forward, every, kept, x, own, common, table, s, *before, state, shared,
            kept, kept_shared,
        )  # fmt: skip

    def backward(self, every: int, x: Tensor, *tensors: Tensor) -> None:
        own, common, table, kept, kept_shared, grad_s, grad_state, *grads = tensors
        programs, (C, _, S, M), U = -(-x.shape[1] // _block(x)), kept.shape, kept_shared.shape[1]
        seen, seen_shared = x.new_empty(C, every, S, M), x.new_empty(programs, every, U)
        self._launch(
            self.module.backward, every, kept, x, own, common, table, kept, kept_shared, grad_s,
            grad_state.clone(), seen, seen_shared, grad_state, *grads,
        )  # fmt: skip

    def _launch(self, kernel: Any, every: int, kept: Tensor, x: Tensor, *tensors: Tensor) -> None:
        """Products and sums stay apart: fused, they round differently and spikes flip."""
        (T, M), C, block = x.shape, len(kept), _block(x)
        warps = max(1, min(4, block // 32))
        options = {} if INTERPRETED else {"num_warps": warps, "enable_fp_fusion": False}
        kernel[-(-M // block), C](x, *tensors, T // C, M, K=every, BLOCK=block, **options)


def _block(x: Tensor) -> int:
    """Neurons of one program: a power of 2."""
    if INTERPRETED:
        return 2048  # the interpreter pays per operation
    cores = torch.cuda.get_device_properties(x.device).multi_processor_count
    return FEW if x.shape[1] < MANY * cores * 4 else MANY


def refusal(neuron: Neuron, p: Any, fire: Fire) -> str | None:
    if importlib.util.find_spec("triton") is None:
        return "Triton is not installed; pip install triton"
    if not (torch.cuda.is_available() or INTERPRETED):
        return "Triton needs a GPU; use backend='cpu', or try it with TRITON_INTERPRET=1"
    return generated.refusal(neuron, p, fire)


def run(neuron: Neuron, x: Tensor, p: Any, fire: Fire, state: Any) -> tuple[Tensor, Any]:
    if x.device.type != "cuda" and not INTERPRETED:
        raise ValueError(f"backend 'triton' got a tensor on {x.device}; use backend='auto'")
    return generated.run(Kernels, neuron, x, p, fire, state)


BACKEND = Backend(run, refusal, devices=("cuda",), serial=True, compiled=True)
