"""A backend's spikes and gradients against the float64 oracle, which replays its spikes.

The oracle is the model's own steps, or its sequence where it has none, run eagerly in float64.
A spike that flips within rounding of the threshold changes all that follows, so gradients are
compared with the oracle firing where the backend fired, and flips are metrics of their own:

    flips       spikes that differ from those of the oracle left to itself
    far flips   spikes that the oracle, having fired as the backend did until then, would not
                have decided so with its distance to the threshold moved by any rounding
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

import neurons
from suites import cases
from suites.gradients.tolerance import FAR, FLIPS, TOLERANCE
from suites.profiles import Shape

SHAPE = Shape(64, 2, 8)
DEFAULT = "default"  # the model's own surrogate


class Gradient(NamedTuple):
    """One gradient beside the oracle's."""

    name: str  # x, or the parameter
    error: float  # |g - oracle's| / |oracle's|
    correlation: float  # of g and the oracle's: its sign and its direction
    scale: float  # |g| / |oracle's|
    at: tuple[int, ...]  # the element that is furthest off
    got: float
    want: float

    @property
    def worst(self) -> str:
        """The worst element: `d/dx[17, 0, 3]: got, want`."""
        place = f"[{', '.join(map(str, self.at))}]" if self.at else ""
        return f"d/d{self.name}{place}: {self.got:.9g}, {self.want:.9g}"


class Compared(NamedTuple):
    """A case against the oracle."""

    flips: float  # share of spikes
    far: float  # share of spikes
    gradients: tuple[Gradient, ...]  # of x and every parameter

    @property
    def figures(self) -> dict[str, float]:
        """The gradients' worst figures, by their names in TOLERANCE."""
        return {
            "error": largest(g.error for g in self.gradients),
            "direction": largest(abs(1 - g.correlation) for g in self.gradients),
            "scale": largest(abs(g.scale - 1) for g in self.gradients),
        }

    @property
    def worst(self) -> str:
        return max(self.gradients, key=lambda g: (math.isnan(g.error), g.error)).worst

    def over(self, dtype: str) -> list[str]:
        """The figures that are beyond their tolerance; NaN is."""
        within = {name: value <= TOLERANCE[name][dtype] for name, value in self.figures.items()}
        within |= {"flips": self.flips <= FLIPS, "far": self.far <= FAR}
        return [name for name, good in within.items() if not good]


class Noted:
    """A spike function that keeps the distances to the threshold it was asked about."""

    def __init__(self, spike: Callable[[Any, Tensor], Tensor]) -> None:
        self.spike = spike
        self.asked: list[Tensor] = []

    def __call__(self, g: Any, u: Tensor) -> Tensor:
        self.asked.append(u.detach())
        return self.spike(g, u)

    def distances(self, spikes: Tensor) -> Tensor:
        return torch.stack(self.asked).view(spikes.shape)


def layer(
    model: str,
    backend: str,
    surrogate: str | neurons.Surrogate = DEFAULT,
    dtype: str = "float32",
    shape: Shape = SHAPE,
    **options: Any,
) -> neurons.Layer:
    """The layer under test; parameters are never narrower than float32."""
    options |= {} if surrogate == DEFAULT else {"surrogate": surrogate}
    made = cases.layer(model, backend, shape, **options)
    return made.double() if dtype == "float64" else made


def oracle(
    model: str,
    surrogate: str | neurons.Surrogate = DEFAULT,
    shape: Shape = SHAPE,
    **options: Any,
) -> neurons.Layer:
    """The same layer, run step by step in float64."""
    known = model in neurons.names()
    serial = known and neurons.backends.refusal(neurons.get(model), "serial") is None
    return layer(model, "serial" if serial else "eager", surrogate, "float64", shape, **options)


def upstream(x: Tensor) -> Tensor:
    """Fixed random gradients of the spikes."""
    return cases.current(Shape(*x.shape), seed=1).to(x)


def pull(layer: neurons.Layer, x: Tensor, upstream: Tensor) -> list[Tensor]:
    """Spikes, and the gradients of x and the parameters."""
    x = x.clone().requires_grad_()
    spikes = layer(x)
    leaves = [x, *layer.parameters()]
    return [spikes.detach(), *torch.autograd.grad(spikes, leaves, upstream)]


def compare(layer: neurons.Layer, oracle: neurons.Layer, x: Tensor) -> Compared:
    """`layer` on x against `oracle`, which is left replaying the layer's spikes.

    Raises NotImplementedError for a model whose output no one can replay.
    """
    g = upstream(x)
    spikes, *grads = pull(layer, x, g)
    check_replayable(layer, spikes)
    with torch.no_grad():
        free = oracle(x.double())
    usual = oracle.fire
    noted = Noted(neurons.replay(usual, spikes.double()).spike)
    oracle.fire = replace(usual, spike=noted)
    _, *exact = pull(oracle, x.double(), g.double())
    eps = torch.finfo(torch.promote_types(x.dtype, torch.float32)).eps
    strays = far(usual, noted.distances(spikes), spikes, eps)
    names = ["x", *(name for name, _ in layer.named_parameters())]
    return Compared(
        _share(spikes.double() != free),
        _share(strays),
        tuple(map(beside, names, grads, exact)),
    )


def check_replayable(layer: neurons.Layer, spikes: Tensor) -> None:
    """Raise NotImplementedError for what is no spike, ArithmeticError for what is no number."""
    if spikes.isnan().any():
        raise ArithmeticError(f"{layer.neuron.name} on {layer.backend} puts out NaN")
    if not torch.equal(spikes, spikes.round()):
        raise NotImplementedError(f"{layer.neuron.name} puts out no spikes to replay")


def far(fire: neurons.Fire, u: Tensor, spikes: Tensor, eps: float) -> Tensor:
    """Which spikes the oracle, at distances u ([T, N, *]) to its threshold, would not have fired.

    A step rounds a potential by about eps of its size. What a neuron never forgets adds up over T
    steps: u is uncertain by T eps max |u| of that neuron, and within that either spike is right.
    Where one is the other, a neuron is judged no further: not every reset follows the spikes that
    are replayed (pmsn's takes the whole part of a sum).
    """
    slack = eps * len(u) * u.abs().amax(0)
    low, usual, high = (fire.spike(fire.surrogate, u + side) for side in (-slack, 0, slack))
    outside = (spikes < low) | (spikes > high)
    near = (spikes != usual) & ~outside
    return outside & (near.cumsum(0) == 0)


def beside(name: str, g: Tensor, exact: Tensor) -> Gradient:
    """A gradient beside the oracle's; of two that vanish, nothing is wrong."""
    g, off = g.double(), (g.double() - exact).abs()
    size, whole = (torch.linalg.vector_norm(v).clamp_min(1e-300) for v in (g, exact))
    correlation = (g / size * (exact / whole)).sum() if g.any() or exact.any() else 1.0
    found = torch.nan_to_num(off, nan=math.inf).argmax()
    at = tuple(int(i) for i in torch.unravel_index(found, off.shape))
    return Gradient(
        name,
        error=distance(g, exact),
        correlation=float(correlation),
        scale=float(size / whole),
        at=at,
        got=float(g[at]),
        want=float(exact[at]),
    )


def distance(a: Tensor, b: Tensor) -> float:
    """Norm of the difference, relative to b's."""
    a, b = a.double(), b.double()
    return float(torch.linalg.vector_norm(a - b) / torch.linalg.vector_norm(b).clamp_min(1e-300))


def largest(values: Iterable[float]) -> float:
    """The largest value; NaN is larger than any number, which `max` does not know."""
    return max(values, key=lambda value: (math.isnan(value), value))


def finite(value: float, what: str) -> float:
    """A value that asv can keep: it takes NaN for a case that does not apply."""
    if not math.isfinite(value):
        raise ArithmeticError(f"{what} is {value}, not a finite number")
    return value


def _share(wrong: Tensor) -> float:
    return float(wrong.double().mean())


@cache
def case(model: str, backend: str, surrogate: str, dtype: str) -> Compared:
    """A case of the suite, measured once for all its metrics; raises NotImplementedError."""
    x = cases.current(SHAPE).to(getattr(torch, dtype))
    return compare(layer(model, backend, surrogate, dtype), oracle(model, surrogate), x)
