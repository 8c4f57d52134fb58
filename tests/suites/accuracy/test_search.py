"""The search over neurons: what its steps change, its gradients, and what it finds."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from suites.accuracy import __main__ as command
from suites.accuracy import search as lwns
from suites.accuracy import tasks
from suites.accuracy.search import Search
from suites.accuracy.task import Split, Task
from suites.networks.spiking import DIGITS

TABLE_3 = Path(lwns.__file__).parents[1] / "claims" / "tables" / "stdano_table3_8.csv"
STRINGS = sorted({row[3] for row in csv.reader(TABLE_3.read_text().splitlines()[1:])})


@pytest.fixture(scope="module")
def digits() -> Task:
    task = tasks.load("digits")
    return Task(*(split._replace(x=split.x[:4]) for split in task[:2]), outputs=task.outputs)


class Toy(nn.Module):
    """A smooth network with a mixture, so that finite differences hold."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3, 2)
        self.arch = nn.Parameter(torch.tensor([0.3, -0.2, 0.1]))

    def forward(self, x: Tensor) -> Tensor:
        a = torch.softmax(self.arch, 0)
        h = self.linear(x)
        return a[0] * torch.tanh(h) + a[1] * torch.sin(2 * h) + a[2] * h * h


@pytest.fixture
def toy() -> tuple[Search, Split, Split]:
    torch.manual_seed(0)
    x, y = torch.randn(2, 40, 3, dtype=torch.float64), torch.arange(40) % 2
    running = Search(Toy().double(), Task(Split(x, y), Split(x, y), 2), seed=0, order=2)
    return running, running.first, running.second


def test_halves_are_disjoint_and_have_the_same_classes() -> None:
    y = torch.arange(100) % 3
    split = Split(torch.arange(100.0).expand(2, 100), y)
    first, second = lwns.halves(split, seed=1)
    assert not set(first.x[0].tolist()) & set(second.x[0].tolist())
    assert torch.equal(first.y.bincount(), second.y.bincount())
    assert first.samples == second.samples == 49, "33 of a class are 16 and 16, and one is dropped"
    again, _ = lwns.halves(split, seed=1)
    assert torch.equal(first.x, again.x)


def test_a_step_changes_one_group_alone(toy: tuple[Search, Split, Split]) -> None:
    running, training, validation = toy
    alpha, weights = ([p.detach().clone() for p in g] for g in (running.alpha, running.weights))
    running.step_alpha(training, validation, 0.1)
    assert not torch.equal(running.alpha[0], alpha[0])
    assert all(map(torch.equal, running.weights, weights))
    alpha = [p.detach().clone() for p in running.alpha]
    running.step_weights(training, 0.1)
    assert all(map(torch.equal, running.alpha, alpha))
    assert not any(map(torch.equal, running.weights, weights))


def test_the_first_order_is_the_gradient_of_the_second_half(
    toy: tuple[Search, Split, Split],
) -> None:
    running, training, validation = toy
    running.order = 1
    loss = running.loss.loss(running.network(validation.x), validation.y)
    (expected,) = torch.autograd.grad(loss, running.alpha)
    assert torch.equal(running.gradient(training, validation, 0.1)[0], expected)


def test_the_second_order_is_that_of_finite_differences(toy: tuple[Search, Split, Split]) -> None:
    """Of alpha -> L_val(w - xi dL_tr/dw)."""
    running, training, validation = toy
    xi, step = 0.3, 1e-6
    start = [p.detach().clone() for p in running.weights]

    def unrolled() -> float:
        running._move(start, running._grad(training, running.weights), -xi)
        value = running.loss.loss(running.network(validation.x), validation.y).item()
        running._move(start, start, 0.0)
        return value

    expected = torch.zeros(3, dtype=torch.float64)
    for k in range(3):
        for sign in (1, -1):
            with torch.no_grad():
                running.alpha[0][k] += sign * step
            expected[k] += sign * unrolled() / (2 * step)
            with torch.no_grad():
                running.alpha[0][k] -= sign * step
    (found,) = running.gradient(training, validation, xi)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-7)
    assert all(map(torch.equal, running.weights, start)), "the weights are put back, bit by bit"
    running.order = 1
    (first,) = running.gradient(training, validation, xi)
    assert not torch.allclose(first, expected, rtol=1e-2), "the second term matters here"


@pytest.mark.parametrize("string", STRINGS)
def test_a_string_is_decoded_from_what_it_is_encoded_to(string: str) -> None:
    assert lwns.decode(lwns.encode(string)) == string


def test_a_string_builds_its_models() -> None:
    found = [layer.neuron.name for layer in lwns.layers_of_string("021")(3)]
    assert found == [DIGITS[digit][0] for digit in "021"]
    with pytest.raises(ValueError, match="'02' has 2 digits; the network has 3 layers"):
        [*lwns.layers_of_string("02")(3)]


@pytest.mark.slow
@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_planted_optimum_is_found_in_every_layer(
    kept: int, digits: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The spikes of the two other neurons are noise."""
    import neurons.models.super as model

    cells = model.cells
    noise = torch.Generator().manual_seed(0)

    def noisy(*arguments: Any) -> Any:
        s, state = cells(*arguments)
        random = (torch.rand(s.shape, generator=noise) < 0.3).to(s)
        random[kept] = s[kept]
        return random, state

    monkeypatch.setattr(model, "cells", noisy)
    assert set(lwns.search(digits, seed=0).string) == {str(kept)}


@pytest.mark.slow
def test_a_search_is_repeatable_and_no_worse_than_lif(digits: Task) -> None:
    runs = [lwns.search(digits, seed=seed) for seed in (0, 0, 1)]
    assert runs[0].string == runs[1].string and torch.equal(runs[0].history, runs[1].history)
    assert runs[0].error == runs[1].error
    deviation = (0.03 * 0.97 / digits.test.samples) ** 0.5  # of a share near 3 %
    for run in runs:
        assert run.error <= run.lif_error + 2 * deviation
        assert run.seconds > 0 and run.history.shape == (50, 2, 3)


@pytest.mark.slow
def test_the_command_prints_the_string(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It keeps what it found, with a heat map per layer, and does not search again."""
    words = ["search", "--task", "digits", "--network", "mlp"]
    words += ["--store", str(tmp_path / "store.sqlite")]
    assert command.main(words) == 0
    monkeypatch.setattr(lwns, "search", None)
    text = capsys.readouterr().out
    assert command.main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert text.startswith(found["string"]) and len(found["history"][0]) == len(found["string"])
    assert [heat["rows"] for heat in found["pictures"]] == [["SLIF", "LLIF", "LIF"]] * len(
        found["string"]
    )
    assert command.main(["search", "--task", "moving"]) == 2
    assert "moving has no classes" in capsys.readouterr().err
