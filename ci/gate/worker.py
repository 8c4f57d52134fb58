"""One side of the gate: runs benchmarks on request, JSON lines in and out.

Started as a script inside a side's directory, it sees that side's `neurons` and our `suites`, and
nothing of `ci`. Benchmarks are found and called by asv's own runner, so the gate measures exactly
what asv does: `setup` before every call, the benchmark's own timer, NotImplementedError as n/a.
"""

import ast
import contextlib
import io
import itertools
import json
import math
import os
import re
import statistics
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from asv_runner.benchmarks.time import TimeBenchmark
from asv_runner.discovery import disc_benchmarks

Answer = dict[str, Any]
Found = tuple[Any, int, Answer]  # an asv benchmark, its parameter index, its description


def private_channels() -> tuple[TextIO, TextIO]:
    """Keep the protocol to ourselves: a library reads nothing, and what it prints is stderr."""
    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w", buffering=1)
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return requests, answers


def discover() -> dict[str, Found]:
    """Every case that gates: timings, and what carries a `gate`, unless the suites except it."""
    import neurons

    if not Path("neurons").samefile(Path(neurons.__file__ or "").parent):
        raise ImportError(f"neurons came from {neurons.__file__}, not from the revision")
    benchmarks = list(disc_benchmarks("suites"))
    if process := sys.modules.get("suites.process"):  # another package of suites may have none
        process.prepare()
    gated = getattr(sys.modules.get("suites.cases"), "gated", lambda *_: True)
    return {
        case["name"]: (benchmark, index, case)
        for benchmark in benchmarks
        for index, case in enumerate(describe(benchmark))
        if case["kind"] and gated(benchmark.name, case["params"])
    }


def describe(benchmark: Any) -> Iterator[Answer]:
    """A description of each point of a benchmark's axes, in asv's order."""
    kind = "speed" if isinstance(benchmark, TimeBenchmark) else getattr(benchmark, "gate", "")
    for point in itertools.product(*benchmark.params):
        values = [value.strip("'") for value in point]
        yield {
            "name": f"{benchmark.name}({', '.join(values)})",
            "benchmark": benchmark.name,
            "params": dict(zip(benchmark.param_names, values, strict=True)),
            "kind": kind,
            "unit": benchmark.unit,
            "tolerance": bound(getattr(benchmark, "tolerance", 0.0), values),
        }


def bound(tolerance: float | dict[str, float], values: list[str]) -> float:
    """A benchmark's tolerance at a point: one for all, or one per value of an axis (a dtype)."""
    if isinstance(tolerance, dict):
        (value,) = tolerance.keys() & set(values)
        return tolerance[value]
    return tolerance


def prepare(found: Found) -> str | None:
    """Run the case's setup; why it does not apply, or None."""
    benchmark, index, _ = found
    if benchmark.params:
        benchmark.set_param_idx(index)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        skipped = benchmark.do_setup()
    if not skipped:
        return None
    stated = re.search(r"NotImplementedError\((.+)\)", said.getvalue())
    return str(ast.literal_eval(stated[1])) if stated else "not implemented"


def probe(found: Found) -> Answer:
    """Call a case once: its value if it is a track, a warm-up if it is a timing."""
    try:
        if unmet := prepare(found):
            return {"state": "n/a", "reason": unmet}
        if isinstance(found[0], TimeBenchmark):
            return {"state": "ok", "value": samples(found[0], 0.0)[0], "reason": ""}
        value = float(found[0].do_run())
    except Exception as error:
        return {"state": "failed", "reason": one_line(error)}
    if not math.isfinite(value):
        return {"state": "failed", "reason": f"returned {value}, not a finite number"}
    return {"state": "ok", "value": value, "reason": ""}


def burst(found: Found, seconds: float) -> Answer:
    """Call a timing for about that long; the median seconds per call."""
    prepare(found)
    return {"value": statistics.median(samples(found[0], seconds))}


def samples(benchmark: Any, seconds: float) -> list[float]:
    """asv's own timing loop, told to stop when the time is up."""
    benchmark.number, benchmark.warmup_time, benchmark.min_run_count = 1, 0, 1
    benchmark.repeat = (1, 100_000, seconds)
    return benchmark.do_run()["samples"]


def one_line(error: Exception) -> str:
    """The error and where it arose, without its history; that goes to stderr."""
    traceback.print_exception(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said} ({Path(place.filename).name}:{place.lineno})"


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer until the other end closes: first what there is to run, then request by request."""

    def answer(content: Answer | list[Answer]) -> None:
        answers.write(json.dumps(content) + "\n")

    try:
        found = discover()
    except SystemExit as refusal:
        return answer({"refused": str(refusal)})
    except Exception as error:
        return answer({"error": f"cannot import: {one_line(error)}"})
    answer([case for _, _, case in found.values()])
    for line in requests:
        request = json.loads(line)
        target = found[request["case"]]
        try:
            answer(burst(target, request["burst"]) if "burst" in request else probe(target))
        except Exception as error:
            answer({"error": f"{request['case']}: {one_line(error)}"})


if __name__ == "__main__":
    serve(*private_channels())
