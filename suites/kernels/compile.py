"""Compile the generated code of a model, for a GPU that need not be here, and disassemble it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import torch

import neurons
from suites.profiles import Shape

ARCHS = ("sm_80", "sm_90")
NEWEST = ARCHS[-1]
PASSES = ("forward", "backward")  # a forward as in training, with its checkpoints
SHAPE = Shape(16384, 16, 512)  # of the input: the DSN paper's longest


class Kernel(NamedTuple):
    """A compiled kernel."""

    text: str  # of its Triton module
    cubin: bytes
    sass: str  # the machine code, with the lines of the text
    resources: str  # what cuobjdump says about registers and memory
    shared_bytes: int


def tools() -> str | None:
    """Return which tool is missing here, with the cure; None if all are there."""
    if importlib.util.find_spec("triton") is None:
        return "Triton is not installed; pip install triton"
    import triton

    parts = (triton.knobs.nvidia.nvdisasm, triton.knobs.nvidia.cuobjdump)
    if not all(Path(part.path).exists() for part in parts):
        return "this Triton came without nvdisasm and cuobjdump; pip install triton"
    return None


def refusal() -> str | None:
    """Return why nothing can be compiled in this process, with the cure; None if it can."""
    if os.environ.get("TRITON_INTERPRET") == "1":
        return tools() or "kernels are interpreted in this process; unset TRITON_INTERPRET"
    return tools()


def layer(model: str) -> neurons.Layer:
    """Return a layer of a model with its own options.

    Raise NotImplementedError if this commit lacks the model.
    """
    if model not in neurons.names():
        raise NotImplementedError(f"this commit has no neuron {model!r}")
    options: dict[str, Any] = {"shape": (SHAPE.C,)}
    if "T" in neurons.get(model).needs:
        options["T"] = 1  # no kernel depends on it
    return neurons.Layer(model, backend="eager", **options)


def program(layer: neurons.Layer) -> Any:
    """Return the program of a layer's model, or raise NotImplementedError if it has none."""
    try:
        from neurons.codegen import operations, trace
    except ImportError:
        raise NotImplementedError("this commit generates no code") from None
    try:
        return trace.trace(layer.neuron, layer.params, layer.fire, SHAPE.C)
    except operations.UnsupportedStepError as reason:
        raise NotImplementedError(f"no code is generated: {reason}") from None


def kernels(layer: neurons.Layer, arch: str) -> dict[str, Kernel]:
    """Compile the kernels of a layer's model, forward and backward; Triton keeps them in its cache.

    Raise NotImplementedError with the reason where they cannot be compiled.
    """
    if reason := refusal():
        raise NotImplementedError(reason)
    try:
        from neurons.codegen.offline import compile_for
    except ImportError:
        raise NotImplementedError("this commit cannot compile kernels without a GPU") from None
    compiled = compile_for(program(layer), torch.float32, int(arch.removeprefix("sm_")))
    return {run: _disassembled(kernel) for run, kernel in compiled.items()}


def library(layer: neurons.Layer) -> str:
    """Compile the C of a layer's model; return the path of the library."""
    from neurons.codegen import build, c

    if reason := build.refusal():
        raise NotImplementedError(reason)
    return build.library(c.source(program(layer), "float")[0])._name


def _disassembled(compiled: Any) -> Kernel:
    import triton

    tools, cubin = triton.knobs.nvidia, compiled.asm["cubin"]
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(cubin)
        file.flush()
        sass = _output(tools.nvdisasm.path, "-g", "-c", file.name)
        resources = _output(tools.cuobjdump.path, "--dump-resource-usage", file.name)
    text = Path(compiled.src.fn.fn.__code__.co_filename).read_text(encoding="utf-8")
    return Kernel(text, cubin, sass, resources, compiled.metadata.shared)


def _output(*command: str) -> str:
    """Return what a command prints, without its warnings."""
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return run.stdout
