"""`suites.process.prepare` sets up the process; that no import does, `test_imports` checks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

STATE = """
import gc, json, os, sys
import torch
import torch._functorch.config as functorch_config

def state():
    return {
        "threads": torch.get_num_threads(),
        "frozen": gc.get_freeze_count() > 0,
        "donated buffers": functorch_config.donated_buffer,
        "environment": sorted(os.environ),
        "modules": list(sys.modules),
    }
"""
PREPARE = """
from suites import process
torch.set_num_threads(2)
process.prepare({arguments})
print(json.dumps(state()))
"""

FREED = (
    "from suites import process\n",
    """
def megabytes():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

before = megabytes()
torch.empty(2**24).fill_(1)  # freed at once
print(json.dumps(megabytes() - before))
""",
)


def run(script: str, **environment: str):
    """Run a script in a new process and return what it prints, from JSON."""
    command = [sys.executable, "-c", STATE + script]
    variables = {k: v for k, v in os.environ.items() if k != "TORCHINDUCTOR_COMPILE_THREADS"}
    printed = subprocess.run(
        command, cwd=ROOT, env=variables | environment, capture_output=True, text=True, check=True
    ).stdout
    return json.loads(printed.splitlines()[-1])


def test_prepare_sets_one_thread_and_keeps_graphs():
    state = run(PREPARE.format(arguments=""))
    assert state["threads"] == 1
    assert state["donated buffers"] is False
    assert not state["frozen"]
    assert not {"sklearn", "torch._inductor.compile_fx"} & set(state["modules"])


@pytest.mark.parametrize(("profile", "compiles"), [("smoke", False), ("cpu", True)])
def test_preload_imports_what_the_cases_of_the_profile_import(profile, compiles):
    state = run(PREPARE.format(arguments="preload=True"), SPIKEBENCH_PROFILE=profile)
    assert state["threads"] == 1 and state["frozen"]
    assert {"torch._dynamo", "sklearn.datasets"} <= set(state["modules"])
    assert ("torch._inductor.compile_fx" in state["modules"]) == compiles
    assert ("TORCHINDUCTOR_COMPILE_THREADS" in state["environment"]) == compiles


@pytest.mark.skipif(sys.platform != "linux", reason="needs glibc and /proc")
def test_prepare_keeps_freed_memory():
    assert run("process.prepare()".join(FREED)) > 60  # of 64 MB
    assert run("".join(FREED)) < 10
