"""The tasks: what their data are."""

import math

import pytest
import torch

from suites.accuracy import tasks


@pytest.fixture(scope="module")
def digits():
    return tasks.load("digits")


def test_tasks_are_the_files_of_their_folder():
    assert "digits" in tasks.names()


def test_digits_are_direct_coded_and_split_without_overlap(digits):
    for split, samples in ((digits.train, 1198), (digits.test, 599)):
        assert split.x.shape == (8, samples, 64)
        assert split.x.dtype == torch.float32
        assert (split.x == split.x[0]).all(), "direct coding repeats the image at every step"
        shares = torch.bincount(split.y, minlength=digits.outputs) / samples
        assert ((shares - 0.1).abs() < 0.005).all(), "a stratified split keeps the classes' shares"
    assert digits.train.x.mean().abs() < 1e-5
    assert math.isclose(digits.train.x.std().item(), 1, rel_tol=1e-3)
    images = torch.cat([digits.train.x[0], digits.test.x[0]])
    assert len(images.unique(dim=0)) == 1797, "every image is in one of the two sets, once"
