"""Firing and reset: the one place that knows about spikes and their pretended derivative.

A surrogate is written as a smooth primitive g of the distance u to the threshold. The spike is a
step function of u; its derivative is taken to be g'(u), which autograd finds from g. So there is

    Fire(...)            spikes forward, g' backward: trains
    smooth(fire)         the spike is g itself: finite differences hold, gradcheck applies
    replay(fire, s)      fires exactly where s did: gradients compare without threshold flips

A distance that is not a number gives a spike that is not one: a neuron whose potential was lost
must not pass for one that is silent. An infinite one is far above the threshold, or far below it
(v_th = inf silences a neuron).
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.contract import one_of


def heaviside(u: Tensor, strict: bool = False) -> Tensor:
    """1 where u >= 0 (`strict`: u > 0), else 0, in the dtype of u; NaN stays NaN."""
    # Clamped and rounded, NaN stays; a comparison would lose it, and a mask costs torch more.
    return u.clamp(0, 1).ceil() if strict else u.clamp(-1, 0).floor() + 1


# --------------------------------------------------------------------------------------------
# Surrogates: u -> g(u). A name and its keyword arguments are the whole interface.
# --------------------------------------------------------------------------------------------


def atan(u: Tensor, alpha: float = 2.0) -> Tensor:
    """g' = (alpha/2) / (1 + (pi/2 alpha u)^2). Fang et al. 2021 (PLIF); SpikingJelly's ATan."""
    return torch.atan(math.pi / 2 * alpha * u) / math.pi + 0.5


def sigmoid(u: Tensor, alpha: float = 4.0) -> Tensor:
    """g' = alpha sig(alpha u) (1 - sig(alpha u)). SpikingJelly's Sigmoid."""
    return torch.sigmoid(alpha * u)


def rect(
    u: Tensor, width: float = 1.0, height: float | None = None, closed: bool = False
) -> Tensor:
    """g' = height for |u| < width/2 (<= when `closed`), else 0; height is 1/width unless given.

    CLIF Eq. 8, printed open; the authors' code is closed. SpikingJelly's Rect(alpha) has width
    1/alpha and height alpha, CLIF's alpha is the width.
    """
    number = isinstance(width, (int, float))  # a tensor's edges count as closed
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
    """g' = 1 for 0 <= u <= N, else 0; the spike is an integer, see `count`. DSN Eq. 10; I-LIF."""
    return torch.clamp(u, 0, N)


SURROGATES: dict[str, Callable[..., Tensor]] = {
    f.__name__: f for f in (atan, sigmoid, rect, piecewise_quadratic, triangle, integer)
}


@dataclass(frozen=True)
class Surrogate:
    """A named primitive with its arguments; make one with `surrogate`."""

    name: str
    arguments: tuple[tuple[str, Any], ...] = ()

    def __call__(self, u: Tensor) -> Tensor:
        return SURROGATES[self.name](u, **dict(self.arguments))

    def spike(self, u: Tensor) -> Tensor:
        """The step function g smooths: clip(round_half_even(u), 0, N) for integers, else u >= 0."""
        return self(u).round() if self.name == "integer" else heaviside(u)

    def strictly(self, u: Tensor) -> Tensor:
        """The same for neurons that fire above their threshold, not at it: u > 0."""
        return self(u).round() if self.name == "integer" else heaviside(u, strict=True)


Spike = Callable[[Surrogate, Tensor], Tensor]


def surrogate(name: str | Surrogate, **arguments: Any) -> Surrogate:
    """The surrogate called `name`, e.g. `surrogate("rect", width=0.5)`.

    Raises ValueError for an unknown name or argument and for a value that is not positive.
    """
    if isinstance(name, Surrogate):
        if arguments:
            raise ValueError(f"{name} has its arguments already; name the surrogate by a word")
        return name
    g = SURROGATES[one_of("no surrogate", name, SURROGATES)]
    known = {q.name: q.default for q in list(inspect.signature(g).parameters.values())[1:]}
    for key, value in arguments.items():
        default = known[one_of(f"surrogate {name} has no argument", key, known)]
        kind = float if default is None else type(default)
        number = isinstance(value, (int, float) if kind is float else kind)
        if not number or (kind is not bool and not value > 0):
            allowed = "True or False" if kind is bool else f"{kind.__name__} > 0"
            raise ValueError(
                f"surrogate {name}: {key} = {value!r} is not allowed; it must be {allowed}"
            )
    return Surrogate(name, tuple((known | arguments).items()))


# --------------------------------------------------------------------------------------------
# Resets: (h, s, v_th, v_reset) -> v
# --------------------------------------------------------------------------------------------


def hard(h: Tensor, s: Tensor, v_th: Any, v_reset: Any) -> Tensor:
    """v = (1 - s) h + s v_reset. CLIF Eq. 3."""
    kept = (1 - s) * h
    return kept if isinstance(v_reset, (int, float)) and v_reset == 0 else kept + s * v_reset


def soft(h: Tensor, s: Tensor, v_th: Any, v_reset: Any) -> Tensor:
    """v = h - s v_th. CLIF Eq. 3; DSN Eq. A.1."""
    return h - s * v_th


def none(h: Tensor, s: Tensor, v_th: Any, v_reset: Any) -> Tensor:
    """v = h: spikes leave no trace."""
    return h


RESETS: dict[str, Callable[..., Tensor]] = {f.__name__: f for f in (hard, soft, none)}


# --------------------------------------------------------------------------------------------
# Fire
# --------------------------------------------------------------------------------------------


class _Pretend(torch.autograd.Function):
    """The value of `spike(surrogate, u)` with the derivative of `g`."""

    @staticmethod
    def forward(ctx: Any, g: Tensor, u: Tensor, surrogate: Surrogate, spike: Spike) -> Tensor:
        return spike(surrogate, u)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None, None]:
        return grad, None, None, None


@dataclass(frozen=True)
class Fire:
    """How a neuron spikes and resets; handed to every `step` and `sequence`.

    Attributes
    ----------
    surrogate
        The primitive whose derivative stands in for that of the spike.
    mode
        "hard", "soft" or "none": which reset `reset` does.
    detach_reset
        Keep the reset out of the gradient.
    spike
        (surrogate, u) -> value forward: `Surrogate.spike`, or `Surrogate.strictly` for `u > 0`.
    """

    surrogate: Surrogate
    mode: str = "hard"
    detach_reset: bool = False
    spike: Spike = Surrogate.spike

    def __call__(self, u: Tensor, **now: Any) -> Tensor:
        """Spikes for the potential's distance u to the threshold, of any shape.

        `now` replaces arguments of the surrogate for this call, e.g. a `width` of this step.
        """
        g = Surrogate(self.surrogate.name, tuple((dict(self.surrogate.arguments) | now).items()))
        if torch.is_grad_enabled() and u.requires_grad:
            return _Pretend.apply(g(u), u, g, self.spike)
        return self.spike(g, u)

    def over(self, steps: slice) -> Fire:
        """This fire for a stretch of the sequence; only what is replayed differs from the rest."""
        recorded = isinstance(self.spike, Replay)
        return replay(self, self.spike.spikes[steps]) if recorded else self  # type: ignore[attr-defined]

    def reset(self, h: Tensor, s: Tensor, v_th: Any, v_reset: Any = 0.0) -> Tensor:
        """The potential after the spikes `s` of a neuron that charged to `h`."""
        return RESETS[self.mode](h, s.detach() if self.detach_reset else s, v_th, v_reset)


def smooth(fire: Fire) -> Fire:
    """`fire` with the spike replaced by the surrogate's primitive."""
    return replace(fire, spike=Surrogate.__call__)


def replay(fire: Fire, spikes: Tensor) -> Fire:
    """`fire` made to emit the recorded `spikes` ([T, N, *]), whole or step by step; for one run."""
    return replace(fire, spike=Replay(spikes))


class Decision(NamedTuple):
    """What a fire was asked, and what it answered."""

    u: Tensor  # distance of the potential to the threshold, without its graph
    s: Tensor  # spikes
    surrogate: Surrogate  # with the arguments of this call


def recording(fire: Fire) -> tuple[Fire, list[Decision]]:
    """Return `fire` made to record its decisions, and the list that receives them, in order.

    A `step` asks once per time step (a model that holds several neurons more often), a `sequence`
    once for all steps.
    """
    decisions: list[Decision] = []

    def spike(g: Surrogate, u: Tensor) -> Tensor:
        s = fire.spike(g, u)
        decisions.append(Decision(u.detach(), s, g))
        return s

    return replace(fire, spike=spike), decisions


class Replay:
    """Spikes to emit again, in their order."""

    def __init__(self, spikes: Tensor) -> None:
        self.spikes = spikes
        self._frames = iter(spikes.unbind(0))

    def __call__(self, g: Surrogate, u: Tensor) -> Tensor:
        whole = u.shape == self.spikes.shape
        return (self.spikes if whole else next(self._frames)).to(u.dtype, copy=True)
