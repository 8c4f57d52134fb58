"""The scores, against values computed by hand and by scikit-image."""

import math

import numpy as np
import pytest
import torch

from suites.accuracy import scores

SCORES = [scores.mse_per_frame, scores.mse, scores.mae, scores.psnr, scores.ssim]
# 2 frames of one sample with 1 x 2 pixels
TRUE = torch.tensor([[0.0, 1.0], [0.5, 0.5]]).view(2, 1, 1, 1, 2)
PREDICTED = torch.tensor([[0.5, 0.5], [0.5, 1.5]]).view(2, 1, 1, 1, 2)


def test_errors_of_videos_are_sums_over_pixels_and_means_over_the_rest():
    assert scores.mse_per_frame(PREDICTED, TRUE).tolist() == [0.5, 1.0]
    assert scores.mse(PREDICTED, TRUE) == 0.75
    assert scores.mae(PREDICTED, TRUE) == 1.0
    true = torch.cat([TRUE, PREDICTED], 1)  # the second sample is perfect
    assert scores.mse_per_frame(torch.cat([PREDICTED] * 2, 1), true).tolist() == [0.25, 0.5]


def test_psnr_is_a_mean_over_frames_of_the_clipped_prediction():
    """The first frame has the mean squared error .25, the second, whose 1.5 counts as 1, .125."""
    expected = (10 * math.log10(4) + 10 * math.log10(8)) / 2
    assert scores.psnr(PREDICTED, TRUE) == pytest.approx(expected)
    assert scores.psnr(TRUE, TRUE) == math.inf


@pytest.fixture
def videos() -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(0)
    true = rng.random((2, 3, 2, 9, 11))
    predicted = (true + 0.2 * rng.standard_normal(true.shape)).clip(0, 1)
    return torch.tensor(predicted), torch.tensor(true)


def test_psnr_and_ssim_are_those_of_scikit_image(videos):
    """Version 0.26.0, `channel_axis=0`, frame by frame."""
    assert scores.psnr(*videos) == pytest.approx(14.669410514323664, rel=1e-12)
    assert scores.ssim(*videos) == pytest.approx(0.8059082363360254, rel=1e-12)
    assert scores.ssim(*videos, data_range=2.0) == pytest.approx(0.8087967715574828, rel=1e-12)


def test_ssim_of_flat_frames_compares_their_light_alone():
    a, b = torch.full((2, 1, 1, 1, 8, 8), 0.2).unbind(0)
    b = b + 0.4
    expected = (2 * 0.2 * 0.6 + 1e-4) / (0.2**2 + 0.6**2 + 1e-4)
    assert scores.ssim(a, b) == pytest.approx(expected, rel=1e-6)
    assert scores.ssim(b, b) == pytest.approx(1, rel=1e-9)
    assert scores.ssim(b + 1, torch.ones_like(b)) == pytest.approx(1, rel=1e-9), "clipped"


def test_scores_of_series_by_hand():
    """Channel 1 spreads by 2 around its mean 1, channel 2 by 8; the errors are 1 and 4, squared."""
    true = torch.tensor([[[0.0], [0.0]], [[2.0], [4.0]]])
    predicted = torch.tensor([[[1.0], [0.0]], [[2.0], [2.0]]])
    assert scores.rse(predicted, true) == pytest.approx(math.sqrt((1 + 4) / (2 + 8)))
    assert scores.r2(predicted, true) == pytest.approx(((1 - 1 / 2) + (1 - 4 / 8)) / 2)
    mean = true.mean(0).expand_as(true)
    assert (scores.rse(mean, true), scores.r2(mean, true)) == (1, 0)
    assert (scores.rse(true, true), scores.r2(true, true)) == (0, 1)


@pytest.mark.parametrize("score", [*SCORES, scores.rse, scores.r2])
def test_other_shapes_are_refused_in_one_line(score):
    with pytest.raises(
        ValueError, match=r"shapes \(2, 1, 1, 1, 2\) and \(2, 1, 1, 1, 1\)"
    ) as error:
        score(PREDICTED, TRUE[..., :1])
    assert "\n" not in str(error.value)
