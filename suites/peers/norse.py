"""norse: its `LIF`, a module over whole sequences, integrated with steps of dt = 1.

    h[t] = v[t-1] + (v_leak - v[t-1] + i[t]) / tau_mem,   i[t] = (1 - 1/tau_syn) i[t-1] + x[t]

With tau_syn = 1 the current is the present input, and this is our LIF with `decay_input`. Without
`decay_input` the input is multiplied by tau first. Of the surrogates norse has our triangle of
width 1, and SuperSpike, which we use for our atan. Its reset is always in the gradient.

Written against 1.1.0, which has none of our other models but IAF, and that only for single steps.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

import neurons
from suites.peers import Run

PACKAGE = "norse"
NOTE = (
    "fires at h > v_th, ours at h >= v_th; also computes a synaptic current, which is the input "
    "here; its surrogate is SuperSpike where ours is atan; its backward is quadratic in T, so long "
    "T are left out"
)
LONGEST = {"lif": 4096}


def build(ours: neurons.Layer) -> tuple[Run, list[Tensor]]:
    """Build `LIF` for lif."""
    if ours.neuron.name != "lif":
        raise NotImplementedError(f"norse has no {ours.neuron.name}")
    if ours.fire.mode != "hard" or ours.fire.detach_reset:
        raise NotImplementedError("norse's LIF resets to v_reset, in the gradient")
    p, method = ours.params, _method(ours.fire.surrogate)
    from norse.torch import LIF, LIFParameters

    rate = 1 - math.exp(-1 / p.tau) if p.decay == "exp" else 1 / p.tau
    lif = LIF(
        LIFParameters(
            tau_syn_inv=torch.tensor(1.0),
            tau_mem_inv=torch.tensor(rate),
            v_leak=torch.tensor(float(p.v_reset)),
            v_th=torch.tensor(float(p.v_th)),
            v_reset=torch.tensor(float(p.v_reset)),
            method=method,
            alpha=torch.tensor(1.0),
        ),
        dt=1.0,
    )

    def run(x: Tensor) -> Tensor:
        return lif(x if p.decay_input else x / rate)[0]

    return run, []


def _method(surrogate: Any) -> str:
    """Return norse's name of a surrogate."""
    match surrogate.name, dict(surrogate.arguments):
        case "atan", _:
            return "super"
        case "triangle", {"gamma": 1.0}:
            return "triangle"
    raise NotImplementedError(f"norse has no surrogate {surrogate}")
