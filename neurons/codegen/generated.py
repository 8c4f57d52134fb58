"""Running a program over a layer's tensors: the part that all languages share.

The tensors of State and Params are gathered by kind into rows ([rows, M], M neurons in all); a
kernel walks over time; the rows become tensors again. Gathering is torch's, so autograd undoes it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from neurons.codegen import chunks
from neurons.codegen.program import Field, Program
from neurons.codegen.tape import UngeneratableError
from neurons.codegen.trace import trace
from neurons.contract import Neuron
from neurons.fire import Fire


class Kernel(Protocol):
    """A compiled program.

    x, s and their gradients are [T, M], cut into C chunks of steps that run side by side; state
    [C, S, M] and shared [U, 1] are overwritten by the last state; kept [C, T / C / every, S, M] and
    kept_shared receive every so manieth state. The gradients of parameters are [C, rows, M].
    """

    program: Program
    every: int  # how many steps apart the states are kept for the backward

    def chunks(self, T: int, M: int) -> int:
        """Into how many chunks of equal length to cut T steps, if the program is affine."""

    def forward(
        self, every: int, x: Tensor, own: Tensor, common: Tensor, table: Tensor, s: Tensor,
        state: Tensor, shared: Tensor, kept: Tensor, kept_shared: Tensor,
    ) -> None: ...  # fmt: skip

    def backward(
        self, every: int, x: Tensor, own: Tensor, common: Tensor, table: Tensor, kept: Tensor,
        kept_shared: Tensor, grad_s: Tensor, grad_state: Tensor, grad_x: Tensor, grad_own: Tensor,
        grad_common: Tensor, grad_table: Tensor,
    ) -> None: ...  # fmt: skip


Make = Callable[[Program, torch.dtype], Kernel]
_KERNELS: dict[str, Kernel] = {}  # by the name under which the operators below find them


@torch.library.custom_op("spikebench::forward", mutates_args=())
def _forward(
    x: Tensor,
    state: Tensor,
    shared: Tensor,
    own: Tensor,
    common: Tensor,
    table: Tensor,
    kernel: str,
    every: int,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Spikes, the last state, and the states kept on the way."""
    s, kept, kept_shared = _outputs(x, state, shared, every)
    state, shared = state.clone(), shared.clone()
    made = _KERNELS[kernel]
    made.forward(every, x, own, common, table, s, state, shared, kept, kept_shared)
    return s, state, shared, kept, kept_shared


def _outputs(x: Tensor, state: Tensor, shared: Tensor, every: int) -> tuple[Tensor, ...]:
    stretches = -(-len(x) // len(state) // every) if every else 0
    kept = state.new_empty(len(state), stretches, *state.shape[1:])
    return torch.empty_like(x), kept, shared.new_empty(stretches, *shared.shape)


@_forward.register_fake
def _(x, state, shared, own, common, table, kernel, every):
    s, kept, kept_shared = _outputs(x, state, shared, every)
    return s, torch.empty_like(state), torch.empty_like(shared), kept, kept_shared


@torch.library.custom_op("spikebench::backward", mutates_args=())
def _backward(
    x: Tensor,
    own: Tensor,
    common: Tensor,
    table: Tensor,
    kept: Tensor,
    kept_shared: Tensor,
    grad_s: Tensor,
    grad_state: Tensor,
    kernel: str,
    every: int,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """The gradients of x, the first state, and the parameters."""
    grad_x, grad_state = torch.empty_like(x), grad_state.clone()
    grad_own = own.new_empty(len(kept), *own.shape)
    grad_common = common.new_empty(len(kept), len(common), x.shape[1])
    grad_table = torch.zeros_like(table)
    _KERNELS[kernel].backward(
        every, x, own, common, table, kept, kept_shared, grad_s, grad_state, grad_x, grad_own,
        grad_common, grad_table,
    )  # fmt: skip
    grad_common = grad_common.sum((0, 2))[:, None]
    return grad_x, grad_state, grad_own.sum(0), grad_common, grad_table


@_backward.register_fake
def _(x, own, common, table, kept, kept_shared, grad_s, grad_state, kernel, every):
    return tuple(torch.empty_like(v) for v in (x, grad_state, own, common, table))


def _save(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
    x, _, _, own, common, table, ctx.kernel, ctx.every = inputs
    ctx.save_for_backward(x, own, common, table, *output[3:])


def _gradient(ctx: Any, grad_s: Tensor, grad_state: Tensor, *_: Tensor) -> tuple[Any, ...]:
    grads = _backward(
        *ctx.saved_tensors, grad_s.contiguous(), grad_state.contiguous(), ctx.kernel, ctx.every
    )
    x, state, own, common, table = grads
    return x, state, None, own, common, table, None, None


def _twice(ctx: Any, *grads: Tensor) -> None:
    raise RuntimeError("a generated kernel is differentiated once; use backend='eager' for more")


_forward.register_autograd(_gradient, setup_context=_save)
_backward.register_autograd(_twice)


class _Like(NamedTuple):
    """All that a program depends on: what its parameters are, save for the tensors' values."""

    neuron: Neuron
    fire: Fire
    fixed: tuple[tuple[str, Any], ...]
    tensors: tuple[tuple[str, tuple[int, ...], bool], ...]
    channels: int

    @classmethod
    def of(cls, neuron: Neuron, p: Any, fire: Fire, channels: int) -> _Like:
        tensors = {name: v for name, v in p._asdict().items() if isinstance(v, Tensor)}
        fixed = tuple((name, v) for name, v in p._asdict().items() if name not in tensors)
        learns = {name: v.requires_grad or name in neuron.learnable for name, v in tensors.items()}
        shapes = tuple((name, tuple(v.shape), learns[name]) for name, v in tensors.items())
        return cls(neuron, fire, fixed, shapes, channels)


@cache
def _program(like: _Like) -> Program:
    with torch.device("cpu"):
        made = {n: torch.full(size, 0.5).requires_grad_(learns) for n, size, learns in like.tensors}
        p = like.neuron.Params(**dict(like.fixed), **made)
        return trace(like.neuron, p, like.fire, like.channels)


@torch.compiler.disable
def _named(make: Make, like: _Like, dtype: torch.dtype) -> str:
    """The name of a kernel among the operators; torch.compile leaves its making alone."""
    return _made(make, like, dtype)


@cache
def _made(make: Make, like: _Like, dtype: torch.dtype) -> str:
    made, name = make(_program(like), dtype), f"{like.neuron.name} {len(_KERNELS)}"
    _KERNELS[name] = made
    return name


def refusal(neuron: Neuron, p: Any, fire: Fire) -> str | None:
    """Which operation stands in the way of a program for this neuron."""
    channels = next((len(v) for v in p if isinstance(v, Tensor) and v.ndim), 1)
    try:
        _program(_Like.of(neuron, p, fire, channels))
    except UngeneratableError as reason:
        return _refusal(reason)
    return None


def _refusal(reason: UngeneratableError) -> str:
    return f"no program of one neuron can be made of {reason}; use backend='eager'"


def run(
    make: Make, neuron: Neuron, x: Tensor, p: Any, fire: Fire, state: Any
) -> tuple[Tensor, Any]:
    """Spikes [T, N, *] and the last state, by the kernel that `make` builds of the program."""
    state = neuron.initial(x[0], p) if state is None else state
    like = _Like.of(neuron, p, fire, x.shape[2] if x.ndim > 2 else 1)
    try:
        name = _named(make, like, x.dtype)
    except UngeneratableError as reason:
        neuron.step(x[0], state, p, fire)  # type: ignore[misc]  # it may know better what is wrong
        raise ValueError(_refusal(reason)) from None
    kernel, size = _KERNELS[name], x.shape[1:]
    program = kernel.program

    packed = (
        _rows(program.states, state, "state", x),
        _rows(program.states, state, "shared", x),
        *(_rows(program.params, p, kind, x, size) for kind in ("own", "common", "table")),
    )
    flat = x.reshape(len(x), -1).contiguous()
    learns = torch.is_grad_enabled() and any(v.requires_grad for v in (flat, *packed))
    every, held = kernel.every if learns else 0, packed[1:]

    def walk(state: Tensor) -> tuple[Tensor, ...]:
        return _forward(flat, state, *held, name, every)

    number = kernel.chunks(*flat.shape) if program.affine else 1
    first = chunks.states(walk, program, flat, packed[0], number)
    s, after, shared, *_ = walk(first)
    found = {"state": after[-1], "shared": shared.detach()}
    last = (
        f.unflat(found[f.kind][f.start : f.start + f.rows], v)
        for f, v in zip(program.states, state, strict=True)
    )
    return s.view(x.shape), neuron.State(*last)


def _rows(fields: list[Field], holder: Any, kind: str, x: Tensor, spread: Any = None) -> Tensor:
    """All fields of a kind as [rows, M]; parameters per channel are spread over all neurons."""
    parts = []
    for f in fields:
        if f.kind == kind:
            v = getattr(holder, f.name).to(x.dtype)
            flat = f.flat(v if f.learns or kind == "shared" else v.detach())
            if spread and not f.alike:
                flat = flat.view(f.rows, 1, -1, *(1,) * (len(spread) - 2))
                flat = flat.expand(f.rows, *spread).reshape(f.rows, -1)
            parts.append(flat)
    if parts:
        return torch.cat(parts)
    return x.new_empty(0, 1 if kind in ("shared", "common") else x[0].numel())
