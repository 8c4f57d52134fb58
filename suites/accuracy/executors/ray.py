"""Run jobs as tasks of Ray, on this machine or on a cluster; it needs the extra `ray`.

The variable RAY_ADDRESS names a cluster; without it Ray starts on this machine and ends with the
grid. `placement` are options of `ray.remote`, for instance `{"scheduling_strategy": "SPREAD"}`, or
`{"num_gpus": 0.25}` for four trainings on each GPU.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from suites import process
from suites.accuracy.executors import DIED, RETRIES
from suites.accuracy.job import Failure, Function, Job, Outcome, line


def device() -> str:
    """Return what each worker trains on: the GPUs of the cluster if it has any."""
    return "cuda" if _connected().cluster_resources().get("GPU") else "cpu"


def run(
    function: Function,
    jobs: Sequence[Job],
    workers: int | None = None,
    placement: Mapping[str, Any] | None = None,
) -> Iterator[tuple[Job, Outcome]]:
    """Yield each job with its outcome, as it ends. Ray's tasks end with the generator.

    `workers` is how many jobs Ray has at a time; None: all, and Ray runs as many as fit.
    """
    ray = _connected()
    options = {"max_retries": RETRIES, "num_gpus": int(device() == "cuda"), **(placement or {})}
    work = ray.remote(**options)(_work)
    waiting = iter(jobs)
    running = {work.remote(function, job): job for job in itertools.islice(waiting, workers)}
    try:
        while running:
            (task,), _ = ray.wait([*running], num_returns=1)
            job = running.pop(task)
            running |= {work.remote(function, job): job for job in itertools.islice(waiting, 1)}
            yield job, _outcome(ray, task)
    finally:
        ray.shutdown()


def _connected() -> Any:
    """Return the module of Ray, connected; raise ValueError if it is not installed."""
    try:
        import ray  # an extra
    except ImportError:
        raise ValueError("Ray is not installed: pip install -e '.[ray]'") from None
    if not ray.is_initialized():
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray reports its use otherwise
        ray.init(include_dashboard=False, log_to_driver=False, logging_level="error")
    return ray


def _outcome(ray: Any, task: Any) -> Outcome:
    try:
        return ray.get(task)
    except ray.exceptions.WorkerCrashedError:
        return Failure(DIED)
    except ray.exceptions.RayError as error:
        return Failure(line(error))


def _work(function: Function, job: Job) -> Outcome:
    process.prepare()
    return function(job)
