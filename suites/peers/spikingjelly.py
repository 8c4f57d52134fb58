"""SpikingJelly: its neurons in multi-step mode, on torch operations.

Written against 2.0.0, whose neurons choose their implementation by the device. On a GPU that is a
kernel (`spikingjelly_triton`), unless the surrogate is unknown to SpikingJelly: so we pass a plain
function there. Its ilif accepts only its own surrogate and has no torch form on a GPU.

Its equations, with firing at `h >= v_th`, are ours, with these exceptions. Our glif fires above its
threshold unless `strict=False`; the difference shows only at h = v_th. ILIFNode and
ComplementaryLIFNode have only the soft reset, and the latter has no `decay_input` and always keeps
the reset in the gradient.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, NamedTuple

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


class Node(NamedTuple):
    """A neuron of SpikingJelly that has the equations of one of our models."""

    name: str  # of its class
    options: tuple[str, ...] = ()  # that both have under the same name
    kernel: str = ""  # the name of its Triton kernel


NODES = {  # our model -> its neuron
    "clif": Node("ComplementaryLIFNode", ("tau",), kernel="clif"),
    "glif": Node("GatedLIFNode", ("T",)),
    "iaf": Node("IFNode", kernel="if"),
    "ilif": Node("ILIFNode", ("tau",), kernel="ilif"),
    "klif": Node("KLIFNode", ("tau", "decay_input", "scale_reset")),
    "lif": Node("LIFNode", ("tau", "decay_input"), kernel="lif"),
    "masked_psn": Node("MaskedPSN", ("T", "k")),
    "plif": Node("ParametricLIFNode", ("decay_input",), kernel="plif"),
    "psn": Node("PSN", ("T",)),
    "sliding_psn": Node("SlidingPSN", ("k",)),
}
RENAMED = {  # our parameters -> its
    "threshold": "v_threshold",
    "leak": "linear_decay",
    "subreset": "v_subreset",
    "lambda_": "_lambda_",
}


def build(ours: neurons.Layer) -> tuple[Run, list[Tensor]]:
    """Build the node of our model on torch operations, also on a GPU."""
    g = surrogate(ours)
    if torch.get_default_device().type == "cpu":
        return node(ours, g)
    if ours.neuron.name == "ilif":
        raise NotImplementedError("spikingjelly's ilif has only kernels on a GPU")
    return node(ours, g.forward)


def node(ours: neurons.Layer, g: Any) -> tuple[Run, list[Tensor]]:
    """Build the node with surrogate g; it shares the weights of our layer (those of psn are T x T).

    Return it as `build` does.
    """
    from spikingjelly.activation_based import functional

    with torch.device("meta"):
        module = _module(ours, g).train(ours.training)
    empty = module.state_dict()
    renamed = {RENAMED.get(name, name): weight for name, weight in ours.state_dict().items()}
    weights = {name: weight.view_as(empty[name]) for name, weight in renamed.items()}
    module.load_state_dict(empty | weights, assign=True)

    def run(x: Tensor) -> Tensor:
        functional.reset_net(module)
        return _run_glif(module, x) if ours.neuron.name == "glif" else module(x)

    return run, list(module.parameters())


def _run_glif(module: Any, x: Tensor) -> Tensor:
    """Run GatedLIFNode, which takes images and needs a conductance for every step.

    Our glif uses its last conductance for all further steps.
    """
    module.T = len(x)
    steps = torch.arange(len(x), device=x.device).clamp_max(len(module.conduct) - 1)
    images = x.reshape(*x.shape[:3], -1, 1)
    return functional_call(module, {"conduct": module.conduct[steps]}, images).view(x.shape)


def _module(ours: neurons.Layer, g: Any) -> torch.nn.Module:
    """Build the module that fires by surrogate g; its weights are not yet ours."""
    from spikingjelly.activation_based import neuron

    arguments = _arguments(ours)
    if arguments is None:
        raise NotImplementedError(f"spikingjelly has no match for {ours!r}")
    module = getattr(neuron, NODES[ours.neuron.name].name)
    if ours.neuron.name == "psn":
        return module(**arguments, surrogate_function=g)  # it has no single-step mode
    # MaskedPSN computes its masks at once, which cannot be on the meta device of `node`.
    masked = ours.neuron.name == "masked_psn"
    with ours.params.weight.device if masked else nullcontext():
        return module(**arguments, surrogate_function=g, step_mode="m")


def _arguments(ours: neurons.Layer) -> dict[str, Any] | None:
    """Return the arguments that give the module our options; None if it does not have them."""
    p, mode, detach = ours.params, ours.fire.mode, ours.fire.detach_reset
    match ours.neuron.name:
        case "iaf":
            return _reset(ours)
        case "lif" if p.decay == "linear":
            return {"tau": float(p.tau), "decay_input": p.decay_input, **_reset(ours)}
        case "plif" if not getattr(p, "raw_input", False):
            return {"decay_input": p.decay_input, **_reset(ours)}
        case "klif":
            options = {"scale_reset": p.scale_reset, "decay_input": p.decay_input}
            return {"tau": float(p.tau), **options, **_reset(ours)}
        case "clif" if not (p.decay_input or detach) and mode == "soft":
            return {"tau": float(p.tau), "v_threshold": float(p.v_th)}
        case "ilif" if mode == "soft":
            threshold = {"v_threshold": float(p.v_th), "detach_reset": detach}
            return {"tau": float(p.tau), **threshold}
        case "glif" if (p.gates, p.train_gates, mode, detach) == ("soft", True, "none", False):
            return {"T": len(p.conduct), "inplane": len(p.tau) if p.tau.ndim else None}
        case "psn":
            return {"T": len(p.bias)}
        case "masked_psn":
            return {"k": p.k, "T": len(p.bias)}
        case "sliding_psn":
            return {"k": len(p.weight)}
    return None


def _reset(ours: neurons.Layer) -> dict[str, Any]:
    """Return the arguments of the reset. Without v_reset it is soft, with rest at 0."""
    p, mode = ours.params, ours.fire.mode
    if mode == "none":
        raise NotImplementedError("spikingjelly always resets")
    if mode == "soft" and p.v_reset:
        raise NotImplementedError("spikingjelly has no v_reset beside the soft reset")
    return {
        "v_threshold": float(p.v_th),
        "v_reset": float(p.v_reset) if mode == "hard" else None,
        "detach_reset": ours.fire.detach_reset,
    }


def surrogate(ours: neurons.Layer) -> Any:
    """Return its surrogate with our arguments; its Rect(alpha) is open and 1/alpha wide."""
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
