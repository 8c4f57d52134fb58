"""Digits in pieces, recall, adding, yin and yang, series, text: what is to be learned from what."""

import numpy as np
import pytest
import torch

import neurons
from suites.accuracy import tasks
from suites.accuracy.tasks import adding, mimic, mimic_shapes, recall, series, text, yin_yang


@pytest.mark.parametrize("name", ["rows", "pixels"])
def test_digits_in_pieces_are_the_digits(name):
    digits, pieces = tasks.load("digits"), tasks.load(name)
    for whole, split in ((digits.train, pieces.train), (digits.test, pieces.test)):
        assert torch.equal(split.x.transpose(0, 1).flatten(1), whole.x[0])
        assert torch.equal(split.y, whole.y)


@pytest.mark.parametrize("steps", [16, recall.STEPS])
def test_recall_shows_the_class_in_the_first_step_alone(steps):
    task = recall.load(steps)
    for split in (task.train, task.test):
        classes, noise, cue = split.x.split((8, 1, 1), dim=2)
        assert torch.equal(classes[0].argmax(1), split.y)
        assert (classes[0].sum(1) == recall.PULSE).all() and not classes[1:].any()
        assert noise.std(1).min() > 0.4
        assert not cue[:-1].any() and (cue[-1] == recall.PULSE).all()
    assert task.loss == "last"


def test_adding_marks_one_number_in_each_half():
    x, y = adding.load(steps=10).test
    numbers, marks = x.unbind(2)
    for half in marks.split(5):
        assert ((half == adding.MARK).sum(0) == 1).all()
    assert not numbers[marks == 0].any()
    torch.testing.assert_close(numbers.sum(0) / adding.PULSE, y[0, :, 0])
    assert 0.1 < ((y - 1) ** 2).mean() < 0.2, "1/6 for numbers of U(0, 1)"


def test_yin_and_yang_are_the_parts_of_the_sign():
    points = {(0.25, 0.5): 2, (0.75, 0.5): 2, (0.25, 0.7): 1, (0.4, 0.45): 1, (0.5, 0.9): 1}
    points |= {(0.5, 0.1): 0, (0.75, 0.7): 0, (0.6, 0.55): 0, (0.9, 0.45): 0}
    a, b = np.array(list(points)).T
    assert yin_yang.parts(a, b).tolist() == list(points.values())


def test_yin_yang_tells_a_point_by_the_times_of_its_pulses():
    x, y = yin_yang.load().test
    times = (x * torch.arange(len(x))[:, None, None]).sum(0) / x.sum(0) / (len(x) - 1)
    torch.testing.assert_close(times[:, :2], 1 - times[:, 2:])
    torch.testing.assert_close(x.sum(0), torch.full_like(x[0], yin_yang.PULSE))
    a, b = times[:, :2].double().numpy().T
    assert (yin_yang.parts(a, b) == y.numpy()).mean() > 0.99, "but for rounding at the edges"


def test_series_are_split_in_time_order():
    values = series.signal(np.random.default_rng(0))
    values = torch.tensor((values - values[:2800].mean(0)) / values[:2800].std(0)).float()
    for horizon in (6, 96):
        task = series.load(horizon)
        for split, first, end in ((task.train, 0, 2800), (task.test, 3200, 4000)):
            last = first + series.STRIDE * (split.x.shape[1] - 1)
            assert end - series.STRIDE < last + 24 + horizon <= end
            for n, start in ((0, first), (-1, last)):
                assert torch.equal(split.x[:, n], values[start : start + 24])
                told = values[start + 24 : start + 24 + horizon]
                assert torch.equal(split.y[0, n].view(horizon, 8), told)


@pytest.mark.parametrize("steps", [text.STEPS, 4096])
def test_the_next_character_is_not_in_what_a_network_has_read(steps):
    task = text.load(steps)
    for x, y in (task.train, task.test):
        assert torch.equal(y[:-1], x[1:])
        assert x.min() >= 0 and x.max() < task.outputs


def test_texts_do_not_overlap():
    codes = np.arange(1000)
    pieces = text.sequences(codes, steps=99, most=4)
    assert pieces[0].tolist() == [0, 300, 600, 900]
    assert (pieces == pieces[0] + np.arange(100)[:, None]).all()
    assert text.sequences(codes, steps=99, most=20).shape == (100, 10)


def test_mimic_has_the_potentials_of_lif_before_its_reset():
    x, y = (values[:, :20] for values in tasks.load("mimic").test)
    for channel, tau in enumerate(mimic.TAUS * 2):
        reset = "hard" if channel < 3 else "soft"
        lif = neurons.Layer("lif", tau=tau, decay_input=True, reset=reset, backend="eager")
        lif.fire, decisions = neurons.recording(lif.fire)
        with torch.no_grad():
            lif(x[:, :, channel])
        potentials = torch.stack([decision.u for decision in decisions]) + mimic.V_TH
        torch.testing.assert_close(potentials, y[:, :, channel], rtol=0, atol=1e-5)


def test_mimic_has_two_hundred_signals_of_each_shape():
    signals = mimic_shapes.signals(np.random.default_rng(0))
    assert signals.shape == (128, 800)
    sine, sigmoid, step, pulses = np.split(signals, 4, axis=1)
    turns = (np.diff(np.sign(np.diff(sine, axis=0)), axis=0) != 0).sum(0)
    assert set(turns.tolist()) <= set(range(7, 30)), "5 to 15 half waves, less one, and more"
    assert (np.diff(np.sign(np.diff(sigmoid, axis=0)), axis=0) == 0).mean() > 0.99
    assert all(len(np.unique(column)) <= 2 for column in step.T)
    assert all(len(np.unique(column)) <= 2 for column in pulses.T)
    assert (signals == 0).all(0).sum() == 50
