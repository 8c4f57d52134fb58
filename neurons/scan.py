"""Walking over time: the serial reference and the parallel linear recurrence."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from neurons.contract import Neuron
from neurons.fire import Fire


def unroll(neuron: Neuron, x: Tensor, p: Any, fire: Fire, state: Any = None) -> tuple[Tensor, Any]:
    """Run `neuron.step` over `x` ([T, N, *]): spikes of the same shape, and the last state.

    The input is unbound once instead of indexed per step: the gradient of `x[t]` is a whole
    [T, N, *] tensor of zeros but one row, which makes training quadratic in T.
    """
    assert neuron.step is not None
    state = neuron.initial(x[0], p) if state is None else state
    spikes = []
    for x_t in x.unbind(0):
        s, state = neuron.step(x_t, state, p, fire)
        spikes.append(s)
    return torch.stack(spikes), state


def linear_scan(a: Tensor, b: Tensor) -> Tensor:
    """h[t] = a[t] h[t-1] + b[t] with h[-1] = 0, along the first axis; a, b and h are [T, *].

    Steps are joined two by two, (a', b') after (a, b) being (a' a, a' b + b'), the half as long
    recurrence is solved in the same way, and the steps between are filled in (Blelloch 1990;
    the two-stage scan of DSN's footnote 1 is its one-level form). Work is linear in T, there are
    2 log2 T launches, and nothing is ever divided by the running product of a, which vanishes.
    """
    return _LinearScan.apply(a, b)


class _LinearScan(torch.autograd.Function):
    """The adjoint of the recurrence is the same recurrence walked backwards."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        h = _pairwise(a, b)
        ctx.save_for_backward(a, h)
        return h

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        a, h = ctx.saved_tensors
        later = torch.cat([a[1:], torch.zeros_like(a[:1])]).conj()
        grad_b = linear_scan(later.flip(0), grad.flip(0)).flip(0)
        before = torch.cat([torch.zeros_like(h[:1]), h[:-1]])
        return grad_b * before.conj(), grad_b


def _pairwise(a: Tensor, b: Tensor) -> Tensor:
    """The recurrence itself; T of any parity."""
    if len(a) <= 1:
        return b.clone()
    h = torch.empty_like(b)
    first, second = a[0 : len(a) - 1 : 2], a[1::2]
    h[1::2] = _pairwise(second * first, torch.addcmul(b[1::2], second, b[0 : len(b) - 1 : 2]))
    h[0] = b[0]
    h[2::2] = torch.addcmul(b[2::2], a[2::2], h[1 : len(h) - 1 : 2])
    return h
