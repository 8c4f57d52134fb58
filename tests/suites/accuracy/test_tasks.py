"""All tasks: their shapes, their split, and the same bits each time."""

import importlib
from pathlib import Path

import numpy as np
import pytest
import torch

from suites.accuracy import tasks

# x and y of the training set, samples of the test set, outputs
SHAPES = {
    "adding": ((64, 1024, 2), (1, 1024, 1), 256, 1),
    "digits": ((8, 1198, 64), (1198,), 599, 10),
    "events": ((10, 1536, 2, 12, 12), (1536,), 512, 4),
    "events_order": ((10, 1536, 2, 12, 12), (1536,), 512, 4),
    "mimic": ((128, 10000, 6), (128, 10000, 6), 1000, 6),
    "mimic_shapes": ((128, 720, 6), (128, 720, 6), 80, 6),
    "moving": ((19, 512, 1, 16, 16), (19, 512, 1, 16, 16), 128, 256),
    "moving_two": ((19, 512, 1, 16, 16), (19, 512, 1, 16, 16), 128, 256),
    "pixels": ((64, 1198, 1), (1198,), 599, 10),
    "recall": ((64, 768, 10), (768,), 256, 8),
    "rows": ((8, 1198, 8), (1198,), 599, 10),
    "series": ((24, 689, 8), (1, 689, 192), 189, 192),
    "text": ((128, 512), (128, 512), 64, 128),
    "yin_yang": ((16, 1500, 4), (1500,), 750, 3),
}
CLASSES = [name for name, (_, y, *_) in SHAPES.items() if len(y) == 1]
# Left out: 50 of the signals of mimic_shapes are 0, as in the paper.
DISTINCT = sorted(SHAPES.keys() - {"mimic_shapes"})


def load(name: str):
    """Load a task anew, unlike `tasks.load`."""
    return importlib.import_module(f"suites.accuracy.tasks.{name}").load()


def tensors(task) -> list[torch.Tensor]:
    return [*task.train, *task.test]


def test_tasks_are_the_files_of_their_folder_without_what_they_share():
    files = [f.stem for f in Path(tasks.__file__).parent.glob("*.py")]
    assert tasks.names() == sorted(name for name in files if not name.startswith("_"))


@pytest.mark.parametrize("name", SHAPES)
def test_shapes(name):
    task = tasks.load(name)
    x, y, samples, outputs = SHAPES[name]
    assert (task.train.x.shape, task.train.y.shape, task.outputs) == (x, y, outputs)
    assert task.test.x.shape == (x[0], samples, *x[2:])
    assert task.test.y.shape == ((samples,) if len(y) == 1 else (y[0], samples, *y[2:]))
    assert task.test.x.dtype == task.train.x.dtype
    assert task.train.x.dtype == (torch.int64 if name == "text" else torch.float32)


@pytest.mark.parametrize("name", SHAPES)
def test_a_task_has_the_same_bits_whatever_was_drawn_before(name):
    first = load(name)
    np.random.seed(1)
    torch.manual_seed(1)
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    again = load(name)
    assert all(map(torch.equal, tensors(first), tensors(again)))
    assert torch.equal(torch.get_rng_state(), before[0])
    assert (np.random.get_state()[1] == before[1]).all()


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_is_equally_frequent(name):
    task = tasks.load(name)
    for split in (task.train, task.test):
        counts = torch.bincount(split.y, minlength=task.outputs)
        assert counts.max() - counts.min() <= 0.05 * counts.max()


@pytest.mark.parametrize("name", DISTINCT)
def test_no_sample_is_in_both_sets(name):
    task = tasks.load(name)
    train, test = (
        {sample.numpy().tobytes() for sample in split.x.transpose(0, 1).contiguous()}
        for split in (task.train, task.test)
    )
    assert not train & test


@pytest.mark.parametrize("name", sorted(SHAPES.keys() - {"moving", "moving_two", "text"}))
def test_the_currents_of_a_linear_layer_come_near_the_threshold(name):
    """Further away the surrogate of the condition `matched` is 0: neurons would stay silent."""
    x = tasks.load(name).train.x[:, :200].flatten(2)
    highest = torch.nn.Linear(x.shape[2], 128)(x).amax(0)
    assert (highest > 0.5).double().mean() > 0.2
