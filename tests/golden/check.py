"""Run a golden case and compare everything that can be seen of the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

import neurons
from tests.golden import cases
from tests.golden.cases import Case

TOLERANCE = {  # (relative, absolute), as the vectors' README suggests; integers compare exactly
    torch.float64: (1e-9, 1e-10),
    torch.float32: (1e-4, 1e-5),
}
FAMILIES = {"stc": {torch.float64: (1e-8, 1e-10)}}  # GroupNorm of sparse spikes: ill-conditioned
PROBED = ("eager", "serial")  # these run Python at every call, so a probe sees the potential


class Verdict(NamedTuple):
    """One case on all backends."""

    worst: dict[torch.dtype, float]  # largest error, relative to the largest value of its array
    wrong: list[str]  # what is out of bounds, each in one line


@contextmanager
def noted(wrong: list[str], where: str) -> Iterator[None]:
    """Whatever is raised becomes one more line of `wrong`."""
    try:
        yield
    except Exception as error:
        what = str(error).strip().partition("\n")[0]
        wrong.append(f"{where}: {type(error).__name__}: {what}")


def judge(
    case: Case, backends: Iterable[str], dtypes: Iterable[torch.dtype] = TOLERANCE
) -> Verdict:
    """A case on those of the backends that can run it; none, or an error, is wrong."""
    worst, wrong, able = dict.fromkeys(dtypes, 0.0), list[str](), list[str]()
    with noted(wrong, case.name):
        able = runnable(case, backends)
    for backend, dtype in product(able, worst):
        where = f"{case.name} on {backend} in {spell(dtype)}"
        with noted(wrong, where):
            found = list(compare(case, backend, dtype))
            if negative(case):
                if all(close for key, _, close in found if seen_outside(key)):
                    wrong.append(f"{where}: repeats a vector it must differ from")
                continue
            for key, error, close in found:
                worst[dtype] = max(worst[dtype], error)
                if not close:
                    wrong.append(f"{where}: {key} is off by {error:.1e} of its largest value")
    return Verdict(worst, wrong)


def negative(case: Case) -> bool:
    """Whether the case is one of faulty code, which our model must not repeat."""
    return not case.pointwise and cases.recipe(case).negative


def seen_outside(key: str) -> bool:
    """Whether an array is the output or a gradient, not a state."""
    return key.endswith("out") or "grad" in key.split(".")


def tolerance(case: Case, dtype: torch.dtype) -> tuple[float, float]:
    """(relative, absolute), of the case's family where it has its own."""
    own = [table for family, table in FAMILIES.items() if case.neuron.startswith(family)]
    return next(iter(own), TOLERANCE).get(dtype, TOLERANCE[dtype])


def spell(dtype: torch.dtype) -> str:
    """float64, not torch.float64."""
    return str(dtype).removeprefix("torch.")


def runnable(case: Case, backends: Iterable[str]) -> list[str]:
    """Those of the backends that can run the case; ValueError if there is none."""
    if case.pointwise:
        cases.surrogate(case.about["surrogate"])
        return ["eager"]
    made = cases.recipe(case)
    neuron = neurons.get(made.model)
    options = {name: v for name, v in made.options.items() if name in neuron.options}
    refusal = neurons.backends.refusal
    reasons = {backend: refusal(neuron, backend, options=options) for backend in backends}
    able = [backend for backend, reason in reasons.items() if reason is None]
    if not able:
        raise ValueError("; ".join(filter(None, reasons.values())))
    return able


def compare(case: Case, backend: str, dtype: torch.dtype) -> Iterable[tuple[str, float, bool]]:
    """(array, relative error, close enough?): spikes, all gradients, trajectories where seen."""
    seen = points(case, dtype) if case.pointwise else run(case, backend, dtype)
    for key, golden in case.arrays.items():
        if key not in seen:
            if seen_outside(key):
                yield key, float("inf"), False
            continue
        ours = seen[key].detach().double().numpy().reshape(golden.shape)
        error = float(np.abs(ours - golden).max() / (np.abs(golden).max() or 1.0))
        rtol, atol = (0.0, 0.0) if golden.dtype.kind == "i" else tolerance(case, dtype)
        yield key, error, np.allclose(ours, golden, rtol, atol)


def run(case: Case, backend: str, dtype: torch.dtype) -> dict[str, Tensor]:
    """Spikes, gradients and trajectories, by the names of the vectors."""
    if special := cases.recipe(case).run:
        return special(case, backend, dtype)
    layer = cases.build(case, backend, dtype)
    x = torch.tensor(case.arrays["x"], dtype=dtype, requires_grad=True)
    s = layer(x)
    (s * torch.tensor(case.arrays["loss_w"], dtype=dtype)).sum().backward()
    seen = {"out": s, "grad.x": x.grad}
    for theirs, held in cases.learned(case, layer).items():
        seen[f"grad.param.{theirs}"] = held.grad
    if backend in PROBED:
        found = trajectories(layer, x.detach(), cases.recipe(case).potential)
        seen |= {f"traj.{name}": v for name, v in found.items()}
    return {name: v for name, v in seen.items() if v is not None}


def points(case: Case, dtype: torch.dtype) -> dict[str, Tensor]:
    """The same of a surrogate alone, point by point."""
    u = torch.tensor(case.arrays["x"], dtype=dtype, requires_grad=True)
    spec = case.about["surrogate"]
    spike = neurons.Surrogate.strictly if cases.strict(spec) else neurons.Surrogate.spike
    s = neurons.Fire(cases.surrogate(spec), spike=spike)(u)
    (grad,) = torch.autograd.grad(s.sum(), u)
    return {"out": s, "grad": grad}


@torch.no_grad()
def trajectories(
    layer: neurons.Layer, x: Tensor, potential: Callable[[Tensor, Any], Tensor] | None
) -> dict[str, Tensor]:
    """The potential h, told from what `fire` is asked, and the states after each step."""
    asked = []

    def spike(g: neurons.Surrogate, u: Tensor) -> Tensor:
        asked.append(u)
        return layer.fire.spike(g, u)

    p, probe = layer.params, replace(layer.fire, spike=spike)
    neurons.backends.run(layer.neuron, layer.backend, x, p, probe)
    h = {"h": potential(torch.cat([u.flatten() for u in asked]), p)} if potential else {}
    if layer.neuron.step is None:
        return h
    state, states = layer.neuron.initial(x[0], p), []
    for x_t in x.unbind(0):
        _, state = layer.neuron.step(x_t, state, p, layer.fire)
        states.append(state)
    fields = zip(*states, strict=True)
    return h | dict(zip(state._fields, map(torch.stack, fields), strict=True))
