"""Generated C, compiled on first use by the system's compiler."""

from __future__ import annotations

import ctypes
from typing import Any

import torch
from torch import Tensor

from neurons.backends._record import Backend
from neurons.codegen import build, c, generated
from neurons.codegen.program import Program
from neurons.contract import Neuron
from neurons.fire import Fire

# Steps between the states that the forward keeps for the backward. Keeping all of them (1) costs
# LIF 2.2 times the time of forward and backward, and 4 bytes per element instead of 1/8; between
# 8 and 128 the time hardly differs (2048 neurons, 2048 steps, float32).
EVERY = 32
WIDTH = 2048  # neurons, at most, that a thread walks over together


class Library:
    """A program's forward and backward, compiled."""

    every = EVERY

    def __init__(self, program: Program, dtype: torch.dtype) -> None:
        text, constants = c.source(program, "double" if dtype == torch.float64 else "float")
        self.program = program
        self._library = build.library(text)
        self._constants = (ctypes.c_double * max(1, len(constants)))(*constants)

    def chunks(self, T: int, M: int) -> int:
        return 1

    def forward(self, every: int, *tensors: Tensor) -> None:
        self._call(self._library.forward, every, tensors)

    def backward(self, every: int, *tensors: Tensor) -> None:
        self._call(self._library.backward, every, tensors)

    def _call(self, function: Any, every: int, tensors: tuple[Tensor, ...]) -> None:
        """ctypes lets other Python threads run meanwhile."""
        (T, M), threads = tensors[0].shape, torch.get_num_threads()
        block = max(64, min(WIDTH, -(-M // threads)))
        sizes = map(ctypes.c_int64, (T, M, every, block, threads))
        function(*sizes, self._constants, *(ctypes.c_void_p(v.data_ptr()) for v in tensors))


def refusal(neuron: Neuron, p: Any, fire: Fire) -> str | None:
    return build.refusal() or generated.refusal(neuron, p, fire)


def run(neuron: Neuron, x: Tensor, p: Any, fire: Fire, state: Any) -> tuple[Tensor, Any]:
    if x.device.type != "cpu":
        raise ValueError(f"backend 'cpu' got a tensor on {x.device}; use backend='auto'")
    return generated.run(Library, neuron, x, p, fire, state)


BACKEND = Backend(run, refusal, devices=("cpu",), serial=True, compiled=True)
