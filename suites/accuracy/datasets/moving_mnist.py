"""Moving MNIST: two handwritten digits bounce in a frame of 64 x 64; 10 frames in, 10 out.

It is read from the folder `moving_mnist`, as in OpenSTL: `mnist_test_seq.npy` is the test set, and
the training set is made of the digits in `train-images-idx3-ubyte.gz`, as in `tasks.moving`, always
the same. The input of a step is a frame, its target the next one.

Shapes: x and y [19, N, 1, 64, 64]; 10000 samples to train, 10000 to test.

Source: Srivastava et al. 2015, https://www.cs.toronto.edu/~nitish/unsupervised_video; LeCun et al.
1998; the trajectory is that of OpenSTL (Tan et al. 2023).
"""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from suites.accuracy.datasets import _files
from suites.accuracy.task import Split, Task
from suites.accuracy.tasks import moving

FOLDER = "moving_mnist"
DIGITS, TEST = "train-images-idx3-ubyte.gz", "mnist_test_seq.npy"
DIGITS_SOURCE = "MNIST from https://ossci-datasets.s3.amazonaws.com/mnist"
TEST_SOURCE = "Moving MNIST from https://www.cs.toronto.edu/~nitish/unsupervised_video"
SIDE, SAMPLES = 64, 10000
HEADER = 16  # bytes


def load(root: Path, samples: int = SAMPLES) -> Task:
    """Return the task with so many training samples."""
    folder = root / FOLDER
    with gzip.open(_files.found(folder / DIGITS, DIGITS_SOURCE)) as file:
        digits = np.frombuffer(file.read(), np.uint8, offset=HEADER).reshape(-1, 28, 28)
    test = np.load(_files.found(folder / TEST, TEST_SOURCE))  # [20, N, 64, 64]
    train = moving.video(np.random.default_rng(0), digits, samples, SIDE, digits=2)
    return Task(_split(train), _split(test), SIDE**2, network="predictor", loss="mse")


def _split(frames: NDArray[np.uint8]) -> Split:
    """Return all frames but the last, and all but the first, with values from 0 to 1."""
    x = _files.standardised(frames.reshape(-1, 1, SIDE, SIDE), mean=[0], std=[1])
    x = x.view(len(frames), -1, 1, SIDE, SIDE)
    return Split(x[:-1], x[1:])
