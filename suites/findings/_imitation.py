"""Dynamic decay imitates six LIF neurons: DSN, appendix B.7, Eq. B.3-B.6."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from suites import pictures
from suites.accuracy import recipes, tasks
from suites.accuracy.task import Task
from suites.accuracy.tasks.mimic import TAUS, V_TH
from suites.accuracy.training import Training
from suites.accuracy.trial import Trial
from suites.findings import _trained
from suites.pictures import Picture

CHANNELS, K, EXPANSION, TAU = 6, 8, 8, 0.5
TRAIN, EPOCHS, SHOWN = 5000, 8, 60
NAMES = [f"{reset}, tau = {tau:.3g}" for reset in ("hard", "soft") for tau in TAUS]
SCALE = (
    f"{TRAIN} of 10000 samples, {EPOCHS} of 100 epochs. A neuron that never fires is right at all "
    "silent steps: its share is printed beside."
)


class Imitator(nn.Module):
    """x [T, N, 6] -> the potentials h [T, N, 6]."""

    def __init__(self) -> None:
        super().__init__()
        self.up = nn.Conv1d(CHANNELS, EXPANSION * CHANNELS, K)
        self.down = nn.Conv1d(EXPANSION * CHANNELS, CHANNELS, K)

    def forward(self, x: Tensor) -> Tensor:
        rows = pad(x.permute(1, 2, 0), (K - 1, 0))
        rows = pad(torch.relu(self.up(rows)), (K - 1, 0))
        alpha = torch.sigmoid(self.down(rows).permute(2, 0, 1)) ** (1 / TAU)
        h, potentials = torch.zeros_like(x[0]), []
        for a, value in zip(alpha.unbind(0), x.unbind(0), strict=True):
            h = a * h + (1 - a) * value
            potentials.append(h)
        return torch.stack(potentials)


@cache
def trained(seed: int) -> tuple[Imitator, Task]:
    """Return the imitator of dataset A, trained for a seed, and its task."""
    task = tasks.load("mimic")
    task = task._replace(train=task.train.pick(slice(TRAIN)))
    source = "DSN, B.7"
    recipe = recipes.Recipe(
        "Adam", lr=1e-2, batch=128, epochs=EPOCHS, source=source, schedule="cosine"
    )
    torch.manual_seed(seed)
    network, trial = Imitator(), Trial("mimic", "imitator", "dsn", "own", "", seed)
    training = Training(network, task, trial, recipe, _trained.DEVICE)
    while not training.over:
        training.run_epoch()
    training.finish()
    return network, task


def accuracies(seed: int) -> tuple[dict[str, float], dict[str, float]]:
    """Return the share of steps with the right spike for each neuron, and of silent steps."""
    network, task = trained(seed)
    with torch.no_grad():
        h = network(task.test.x)
    fired = task.test.y >= V_TH
    right = ((h >= V_TH) == fired).float().mean((0, 1))
    silent = (~fired).float().mean((0, 1))
    return dict(zip(NAMES, right.tolist(), strict=True)), dict(
        zip(NAMES, silent.tolist(), strict=True)
    )


def traces(seed: int) -> Picture:
    """Return the potentials of the first neuron and of its imitation."""
    network, task = trained(seed)
    with torch.no_grad():
        h = network(task.test.x[:, :1])[:SHOWN, 0, 0]
    lines = {"LIF": task.test.y[:SHOWN, 0, 0].tolist(), "dynamic decay": h.tolist()}
    title = f"Potential before the reset, {NAMES[0]}"
    return pictures.lines(title, range(SHOWN), lines, x_label="step")
