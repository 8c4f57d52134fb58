"""Walking over time: the serial reference and the parallel linear recurrence."""

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
PIECE = 256  # steps whose graph is alive at a time
BLOCK = 32  # steps of a band's block, at least: shorter ones are too many


def unroll(neuron: Neuron, x: Tensor, p: Any, fire: Fire, state: Any = None) -> tuple[Tensor, Any]:
    """Run `neuron.step` over `x` ([T, N, *]): spikes of the same shape, and the last state.

    A long sequence is differentiated piece by piece: the forward keeps the state at the start of
    each piece, the backward walks the piece again. Memory does not grow with the graph, nor time
    per step with T, as it does where a graph of T steps outgrows every cache. It can be
    differentiated once; a sequence of one piece as often as one likes.
    """
    state = neuron.initial(x[0], p) if state is None else state
    tensors = {name: v for name, v in p._asdict().items() if isinstance(v, Tensor)}
    learns = any(v.requires_grad for v in (x, *state, *tensors.values()))
    if len(x) <= PIECE or not (learns and torch.is_grad_enabled()):
        return _steps(neuron, x, p, fire, state)

    def again(steps: slice, x: Tensor, *held: Tensor) -> tuple[Tensor, ...]:
        before, own = held[: -len(tensors) or None], held[len(held) - len(tensors) :]
        q = p._replace(**dict(zip(tensors, own, strict=True)))
        s, after = _steps(neuron, x, q, fire.over(steps), neuron.State(*before))
        return s, *after

    spikes = []
    for number, piece in enumerate(x.split(PIECE)):
        steps = slice(number * PIECE, (number + 1) * PIECE)
        s, *after = _Piece.apply(partial(again, steps), piece, *state, *tensors.values())
        state = neuron.State(*after)
        spikes.append(s)
    return torch.cat(spikes), state


def _steps(neuron: Neuron, x: Tensor, p: Any, fire: Fire, state: Any) -> tuple[Tensor, Any]:
    return _loop(lambda x_t, held: neuron.step(x_t, held, p, fire), x, state)  # type: ignore[misc]


def walk(body: Body, x: Tensor, state: Any) -> tuple[Tensor, Any]:
    """`body(x_t, state) -> (out, state)` over x: the outputs stacked, and the last state.

    torch.compile sees one scan, not as many copies of the body as there are steps.
    """
    if not torch.compiler.is_compiling():
        return _loop(body, x, state)

    def carried(carry: list[Tensor], x_t: Tensor) -> tuple[list[Tensor], Tensor]:
        out, after = body(x_t, type(state)(*carry))
        # The scan wants a carry that shares no memory with the output or with itself.
        return [v.clone() for v in after], out.clone()

    after, outs = scan(carried, [v.clone() for v in state], x.contiguous())
    return outs, type(state)(*after)


def _loop(body: Body, x: Tensor, state: Any) -> tuple[Tensor, Any]:
    """The steps one by one.

    The input is unbound once instead of indexed per step: the gradient of `x[t]` is a whole
    [T, N, *] tensor of zeros but one row, which makes training quadratic in T.
    """
    outs = []
    for x_t in x.unbind(0):
        out, state = body(x_t, state)
        outs.append(out)
    return torch.stack(outs), state


class _Piece(torch.autograd.Function):
    """`run(*inputs)`, run again in the backward instead of remembered."""

    @staticmethod
    def forward(ctx: Any, run: Callable[..., tuple[Tensor, ...]], *inputs: Tensor) -> Any:
        ctx.run = run
        ctx.save_for_backward(*inputs)
        return run(*inputs)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        if torch.is_grad_enabled():
            raise RuntimeError(
                f"steps cut into pieces are differentiated once, and create_graph asks for more; "
                f"use at most {PIECE} steps"
            )
        wanted = ctx.needs_input_grad[1:]
        inputs = [
            v.detach().requires_grad_(w) for v, w in zip(ctx.saved_tensors, wanted, strict=True)
        ]
        with torch.enable_grad(), torch.autocast(inputs[0].device.type, enabled=False):
            outputs = ctx.run(*inputs)
        reached = [(o, g) for o, g in zip(outputs, grads, strict=True) if o.requires_grad]
        if not reached:
            return None, *(None for _ in wanted)
        sought = [v for v in inputs if v.requires_grad]
        outputs, grads = zip(*reached, strict=True)
        found = iter(torch.autograd.grad(outputs, sought, grads, allow_unused=True))
        return None, *(next(found) if w else None for w in wanted)


def linear_scan(a: Tensor, b: Tensor, h0: Tensor | None = None) -> Tensor:
    """h[t] = a[t] h[t-1] + b[t] along the first axis; a, b and h are [T, *], h[-1] is h0 or 0.

    After its T, a may have axes of length 1 that stand for all of b's.

    Steps are joined two by two, (a', b') after (a, b) being (a' a, a' b + b'), the half as long
    recurrence is solved in the same way, and the steps between are filled in (Blelloch 1990;
    the two-stage scan of DSN's footnote 1 is its one-level form). Work is linear in T, there are
    2 log2 T launches, and nothing is ever divided by the running product of a, which vanishes.
    """
    if h0 is not None:
        b = torch.cat([b[:1] + a[:1] * h0, b[1:]])
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
        return (grad_b * before.conj()).sum_to_size(a.shape), grad_b


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


def decays(d: float, T: int) -> Tensor:
    """The [T, T] matrix of d^(i-j) for j <= i, else 0: times b it is `linear_scan(d, b)`."""
    steps = torch.arange(T)
    return torch.pow(d, (steps[:, None] - steps).clamp(min=0)).tril()


def across_time(weight: Tensor, x: Tensor, bias: Tensor | None = None) -> Tensor:
    """W x + b over the steps: h[i] = sum_j W[i, j] x[j] + b[i], W [T, T], x [T, N, *], b [T]."""
    _fits(len(weight), x)
    flat = x.flatten(1)
    h = weight @ flat if bias is None else torch.addmm(bias[:, None], weight, flat)
    return h.view(x.shape)


def across_taps(weight: Tensor, x: Tensor, bias: Tensor) -> Tensor:
    """h[i] = sum_j w[i, j] x[i - k + 1 + j] + b[i], with x [T, N, *] zero before its first step.

    w is [T, k] and b [T], or [k] and [] where all steps share them. The taps are a banded matrix
    over blocks of L >= k steps, each fed by itself and the last: a T x T matrix would be quadratic
    in T, and a sum of k shifted copies moves k times the memory.
    """
    T, k = len(x), weight.shape[-1]
    L = min(max(k, BLOCK), T)
    if weight.ndim > 1:
        _fits(len(weight), x)
    rows = weight if weight.ndim > 1 else weight.expand(L, k)
    # Rows one longer than the band is wide, read as the band's: each starts a column further on.
    rows = pad(rows, (L - k + 1, L, 0, -len(rows) % L)).view(-1, L * (2 * L + 1))
    band = rows[:, : 2 * L * L].view(-1, L, 2 * L).squeeze(0)
    padded = pad(x.flatten(1), (0, 0, L, -T % L))
    blocks = padded.view(len(padded) // L, L, padded.shape[1])
    h = band[..., :L] @ blocks[:-1] + band[..., L:] @ blocks[1:]
    return (h.flatten(0, 1)[:T] + bias[..., None]).view(x.shape)


def _fits(T: int, x: Tensor) -> None:
    if len(x) != T:
        raise ValueError(
            f"weights over T={T} steps cannot take T={len(x)}; build another layer with T={len(x)}"
        )
