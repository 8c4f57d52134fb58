"""Run the cases that are not timed on several cores.

asv runs one case after the other, so that none disturbs the timing of another. Most of our cases
are counts, errors and bytes, which other processes do not change. With asv's forkserver this plugin
starts several servers, and gives the cases of such a benchmark to whichever of them is free.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from math import nan
from queue import SimpleQueue
from typing import Any

from asv import runner
from asv.util import UserError

SERVERS = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)

_run_benchmark, _get_spawner = runner.run_benchmark, runner.get_spawner


def setup() -> None:
    """Replace two functions of asv; asv calls this at the start of every command."""
    runner.run_benchmark, runner.get_spawner = run_benchmark, get_spawner


class Servers:
    """Several of asv's servers as one, which threads can use at the same time."""

    def __init__(self, servers: Sequence[Any]) -> None:
        self.servers = servers
        self.create_setup_cache = servers[0].create_setup_cache
        self.free: SimpleQueue[Any] = SimpleQueue()
        for server in servers:
            self.free.put(server)

    def preimport(self) -> tuple[bool, str]:
        """Import the suites in every server; return whether that worked, and the output."""
        with ThreadPoolExecutor(len(self.servers)) as threads:
            answers = list(threads.map(lambda server: server.preimport(), self.servers))
        return min(answers, key=lambda answer: answer[0])  # False, if there is one

    def run(self, *arguments: Any, **options: Any) -> tuple[str, int]:
        """Run a case in a free server; return its output and its exit status."""
        server = self.free.get()
        try:
            return server.run(*arguments, **options)
        finally:
            self.free.put(server)

    def interrupt(self) -> None:
        for server in self.servers:
            server.interrupt()

    def close(self) -> None:
        for server in self.servers:
            server.close()


def get_spawner(env: Any, benchmark_dir: str, launch_method: str | None) -> Any:
    """Return what starts asv's processes: several servers instead of one."""
    if launch_method != "forkserver" or SERVERS == 1:
        return _get_spawner(env, benchmark_dir, launch_method)
    return Servers([_get_spawner(env, benchmark_dir, launch_method) for _ in range(SERVERS)])


def run_benchmark(
    benchmark: dict[str, Any],
    spawner: Any,
    profile: bool,
    selected_idx: Sequence[int] | None = None,
    **options: Any,
) -> runner.BenchmarkResult:
    """Run the selected cases of a benchmark: at the same time if it is not timed."""
    timed = benchmark["type"] != "track" or benchmark["unit"] == "seconds"
    timed = timed or benchmark.get("timed", False)  # a track of another unit that takes times
    if timed or profile or not selected_idx or not isinstance(spawner, Servers):
        return _run_benchmark(benchmark, spawner, profile, selected_idx, **options)

    def run_case(index: int) -> runner.BenchmarkResult:
        return _run_benchmark(benchmark, spawner, profile, [index], **options)

    threads = ThreadPoolExecutor(SERVERS)
    try:
        return merge(selected_idx, list(threads.map(run_case, selected_idx)))
    except KeyboardInterrupt:
        spawner.interrupt()
        raise UserError("Interrupted.") from None
    finally:
        threads.shutdown(cancel_futures=True)


def merge(cases: Sequence[int], parts: Sequence[runner.BenchmarkResult]) -> runner.BenchmarkResult:
    """Return one result from a result per case; NaN, for n/a, where there is none."""
    part_of = dict(zip(cases, parts, strict=True))
    positions = range(len(parts[0].result))

    def column(name: str, otherwise: Any) -> list[Any]:
        return [getattr(part_of[i], name)[i] if i in part_of else otherwise for i in positions]

    return runner.BenchmarkResult(
        result=column("result", nan),
        samples=column("samples", None),
        number=column("number", None),
        errcode=next((part.errcode for part in parts if part.errcode), 0),
        stderr="\n\n".join(part.stderr for part in parts if part.stderr),
        profile=None,
    )
