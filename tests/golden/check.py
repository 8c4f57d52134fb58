"""Run a golden case and compare its spikes, gradients and states with the vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

import neurons
from suites.gradients.rounding import Rounding
from tests.golden import cases
from tests.golden.cases import Case

# Integers compare exactly, float64 within (relative, absolute), as the vectors' README suggests.
# float32 has the bounds of `suites.gradients.rounding`, which follow from the sums of each case.
TOLERANCE = (1e-9, 1e-10)
FAMILIES = {"stc": (1e-8, 1e-10)}  # GroupNorm of sparse spikes: ill-conditioned
DTYPES = (torch.float64, torch.float32)
RECORDABLE = ("eager", "serial")  # backends that call `fire` in every run: it can be recorded


class Verdict(NamedTuple):
    """The result of one case on all backends."""

    worst: dict[torch.dtype, float]  # largest error, relative to the largest value of its array
    wrong: list[str]  # a line for each error


@contextmanager
def errors_added_to(wrong: list[str], where: str) -> Iterator[None]:
    """Add any exception to `wrong`, as one line."""
    try:
        yield
    except Exception as error:
        first_line = str(error).strip().partition("\n")[0]
        wrong.append(f"{where}: {type(error).__name__}: {first_line}")


def judge(case: Case, backends: Iterable[str], dtypes: Iterable[torch.dtype] = DTYPES) -> Verdict:
    """Check a case on those of the backends that can run it; an error, or no backend, is wrong."""
    worst, wrong, able = dict.fromkeys(dtypes, 0.0), list[str](), list[str]()
    with errors_added_to(wrong, case.name):
        able = runnable(case, backends)
    rounding = cache(lambda: Rounding(lambda cast: recorded(case, cast)))
    for backend, dtype in product(able, worst):
        where = f"{case.name} on {backend} in {dtype_name(dtype)}"
        with errors_added_to(wrong, where):
            arrays = list(compare(case, backend, dtype, rounding))
            if negative(case):
                if all(close for key, _, close in arrays if is_output(key)):
                    wrong.append(f"{where}: repeats a vector it must differ from")
                continue
            for key, error, close in arrays:
                worst[dtype] = max(worst[dtype], error)
                if not close:
                    wrong.append(f"{where}: {key} is off by {error:.1e} of its largest value")
    return Verdict(worst, wrong)


def negative(case: Case) -> bool:
    """Return whether the vectors come from faulty code, which our model must not reproduce."""
    return not case.pointwise and cases.recipe(case).negative


def is_output(key: str) -> bool:
    """Return whether an array is the output or a gradient, not a state."""
    return key.endswith("out") or "grad" in key.split(".")


def tolerance(case: Case) -> tuple[float, float]:
    """Return the (relative, absolute) tolerance in float64; a family may have another one."""
    return next((t for family, t in FAMILIES.items() if case.neuron.startswith(family)), TOLERANCE)


def dtype_name(dtype: torch.dtype) -> str:
    """Return e.g. float64 for torch.float64."""
    return str(dtype).removeprefix("torch.")


def runnable(case: Case, backends: Iterable[str]) -> list[str]:
    """Return those of the backends that can run the case; ValueError if there is none."""
    if case.pointwise:
        cases.surrogate(case.about["surrogate"])
        return ["eager"]
    recipe = cases.recipe(case)
    neuron = neurons.get(recipe.model)
    options = {name: v for name, v in recipe.options.items() if name in neuron.options}
    refusal = neurons.backends.refusal
    reasons = {backend: refusal(neuron, backend, options=options) for backend in backends}
    able = [backend for backend, reason in reasons.items() if reason is None]
    if not able:
        raise ValueError("; ".join(filter(None, reasons.values())))
    return able


def compare(
    case: Case, backend: str, dtype: torch.dtype, rounding: Callable[[], Rounding]
) -> Iterable[tuple[str, float, bool]]:
    """Yield (name of an array, relative error, whether it is close enough) for the vectors."""
    results = points(case, dtype) if case.pointwise else run(case, backend, dtype)
    pairs = {
        key: (results[key].detach().double().numpy().reshape(golden.shape), golden)
        for key, golden in case.arrays.items()
        if key in results
    }
    errors = {key: float(np.abs(ours - golden).max()) for key, (ours, golden) in pairs.items()}
    close = {
        key: np.allclose(ours, golden, *(tolerance(case) if golden.dtype.kind != "i" else (0, 0)))
        for key, (ours, golden) in pairs.items()
    }
    if dtype != torch.float64:
        inexact = [key for key, (_, golden) in pairs.items() if golden.dtype.kind != "i"]
        bounds = rounding().explain({key: errors[key] for key in inexact})
        close |= {key: errors[key] <= bounds[key] for key in inexact}
    for key, golden in case.arrays.items():
        if key in pairs:
            yield key, errors[key] / float(np.abs(golden).max() or 1.0), close[key]
        elif is_output(key):
            yield key, float("inf"), False


def recorded(case: Case, cast: Callable[[Tensor], Tensor]) -> dict[str, Tensor]:
    """Run a case in float64 on torch's operations, with `cast` applied to its inputs."""
    inputs = {
        key: cast(torch.from_numpy(value)).numpy() if value.dtype.kind == "f" else value
        for key, value in case.arrays.items()
    }
    case = case._replace(arrays=inputs)
    if case.pointwise:
        return points(case, torch.float64)
    return run(case, runnable(case, RECORDABLE)[0], torch.float64)


def run(case: Case, backend: str, dtype: torch.dtype) -> dict[str, Tensor]:
    """Return spikes, gradients and trajectories, by the names of the vectors."""
    if special := cases.recipe(case).run:
        return special(case, backend, dtype)
    layer = cases.build(case, backend, dtype)
    x = torch.tensor(case.arrays["x"], dtype=dtype, requires_grad=True)
    s = layer(x)
    (s * torch.tensor(case.arrays["loss_w"], dtype=dtype)).sum().backward()
    results = {"out": s, "grad.x": x.grad}
    for name, parameter in cases.parameters(case, layer).items():
        results[f"grad.param.{name}"] = parameter.grad
    if backend in RECORDABLE:
        values = trajectories(layer, x.detach(), cases.recipe(case).potential)
        results |= {f"traj.{name}": v for name, v in values.items()}
    return {name: v for name, v in results.items() if v is not None}


def points(case: Case, dtype: torch.dtype) -> dict[str, Tensor]:
    """Return the spikes and derivatives of a surrogate at each point."""
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
    """Return the potential h, computed from the decisions of `fire`, and the state at each step."""
    p = layer.params
    fire, decisions = neurons.recording(layer.fire)
    neurons.backends.run(layer.neuron, layer.backend, x, p, fire)
    u = torch.cat([decision.u.flatten() for decision in decisions])
    h = {"h": potential(u, p)} if potential else {}
    if layer.neuron.step is None:
        return h
    state, states = layer.neuron.initial(x[0], p), []
    for x_t in x.unbind(0):
        _, state = layer.neuron.step(x_t, state, p, layer.fire)
        states.append(state)
    fields = zip(*states, strict=True)
    return h | dict(zip(state._fields, map(torch.stack, fields), strict=True))
