"""Augmentation changes images and classes as it says, all steps alike."""

import pytest
import torch

from suites.accuracy.augmentation import AUGMENTATIONS, augment

T, N, C, H, W, K = 3, 40, 2, 12, 16, 5


@pytest.fixture
def batch():
    x = torch.rand(N, C, H, W) + 0.5  # no zeros, and all pixels differ
    return x.expand(T, N, C, H, W), torch.arange(N) % K


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_all_steps_of_a_sample_are_changed_alike_and_by_the_seed(batch, name):
    x, y = batch
    torch.manual_seed(0)
    first, _ = augment(x, y, K, [name])
    torch.manual_seed(0)
    again, _ = augment(x, y, K, [name])
    other, _ = augment(x, y, K, [name])
    assert first.shape == x.shape and torch.equal(first, again)
    assert (first == first[0]).all()
    assert not torch.equal(first, x) and not torch.equal(first, other)


def test_a_crop_is_a_shifted_image_with_zeros_at_the_border(batch):
    x, y = batch
    changed, classes = AUGMENTATIONS["crop"](x, y, K)
    assert torch.equal(classes, y)
    bordered = torch.nn.functional.pad(x[0], (4, 4, 4, 4))
    shifts = set()
    for n in range(N):
        windows = bordered[n].unfold(1, H, 1).unfold(2, W, 1)  # [C, 9, 9, H, W]
        same = (windows == changed[0, n, :, None, None]).all(-1).all(-1).all(0)
        assert same.sum() == 1
        shifts.add(tuple(same.nonzero()[0].tolist()))
    assert len(shifts) > 20


def test_a_flip_mirrors_about_half_of_the_images(batch):
    x, y = batch
    changed, _ = AUGMENTATIONS["flip"](x, y, K)
    flipped = (changed == x.flip(-1)).flatten(2).all(2)[0]
    same = (changed == x).flatten(2).all(2)[0]
    assert (flipped ^ same).all() and 10 < flipped.sum() < 30


def test_a_cutout_is_a_square_of_zeros_within_the_image(batch):
    x, y = batch
    changed, _ = AUGMENTATIONS["cutout"](x, y, K)
    zero = changed[0] == 0
    assert (zero == zero[:, :1]).all(), "in all channels"
    assert torch.equal(changed[0][~zero], x[0][~zero])
    heights, widths = zero[:, 0].any(2).sum(1), zero[:, 0].any(1).sum(1)
    assert torch.equal(zero[:, 0].sum((1, 2)), heights * widths), "a box"
    assert heights.max() == widths.max() == 6 and heights.min() >= 3


def test_a_roll_keeps_all_pixels(batch):
    x, y = batch
    changed, _ = AUGMENTATIONS["roll"](x, y, K)
    assert torch.equal(changed.flatten(3).sort(-1)[0], x.flatten(3).sort(-1)[0])
    for n in range(N):
        rolls = [(a, b) for a in range(-5, 6) for b in range(-5, 6)]
        assert any(torch.equal(changed[0, n], x[0, n].roll(by, (1, 2))) for by in rolls)


def test_mixing_gives_the_classes_the_shares_of_their_images():
    """An image of class c is all c, so the mean of a mixed image is the mean of its classes."""
    y = torch.arange(N) % K
    x = y.float()[None, :, None, None, None].expand(T, N, C, H, W)
    partial = 0
    for seed in range(20):
        torch.manual_seed(seed)
        mixed, shares = AUGMENTATIONS["mix"](x, y, K)
        assert shares.shape == (N, K)
        assert torch.allclose(shares.sum(1), torch.ones(N))
        assert torch.allclose(mixed[0].mean((1, 2, 3)), shares @ torch.arange(K).float(), atol=1e-5)
        partial += bool(((shares > 0.01) & (shares < 0.99)).any())
    assert partial > 10


def test_what_has_no_images_stays_as_it_is():
    x, y = torch.rand(T, N, 64), torch.arange(N)
    same, classes = augment(x, y, K, ["crop", "flip", "mix"])
    assert same is x and classes is y
