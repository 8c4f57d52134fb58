"""DS-ATGO Fig. 9: the loss around the trained weights is flatter."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from suites import pictures
from suites.accuracy import losses, scoring
from suites.accuracy.task import Split
from suites.findings import _ds_atgo, _trained
from suites.findings.finding import Facts, Finding

EPOCHS, SIDE, RADIUS = 6, 11, 0.5
FINDING = Finding(
    paper="ds_atgo",
    place="text on Fig. 9",
    statement="The loss landscape of DS-ATGO is flatter than that of the vanilla network",
    figure="rise of the loss within a radius of .5, of vanilla less that of AT + TGO",
    unit="nats",
    accept=(0.0, float("inf")),
    models=("lif", "atlif"),
    scale="Two hidden layers with normalisation on 8 x 8 digits, T = 4, instead of ResNet-19 on "
    "CIFAR-100; two random directions, normalised filter by filter (Li et al. 2018).",
)


def measure(seed: int) -> Facts:
    rises, drawn = {}, []
    offsets = torch.linspace(-RADIUS, RADIUS, SIDE)
    names = [f"{offset:.1f}" for offset in offsets.tolist()]
    train = _trained.steps(*_ds_atgo.TASK).train
    for name in _ds_atgo.BOTH:
        network = _ds_atgo.train(name, "mlp_norm", EPOCHS, seed).network
        field = landscape(network, train, offsets, seed)
        rises[name] = float(field.mean() - field[SIDE // 2, SIDE // 2])
        title = f"Loss around the weights, {name}"
        drawn.append(pictures.heat(title, field.tolist(), rows=names, columns=names, unit="nats"))
    return Facts(rises["vanilla"] - rises["AT + TGO"], rises, tuple(drawn))


@torch.no_grad()
def landscape(network: nn.Module, split: Split, offsets: Tensor, seed: int) -> Tensor:
    """Return the loss at the weights plus a p + b q, [b, a], for two directions p and q."""
    weights = [w for w in network.parameters() if w.ndim > 1]
    start = [w.clone() for w in weights]
    generator = torch.Generator().manual_seed(seed)
    p, q = ([_direction(w, generator) for w in weights] for _ in range(2))
    loss, field = losses.get("smooth"), torch.zeros(len(offsets), len(offsets))
    for row, b in enumerate(offsets):
        for column, a in enumerate(offsets):
            for w, w0, along, across in zip(weights, start, p, q, strict=True):
                w.copy_(w0 + a * along + b * across)
            field[row, column] = scoring.score(network, split, loss).loss
    for w, w0 in zip(weights, start, strict=True):
        w.copy_(w0)
    return field


def _direction(weight: Tensor, generator: torch.Generator) -> Tensor:
    """Return random numbers whose rows have the norms of the weight's rows."""
    drawn = torch.randn(weight.shape, generator=generator)
    norms = weight.flatten(1).norm(dim=1) / drawn.flatten(1).norm(dim=1)
    return drawn * norms.view(-1, *(1,) * (weight.ndim - 1))
