"""Importing the suites: asv imports every module to list the benchmarks, and forks afterwards."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

IMPORT_ALL = """
import gc, importlib, json, os, pkgutil, sys, threading
import torch
import torch._functorch.config as functorch_config
from torch.utils._python_dispatch import TorchDispatchMode

LIBRARIES = {"fla", "jinja2", "norse", "pandas", "sklearn", "snntorch", "spikingjelly", "tqdm"}
LIBRARIES |= {"torch._dynamo"}
events = []

class Watch(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        events.append(str(func))
        return func(*args, **(kwargs or {}))

def asked(*args, **kwargs):
    events.append("torch.cuda")
    return False

def process():
    return {
        "environment": dict(os.environ),
        "working directory": os.getcwd(),
        "sys.path": list(sys.path),
        "threads of torch": torch.get_num_threads(),
        "threads of Python": threading.active_count(),
        "default dtype": str(torch.get_default_dtype()),
        "default device": str(torch.get_default_device()),
        "gradients": torch.is_grad_enabled(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "seed": torch.initial_seed(),
        "frozen objects": gc.get_freeze_count(),
        "donated buffers": functorch_config.donated_buffer,
        "Inductor": "torch._inductor.compile_fx" in sys.modules,
        # Slow to import, with effects on the process, or missing where asv measures.
        "libraries": sorted(LIBRARIES & sys.modules.keys()),
    }

torch.cuda.is_available = torch.cuda.device_count = torch.cuda._lazy_init = asked
import suites
before = process()
with Watch():
    modules = [module.name for module in pkgutil.walk_packages(suites.__path__, "suites.")]
    for module in modules:
        importlib.import_module(module)
after = process()
changed = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
print(json.dumps({"modules": modules, "events": events, "changed": changed}))
"""


@pytest.mark.slow
def test_importing_the_suites_computes_nothing_and_changes_nothing():
    command = [sys.executable, "-c", IMPORT_ALL]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    answer = json.loads(run.stdout)
    assert {"suites.cases", "suites.speed.suite", "suites.memory.suite"} <= set(answer["modules"])
    assert answer["events"] == []
    assert answer["changed"] == {}
