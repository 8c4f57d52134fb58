"""SpikingJelly's neurons; its other layers are torch's, or do nothing at inference.

A node whose equations are those of one of our models counts as that model, with its arithmetic. Of
any other the rate and the clock are known, and its arithmetic is listed as not counted. In step
mode "s" a call is one step [N, *] and the next call goes on from it; in "m" it is all, [T, N, *].

Written against 2.0.0, which need not be installed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from torch import Tensor, nn

import neurons
from suites.energy.call import Call, Clock
from suites.energy.layers.ours import Arithmetic, arithmetic, call

OURS = {  # the model, and the options that both have by the same name
    "IFNode": ("iaf", ()),
    "LIFNode": ("lif", ("tau", "decay_input")),
    "ParametricLIFNode": ("plif", ("decay_input",)),
    "KLIFNode": ("klif", ("tau", "decay_input", "scale_reset")),
    "ComplementaryLIFNode": ("clif", ("tau",)),
    "ILIFNode": ("ilif", ("tau",)),
    "GatedLIFNode": ("glif", ("T",)),
    "PSN": ("psn", ("T",)),
    "MaskedPSN": ("masked_psn", ("T", "k")),
    "SlidingPSN": ("sliding_psn", ("k",)),
}
NODES = {"BaseNode", *OURS}
DROPOUTS = {"Dropout", "Dropout2d"}


def claims(module: nn.Module) -> bool:
    return bool(_names(module) & (NODES | DROPOUTS))


def _names(module: nn.Module) -> set[str]:
    """Of its classes that are SpikingJelly's."""
    return {c.__name__ for c in type(module).__mro__ if c.__module__.startswith("spikingjelly.")}


def observe(module: Any, x: Tensor, y: Tensor, reads: str) -> Call | None:
    if _names(module) & DROPOUTS:
        return None
    single = getattr(module, "step_mode", "m") == "s"
    steps = x[None] if single else x
    clock = Clock(len(steps), steps.shape[1], carries=single)
    name, given = type(module).__name__, OURS.get(type(module).__name__)
    if given is None or not type(module).__module__.startswith("spikingjelly."):
        each = Arithmetic({}, {}, len(getattr(module, "_memories", ())))
        unknown = (f"arithmetic of {name}",)
        return call(name, module, x, y, reads, each, clock, unknown=unknown)
    model, shared = given
    options = {option: getattr(module, option) for option in shared}
    if model == "masked_psn":
        options["lambda_"] = float(module._lambda_)
    reset = getattr(module, "v_reset", "none")
    like = _layer(model, reset, tuple(steps.shape[2:]), **options)
    sample = steps.new_zeros((len(steps), 1, *steps.shape[2:]), device="cpu")
    return call(model, module, x, y, reads, arithmetic(like, sample), clock)


@lru_cache
def _layer(
    model: str, reset: float | str | None, shape: tuple[int, ...], **options: Any
) -> neurons.Layer:
    """Ours that resets alike: no v_reset means the soft reset."""
    if reset is None or reset == "none":
        mode = "none" if reset else "soft"
        return neurons.Layer(model, backend="eager", reset=mode, shape=shape, **options)
    return neurons.Layer(
        model, backend="eager", reset="hard", v_reset=reset, shape=shape, **options
    )
