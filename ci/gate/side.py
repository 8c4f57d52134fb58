"""One side of a comparison: a worker process, and the messages to and from it.

Two live processes that alternate in bursts of 20 ms cancel the drift of a machine, and starting one
takes seconds, to import torch. The price: a process keeps its memory layout, and with it a bias
against the other (about 2 % for the same code on two busy cores) that more rounds do not average
away. So the screen keeps one pair of processes, and the confirmation, which may fail a pull
request, starts a new pair for every round.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path
from typing import Any

from ci.gate.cases import Probe
from ci.gate.trees import UsageError

WORKER = Path(__file__).with_name("worker.py")
PATIENCE = 300.0  # seconds to wait for one answer
LAST = 10.0  # as many even if the gate's minutes are over, so that a burst ends
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class SideError(Exception):
    """A side that cannot be measured, in one line."""


class OutOfTimeError(SideError):
    """A side that has not answered when the minutes of the gate are over."""


class Side:
    """A running worker. It first sends its cases, then answers request by request."""

    def __init__(self, role: str, root: Path, profile: str, ends: float) -> None:
        self.role, self.current = role, "its imports"  # what the worker is busy with
        self.ends = ends  # when the last answer is due, on time.monotonic's clock
        self.log = root / "stderr.txt"
        path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
        environment = {"PYTHONPATH": path, "SPIKEBENCH_PROFILE": profile, **ONE_THREAD}
        environment["TMPDIR"] = str(root)  # so that nothing is left there
        if sys.dont_write_bytecode:  # every new worker would compile torch anew
            environment["PYTHONDONTWRITEBYTECODE"] = ""
            environment["PYTHONPYCACHEPREFIX"] = str(root.with_name("bytecode"))
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-P", str(WORKER)],
                cwd=root,
                env={**os.environ, **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    @cached_property
    def cases(self) -> dict[str, dict[str, Any]]:
        """The worker's descriptions of its cases, by name; waits until it has imported all."""
        return {case["name"]: case for case in self.receive()}

    def start_probe(self, case: str) -> None:
        """Ask for one call of a case, without waiting for it."""
        if case in self.cases:
            self.send("probe", case)

    def finish_probe(self, case: str) -> Probe:
        """Wait for the call and return what came of it."""
        return Probe(**self.receive()) if case in self.cases else Probe()

    def send(self, wanted: str, subject: str, **options: Any) -> None:
        """Ask for a probe or a burst of a case, or for the trace or a training of a model."""
        assert self.process.stdin
        self.current = subject
        request = {"wanted": wanted, "subject": subject, **options}
        try:
            print(json.dumps(request), file=self.process.stdin, flush=True)
        except BrokenPipeError:
            raise SideError(self.describe_end()) from None

    def receive(self) -> Any:
        """Wait for an answer; raise SideError if there is none in time or it is an error."""
        assert self.process.stdout
        patience = min(PATIENCE, max(self.ends - time.monotonic(), LAST))
        if not select.select([self.process.stdout], [], [], patience)[0]:
            error = SideError if patience == PATIENCE else OutOfTimeError
            raise error(f"{self.role} gave no answer in {patience:.0f} s at {self.current}")
        line = self.process.stdout.readline()
        if not line:
            raise SideError(self.describe_end())
        answer = json.loads(line)
        if "refused" in answer:
            raise UsageError(answer["refused"])
        if "error" in answer:
            raise SideError(f"{self.role} {answer['error']}")
        return answer

    def burst(self, case: str, seconds: float) -> float:
        """Call a timing for about `seconds`; return the median seconds per call."""
        self.send("burst", case, seconds=seconds)
        return self.receive()["value"]

    def describe_end(self) -> str:
        """Return in one line how the worker ended, at which case, and its last line of output."""
        code = self.process.wait()
        lines = self.log.read_text(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "nothing")
        place = f"{self.role} worker ended with code {code} at {self.current}"
        return f"{place}; its last line of output: {last}"

    def close(self) -> None:
        """End the worker and the processes that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()
