"""DS-ATGO Fig. 15: classes are further apart in the last layer's features."""

from __future__ import annotations

import torch

from suites import pictures
from suites.findings import _ds_atgo, _trained
from suites.findings.finding import Facts, Finding

EPOCHS = 6
FINDING = Finding(
    paper="ds_atgo",
    place="appendix C, Fig. 15",
    statement="DS-ATGO separates the features of different classes better than the vanilla network",
    figure="silhouette of the classes with AT + TGO, less that of vanilla",
    unit="",
    accept=(0.0, 2.0),
    models=("lif", "atlif"),
    scale="The rates of the last hidden layer on 8 x 8 digits; the silhouette, from -1 to 1, needs "
    "no projection, as t-SNE does.",
)


def measure(seed: int) -> Facts:
    from sklearn.metrics import silhouette_score  # importing it changes the environment

    test, found = _trained.steps(*_ds_atgo.TASK).test, {}
    for name in _ds_atgo.BOTH:
        network = _ds_atgo.train(name, "mlp_norm", EPOCHS, seed).network
        with torch.no_grad():
            features = network[:-1](test.x).mean(0)  # type: ignore[index]
        found[name] = float(silhouette_score(features, test.y))
    picture = pictures.bars("Silhouette of the classes", found)
    return Facts(found["AT + TGO"] - found["vanilla"], found, (picture,))
