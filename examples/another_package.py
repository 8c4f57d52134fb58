"""Use a neuron that another package defines, and check its gradients.

    pip install --no-deps ./examples/alif      # `pip uninstall alif-neuron` takes it away again
    python -m examples.another_package

`examples/alif/` is the whole package: one page of equations, and an entry point in pyproject.toml
that names it. Kernels in C and Triton are generated from its equations, as for our own models.
"""

import sys

import torch

import neurons
from suites.gradients.__main__ import main as check_gradients

if "alif" not in neurons.names():
    sys.exit("no neuron 'alif'; install its package: pip install --no-deps ./examples/alif")
print("models:", ", ".join(neurons.names()))

# Its threshold adapts: under a constant input it fires less and less.
layer = neurons.Layer("alif", tau_a=100.0, beta=5.0)
spikes = layer(torch.ones(100, 1, 1)).flatten()
counts = [int(part.sum()) for part in spikes.split(20)]
print(f"alif on the backend {layer.backend}: spikes in each 20 steps:", *counts)

# Each backend against the float64 reference, as `python -m suites.gradients alif` compares them.
# The status is 1 if spikes or gradients differ by more than rounding explains.
backends = [b for b in ("eager", "cpu") if neurons.backends.refusal(layer.neuron, b) is None]
status = check_gradients(["alif", "--backend", *backends, "--dtype", "float32", "float64"])
print("gradients:", "right" if status == 0 else "wrong")
sys.exit(status)
