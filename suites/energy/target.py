"""What a user names on the command line, made into a network and its input.

module:factory      a callable without arguments that returns an nn.Module, or one and its input
a neuron's name     the network of `suites.accuracy` for digits around that neuron
"""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

import neurons
from suites.accuracy import tasks, trainer

TASK, SEED = "digits", 0


class Request(NamedTuple):
    """What the options say of the input, None where they do not."""

    shape: tuple[int, ...] | None = None  # with the batch first, without time
    T: int | None = None  # steps, at each of which the network reads the same
    spikes: float | None = None  # the rate of a binary input, drawn at every step
    epochs: int = 0  # of training, for a neuron's name


class Subject(NamedTuple):
    name: str
    network: nn.Module  # in eval mode
    inputs: tuple[Any, ...]
    clock: tuple[int, int] | None  # T and batch, where the request tells them


def load(name: str, request: Request) -> Subject:
    """ValueError in one line for what cannot be loaded."""
    if ":" in name:
        return _made(name, request)
    if name not in neurons.names():
        close = difflib.get_close_matches(name, neurons.names(), n=1)
        guess = f" did you mean {close[0]!r}?" if close else ""
        known = ", ".join(neurons.names())
        raise ValueError(f"no model {name!r};{guess} give module:factory or a neuron: {known}")
    if request.shape or request.T or request.spikes is not None:
        raise ValueError(
            f"{name} reads the digits: --input, --T and --spikes are for module:factory"
        )
    task = tasks.load(TASK)
    network = trainer.train(name, task, SEED, request.epochs).network
    return Subject(name, network, (task.test.x[:, :128],), None)


def _made(name: str, request: Request) -> Subject:
    factory = _factory(name)
    torch.manual_seed(SEED)  # weights not loaded from a file are drawn the same every time
    try:
        made = factory()
    except Exception as why:
        raise ValueError(
            f"{name}() failed: {first_line(why)}; it must return an nn.Module without arguments"
        ) from why
    network, *inputs = made if isinstance(made, (tuple, list)) else (made,)
    if not isinstance(network, nn.Module):
        what = type(network).__name__
        raise ValueError(f"{name}() returned {what}; it must return an nn.Module [and its input]")
    if inputs and (request.shape or request.T or request.spikes is not None):
        raise ValueError(f"{name} brings its own input; leave out --input, --T and --spikes")
    if not inputs:
        inputs = [_input(name, request)]
    clock = (request.T or 1, request.shape[0]) if request.shape else None
    return Subject(name, network.eval(), tuple(inputs), clock)


def _factory(name: str) -> Any:
    module_name, _, attribute = name.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(module_name)
    except ImportError as why:
        raise ValueError(
            f"no module {module_name!r}: {why}; run where it lies, or set PYTHONPATH"
        ) from None
    except Exception as why:
        raise ValueError(f"module {module_name!r} fails at import: {first_line(why)}") from why
    factory = getattr(module, attribute, None)
    if not callable(factory):
        there = [n for n, v in vars(module).items() if callable(v) and v.__module__ == module_name]
        lack = "has no" if factory is None else "cannot call its"
        raise ValueError(
            f"{module_name} {lack} {attribute!r}; it has: {', '.join(there) or 'none'}"
        )
    return factory


def _input(name: str, request: Request) -> Tensor:
    """Noise in [0, 1), the same at every step, or spikes."""
    if request.shape is None:
        raise ValueError(f"{name} needs an input: --input SHAPE, batch first, as 16,3,32,32")
    generator = torch.Generator().manual_seed(SEED)
    steps = () if request.T is None else (request.T,)
    if request.spikes is None:
        return torch.rand(request.shape, generator=generator).expand(*steps, *request.shape)
    drawn = torch.rand(*steps, *request.shape, generator=generator)
    return (drawn < request.spikes).float()


def shape(text: str) -> tuple[int, ...]:
    """`16,3,32,32` as sizes."""
    sizes: Sequence[str] = text.split(",")
    if not all(size.strip().isdecimal() and int(size) > 0 for size in sizes):
        raise ValueError(f"--input {text!r} is no shape; give sizes > 0, as 16,3,32,32")
    return tuple(map(int, sizes))


def first_line(why: BaseException) -> str:
    """An exception in one line."""
    lines = str(why).strip().splitlines()
    return f"{type(why).__name__}: {lines[0]}" if lines else type(why).__name__
