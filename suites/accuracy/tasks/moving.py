"""A bouncing digit: after 10 frames, what do the next 10 look like?

A digit of 8 x 8 pixels, values in [0, 1], moves straight through a frame of 16 x 16 and bounces off
its sides. The input of a step is a frame, and its target the next one; a network that has read 10
frames predicts 10 more from its own predictions, and those are tested. It tells apart whether
neurons keep where something was, so that they know where it goes. A neuron that reads all steps at
once, as psn does, cannot go on from its own predictions: it is refused.

    u[t] = u[t-1] + .1 b (cos a, sin a),    u[0] ~ U(0, 1)^2,  a ~ U(0, 2 pi)

u is the place of the digit in the frame, from 0 to 1 along each side; a step beyond ends on the
side and turns the sign b of that direction. The corner pixel is u times the free way, rounded down.

Shapes: x [19, N, 1, 16, 16], y [19, N, 1, 16, 16]; 512 samples to train, 128 to test. The digits of
the test set are not in the training set.

Source: Srivastava et al. 2015 with the trajectory of OpenSTL (Tan et al. 2023), and the digits of
scikit-learn in place of MNIST.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from suites.accuracy.task import Task
from suites.accuracy.tasks import _generated

READ, PREDICTED = 10, 10  # frames
SIDE = 16  # pixels
TRAIN, TEST = 512, 128
STEP = 0.1  # of the way from side to side


def load(digits: int = 1) -> Task:
    """Return the task of so many digits in a frame."""
    # Not at the top: importing scikit-learn changes the environment of the process.
    from sklearn.datasets import load_digits

    rng, images = np.random.default_rng(0), load_digits().images / 16
    images = rng.permutation(images)
    known = len(images) * TRAIN // (TRAIN + TEST)
    parts = ((images[:known], TRAIN), (images[known:], TEST))
    frames = np.concatenate([video(rng, part, n, SIDE, digits) for part, n in parts], axis=1)
    frames = frames[:, :, None]  # one channel
    rest = {"network": "predictor", "loss": "mse", "read": READ}
    return _generated.task(frames[:-1], frames[1:], TRAIN, SIDE**2, **rest)


def video(
    rng: np.random.Generator, images: NDArray[Any], samples: int, side: int, digits: int
) -> NDArray[Any]:
    """Return videos [T, N, side, side] of images [_, h, h] at random; the brighter one counts."""
    steps, height = READ + PREDICTED, images.shape[1]
    frames = np.zeros((steps, samples, side, side), images.dtype)
    for n in range(samples):
        for _ in range(digits):
            image = images[rng.integers(len(images))]
            for frame, place in zip(frames[:, n], trajectory(rng, steps), strict=True):
                row, column = (place * (side - height)).astype(int)
                window = frame[row : row + height, column : column + height]
                np.maximum(window, image, out=window)
    return frames


def trajectory(rng: np.random.Generator, steps: int) -> NDArray[np.float64]:
    """Return the places (row, column) of a digit, [T, 2], from 0 to 1."""
    place, angle = rng.random(2), rng.random() * 2 * np.pi
    velocity = STEP * np.array([np.sin(angle), np.cos(angle)])
    places = np.empty((steps, 2))
    for t in range(steps):
        place = place + velocity
        velocity = np.where((place <= 0) | (place >= 1), -velocity, velocity)
        places[t] = place = place.clip(0, 1)
    return places
