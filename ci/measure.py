"""Measure one commit with asv; interrupted at any time, it goes on where it was.

The plugin `ci.plugins.keep` writes the rows of every benchmark that has run. Run again, this asks
asv for the benchmarks without complete rows: never run, interrupted, failed, or changed since. Of
these it asks for the cases that can run; asv records the others as n/a.

asv builds an environment from `asv.conf.json`, by pip. With `--here` the checkout is measured by
the Python that runs this, with what is installed there: for a machine without a network.

With `--estimate` nothing is measured: it prints how long the profile takes on this machine, from a
few calls of every model in the checkout (see `suites.duration`).
"""

import argparse
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from asv.benchmarks import Benchmarks
from asv.config import Config
from asv.environment import Environment, get_environments
from asv.machine import Machine, MachineCollection
from asv.plugin_manager import plugin_manager
from asv.results import iter_results_for_machine_and_hash
from asv.util import UserError
from asv_runner.discovery import disc_benchmarks

from ci.plugins import progress
from suites import profiles

HERE = "existing:same"  # asv's name for the Python that runs it
INTERRUPTED = 130  # the shell's status for Ctrl-C
LOG = Path(".asv/measure.log")
# Runs in the environment: `neurons` is the installed commit's, `suites` the checkout's.
LIST_RUNNABLE = """
import sys
sys.path.append(sys.argv[1])
from suites import runnable
runnable.main(*sys.argv[2:])
"""


class Request(NamedTuple):
    """What is to be measured, and how."""

    commit: str
    launch_method: str
    here: bool  # the checkout, by this Python

    @property
    def python(self) -> list[str] | None:
        """The Python that measures, as an option of asv; None: those of asv.conf.json."""
        return [HERE] if self.here else None


def git(*arguments: str) -> str:
    run = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)
    return run.stdout.strip()


def asv(request: Request, patterns: Sequence[str]) -> int:
    """Run the cases that match, or "just-discover" them, and return asv's exit status.

    asv's output goes to the log; if asv cannot go on, its end is printed as well.
    """
    commit, method = request.commit, request.launch_method
    target = ["-E", HERE, "--set-commit-hash", commit] if request.here else [f"{commit}^!"]
    command = [sys.executable, "-m", "asv", "run", *target, "--launch-method", method]
    command += [f"--bench={pattern}" for pattern in patterns]
    environment = os.environ | {progress.VARIABLE: "1"}
    if request.here:
        environment["ASV_PYTHONPATH"] = str(Path.cwd())
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("a", encoding="utf-8") as log:
        status = subprocess.run(command, env=environment, stdout=log).returncode
    if status not in (0, 2):  # 2: some benchmarks failed
        print(*LOG.read_text(errors="replace").splitlines()[-20:], sep="\n", file=sys.stderr)
    return status


def accelerator() -> dict[str, str]:
    """Return the name and the driver of the first GPU; nothing where there is none."""
    if shutil.which("nvidia-smi") is None:
        return {}
    query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    lines = subprocess.run(query, capture_output=True, text=True).stdout.splitlines()
    return dict(zip(("gpu", "driver"), lines[0].split(", "), strict=True)) if lines else {}


def describe_machine() -> str:
    """Update asv's machine file and return the machine's name.

    Every field splits asv's series. So the fields of an existing file are kept (a new kernel
    release is no new machine); only what changes the numbers, GPU driver and torch, is updated.
    """
    try:
        machine = MachineCollection.load(Machine.get_unique_machine_name())
    except UserError:
        machine = Machine.get_defaults()
    machine |= {"torch": version("torch")} | accelerator()
    MachineCollection.save(machine["machine"], machine)
    return machine["machine"]


def load_environments(python: list[str] | None) -> tuple[Config, list[Environment]]:
    """Return asv's configuration and the environments in which it measures.

    Loads asv's plugins, so that an environment that is created gets the pinned versions.
    """
    conf = Config.load()
    for plugin in conf.plugins:
        plugin_manager.import_plugin(plugin)
    return conf, list(get_environments(conf, python))


def unfinished(machine: str, request: Request) -> list[str]:
    """Return the benchmarks without complete rows for this commit.

    asv keeps the samples of a benchmark until its last round, then drops them: samples in the
    file belong to an interrupted one.
    """
    conf, environments = load_environments(request.python)
    benchmarks = Benchmarks.load(conf)
    names = {environment.name for environment in environments}
    finished = set()
    for rows in iter_results_for_machine_and_hash(conf.results_dir, machine, request.commit):
        if rows.env_name in names:
            for name in rows.get_result_keys(benchmarks):
                params = benchmarks[name]["params"]
                complete = None not in rows.get_result_value(name, params)
                if complete and not any(rows.get_result_samples(name, params)):
                    finished.add(name)
    return sorted(set(benchmarks) - finished)


def runnable(request: Request) -> dict[str, list[int]]:
    """Return the positions of the cases that can run, by benchmark: see `suites.runnable`."""
    conf, (environment, *_) = load_environments(request.python)
    source = Path(Benchmarks.get_benchmark_file_path(conf.results_dir)).resolve()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "cases.json")
        arguments = [str(Path.cwd()), str(source), str(target)]
        environment.run(["-P", "-c", LIST_RUNNABLE, *arguments], cwd=folder)
        return json.loads(target.read_text())


def pattern(benchmark: Mapping[str, Any], cases: Sequence[int]) -> str:
    """Return the regular expression that selects these cases of a benchmark in asv."""
    name = re.escape(benchmark["name"])
    points = [", ".join(values) for values in itertools.product(*benchmark["params"])]
    if len(cases) == len(points):
        return rf"^{name}(\(|$)"
    return rf"^{name}\(({'|'.join(re.escape(points[case]) for case in cases)})\)$"


def measure(request: Request) -> int:
    """Measure what is left to measure, and return asv's exit status."""
    LOG.unlink(missing_ok=True)
    machine = describe_machine()
    print(f"preparing commit {request.commit[:8]}; the output of asv is in {LOG}", flush=True)
    if status := asv(request, ["just-discover"]):
        return status
    names = unfinished(machine, request)
    positions = runnable(request) if names else {}
    benchmarks = Benchmarks.load(Config.load())
    wanted = {name: positions[name] for name in names if positions[name]}
    cases = sum(map(len, wanted.values()))
    print(f"{len(wanted)} benchmarks left to measure, {cases} cases can run here", flush=True)
    return asv(request, [pattern(benchmarks[n], c) for n, c in wanted.items()]) if wanted else 0


def estimate() -> None:
    """Print how long each suite of the profile takes here, and all of them together."""
    from suites import duration, process

    benchmarks = list(disc_benchmarks("suites"))
    process.prepare()
    print(f"trying every model of the profile {profiles.profile_name()}", flush=True)
    cases, seconds = duration.estimate(benchmarks, progress.TYPICAL, progress.OTHERWISE)
    for suite in sorted(cases):
        print(f"{suite:<11}{cases[suite]:>6} cases {seconds[suite] / 60:>7.1f} min")
    print(f"{'together':<11}{cases.total():>6} cases {seconds.total() / 3600:>7.1f} h")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ci.measure", description=__doc__)
    parser.add_argument("commit", nargs="?", default="HEAD", help="default: HEAD")
    parser.add_argument("--launch-method", choices=["forkserver", "spawn"], default="forkserver")
    parser.add_argument("--here", action="store_true", help="the checkout, by this Python")
    parser.add_argument("--environment", action="store_true", help="only build asv's environment")
    parser.add_argument("--estimate", action="store_true", help="only say how long it takes here")
    options = parser.parse_args(arguments)
    profiles.profile()  # an unknown one ends here, in one line, before anything is built
    if options.estimate:
        estimate()
        return 0
    if options.environment:
        for environment in load_environments(None)[1]:
            environment.create()
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        commit = git("rev-parse", "--verify", f"{options.commit}^{{commit}}")
    except subprocess.CalledProcessError:
        parser.error(f"no commit {options.commit!r} here; see git log")
    changed = git("status", "--porcelain", "--", "neurons")
    if options.here and (changed or commit != git("rev-parse", "HEAD")):
        parser.error("--here measures HEAD as checked out; name no other, and commit neurons/")
    if changed:
        print(f"neurons/ has uncommitted changes; what is measured is commit {commit[:8]}")
    try:
        return measure(Request(commit, options.launch_method, options.here))
    except KeyboardInterrupt:
        print("\ninterrupted: finished benchmarks are kept, run again to go on", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
