"""DS-ATGO Fig. 15: classes are further apart in the last layer's features."""

from __future__ import annotations

import torch

from suites import pictures
from suites.accuracy import recipes
from suites.findings import _trained
from suites.findings.finding import Facts, Finding

T, EPOCHS = 4, 6
VARIANTS = {
    "vanilla": _trained.layers("lif", tau=1.25, surrogate="rect"),
    "AT + TGO": _trained.layers("atlif", T=T),
}
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

    task, recipe = _trained.steps("digits", T), recipes.get("dsatgo")._replace(epochs=EPOCHS)
    found = {}
    for name, layers in VARIANTS.items():
        network = _trained.train(task, "mlp_norm", layers, recipe, seed).network
        with torch.no_grad():
            features = network[:-1](task.test.x).mean(0)  # type: ignore[index]
        found[name] = float(silhouette_score(features, task.test.y))
    picture = pictures.bars("Silhouette of the classes", found)
    return Facts(found["AT + TGO"] - found["vanilla"], found, (picture,))
