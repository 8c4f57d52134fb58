"""Compiling a program's Triton kernels for a GPU that is not there, to read their machine code."""

from __future__ import annotations

from typing import Any

import torch

from neurons.codegen import build
from neurons.codegen.program import Program
from neurons.codegen.triton import OPTIONS, constants, source

BLOCK = 32  # neurons: one of each thread of a warp
NUMBERS = ("T", "M")  # arguments that are no tensors
TYPES = {torch.float32: "*fp32", torch.float64: "*fp64"}


def compile_for(program: Program, dtype: torch.dtype, arch: int) -> dict[str, Any]:
    """Return Triton's compiled kernels of a program by name, "forward" and "backward".

    `arch` is the compute capability, 80 or 90. The kernels are those of a training pass over
    tensors of `dtype`: `.asm["cubin"]` is the machine code, `.metadata.shared` its shared memory
    [bytes]. Raise RuntimeError in a process whose kernels are interpreted (TRITON_INTERPRET=1).
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
    names = dict.fromkeys(kernel.arg_names, pointer) | dict.fromkeys(NUMBERS, "i32")
    aligned = [i for i, name in enumerate(kernel.arg_names) if name not in {"T", *constexprs}]
    text = ASTSource(
        kernel,
        names | dict.fromkeys(constexprs, "constexpr"),
        constexprs,
        {(i,): [["tt.divisibility", 16]] for i in aligned},
    )
    return triton.compile(text, GPUTarget("cuda", arch, 32), OPTIONS)
