"""SpikingJelly: its Triton kernels, for the neurons that have one.

Written against 2.0.0. A node on a GPU takes its compiled CUDA kernel if SpikingJelly was built with
them (its wheel is not), else its Triton kernel. Those of iaf, ilif, lif and plif walk over the
sequence; that of clif does one step. The nodes and how they differ are `spikingjelly`'s.
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
KERNELS = {"clif": "clif", "iaf": "if", "ilif": "ilif", "lif": "lif", "plif": "plif"}
RECT = ("clif",)  # whose kernel knows the rectangle


def build(ours: neurons.Layer) -> tuple[Run, list[Tensor]]:
    """The node of our model, left to choose its kernel, which must be in Triton."""
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
