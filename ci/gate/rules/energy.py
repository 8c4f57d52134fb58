"""Energy: a model that computes something else may not fire more.

The accumulations of a network are the spikes times the weights behind them, so their number follows
the rate of the trained networks. A rate that rises by more than 10 % on the head, the mean over the
seeds that the rule `accuracy` trained, FAILs and needs a waiver.
"""

from collections.abc import Iterator

import numpy as np

from ci.gate.bench import Bench
from ci.gate.rows import Row
from ci.gate.statistics import Outcome, percent

ALLOWED_RISE = 0.10


def judge(bench: Bench) -> Iterator[Row]:
    for (model, task), trainings in bench.trainings.items():
        sound = [sides for sides in trainings if not any("failure" in s for s in sides.values())]
        if not sound:
            continue
        base, head = (float(np.mean([s[side]["rate"] for s in sound])) for side in ("base", "head"))
        ratio = head / base if base else np.inf if head else 1.0
        outcome = Outcome.FAIL if ratio > 1 + ALLOWED_RISE else Outcome.PASS
        reason = f"{percent(ratio)} spikes over {len(sound)} seeds"
        row = Row.of_model("energy", model, outcome, reason)
        yield row.at(task, "spikes/neuron/step", base, head)
