"""Check what the user of a layer chooses, and return how its neurons fire."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from neurons.bounds import is_integer, shown
from neurons.contract import Neuron, one_of
from neurons.fire import RESETS, Fire, Surrogate
from neurons.fire import surrogate as make_surrogate
from neurons.truncation import READINGS


def choose_fire(
    neuron: Neuron,
    options: Mapping[str, Any],
    surrogate: str | Surrogate | None,
    reset: str | None,
    detach_reset: bool,
    strict: bool | None,
) -> Fire:
    """Return the fire of a layer; None stands for the model's default.

    Raise ValueError, in one line, for what is unknown or would do nothing.
    """
    check_flag("detach_reset", detach_reset)
    g = make_surrogate(neuron.surrogate if surrogate is None else surrogate)
    if reset is not None:
        one_of(f"{neuron.name} has no reset", one_of("no reset", reset, RESETS), neuron.resets)
    mode = neuron.reset if reset is None else reset
    if strict is not None:
        check_flag("strict", strict)
    v_th = options.get("v_th", neuron.options.get("v_th"))
    if mode == "soft" and not isinstance(v_th, Tensor) and v_th == math.inf:
        raise ValueError(f"{neuron.name}: v_th = inf is not allowed with a soft reset; use 'hard'")
    above = neuron.strict if strict is None else strict
    spike = Surrogate.strictly if above else Surrogate.spike
    return Fire(with_width(g, neuron, v_th), mode, detach_reset, spike)


def with_width(g: Surrogate, neuron: Neuron, v_th: Any) -> Surrogate:
    """Return the surrogate; a rectangle without a width gets that of the model, or v_th.

    Source: CLIF Eq. 8, whose alpha is V_th.
    """
    arguments = dict(g.arguments)
    if g.name != "rect" or arguments["width"] is not None:
        return g
    if neuron.width is not None:
        width = neuron.width
    elif isinstance(v_th, Tensor) and v_th.numel() > 1:
        raise ValueError("rect has one width, v_th many; use surrogate('rect', width=...)")
    else:  # a model without v_th has the threshold 1; v_th = inf never fires
        width = 1.0 if v_th is None or float(v_th) == math.inf else float(v_th)
    return Surrogate(g.name, tuple((arguments | {"width": width}).items()))


def check_flag(name: str, value: Any) -> None:
    """Raise ValueError if `value` is neither True nor False."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} = {shown(value)} is not allowed; it must be True or False")


def shape_of(shape: int | Sequence[int]) -> Any:
    """Return the shape (C, *) for C or (C, *); what is neither stays and is refused later."""
    if isinstance(shape, (str, bytes)) or not isinstance(shape, Sequence):
        return (shape,)
    return tuple(shape)


def choose_truncation(steps: int | None, reading: str | None) -> tuple[int | None, str]:
    """Return the k of k-step truncated BPTT, None for the whole sequence, and its reading."""
    if steps is not None and (not is_integer(steps) or steps < 1):
        raise ValueError(f"truncate = {shown(steps)} is not allowed; it must be an integer > 0")
    if reading is not None:
        one_of("no truncation", reading, READINGS)
        if steps is None:
            raise ValueError(f"truncation = {reading!r} truncates nothing; set truncate=k too")
    return steps, reading or READINGS[0]
