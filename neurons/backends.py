"""The ways to run a neuron over a sequence.

    eager      torch operations: `sequence` where the model has one, else its steps; the reference
    serial     the steps of a model that also has a `sequence`: online inference
    compile    torch.compile, of the scan over `step` or of a `sequence`

A backend is `missing(neuron) -> reason | None` and `run(neuron, x, p, fire, state) -> (s, state)`.
None falls back to another: what cannot run says so, with the cure.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.contract import Neuron, one_of
from neurons.fire import Fire
from neurons.scan import unroll, walk

Run = Callable[[Neuron, Tensor, Any, Fire, Any], tuple[Tensor, Any]]


class Backend(NamedTuple):
    missing: Callable[[Neuron], str | None]
    run: Run


# eager ------------------------------------------------------------------------------------------


def _eager(neuron: Neuron, x: Tensor, p: Any, fire: Fire, state: Any) -> tuple[Tensor, Any]:
    if neuron.sequence is None:
        return unroll(neuron, x, p, fire, state)
    return neuron.sequence(x, p, fire), None


# serial -----------------------------------------------------------------------------------------


def _not_serial(neuron: Neuron) -> str | None:
    if neuron.step is None:
        return f"{neuron.name} has no step: it needs the whole sequence; use backend='eager'"
    if neuron.sequence is None:
        return f"{neuron.name} is serial already; use backend='eager'"
    return None


# compile ----------------------------------------------------------------------------------------


def _not_compiled(neuron: Neuron) -> str | None:
    if torch.cuda.is_available() or shutil.which("c++") or shutil.which("g++"):
        return None
    return "torch.compile needs a C++ compiler; install g++"


# The scan keeps its loop counter in a tensor. Only T is a symbol: other sizes and parameters are
# constants. All models share one code object, whose limit on compilations counts them together.
_DYNAMO = {
    "capture_scalar_outputs": True,
    "automatic_dynamic_shapes": False,
    "specialize_float": True,
    "recompile_limit": 4096,
    "accumulated_recompile_limit": 4096,
}


@cache
def _compiled(neuron: Neuron, fire: Fire, fixed: tuple[tuple[str, Any], ...]) -> Callable[..., Any]:
    """The compiled `(x, tensors, state) -> (s, state)` of one model with its fixed parameters."""

    def steps(x: Tensor, tensors: dict[str, Tensor], state: Any) -> tuple[Tensor, Any]:
        p = neuron.Params(**dict(fixed), **tensors)

        return walk(lambda x_t, held: neuron.step(x_t, held, p, fire), x, state)  # type: ignore[misc]

    def whole(x: Tensor, tensors: dict[str, Tensor], state: Any) -> tuple[Tensor, Any]:
        p = neuron.Params(**dict(fixed), **tensors)
        return neuron.sequence(x, p, fire), None  # type: ignore[misc]

    return torch.compile(steps if neuron.step else whole, fullgraph=True)


def _compile(neuron: Neuron, x: Tensor, p: Any, fire: Fire, state: Any) -> tuple[Tensor, Any]:
    """One compilation serves every T of a model with `step`: its loop is never unrolled."""
    tensors = {name: v for name, v in p._asdict().items() if isinstance(v, Tensor)}
    fixed = tuple((name, v) for name, v in p._asdict().items() if name not in tensors)
    if neuron.step:
        x = x.contiguous()
        state = neuron.initial(x[0], p) if state is None else state
        torch._dynamo.mark_dynamic(x, 0)
    with torch._dynamo.config.patch(_DYNAMO):
        return _compiled(neuron, fire, fixed)(x, tensors, state)


# ------------------------------------------------------------------------------------------------

BACKENDS: dict[str, Backend] = {
    "eager": Backend(lambda neuron: None, _eager),
    "serial": Backend(_not_serial, unroll),
    "compile": Backend(_not_compiled, _compile),
}


def names() -> list[str]:
    """All backends, the ones that cannot run here included."""
    return sorted(BACKENDS)


def missing(neuron: Neuron, backend: str) -> str | None:
    """Why `backend` cannot run `neuron` here, in one line with the cure; None if it can."""
    return BACKENDS[one_of("no backend", backend, BACKENDS)].missing(neuron)


def choose(neuron: Neuron, backend: str, stateful: bool = False) -> str:
    """The backend asked for, or the one "auto" stands for; ValueError if it cannot run.

    "auto" is the fastest that starts at once: `compile` pays seconds at its first call, so it
    must be asked for. A stateful neuron needs its steps.
    """
    one_of("no backend", backend, [*BACKENDS, "auto"])
    if stateful and neuron.step is None:
        raise ValueError(f"{neuron.name} cannot be stateful or truncated: it has no step")
    if backend == "auto":
        return "serial" if stateful and neuron.sequence else "eager"
    if reason := missing(neuron, backend):
        raise ValueError(f"backend {backend!r} cannot run {neuron.name}: {reason}")
    if stateful and backend == "eager" and neuron.sequence:
        raise ValueError(f"{neuron.name} on 'eager' keeps no state; use backend='serial'")
    return backend


def run(
    neuron: Neuron,
    backend: str,
    x: Tensor,
    p: Any,
    fire: Fire,
    state: Any = None,
    truncate: int | None = None,
) -> tuple[Tensor, Any]:
    """Run `neuron` over x ([T, N, *]): its spikes in x's dtype, and its last state.

    Everything between is computed in float32, or wider if x is wider, also under autocast. The
    state is None for a backend that runs the whole sequence at once. With `truncate`, gradients
    stay within pieces of that many steps: k-step truncated BPTT (CLIF section 4.1).
    """
    wide = torch.promote_types(x.dtype, torch.float32)
    p = type(p)(*(v.to(wide) if isinstance(v, Tensor) else v for v in p))
    with torch.autocast(x.device.type, enabled=False):
        if truncate is None:
            s, state = BACKENDS[backend].run(neuron, x.to(wide), p, fire, state)
            return s.to(x.dtype), state
        spikes = []
        for start, piece in zip(
            range(0, len(x), truncate), x.to(wide).split(truncate), strict=True
        ):
            own = fire.over(slice(start, start + truncate))
            s, state = BACKENDS[backend].run(neuron, piece, p, own, detached(state))
            spikes.append(s)
    return torch.cat(spikes).to(x.dtype), state


def detached(state: Any) -> Any:
    """The state without the graph of the steps that led to it."""
    return state and type(state)(*(v.detach() for v in state))
