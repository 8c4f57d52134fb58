"""Both sides on one bench: what there is to measure, and the rounds that measure it.

A round visits the cases in random order. Each gets a few bursts of 20 ms a side; the sides
alternate, and each comes first equally often, so that neither a drift of the machine nor a warm
cache favours one. The random order is seeded: the same call measures in the same order.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ci.gate.cases import Case
from ci.gate.side import Side
from ci.gate.statistics import Pair, Sample

BURSTS = 4  # per side, case and round
BURST = 0.020  # seconds

Enough = Callable[[dict[str, Pair]], bool]


@dataclass
class Bench:
    """The live pair of workers with the cases they have in common or not."""

    roots: dict[str, Path]
    profile: str
    minimum: int
    order: random.Random
    sides: dict[str, Side]
    cases: list[Case]

    def replace_workers(self) -> None:
        """Start a fresh process per side, both at the same time."""
        self.close()
        self.sides = {role: Side(role, root, self.profile) for role, root in self.roots.items()}

    def close(self) -> None:
        while self.sides:
            self.sides.popitem()[1].close()

    def probe(self) -> None:
        """Run every case once on both sides, which are not timed here and so run together."""
        listed = {name: case for side in self.sides.values() for name, case in side.cases.items()}
        for name, case in tqdm(listed.items(), "gate: probe", unit="case"):
            self.cases.append(Case(**case, **self.call(name)))

    def call(self, name: str) -> dict:
        """One untimed call of a case on both sides."""
        for side in self.sides.values():
            side.probe(name)
        return {role: side.probed(name) for role, side in self.sides.items()}

    def measure(
        self, names: list[str], rounds: int, *, fresh: bool, enough: Enough = lambda pairs: False
    ) -> dict[str, Pair]:
        """Paired samples of the named timings, in so many `rounds` or until they are `enough`.

        `fresh` starts new processes for every round.
        """
        pairs: dict[str, Pair] = {}
        taken: dict[str, dict[str, list]] = {n: {role: [] for role in self.roots} for n in names}
        label = f"gate: {'confirm' if fresh else 'screen'}"
        for _ in tqdm(range(rounds), label, unit="round"):
            if fresh:
                self.replace_workers()
            for name in self.order.sample(names, len(names)):
                if fresh:
                    self.call(name)
                for role, bursts in self.alternate(name).items():
                    taken[name][role].append(bursts)
            for name, sides in taken.items():
                pairs[name] = Pair(*(Sample(np.array(sides[role])) for role in ("base", "head")))
            if enough(pairs):
                break
        return pairs

    def alternate(self, name: str) -> dict[str, list[float]]:
        """The bursts of one case in one round, each side first in half of them."""
        bursts: dict[str, list[float]] = {role: [] for role in self.sides}
        turns = [list(self.sides), list(reversed(self.sides))] * (BURSTS // 2)
        for turn in self.order.sample(turns, len(turns)):
            for role in turn:
                bursts[role].append(self.sides[role].burst(name, BURST))
        return bursts


@contextmanager
def opened(roots: dict[str, Path], profile: str, minimum: int, seed: int) -> Iterator[Bench]:
    """A bench with live workers whose cases have been probed."""
    bench = Bench(roots, profile, minimum, random.Random(seed), {}, [])
    try:
        bench.replace_workers()
        bench.probe()
        yield bench
    finally:
        bench.close()
