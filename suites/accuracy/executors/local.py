"""Run jobs in processes of this machine: one per GPU, or without a GPU one per core."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

import torch

from suites import process
from suites.accuracy.executors import DIED, RETRIES
from suites.accuracy.job import Failure

# A forked process would inherit torch's threads and locks.
_CONTEXT = multiprocessing.get_context("spawn")

Job = TypeVar("Job", bound=Hashable)
Outcome = TypeVar("Outcome")


def device() -> str:
    """Return what each worker trains on."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def run(
    function: Callable[[Job], Outcome],
    jobs: Sequence[Job],
    workers: int | None = None,
    placement: Mapping[str, Any] | None = None,
) -> Iterator[tuple[Job, Outcome | Failure]]:
    """Yield each job with its outcome, as it ends. The workers end with the generator."""
    if placement:
        raise ValueError("the executor local has no placement; use --executor ray")
    waiting, deaths = deque(jobs), Counter[Job]()
    team = [_Worker(function, slot) for slot in range(min(workers or _slots(), len(jobs)))]
    try:
        while waiting or any(worker.job for worker in team):
            for worker in team:
                if worker.job is None and waiting:
                    worker.send(waiting.popleft())
            ready = wait([worker.pipe for worker in team if worker.job])
            for worker in (worker for worker in team if worker.pipe in ready):
                job, outcome = worker.receive()
                deaths[job] += outcome is None
                if outcome is None and deaths[job] <= RETRIES:
                    waiting.appendleft(job)
                else:
                    yield job, outcome or Failure(DIED)
    finally:
        for worker in team:
            worker.end()


class _Worker(Generic[Job, Outcome]):
    """A process, its end of a pipe, and the job that it runs."""

    def __init__(self, function: Callable[[Job], Outcome], slot: int) -> None:
        self.function, self.slot = function, slot
        self.job: Job | None = None
        self.start()

    def start(self) -> None:
        self.pipe, theirs = _CONTEXT.Pipe()
        arguments = (theirs, self.function, self.slot)
        self.process = _CONTEXT.Process(target=_work, args=arguments, daemon=True)
        self.process.start()
        theirs.close()  # so that the death of the process closes the pipe

    def send(self, job: Job) -> None:
        """Give the process a job."""
        self.job = job
        with contextlib.suppress(OSError):  # it is dead, which `receive` finds
            self.pipe.send(job)

    def receive(self) -> tuple[Job, Outcome | None]:
        """Return the job and its outcome; None if the process died, which is then replaced."""
        job, self.job = self.job, None
        assert job is not None
        try:
            return job, self.pipe.recv()
        except (EOFError, OSError):
            self.end()
            self.start()
            return job, None

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _work(pipe: Connection, function: Callable[[Any], Any], slot: int) -> None:
    """Run the jobs that come through the pipe, as long as the process at its other end lives."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all: the parent ends its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()
    process.prepare()
    if gpus := torch.cuda.device_count():
        torch.cuda.set_device(slot % gpus)
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send(function(pipe.recv()))


def _end_with_parent() -> None:
    """End this process in the middle of its training when the grid is killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _slots() -> int:
    """Return how many workers this machine has room for."""
    return torch.cuda.device_count() or len(os.sched_getaffinity(0))
