"""The axes of every suite, and the subject each case measures.

Axes are read from the working tree, without importing `neurons`: asv hands a commit the *index*
of a parameter, so every commit must see the same list. A commit that lacks a model, or a backend
that cannot run it, raises NotImplementedError in `setup` and is recorded as n/a.

The environment variable SPIKEBENCH_PROFILE chooses the shapes:

    smoke   a 2-core CPU in minutes           cpu   the paper's lengths on a CPU
    gpu     the DSN paper's B.1               gate  one short call per model, for `ci.gate`
"""

from __future__ import annotations

import gc
import importlib
import os
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch._functorch.config as functorch_config
from torch import Tensor

import neurons
from suites import clock, peers

ROOT = Path(__file__).parents[1]
BACKENDS = ("eager", "serial", "compile", "cpu", "triton")


class Shape(NamedTuple):
    """T steps of a batch of N samples with C neurons each; its string is the case's name."""

    T: int
    N: int
    C: int

    def __str__(self) -> str:
        return f"T={self.T} N={self.N} C={self.C}"

    @classmethod
    def parse(cls, text: str) -> Shape:
        return cls(*(int(part.partition("=")[2]) for part in text.split()))


class Profile(NamedTuple):
    """What a profile measures, and how often: `rounds` processes with `repeat` samples each.

    `repeat` may be (least, most, seconds), as in asv, where nothing is gated on it. Where time is
    short, `brief` are the shapes of the peers and of models outside `HEADLINE`. `dtypes`,
    `surrogates` ("own" is the model's) and `seeds` are what gradients and training take. `strange`
    inputs and memory are left to the gate where a first look is wanted.
    """

    shapes: list[Shape]
    runners: tuple[str, ...]
    brief: list[Shape] | None = None
    dtypes: tuple[str, ...] = ("float64", "float32", "bfloat16")
    surrogates: tuple[str, ...] = ("own",)
    strange: bool = True
    seeds: int = 3
    rounds: int = 4
    repeat: int | tuple[int, int, float] = 20


HEADLINE = ("dsn", "lif", "plif", "psn", "sliding_psn")  # every profile takes them to its end
LENGTHS = (1024, 2048, 4096, 8192, 16384)
PEERS = tuple(sorted(f.stem for f in (ROOT / "suites" / "peers").glob("[!_]*.py")))
ON_CPU = tuple(p for p in PEERS if p not in ("fla", "spikingjelly_triton"))  # these need a GPU
SURROGATES = ("atan", "integer", "piecewise_quadratic", "rect", "sigmoid", "triangle")
PROFILES = {
    "smoke": Profile(
        [Shape(T, 1, 64) for T in (1024, 4096, 16384)],
        ("eager", "serial", "cpu", "snntorch", "spikingjelly"),
        brief=[Shape(1024, 1, 64)],
        dtypes=("float32",),
        strange=False,
        seeds=1,
        rounds=1,
        repeat=(3, 20, 0.3),
    ),
    "cpu": Profile(
        [Shape(T, 4, 512) for T in LENGTHS],
        ("eager", "serial", "compile", "cpu", *ON_CPU),
        surrogates=("own", *SURROGATES),
        repeat=5,
    ),
    "gpu": Profile(
        [Shape(T, 16, 512) for T in LENGTHS],
        ("eager", "serial", "compile", "triton", *PEERS),
        surrogates=("own", *SURROGATES),
        rounds=1,
        repeat=(5, 20, 3.0),
    ),
    "gate": Profile([Shape(256, 4, 64)], ("eager", "serial", "cpu"), brief=[Shape(64, 4, 64)]),
}

# What differs from a model's defaults, and why: sliding PSN's window is the DSN paper's, B.1.
OPTIONS: dict[str, dict[str, Any]] = {"sliding_psn": {"k": 64}}


def profile() -> Profile:
    """The chosen profile; an unknown one is a one-line error."""
    name = os.environ.get("SPIKEBENCH_PROFILE", "smoke")
    if name not in PROFILES:
        raise SystemExit(f"SPIKEBENCH_PROFILE={name!r} is not one of {', '.join(PROFILES)}")
    return PROFILES[name]


def ahead(*modules: str) -> None:
    """Import now what a suite's cases would import at first use: asv's fork server does it once.

    The workers of `ci.gate` live through many cases, and it starts many of them: not for those.
    """
    if profile() is not PROFILES["gate"]:
        for name in modules:
            importlib.import_module(name)
        gc.freeze()  # or every case would collect its garbage among all that


if "compile" in profile().runners:
    # asv's fork server spends these seconds once, where every case that compiles would; and it
    # must not hand a pool of compiler processes to its children.
    os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")
    import torch._inductor.compile_fx


def models() -> list[str]:
    """The model files of the working tree; a kernel beside its model is not a model."""
    files = (ROOT / "neurons" / "models").glob("[!_]*.py")
    return sorted(f.stem for f in files if not f.stem.endswith(("_triton", "_cpu")))


def runners(*, training: bool = False) -> list[str]:
    """The backend axis: ours and, under the same cases, the peers; serial is inference only."""
    return [name for name in profile().runners if not (training and name == "serial")]


def backends() -> list[str]:
    """Our own part of the backend axis."""
    return [name for name in profile().runners if name in BACKENDS]


def shapes() -> list[str]:
    """The shape axis, the shortest first; a model has those of `measured`."""
    return [str(shape) for shape in sorted({*profile().shapes, *(profile().brief or [])})]


def measured(model: str, backend: str) -> list[Shape]:
    """The shapes at which the profile measures a model's speed and memory."""
    full = model in HEADLINE and backend not in PEERS
    return profile().shapes if full else profile().brief or profile().shapes


def gated(benchmark: str, params: Mapping[str, str]) -> bool:
    """Whether `ci.gate` looks at a case: no peer is ours to gate, and no limit of the device.

    A model at brief shapes is timed in training alone, which is forward and backward together.
    """
    model, backend = params.get("model", ""), params.get("backend", "")
    parts = benchmark.endswith((".time_forward", ".time_backward")) and backend == "eager"
    brief = profile().brief and model not in HEADLINE
    return bool(model) and backend not in PEERS and not (brief and parts)


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def layer(model: str, backend: str, shape: Shape, **options: Any) -> neurons.Layer:
    """Our layer for a case, with the same parameters every time; raises NotImplementedError."""
    if model not in neurons.names():
        raise NotImplementedError(f"this commit has no neuron {model!r}")
    if backend not in neurons.backends.names():
        raise NotImplementedError(f"this commit has no backend {backend!r}")
    neuron = neurons.get(model)
    if reason := neurons.backends.missing(neuron, backend):
        raise NotImplementedError(reason)
    if "T" in neuron.needs:
        options["T"] = shape.T
    generator = torch.Generator().manual_seed(0)
    options = OPTIONS.get(model, {}) | options
    made = neurons.Layer(model, backend=backend, shape=(shape.C,), generator=generator, **options)
    return made.to(device())


def current(shape: Shape, seed: int = 0) -> Tensor:
    """Input current [T, N, C], normal around 0.45 thresholds, so that every model fires."""
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(*shape, generator=generator) + 0.45).to(device())


class Subject:
    """One case ready to run: forward, backward alone, and both as in training."""

    def __init__(self, run: Callable[[Tensor], Tensor], params: list[Tensor], shape: Shape):
        self.run = run
        self.x = current(shape).requires_grad_()
        self.inputs = [self.x, *params]
        self.upstream = torch.ones_like(self.x)

    def forward(self) -> None:
        with torch.no_grad():
            self.run(self.x)

    @cached_property
    def _graph(self) -> Tensor:
        """The graph that `backward` walks again and again."""
        return self.run(self.x)

    def backward(self) -> None:
        torch.autograd.grad(self._graph, self.inputs, self.upstream, retain_graph=True)

    def training(self) -> None:
        torch.autograd.grad(self.run(self.x), self.inputs, self.upstream)


def ours(model: str, backend: str, shape: Shape) -> Subject:
    """Our layer as a subject, whether or not the profile measures its speed there."""
    made = layer(model, backend, shape)
    return Subject(made, list(made.parameters()), shape)


@cache
def subject(model: str, backend: str, shape: str) -> Subject:
    """The subject of a case, built once per process: asv calls `setup` before every timed call."""
    clock.settle()
    functorch_config.donated_buffer = False  # compiled graphs must last for `backward`
    case, wanted = Shape.parse(shape), measured(model, backend)
    if case not in wanted:
        places = ", ".join(map(str, wanted))
        raise NotImplementedError(f"this profile runs {backend} {model} at {places} only")
    if backend not in PEERS:
        return ours(model, backend, case)
    return Subject(*peers.build(backend, layer(model, "eager", case), current(case)), case)
