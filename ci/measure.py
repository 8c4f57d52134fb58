"""Measure one commit with asv; stopped at any time, it goes on where it was.

The plugin `ci.plugins.keep` writes the rows of every benchmark that has run. Run again, this asks
asv for the benchmarks that have no whole rows yet: never run, interrupted, failed, or changed.

asv makes an environment for it from `asv.conf.json`, by pip. With `--here` the checkout is measured
by the Python that runs this, with what is installed there: for a machine without a network.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from asv.benchmarks import Benchmarks
from asv.config import Config
from asv.environment import get_environments
from asv.machine import Machine, MachineCollection
from asv.plugin_manager import plugin_manager
from asv.results import iter_results_for_machine_and_hash
from asv.util import UserError

HERE = "existing:same"  # what asv calls the Python that runs it
INTERRUPTED = 130  # the shell's status for Ctrl-C


def git(*arguments: str) -> str:
    run = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)
    return run.stdout.strip()


def asv(commit: str, bench: str, launch: str, here: bool) -> int:
    """Run the benchmarks that match, or "just-discover" them; asv's exit status."""
    what = ["-E", HERE, "--set-commit-hash", commit] if here else [f"{commit}^!"]
    command = [sys.executable, "-m", "asv", "run", *what, "--bench", bench]
    environment = os.environ | ({"ASV_PYTHONPATH": str(Path.cwd())} if here else {})
    return subprocess.run([*command, "--launch-method", launch], env=environment).returncode


def accelerator() -> dict[str, str]:
    """The first GPU and its driver as the driver tells them; nothing where there is none."""
    if shutil.which("nvidia-smi") is None:
        return {}
    query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    lines = subprocess.run(query, capture_output=True, text=True).stdout.splitlines()
    return dict(zip(("gpu", "driver"), lines[0].split(", "), strict=True)) if lines else {}


def describe_machine() -> str:
    """Keep asv's machine file and return the machine's name.

    Every field splits asv's series, so what stands there stays (a new kernel release is no new
    machine); only what moves the numbers, GPU driver and torch, follows the facts.
    """
    try:
        known = MachineCollection.load(Machine.get_unique_machine_name())
    except UserError:
        known = Machine.get_defaults()
    known |= {"torch": version("torch")} | accelerator()
    MachineCollection.save(known["machine"], known)
    return known["machine"]


def unfinished(machine: str, commit: str, here: bool) -> list[str]:
    """Benchmarks without whole rows for this commit.

    asv keeps the samples of a benchmark until its last round, then drops them: samples in the
    file belong to an interrupted one.
    """
    conf = Config.load()
    benchmarks = Benchmarks.load(conf)
    for plugin in conf.plugins:
        plugin_manager.import_plugin(plugin)
    where = [HERE] if here else None
    environments = {environment.name for environment in get_environments(conf, where)}
    done = set()
    for rows in iter_results_for_machine_and_hash(conf.results_dir, machine, commit):
        if rows.env_name in environments:
            for name in rows.get_result_keys(benchmarks):
                params = benchmarks[name]["params"]
                whole = None not in rows.get_result_value(name, params)
                if whole and not any(rows.get_result_samples(name, params)):
                    done.add(name)
    return sorted(set(benchmarks) - done)


def measure(commit: str, launch: str, here: bool = False) -> int:
    machine = describe_machine()
    if status := asv(commit, "just-discover", launch, here):
        return status
    names = unfinished(machine, commit, here)
    print(f"commit {commit[:8]}: {len(names) or 'no'} benchmarks left to measure", flush=True)
    wanted = rf"^({'|'.join(map(re.escape, names))})(\(|$)"
    return asv(commit, wanted, launch, here) if names else 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ci.measure", description=__doc__)
    parser.add_argument("commit", nargs="?", default="HEAD", help="default: HEAD")
    parser.add_argument("--launch-method", choices=["forkserver", "spawn"], default="forkserver")
    parser.add_argument("--here", action="store_true", help="the checkout, by this Python")
    options = parser.parse_args(arguments)
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
        return measure(commit, options.launch_method, options.here)
    except KeyboardInterrupt:
        print("\ninterrupted: finished benchmarks are kept, run again to go on", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
