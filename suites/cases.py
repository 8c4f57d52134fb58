"""The axes of every suite, and the workload that each case measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Any

import torch
from torch import Tensor

import neurons
from suites import axes, peers
from suites.profiles import HEADLINE, Shape, profile

# What differs from a model's defaults, and why: sliding PSN's window is the DSN paper's, B.1.
OPTIONS: dict[str, dict[str, Any]] = {"sliding_psn": {"k": 64}}


def models() -> list[str]:
    """Return the model axis."""
    return axes.models()


def backends() -> list[str]:
    """Return the backend axis without the peers."""
    return profile().backends


def runners(*, training: bool = False) -> list[str]:
    """Return the backend axis: our backends, then the peers.

    The backend `serial` is for inference, so it is left out of those that train.
    """
    return [b for b in backends() if not (training and b == "serial")] + [*profile().peers]


def shapes() -> list[str]:
    """Return the shape axis, shortest first; `Profile.shapes_of` gives the shapes of a model."""
    return [str(shape) for shape in sorted({*profile().shapes, *(profile().brief or [])})]


def gated(benchmark: str, params: Mapping[str, str]) -> bool:
    """Return whether `ci.gate` judges a case: those of our models, none of the peers.

    Models at brief shapes are judged by time_training, which is forward and backward together.
    """
    model, backend = params.get("model", ""), params.get("backend", "")
    one_pass = benchmark.endswith((".time_forward", ".time_backward")) and backend == "eager"
    brief = profile().brief and model not in HEADLINE
    return bool(model) and backend not in axes.peers() and not (brief and one_pass)


def device() -> torch.device:
    """Return the first GPU, or the CPU without one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def layer(model: str, backend: str, shape: Shape, **options: Any) -> neurons.Layer:
    """Build our layer for a case, with the same parameters every time.

    Raise NotImplementedError if this commit lacks the model or the backend cannot run it.
    """
    if model not in neurons.names():
        raise NotImplementedError(f"this commit has no neuron {model!r}")
    if backend not in neurons.backends.names():
        raise NotImplementedError(f"this commit has no backend {backend!r}")
    neuron = neurons.get(model)
    if reason := neurons.backends.refusal(neuron, backend):
        raise NotImplementedError(reason)
    if "T" in neuron.needs:
        options["T"] = shape.T
    generator = torch.Generator().manual_seed(0)
    options = OPTIONS.get(model, {}) | options
    options |= {"shape": (shape.C,), "generator": generator}
    return neurons.Layer(model, backend=backend, **options).to(device())


def current(shape: Shape, seed: int = 0) -> Tensor:
    """Draw an input current [T, N, C], normal around 0.45 thresholds, so that every model fires."""
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(*shape, generator=generator) + 0.45).to(device())


class Workload:
    """A case ready to run: forward, backward alone, and both as in training."""

    def __init__(self, run: Callable[[Tensor], Tensor], params: list[Tensor], shape: Shape) -> None:
        self.run = run
        self.x = current(shape).requires_grad_()
        self.inputs = [self.x, *params]
        self.grad_output = torch.ones_like(self.x)

    def forward(self) -> None:
        """Run without recording a graph."""
        with torch.no_grad():
            self.run(self.x)

    @cached_property
    def _graph(self) -> Tensor:
        """The output whose graph every `backward` uses."""
        return self.run(self.x)

    def backward(self) -> None:
        """Run the backward of a forward pass that is not timed."""
        torch.autograd.grad(self._graph, self.inputs, self.grad_output, retain_graph=True)

    def training(self) -> None:
        """Run forward and backward."""
        torch.autograd.grad(self.run(self.x), self.inputs, self.grad_output)


def our_workload(model: str, backend: str, shape: Shape) -> Workload:
    """Build a workload of our layer at any shape, also one the profile does not measure."""
    ours = layer(model, backend, shape)
    return Workload(ours, list(ours.parameters()), shape)


@cache
def workload(model: str, runner: str, shape: str) -> Workload:
    """Build the workload of a case, once per process: asv calls `setup` before every timed call.

    Raise NotImplementedError for a case that the profile does not measure or that cannot run.
    """
    case, measured = Shape.parse(shape), profile().shapes_of(model, runner)
    if case not in measured:
        places = ", ".join(map(str, measured))
        raise NotImplementedError(f"this profile runs {runner} {model} at {places} only")
    if runner not in axes.peers():
        return our_workload(model, runner, case)
    return Workload(*peers.build(runner, layer(model, "eager", case), current(case)), case)
