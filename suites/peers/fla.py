"""flash-linear-attention: DSN on its HGRN operator, as in the DSN paper's appendix B.

    a = depthwise causal convolution of x               torch
    g = logsigmoid(a) / tau,   alpha = exp(g)           torch
    h[t] = exp(g[t]) h[t-1] + (1 - alpha[t]) x[t]       fla's HGRN operator, in Triton
    s = clip(round(h), 0, N)                            torch

Of its two kernels this is the chunked one, which is parallel in time. HGRN gets our [T, N, C] as a
batch of one sequence with N C features, which needs no copy in memory.

Written against fla-core 0.6.0.
"""

from __future__ import annotations

import os

import torch
from torch import Tensor
from torch.nn.functional import conv1d, logsigmoid, pad

import neurons
from suites.peers import Run

PACKAGE = "fla-core"
NOTE = (
    "fla has only the recurrence; convolution, sigmoid and rounding are torch operations around "
    "it, each of which reads and writes the whole sequence"
)
DEVICES = ("cuda",)  # its kernels need a GPU
LONGEST: dict[str, int] = {}


def build(ours: neurons.Layer) -> tuple[Run, list[Tensor]]:
    """Build dsn; it shares the weights of our layer."""
    if ours.neuron.name != "dsn":
        raise NotImplementedError(f"fla has no {ours.neuron.name}")
    if not (torch.cuda.is_available() or os.environ.get("TRITON_INTERPRET") == "1"):
        raise NotImplementedError("fla's kernels are written in Triton and need a GPU")
    if ours.params.mix is not None or ours.fire.surrogate.name != "integer":
        raise NotImplementedError("the fla adapter has no enhanced dsn and no binary spikes")
    from fla.ops import hgrn

    weight, bias = ours.parameters()

    def run(x: Tensor) -> Tensor:
        padded = pad(x.permute(1, 2, 0), (weight.shape[1] - 1, 0))
        a = conv1d(padded, weight[:, None], bias, groups=len(weight)).permute(2, 0, 1)
        g = logsigmoid(a) / ours.params.tau
        current = (1 - g.exp()) * x
        h, _ = hgrn.chunk_hgrn(current.flatten(1)[None], g.flatten(1)[None])
        return ours.fire(h.view(x.shape))

    return run, [weight, bias]
