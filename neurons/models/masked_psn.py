"""Masked parallel spiking neuron: during training, a mask restricts it to its last k inputs.

    H = (M o W) X + b,     S = Theta(H),     W [T, T], b [T], X [T, N * ...]
    M = lambda M_k + (1 - lambda) J
    M_k[i, j] = 1 where i - k < j <= i, else 0;     J[i, j] = 1

Training raises lambda from 0 (the parallel spiking neuron, psn) to 1 (causal, the last k inputs):
`layer.lambda_.fill_(epoch / epochs)`. lambda is a buffer, saved with the weights, and 1 by default
(SpikingJelly starts at 0). The threshold is -b and starts at 1. There is no reset. W has
weights for each of T steps: there is no `step`, and a longer input is an error. A shorter one is
taken as followed by zeros: W and b are cut to its steps, which at lambda = 1 is the same neuron.

Cost is quadratic in T while lambda < 1. If lambda = 1 and T > 8 max(k, 32), only the band is
multiplied: that is linear in T, except for W's gradient, [T, T] and zero outside the band. Reading
lambda makes the host wait for a GPU. If torch.compile, which cannot read it, runs the model, or if
lambda has a gradient, the whole product is computed.

W starts uniform in +-1/sqrt(n), n the row sum of M^2: as in a torch Linear with n inputs, the ones
that the mask lets pass. The authors' code takes n = T, with which the neuron hardly fires if T is
much larger than k.

Source: Fang et al., NeurIPS 2023, Eq. 10-11; the authors' code (IFNode5PorderMaskD) and
SpikingJelly's MaskedPSN agree.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import COUNT, Interval, Neuron
from neurons.fire import Fire
from neurons.scan import CHUNK, across_taps, across_time


class Params(NamedTuple):
    weight: Tensor  # W, learnable, [T, T]
    bias: Tensor  # b, learnable, [T]: minus the threshold
    lambda_: Tensor  # lambda, [], in [0, 1]: weight of the mask
    k: int = 4  # k, number of inputs that a masked step uses


def init(generator: torch.Generator | None, *, T: int, k: int = 4, lambda_: float = 1.0) -> Params:
    inside = min(k, T)
    bound = float(inside + (T - inside) * (1 - lambda_) ** 2) ** -0.5
    weight = torch.empty(T, T).uniform_(-bound, bound, generator=generator)
    return Params(weight, torch.full((T,), -1.0), torch.as_tensor(lambda_), k)


def sequence(x: Tensor, p: Params, fire: Fire) -> Tensor:
    built, steps = len(p.bias), len(x)
    if steps > built:
        raise ValueError(
            f"masked_psn was built for T={built} and got T={steps}; build another with T={steps}"
        )
    if steps < built:
        p = p._replace(weight=p.weight[:steps, :steps], bias=p.bias[:steps])
    if _banded(p):
        columns = torch.arange(1 - p.k, len(p.weight), device=p.weight.device).unfold(0, p.k, 1)
        # Negative columns wrap around to some weights, which the zeros before step 0 cancel.
        return fire(across_taps(p.weight[columns[:, -1:], columns], x, p.bias))
    band = p.weight.tril().triu(1 - p.k)
    return fire(across_time(torch.lerp(p.weight, band, p.lambda_), x, p.bias))


def _banded(p: Params) -> bool:
    """Return whether lambda is known to be 1, and the band so narrow that chunks are faster."""
    wide = len(p.weight) <= 8 * max(p.k, CHUNK)
    if wide or torch.compiler.is_compiling() or p.lambda_.requires_grad:
        return False
    return float(p.lambda_) == 1


NEURON = Neuron(
    Params,
    sequence=sequence,
    init=init,
    learnable=("weight", "bias"),
    bounds={"T": COUNT, "k": COUNT, "lambda_": Interval(0.0, 1.0, "both")},
    reset="none",
    resets=("none",),
)
