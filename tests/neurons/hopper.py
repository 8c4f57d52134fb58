"""Compile generated kernels to sm_90 code without a GPU, and look at their loops over time."""

import json
import re
import subprocess
import tempfile
from pathlib import Path

import torch
import triton

import neurons
from neurons.codegen.offline import compile_for
from neurons.codegen.trace import trace

HOPPER = 90
DISASSEMBLER = Path(triton.__file__).parent / "backends/nvidia/bin/cuobjdump"
INSTRUCTION = re.compile(r"/\*([0-9a-f]{4,})\*/\s+(.*?);")
JUMP = re.compile(r"BRA.* (0x[0-9a-f]+)")


def time_loops(cubin: bytes) -> list[str]:
    """Return the text of each loop that loads ahead."""
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(cubin)
        file.flush()
        command = [DISASSEMBLER, "-sass", file.name]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    code = [(int(at, 16), instruction) for at, instruction in INSTRUCTION.findall(text)]
    jumps = [(at, int(found[1], 16)) for at, text in code if (found := JUMP.search(text))]
    loops = [[text for at, text in code if to <= at <= end] for end, to in jumps if to < end]
    return ["\n".join(loop) for loop in loops if any("LDGSTS" in text for text in loop)]


def counted(cubin: bytes) -> dict[str, int]:
    """Return what the loop over time has: instructions, loads ahead, and spills."""
    (loop,) = time_loops(cubin)
    return {
        "instructions": loop.count("\n") + 1,
        "ahead": loop.count("LDGSTS"),
        "waiting": len(re.findall(r"\bLDG\b", loop)),
        "spills": len(re.findall(r"\b(?:LDL|STL)\b", loop)),
    }


def main(*names: str):
    """Print what the kernels of each model have in their loops over time, as JSON."""
    found = {}
    for name in names:
        layer = neurons.Layer(name, **{"shape": (6,)} if "shape" in neurons.get(name).needs else {})
        program = trace(layer.neuron, layer.params, layer.fire, 6)
        kernels = compile_for(program, torch.float32, HOPPER)
        short = ["ends_back"] if program.affine and 0 not in program.delays else []
        walks = {kernel: v for kernel, v in kernels.items() if kernel not in short}
        found[name] = {kernel: counted(v.asm["cubin"]) for kernel, v in walks.items()}
        found[name]["states"] = len(program.next_state)
    print(json.dumps(found))
