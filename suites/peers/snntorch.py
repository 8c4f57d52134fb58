"""snnTorch: `Leaky`, called once per step as its tutorials do.

    U[t] = beta U[t-1] + x[t],     S[t] = Theta(U[t] - threshold), which fires at `>`

is our LIF with beta = 1 - 1/tau. With `learn_beta` it is nearest to our PLIF, but it learns beta
itself, not w, and we multiply the input by the decay before it. `reset_delay=True`, its default,
resets at the next step and outside the gradient; `reset_delay=False` at once and inside it.

Written against 1.0.0. Of its other neurons LeakyParallel, StateLeaky and LinearLeaky run whole
sequences but never reset (the first also clips negative potentials), Lapicque is Leaky in volts,
ohms and farads, and the rest have other equations than our models.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

import neurons
from suites.peers import Run

PACKAGE = "snntorch"
NOTE = "fires at h > v_th, ours at h >= v_th; its plif learns the decay beta, ours learns w"
LONGEST: dict[str, int] = {}
RESETS = {"hard": "zero", "none": "none"}


def build(ours: neurons.Layer) -> tuple[Run, list[Tensor]]:
    """Build `Leaky` for lif and plif."""
    if ours.neuron.name not in ("lif", "plif"):
        raise NotImplementedError(f"snntorch has no {ours.neuron.name}")
    leaky = _leaky(ours)
    decay_input = ours.params.decay_input

    def run(x: Tensor) -> Tensor:
        mem = leaky.reset_mem()
        current = (1 - leaky.beta) * x if decay_input else x
        spikes = []
        for x_t in current.unbind(0):
            spike, mem = leaky(x_t, mem)
            spikes.append(spike)
        return torch.stack(spikes)

    return run, list(leaky.parameters())


def _leaky(ours: neurons.Layer) -> Any:
    import snntorch

    p, fire = ours.params, ours.fire
    if fire.surrogate.name != "atan":
        raise NotImplementedError(f"the snntorch adapter has no surrogate {fire.surrogate.name!r}")
    if fire.mode not in RESETS or p.v_reset:
        raise NotImplementedError("snntorch resets to 0; its 'subtract' is not our soft reset")
    return snntorch.Leaky(
        _beta(ours),
        threshold=p.v_th,
        spike_grad=snntorch.surrogate.atan(**dict(fire.surrogate.arguments)),
        learn_beta=ours.neuron.name == "plif",
        reset_mechanism=RESETS[fire.mode],
        reset_delay=fire.detach_reset,
    )


def _beta(ours: neurons.Layer) -> float | Tensor:
    """Return the decay factor of the potential."""
    p = ours.params
    if ours.neuron.name == "plif":
        return 1 - p.w.detach().sigmoid()
    return math.exp(-1 / p.tau) if p.decay == "exp" else 1 - 1 / p.tau
