"""Compile every generated kernel to sm_90 code, without a GPU."""

import torch

import neurons
from neurons.codegen.offline import compile_for
from neurons.codegen.trace import trace

HOPPER = 90


def main(*names: str):
    """Print those of the models whose kernels compiled."""
    for name in names:
        layer = neurons.Layer(name, shape=(6,)) if "shape" in neurons.get(name).needs else None
        if neurons.backends.refusal(neurons.get(name), "cpu") is None:
            layer = layer or neurons.Layer(name)
            program = trace(layer.neuron, layer.params, layer.fire, 6)
            kernels = compile_for(program, torch.float32, HOPPER)
            if all(kernel.asm["cubin"] for kernel in kernels.values()):
                print(name)
