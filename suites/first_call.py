"""Seconds until a compiled model has run for the first time: with nothing cached, and cached."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from suites import cases

FEW = ["lif"]  # where time is short: each call costs seconds of imports on top

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


class FirstCall:
    """The first forward+backward in a fresh process, its layer's making included."""

    params = (
        FEW if cases.profile().brief else cases.models(),
        [name for name in cases.backends() if name not in ("eager", "serial")],
        cases.shapes()[:1],
    )
    param_names = ("model", "backend", "shape")
    version = "1"
    timeout = 600

    def setup(self, model, backend, shape):
        cases.layer(model, backend, cases.Shape.parse(shape))  # or it says why it cannot

    def track_cold(self, model, backend, shape):
        with tempfile.TemporaryDirectory() as cache:
            return _seconds(cache, model, backend, shape)

    vars(track_cold).update(unit="seconds", direction="lower")

    def track_cached(self, model, backend, shape):
        with tempfile.TemporaryDirectory() as cache:
            _seconds(cache, model, backend, shape)
            return _seconds(cache, model, backend, shape)

    vars(track_cached).update(unit="seconds", direction="lower")


def _seconds(cache: str, model: str, backend: str, shape: str) -> float:
    """One first call in a process of its own, which finds the modules of this one."""
    case = cases.Shape.parse(shape)
    layer = cases.OPTIONS.get(model, {}) | {"name": model, "backend": backend}
    environment = os.environ | {name: str(Path(cache, name)) for name in CACHES}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    asked = json.dumps([layer, case, cases.device().type])
    command = [sys.executable, "-P", "-c", CALL, asked]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return float(done.stdout)
