"""DS-ATGO Fig. 4: the encoding layer keeps more of the image."""

from __future__ import annotations

import torch
from torch import Tensor

from suites import pictures
from suites.accuracy import scores
from suites.findings import _ds_atgo, _trained
from suites.findings.finding import Facts, Finding

EPOCHS, SHOWN, IMAGES = 3, 5, 100
FINDING = Finding(
    paper="ds_atgo",
    place="Fig. 4 and the text on it",
    statement="The adaptive threshold encodes images with better quality than a fixed one",
    figure="SSIM of image and encoding with AT + TGO, less that with a fixed threshold",
    unit="",
    accept=(0.0, 1.0),
    models=("lif", "atlif"),
    scale="The encoding is the mean of the first layer's 16 maps over T = 4 steps, stretched to "
    "0 .. 1, of a network trained for 3 epochs on 8 x 8 digits; the paper shows single images.",
)


def measure(seed: int) -> Facts:
    x = _trained.steps(*_ds_atgo.TASK).test.x[:, :IMAGES]
    images = _stretched(x[0].view(IMAGES, 8, 8))
    similarity, rows = {}, {"image": images[:SHOWN].tolist()}
    for name in _ds_atgo.BOTH:
        network = _ds_atgo.train(name, "convnet", EPOCHS, seed).network
        with torch.no_grad():
            spikes = network[:3](x)  # type: ignore[index]
        encoded = _stretched(spikes.mean((0, 2)))
        similarity[name] = scores.ssim(encoded[None, :, None], images[None, :, None])
        rows[name] = encoded[:SHOWN].tolist()
    figure = similarity["AT + TGO"] - similarity["vanilla"]
    return Facts(figure, similarity, (pictures.images("Images and their encoding", rows),))


def _stretched(images: Tensor) -> Tensor:
    """Return each image, its values from 0 to 1."""
    low, high = images.amin((1, 2), keepdim=True), images.amax((1, 2), keepdim=True)
    return (images - low) / (high - low).clamp(min=1e-6)
