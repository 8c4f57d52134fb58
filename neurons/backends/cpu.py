"""Generated C, compiled on first use by the system's compiler."""

from __future__ import annotations

import ctypes
from typing import Any

import torch
from torch import Tensor

from neurons.backends._record import Backend
from neurons.codegen import build, generated
from neurons.codegen.c import LARGEST_BLOCK, source
from neurons.codegen.kernel import BackwardArguments, ForwardArguments
from neurons.codegen.program import Program
from neurons.contract import Neuron
from neurons.fire import Fire

SMALLEST_BLOCK = 64  # neurons: threads do not share less


class CpuKernel:
    """A program compiled to a shared library."""

    def __init__(self, program: Program, dtype: torch.dtype) -> None:
        text, constants = source(program, "double" if dtype == torch.float64 else "float")
        self.program = program
        self._library = build.library(text)
        self._constants = (ctypes.c_double * max(1, len(constants)))(*constants)

    @property
    def interval(self) -> int:
        return generated.CHECKPOINT_INTERVAL

    def forward(self, interval: int, arguments: ForwardArguments) -> None:
        self._call(self._library.forward, interval, arguments)

    def backward(self, interval: int, arguments: BackwardArguments) -> None:
        self._call(self._library.backward, interval, arguments)

    def _call(
        self, function: Any, interval: int, arguments: ForwardArguments | BackwardArguments
    ) -> None:
        """Call a function of the library; ctypes lets other Python threads run meanwhile."""
        (T, M), threads = arguments.x.shape, torch.get_num_threads()
        block = max(SMALLEST_BLOCK, min(LARGEST_BLOCK, -(-M // threads)))
        sizes = map(ctypes.c_int64, (T, M, interval, block, threads))
        function(*sizes, self._constants, *(ctypes.c_void_p(v.data_ptr()) for v in arguments))


def refusal(neuron: Neuron, p: Any, fire: Fire) -> str | None:
    return build.refusal() or generated.refusal(neuron, p, fire)


def run(neuron: Neuron, x: Tensor, p: Any, fire: Fire, state: Any) -> tuple[Tensor, Any]:
    if x.device.type != "cpu":
        raise ValueError(f"backend 'cpu' got a tensor on {x.device}; use backend='auto'")
    return generated.run("cpu", CpuKernel, neuron, x, p, fire, state)


BACKEND = Backend(run, refusal, devices=("cpu",), serial=True, compiled=True)
