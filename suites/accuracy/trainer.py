"""One small network and one recipe for every neuron and task.

    x [T, N, F] -> Linear -> neuron -> Linear -> mean over time -> cross entropy

All random numbers come from seeded generators: on one CPU thread (`suites.process.prepare`), a seed
gives the same bits in every process. For one seed all neurons get the same weights and the same
batches. The options of the neuron are those of a condition, see `suites.conditions`: only under
`matched` is the neuron all that differs.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

import neurons
from suites import conditions
from suites.accuracy import tasks
from suites.accuracy.task import Split, Task

HIDDEN = 128  # neurons
BATCH = 64  # samples
EPOCHS = 10
LEARNING_RATE = 5e-3


class Trained(NamedTuple):
    """A trained network in eval mode and its error, the fraction of wrong test samples."""

    network: nn.Sequential
    error: float


@cache
def trained(model: str, task: str, condition: str, seed: int) -> Trained:
    """Return the trained network of a case, once per process: asv calls `setup` several times."""
    return train(model, tasks.load(task), seed, condition=condition)


def train(
    model: str, task: Task, seed: int, epochs: int = EPOCHS, condition: str = "own"
) -> Trained:
    """Build the network, train it and test it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = network(model, task, condition)
    fit(net, task.train, torch.Generator().manual_seed(seed), epochs)
    net.eval()
    return Trained(net, error_rate(net, task.test))


def network(model: str, task: Task, condition: str = "own") -> nn.Sequential:
    """Build the network with a layer of the model under a condition.

    The layer of neurons is built last, so that its random numbers do not change the weights around
    it. A model with an option T gets the task's number of steps, also where T has a default: GLIF
    has a conductance per step. Raise NotImplementedError if this commit lacks the model.
    """
    options: dict[str, Any] = dict(conditions.apply(model, condition).options)
    T, _, features = task.train.x.shape
    options |= {"T": T} if "T" in neurons.get(model).options else {}
    first, last = nn.Linear(features, HIDDEN), nn.Linear(HIDDEN, task.outputs)
    neuron = neurons.Layer(model, backend="eager", shape=(HIDDEN,), **options)
    return nn.Sequential(first, neuron, last)


def fit(net: nn.Module, split: Split, generator: torch.Generator, epochs: int) -> None:
    """Train by Adam on minibatches that `generator` shuffles."""
    adam = torch.optim.Adam(net.parameters(), LEARNING_RATE)
    for _ in range(epochs):
        for batch in torch.randperm(len(split.y), generator=generator).split(BATCH):
            loss = cross_entropy(readout(net, split.x[:, batch]), split.y[batch])
            adam.zero_grad()
            loss.backward()
            adam.step()


def readout(net: nn.Module, x: Tensor) -> Tensor:
    """Return the class scores [N, classes]: the mean over time of the last layer."""
    return net(x).mean(0)


@torch.no_grad()
def error_rate(net: nn.Module, split: Split) -> float:
    """Return the fraction of samples whose highest score is that of a wrong class."""
    return (readout(net, split.x).argmax(1) != split.y).double().mean().item()
