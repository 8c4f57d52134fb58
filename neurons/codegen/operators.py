"""A kernel's forward and backward as operators of torch, with autograd and under torch.compile."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from neurons.codegen.kernel import BackwardArguments, ForwardArguments, kernel


@torch.library.custom_op("spikebench::forward", mutates_args=())
def forward(
    x: Tensor,
    state: Tensor,
    shared_state: Tensor,
    neuron_params: Tensor,
    common_params: Tensor,
    tables: Tensor,
    number: int,
    interval: int,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return the spikes, the last state, the last shared state, and checkpoints of both.

    Shapes are those of `ForwardArguments`; `number` is that of the kernel's handle.
    """
    s, checkpoints, shared_checkpoints = _outputs(x, state, shared_state, interval)
    arguments = ForwardArguments(
        x,
        neuron_params,
        common_params,
        tables,
        s,
        state.clone(),
        shared_state.clone(),
        checkpoints,
        shared_checkpoints,
    )
    kernel(number).forward(interval, arguments)
    return s, arguments.state, arguments.shared_state, checkpoints, shared_checkpoints


def _outputs(x: Tensor, state: Tensor, shared_state: Tensor, interval: int) -> tuple[Tensor, ...]:
    """Return new tensors for the spikes and the checkpoints of both states."""
    count = -(-len(x) // interval) if interval else 0
    checkpoints = state.new_empty(count, *state.shape)
    return torch.empty_like(x), checkpoints, shared_state.new_empty(count, *shared_state.shape)


@forward.register_fake
def _(x, state, shared_state, neuron_params, common_params, tables, number, interval):
    s, checkpoints, shared_checkpoints = _outputs(x, state, shared_state, interval)
    last = torch.empty_like(state), torch.empty_like(shared_state)
    return s, *last, checkpoints, shared_checkpoints


@torch.library.custom_op("spikebench::backward", mutates_args=())
def backward(
    x: Tensor,
    neuron_params: Tensor,
    common_params: Tensor,
    tables: Tensor,
    checkpoints: Tensor,
    shared_checkpoints: Tensor,
    grad_s: Tensor,
    grad_state: Tensor,
    number: int,
    interval: int,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return the gradients of x, the first state, and the three kinds of parameters."""
    arguments = BackwardArguments(
        x,
        neuron_params,
        common_params,
        tables,
        checkpoints,
        shared_checkpoints,
        grad_s,
        grad_state.clone(),
        grad_x=torch.empty_like(x),
        grad_neuron_params=torch.empty_like(neuron_params),
        grad_common_params=common_params.new_empty(len(common_params), x.shape[1]),
        grad_tables=torch.zeros_like(tables),
    )
    kernel(number).backward(interval, arguments)
    neuron = arguments.grad_neuron_params
    common = arguments.grad_common_params.sum(1, keepdim=True)
    return arguments.grad_x, arguments.grad_state, neuron, common, arguments.grad_tables


@backward.register_fake
def _(
    x,
    neuron_params,
    common_params,
    tables,
    checkpoints,
    shared_checkpoints,
    grad_s,
    grad_state,
    number,
    interval,
):
    inputs = (x, grad_state, neuron_params, common_params, tables)
    return tuple(torch.empty_like(v) for v in inputs)


def _save(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
    x, _, _, *params, ctx.number, ctx.interval = inputs
    ctx.save_for_backward(x, *params, *output[3:])


def _gradient(ctx: Any, grad_s: Tensor, grad_state: Tensor, *_: Tensor) -> tuple[Any, ...]:
    upstream = grad_s.contiguous(), grad_state.contiguous()
    grads = backward(*ctx.saved_tensors, *upstream, ctx.number, ctx.interval)
    grad_x, grad_first_state, *grad_params = grads
    return grad_x, grad_first_state, None, *grad_params, None, None


def _second_gradient(ctx: Any, *grads: Tensor) -> None:
    raise RuntimeError(
        "a generated kernel can be differentiated once, not with create_graph=True; "
        "use backend='eager'"
    )


forward.register_autograd(_gradient, setup_context=_save)
backward.register_autograd(_second_gradient)
