"""A trial is one training; the fields of `Trial` determine its result, bit for bit."""

from __future__ import annotations

from typing import NamedTuple


class Trial(NamedTuple):
    """What is trained, on what, and how."""

    task: str  # a name of `suites.accuracy.data`: a task or a data set
    network: str  # a name of `suites.accuracy.networks`
    model: str
    condition: str  # see `suites.conditions`
    recipe: str  # a name of `suites.accuracy.recipes`
    seed: int


class Result(NamedTuple):
    """What came of a trial."""

    error: float  # on the test set: the share of wrong classes, or the mean squared error
    loss: float  # on the test set
    rate: float  # spikes per neuron and step on the test set, the mean over layers
    seconds: float  # of the training
    curve: tuple[float, ...] = ()  # the loss on the training set in each epoch
