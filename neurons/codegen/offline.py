"""Compiling a program's Triton kernels for a GPU that is not there, to read their machine code."""

from __future__ import annotations

from typing import Any

import torch

from neurons.codegen import build
from neurons.codegen.program import Program
from neurons.codegen.triton import OPTIONS, constants, source

BLOCK = 32  # neurons: one of each thread of a warp
NUMBERS = ("T", "L", "M", "C")  # arguments that are neither tensors nor known when compiling
TYPES = {torch.float32: "*fp32", torch.float64: "*fp64"}


def compile_for(program: Program, dtype: torch.dtype, arch: int) -> dict[str, Any]:
    """Return Triton's compiled kernels of a program by name, "forward" and "backward".

    An affine program also has those that join its chunks: "ends", "join", "ends_back" and
    "join_back". `arch` is the compute capability, 80 or 90. The kernels are those of a training
    pass over tensors of `dtype`: `.asm["cubin"]` is the machine code, `.metadata.shared` its shared
    memory [bytes]. Raise RuntimeError in a process whose kernels are interpreted
    (TRITON_INTERPRET=1).
    """
    module = build.module(source(program, "kernels", str(dtype).removeprefix("torch.")))
    return {
        name: _compiled(getattr(module, name), numbers | {"CHECKPOINTS": True}, TYPES[dtype], arch)
        for name, numbers in constants(program, BLOCK, dtype.itemsize).items()
    }


def _compiled(kernel: Any, numbers: dict[str, int], pointer: str, arch: int) -> Any:
    """Return a kernel as a launch would compile it, tensors aligned and M a multiple of 16."""
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    if not isinstance(kernel, triton.JITFunction):
        raise RuntimeError("kernels are interpreted in this process; unset TRITON_INTERPRET")
    constexprs = {name: v for name, v in numbers.items() if name in kernel.arg_names}
    types = dict.fromkeys(NUMBERS, "i32") | dict.fromkeys(constexprs, "constexpr")
    signature = {name: types.get(name, pointer) for name in kernel.arg_names}
    aligned = [
        i for i, (name, kind) in enumerate(signature.items()) if kind == pointer or name == "M"
    ]
    attributes = {(i,): [["tt.divisibility", 16]] for i in aligned}
    text = ASTSource(kernel, signature, constexprs, attributes)
    return triton.compile(text, GPUTarget("cuda", arch, 32), OPTIONS)
