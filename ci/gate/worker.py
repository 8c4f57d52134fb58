"""The program that measures one side: it runs benchmarks on request, JSON lines in and out.

It is started as a script in a side's folder, with that side's `neurons`, our `suites`, and without
`ci`. Benchmarks are found and called by asv's own runner, so the gate measures as asv does: `setup`
before every call, the benchmark's own timer, n/a for NotImplementedError.
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
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from asv_runner.benchmarks.time import TimeBenchmark
from asv_runner.discovery import disc_benchmarks

Answer = dict[str, Any]

_caches: dict[str, Any] = {}  # what each `setup_cache` returned, by asv's key of it


class Target(NamedTuple):
    """A case as asv runs it."""

    benchmark: Any  # an asv_runner Benchmark
    position: int  # the position of the case in the product of the axes
    description: Answer  # what the gate gets of it


def private_channels() -> tuple[TextIO, TextIO]:
    """Return streams for requests and answers; what a library prints goes to stderr instead."""
    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w", buffering=1)
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return requests, answers


def discover() -> dict[str, Target]:
    """Return the cases to judge: timings, and benchmarks with a `gate`, that the suites allow."""
    import neurons

    if not Path("neurons").samefile(Path(neurons.__file__ or "").parent):
        raise ImportError(f"neurons came from {neurons.__file__}, not from the revision")
    benchmarks = list(disc_benchmarks("suites"))
    if process := sys.modules.get("suites.process"):  # --suites may name a package without it
        process.prepare()
    gated = getattr(sys.modules.get("suites.cases"), "gated", lambda *_: True)
    return {
        case["name"]: Target(benchmark, index, case)
        for benchmark in benchmarks
        for index, case in enumerate(describe(benchmark))
        if case["kind"] and gated(benchmark.name, case["params"])
    }


def describe(benchmark: Any) -> Iterator[Answer]:
    """Yield a description of every case of a benchmark, in asv's order."""
    several = getattr(benchmark, "models", {})  # by the value of its last axis
    kind = "speed" if isinstance(benchmark, TimeBenchmark) else getattr(benchmark, "gate", "")
    for point in itertools.product(*benchmark.params):
        values = [value.strip("'") for value in point]
        params = dict(zip(benchmark.param_names, values, strict=True))
        yield {
            "name": f"{benchmark.name}({', '.join(values)})",
            "benchmark": benchmark.name,
            "params": params,
            "kind": kind,
            "unit": benchmark.unit,
            "tolerance": getattr(benchmark, "tolerance", None),
            "direction": getattr(benchmark, "direction", "lower"),
            "models": several.get(values[-1] if values else "", [params.get("model", "")]),
        }


def set_up(target: Target) -> str | None:
    """Run the `setup` of a case; return why the case does not apply, None if it does."""
    if target.benchmark.params:
        target.benchmark.set_param_idx(target.position)
    if key := target.benchmark.setup_cache_key:
        if key not in _caches:
            _caches[key] = target.benchmark.do_setup_cache()
        target.benchmark.set_cache(_caches[key])
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        skipped = target.benchmark.do_setup()
    if not skipped:
        return None
    reason = re.search(r"NotImplementedError\((.+)\)", output.getvalue())
    return str(ast.literal_eval(reason[1])) if reason else "not implemented"


def probe(target: Target) -> Answer:
    """Call a case once and return what came of it; for a timing, this is its warm-up."""
    try:
        if reason := set_up(target):
            return {"state": "n/a", "reason": reason}
        if isinstance(target.benchmark, TimeBenchmark):
            return {"state": "ok", "value": samples(target.benchmark, 0.0)[0], "reason": ""}
        value = float(target.benchmark.do_run())
    except Exception as error:
        return {"state": "failed", "reason": one_line(error)}
    if not math.isfinite(value):
        return {"state": "failed", "reason": f"returned {value}, not a finite number"}
    return {"state": "ok", "value": value, "reason": ""}


def fingerprint(model: str) -> Answer:
    """Return what a model computes at a fixed input; nothing if the suites have no fingerprints."""
    taken = sys.modules.get("suites.fingerprint")
    if taken is None:
        return {"trace": {}, "bits": {}}
    trace = {name: value.tolist() for name, value in taken.trace(model).items()}
    return {"trace": trace, "bits": taken.bits(model)}


def train(model: str, task: str, seed: int) -> Answer:
    """Return what a training comes to, or its failure; {} if the suites do not train."""
    trained = sys.modules.get("suites.trained")
    if trained is None:
        return {}
    try:
        answer = trained.train(model, task, seed)
    except Exception as error:
        return {"failure": one_line(error)}
    lost = [name for name, value in answer.items() if not math.isfinite(value)]
    return {"failure": f"its {lost[0]} is not finite"} if lost else answer


def first_calls(model: str) -> dict[str, float]:
    """Return the seconds of a model's first call by compiled backend; {} if none is timed."""
    first_call = sys.modules.get("suites.calls.first_call")
    return first_call.by_backend(model) if first_call else {}


def burst(target: Target, seconds: float) -> Answer:
    """Call a timing for about `seconds`; return the median seconds per call."""
    set_up(target)
    return {"value": statistics.median(samples(target.benchmark, seconds))}


def samples(benchmark: Any, seconds: float) -> list[float]:
    """Return the timings of asv's own loop, run for about `seconds`."""
    benchmark.number, benchmark.warmup_time, benchmark.min_run_count = 1, 0, 1
    benchmark.repeat = (1, 100_000, seconds)
    return benchmark.do_run()["samples"]


def one_line(error: Exception) -> str:
    """Return the error with its file and line; the traceback goes to stderr."""
    traceback.print_exception(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message} ({Path(frame.filename).name}:{frame.lineno})"


def serve(requests: TextIO, answers: TextIO) -> None:
    """Send the descriptions of all cases, then answer requests until the gate closes the stream."""

    def answer(content: Answer | list[Answer]) -> None:
        answers.write(json.dumps(content) + "\n")

    try:
        targets = discover()
    except SystemExit as refusal:
        return answer({"refused": str(refusal)})
    except Exception as error:
        return answer({"error": f"cannot import: {one_line(error)}"})
    answer([target.description for target in targets.values()])
    for line in requests:
        request = json.loads(line)
        try:
            answer(respond(request, targets))
        except Exception as error:
            answer({"error": f"{request['subject']}: {one_line(error)}"})


def respond(request: Answer, targets: Mapping[str, Target]) -> Answer:
    """Return the answer to a request about a case or a model."""
    subject = request["subject"]
    match request["wanted"]:
        case "fingerprint":
            return fingerprint(subject)
        case "train":
            return {"trained": train(subject, request["task"], request["seed"])}
        case "first_call":
            return {"first_calls": first_calls(subject)}
        case "burst":
            return burst(targets[subject], request["seconds"])
        case _:
            return probe(targets[subject])


if __name__ == "__main__":
    serve(*private_channels())
