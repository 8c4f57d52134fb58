"""Running a kernel as an operation of torch, with its gradient.

An ordinary call is an autograd.Function, or the kernel alone if nothing needs a gradient. Where
torch's operations are watched or transformed (torch.compile, vmap, a dispatch mode), the call is a
custom operator, which takes several times as long.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache
from typing import Any
from weakref import WeakValueDictionary

import torch
from torch import Tensor, nn

from neurons.codegen.kernel import Kernel

ORDINARY = frozenset({Tensor, nn.Parameter})


class Handle:
    """Owns a kernel. Operators of torch take no objects, so they get the handle's number."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.number = next(_numbers)
        self.operators = _operators(kernel.states, kernel.params, kernel.checkpoints)
        _handles[self.number] = self


_numbers = itertools.count()
_handles: WeakValueDictionary[int, Handle] = WeakValueDictionary()


def kernel(number: int) -> Kernel:
    """Return the kernel of the handle with this number."""
    return _handles[number].kernel


def run(
    handle: Handle, x: Tensor, state: Sequence[Tensor], params: Sequence[Tensor], interval: int
) -> Sequence[Tensor]:
    """Return the spikes and the last state, by a kernel; see `Kernel.forward`."""
    if not _ordinary(x, *state, *params):
        given = state or [x.new_empty(0)] * handle.kernel.states
        outputs = handle.operators.forward(x, *given, *params, handle.number, interval)
        return outputs[: 1 + handle.kernel.states]
    if interval:
        return _Run.apply(handle, interval, len(state), x, *state, *params)
    return handle.kernel.forward(x, state, params, interval)


def _ordinary(*tensors: Tensor) -> bool:
    """Return whether these are numbers in memory, and no operation is watched or transformed."""
    return (
        not torch.compiler.is_compiling()
        and not torch._C._len_torch_dispatch_stack()
        and torch._C._functorch.peek_interpreter_stack() is None
        and not torch._C._get_tracing_state()
        and ORDINARY.issuperset(map(type, tensors))
        and all(map(torch._C._has_storage, tensors))
        and not any(map(Tensor.is_neg, tensors))
    )


class _Run(torch.autograd.Function):
    """An ordinary call with a gradient; `given` is the number of tensors of the first state."""

    @staticmethod
    def forward(ctx: Any, handle: Handle, interval: int, given: int, *tensors: Tensor) -> Any:
        x, state, params = tensors[0], tensors[1 : 1 + given], tensors[1 + given :]
        outputs = handle.kernel.forward(x, state, params, interval)
        end = 1 + handle.kernel.states
        ctx.handle, ctx.interval, ctx.given = handle, interval, given
        ctx.shapes = [v.shape for v in outputs[1:end]]
        ctx.save_for_backward(x, *params, *outputs[end:])
        ctx.set_materialize_grads(False)
        return tuple(outputs[:end])

    @staticmethod
    def backward(ctx: Any, grad_s: Tensor | None, *grad_last: Tensor | None) -> Any:
        handle, (x, *saved) = ctx.handle, ctx.saved_tensors
        grad_s = torch.zeros_like(x) if grad_s is None else grad_s.contiguous()
        grad_state = [v if v is None else v.contiguous() for v in grad_last]
        present = [v for v in grad_state if v is not None]
        if torch.is_grad_enabled() or not _ordinary(grad_s, *present):
            pairs = zip(grad_state, ctx.shapes, strict=True)
            filled = [x.new_zeros(shape) if v is None else v for v, shape in pairs]
            inputs = x, *saved, grad_s, *filled, handle.number, ctx.interval
            grads = handle.operators.backward(*inputs)
        else:
            params, checkpoints = saved[: handle.kernel.params], saved[handle.kernel.params :]
            first = any(ctx.needs_input_grad[4 : 4 + ctx.given])
            grads = handle.kernel.backward(
                x, params, checkpoints, grad_s, grad_state, ctx.interval, first
            )
        end = 1 + handle.kernel.states
        return None, None, None, *grads[: 1 + ctx.given], *grads[end : end + handle.kernel.params]


class Operators:
    """The custom operators of all kernels with these numbers of tensors.

    `forward` takes x, the first state and the parameters, `backward` x, the parameters, checkpoints
    and the gradients of the spikes and of the last state; then both take the handle's number and
    the interval. They return what the kernel does. Each argument and each result is one tensor,
    since torch cannot batch an operator with a list of tensors.
    """

    def __init__(self, states: int, params: int, checkpoints: int) -> None:
        self.states, self.params, self.checkpoints = states, params, checkpoints
        outputs = 1 + states + checkpoints
        self.forward = self._operator(self._forward, 1 + states + params, outputs)
        self.forward.register_fake(self._outputs)
        self.forward.register_autograd(self._gradient, setup_context=self._save)
        # An operator with one result returns no tuple, so there is one more.
        self.backward = self._operator(self._backward, 1 + params + outputs, 2 + states + params)
        self.backward.register_fake(lambda *inputs: self._like(torch.empty_like, *inputs))
        self.backward.register_autograd(_second_gradient)

    def _operator(self, function: Any, inputs: int, results: int) -> Any:
        """Return the operator whose schema has these numbers of tensors."""
        taken = "".join(f"Tensor input{i}, " for i in range(inputs))
        schema = f"({taken}int number, int interval) -> ({', '.join(['Tensor'] * results)})"
        counts = f"{self.states}_{self.params}_{self.checkpoints}"
        name = f"spikebench::{function.__name__[1:]}_{counts}"
        return torch.library.custom_op(name, function, mutates_args=(), schema=schema)

    def _forward(self, x: Tensor, *inputs: Any) -> tuple[Tensor, ...]:
        *tensors, number, interval = inputs
        state, params = tensors[: self.states], tensors[self.states :]
        return self._filled(kernel(number).forward(x, state, params, interval))

    def _outputs(self, x: Tensor, *inputs: Any) -> tuple[Tensor, ...]:
        *tensors, number, interval = inputs
        return self._filled(kernel(number).outputs(x, tensors[: self.states], interval))

    def _filled(self, outputs: list[Tensor]) -> tuple[Tensor, ...]:
        """Return a kernel's outputs, with empty checkpoints if there are none."""
        missing = 1 + self.states + self.checkpoints - len(outputs)
        return *outputs, *(outputs[0].new_empty(0) for _ in range(missing))

    def _backward(self, x: Tensor, *inputs: Any) -> tuple[Tensor, ...]:
        *tensors, number, interval = inputs
        params, rest = tensors[: self.params], tensors[self.params :]
        checkpoints, (grad_s, *grad_state) = rest[: self.checkpoints], rest[self.checkpoints :]
        grads = kernel(number).backward(x, params, checkpoints, grad_s, grad_state, interval, True)
        zeros = self._like(torch.zeros_like, x, *inputs)
        pairs = zip([*grads, None], zeros, strict=True)
        return tuple(v if grad is None else grad for grad, v in pairs)

    def _like(self, new: Any, x: Tensor, *inputs: Any) -> tuple[Tensor, ...]:
        """Return new tensors for the results of `backward`."""
        *tensors, _, _ = inputs
        grad_state = tensors[self.params + self.checkpoints + 1 :]
        return *map(new, (x, *grad_state, *tensors[: self.params])), x.new_empty(0)

    def _save(self, ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        x, *tensors, ctx.number, ctx.interval = inputs
        ctx.save_for_backward(x, *tensors[self.states :], *output[1 + self.states :])

    def _gradient(self, ctx: Any, *grads: Tensor) -> tuple[Any, ...]:
        upstream = [v.contiguous() for v in grads[: 1 + self.states]]
        found = self.backward(*ctx.saved_tensors, *upstream, ctx.number, ctx.interval)
        return *found[:-1], None, None


def _second_gradient(ctx: Any, *grads: Tensor) -> None:
    raise RuntimeError(
        "a generated kernel can be differentiated once, not with create_graph=True; "
        "use backend='eager'"
    )


_operators = cache(Operators)
