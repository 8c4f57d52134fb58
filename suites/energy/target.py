"""Build the network and the input that a user names on the command line.

module:factory      a callable without arguments that returns an nn.Module, alone or with its input
a model's name      the network of `suites.accuracy` for digits, with neurons of that model
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

import neurons
from suites.accuracy import recipes, tasks, trainer
from suites.accuracy.trial import Trial

TASK, NETWORK, RECIPE, SEED, BATCH = "digits", "mlp", "tiny", 0, 128


class Request(NamedTuple):
    """The options for the input; None for those that were not given."""

    shape: tuple[int, ...] | None = None  # [N, *], without time
    T: int | None = None  # steps
    spikes: float | None = None  # the rate of random spikes
    epochs: int = 0  # of training, for one of our models

    @property
    def describes_input(self) -> bool:
        return bool(self.shape or self.T or self.spikes is not None)


class Target(NamedTuple):
    """A network in eval mode and its input."""

    name: str
    network: nn.Module
    inputs: tuple[Any, ...]
    steps_and_batch: tuple[int, int] | None  # if the request gives them


def load(name: str, request: Request) -> Target:
    """Build the target of that name; raise ValueError in one line if that is impossible."""
    if ":" in name:
        return _from_factory(name, request)
    neurons.one_of("not module:factory, and no model", name, neurons.names())
    if request.describes_input:
        raise ValueError(
            f"{name} reads the digits: --input, --T and --spikes are for module:factory"
        )
    return Target(name, trained(name, "own", request.epochs), (digits(),), None)


def trained(model: str, condition: str, epochs: int) -> nn.Module:
    """Return the network of `suites.accuracy` for digits, trained on the CPU with a model."""
    recipe = recipes.get(RECIPE)._replace(epochs=epochs)
    trial, cpu = trial_of(model, condition), torch.device("cpu")
    return trainer.train(trial, tasks.load(TASK), recipe, device=cpu, backend="eager").network


def trial_of(model: str, condition: str) -> Trial:
    """Return the trial of the network for digits with a model."""
    return Trial(TASK, NETWORK, model, condition, RECIPE, SEED)


def digits() -> Tensor:
    """Return the input for it: always the same images."""
    return tasks.load(TASK).test.x[:, :BATCH]


def _from_factory(name: str, request: Request) -> Target:
    factory = _factory(name)
    torch.manual_seed(SEED)  # the same random weights every time
    try:
        result = factory()
    except Exception as error:
        raise ValueError(
            f"{name}() failed: {first_line(error)}; "
            "it must take no arguments and return an nn.Module"
        ) from error
    network, *inputs = result if isinstance(result, (tuple, list)) else (result,)
    if not isinstance(network, nn.Module):
        kind = type(network).__name__
        raise ValueError(f"{name}() returned {kind}; it must return an nn.Module [and its input]")
    if inputs and request.describes_input:
        raise ValueError(f"{name} has its own input; leave out --input, --T and --spikes")
    if not inputs:
        inputs = [_input(name, request)]
    steps_and_batch = (request.T or 1, request.shape[0]) if request.shape else None
    return Target(name, network.eval(), tuple(inputs), steps_and_batch)


def _factory(name: str) -> Callable[[], Any]:
    module_name, _, attribute = name.partition(":")
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise ValueError(
            f"no module {module_name!r}: {error}; run in its folder, or set PYTHONPATH"
        ) from None
    except Exception as error:
        raise ValueError(f"cannot import {module_name!r}: {first_line(error)}") from error
    factory = getattr(module, attribute, None)
    if not callable(factory):
        names = [n for n, v in vars(module).items() if callable(v) and v.__module__ == module_name]
        lack = "has no" if factory is None else "cannot call its"
        raise ValueError(
            f"{module_name} {lack} {attribute!r}; it has: {', '.join(names) or 'none'}"
        )
    return factory


def _input(name: str, request: Request) -> Tensor:
    """Draw random values in [0, 1), the same at every step, or random spikes."""
    if request.shape is None:
        raise ValueError(f"{name} needs an input: --input SHAPE, batch first, e.g. 16,3,32,32")
    generator = torch.Generator().manual_seed(SEED)
    steps = () if request.T is None else (request.T,)
    if request.spikes is None:
        return torch.rand(request.shape, generator=generator).expand(*steps, *request.shape)
    values = torch.rand(*steps, *request.shape, generator=generator)
    return (values < request.spikes).float()


def parse_shape(text: str) -> tuple[int, ...]:
    """Return the sizes in a text like `16,3,32,32`."""
    sizes = text.split(",")
    if not all(size.strip().isdecimal() and int(size) > 0 for size in sizes):
        raise ValueError(f"--input {text!r} is not a shape; give sizes > 0, e.g. 16,3,32,32")
    return tuple(map(int, sizes))


def first_line(error: BaseException) -> str:
    """Return the type of an exception and the first line of its message."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
