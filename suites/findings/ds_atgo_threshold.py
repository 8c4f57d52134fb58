"""DS-ATGO Fig. 14: the running thresholds settle in training."""

from __future__ import annotations

import torch

import neurons
from suites import pictures
from suites.findings import _ds_atgo
from suites.findings.finding import Facts, Finding

EPOCHS = 12
FINDING = Finding(
    paper="ds_atgo",
    place="appendix C, Fig. 14",
    statement="The thresholds change in the first epochs and then settle",
    figure="change in the last epoch, of that in the first",
    unit="ratio",
    accept=(float("-inf"), 0.5),
    models=("atlif",),
    scale="Two hidden layers with normalisation on 8 x 8 digits, T = 4, 12 epochs.",
)


def measure(seed: int) -> Facts:
    training = _ds_atgo.started("mlp_norm", EPOCHS, seed)
    layers = [m for m in training.network.modules() if isinstance(m, neurons.Layer)]
    path = [torch.cat([layer.params.running for layer in layers])]
    for _ in range(EPOCHS):
        training.run_epoch()
        path.append(torch.cat([layer.params.running for layer in layers]))
    changes = torch.stack(path).diff(dim=0).norm(dim=1)
    thresholds = torch.stack(path).view(len(path), len(layers), _ds_atgo.T).mean(2)
    lines = {f"layer {n + 1}": thresholds[:, n].tolist() for n in range(len(layers))}
    title = "Threshold, the mean over steps"
    picture = pictures.lines(title, range(EPOCHS + 1), lines, x_label="epoch")
    numbers = {"first epoch": float(changes[0]), "last epoch": float(changes[-1])}
    return Facts(float(changes[-1] / changes[0]), numbers, (picture,))
