"""The ways to run a model over a sequence, one file each.

    eager      torch operations: `sequence` if the model has one, else its steps; the reference
    serial     the steps of a model that also has a `sequence`: online inference
    compile    torch.compile of a scan over `step`, or of a `sequence`
    cpu        C generated from `step`, compiled on first use by the system's compiler
    triton     Triton kernels generated from `step`, for GPUs

A file declares its backend by a record, `BACKEND = Backend(run, refusal, ...)`. A backend that
cannot run a model here refuses with a reason and a cure; none is replaced by another.
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

BACKENDS: dict[str, Backend] = {
    name: importlib.import_module(f"{__name__}.{name}").BACKEND
    for name in sorted(file.stem for file in Path(__file__).parent.glob("[!_]*.py"))
}


def names() -> list[str]:
    """Return the names of all backends, also of those that cannot run here."""
    return sorted(BACKENDS)


def refusal(
    neuron: Neuron, backend: str, fire: Fire | None = None, options: Mapping[str, Any] | None = None
) -> str | None:
    """Return why `backend` cannot run a model here, in one line with the cure; None if it can.

    `fire` and `options` are the model's defaults if not given.
    """
    one_of("no backend", backend, BACKENDS)
    record = BACKENDS[backend]
    fire = fire or Fire(surrogate(neuron.surrogate), neuron.reset)
    sizes = {name: size for name, size in (("shape", (6,)), ("T", 4)) if name in neuron.needs}
    with torch.device("cpu"):  # also if torch makes tensors elsewhere by default
        p = neuron.params(torch.Generator(), **sizes | dict(options or {}))
        reason = record.refusal(neuron, p, fire)
    verb = "compile" if record.compiled else "run"
    return reason and f"backend {backend!r} cannot {verb} {neuron.name}: {reason}"


def choose(
    neuron: Neuron,
    backend: str,
    fire: Fire | None = None,
    options: Mapping[str, Any] | None = None,
    stateful: bool = False,
    device: str = "cpu",
) -> str:
    """Return `backend`, or the name that "auto" stands for; raise ValueError if it cannot run.

    "auto" is the fastest backend for this device type that starts fast. A stateful layer needs a
    backend that runs steps.
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
        raise ValueError(reason)
    if stateful and backend == "eager" and neuron.sequence:
        raise ValueError(f"backend 'eager' keeps no state of {neuron.name}; use backend='serial'")
    return backend


def _fastest_first(device: str) -> list[str]:
    """Return what "auto" tries, in order: compiled code, torch's operations, single steps."""
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
    """Run a model over x, [T, N, *]; return its spikes in the dtype of x, and its last state.

    All between is computed in float32, or in the dtype of x if that is wider, also under autocast.
    The state is None for a backend that runs the whole sequence at once. With `truncate`,
    gradients stay within windows of that many steps: truncated BPTT (CLIF section 4.1).
    """
    wide = torch.promote_types(x.dtype, torch.float32)
    p = type(p)(*(v.to(wide) if isinstance(v, Tensor) else v for v in p))
    with torch.autocast(x.device.type, enabled=False):
        if truncate is None:
            s, state = BACKENDS[backend].run(neuron, x.to(wide), p, fire, state)
            return s.to(x.dtype), state
        spikes = []
        for number, window in enumerate(x.to(wide).split(truncate)):
            steps = slice(number * truncate, (number + 1) * truncate)
            s, state = BACKENDS[backend].run(neuron, window, p, fire.over(steps), _detached(state))
            spikes.append(s)
    return torch.cat(spikes).to(x.dtype), state


def _detached(state: Any) -> Any:
    """Return the state without the graph of the steps before."""
    return state and type(state)(*(v.detach() for v in state))
