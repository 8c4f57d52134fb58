"""The scores of predictions that the papers print: of videos, and of time series.

Videos are [T', N, C, H, W], T' predicted frames with values in [0, 1]; series are [M, C, L], M
samples of L predicted steps. Each score takes a prediction, then the truth, computes in float64,
and raises ValueError if their shapes differ.

Source: OpenSTL's metrics (Tan et al. 2023), which STC reports; scikit-image for SSIM; DSN, B.3.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import avg_pool2d

WINDOW = 7  # pixels along a side
K1, K2 = 0.01, 0.03


def mse_per_frame(predicted: Tensor, true: Tensor) -> Tensor:
    """Return the squared error of each frame [T'], its sum over C, H, W averaged over samples."""
    predicted, true = _pair(predicted, true)
    return ((predicted - true) ** 2).sum((2, 3, 4)).mean(1)


def mse(predicted: Tensor, true: Tensor) -> float:
    """Return the mean over frames and samples of the squared error's sum over C, H, W."""
    return mse_per_frame(predicted, true).mean().item()


def mae(predicted: Tensor, true: Tensor) -> float:
    """Return the mean over frames and samples of the absolute error's sum over C, H, W."""
    predicted, true = _pair(predicted, true)
    return (predicted - true).abs().sum((2, 3, 4)).mean().item()


def psnr(predicted: Tensor, true: Tensor) -> float:
    """Return the peak signal-to-noise ratio in dB, the mean over frames.

    It is 10 log10(1 / e) for the mean squared error e of a frame whose prediction is clipped to
    [0, 1]; a perfect frame makes it infinite.
    """
    predicted, true = _pair(predicted, true)
    error = ((predicted.clip(0, 1) - true) ** 2).mean((2, 3, 4))
    return (-10 * error.log10()).mean().item()


def ssim(predicted: Tensor, true: Tensor, data_range: float = 1.0) -> float:
    """Return the structural similarity, the mean over frames and channels.

    The prediction is clipped to [0, 1]. Means and (co)variances are those of all 7 x 7 windows
    inside a frame, with equal weights, divided by 48. These are scikit-image's defaults, except
    that its `data_range` of floats was 2 before it had to be given: OpenSTL's numbers have that 2.
    """
    predicted, true = _pair(predicted, true)
    a, b = predicted.clip(0, 1).flatten(0, 1), true.flatten(0, 1)
    mean_a, mean_b = _mean(a), _mean(b)
    unbiased = WINDOW**2 / (WINDOW**2 - 1)
    variances = unbiased * (_mean(a * a) - mean_a**2 + _mean(b * b) - mean_b**2)
    covariance = unbiased * (_mean(a * b) - mean_a * mean_b)
    c1, c2 = (K1 * data_range) ** 2, (K2 * data_range) ** 2
    light = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    return (light * (2 * covariance + c2) / (variances + c2)).mean().item()


def _mean(frames: Tensor) -> Tensor:
    """Return the mean of each window."""
    return avg_pool2d(frames, WINDOW, stride=1)


def rse(predicted: Tensor, true: Tensor) -> float:
    """Return the root relative squared error: 1 for a prediction as good as the mean sample.

    sqrt(sum_m |Y_m - P_m|^2 / sum_m |Y_m - mean Y|^2), DSN Eq. B.1
    """
    predicted, true = _pair(predicted, true)
    spread = ((true - true.mean(0)) ** 2).sum()
    return (((true - predicted) ** 2).sum() / spread).sqrt().item()


def r2(predicted: Tensor, true: Tensor) -> float:
    """Return the coefficient of determination, the mean over channels and steps.

    1 - sum_m (Y_m - P_m)^2 / sum_m (Y_m - mean Y)^2 for each. DSN Eq. B.2 has the sum over samples
    outside the fraction, whose denominator may then be next to 0.
    """
    predicted, true = _pair(predicted, true)
    spread = ((true - true.mean(0)) ** 2).sum(0)
    return (1 - ((true - predicted) ** 2).sum(0) / spread).mean().item()


def _pair(predicted: Tensor, true: Tensor) -> tuple[Tensor, Tensor]:
    """Return both in float64; other shapes would be broadcast."""
    if predicted.shape != true.shape:
        shapes = f"{tuple(predicted.shape)} and {tuple(true.shape)}"
        raise ValueError(f"prediction and truth have the shapes {shapes}: give the same to both")
    return predicted.double(), true.double()
