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
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from neurons.backends._record import Backend
from neurons.contract import Neuron, one_of
from neurons.fire import Fire, surrogate
from neurons.truncation import run_truncated

BACKENDS: dict[str, Backend] = {
    name: importlib.import_module(f"{__name__}.{name}").BACKEND
    for name in sorted(file.stem for file in Path(__file__).parent.glob("[!_]*.py"))
}

SHORT = 2**16  # values of a single step for which torch's operations beat a kernel on a GPU


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
    short: bool = False,
) -> str:
    """Return `backend`, or the name that "auto" stands for; raise ValueError if it cannot run.

    "auto" is the fastest backend for this device type that starts fast: a generated kernel, but
    torch's operations for a stateful layer that gets short inputs (see `is_short`), and for a
    stateless one with an option beyond the model's `torch_above`. A stateful layer needs a backend
    that runs steps.
    """
    one_of("no backend", backend, [*BACKENDS, "auto"])
    if stateful and neuron.step is None:
        raise ValueError(f"{neuron.name} cannot be stateful or truncated: it has no step")
    if backend == "auto":
        above = any((options or {}).get(n, 0) > most for n, most in neuron.torch_above.items())
        for backend in _fastest_first(device, torch_first=short if stateful else above):
            whole = backend == "eager" and neuron.sequence is not None
            if not (stateful and whole) and refusal(neuron, backend, fire, options) is None:
                return backend
    if reason := refusal(neuron, backend, fire, options):
        raise ValueError(reason)
    if stateful and backend == "eager" and neuron.sequence:
        raise ValueError(f"backend 'eager' keeps no state of {neuron.name}; use backend='serial'")
    return backend


def is_short(x: Tensor) -> bool:
    """Return whether x, [T, N, *], is one step of so few values that a kernel's call costs more.

    Never on a CPU: a step of lif with 64 neurons takes 23 us by a kernel, 27 us by torch's
    operations; of pmsn 41 and 98 us.
    """
    return not x.is_cpu and len(x) == 1 and x.numel() <= SHORT


def _fastest_first(device: str, torch_first: bool) -> list[str]:
    """Return what "auto" tries, in order: compiled code, torch's operations, single steps.

    With `torch_first`, compiled code is the last.
    """
    fast = {n: b for n, b in BACKENDS.items() if device in b.devices and b.starts_fast}
    return sorted(fast, key=lambda n: (fast[n].compiled == torch_first, fast[n].serial))


def run(
    neuron: Neuron,
    backend: str,
    x: Tensor,
    p: Any,
    fire: Fire,
    state: Any = None,
    truncate: int | None = None,
    truncation: str = "blocks",
) -> tuple[Tensor, Any]:
    """Run a model over x, [T, N, *]; return its spikes in the dtype of x, and its last state.

    All between is computed in float32, or in the dtype of x if that is wider, also under autocast.
    The state is None for a backend that runs the whole sequence at once. With `truncate`,
    gradients stay within windows of that many steps, in one of `neurons.truncation.READINGS`.
    """
    wide = torch.promote_types(x.dtype, torch.float32)
    if {v.dtype for v in p if isinstance(v, Tensor)} - {wide}:
        p = type(p)(*(v.to(wide) if isinstance(v, Tensor) else v for v in p))
    current = x if BACKENDS[backend].takes_half or x.dtype is wide else x.to(wide)

    def steps(x: Tensor, fire: Fire, state: Any) -> tuple[Tensor, Any]:
        return BACKENDS[backend].run(neuron, x, p, fire, state)

    active = torch._C._is_any_autocast_enabled()
    with torch.autocast(x.device.type, enabled=False) if active else nullcontext():
        if truncate is None:
            s, state = steps(current, fire, state)
        else:
            s, state = run_truncated(steps, current, fire, state, truncate, truncation)
    return s if s.dtype is x.dtype else s.to(x.dtype), state
