"""Text: from the characters so far, which is the next?

The text is Python's own help on its language, module `pydoc_data.topics`; a character is its ASCII
code. Training sequences are from the first four fifths, test sequences from the rest. Trained at
128 characters and tested on more, it tells which neurons extrapolate. Always saying a space is
wrong for four of five characters. A neuron that reads all steps at once, as psn does, sees the
character that it shall tell: its error says nothing.

Shapes: x [128, N], integers, y [128, N], the class at each step; 512 samples to train, 64 to test.
The text differs from one version of Python to the next: compare within one.

Source: the text is Python's; the experiment is that of DSN, 5.1 and B.1, on WikiText-103.
"""

from __future__ import annotations

import numpy as np

from suites.accuracy.task import Task
from suites.accuracy.tasks import _generated

STEPS, CLASSES = 128, 128
TRAIN, TEST = 512, 64
SHARE = 0.8  # of the text, to train


def load(steps: int = STEPS) -> Task:
    """Return the task at so many steps; of long sequences the test set has as many as there are."""
    first, last = parts()
    train = sequences(first, steps, TRAIN)
    both = np.concatenate([train, sequences(last, steps, TEST)], 1)
    names = {"network": "characters"}
    return _generated.task(both[:-1], both[1:], train.shape[1], CLASSES, **names)


def parts() -> tuple[np.ndarray, np.ndarray]:
    """Return the characters of the text to train on, and of that to test on."""
    from pydoc_data.topics import topics

    text = "\n".join(topics[name] for name in sorted(topics)).encode("ascii", "replace")
    codes = np.frombuffer(text, np.uint8).astype(np.int64)
    end = int(SHARE * len(codes))
    return codes[:end], codes[end:]


def sequences(codes: np.ndarray, steps: int, most: int) -> np.ndarray:
    """Return sequences [steps + 1, N] that do not overlap, from all over the text."""
    pieces = codes[: len(codes) // (steps + 1) * (steps + 1)].reshape(-1, steps + 1)
    chosen = np.linspace(0, len(pieces) - 1, min(most, len(pieces))).astype(int)
    return np.ascontiguousarray(pieces[chosen].T)
