"""One side of a comparison: a worker process and the line to it.

A worker lives as long as its `Side`. Alternating between two live processes in bursts of 20 ms is
what cancels the drift of a machine, and starting one costs seconds of importing torch. What it
loses: a process keeps its memory layout, and with it a bias against its partner (about 2 % for the
same code on two busy cores) that more rounds do not average away. So the screen keeps one pair
alive, and the confirmation, which may fail a pull request, takes a fresh pair every round.
"""

import json
import os
import select
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

from ci.gate.cases import Probe
from ci.gate.trees import UsageError

WORKER = Path(__file__).with_name("worker.py")
PATIENCE = 300.0  # seconds for one answer; a side that hangs is no measurement
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class SideError(Exception):
    """A side that cannot be measured, in one line."""


class Side:
    """A started worker. It first answers with its cases, then request by request."""

    def __init__(self, role: str, root: Path, profile: str) -> None:
        self.role, self.asked = role, "its imports"
        self.log = root / "stderr.txt"
        path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
        environment = {"PYTHONPATH": path, "SPIKEBENCH_PROFILE": profile, **ONE_THREAD}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-P", str(WORKER)],
                cwd=root,
                env={**os.environ, **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    @cached_property
    def cases(self) -> dict[str, dict[str, Any]]:
        """What the worker has to run, by name; waits until it has imported everything."""
        return {case["name"]: case for case in self.receive()}

    def probe(self, case: str) -> None:
        """Ask for one call of a case; `probed` waits for it."""
        if case in self.cases:
            self.send(case=case)

    def probed(self, case: str) -> Probe:
        return Probe(**self.receive()) if case in self.cases else Probe()

    def send(self, **request: object) -> None:
        assert self.process.stdin
        self.asked = str(request["case"])
        try:
            print(json.dumps(request), file=self.process.stdin, flush=True)
        except BrokenPipeError:
            raise SideError(self.epitaph()) from None

    def receive(self) -> Any:
        assert self.process.stdout
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            raise SideError(f"{self.role} gave no answer in {PATIENCE:.0f} s at {self.asked}")
        line = self.process.stdout.readline()
        if not line:
            raise SideError(self.epitaph())
        answer = json.loads(line)
        if "refused" in answer:
            raise UsageError(answer["refused"])
        if "error" in answer:
            raise SideError(f"{self.role} {answer['error']}")
        return answer

    def burst(self, case: str, seconds: float) -> float:
        """Median seconds per call, calling a timing for about `seconds`."""
        self.send(case=case, burst=seconds)
        return self.receive()["value"]

    def epitaph(self) -> str:
        """At what and how the worker ended, with the last thing it said."""
        code = self.process.wait()
        said = self.log.read_text(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(said) if line.strip()), "nothing")
        return f"{self.role} worker ended with code {code} at {self.asked}; last said: {last}"

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
