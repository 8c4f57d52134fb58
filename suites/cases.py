"""The axes of every suite, and the workload that each case measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Any
from weakref import WeakValueDictionary

import torch
from torch import Tensor

import neurons
from suites import axes, peers
from suites.profiles import HEADLINE, KERNELS, Shape, profile

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
    p = profile()
    return [str(shape) for shape in sorted({*p.shapes, *(p.brief or []), *p.kernel})]


def kernels() -> list[str]:
    """Return the backends of generated code that the profile measures."""
    return [name for name in backends() if name in KERNELS]


def gated(benchmark: str, params: Mapping[str, str]) -> bool:
    """Return whether `ci.gate` judges a case: findings, and those of our models, none of the peers.

    Left out is what another case judges as well: forward with graph (time_training has it too),
    one pass of eager models at brief shapes, the backward of a generated kernel at the profile's
    `kernel` shapes, and all times of such a kernel at shorter ones, where a call is mostly its
    fixed cost. Of that cost, training of the HEADLINE models by one step is judged.
    """
    model, backend, shape = (params.get(axis, "") for axis in ("model", "backend", "shape"))
    suite, metric = benchmark.split(".")[0], benchmark.rpartition(".")[2]
    if "finding" in params:
        return True
    if not model or backend in axes.peers() or metric == "time_forward_graph":
        return False
    if metric.startswith("time_") and suite == "calls":
        return metric == "time_training" and model in HEADLINE and shape.startswith("T=1 ")
    if metric.startswith("time_") and model in HEADLINE and backend in KERNELS and profile().kernel:
        return metric != "time_backward" and Shape.parse(shape) in profile().kernel
    one_pass = metric in ("time_forward", "time_backward") and backend == "eager"
    return not (one_pass and profile().brief and model not in HEADLINE)


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


_inputs: WeakValueDictionary[Shape, Tensor] = WeakValueDictionary()  # of the living workloads


def _shared_input(shape: Shape) -> Tensor:
    """Return the input of all workloads of one shape."""
    x = _inputs.get(shape)
    if x is None:
        x = _inputs[shape] = current(shape).requires_grad_()
    return x


class Workload:
    """A case ready to run: forward, backward alone, and both as in training."""

    def __init__(self, run: Callable[[Tensor], Tensor], params: list[Tensor], shape: Shape) -> None:
        self.run = run
        self.x = _shared_input(shape)
        self.inputs = [self.x, *params]
        self.grad_output = torch.ones_like(self.x)

    def forward(self) -> None:
        """Run without recording a graph."""
        with torch.no_grad():
            self.run(self.x)

    def forward_graph(self) -> None:
        """Run and record the graph, which is what training pays for a forward pass."""
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


def build_workload(model: str, runner: str, shape: Shape, *, training: bool = True) -> Workload:
    """Build a workload of a backend or peer at any shape, also one the profile does not measure.

    With `training=False` the layer is in eval mode. Raise NotImplementedError if it cannot run.
    """
    peer = runner in axes.peers()
    ours = layer(model, "eager" if peer else runner, shape).train(training)
    if peer:
        return Workload(*peers.build(runner, ours, current(shape)), shape)
    return Workload(ours, list(ours.parameters()), shape)


@cache
def workload(model: str, runner: str, shape: str, *, training: bool = True) -> Workload:
    """Build the workload of a case, once per process: asv calls `setup` before every timed call.

    Raise NotImplementedError for a case that the profile does not measure or that cannot run.
    """
    case, measured = Shape.parse(shape), profile().shapes_of(model, runner)
    if case not in measured:
        places = ", ".join(map(str, measured))
        raise NotImplementedError(f"this profile runs {runner} {model} at {places} only")
    return build_workload(model, runner, case, training=training)
