"""The network and recipe of CLIF's trained findings: five layers, T = 6, static digits."""

from __future__ import annotations

from typing import Any

from suites.accuracy import recipes
from suites.accuracy.trainer import Trained
from suites.findings import _trained

T, EPOCHS, NETWORK = 6, 4, "convnet"
RECIPE = recipes.get("clif")._replace(epochs=EPOCHS, augmentation=())
MATCHED = {"reset": "soft", "surrogate": "rect", "decay_input": False}
SCALE = (
    "Four convolutions of 16 to 64 channels and a linear layer on 8 x 8 digits, T = 6, 4 epochs; "
    "the paper trains a ResNet-18 for 200 epochs on CIFAR."
)


def train(model: str, seed: int, **options: Any) -> Trained:
    """Return the trained network of a model with soft reset and rect surrogate."""
    layers = _trained.layers(model, **MATCHED | options)
    return _trained.train(_trained.steps("digits", T), NETWORK, layers, RECIPE, seed)
