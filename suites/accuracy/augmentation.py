"""Augmentation: random changes of the images that a network is trained on.

Each takes a batch x [T, N, C, H, W], y [N] or what another one returned for it, and the number of
classes; it returns both. All steps of a sample are changed alike. Random numbers are torch's.

crop      an image of the same size from one with a border of 4 zeros
flip      half of the images, left to right
cutout    a square of a quarter of the area set to zero, as far as it lies in the image
roll      by up to 5 pixels along each side, around the edges
mix       half of the batches by mixup, half by cutmix: pairs of images and of their classes

Source: He et al. 2016; DeVries & Taylor 2017; Deng et al. 2022 (roll); Zhang et al. 2018 (mixup),
Yun et al. 2019 (cutmix).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn.functional import one_hot, pad

BORDER, ROLL = 4, 5  # pixels
MIXUP, CUTMIX = 0.2, 1.0  # alpha of the Beta distributions, as in torchvision's references

Batch = tuple[Tensor, Tensor]


def augment(x: Tensor, y: Tensor, classes: int, names: Sequence[str]) -> Batch:
    """Return the batch changed by each of `names`; what has no images stays as it is."""
    if x.ndim != 5:
        return x, y
    for name in names:
        x, y = AUGMENTATIONS[name](x, y, classes)
    return x, y


def crop(x: Tensor, y: Tensor, classes: int) -> Batch:
    """Return random crops."""
    height, width = x.shape[3:]
    bordered = pad(x, (BORDER,) * 4)
    top, left = torch.randint(2 * BORDER + 1, (2, x.shape[1], 1), device=x.device)
    rows = top + torch.arange(height, device=x.device)
    columns = left + torch.arange(width, device=x.device)
    return _pick(bordered, rows, columns), y


def roll(x: Tensor, y: Tensor, classes: int) -> Batch:
    """Return rolled images."""
    height, width = x.shape[3:]
    down, right = torch.randint(-ROLL, ROLL + 1, (2, x.shape[1], 1), device=x.device)
    rows = (torch.arange(height, device=x.device) - down) % height
    columns = (torch.arange(width, device=x.device) - right) % width
    return _pick(x, rows, columns), y


def flip(x: Tensor, y: Tensor, classes: int) -> Batch:
    """Return the images, half of them flipped."""
    flipped = torch.rand(x.shape[1], device=x.device) < 0.5
    return torch.where(flipped[:, None, None, None], x.flip(-1), x), y


def cutout(x: Tensor, y: Tensor, classes: int) -> Batch:
    """Return the images, each with a square set to zero."""
    height, width = x.shape[3:]
    half = min(height, width) // 4
    inside = _box(torch.rand(2, x.shape[1], device=x.device), half, half, height, width)
    return x.masked_fill(inside[:, None], 0.0), y


def mix(x: Tensor, y: Tensor, classes: int) -> Batch:
    """Return each image mixed with another of the batch, and the shares [N, K] of the classes."""
    by_mixup = bool(torch.rand(()) < 0.5)
    other = torch.randperm(x.shape[1], device=x.device)
    alpha = torch.tensor(MIXUP if by_mixup else CUTMIX)
    share = float(torch.distributions.Beta(alpha, alpha).sample())
    shares = one_hot(y, classes).float()
    if by_mixup:
        return torch.lerp(x[:, other], x, share), torch.lerp(shares[other], shares, share)
    height, width = x.shape[3:]
    side = (1 - share) ** 0.5 / 2
    center = torch.rand(2, 1, device=x.device)
    inside = _box(center, round(side * height), round(side * width), height, width)
    kept = 1 - float(inside.float().mean())
    return torch.where(inside, x[:, other], x), torch.lerp(shares[other], shares, kept)


def _pick(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return x [T, N, C, H, W] at the rows [N, H'] and columns [N, W'] of each sample."""
    samples = torch.arange(x.shape[1], device=x.device)[:, None, None]
    picked = x.transpose(2, 4)[:, samples, columns[:, :, None], rows[:, None]]  # [T, N, W, H, C]
    return picked.transpose(2, 4)


def _box(center: Tensor, half_height: int, half_width: int, height: int, width: int) -> Tensor:
    """Return whether a pixel lies in a box, [N, H, W]; centers [2, N] are shares of the sides."""
    y, x = (center * torch.tensor([[height], [width]], device=center.device)).floor()[..., None]
    rows, columns = torch.arange(height, device=x.device), torch.arange(width, device=x.device)
    in_rows = (rows >= y - half_height) & (rows < y + half_height)
    in_columns = (columns >= x - half_width) & (columns < x + half_width)
    return in_rows[:, :, None] & in_columns[:, None]


AUGMENTATIONS: dict[str, Callable[[Tensor, Tensor, int], Batch]] = {
    f.__name__: f for f in (crop, flip, cutout, roll, mix)
}
