"""Handwritten digits, 8 x 8 pixels in 17 grey levels: 1797 images, 10 classes, T = 8 steps.

Direct coding, as in CLIF, DS-ATGO and ST-DANO: the input is the same standardised image at every
step, and the first layer turns its analog values into spikes. So no random encoder affects the
result. The test set is a third of the images, stratified, always the same.

Source: scikit-learn's `load_digits`, which ships with it (UCI, Alpaydin & Kaynak 1998).
"""

import torch

from suites.accuracy.task import Split, Task

STEPS = 8


def load() -> Task:
    """Return the task."""
    # Not at the top: importing scikit-learn changes the environment of the process.
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    train, test, y_train, y_test = train_test_split(
        images, labels, test_size=1 / 3, stratify=labels, random_state=0
    )
    mean, std = train.mean(), train.std()  # of all pixels together: some at the edge are constant

    def split(images, labels) -> Split:
        x = torch.as_tensor((images - mean) / std, dtype=torch.float32)
        return Split(x.expand(STEPS, *x.shape), torch.as_tensor(labels))

    return Task(split(train, y_train), split(test, y_test), outputs=10)
