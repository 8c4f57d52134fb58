"""Compile every generated kernel to sm_90 code, without a GPU."""

import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

import neurons
from neurons.codegen import build
from neurons.codegen.trace import trace
from neurons.codegen.triton import source

HOPPER = GPUTarget("cuda", 90, 32)
NUMBERS = {"T": "i32", "M": "i32"}


def compiled(kernel):
    """Return the machine code of a kernel for float32 tensors."""
    constants = {"K": 32, "BLOCK": 32}
    signature = {n: NUMBERS.get(n, "*fp32") for n in kernel.arg_names}
    signature |= dict.fromkeys(constants, "constexpr")
    values = {(kernel.arg_names.index(n),): v for n, v in constants.items()}
    result = triton.compile(
        ASTSource(kernel, signature, values), HOPPER, {"num_warps": 1, "enable_fp_fusion": False}
    )
    return result.asm["cubin"]


def main(*names: str):
    """Print those of the models whose kernels compiled."""
    for name in names:
        layer = neurons.Layer(name, shape=(6,)) if "shape" in neurons.get(name).needs else None
        if neurons.backends.refusal(neurons.get(name), "cpu") is None:
            layer = layer or neurons.Layer(name)
            program = trace(layer.neuron, layer.params, layer.fire, 6)
            module = build.module(source(program, name, "float32"))
            if compiled(module.forward) and compiled(module.backward):
                print(name)
