"""Spikes and gradients of a backend, compared with the float64 reference.

The reference runs the model's steps on torch operations in float64, or its sequence if it has no
steps. A single flip changes all spikes and gradients after it. So gradients are compared while the
reference replays the backend's spikes, and flips are counted separately:

    flips       spikes that differ from those of the reference without replay
    far flips   spikes that no rounding of the potential explains, see `far_flips`
"""

from __future__ import annotations

import math
from collections.abc import Iterable
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
    """One gradient g and how it differs from the reference's, r."""

    name: str  # x, or the parameter
    error: float  # |g - r| / |r|
    correlation: float  # of g and r: 1 if the signs and directions agree
    scale: float  # |g| / |r|
    element: tuple[int, ...]  # the index with the largest error
    value: float  # of g there
    expected: float  # of r there

    @property
    def worst(self) -> str:
        """The worst element in words: `d/dx[17, 0, 3]: value, expected`."""
        element = f"[{', '.join(map(str, self.element))}]" if self.element else ""
        return f"d/d{self.name}{element}: {self.value:.9g}, {self.expected:.9g}"


class Comparison(NamedTuple):
    """A case compared with the reference."""

    flips: float  # share of spikes
    far: float  # share of spikes
    gradients: tuple[Gradient, ...]  # of x and every parameter

    @property
    def figures(self) -> dict[str, float]:
        """The worst figures of all gradients, by their names in TOLERANCE."""
        return {
            "error": largest(g.error for g in self.gradients),
            "direction": largest(abs(1 - g.correlation) for g in self.gradients),
            "scale": largest(abs(g.scale - 1) for g in self.gradients),
        }

    @property
    def worst(self) -> str:
        """The worst element of the worst gradient, in words."""
        return max(self.gradients, key=lambda g: (math.isnan(g.error), g.error)).worst

    def exceeded(self, dtype: str) -> list[str]:
        """Return the figures that exceed their tolerance; NaN does."""
        within = {name: value <= TOLERANCE[name][dtype] for name, value in self.figures.items()}
        within |= {"flips": self.flips <= FLIPS, "far": self.far <= FAR}
        return [name for name, ok in within.items() if not ok]


def layer(
    model: str,
    backend: str,
    surrogate: str | neurons.Surrogate = DEFAULT,
    dtype: str = "float32",
    shape: Shape = SHAPE,
    **options: Any,
) -> neurons.Layer:
    """Build the layer of a case; its parameters are float32 or float64."""
    options |= {} if surrogate == DEFAULT else {"surrogate": surrogate}
    tested = cases.layer(model, backend, shape, **options)
    return tested.double() if dtype == "float64" else tested


def reference(
    model: str,
    surrogate: str | neurons.Surrogate = DEFAULT,
    shape: Shape = SHAPE,
    **options: Any,
) -> neurons.Layer:
    """Build the same layer in float64, run step by step if it has steps."""
    known = model in neurons.names()
    serial = known and neurons.backends.refusal(neurons.get(model), "serial") is None
    return layer(model, "serial" if serial else "eager", surrogate, "float64", shape, **options)


def output_gradient(x: Tensor) -> Tensor:
    """Return the gradient of the spikes that every backward gets: normal, always the same."""
    return cases.current(Shape(*x.shape), seed=1).to(x)


def spikes_and_gradients(layer: neurons.Layer, x: Tensor, grad_output: Tensor) -> list[Tensor]:
    """Return the spikes, then the gradients of x and of every parameter."""
    x = x.clone().requires_grad_()
    spikes = layer(x)
    leaves = [x, *layer.parameters()]
    return [spikes.detach(), *torch.autograd.grad(spikes, leaves, grad_output)]


def compare(layer: neurons.Layer, reference: neurons.Layer, x: Tensor) -> Comparison:
    """Compare `layer` on x with `reference`, which replays the layer's spikes from then on.

    Raise NotImplementedError for a model whose output cannot be replayed.
    """
    grad_output = output_gradient(x)
    spikes, *gradients = spikes_and_gradients(layer, x, grad_output)
    check_replayable(layer, spikes)
    with torch.no_grad():
        free = reference(x.double())
    fire = reference.fire
    reference.fire, decisions = neurons.recording(neurons.replay(fire, spikes.double()))
    _, *expected = spikes_and_gradients(reference, x.double(), grad_output.double())
    u = torch.stack([decision.u for decision in decisions])
    names = ["x", *(name for name, _ in layer.named_parameters())]
    return Comparison(
        _share(spikes.double() != free),
        _share(far_flips(fire, u, spikes)),
        tuple(map(compare_gradient, names, gradients, expected)),
    )


def check_replayable(layer: neurons.Layer, spikes: Tensor) -> None:
    """Raise ArithmeticError for NaN, NotImplementedError for output that is not whole numbers."""
    if spikes.isnan().any():
        raise ArithmeticError(f"{layer.neuron.name} on {layer.backend} puts out NaN")
    if not torch.equal(spikes, spikes.round()):
        raise NotImplementedError(f"{layer.neuron.name} puts out no spikes to replay")


def far_flips(fire: neurons.Fire, u: Tensor, spikes: Tensor) -> Tensor:
    """Return which of the backend's spikes no rounding explains, [T, N, *].

    u is the distance to the threshold in the reference while it replays `spikes`; `fire` is its
    fire without replay. A step rounds a potential by about eps of its size. If nothing is
    forgotten, this adds up over T steps. So u is uncertain by T eps max |u| of that neuron, and a
    spike is explained if some u in this range gives it.

    After its first flip that is explained, a neuron is not checked any more: its state in the
    reference need not follow the replayed spikes (the reset of pmsn does not, which takes the
    integer part of a sum).
    """
    u = u.detach().view(spikes.shape)
    margin = rounding(spikes.dtype) * len(u) * u.abs().amax(0)
    low, usual, high = (fire.spike(fire.surrogate, u + side) for side in (-margin, 0, margin))
    unexplained = (spikes < low) | (spikes > high)
    explained_flip = (spikes != usual) & ~unexplained
    return unexplained & (explained_flip.cumsum(0) == 0)


def rounding(dtype: torch.dtype) -> float:
    """Return eps of the dtype in which a backend computes: float32 or wider."""
    return torch.finfo(torch.promote_types(dtype, torch.float32)).eps


def compare_gradient(name: str, gradient: Tensor, expected: Tensor) -> Gradient:
    """Compare a gradient with the reference's; if both are zero, there is no error."""
    gradient, difference = gradient.double(), (gradient.double() - expected).abs()
    norm, expected_norm = (
        torch.linalg.vector_norm(v).clamp_min(1e-300) for v in (gradient, expected)
    )
    nonzero = gradient.any() or expected.any()
    correlation = (gradient / norm * (expected / expected_norm)).sum() if nonzero else 1.0
    worst = torch.nan_to_num(difference, nan=math.inf).argmax()
    element = tuple(int(i) for i in torch.unravel_index(worst, difference.shape))
    return Gradient(
        name,
        error=distance(gradient, expected),
        correlation=float(correlation),
        scale=float(norm / expected_norm),
        element=element,
        value=float(gradient[element]),
        expected=float(expected[element]),
    )


def distance(a: Tensor, b: Tensor) -> float:
    """Return the norm of a - b, relative to that of b."""
    a, b = a.double(), b.double()
    return float(torch.linalg.vector_norm(a - b) / torch.linalg.vector_norm(b).clamp_min(1e-300))


def largest(values: Iterable[float]) -> float:
    """Return the largest value; NaN counts as larger than any number, unlike in `max`."""
    return max(values, key=lambda value: (math.isnan(value), value))


def finite(value: float, name: str) -> float:
    """Return the value, or raise ArithmeticError if it is not finite: asv reads NaN as n/a."""
    if not math.isfinite(value):
        raise ArithmeticError(f"{name} is {value}, not a finite number")
    return value


def _share(wrong: Tensor) -> float:
    return float(wrong.double().mean())


@cache
def compare_case(model: str, backend: str, surrogate: str, dtype: str) -> Comparison:
    """Compare a case of the suite, once for all its metrics.

    Raise NotImplementedError for a case that cannot run or be compared.
    """
    x = cases.current(SHAPE).to(getattr(torch, dtype))
    return compare(layer(model, backend, surrogate, dtype), reference(model, surrogate), x)
