"""SpikingJelly on its Triton kernels, for the neurons that have one.

Written against 2.0.0. On a GPU a node uses its compiled CUDA kernel if SpikingJelly was built with
them (its wheel is not), else its Triton kernel. The kernels of iaf, ilif, lif and plif compute the
whole sequence, that of clif one step. For the nodes and how they differ from ours, see
`spikingjelly`.
"""

from __future__ import annotations

import torch
from torch import Tensor

import neurons
from suites.peers import Run, spikingjelly

PACKAGE = spikingjelly.PACKAGE
NOTE = "its clif launches a kernel per step and has a backward quadratic in T"
DEVICES = ("cuda",)  # its kernels need a GPU
LONGEST = {"clif": spikingjelly.LONGEST["clif"]}
KERNELS = {model: node.kernel for model, node in spikingjelly.NODES.items() if node.kernel}
RECT = ("clif",)  # the models whose kernel has the surrogate "rect"


def build(ours: neurons.Layer) -> tuple[Run, list[Tensor]]:
    """Build the node of our model; the kernel that it chooses must be in Triton."""
    name, surrogate = ours.neuron.name, ours.fire.surrogate.name
    if name not in KERNELS:
        raise NotImplementedError(f"spikingjelly has no Triton kernel of {name}")
    if surrogate == "rect" and name not in RECT:
        raise NotImplementedError(f"spikingjelly's Triton kernel of {name} has no {surrogate!r}")
    device = torch.get_default_device()
    if device.type != "cuda":
        raise NotImplementedError("spikingjelly's Triton kernels need a GPU")
    from spikingjelly.activation_based import functional

    chosen = functional.neuron_implementation(KERNELS[name], device)["implementation"]
    if chosen != "triton":
        raise NotImplementedError(
            f"spikingjelly runs {name} on {chosen} here; set "
            f"SJ_{KERNELS[name].upper()}_CUDA_IMPLEMENTATION=triton"
        )
    return spikingjelly.node(ours, spikingjelly.surrogate(ours))
