"""Perplexity on longer texts than in training: DSN, Fig. 5, right."""

from __future__ import annotations

import math
from typing import Any

import torch

from suites import pictures
from suites.accuracy import losses, recipes, scoring, tasks
from suites.accuracy.task import Split
from suites.accuracy.tasks import text
from suites.findings import _trained
from suites.findings.finding import Facts

TRAINED = text.STEPS
LENGTHS = (64, 128, 512, 2048, 8192, 16384)
LARGEST = 1.02  # ratio of perplexities
EPOCHS = 6
SCALE = (
    "Two layers of 96 neurons, 64 k characters of Python's help instead of WikiText-103, trained "
    "at T = 128 instead of 2048. The same test text is cut into pieces of each length."
)


def pieces(steps: int) -> Split:
    """Return the test text in pieces of so many characters: the same text for all lengths."""
    codes = torch.from_numpy(text.parts()[1])
    end = (len(codes) - 1) // LENGTHS[-1] * LENGTHS[-1]
    x, y = (codes[first : first + end].view(-1, steps).T for first in (0, 1))
    return Split(x.contiguous(), y.contiguous())


def measure(seed: int, model: str, **options: Any) -> Facts:
    """Return the largest ratio of the perplexity at a length to that at the trained one."""
    recipe = recipes.get("tiny")._replace(epochs=EPOCHS)
    layers = _trained.layers(model, **options)
    network = _trained.train(tasks.load("text"), "characters", layers, recipe, seed).network
    loss = losses.get("mean")
    perplexity = {T: math.exp(scoring.score(network, pieces(T), loss).loss) for T in LENGTHS}
    ratios = {T: value / perplexity[TRAINED] for T, value in perplexity.items()}
    title, curve = f"Perplexity of {model}, trained at {TRAINED}", {model: [*perplexity.values()]}
    picture = pictures.lines(title, LENGTHS, curve, x_label="characters", log="x")
    numbers = {f"perplexity at {T}": value for T, value in perplexity.items()}
    return Facts(max(ratios[T] for T in LENGTHS if T > TRAINED), numbers, (picture,))
