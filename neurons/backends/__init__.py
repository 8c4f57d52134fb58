"""The ways to run a neuron over a sequence, one file each.

    eager      torch operations: `sequence` where the model has one, else its steps; the reference
    serial     the steps of a model that also has a `sequence`: online inference
    compile    torch.compile, of the scan over `step` or of a `sequence`
    cpu        C generated from `step`, compiled on first use by the system's compiler
    triton     Triton kernels generated from `step`, for GPUs

A backend has `refusal(neuron, p, fire) -> reason | None` and `run(neuron, x, p, fire, state) ->
(s, state)`. None falls back to another: what cannot run says so, with the cure.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from neurons.backends._record import Backend
from neurons.contract import Neuron, one_of
from neurons.fire import Fire, surrogate

# A file of this folder is a backend; its record is its `BACKEND`.
BACKENDS: dict[str, Backend] = {
    name: importlib.import_module(f"{__name__}.{name}").BACKEND
    for name in sorted(file.stem for file in Path(__file__).parent.glob("[!_]*.py"))
}


def names() -> list[str]:
    """All backends, the ones that cannot run here included."""
    return sorted(BACKENDS)


def refusal(
    neuron: Neuron, backend: str, fire: Fire | None = None, options: Mapping[str, Any] | None = None
) -> str | None:
    """Why `backend` cannot run `neuron` here, in one line with the cure; None if it can.

    How it fires, and the neuron's options, are the model's own unless given.
    """
    one_of("no backend", backend, BACKENDS)
    fire = fire or Fire(surrogate(neuron.surrogate), neuron.reset)
    sizes = {name: size for name, size in (("shape", (6,)), ("T", 4)) if name in neuron.needs}
    with torch.device("cpu"):  # wherever tensors are made by default
        p = neuron.params(torch.Generator(), **sizes | dict(options or {}))
        return BACKENDS[backend].refusal(neuron, p, fire)


def choose(
    neuron: Neuron,
    backend: str,
    fire: Fire | None = None,
    options: Mapping[str, Any] | None = None,
    stateful: bool = False,
    device: str = "cpu",
) -> str:
    """The backend asked for, or the one "auto" stands for; ValueError if it cannot run.

    "auto" is the fastest on this kind of device that starts at once. A stateful neuron needs its
    steps.
    """
    one_of("no backend", backend, [*BACKENDS, "auto"])
    if stateful and neuron.step is None:
        raise ValueError(f"{neuron.name} cannot be stateful or truncated: it has no step")
    if backend == "auto":
        for backend in _fastest_first(device):
            whole = backend == "eager" and neuron.sequence is not None
            if not (stateful and whole) and refusal(neuron, backend, fire, options) is None:
                return backend
    if reason := refusal(neuron, backend, fire, options):
        raise ValueError(f"backend {backend!r} cannot run {neuron.name}: {reason}")
    if stateful and backend == "eager" and neuron.sequence:
        raise ValueError(f"{neuron.name} on 'eager' keeps no state; use backend='serial'")
    return backend


def _fastest_first(device: str) -> list[str]:
    """What "auto" tries: compiled code, torch's operations, steps one by one."""
    fast = {n: b for n, b in BACKENDS.items() if device in b.devices and b.starts_fast}
    return sorted(fast, key=lambda name: (not fast[name].compiled, fast[name].serial))


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
