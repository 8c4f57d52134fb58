"""Energy: a model that computes something else may not spend more.

Of the networks that the rule `accuracy` trained, three figures are compared, the mean over seeds:
the spikes per neuron and step, the accumulations, which follow the spikes, and the
multiply-accumulates. A rise by more than 10 % of the first two, or 2 % of the third, FAILs.
"""

from collections.abc import Iterator

import numpy as np

from ci.gate.bench import Bench
from ci.gate.rows import Row
from ci.gate.statistics import Outcome, percent

ALLOWED_RISE = {"rate": 0.10, "ac": 0.10, "mac": 0.02}  # fractions
UNITS = {"rate": "spikes/neuron/step", "ac": "AC/sample", "mac": "MAC/sample"}


def judge(bench: Bench) -> Iterator[Row]:
    for (model, task), trainings in bench.trainings.items():
        sound = [sides for sides in trainings if not any("failure" in s for s in sides.values())]
        if not sound:
            continue
        for figure, allowed in ALLOWED_RISE.items():
            base, head = (
                float(np.mean([s[side][figure] for s in sound])) for side in ("base", "head")
            )
            ratio = head / base if base else np.inf if head else 1.0
            outcome = Outcome.FAIL if ratio > 1 + allowed else Outcome.PASS
            reason = f"{percent(ratio)} over {len(sound)} seeds"
            row = Row.of_model("energy", model, outcome, reason).measured(base, head)
            yield row.at(UNITS[figure], task=task, figure=figure)
