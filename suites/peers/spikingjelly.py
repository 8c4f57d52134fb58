"""SpikingJelly: its neurons in multi-step mode, each on the kernels it chooses for the device.

Written against 2.0.0, whose neurons lost the argument `backend`: the device decides. Equations,
the order of charging and the firing at `h >= v_th` are ours.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

import neurons
from suites.peers import Run

NOTE = "the backward of its sliding_psn copies a T x T matrix T times, so T > 2048 is left out"
LONGEST = {"sliding_psn": 2048}
SURROGATES = {"atan": "ATan", "sigmoid": "Sigmoid", "piecewise_quadratic": "PiecewiseQuadratic"}


def build(ours: neurons.Layer) -> tuple[Run, list[Tensor]]:
    """The node of our model with our weights themselves: a copy of psn's would be T x T."""
    from spikingjelly.activation_based import functional

    with torch.device("meta"):
        node = _node(ours)
    weights = {n: w.view_as(node.get_parameter(n)) for n, w in ours.state_dict().items()}
    node.load_state_dict(weights, assign=True)

    def run(x: Tensor) -> Tensor:
        functional.reset_net(node)
        return node(x)

    return run, list(node.parameters())


def _node(ours: neurons.Layer) -> torch.nn.Module:
    """The module, its weights still to come."""
    from spikingjelly.activation_based import neuron

    p = ours.params
    match ours.neuron.name:
        case "lif" if p.decay == "linear":
            return neuron.LIFNode(float(p.tau), **_leaky(ours))
        case "plif":
            return neuron.ParametricLIFNode(**_leaky(ours))
        case "psn":
            return neuron.PSN(len(p.bias), _surrogate(ours))
        case "sliding_psn":
            return neuron.SlidingPSN(
                len(p.weight), surrogate_function=_surrogate(ours), step_mode="m"
            )
    raise NotImplementedError(f"spikingjelly has no match for {ours!r}")


def _leaky(ours: neurons.Layer) -> dict[str, Any]:
    """What LIF and PLIF share. No v_reset means a soft reset."""
    if ours.fire.mode == "none":
        raise NotImplementedError("spikingjelly always resets")
    return {
        "decay_input": ours.params.decay_input,
        "v_threshold": float(ours.params.v_th),
        "v_reset": float(ours.params.v_reset) if ours.fire.mode == "hard" else None,
        "surrogate_function": _surrogate(ours),
        "detach_reset": ours.fire.detach_reset,
        "step_mode": "m",
    }


def _surrogate(ours: neurons.Layer) -> Any:
    """Theirs take the arguments of ours, with the same defaults."""
    from spikingjelly.activation_based import surrogate

    spec = ours.fire.surrogate
    if spec.name not in SURROGATES:
        raise NotImplementedError(f"the spikingjelly adapter has no surrogate {spec.name!r}")
    return getattr(surrogate, SURROGATES[spec.name])(**dict(spec.arguments))
