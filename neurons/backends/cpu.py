"""Generated C, compiled on first use by the system's compiler."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from neurons.backends._record import Backend
from neurons.codegen import build, generated
from neurons.codegen.c import LARGEST_BLOCK, layout, source
from neurons.codegen.program import Program
from neurons.contract import Neuron
from neurons.fire import Fire

SMALLEST_BLOCK = 64  # neurons: threads do not share less
# Rows of the state for which a block has LARGEST_BLOCK neurons. With fewer rows it has more: longer
# runs in memory are faster (lif with 65536 neurons by 20 %) while the state stays in a cache.
FULL_ROWS = 8
NUMBER, ADDRESS = ctypes.c_int64, ctypes.c_void_p


class CpuKernel:
    """A program compiled to a shared library. It takes the tensors of State and Params.

    They are read at each call, so that no call can see an old value.
    """

    def __init__(self, program: Program, dtype: torch.dtype) -> None:
        text, constants = source(program, "double" if dtype == torch.float64 else "float")
        fields = [*program.states, *program.params]
        self.program = program
        self.states, self.params, self.checkpoints = len(program.states), len(program.params), 1
        self._blocks = max(1, FULL_ROWS // max(1, len(program.next_state)))
        self._tensors = ADDRESS * len(fields)
        self._last = ADDRESS * self.states
        self._tables = (
            _array(ctypes.c_double, constants),
            _array(NUMBER, [number for f in fields for number in layout(f)]),
            len(fields),
        )
        self._first_state = _array(ctypes.c_double, program.first_state or [])
        self.library = build.library(text)
        for function in (self.library.forward, self.library.backward):
            function.argtypes = (NUMBER,) * 7 + (ADDRESS,) * 2 + (NUMBER,) + (ADDRESS,) * 6

    def outputs(self, x: Tensor, state: Sequence[Tensor], interval: int) -> list[Tensor]:
        outputs = [torch.empty_like(x)]
        outputs += map(x.new_empty, self.program.state_shapes(x.shape[1:]))
        if interval:
            numbers = sum(v.numel() for v in outputs[1:])
            outputs.append(x.new_empty(-(-len(x) // interval), numbers))
        return outputs

    def forward(
        self, x: Tensor, state: Sequence[Tensor], params: Sequence[Tensor], interval: int
    ) -> list[Tensor]:
        outputs = self.outputs(x, state, interval)
        first = [v.data_ptr() for v in state] if state else [None] * self.states
        s, *results = [v.data_ptr() for v in outputs]
        self.library.forward(
            *self._sizes(x, interval),
            self._first_state,
            self._tensors(*first, *[v.data_ptr() for v in params]),
            x.data_ptr(),
            s,
            self._last(*results[: self.states]),
            results[-1] if interval else None,
        )
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
        grads: list[Tensor | None] = [torch.empty_like(x)]
        if first_state:
            shapes = self.program.state_shapes(x.shape[1:])
            for f, shape in zip(self.program.states, shapes, strict=True):
                grads.append(x.new_empty(shape) if f.per_neuron else None)
        else:
            grads += [None] * self.states
        for f, v in zip(self.program.params, params, strict=True):
            grads.append(torch.empty_like(v) if f.learns else None)
        grad_x, *others = map(_address, grads)
        self.library.backward(
            *self._sizes(x, interval),
            self._tensors(*map(_address, grad_state), *[v.data_ptr() for v in params]),
            x.data_ptr(),
            checkpoints[0].data_ptr(),
            grad_s.data_ptr(),
            grad_x,
            self._tensors(*others),
        )
        return grads

    def _sizes(self, x: Tensor, interval: int) -> tuple[Any, ...]:
        """Return the first arguments of both functions.

        Blocks start at multiples of 64 neurons, whatever the number of threads. Functions such as
        exp round otherwise for the last neurons of a block, which fill no vector.
        """
        T, *shape = x.shape
        M, inner, threads = math.prod(shape), math.prod(shape[2:]), torch.get_num_threads()
        channels = shape[1] if len(shape) > 1 else 1
        block = max(1, min(LARGEST_BLOCK * self._blocks, -(-M // threads)))
        block += -block % SMALLEST_BLOCK
        used = max(1, min(threads, -(-M // block)))
        return T, M, channels, inner, interval, block, used, *self._tables


def _array(kind: Any, numbers: Sequence[float]) -> Any:
    return (kind * len(numbers))(*numbers)


def _address(v: Tensor | None) -> int | None:
    return None if v is None else v.data_ptr()


def refusal(neuron: Neuron, p: Any, fire: Fire) -> str | None:
    return build.refusal() or generated.refusal(neuron, p, fire)


def run(neuron: Neuron, x: Tensor, p: Any, fire: Fire, state: Any) -> tuple[Tensor, Any]:
    for v in (x, *p, *(state or ())):
        if isinstance(v, Tensor) and not v.is_cpu:
            raise ValueError(f"backend 'cpu' got a tensor on {v.device}; use backend='auto'")
    handle = generated.find("cpu", CpuKernel, neuron, x, p, fire)
    return generated.run_tensors(handle, neuron, x, p, state)


BACKEND = Backend(run, refusal, devices=("cpu",), serial=True, compiled=True)
