"""The DSN paper's timing of parallel neurons, Fig. 5 and appendix B.1.

    10 warm-ups, then the mean of 100 passes; the GPU is waited for before the first and after the
    last. Forward in training mode, with its graph; forward and backward together; the backward is
    their difference, as the passes of training run one after the other. Passes that would take
    longer than 30 s are fewer, see `suites.clock.mean_seconds`: long T on a CPU.

psn                  addmm over all T steps, our model on torch's operations
sliding_psn_conv1d   one filter of k = 64 taps for all neurons as a plain conv1d, without gradient
                     to the padding. SpikingJelly's dense build is a T x T product instead
dsn_fla              k = 4; the recurrence on fla's HGRN kernel, the paper's own route; needs a GPU
dsn                  k = 4; ours, on the backend that "auto" chooses

Source: DSN (parallel training), section 5.1, Fig. 5 and appendix B.1. The paper times B = 16 and
512 neurons at T = 2k to 16k, and does not say how many warm-ups it takes.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn.functional import conv1d, pad

import neurons
from suites import cases, clock
from suites.cases import Workload
from suites.profiles import Profile, Shape

WARM_UPS, PASSES = 10, 100
NEURONS = ("psn", "sliding_psn_conv1d", "dsn_fla", "dsn")
# Of the longest shape, T = 16k in the paper: how many times as long the other takes as dsn.
PRINTED = {
    ("psn", "forward"): 21.7,
    ("psn", "backward"): 28.0,
    ("psn", "training"): 25.6,
    ("sliding_psn_conv1d", "backward"): 3.2,
    ("sliding_psn_conv1d", "training"): 2.2,
}


def shapes(profile: Profile) -> list[Shape]:
    """Return the shapes that are timed: all of a profile, or the shortest of a quick one."""
    return profile.shapes[:1] if profile.quick else profile.shapes


def workload(neuron: str, shape: Shape) -> Workload:
    """Build one of `NEURONS`; raise NotImplementedError for what cannot run here."""
    if neuron == "psn":
        return cases.build_workload("psn", "eager", shape)
    if neuron == "dsn":
        device = cases.device().type
        backend = neurons.backends.choose(neurons.get("dsn"), "auto", device=device)
        return cases.build_workload("dsn", backend, shape)
    if neuron == "dsn_fla":
        return cases.build_workload("dsn", "fla", shape)
    ours = cases.layer("sliding_psn", "eager", shape)
    return Workload(plain_sliding_psn(ours), list(ours.parameters()), shape)


def plain_sliding_psn(ours: neurons.Layer) -> Callable[[Tensor], Tensor]:
    """Return sliding PSN as a plain conv1d over [T, N, C], with the parameters of our layer."""
    weight, bias = ours.params.weight, ours.params.bias

    def run(x: Tensor) -> Tensor:
        rows = x.flatten(1).T[:, None]  # [N C, 1, T]
        h = conv1d(pad(rows, (len(weight) - 1, 0)), weight[None, None], bias[None])
        return ours.fire(h[:, 0].T.reshape(x.shape))

    return run


def forward(case: Workload) -> float:
    """Return the mean seconds of a forward pass in training."""
    return clock.mean_seconds(case.forward_graph, PASSES, WARM_UPS)


def training(case: Workload) -> float:
    """Return the mean seconds of forward and backward."""
    return clock.mean_seconds(case.training, PASSES, WARM_UPS)


def backward(case: Workload) -> float:
    """Return the mean seconds of a backward pass, the difference of the two others.

    Raise ValueError where other load on the machine made the forward look longer than both.
    """
    seconds = training(case) - forward(case)
    if seconds <= 0:
        raise ValueError(f"forward took {-seconds:.2g} s longer than forward and backward; repeat")
    return seconds
