"""Estimate the energy of a network made of SpikingJelly's layers and neurons.

    python -m examples.spikingjelly_energy

It needs SpikingJelly: `pip install spikingjelly`. The network stays as it is: its layers are
observed in one forward pass. The firing rates are those of the weights and the input, so take a
trained network and real data; here both are random.
"""

import torch
from spikingjelly.activation_based import functional, layer, neuron
from torch import nn

from suites.energy import conventions
from suites.energy.collect import collect
from suites.energy.technology import FP32

STEPS, BATCH = 4, 8

torch.manual_seed(0)
network = nn.Sequential(
    layer.Conv2d(1, 8, 3, padding=1),
    neuron.IFNode(v_threshold=0.3),
    layer.Conv2d(8, 8, 3, stride=2, padding=1),
    neuron.LIFNode(tau=2.0, v_threshold=0.1),
    layer.Flatten(),
    layer.Linear(8 * 4 * 4, 10),
)
functional.set_step_mode(network, "m")
image = torch.rand(BATCH, 1, 8, 8)
ledger = collect(network.eval(), image.expand(STEPS, *image.shape))

# A layer that reads spikes adds a weight per spike (AC); one that reads analog values multiplies.
for entry in ledger.entries:
    print(f"{entry.name} {entry.operation:8} reads {entry.reads:7} at rate {entry.rate:.3f}")
print(f"{ledger.macs:,.0f} MACs and {ledger.acs:,.0f} ACs per image")
print("not counted:", ", ".join(ledger.unsupported) or "nothing")

# 45 nm, Horowitz 2014: 4.6 pJ for a MAC in fp32, 0.9 pJ for an AC.
synapses = ledger.macs * FP32.mac + ledger.acs * FP32.ac
print(f"synapses alone at {FP32.mac:.1f} and {FP32.ac:.1f} pJ: {synapses / 1000:.1f} nJ per image")

# Published conventions count the same network differently; compare networks under one of them.
for name in conventions.names():
    estimate = conventions.estimate(name, ledger, FP32)
    print(f"{name:12} {estimate.total / 1000:8.1f} nJ per image")
