"""STC's prediction in small: one bouncing digit, 10 frames in and 10 predicted by a free run."""

from __future__ import annotations

from typing import Any

import torch

from suites import pictures
from suites.accuracy import recipes, rollout, tasks
from suites.accuracy.tasks.moving import READ, SIDE
from suites.accuracy.trainer import Trained
from suites.findings import _trained
from suites.networks.predictor import LIF
from suites.pictures import Picture

EPOCHS = 12  # of 32 batches
RECIPE = recipes.get("stc")._replace(epochs=EPOCHS, warmup=EPOCHS * 10 / 500)
SCALE = (
    f"One digit in 16 x 16 pixels, 16 channels and {EPOCHS * 32} batches of 16, instead of two in "
    "64 x 64, 256 channels and 500 epochs; scheduled sampling from 1 to 0. STC without GroupNorm."
)


def train(model: str, seed: int, **options: Any) -> Trained:
    """Return a trained predictor."""
    options = LIF if model == "lif" else options
    layers = _trained.layers(model, **options)
    return _trained.train(tasks.load("moving"), "predictor", layers, RECIPE, seed)


def error(trained: Trained) -> float:
    """Return the MSE of the predicted frames, the sum over pixels as the papers print it."""
    return trained.score.error * SIDE**2


def baselines() -> dict[str, float]:
    """Return the MSE of black frames, and of the last given frame."""
    test = tasks.load("moving").test
    truth, last = test.y[READ - 1 :], test.x[READ - 1]
    squares = {"black frames": truth**2, "the last frame": (truth - last) ** 2}
    return {name: float(v.mean()) * SIDE**2 for name, v in squares.items()}


def frames(networks: dict[str, Trained], sample: int = 0) -> Picture:
    """Return the true frames of a sample, and those that each network predicts."""
    test = tasks.load("moving").test.pick(slice(sample, sample + 1))
    rows = {"true": test.y[READ - 1 :, 0, 0].tolist()}
    for name, trained in networks.items():
        with torch.no_grad():
            o = rollout.run(trained.network, test.x, READ)
        rows[name] = o[READ - 1 :, 0, 0].clamp(0, 1).tolist()
    return pictures.images("Predicted frames, 11 to 20", rows)
