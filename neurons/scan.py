"""Computing over time: step by step, as a linear recurrence, or as a matrix product."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch._higher_order_ops.scan import scan
from torch.nn.functional import pad

from neurons.contract import Neuron
from neurons.fire import Fire

Body = Callable[[Tensor, Any], tuple[Tensor, Any]]
SEGMENT = 256  # steps of a segment: the graph of only one segment exists at a time
CHUNK = 32  # fewest steps of a chunk in `across_taps`: shorter ones mean too many products


def unroll(neuron: Neuron, x: Tensor, p: Any, fire: Fire, state: Any = None) -> tuple[Tensor, Any]:
    """Run `neuron.step` over x, [T, N, *]; return the spikes, [T, N, *], and the last state.

    A long sequence is cut into segments. The forward keeps the state at the start of each, the
    backward computes each again. So the memory of the graph is that of one segment, and the time
    per step does not grow with T, as it does when the graph of all steps outgrows the caches.
    Several segments can be differentiated once, one segment any number of times.
    """
    state = neuron.initial(x[0], p) if state is None else state
    fields = len(state)
    tensors = {name: v for name, v in p._asdict().items() if isinstance(v, Tensor)}
    learns = any(v.requires_grad for v in (x, *state, *tensors.values()))
    if len(x) <= SEGMENT or not (learns and torch.is_grad_enabled()):
        return _steps(neuron, x, p, fire, state)

    def run(steps: slice, x: Tensor, *inputs: Tensor) -> tuple[Tensor, ...]:
        before, parameters = inputs[:fields], inputs[fields:]
        q = p._replace(**dict(zip(tensors, parameters, strict=True)))
        s, after = _steps(neuron, x, q, fire.over(steps), neuron.State(*before))
        return s, *after

    spikes = []
    for number, segment in enumerate(x.split(SEGMENT)):
        steps = slice(number * SEGMENT, (number + 1) * SEGMENT)
        s, *after = _Segment.apply(partial(run, steps), segment, *state, *tensors.values())
        state = neuron.State(*after)
        spikes.append(s)
    return torch.cat(spikes), state


def _steps(neuron: Neuron, x: Tensor, p: Any, fire: Fire, state: Any) -> tuple[Tensor, Any]:
    return _loop(lambda x_t, state: neuron.step(x_t, state, p, fire), x, state)  # type: ignore[misc]


def walk(body: Body, x: Tensor, state: Any) -> tuple[Tensor, Any]:
    """Run `body(x_t, state) -> (out, state)` over x; return the outputs and the last state.

    torch.compile gets one scan operation, not one copy of the body per step.
    """
    if not torch.compiler.is_compiling():
        return _loop(body, x, state)

    def carried(carry: list[Tensor], x_t: Tensor) -> tuple[list[Tensor], Tensor]:
        out, after = body(x_t, type(state)(*carry))
        # The scan needs a carry that shares no memory with the output, nor two of its tensors.
        return [v.clone() for v in after], out.clone()

    after, outs = scan(carried, [v.clone() for v in state], x.contiguous())
    return outs, type(state)(*after)


def _loop(body: Body, x: Tensor, state: Any) -> tuple[Tensor, Any]:
    """Run the steps one by one.

    `unbind`, because the gradient of `x[t]` is a [T, N, *] tensor, all zero but for one row:
    indexing at every step makes training quadratic in T.
    """
    outs = []
    for x_t in x.unbind(0):
        out, state = body(x_t, state)
        outs.append(out)
    return torch.stack(outs), state


class _Segment(torch.autograd.Function):
    """`run(*inputs)`, whose backward computes it again instead of keeping its graph."""

    @staticmethod
    def forward(ctx: Any, run: Callable[..., tuple[Tensor, ...]], *inputs: Tensor) -> Any:
        ctx.run = run
        ctx.save_for_backward(*inputs)
        return run(*inputs)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        if torch.is_grad_enabled():
            raise RuntimeError(
                f"a sequence of several segments can be differentiated once, not with "
                f"create_graph=True; use at most {SEGMENT} steps"
            )
        needed = ctx.needs_input_grad[1:]
        inputs = [
            v.detach().requires_grad_(n) for v, n in zip(ctx.saved_tensors, needed, strict=True)
        ]
        with torch.enable_grad(), torch.autocast(inputs[0].device.type, enabled=False):
            outputs = ctx.run(*inputs)
        pairs = [(out, grad) for out, grad in zip(outputs, grads, strict=True) if out.requires_grad]
        if not pairs:
            return None, *(None for _ in needed)
        leaves = [v for v in inputs if v.requires_grad]
        outputs, grads = zip(*pairs, strict=True)
        gradients = iter(torch.autograd.grad(outputs, leaves, grads, allow_unused=True))
        return None, *(next(gradients) if n else None for n in needed)


def linear_scan(a: Tensor, b: Tensor, h0: Tensor | None = None) -> Tensor:
    """Return h with h[t] = a[t] h[t-1] + b[t]; a, b and h are [T, *], h[-1] is h0 or 0.

    The axes of a after T may have length 1 and are broadcast.

    Pairs of steps are merged, (a, b) and then (a', b') into (a' a, a' b + b'); the recurrence of
    half the length is solved in the same way; then the steps in between follow (Blelloch 1990; the
    two-stage scan of DSN's footnote 1 is one level of it). Work is linear in T, with 2 log2 T
    launches. Nothing is divided by the product of all a, which underflows.
    """
    if h0 is not None:
        b = torch.cat([b[:1] + a[:1] * h0, b[1:]])
    return _LinearScan.apply(a, b)


class _LinearScan(torch.autograd.Function):
    """The backward of the recurrence is the same recurrence from the last step to the first."""

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
        return (grad_b * before.conj()).sum_to_size(a.shape), grad_b


def _pairwise(a: Tensor, b: Tensor) -> Tensor:
    """Return the h of `linear_scan` for h0 = 0 and any T."""
    if len(a) <= 1:
        return b.clone()
    h = torch.empty_like(b)
    first, second = a[0 : len(a) - 1 : 2], a[1::2]
    h[1::2] = _pairwise(second * first, torch.addcmul(b[1::2], second, b[0 : len(b) - 1 : 2]))
    h[0] = b[0]
    h[2::2] = torch.addcmul(b[2::2], a[2::2], h[1 : len(h) - 1 : 2])
    return h


def decays(d: float, T: int) -> Tensor:
    """Return the [T, T] matrix d^(i-j) for j <= i, else 0; its product with b is the scan of d."""
    steps = torch.arange(T)
    return torch.pow(d, (steps[:, None] - steps).clamp(min=0)).tril()


def across_time(weight: Tensor, x: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return h[i] = sum_j W[i, j] x[j] + b[i] over steps: W [T, T], x [T, N, *], b [T]."""
    _check_steps(len(weight), x)
    flat = x.flatten(1)
    h = weight @ flat if bias is None else torch.addmm(bias[:, None], weight, flat)
    return h.view(x.shape)


def across_taps(weight: Tensor, x: Tensor, bias: Tensor) -> Tensor:
    """Return h[i] = sum_j w[i, j] x[i - k + 1 + j] + b[i], where x is 0 before its first step.

    x is [T, N, *]; w is [T, k] and b [T], or [k] and [] if all steps share them. Time is cut into
    chunks of L >= k steps: h of a chunk is a banded matrix times that chunk and the one before. A
    T x T matrix would be quadratic in T; a sum of k shifted copies moves k times the memory.
    """
    T, k = len(x), weight.shape[-1]
    L = min(max(k, CHUNK), T)
    if weight.ndim > 1:
        _check_steps(len(weight), x)
    rows = weight if weight.ndim > 1 else weight.expand(L, k)
    # Rows of 2 L + 1 numbers, viewed as rows of 2 L: each row of taps moves on by one column.
    rows = pad(rows, (L - k + 1, L, 0, -len(rows) % L)).view(-1, L * (2 * L + 1))
    band = rows[:, : 2 * L * L].view(-1, L, 2 * L).squeeze(0)
    padded = pad(x.flatten(1), (0, 0, L, -T % L))
    chunks = padded.view(len(padded) // L, L, padded.shape[1])
    h = band[..., :L] @ chunks[:-1] + band[..., L:] @ chunks[1:]
    return (h.flatten(0, 1)[:T] + bias[..., None]).view(x.shape)


def _check_steps(T: int, x: Tensor) -> None:
    if len(x) != T:
        raise ValueError(
            f"weights over T={T} steps cannot take T={len(x)}; build another layer with T={len(x)}"
        )
