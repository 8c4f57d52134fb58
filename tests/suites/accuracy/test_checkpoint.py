"""A training that is stopped, in whatever moment, ends with the bits of one that is not."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from suites.accuracy import checkpoint, recipes, tasks, trainer
from suites.accuracy.trial import Trial

ROOT = Path(__file__).parents[3]
TRIAL = Trial("digits", "mlp_norm", "lif", "own", "tiny", 0)
# Everything that has a state: momentum, masks of dropout, running means, a falling rate.
RECIPE = recipes.get("clif_gesture")._replace(epochs=4, batch=256)
CPU = torch.device("cpu")

KILLED = """
import os, signal, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from tests.suites.accuracy import test_checkpoint as test

written = 0

def kill(descriptor):
    global written
    written += 1
    if written == 3:
        os.kill(os.getpid(), signal.SIGKILL)  # a file is half there, beside the last whole one

os.fsync = kill
test.train(Path(sys.argv[1]))
"""


def train(file: Path | None = None) -> trainer.Trained:
    return trainer.train(TRIAL, tasks.load("digits"), RECIPE, device=CPU, file=file)


@pytest.fixture(scope="module")
def undisturbed() -> trainer.Trained:
    return train()


def same(a: trainer.Trained, b: trainer.Trained) -> bool:
    states = (trained.network.state_dict() for trained in (a, b))
    pairs = zip(*(state.items() for state in states), strict=True)
    weights = all(p == q and torch.equal(x, y) for (p, x), (q, y) in pairs)
    return weights and a.history == b.history and a.score == b.score


def test_it_goes_on_after_an_error_with_the_same_bits(undisturbed, tmp_path, monkeypatch):
    file = tmp_path / "folder" / "a.pt"

    def save_and_stop(state, path, save=checkpoint.save):
        save(state, path)
        if len(state["history"]) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint, "save", save_and_stop)
    with pytest.raises(KeyboardInterrupt):
        train(file)
    torch.rand(5)  # what else is drawn in between does not matter
    resumed = train(file)
    assert same(resumed, undisturbed) and resumed.seconds > 0
    assert [path.name for path in file.parent.iterdir()] == ["a.pt"]


def test_what_is_finished_is_not_trained_again(undisturbed, tmp_path, monkeypatch):
    file = tmp_path / "a.pt"
    train(file)
    monkeypatch.setattr(trainer.Training, "step", None)
    assert same(train(file), undisturbed)


@pytest.mark.slow
def test_it_goes_on_after_kill_9_in_the_middle_of_a_write(undisturbed, tmp_path):
    file = tmp_path / "a.pt"
    command = [sys.executable, "-c", KILLED, str(file)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert len(list(tmp_path.iterdir())) == 2
    state = checkpoint.load(file)
    assert state is not None and len(state["history"]) == 2
    assert same(train(file), undisturbed)


def test_run_keeps_a_file_for_each_trial(tmp_path, monkeypatch):
    monkeypatch.setitem(recipes.RECIPES, "tiny", recipes.get("tiny")._replace(epochs=1))
    results = [trainer.run(TRIAL._replace(seed=seed), checkpoints=tmp_path) for seed in (0, 1, 0)]
    assert results[0] == results[2] != results[1]
    assert len(list(tmp_path.iterdir())) == 2
