"""Spikes, surrogate derivatives and resets: what every neuron does when it fires.

The spike is a step function of u, the distance of the potential to the threshold. Its derivative
is replaced by that of a smooth function g, the surrogate, which autograd differentiates. So there
are

    Fire(...)            spikes forward, g' backward: for training
    smooth(fire)         g forward: finite differences and gradcheck hold
    replay(fire, s)      the recorded spikes s forward, g' backward: compares gradients of two runs
    recording(fire)      the same spikes, and a list of what was decided

A NaN potential gives a NaN spike, never 0: a broken neuron must not look like a silent one.
u = inf and u = -inf are far above and far below the threshold (v_th = inf silences a neuron).
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.bounds import COUNT, POSITIVE, problem, shown
from neurons.contract import one_of


def heaviside(u: Tensor, strict: bool = False) -> Tensor:
    """Return 1 where u >= 0 (`strict`: u > 0), else 0, in the dtype of u; NaN where u is NaN."""
    # `u >= 0` would turn NaN into 0, and masking NaN afterwards is slower than clamp and round.
    return u.clamp(0, 1).ceil() if strict else u.clamp(-1, 0).floor() + 1


def atan(u: Tensor, alpha: float = 2.0) -> Tensor:
    """g' = (alpha/2) / (1 + (pi/2 alpha u)^2). Fang et al. 2021 (PLIF); SpikingJelly's ATan."""
    return torch.atan(math.pi / 2 * alpha * u) / math.pi + 0.5


def sigmoid(u: Tensor, alpha: float = 4.0) -> Tensor:
    """g' = alpha sig(alpha u) (1 - sig(alpha u)). SpikingJelly's Sigmoid."""
    return torch.sigmoid(alpha * u)


def rect(
    u: Tensor, width: float | None = None, height: float | None = None, closed: bool = False
) -> Tensor:
    """g' = height for |u| < width/2 (<= with `closed`), else 0; the default height is 1/width.

    The default width is the layer's v_th (CLIF Eq. 8), and 1 without a layer. CLIF Eq. 8 is open,
    the authors' code closed. CLIF's alpha is the width; SpikingJelly's Rect(alpha) has width
    1/alpha and height alpha.
    """
    width = 1.0 if width is None else width
    number = isinstance(width, (int, float))  # hardtanh takes numbers only; clamp is closed
    inside = torch.nn.functional.hardtanh if number and not closed else torch.clamp
    return inside(u, -width / 2, width / 2) * (1 / width if height is None else height) + 0.5


def piecewise_quadratic(u: Tensor, alpha: float = 1.0) -> Tensor:
    """g' = max(0, alpha - alpha^2 |u|). ST-DANO Eq. 12; SpikingJelly's PiecewiseQuadratic."""
    c = torch.clamp(u, -1 / alpha, 1 / alpha)
    return alpha * c - alpha**2 / 2 * c * c.abs() + 0.5


def triangle(u: Tensor, gamma: float = 1.0) -> Tensor:
    """g' = max(0, gamma - |u|) / gamma^2. LM-H (Hao et al. 2023), STC."""
    return piecewise_quadratic(u, 1 / gamma)


def integer(u: Tensor, N: int = 4) -> Tensor:
    """g' = 1 for 0 <= u <= N, else 0; the spike is clip(round(u), 0, N). DSN Eq. 10; I-LIF."""
    return torch.clamp(u, 0, N)


SURROGATES: dict[str, Callable[..., Tensor]] = {
    f.__name__: f for f in (atan, sigmoid, rect, piecewise_quadratic, triangle, integer)
}


@dataclass(frozen=True)
class Surrogate:
    """The smooth function g with its arguments; built by `surrogate`."""

    name: str
    arguments: tuple[tuple[str, Any], ...] = ()

    def __call__(self, u: Tensor) -> Tensor:
        return SURROGATES[self.name](u, **dict(self.arguments))

    def spike(self, u: Tensor) -> Tensor:
        """Return the spike: clip(round_half_even(u), 0, N) for "integer", else 1 where u >= 0."""
        return self(u).round() if self.name == "integer" else heaviside(u)

    def strictly(self, u: Tensor) -> Tensor:
        """Return the spike of a neuron that fires above its threshold, not at it: u > 0."""
        return self(u).round() if self.name == "integer" else heaviside(u, strict=True)


Spike = Callable[[Surrogate, Tensor], Tensor]


def surrogate(name: str | Surrogate, **arguments: Any) -> Surrogate:
    """Return the surrogate called `name`, e.g. `surrogate("rect", width=0.5)`.

    Raise ValueError for an unknown name or argument, or a value that is not positive and finite.
    """
    if isinstance(name, Surrogate):
        if arguments:
            raise ValueError(f"{name} has its arguments already; pass its name to set others")
        return name
    g = SURROGATES[one_of("no surrogate", name, SURROGATES)]
    defaults = {q.name: q.default for q in list(inspect.signature(g).parameters.values())[1:]}
    for key, value in arguments.items():
        kind = type(defaults[one_of(f"surrogate {name} has no argument", key, defaults)])
        if allowed := problem(value, COUNT if kind is int else POSITIVE, kind):
            raise ValueError(
                f"surrogate {name}: {key} = {shown(value)} is not allowed; it must be {allowed}"
            )
    return Surrogate(name, tuple((defaults | arguments).items()))


def hard(h: Tensor, s: Tensor, v_th: Any, v_reset: Any) -> Tensor:
    """v = (1 - s) h + s v_reset. CLIF Eq. 3."""
    v = (1 - s) * h
    return v if isinstance(v_reset, (int, float)) and v_reset == 0 else v + s * v_reset


def soft(h: Tensor, s: Tensor, v_th: Any, v_reset: Any) -> Tensor:
    """v = h - s v_th. CLIF Eq. 3; DSN Eq. A.1."""
    return h - s * v_th


def none(h: Tensor, s: Tensor, v_th: Any, v_reset: Any) -> Tensor:
    """v = h: a spike does not change the potential."""
    return h


RESETS: dict[str, Callable[..., Tensor]] = {f.__name__: f for f in (hard, soft, none)}


class _SurrogateGradient(torch.autograd.Function):
    """`spike(surrogate, u)` forward, the gradient of g backward."""

    @staticmethod
    def forward(ctx: Any, g: Tensor, u: Tensor, surrogate: Surrogate, spike: Spike) -> Tensor:
        return spike(surrogate, u)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None, None]:
        return grad, None, None, None


@dataclass(frozen=True)
class Fire:
    """How a neuron spikes and resets; an argument of every `step` and `sequence`.

    Attributes
    ----------
    surrogate
        The smooth function whose derivative replaces that of the spike.
    mode
        The reset: "hard", "soft" or "none".
    detach_reset
        Keep the reset out of the gradient.
    spike
        (surrogate, u) -> spikes: `Surrogate.spike`, or `Surrogate.strictly` for `u > 0`.
    """

    surrogate: Surrogate
    mode: str = "hard"
    detach_reset: bool = False
    spike: Spike = Surrogate.spike

    def __call__(self, u: Tensor, **arguments: Any) -> Tensor:
        """Return the spikes for u, the potential minus the threshold, of any shape.

        `arguments` replace those of the surrogate in this call, e.g. the `width` of this step.
        """
        merged = dict(self.surrogate.arguments) | arguments
        g = Surrogate(self.surrogate.name, tuple(merged.items()))
        if torch.is_grad_enabled() and u.requires_grad:
            return _SurrogateGradient.apply(g(u), u, g, self.spike)
        return self.spike(g, u)

    def over(self, steps: slice) -> Fire:
        """Return the fire for these steps of the sequence; only a replay differs between them."""
        spike = self.spike
        return replay(self, spike.spikes[steps]) if isinstance(spike, Replay) else self

    def reset(self, h: Tensor, s: Tensor, v_th: Any, v_reset: Any = 0.0) -> Tensor:
        """Return the potential after the spikes `s`; `h` is the potential before them."""
        return RESETS[self.mode](h, s.detach() if self.detach_reset else s, v_th, v_reset)


def smooth(fire: Fire) -> Fire:
    """Return `fire` whose spike is g(u) itself, so that finite differences hold."""
    return replace(fire, spike=Surrogate.__call__)


def replay(fire: Fire, spikes: Tensor) -> Fire:
    """Return `fire` that emits the recorded `spikes`, [T, N, *]. It serves one run.

    A `sequence` gets all of them at once, a `step` those of its time step.
    """
    return replace(fire, spike=Replay(spikes))


class Replay:
    """The spike function of `replay`: ignores u and returns the recorded spikes in order."""

    def __init__(self, spikes: Tensor) -> None:
        self.spikes = spikes
        self._steps = iter(spikes.unbind(0))

    def __call__(self, g: Surrogate, u: Tensor) -> Tensor:
        whole = u.shape == self.spikes.shape
        return (self.spikes if whole else next(self._steps)).to(u.dtype, copy=True)


class Decision(NamedTuple):
    """One call of a fire: its arguments and its result."""

    u: Tensor  # potential minus threshold, with its graph
    s: Tensor  # spikes
    surrogate: Surrogate  # with the arguments of this call


def recording(fire: Fire) -> tuple[Fire, list[Decision]]:
    """Return `fire` that records its decisions, and the list they are appended to, in order.

    A `step` makes one decision per time step (several if the model holds several neurons), a
    `sequence` one for all steps.
    """
    decisions: list[Decision] = []

    def spike(g: Surrogate, u: Tensor) -> Tensor:
        s = fire.spike(g, u)
        decisions.append(Decision(u, s, g))
        return s

    return replace(fire, spike=spike), decisions
