"""SpikingJelly: its neurons in multi-step mode, on torch operations.

Written against 2.0.0, whose neurons lost the argument `backend`: the device decides. On a GPU it
would choose a kernel of its own (`spikingjelly_triton`) unless, as here, it does not know the
surrogate; its ilif takes its own surrogate alone and so has no torch form there. Equations, the
order of charging and the firing at `h >= v_th` are ours, with three exceptions: our glif fires
above its threshold unless `strict=False`, which only a potential that meets it exactly can tell;
ILIFNode and ComplementaryLIFNode know the soft reset alone; and the latter's input and reset are
always in full and in the gradient.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call

import neurons
from suites.peers import Run

PACKAGE = "spikingjelly"
NOTE = (
    "its glif fires at u >= v_th, ours at u > v_th; its backward is quadratic in T for clif, glif "
    "and klif and cubic for sliding_psn, so long T are left out"
)
LONGEST = {"sliding_psn": 2048, "clif": 4096, "glif": 2048, "klif": 4096}
RENAMED = {
    "threshold": "v_threshold",
    "leak": "linear_decay",
    "subreset": "v_subreset",
    "lambda_": "_lambda_",
}


def build(ours: neurons.Layer) -> tuple[Run, list[Tensor]]:
    """The node of our model, kept from the kernels it has on a GPU."""
    g = surrogate(ours)
    if torch.get_default_device().type == "cpu":
        return node(ours, g)
    if ours.neuron.name == "ilif":
        raise NotImplementedError("spikingjelly's ilif has kernels alone on a GPU")
    return node(ours, g.forward)


def node(ours: neurons.Layer, g: Any) -> tuple[Run, list[Tensor]]:
    """The node with our weights themselves: a copy of psn's would be T x T."""
    from spikingjelly.activation_based import functional

    with torch.device("meta"):
        made = _module(ours, g)
    slots = made.state_dict()
    named = {RENAMED.get(n, n): w for n, w in ours.state_dict().items()}
    weights = {n: w.view_as(slots[n]) for n, w in named.items()}
    made.load_state_dict(slots | weights, assign=True)

    def run(x: Tensor) -> Tensor:
        functional.reset_net(made)
        return _gated(made, x) if ours.neuron.name == "glif" else made(x)

    return run, list(made.parameters())


def _gated(node: Any, x: Tensor) -> Tensor:
    """GatedLIFNode takes images and has one conductance per step: ours holds its last one."""
    node.T = len(x)
    now = torch.arange(len(x), device=x.device).clamp_max(len(node.conduct) - 1)
    images = x.reshape(*x.shape[:3], -1, 1)
    return functional_call(node, {"conduct": node.conduct[now]}, images).view(x.shape)


def _module(ours: neurons.Layer, g: Any) -> torch.nn.Module:
    """The module that fires by `g`, its weights still to come."""
    from spikingjelly.activation_based import neuron

    p, mode, cut = ours.params, ours.fire.mode, ours.fire.detach_reset
    match ours.neuron.name:
        case "iaf":
            return neuron.IFNode(**_reset(ours, g))
        case "lif" if p.decay == "linear":
            return neuron.LIFNode(float(p.tau), p.decay_input, **_reset(ours, g))
        case "plif" if not getattr(p, "raw_input", False):
            return neuron.ParametricLIFNode(decay_input=p.decay_input, **_reset(ours, g))
        case "klif":
            return neuron.KLIFNode(p.scale_reset, float(p.tau), p.decay_input, **_reset(ours, g))
        case "clif" if not (p.decay_input or cut) and mode == "soft":
            return neuron.ComplementaryLIFNode(float(p.tau), float(p.v_th), g, step_mode="m")
        case "ilif" if mode == "soft":
            return neuron.ILIFNode(float(p.tau), float(p.v_th), g, cut, step_mode="m")
        case "glif" if (p.gates, p.train_gates, mode, cut) == ("soft", True, "none", False):
            channels = len(p.tau) if p.tau.ndim else None
            return neuron.GatedLIFNode(len(p.conduct), channels, surrogate_function=g)
        case "psn":
            return neuron.PSN(len(p.bias), g)
        case "masked_psn":
            with p.weight.device:  # where its masks are made
                return neuron.MaskedPSN(p.k, len(p.bias), surrogate_function=g, step_mode="m")
        case "sliding_psn":
            return neuron.SlidingPSN(len(p.weight), surrogate_function=g, step_mode="m")
    raise NotImplementedError(f"spikingjelly has no match for {ours!r}")


def _reset(ours: neurons.Layer, g: Any) -> dict[str, Any]:
    """What its integrate-and-fire neurons share. No v_reset means a soft reset, rest at 0."""
    p, mode = ours.params, ours.fire.mode
    if mode == "none":
        raise NotImplementedError("spikingjelly always resets")
    if mode == "soft" and p.v_reset:
        raise NotImplementedError("spikingjelly has no v_reset beside the soft reset")
    return {
        "v_threshold": float(p.v_th),
        "v_reset": float(p.v_reset) if mode == "hard" else None,
        "surrogate_function": g,
        "detach_reset": ours.fire.detach_reset,
        "step_mode": "m",
    }


def surrogate(ours: neurons.Layer) -> Any:
    """Its window is open and 1/alpha wide; the others take the arguments of ours."""
    from spikingjelly.activation_based import surrogate

    spec = ours.fire.surrogate
    match spec.name, dict(spec.arguments):
        case "atan", {"alpha": alpha}:
            return surrogate.ATan(alpha)
        case "sigmoid", {"alpha": alpha}:
            return surrogate.Sigmoid(alpha)
        case "piecewise_quadratic", {"alpha": alpha}:
            return surrogate.PiecewiseQuadratic(alpha)
        case "triangle", {"gamma": gamma}:
            return surrogate.PiecewiseQuadratic(1 / gamma)
        case "rect", {"width": width, "height": None, "closed": False}:
            return surrogate.Rect(1 / width)
        case "integer", {"N": most}:
            return surrogate.MultiLevelSpikeCount(most)
    raise NotImplementedError(f"the spikingjelly adapter has no surrogate {spec}")
