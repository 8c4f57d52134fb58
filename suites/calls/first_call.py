"""Seconds of the first call of a compiled model, with empty and with filled compiler caches."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import neurons
from neurons import backends
from suites import axes, cases
from suites.profiles import Shape

# The variables that set the cache folders of generated code, Triton and torch.compile.
CACHES = ("SPIKEBENCH_CACHE", "TRITON_CACHE_DIR", "TORCHINDUCTOR_CACHE_DIR")

COMPILED = [b.name for b in axes.backends() if b.compiled and b.name in cases.backends()]

# The clock starts after torch and its tracer are imported and CUDA is initialised, which are no
# cost of a neuron.
SCRIPT = """
import json, sys, time
import neurons, torch, torch._dynamo
layer, shape, device = json.loads(sys.argv[1])
x = torch.randn(shape, device=device, requires_grad=True)
start = time.perf_counter()
neurons.Layer(**layer).to(device)(x).sum().backward()
if device == "cuda":
    torch.cuda.synchronize()
print(time.perf_counter() - start)
"""


def by_backend(model: str) -> dict[str, float]:
    """Return the seconds of a first call with empty caches, by compiled backend that can run it."""
    neuron, shape = neurons.get(model), cases.shapes()[0]
    return {b: cold(model, b, shape) for b in COMPILED if not backends.refusal(neuron, b)}


def cold(model: str, backend: str, shape: str) -> float:
    """Return the seconds of a first call with empty caches."""
    with tempfile.TemporaryDirectory() as cache:
        return _seconds(cache, model, backend, shape)


def cached(model: str, backend: str, shape: str) -> float:
    """Return the seconds of a first call after another process has filled the caches."""
    with tempfile.TemporaryDirectory() as cache:
        _seconds(cache, model, backend, shape)
        return _seconds(cache, model, backend, shape)


def _seconds(cache: str, model: str, backend: str, shape: str) -> float:
    """Run a first call in a new process with the import path of this one; return its seconds."""
    case = Shape.parse(shape)
    layer = cases.OPTIONS.get(model, {}) | {"name": model, "backend": backend}
    environment = os.environ | {name: str(Path(cache, name)) for name in CACHES}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    arguments = json.dumps([layer, case, cases.device().type])
    command = [sys.executable, "-P", "-c", SCRIPT, arguments]
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(run.stderr.strip().splitlines()[-1])
    return float(run.stdout)
