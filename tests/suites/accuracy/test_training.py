"""The loop: every backend takes the same steps, and every recipe and kind of task works."""

import pytest
import torch
from torch import nn

import neurons
from suites import cases
from suites.accuracy import recipes, tasks, trainer
from suites.accuracy.task import Split, Task
from suites.accuracy.training import Training
from suites.accuracy.trial import Trial

LIF = Trial("digits", "mlp", "lif", "own", "tiny", 0)
TINY = recipes.get("tiny")
CPU = torch.device("cpu")
STEPS = 20
EPS = torch.finfo(torch.float32).eps


def training(trial: Trial, backend: str) -> Training:
    torch.manual_seed(0)
    task = tasks.load(trial.task)
    net = trainer.network(trial, task, TINY, backend).train()
    return Training(net, task, trial, TINY, CPU)


def compiled() -> list[str]:
    """Return the models that "auto" runs by a generated kernel."""
    return [
        name
        for name in cases.models()
        if neurons.backends.choose(neurons.get(name), "auto") != "eager"
    ]


@pytest.mark.parametrize("model", compiled())
def test_the_fastest_backend_takes_the_steps_of_the_reference(model):
    """To the rounding of float32: the kernels sum in the same order."""
    batches = torch.randperm(1198).split(TINY.batch)[:-1]
    losses = {}
    for backend in ("auto", "eager"):
        loop = training(LIF._replace(model=model), backend)
        steps = enumerate([*batches, *batches][:STEPS])
        losses[backend] = torch.tensor([loop.step(batch, n)[0] for n, batch in steps])
        (layer,) = (m for m in loop.network.modules() if isinstance(m, neurons.Layer))
        assert (layer.backend == "eager") == (backend == "eager")
    assert losses["eager"][-1] < losses["eager"][0]
    assert torch.allclose(losses["auto"], losses["eager"], rtol=10 * EPS, atol=0)


def tiny_task(loss: str) -> Task:
    """Return a task of 4 steps, 2 x 4 x 4 inputs and 3 outputs, of a kind that the loss judges."""
    x = torch.rand(4, 24, 2, 4, 4)
    y = {"mean": torch.arange(24) % 3, "tet": torch.arange(96).view(4, 24) % 3}
    targets = y.get(loss, torch.rand(4, 24, 3))
    return Task(Split(x, targets), Split(x, targets), 3, loss=loss)


@pytest.mark.parametrize("loss", ["mean", "tet", "mse"])
def test_one_loop_trains_classes_classes_per_step_and_values(loss):
    task, recipe = tiny_task(loss), TINY._replace(epochs=30, batch=10)
    trained = trainer.train(LIF, task, recipe, device=CPU)
    assert trained.history[-1].loss < trained.history[0].loss
    assert 0 <= trained.score.error <= 1


@pytest.mark.parametrize("name", ["clif_gesture", "clif_mix", "dsn", "stdano_search"])
def test_recipes_run_with_their_optimizer_dropout_and_augmentation(name):
    recipe = recipes.get(name)._replace(epochs=2)
    trial = LIF._replace(network="convnet")
    trained = trainer.train(trial, tiny_task("mean"), recipe, device=CPU)
    assert len(trained.history) == 2
    drops = [m for m in trained.network.modules() if isinstance(m, nn.Dropout)]
    assert len(drops) == (4 if recipe.dropout else 0)
    again = trainer.train(trial, tiny_task("mean"), recipe, device=CPU)
    assert again.history != trained.history, "the data are drawn anew"


def test_the_learning_rate_of_each_step_is_the_recipes(monkeypatch):
    loop = training(LIF, "eager")
    loop.recipe = recipes.get("clif_tiny")
    rates = []
    step = loop.optimizer.step
    monkeypatch.setattr(
        loop.optimizer, "step", lambda: (rates.append(loop.optimizer.param_groups[0]["lr"]), step())
    )
    for _ in range(2):
        list(loop.epoch())
    assert rates[0] == 0.1 and len(set(rates)) == len(rates) == 2 * loop.steps
    assert rates == sorted(rates, reverse=True)
