"""The profiles: which shapes, backends and repetitions the variable SPIKEBENCH_PROFILE chooses.

smoke     some minutes on a 2-core CPU
cpu       the DSN paper's lengths (appendix B.1) on a CPU
gpu       the same on a GPU
gate      one short call per model on a CPU, for `ci.gate`
gate-gpu  the same on a GPU, and a training for every task
"""

from __future__ import annotations

import os
from typing import NamedTuple

from suites import axes


class Shape(NamedTuple):
    """T steps of a batch of N samples with C neurons each; its string is the case's name."""

    T: int
    N: int
    C: int

    def __str__(self) -> str:
        return f"T={self.T} N={self.N} C={self.C}"

    @classmethod
    def parse(cls, text: str) -> Shape:
        """Read a shape from its string."""
        return cls(*(int(part.partition("=")[2]) for part in text.split()))


class Profile(NamedTuple):
    """What is measured, and how often.

    Attributes
    ----------
    shapes
        The shapes of the HEADLINE models.
    brief
        The shapes of all other models and the peers, to save time; None: `shapes`.
    kernel
        More shapes of the HEADLINE models on the KERNELS, so big that 90 % of a call is the kernel,
        not the fixed cost of the call; `speed.suite.KernelShare` records that share.
    loop_steps
        The longest T of loops over time in torch's operations; None: all.
    device
        The torch device type whose backends are measured.
    slow_starts
        Also measure backends whose first call takes more than about a second.
    peers
        The other libraries to measure.
    dtypes, surrogates, seeds
        The cases of gradients and training; "default" is the model's own surrogate.
    first_look
        Leave out what other cases imply, and the benchmarks of strange inputs and memory.
    tasks
        The tasks of accuracy, for which the gate trains too: those that judge classes.
    conditions
        The conditions of accuracy, energy and horizon, see `suites.conditions`; a quick profile
        measures energy and horizon under the last of them only.
    warmup
        Seconds of calls before the samples, one call at least. A GPU takes a second to raise its
        clock.
    rounds, repeat
        Processes per timing, and samples per process. `repeat` is a number or, as in asv, (least,
        most, seconds): a process takes no new sample after so many seconds, so a slow case gets
        fewer. The gate repeats by its own rules.
    """

    shapes: list[Shape]
    device: str = "cpu"
    slow_starts: bool = False
    peers: tuple[str, ...] = ()
    brief: list[Shape] | None = None
    kernel: tuple[Shape, ...] = ()
    loop_steps: int | None = None
    dtypes: tuple[str, ...] = ("float64", "float32", "bfloat16")
    surrogates: tuple[str, ...] = ("default",)
    first_look: bool = False
    tasks: tuple[str, ...] = ("digits", "events", "pixels", "recall", "rows", "yin_yang")
    conditions: tuple[str, ...] = ("own", "matched", "paper")
    seeds: int = 3
    warmup: float = 0.1
    rounds: int = 4
    repeat: int | tuple[int, int, float] = 20

    @property
    def quick(self) -> bool:
        """Whether it takes minutes: what varies little is measured for one model or shape."""
        return not self.slow_starts

    @property
    def backends(self) -> list[str]:
        """The names of our backends that are measured."""
        return [
            b.name
            for b in axes.backends()
            if self.device in b.devices and (b.starts_fast or self.slow_starts)
        ]

    def shapes_of(self, model: str, runner: str) -> list[Shape]:
        """Return the shapes at which the speed and memory of a model are measured."""
        if model not in HEADLINE or runner in axes.peers():
            return self.brief or self.shapes
        loops = runner in set(axes.serial_runners(model)) - COMPILED
        longest = self.loop_steps if loops else None
        shapes = [shape for shape in self.shapes if longest is None or longest >= shape.T]
        return [*shapes, *(self.kernel if runner in KERNELS else ())]


HEADLINE = ("dsn", "lif", "plif", "psn", "sliding_psn")  # measured at all shapes of a profile
COMPILED = {b.name for b in axes.backends() if b.compiled}
KERNELS = tuple(b.name for b in axes.backends() if b.compiled and b.starts_fast)  # generated code
# The DSN paper's, and two that no power of two divides.
LENGTHS = (1024, 2048, 4096, 8192, 10000, 16383, 16384)
ALL_SURROGATES = ("default", *axes.surrogates())
PROFILES = {
    "smoke": Profile(
        [Shape(T, 1, 64) for T in (1024, 4096, 16384)],
        peers=("snntorch", "spikingjelly"),
        brief=[Shape(1024, 1, 64)],
        loop_steps=4096,
        dtypes=("float32",),
        first_look=True,
        tasks=("digits", "rows"),
        conditions=("matched",),
        seeds=1,
        warmup=0.02,
        rounds=1,
        repeat=(1, 20, 0.05),
    ),
    "cpu": Profile(
        [Shape(T, 4, 512) for T in LENGTHS],
        slow_starts=True,
        peers=tuple(name for name, devices in axes.peers().items() if "cpu" in devices),
        brief=[Shape(T, 4, 512) for T in (1024, 4096, 16384)],
        surrogates=ALL_SURROGATES,
        rounds=1,
        repeat=(1, 10, 4.0),
    ),
    "gpu": Profile(
        [Shape(T, 16, 512) for T in LENGTHS],
        device="cuda",
        slow_starts=True,
        peers=tuple(axes.peers()),
        surrogates=ALL_SURROGATES,
        brief=[Shape(T, 16, 512) for T in (1024, 4096, 16384)],
        warmup=1.0,
        rounds=1,
        repeat=(3, 20, 3.0),
    ),
    "gate": Profile(
        [Shape(256, 4, 64)],
        brief=[Shape(64, 4, 64)],
        tasks=("digits", "rows"),
        conditions=("own",),
        seeds=1,
        kernel=(Shape(2048, 8, 512),),
    ),
    "gate-gpu": Profile(
        [Shape(256, 16, 512)],
        device="cuda",
        brief=[Shape(64, 16, 512)],
        conditions=("own",),
        seeds=1,
        kernel=(Shape(16384, 16, 512),),
    ),
}


VARIABLE, DEFAULT = "SPIKEBENCH_PROFILE", "smoke"


def profile_name() -> str:
    """Return the name of the profile that SPIKEBENCH_PROFILE chooses; the default is smoke.

    An unknown name ends the process with one line.
    """
    name = os.environ.get(VARIABLE, DEFAULT)
    if name not in PROFILES:
        raise SystemExit(f"{VARIABLE}={name!r} is not one of {', '.join(PROFILES)}")
    return name


def profile() -> Profile:
    """Return the profile of that name."""
    return PROFILES[profile_name()]
