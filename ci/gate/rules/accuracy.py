"""Accuracy: a model that computes something else may not learn worse, seed by seed.

The models whose fingerprint differs are trained on both sides with the same seeds, 3 to 10 of them
(see `ci.gate.accuracy`), with their default options, for every task of the profile. A loss of
accuracy beyond chance and of more than half the margin FAILs; a margin, in points, is some three
times the spread over seeds. The others learn what they learned before.
"""

from collections.abc import Iterator

from ci.gate.accuracy import LOOKS, look
from ci.gate.bench import Bench
from ci.gate.rows import Row
from ci.gate.rules.fingerprint import moved
from ci.gate.statistics import Outcome

KEPT = 180.0  # seconds of the gate's minutes that are kept for the rules after this one
MARGINS = {  # points, by task
    "digits": 2.0,
    "rows": 3.0,
    "events": 1.0,
    "yin_yang": 6.0,
    "pixels": 7.0,
    "recall": 4.0,
}


def judge(bench: Bench) -> Iterator[Row]:
    same = []
    for model in bench.compared:
        if not moved(bench, model):
            same.append(model)
            continue
        for task, margin in MARGINS.items():
            yield from _judge(bench, model, task, margin)
    if same:
        several = f"{len(same)} models compute what they did, so they were not trained"
        reason = several if len(same) > 1 else "1 model computes what it did: it was not trained"
        yield Row.general("accuracy", reason, Outcome.PASS)


def _judge(bench: Bench, model: str, task: str, margin: float) -> Iterator[Row]:
    """Yield the row of a model and task; none if the suites do not train."""
    gains: list[float] = []
    for seeds in LOOKS:
        while len(gains) < seeds:
            if bench.over(KEPT):
                late = f"trained with {len(gains)} seeds: the minutes of the gate were over"
                yield _row(model, task, Outcome.UNDECIDED, late)
                return
            sides = bench.train(model, task, seed=len(gains))
            if sides is None:
                return
            if all("failure" in side for side in sides.values()):
                failure = sides["base"]["failure"]
                yield _row(model, task, Outcome.INVALID, f"training failed on both: {failure}")
                return
            if failure := sides["head"].get("failure"):
                yield _row(model, task, Outcome.FAIL, f"training failed on head: {failure}")
                return
            if failure := sides["base"].get("failure"):
                yield _row(model, task, Outcome.NEW, f"training failed on base: {failure}")
                return
            gains.append(100 * (sides["base"]["error"] - sides["head"]["error"]))
        last = look(gains, margin)
        if last.outcome is not Outcome.UNDECIDED:
            break
    judged = Row.of_model(
        "accuracy", model, last.outcome, f"{last} over {seeds} seeds", change=-last.mean
    )
    yield judged.at("points lost", tuple(-gain for gain in gains), task=task)


def _row(model: str, task: str, outcome: Outcome, reason: str) -> Row:
    return Row.of_model("accuracy", model, outcome, reason).at("points lost", task=task)
