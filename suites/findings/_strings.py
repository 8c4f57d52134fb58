"""Networks of ST-DANO's strings on small images: a digit per layer, 0 LIF, 1 LLIF, 2 SLIF."""

from __future__ import annotations

from suites.accuracy import recipes, search
from suites.accuracy.trainer import Trained
from suites.findings import _trained

T, EPOCHS, NETWORK, LAYERS = 4, 4, "convnet", 4
RECIPE = recipes.get("stdano")._replace(epochs=EPOCHS, augmentation=())
SCALE = (
    "Four convolutions of 16 to 64 channels on 8 x 8 digits, T = 4, 4 epochs, instead of VGG-11 on "
    "CIFAR-10 and DVS-CIFAR-10."
)


def train(string: str, seed: int) -> Trained:
    """Return the trained network of a string."""
    task = _trained.steps("digits", T)
    return _trained.train(task, NETWORK, search.layers_of_string(string), RECIPE, seed)


def train_soft(seed: int) -> Trained:
    """Return that of LIF with the reset and the tau of SLIF."""
    options = {"decay": "exp", "surrogate": "piecewise_quadratic", "reset": "soft"}
    layers = _trained.layers("lif", **options)
    return _trained.train(_trained.steps("digits", T), NETWORK, layers, RECIPE, seed)
