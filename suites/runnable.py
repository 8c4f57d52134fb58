"""List the cases that can run.

asv starts a process for every case, also where `setup` raises NotImplementedError. One process can
find most of these cases before. `ci.measure` starts it in the environment that measures, since
another commit may have other models and backends.
"""

from __future__ import annotations

import ast
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import neurons
from suites import axes, cases, peers
from suites.profiles import Shape, profile

PROBED = Shape(64, 1, 4)  # of the small layer that is built for a pair of model and backend
BY_PROFILE = ("speed.", "memory.")  # suites that measure a model at `Profile.shapes_of`


def can_run(benchmark: str, params: Mapping[str, Any]) -> bool:
    """Return whether a case can run, as far as its model, backend and shape decide it.

    Whatever else may prevent it is found by its `setup`.
    """
    if "model" not in params:
        return True
    model = params["model"]
    if "backend" not in params:
        return model in neurons.names()
    runner = params["backend"]
    if not benchmark.startswith(BY_PROFILE):
        return _can_build(model, runner, PROBED.T)
    shape = Shape.parse(params["shape"])
    return shape in profile().shapes_of(model, runner) and _can_build(model, runner, shape.T)


@cache
def _can_build(model: str, runner: str, steps: int) -> bool:
    """Whether a backend can run a model, or a peer sequences of `steps`: builds a small layer."""
    try:
        if runner not in axes.peers():
            cases.layer(model, runner, PROBED)
        else:
            ours = cases.layer(model, "eager", PROBED)
            peers.convert(runner, ours, steps, cases.device())
    except NotImplementedError:
        return False
    except Exception:
        return True  # `setup` will raise the same error, and asv reports it
    return True


def runnable(benchmarks: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return the cases that can run, for each entry of asv's `benchmarks.json`.

    A case is its position in the product of the axes; a benchmark without axes has case 0.
    """
    positions: dict[str, list[int]] = {}
    for name, benchmark in benchmarks.items():
        cases_of = all_cases(benchmark["param_names"], benchmark["params"])
        positions[name] = [i for i, params in enumerate(cases_of) if can_run(name, params)]
    return positions


def all_cases(names: Sequence[str], axes: Sequence[Sequence[str]]) -> Iterator[dict[str, Any]]:
    """Yield the axes of every case by name; asv gives the values of the axes as text."""
    values = [[ast.literal_eval(text) for text in axis] for axis in axes]
    for point in itertools.product(*values):
        yield dict(zip(names, point, strict=True))


def main(source: str, target: str) -> None:
    """Read asv's `benchmarks.json`, write the runnable cases of each benchmark."""
    benchmarks = json.loads(Path(source).read_text(encoding="utf-8"))
    benchmarks.pop("version", None)  # of the file's format
    Path(target).write_text(json.dumps(runnable(benchmarks)), encoding="utf-8")
