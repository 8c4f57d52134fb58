"""Compiling a program's Triton kernels for a GPU that is not there, to read their machine code."""

from __future__ import annotations

from typing import Any

import torch

from neurons.codegen import build
from neurons.codegen.program import Program
from neurons.codegen.triton import OPTIONS, constants, smallest_block, source

NUMBERS = ("T", "L", "M", "C")  # arguments that are neither tensors nor known when compiling
INPUTS = ("x", "s", "grad_s", "grad_x")  # the tensors in the dtype of the input
POINTERS = {
    torch.float16: "*fp16",
    torch.bfloat16: "*bf16",
    torch.float32: "*fp32",
    torch.float64: "*fp64",
}


def compile_for(program: Program, dtype: torch.dtype, arch: int) -> dict[str, Any]:
    """Return Triton's compiled kernels of a program by name, "forward" and "backward".

    An affine program also has those that join its chunks: "ends", "join", "ends_back" and
    "join_back". `arch` is the compute capability, 80 or 90. The kernels are those of a training
    pass over inputs of `dtype`: `.asm["cubin"]` is the machine code, `.metadata.shared` its shared
    memory [bytes]. Raise RuntimeError in a process whose kernels are interpreted
    (TRITON_INTERPRET=1).
    """
    wide = torch.promote_types(dtype, torch.float32)
    module = build.module(source(program, "kernels", str(wide).removeprefix("torch.")))
    constexprs = constants(program, smallest_block(dtype), dtype)
    pointers = dict.fromkeys(INPUTS, POINTERS[dtype])
    return {
        name: _compiled(getattr(module, name), numbers, pointers, POINTERS[wide], arch)
        for name, numbers in constexprs.items()
    }


def _compiled(
    kernel: Any, numbers: dict[str, int], pointers: dict[str, str], pointer: str, arch: int
) -> Any:
    """Return a kernel as a launch would compile it, tensors aligned and M a multiple of 16."""
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    if not isinstance(kernel, triton.JITFunction):
        raise RuntimeError("kernels are interpreted in this process; unset TRITON_INTERPRET")
    values = {"CHECKPOINTS": True} | numbers
    values = {name: v for name, v in values.items() if name in kernel.arg_names}
    types = pointers | dict.fromkeys(NUMBERS, "i32") | dict.fromkeys(values, "constexpr")
    signature = {name: types.get(name, pointer) for name in kernel.arg_names}
    aligned = [i for i, (name, v) in enumerate(signature.items()) if v[0] == "*" or name == "M"]
    attributes = {(i,): [["tt.divisibility", 16]] for i in aligned}
    text = ASTSource(kernel, signature, values, attributes)
    return triton.compile(text, GPUTarget("cuda", arch, 32), OPTIONS)
