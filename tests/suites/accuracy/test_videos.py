"""The synthetic camera and the bouncing digits."""

import numpy as np
import pytest
import torch

from suites.accuracy import tasks
from suites.accuracy.tasks import events, events_order, moving


def error_of_a_linear_classifier(task, features) -> float:
    """Fit classes to features [N, F] by ridge regression; return the error on the test set."""
    train, test = (
        torch.cat([features(split.x), torch.ones(split.x.shape[1], 1)], 1).double()
        for split in (task.train, task.test)
    )
    targets = torch.nn.functional.one_hot(task.train.y).double()
    gram = train.T @ train + 10 * torch.eye(train.shape[1])
    weights = torch.linalg.solve(gram, train.T @ targets)
    return ((test @ weights).argmax(1) != task.test.y).double().mean().item()


def lights_on(x: torch.Tensor) -> torch.Tensor:
    """Return which light of which quarter each ON frame shows best, [flashes, N]."""
    masks = torch.zeros(4, len(events.RING), events.SENSOR, events.SENSOR)
    for quarter in range(4):
        for light, (row, column) in enumerate(events.RING):
            row, column = row + quarter // 2 * 6, column + quarter % 2 * 6
            masks[quarter, light, row : row + 2, column : column + 2] = 1
    return (x[::2, :, events.ON].flatten(2) @ masks.flatten(0, 1).flatten(1).T).argmax(2)


def test_the_lights_of_a_camera_do_not_overlap():
    sensor = torch.zeros(events.SENSOR // 2, events.SENSOR // 2)
    for row, column in events.RING:
        sensor[row : row + 2, column : column + 2] += 1
    assert sensor.sum() == 20 and sensor.max() == 1


def test_position_alone_reveals_the_class_of_events():
    error = error_of_a_linear_classifier(tasks.load("events"), lambda x: x.sum(0).flatten(1))
    assert error < 0.02


def test_position_alone_does_not_reveal_the_class_of_events_order():
    """Chance is .75, with a standard deviation of .02."""
    task = tasks.load("events_order")
    assert error_of_a_linear_classifier(task, lambda x: x.sum(0).flatten(1)) > 0.68
    for step in (0, 5, 9):
        assert error_of_a_linear_classifier(task, lambda x, step=step: x[step].flatten(1)) > 0.68


@pytest.fixture
def clear(monkeypatch):
    """A camera that loses nothing and adds nothing."""
    monkeypatch.setattr(events, "LOST", 0.0)
    monkeypatch.setattr(events, "NOISE", 0.0)


@pytest.mark.parametrize("module", [events, events_order])
def test_what_follows_what_reveals_the_class_of_events(clear, module):
    for x, y in module.load()[:2]:
        assert (lights_on(x).diff(dim=0) % len(events.RING) == y + 1).all()


@pytest.mark.parametrize("module", [events, events_order])
def test_each_light_goes_on_in_one_step_and_off_in_the_next(clear, module):
    x, _ = module.load().train
    lights = lights_on(x) % len(events.RING)
    assert (lights.sort(dim=0).values == torch.arange(len(events.RING))[:, None]).all()
    assert torch.equal(x[::2, :, events.ON], x[1::2, :, events.OFF])
    assert not x[1::2, :, events.ON].any() and not x[::2, :, events.OFF].any()
    assert (x.flatten(2).sum(2) == 4 * events.BURST).all()


@pytest.mark.parametrize(("module", "share"), [(events, 1.0), (events_order, 0.25)])
def test_the_quarter_is_that_of_the_class_in_events_alone(clear, module, share):
    x, y = module.load().train
    quarter = lights_on(x) // len(events.RING)
    assert (quarter == quarter[0]).all()
    assert abs((quarter[0] == y).double().mean() - share) < 0.05


def test_a_digit_moves_straight_and_bounces_off_the_sides():
    for seed in range(20):
        places = moving.trajectory(np.random.default_rng(seed), 100)
        assert places.min() >= 0 and places.max() <= 1
        inside = (places > 0) & (places < 1)
        free = inside[:-2] & inside[1:-1] & inside[2:]
        steps = np.diff(places, axis=0)
        assert np.allclose(np.diff(steps, axis=0)[free], 0), "as before"
        back = ~inside[1:-1] & inside[2:] & inside[:-2]
        assert (steps[:-1][back] * steps[1:][back] < 0).all(), "the other way"
        assert np.isclose(np.hypot(*steps[(inside[1:] & inside[:-1]).all(1)].T), moving.STEP).all()


def test_a_video_shows_a_digit_at_its_places():
    image, side = np.arange(1.0, 5).reshape(1, 2, 2), 7
    frames = moving.video(np.random.default_rng(0), image, samples=3, side=side, digits=1)
    rng = np.random.default_rng(0)
    for n in range(3):
        rng.integers(1)
        for frame, place in zip(frames[:, n], moving.trajectory(rng, len(frames)), strict=True):
            row, column = np.floor(place * (side - 2)).astype(int)
            assert (frame[row : row + 2, column : column + 2] == image[0]).all()
            assert frame.sum() == image.sum()


@pytest.mark.parametrize("name", ["moving", "moving_two"])
def test_the_target_is_the_next_frame(name):
    for x, y in (tasks.load(name).train, tasks.load(name).test):
        assert torch.equal(y[:-1], x[1:])
        assert x.min() == 0 and x.max() == 1
        moved = (y - x).flatten(2).abs().sum(2) > 0
        assert moved.double().mean() > 0.5


def test_the_next_frame_follows_from_the_two_before_it():
    """Up to the rounding of a place to a pixel, and but for the frames of a bounce."""
    x, _ = tasks.load("moving").test
    seen = x[:, :, 0] > 0
    steps = torch.arange(16)
    row = torch.where(seen.any(3), steps, 16).amin(2)
    column = torch.where(seen.any(2), steps, 16).amin(2)
    for corner in (row, column):
        assert (corner.diff(n=2, dim=0).abs() <= 1).double().mean() > 0.95


def test_digits_of_the_test_set_are_not_in_the_training_set():
    train, test = (
        {tuple(frame.flatten().sort().values.tolist()) for frame in split.x[0]}
        for split in (tasks.load("moving").train, tasks.load("moving").test)
    )
    assert not train & test
