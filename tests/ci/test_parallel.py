"""Cases that are not timed run at the same time, timed ones do not, and asv gets the same rows."""

import itertools
import math
import threading
from typing import Any

import pytest
from asv import runner

from ci.plugins import parallel

Result = runner.BenchmarkResult
AXES = [["'a'", "'b'"], ["1", "2"]]


def benchmark(unit: str = "bytes", kind: str = "track") -> dict[str, Any]:
    return {"name": "s.A.b", "type": kind, "unit": unit, "params": AXES, "timeout": 9}


class Server:
    """A server of asv that returns the position of a case; position 2 fails."""

    running: set[str] = set()  # noqa: RUF012  (all servers share it)
    together = 0

    def run(self, name: str, result_file_name: str, **options: Any) -> tuple[str, int]:
        Server.running.add(threading.current_thread().name)
        Server.together = max(Server.together, len(Server.running))
        meeting.wait(timeout=0.2)
        Server.running.discard(threading.current_thread().name)
        position = name.rpartition("-")[2]
        with open(result_file_name, "w") as file:  # noqa: PTH123
            file.write(position)
        return ("ValueError: no", 1) if position == "2" else ("", 0)

    def create_setup_cache(self) -> None: ...


meeting = threading.Event()


def run(described: dict[str, Any], cases: list[int]) -> tuple[Result, int]:
    """The result of a benchmark on two servers, and how many cases ran at a time."""
    Server.together = 0
    servers = parallel.Servers([Server(), Server()])
    result = parallel.run_benchmark(described, servers, False, cases, extra_params={}, cwd=None)
    return result, Server.together


@pytest.mark.parametrize("cases", [[0, 1, 2, 3], [1, 2], [3]])
def test_the_rows_are_those_of_asv(cases: list[int]) -> None:
    result, together = run(benchmark(), cases)
    expected = runner.run_benchmark(benchmark(), Server(), False, cases, {}, None)
    assert together == min(2, len(cases))
    assert result.errcode == expected.errcode and result.stderr == expected.stderr
    for values in zip(result, expected, strict=True):
        assert repr(values[0]) == repr(values[1])
    assert [math.isnan(v or 0) for v in result.result] == [i not in cases for i in range(4)]


TIMED = [
    benchmark("seconds"),
    benchmark("seconds", "time"),
    benchmark("fraction") | {"timed": True},
]


@pytest.mark.parametrize("described", TIMED)
def test_timed_cases_run_one_at_a_time(described: dict[str, Any]) -> None:
    assert run(described, [0, 1, 3])[1] == 1


def test_one_server_that_cannot_import_is_enough_to_stop() -> None:
    imports = itertools.cycle([(True, "fine"), (False, "an error")])
    servers = [Server(), Server()]
    for server in servers:
        server.preimport = imports.__next__  # type: ignore[attr-defined]
    assert parallel.Servers(servers).preimport() == (False, "an error")


def test_spawned_processes_stay_one_at_a_time(monkeypatch) -> None:
    monkeypatch.setattr(parallel, "_get_spawner", lambda *_: Server())
    monkeypatch.setattr(parallel, "SERVERS", 2)
    assert isinstance(parallel.get_spawner("environment", "suites", "spawn"), Server)
    both = parallel.get_spawner("environment", "suites", "forkserver")
    assert len(both.servers) == 2
