"""Seconds until a compiled model has run for the first time: with nothing cached, and cached."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from suites import cases
from suites.profiles import Shape

# Where generated code, Triton and torch.compile keep what they have compiled.
CACHES = ("SPIKEBENCH_CACHE", "TRITON_CACHE_DIR", "TORCHINDUCTOR_CACHE_DIR")

# What it costs to import torch, and to start CUDA, is not ours: the clock starts after both.
CALL = """
import json, sys, time
import neurons, torch
layer, shape, device = json.loads(sys.argv[1])
x = torch.randn(shape, device=device, requires_grad=True)
start = time.perf_counter()
neurons.Layer(**layer).to(device)(x).sum().backward()
if device == "cuda":
    torch.cuda.synchronize()
print(time.perf_counter() - start)
"""


def cold(model: str, backend: str, shape: str) -> float:
    """Return the seconds of a first call where nothing has been compiled yet."""
    with tempfile.TemporaryDirectory() as cache:
        return _seconds(cache, model, backend, shape)


def cached(model: str, backend: str, shape: str) -> float:
    """Return the seconds of a first call after another process has compiled the same."""
    with tempfile.TemporaryDirectory() as cache:
        _seconds(cache, model, backend, shape)
        return _seconds(cache, model, backend, shape)


def _seconds(cache: str, model: str, backend: str, shape: str) -> float:
    """A first call in a fresh process, which finds the modules of this one."""
    case = Shape.parse(shape)
    layer = cases.OPTIONS.get(model, {}) | {"name": model, "backend": backend}
    environment = os.environ | {name: str(Path(cache, name)) for name in CACHES}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    arguments = json.dumps([layer, case, cases.device().type])
    command = [sys.executable, "-P", "-c", CALL, arguments]
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(run.stderr.strip().splitlines()[-1])
    return float(run.stdout)
