"""The gate tests itself: it must find planted losses, and pass a change that changes nothing.

Each plant is a commit on the head, outside of every branch, that appends some lines to one model's
file. They wrap its `step`, so they hold whatever the file says.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from ci.gate import arguments, trees
from ci.gate.compare import HERE, Options, compare
from ci.gate.rows import Report
from ci.gate.statistics import Outcome

MODEL = "plif"
WRAPPER = """

import dataclasses


def _planted(x, state, p, fire, _step=NEURON.step):
    {lines}


NEURON = dataclasses.replace(NEURON, step=_planted)
"""


@dataclass(frozen=True)
class Plant:
    """A change of a model, and the rule that must fail it."""

    name: str
    rule: str  # "" if the gate must pass it
    lines: tuple[str, ...] = ()  # of the step that stands in for the model's own
    benchmark: str = ""  # how the name of the failing benchmark begins


PLANTS = (
    Plant("nothing", ""),
    Plant(
        "slowdown",
        "speed",
        # a tenth of a millisecond, in no operation of torch
        ("sum(range(4000))", "return _step(x, state, p, fire)"),
    ),
    Plant("accuracy loss", "accuracy", ("return _step(0.02 * x, state, p, fire)",)),
    Plant(
        "gradient error",
        "numerics",
        ("return _step(1.2 * x - 0.2 * x.detach(), state, p, fire)",),
    ),
    Plant(
        "kernel regression",
        "counters",
        # an exponential that changes no value: the potential is below 1e30
        (
            "s, state = _step(x, state, p, fire)",
            "return s, state._replace(v=state.v.where(state.v < 1e30, x.exp()))",
        ),
        "kernels.",
    ),
)


@dataclass(frozen=True)
class Trial:
    """What the gate said of a plant."""

    plant: str
    expected: str
    verdict: str
    right: bool
    seconds: float
    headline: str


def main(words: list[str]) -> int:
    """Print a line per plant; return 1 if the gate was wrong about any."""
    parser = arguments.Parser(prog="python -m ci.gate selftest", description=__doc__)
    parser.add_argument("--repo", type=Path, default=HERE, help="default: this repository")
    parser.add_argument(
        "-o", "--output", type=arguments.file, metavar="FILE", help="add the trials to it"
    )
    options = parser.parse_args(words)
    wrong = 0
    for plant in PLANTS:
        trial = attempt(plant, options.repo)
        wrong += not trial.right
        mark = "right" if trial.right else f"WRONG, expected {trial.expected}"
        print(f"{trial.plant}: {mark} ({trial.headline}; {trial.seconds} s)", flush=True)
        if options.output:
            with options.output.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(trial)) + "\n")
    print(f"{len(PLANTS) - wrong} of {len(PLANTS)} right")
    return min(wrong, 1)


def attempt(plant: Plant, repo: Path) -> Trial:
    """Let the gate judge a plant."""
    started = time.monotonic()
    base = trees.commit(repo, "HEAD")
    with planted(plant, repo, base) as head:
        report = compare(Options(base, head, repo))
    seconds = round(time.monotonic() - started, 1)
    expected = f"FAIL by {plant.rule}" if plant.rule else "a pass"
    verdict = str(report.verdict)
    right = is_right(plant, report)
    return Trial(plant.name, expected, verdict, right, seconds, report.headline)


def is_right(plant: Plant, report: Report) -> bool:
    """Return whether the expected rule fails the planted model, or the gate passes no plant."""
    if not plant.rule:
        return report.exit_code == 0
    return any(
        (row.rule, row.model, row.verdict) == (plant.rule, MODEL, Outcome.FAIL)
        and row.benchmark.startswith(plant.benchmark)
        for row in report.rows
    )


@contextmanager
def planted(plant: Plant, repo: Path, base: str) -> Iterator[str]:
    """Yield the commit of a plant; no branch and no worktree is left."""
    with trees.scratch_folder(repo) as scratch:
        tree = scratch / "planted"
        trees.git(repo, "worktree", "add", "--quiet", "--detach", str(tree), base)
        lines = "\n    ".join(plant.lines)
        text = WRAPPER.format(lines=lines) if lines else "# changes nothing\n"
        with (tree / "neurons" / "models" / f"{MODEL}.py").open("a", encoding="utf-8") as file:
            file.write(text)
        author = ("-c", "user.name=gate", "-c", "user.email=gate@localhost")
        unhooked = ("--no-verify", "--no-gpg-sign")  # neither hooks nor keys of the user
        message = f"Plant: {plant.name}"
        trees.git(tree, *author, "commit", "--quiet", "--all", *unhooked, "-m", message)
        yield trees.commit(tree, "HEAD")
