"""The grid: every combination once, what is stored is not trained again, a failure is a row."""

import math

import pytest

import neurons
from suites.accuracy import content, executors, grid, store
from suites.accuracy.grid import Axes, Place
from suites.accuracy.trial import Trial
from tests.suites.accuracy import stand_in
from tests.suites.accuracy.stand_in import WANTED


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Run the jobs in this process."""
    monkeypatch.setattr(executors, "get", lambda name: stand_in.Here)


class Counted:
    """Train as the stand-in does, and note what was trained."""

    def __init__(self, stop: int = 1000):
        self.trained, self.stop = [], stop

    def __call__(self, trial, checkpoints=None):
        if len(self.trained) == self.stop:
            raise KeyboardInterrupt
        self.trained.append(trial)
        return stand_in.train(trial)


def test_a_grid_is_every_combination_once():
    axes = Axes(["digits", "digits"], ["lif", "dsn"], ["own", "matched"], ["tiny"], ["mlp"], 3)
    trials = grid.trials(axes)
    assert len(trials) == len(set(trials)) == 12
    assert trials[0] == Trial("digits", "mlp", "lif", "own", "tiny", 0)
    assert trials[-1] == Trial("digits", "mlp", "dsn", "matched", "tiny", 2)


def test_without_names_it_has_all_models_and_the_tasks_network():
    trials = grid.trials(Axes(["digits"], seeds=1))
    assert [trial.model for trial in trials] == neurons.names()
    assert {trial.network for trial in trials} == {"mlp"}


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ({"tasks": ["digit"]}, "no task 'digit'; did you mean 'digits'? known: .*digits"),
        ({"models": ["lif", "dns"]}, "no neuron 'dns'; did you mean 'dsn'? known: "),
        ({"conditions": ["machted"]}, "no condition 'machted'; did you mean 'matched'? known: "),
        ({"recipes": ["tinny"]}, "no recipe 'tinny'; did you mean 'tiny'? known: "),
        ({"networks": ["mpl"]}, "no network 'mpl'; did you mean 'mlp'? known: "),
        ({"seeds": 0}, "0 seeds are not allowed; it must be 1 or more"),
    ],
)
def test_a_wrong_name_is_one_line(wrong, line):
    with pytest.raises(ValueError, match=line.replace("?", r"\?")):
        grid.trials(Axes(["digits"])._replace(**wrong))


def test_rows_are_in_the_order_of_the_trials(tmp_path):
    rows = stand_in.run(tmp_path)
    assert [Trial(*row[1:7]) for row in rows] == WANTED
    assert [row[7:11] for row in rows] == [stand_in.train(trial)[:4] for trial in WANTED]
    assert sorted(rows) == sorted(store.read(tmp_path / "store.sqlite"))


def test_what_is_stored_is_not_trained_again(tmp_path):
    first, second = Counted(), Counted()
    rows = stand_in.run(tmp_path, first)
    assert stand_in.run(tmp_path, second) == rows
    assert (len(first.trained), len(second.trained)) == (24, 0)


def test_an_interrupted_grid_goes_on_where_it_was(tmp_path):
    first, second = Counted(stop=10), Counted()
    with pytest.raises(KeyboardInterrupt):
        stand_in.run(tmp_path, first)
    assert len(store.read(tmp_path / "store.sqlite")) == 10
    rows = stand_in.run(tmp_path, second)
    assert first.trained + second.trained == WANTED
    undisturbed = stand_in.run(tmp_path / "other")
    assert stand_in.values(rows) == stand_in.values(undisturbed)


def test_a_failure_is_a_row_with_its_reason_and_is_tried_again(tmp_path):
    rows = stand_in.run(tmp_path, stand_in.fails)
    assert {row.model: row.failure for row in rows} == {
        "clif": "tau = 0 is not allowed; it must be > 1",
        "dsn": "loss = nan is not finite",
        "lif": "",
        "psn": "KeyError: 'psn'",
    }
    assert all(row[7:11] == (None,) * 4 for row in rows if row.failure)
    again = Counted()
    assert not any(row.failure for row in stand_in.run(tmp_path, again))
    assert {trial.model for trial in again.trained} == {"clif", "dsn", "psn"}
    assert len(store.read(tmp_path / "store.sqlite")) == 24 + 18, "it only grows"


def test_an_edit_while_a_trial_runs_is_a_failure(tmp_path, monkeypatch):
    def train(trial, checkpoints=None):
        monkeypatch.setattr(content, "code", lambda trial: "edited")
        return stand_in.train(trial)

    rows = stand_in.run(tmp_path, train)
    assert {row.failure for row in rows} == {"not trained with the code that the grid started with"}


def test_a_training_has_its_own_checkpoints_until_it_ends(tmp_path):
    seen = []

    def train(trial, checkpoints=None):
        checkpoints.mkdir(parents=True)
        (checkpoints / "state").touch()
        seen.append(checkpoints)
        return stand_in.train(trial)

    place = Place(tmp_path / "store.sqlite", checkpoints=tmp_path / "kept")
    grid.run(WANTED, place, train)
    assert len(set(seen)) == 24
    assert not any(folder.exists() for folder in seen)


def test_other_libraries_and_devices_are_other_results(tmp_path, monkeypatch):
    stand_in.run(tmp_path)
    monkeypatch.setattr(content, "libraries", lambda: "torch 99")
    again = Counted()
    stand_in.run(tmp_path, again)
    assert again.trained == WANTED


def test_a_torn_store_ends_the_grid_before_it_trains(tmp_path):
    (tmp_path / "store.sqlite").write_bytes(b"SQLite format 3\0 and no more")
    again = Counted()
    with pytest.raises(ValueError, match="is torn"):
        stand_in.run(tmp_path, again)
    assert again.trained == []


def test_an_infinite_loss_is_no_result(tmp_path):
    rows = stand_in.run(tmp_path, lambda t, checkpoints: stand_in.train(t)._replace(error=math.inf))
    assert {row.failure for row in rows} == {"error = inf is not finite"}
