"""Both sides together: the cases to measure, and the rounds that measure them.

A round takes the cases in random order, with a few bursts of 20 ms per case and side. The sides
alternate, and each is first equally often, so that neither a drift of the machine nor a warm cache
favours one. The random order is seeded: the same command measures in the same order.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from ci.gate.cases import Case, Probe
from ci.gate.impact import Impact
from ci.gate.side import OutOfTimeError, Side, SideError
from ci.gate.statistics import Pair, Sample

BURSTS = 4  # per side, case and round
BURST = 0.020  # seconds

Rounds = dict[str, dict[str, list[list[float]]]]  # bursts of each round, by case and side
Stop = Callable[[Mapping[str, Pair]], bool]
Description = dict[str, Any]  # of a case, by a worker
Trace = dict[str, list]  # what a model computes, by name; see `suites.fingerprint`
Trained = dict[str, dict[str, Any]]  # what a training comes to on both sides; see `suites.trained`


@dataclass
class Bench:
    """The two running workers, and the cases that at least one of them lists."""

    roots: dict[str, Path]
    impact: Impact
    profile: str
    ends: float  # when measuring must be over, on time.monotonic's clock
    minimum: int = 1  # cases that must run on both sides
    seed: int = 0  # of the random order
    wanted: Callable[[Description], bool] = lambda description: True
    cases: list[Case] = field(default_factory=list)
    sides: dict[str, Side] = field(default_factory=dict)
    trainings: dict[tuple[str, str], list[Trained]] = field(default_factory=dict)
    _fingerprints: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.order = random.Random(self.seed)

    @property
    def compared(self) -> list[str]:
        """The models that ran on both sides, without those of which a case failed."""
        of_models = [case for case in self.cases if "model" in case.params]
        failed = {c.model for c in of_models if "failed" in (c.base.state, c.head.state)}
        return sorted({case.model for case in of_models if case.on_both} - failed)

    def over(self, kept: float = 0.0) -> bool:
        """Return whether less than `kept` seconds are left to measure."""
        return time.monotonic() > self.ends - kept

    def replace_workers(self) -> None:
        """Start a new process for each side, both at the same time."""
        self.close()
        for role, root in self.roots.items():
            self.sides[role] = Side(role, root, self.profile, self.ends)

    def close(self) -> None:
        """End the workers."""
        while self.sides:
            self.sides.popitem()[1].close()

    def probe(self) -> None:
        """Call every case to be measured once on both sides, at the same time: nothing is timed."""
        listed = {name: case for side in self.sides.values() for name, case in side.cases.items()}
        listed = {
            name: case
            for name, case in listed.items()
            if self.impact.measures(case["models"], timed=case["kind"] == "speed")
        }
        listed = {name: case for name, case in listed.items() if self.wanted(case)}
        for name, description in tqdm(listed.items(), "gate: probe", unit="case"):
            if self.over():
                called = f"{len(self.cases)} of {len(listed)} cases were called in time"
                raise SideError(f"{called}; give more by --minutes")
            self.cases.append(Case.of(description, **self.call(name)))

    def call(self, name: str) -> dict[str, Probe]:
        """Call a case once on both sides and return what came of it, by side."""
        for side in self.sides.values():
            side.start_probe(name)
        return {role: side.finish_probe(name) for role, side in self.sides.items()}

    def traces(self, model: str) -> dict[str, Trace] | None:
        """Return what a model computes on both sides, None if the suites have no fingerprints."""
        traces = {role: answer["trace"] for role, answer in self._fingerprint(model).items()}
        return traces if all(traces.values()) else None

    def other_bits(self, model: str) -> list[str]:
        """Return the backends and dtypes by which a model gives other bits on the head."""
        base, head = (self._fingerprint(model)[role]["bits"] for role in ("base", "head"))
        return sorted(name for name in base.keys() & head.keys() if base[name] != head[name])

    def _fingerprint(self, model: str) -> dict[str, Any]:
        """Return what `suites.fingerprint` says of a model on both sides; it is asked once."""
        if model not in self._fingerprints:
            self._fingerprints[model] = self._ask_both("fingerprint", model)
        return self._fingerprints[model]

    def train(self, model: str, task: str, seed: int) -> Trained | None:
        """Return what a training comes to on both sides, which train at the same time.

        None if the suites do not train; a training that fails has the reason as its `failure`.
        """
        answers = self._ask_both("train", model, task=task, seed=seed)
        sides = {role: answer["trained"] for role, answer in answers.items()}
        if not all(sides.values()):
            return None
        self.trainings.setdefault((model, task), []).append(sides)
        return sides

    def first_calls(self, model: str) -> dict[str, dict[str, float]]:
        """Return the seconds of a model's first call by side and compiled backend.

        Raise OutOfTimeError if the minutes of the gate are over.
        """
        if self.over():
            raise OutOfTimeError
        answers = self._ask_both("first_call", model)
        return {role: answer["first_calls"] for role, answer in answers.items()}

    def _ask_both(self, wanted: str, subject: str, **options: Any) -> dict[str, Any]:
        """Return the answers of both sides to a request that they carry out at the same time."""
        for side in self.sides.values():
            side.send(wanted, subject, **options)
        return {role: side.receive() for role, side in self.sides.items()}

    def measure(
        self, names: list[str], rounds: int, *, fresh: bool, stop: Stop = lambda pairs: False
    ) -> dict[str, Pair]:
        """Return paired samples of the named timings, from `rounds` rounds or until `stop(pairs)`.

        With `fresh`, every round starts new processes. If time is over there are fewer rounds, and
        {} if there is none.
        """
        pairs: dict[str, Pair] = {}
        bursts: Rounds = {n: {role: [] for role in self.roots} for n in names}
        label = f"gate: {'confirm' if fresh else 'screen'}"
        for _ in tqdm(range(rounds), label, unit="round"):
            try:
                in_round = self.round(names, fresh=fresh)
            except OutOfTimeError:
                break
            for name, sides in bursts.items():
                for role, taken in sides.items():
                    taken.append(in_round[name][role])
                pairs[name] = Pair(*(Sample(np.array(sides[role])) for role in ("base", "head")))
            if stop(pairs):
                break
        return pairs

    def round(self, names: list[str], *, fresh: bool) -> dict[str, dict[str, list[float]]]:
        """Return the bursts of one round, by case and side; raise OutOfTimeError if it is late."""
        if self.over():
            raise OutOfTimeError
        if fresh:
            self.replace_workers()
        in_round = {}
        for name in self.order.sample(names, len(names)):
            if self.over():
                raise OutOfTimeError
            if fresh:
                self.call(name)
            in_round[name] = self.alternate(name)
        return in_round

    def alternate(self, name: str) -> dict[str, list[float]]:
        """Return the bursts of one case in one round; each side is first in half of them."""
        bursts: dict[str, list[float]] = {role: [] for role in self.sides}
        turns = [list(self.sides), list(reversed(self.sides))] * (BURSTS // 2)
        for turn in self.order.sample(turns, len(turns)):
            for role in turn:
                bursts[role].append(self.sides[role].burst(name, BURST))
        return bursts


@contextmanager
def opened(bench: Bench) -> Iterator[Bench]:
    """Yield a bench with running workers and probed cases; end the workers afterwards."""
    try:
        bench.replace_workers()
        bench.probe()
        yield bench
    finally:
        bench.close()
