"""Running a program over a layer's tensors.

The tensors of State and Params are gathered by kind into rows, [rows, M] for M neurons; the kernel
runs; the rows become tensors again. torch does the gathering, so autograd undoes it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.codegen import operators
from neurons.codegen.fields import Field
from neurons.codegen.kernel import Kernel
from neurons.codegen.operations import PER_NEURON, Input, UnsupportedStepError
from neurons.codegen.operators import Handle
from neurons.codegen.program import Program
from neurons.codegen.trace import trace
from neurons.contract import Neuron
from neurons.fire import Fire

# Steps from checkpoint to checkpoint on a CPU. Storing every state (1) costs LIF 2.2 times the time
# of forward and backward, and 4 bytes per element instead of 1/8; between 8 and 128 the time hardly
# differs (2048 neurons, 2048 steps, float32).
CHECKPOINT_INTERVAL = 32

BuildKernel = Callable[[Program, torch.dtype], Kernel]


class Signature(NamedTuple):
    """All that a program depends on; of tensors it has shapes, not values."""

    neuron: Neuron
    fire: Fire
    params: tuple[Any, ...]  # the value of a number, the shape of a tensor
    learns: tuple[bool, ...]  # whether each tensor has a gradient
    channels: int

    @classmethod
    def of(cls, neuron: Neuron, p: Any, fire: Fire, channels: int) -> Signature:
        params = tuple([v.shape if isinstance(v, Tensor) else v for v in p])
        learnable = neuron.learnable
        learns = [
            v.requires_grad or name in learnable
            for name, v in zip(p._fields, p, strict=True)
            if isinstance(v, Tensor)
        ]
        return cls(neuron, fire, params, tuple(learns), channels)


@cache
def _program(signature: Signature) -> Program:
    learns = iter(signature.learns)
    with torch.device("cpu"):
        p = signature.neuron.Params(
            *(
                torch.full(v, 0.5).requires_grad_(next(learns)) if isinstance(v, torch.Size) else v
                for v in signature.params
            )
        )
        return trace(signature.neuron, p, signature.fire, signature.channels)


@cache
def _handle(build: BuildKernel, signature: Signature, dtype: torch.dtype) -> Handle:
    """Return the kernel for a signature, built at the first call; torch.compile skips this."""

    def built() -> Handle:
        return Handle(build(_program(signature), dtype))

    if "torch._dynamo" in sys.modules:  # else torch.compile is not in use; it loads for seconds
        built = torch.compiler.disable(built)
    return built()


def refusal(neuron: Neuron, p: Any, fire: Fire) -> str | None:
    """Return why the model has no program, with the cure; None if it has one."""
    channels = next((len(v) for v in p if isinstance(v, Tensor) and v.ndim), 1)
    try:
        _program(Signature.of(neuron, p, fire, channels))
    except UnsupportedStepError as reason:
        return _with_cure(reason)
    return None


def _with_cure(reason: UnsupportedStepError) -> str:
    return f"{reason}; use backend='eager'"


def find(backend: str, build: BuildKernel, neuron: Neuron, x: Tensor, p: Any, fire: Fire) -> Handle:
    """Return the kernel that `build` makes, built at the first call for these parameters.

    Raise ValueError, with the name of the backend, for a model that has no program.
    """
    signature = Signature.of(neuron, p, fire, x.shape[2] if x.ndim > 2 else 1)
    handle = torch.compiler.disable(_handle) if torch.compiler.is_compiling() else _handle
    try:
        return handle(build, signature, _wide(x))
    except UnsupportedStepError as reason:
        first = x[0].to(_wide(x))
        state = neuron.initial(first, p)
        neuron.step(first, state, p, fire)  # type: ignore[misc]  # its own error may be clearer
        line = f"backend {backend!r} cannot compile {neuron.name}: {_with_cure(reason)}"
        raise ValueError(line) from None


def run_tensors(
    handle: Handle, neuron: Neuron, x: Tensor, p: Any, state: Any
) -> tuple[Tensor, Any]:
    """Return the spikes, [T, N, *], and the last state, by a kernel that takes these tensors."""
    program = handle.kernel.program
    if state is None and program.first_state is None:
        state = neuron.initial(x[0], p)
    states = [] if state is None else _states(program, neuron, state, x)
    tensors = [v for v in p if isinstance(v, Tensor)]
    params = _contiguous(program.params, tensors)
    interval = _interval(x, *states, *params)
    s, *last = operators.run(handle, x.contiguous(), states, params, interval)
    if program.next_shared_state:
        last = _contiguous(program.states, last)
    return s, neuron.State(*last)


def _states(program: Program, neuron: Neuron, state: Any, x: Tensor) -> list[Tensor]:
    """Return the tensors of a state in the dtype of x; raise ValueError for a wrong shape."""
    for f, v, shape in zip(program.states, state, program.state_shapes(x.shape[1:]), strict=True):
        if v.shape != shape:
            raise ValueError(
                f"{neuron.name} got a state whose {f.name} has the shape {tuple(v.shape)}; it "
                f"must be {shape}; call reset_state() first"
            )
    dtype = x.dtype
    return _contiguous(program.states, [v if v.dtype is dtype else v.to(dtype) for v in state])


def _contiguous(fields: Sequence[Field], tensors: Sequence[Tensor]) -> list[Tensor]:
    """Return the tensors, contiguous, and without their graph where a field does not learn."""
    pairs = zip(fields, tensors, strict=True)
    return [(v if f.learns else v.detach()).contiguous() for f, v in pairs]


def _interval(*tensors: Tensor) -> int:
    """Return the steps from checkpoint to checkpoint; 0 if there is no gradient."""
    learns = torch.is_grad_enabled() and any(v.requires_grad for v in tensors)
    return CHECKPOINT_INTERVAL if learns else 0


def run_rows(handle: Handle, neuron: Neuron, x: Tensor, p: Any, state: Any) -> tuple[Tensor, Any]:
    """Return the spikes, [T, N, *], and the last state, by a kernel that takes rows."""
    state = neuron.initial(x[0].to(_wide(x)), p) if state is None else state
    program = handle.kernel.program
    flat = x.reshape(len(x), -1).contiguous()
    s, states, shared_state = _run_rows(handle, flat, *_gather(program, state, p, x))
    last = {Input.STATE: states, Input.SHARED_STATE: shared_state.detach()}
    tensors = (
        f.from_rows(last[f.kind][f.start : f.start + f.rows], v)
        for f, v in zip(program.states, state, strict=True)
    )
    return s.view(x.shape), neuron.State(*tensors)


def _wide(x: Tensor) -> torch.dtype:
    """Return in which dtype a kernel computes."""
    return torch.promote_types(x.dtype, torch.float32)


def _run_rows(
    handle: Handle, x: Tensor, state: Tensor, shared_state: Tensor, *params: Tensor
) -> tuple[Tensor, ...]:
    """Run x, [T, M], from a state, [rows, M]; return s, the last state and shared state."""
    interval = _interval(x, state, *params)

    s, states, shared_state = operators.run(handle, x, (state, shared_state), params, interval)
    return s, states, shared_state


def _gather(program: Program, state: Any, p: Any, x: Tensor) -> tuple[Tensor, ...]:
    """Return the state, the shared state and the three kinds of parameters as rows."""
    shape = x.shape[1:]
    return (
        _rows(Input.STATE, program.states, state, x),
        _rows(Input.SHARED_STATE, program.states, state, x),
        _rows(Input.NEURON_PARAM, program.params, p, x, shape),
        _rows(Input.COMMON_PARAM, program.params, p, x, shape),
        _rows(Input.TABLE, program.params, p, x, shape),
    )


def _rows(
    kind: Input, fields: list[Field], holder: Any, x: Tensor, shape: torch.Size | None = None
) -> Tensor:
    """Return all fields of a kind as [rows, M]; channels are repeated to `shape`, [N, C, *]."""
    parts = []
    for f in fields:
        if f.kind is kind:
            v = getattr(holder, f.name).to(_wide(x))
            rows = f.to_rows(v if f.learns or kind is Input.SHARED_STATE else v.detach())
            if shape and f.per_neuron:
                rows = rows.view(f.rows, 1, -1, *(1,) * (len(shape) - 2))
                rows = rows.expand(f.rows, *shape).reshape(f.rows, -1)
            parts.append(rows)
    if parts:
        return torch.cat(parts)
    return x.new_empty(0, x[0].numel() if kind in PER_NEURON else 1, dtype=_wide(x))
