"""The real data sets, read from small made-up folders in their formats."""

import gzip
import pickle
import pkgutil

import numpy as np
import pytest
import torch
from PIL import Image

from suites.accuracy import data, datasets, tasks
from suites.accuracy.datasets import (
    _cifar,
    _events,
    _files,
    cifar10,
    cifar10_dvs,
    cifar100,
    dvs128_gesture,
    moving_mnist,
    sequential_cifar10,
    sequential_cifar100,
    tiny_imagenet,
)
from suites.accuracy.task import Split
from suites.accuracy.tasks import moving

NAMES = sorted(m.name for m in pkgutil.iter_modules(datasets.__path__) if m.name[0] != "_")
CIFARS = [
    (_cifar.TEN, cifar10, sequential_cifar10),
    (_cifar.HUNDRED, cifar100, sequential_cifar100),
]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def write_cifar(root, cifar: _cifar.Cifar, rng) -> dict[str, dict]:
    """Write two images into each file; return what the files hold."""
    (root / cifar.folder).mkdir()
    written = {}
    for name in (*cifar.train, *cifar.test):
        labels = rng.integers(cifar.classes, size=2).tolist()
        pixels = rng.integers(256, size=(2, 3072), dtype=np.uint8)
        written[name] = {b"data": pixels, cifar.labels: labels, b"filenames": [b"a", b"b"]}
        (root / cifar.folder / name).write_bytes(pickle.dumps(written[name]))
    return written


def write_recording(file, rng, events: int = 50) -> dict[str, np.ndarray]:
    file.parent.mkdir(parents=True, exist_ok=True)
    x, y = rng.integers(_events.SENSOR, size=(2, events))
    arrays = {"t": np.arange(events), "x": x, "y": y, "p": rng.integers(2, size=events)}
    np.savez(file, **arrays)
    return arrays


def test_data_sets_have_other_names_than_tasks():
    assert set(NAMES) <= set(data.names())
    assert not set(NAMES) & set(tasks.names())


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_folder_is_told_in_one_line(tmp_path, name):
    with pytest.raises(FileNotFoundError) as error:
        data.load(name, tmp_path)
    message = str(error.value)
    assert "\n" not in message and str(tmp_path) in message
    assert "https://" in message or "http://" in message or "spikingjelly.datasets." in message


@pytest.mark.parametrize(("cifar", "images", "columns"), CIFARS)
def test_cifar_is_read_from_its_pickles(tmp_path, rng, cifar, images, columns):
    written = write_cifar(tmp_path, cifar, rng)
    task, by_column = images.load(tmp_path, steps=3), columns.load(tmp_path)
    assert (task.outputs, by_column.outputs) == (cifar.classes, cifar.classes)
    assert task.train.x.stride(0) == 0, "the same image at every step takes no memory"
    for names, split, sequence in (
        (cifar.train, task.train, by_column.train),
        (cifar.test, task.test, by_column.test),
    ):
        pixels = np.concatenate([written[name][b"data"] for name in names])
        pixels = pixels.reshape(-1, 3, 32, 32) / 255
        expected = (pixels - np.reshape(cifar.mean, (3, 1, 1))) / np.reshape(cifar.std, (3, 1, 1))
        assert split.x.shape == (3, len(pixels), 3, 32, 32)
        torch.testing.assert_close(split.x[2].double(), torch.tensor(expected), rtol=0, atol=1e-3)
        labels = [label for name in names for label in written[name][cifar.labels]]
        assert split.y.tolist() == sequence.y.tolist() == labels
        for step in (0, 31):
            assert torch.equal(sequence.x[step], split.x[0, :, :, :, step])


def test_tiny_imagenet_is_read_from_its_folders(tmp_path, rng):
    folder, names = tmp_path / tiny_imagenet.FOLDER, ["n2", "n1"]
    (folder / "val" / "images").mkdir(parents=True)
    (folder / "wnids.txt").write_text("\n".join(names) + "\n")
    for number, name in enumerate(names):
        images = folder / "train" / name / "images"
        images.mkdir(parents=True)
        Image.new("RGB", (64, 64), (255, 0, 51 * number)).save(images / f"{name}_0.JPEG")
        Image.new("L", (64, 64), 255).save(folder / "val" / "images" / f"val_{number}.JPEG")
    lines = "val_0.JPEG\tn2\t0\t0\t9\t9\nval_1.JPEG\tn1\t0\t0\t9\t9\n"
    (folder / "val" / "val_annotations.txt").write_text(lines)
    task = tiny_imagenet.load(tmp_path, steps=2)
    assert task.outputs == 2
    assert (task.train.y.tolist(), task.test.y.tolist()) == ([0, 1], [1, 0])
    assert task.train.x.shape == task.test.x.shape == (2, 2, 3, 64, 64)
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in (tiny_imagenet.MEAN, tiny_imagenet.STD))
    white = (1 - mean) / std
    torch.testing.assert_close(task.test.x[0, 0], white.expand(3, 64, 64).half())
    red = task.train.x[0, 1, 0].float() * std[0] + mean[0]
    assert (red - 1).abs().max() < 0.02, "JPEG rounds"


def test_a_frame_sums_a_part_of_the_events_by_polarity():
    """Seven events in three frames: the first two, the next two, the last three."""
    x, y = np.arange(7) % 2 * 64, np.arange(7)
    frames = _events.frames(x, y, np.array([1, 0, 0, 0, 1, 1, 1]), steps=3)
    assert frames.shape == (3, 2, 128, 128)
    assert frames.sum((1, 2, 3)).tolist() == [2, 2, 3]
    assert frames.sum((2, 3)).tolist() == [[1, 1], [2, 0], [0, 3]]
    assert frames[0, 1, 0, 0] == frames[0, 0, 1, 64] == frames[2, 1, 5, 64] == 1
    coarse = _events.frames(x, y, np.ones(7, int), steps=1, side=2)
    assert coarse.tolist() == [[[[0, 0], [0, 0]], [[4, 3], [0, 0]]]]
    assert _events.frames(x[:0], y[:0], y[:0], steps=2, side=1).tolist() == [[[[0]]] * 2] * 2


def test_the_side_of_a_frame_divides_the_sensor(tmp_path):
    with pytest.raises(ValueError, match="side=48 does not divide 128; take 128, 64 or 32"):
        _events.split({}, steps=2, side=48)


def test_gestures_are_read_from_the_recordings_of_spikingjelly(tmp_path, rng):
    folder = tmp_path / dvs128_gesture.FOLDER
    written = write_recording(folder / "train" / "10" / "user01_fluorescent_0.npz", rng)
    write_recording(folder / "train" / "2" / "user02_lab_0.npz", rng)
    write_recording(folder / "test" / "0" / "user24_led_0.npz", rng)
    task = dvs128_gesture.load(tmp_path, steps=4, side=32)
    assert task.train.x.shape == (4, 2, 2, 32, 32) and task.test.x.shape == (4, 1, 2, 32, 32)
    assert (task.train.y.tolist(), task.test.y.tolist(), task.outputs) == ([10, 2], [0], 11)
    expected = _events.frames(written["x"], written["y"], written["p"], 4, 32)
    assert task.train.x[:, 0].tolist() == expected.tolist()


def test_cifar10_dvs_is_split_by_the_number_of_a_recording(tmp_path, rng):
    folder = tmp_path / cifar10_dvs.FOLDER
    for name in cifar10_dvs.CLASSES:
        for number in (0, 99, 100):
            write_recording(folder / name / f"cifar10_{name}_{number}.npz", rng)
    task = cifar10_dvs.load(tmp_path, steps=2, side=16)
    assert task.train.y.tolist() == list(range(10))
    assert task.test.y.tolist() == [label for label in range(10) for _ in range(2)]
    assert (task.train.x.flatten(2).sum(2) == 25).all(), "of 50 events each"


def test_moving_mnist_has_made_training_videos_and_the_published_test_set(tmp_path, rng):
    folder = tmp_path / moving_mnist.FOLDER
    folder.mkdir()
    digits = rng.integers(256, size=(3, 28, 28), dtype=np.uint8)
    with gzip.open(folder / moving_mnist.DIGITS, "wb") as file:
        file.write(bytes(16) + digits.tobytes())
    test = rng.integers(256, size=(20, 2, 64, 64), dtype=np.uint8)
    np.save(folder / moving_mnist.TEST, test)
    task = moving_mnist.load(tmp_path, samples=4)
    assert task.train.x.shape == task.train.y.shape == (19, 4, 1, 64, 64)
    made = moving.video(np.random.default_rng(0), digits, 4, 64, digits=2)
    for split, frames in ((task.train, made), (task.test, test)):
        expected = torch.tensor(frames[:, :, None] / 255)
        torch.testing.assert_close(split.x.double(), expected[:-1], rtol=0, atol=5e-4)
        assert torch.equal(split.x[1:], split.y[:-1])
        assert split.x.data_ptr() < split.y.data_ptr(), "both are parts of the same memory"
    assert (task.outputs, task.loss, task.network) == (4096, "mse", "predictor")


def test_what_is_held_as_float16_is_picked_as_float32(rng):
    pixels = rng.integers(256, size=(5, 1, 2, 2), dtype=np.uint8)
    split = _files.repeated(_files.standardised(pixels, [0.5], [0.25]), torch.arange(5), steps=3)
    assert split.x.dtype == torch.float16
    x, y = split.pick(torch.tensor([4, 1]))
    assert (x.dtype, y.dtype, y.tolist()) == (torch.float32, torch.int64, [4, 1])
    expected = torch.tensor((pixels[[4, 1]] / 255 - 0.5) / 0.25).float().expand(3, -1, -1, -1, -1)
    torch.testing.assert_close(x, expected, rtol=0, atol=1e-3)
    values = Split(split.x, split.x[:, :, 0]).pick(slice(2))
    assert values.y.dtype == torch.float32 and values.y.shape == (3, 2, 2, 2)
