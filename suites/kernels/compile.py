"""Compile the generated kernels of a model for a GPU that need not be here, and disassemble them."""

from __future__ import annotations

import importlib.util
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import torch

import neurons

ARCHS = ("sm_80", "sm_90")
CHANNELS = 6  # of the layer whose kernels are compiled; they are the same for every number


class Kernel(NamedTuple):
    """A compiled kernel: the pass `run` of a model, "forward" or "backward"."""

    model: str
    run: str
    arch: str
    text: str  # of the Triton module
    cubin: bytes
    sass: str  # the machine code, with the lines of the text
    resources: str  # what cuobjdump says about registers and memory
    shared_bytes: int


def refusal() -> str | None:
    """Return why nothing can be compiled here, with the cure; None if it can."""
    if importlib.util.find_spec("triton") is None:
        return "Triton is not installed; pip install triton"
    import triton

    tools = (triton.knobs.nvidia.nvdisasm, triton.knobs.nvidia.cuobjdump)
    if not all(Path(tool.path).exists() for tool in tools):
        return "this Triton came without nvdisasm and cuobjdump; pip install triton"
    if triton.knobs.runtime.interpret:
        return "kernels are interpreted in this process; unset TRITON_INTERPRET"
    return None


def program(model: str) -> Any:
    """Return the program of a model, with its own options.

    Raise NotImplementedError if this commit lacks the model, or cannot generate code for it.
    """
    try:
        from neurons.codegen import operations, trace
    except ImportError:
        raise NotImplementedError("this commit generates no code") from None
    if model not in neurons.names():
        raise NotImplementedError(f"this commit has no neuron {model!r}")
    layer = neurons.Layer(model, backend="eager", shape=(CHANNELS,))
    try:
        return trace.trace(layer.neuron, layer.params, layer.fire, CHANNELS)
    except operations.UnsupportedStepError as reason:
        raise NotImplementedError(f"no code is generated for {model}: {reason}") from None


def kernels(model: str, arch: str) -> list[Kernel]:
    """Compile the kernels of a model; Triton keeps them in its cache."""
    if reason := refusal():
        raise NotImplementedError(reason)
    try:
        from neurons.codegen.offline import compile_for
    except ImportError:
        raise NotImplementedError("this commit cannot compile kernels without a GPU") from None
    compiled = compile_for(program(model), torch.float32, int(arch.removeprefix("sm_")))
    return [_disassembled(model, run, arch, kernel) for run, kernel in compiled.items()]


def _disassembled(model: str, run: str, arch: str, compiled: Any) -> Kernel:
    import triton

    cubin = compiled.asm["cubin"]
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(cubin)
        file.flush()
        tools = triton.knobs.nvidia
        sass = _output(tools.nvdisasm.path, "-g", "-c", file.name)
        resources = _output(tools.cuobjdump.path, "--dump-resource-usage", file.name)
    text = Path(compiled.src.fn.fn.__code__.co_filename).read_text()
    return Kernel(model, run, arch, text, cubin, sass, resources, compiled.metadata.shared)


def _output(*command: str) -> str:
    """Return what a command prints; its warnings are about formats."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
