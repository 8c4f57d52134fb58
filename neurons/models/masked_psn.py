"""Masked parallel spiking neuron: it learns to do with its last k inputs, there is no reset.

    H = (M o W) X + b,     S = Theta(H),     W [T, T], b [T], X [T, N * ...]
    M = lambda M_k + (1 - lambda) J
    M_k[i, j] = 1 where i - k < j <= i, else 0;     J[i, j] = 1

Training raises lambda from 0, where this is the parallel spiking neuron, to 1, where it is causal
and sees k steps: `layer.lambda_.fill_(epoch / epochs)`. It is a buffer, saved with the weights,
and 1 unless given (SpikingJelly starts at 0). The threshold is -b and starts at 1. T is fixed by
W, and every step has weights of its own: there is no `step`.

Cost is quadratic in T while lambda < 1. At 1, where T > 8 max(k, 32), only the band is multiplied:
that is linear in T, but for W's gradient, [T, T] and zero outside the band. To see that lambda is
1, a GPU is waited for. Under torch.compile, which cannot look at it, and where lambda has a
gradient, the whole product stays.

W starts uniform in +-1/sqrt(n), n the sum of a row of M^2: a torch Linear's where the mask lets n
inputs pass. The authors' code takes n = T, and with it hardly fires once T is far beyond k.

Source: Fang et al., NeurIPS 2023, Eq. 10-11; the authors' code (IFNode5PorderMaskD) and
SpikingJelly's MaskedPSN agree.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import COUNT, Neuron
from neurons.fire import Fire
from neurons.scan import BLOCK, across_taps, across_time


class Params(NamedTuple):
    weight: Tensor  # W, learnable, [T, T]
    bias: Tensor  # b, learnable, [T]: minus the threshold
    lambda_: Tensor  # lambda, [], in [0, 1]: how much of the mask is on
    k: int = 4  # k, inputs that a masked step sees


def init(generator: torch.Generator | None, *, T: int, k: int = 4, lambda_: float = 1.0) -> Params:
    if not 0 <= lambda_ <= 1:
        raise ValueError(f"masked_psn: lambda_ = {lambda_!r} is not allowed; it must be in [0, 1]")
    band = min(k, T)
    bound = float(band + (T - band) * (1 - lambda_) ** 2) ** -0.5
    weight = torch.empty(T, T).uniform_(-bound, bound, generator=generator)
    return Params(weight, torch.full((T,), -1.0), torch.as_tensor(lambda_), k)


def sequence(x: Tensor, p: Params, fire: Fire) -> Tensor:
    if _banded(p):
        seen = torch.arange(1 - p.k, len(p.weight), device=p.weight.device).unfold(0, p.k, 1)
        # A negative column wraps, to weights that meet the zeros before the first step.
        return fire(across_taps(p.weight[seen[:, -1:], seen], x, p.bias))
    band = p.weight.tril().triu(1 - p.k)
    return fire(across_time(torch.lerp(p.weight, band, p.lambda_), x, p.bias))


def _banded(p: Params) -> bool:
    """Whether lambda is known to be 1, and the band so narrow that it is worth its blocks."""
    wide = len(p.weight) <= 8 * max(p.k, BLOCK)
    if wide or torch.compiler.is_compiling() or p.lambda_.requires_grad:
        return False
    return float(p.lambda_) == 1


NEURON = Neuron(
    Params,
    sequence=sequence,
    init=init,
    learnable=("weight", "bias"),
    bounds={"T": COUNT, "k": COUNT},
    reset="none",
)
