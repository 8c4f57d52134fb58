"""Train neurons on tasks, and compare them.

    python -m suites.accuracy run --task rows recall --model lif dsn --condition own matched
    python -m suites.accuracy show --baseline lif
    python -m suites.accuracy merge other.sqlite
    python -m suites.accuracy search --task digits --network mlp
    python -m suites.accuracy probe --task digits --network convnet --model clif
    python -m suites.accuracy samples

`run` trains what the store does not have, so the same command goes on after an interruption. The
exit status is 1 if a trial failed, 2 if the command cannot run, 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import neurons
from suites import process, records
from suites.accuracy import (
    data,
    grid,
    networks,
    probed,
    samples,
    searched,
    show,
    store,
    tasks,
    trainer,
)
from suites.accuracy.job import Train
from suites.accuracy.store import Row
from suites.accuracy.trial import Trial

STORE = records.STORE
FIELDS = (*Trial._fields, *store.MEASURED, "failure")


def main(arguments: Sequence[str] | None = None, train: Train | None = None) -> int:
    """Run the command and return its exit status; `train` stands for the trainer in tests."""
    options = _parser().parse_args(arguments)
    try:
        if "baseline" in options:
            neurons.one_of("no neuron", options.baseline, neurons.names())
        return options.command(options, train)
    except ValueError as error:
        print(f"python -m suites.accuracy: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; the same command goes on", file=sys.stderr)
        return 130


def run(options: argparse.Namespace, train: Train | None) -> int:
    """Train what is missing and print the results of all trials."""
    root = options.data_root
    names = (options.task, options.model, options.condition, options.recipe, options.network)
    trials = grid.trials(grid.Axes(*names, seeds=options.seeds), root)
    executor = (options.executor, options.workers, options.placement)
    place = grid.Place(options.store, *executor, checkpoints=options.checkpoints)
    rows = grid.run(trials, place, train or partial(trainer.run, root=root))
    _print(rows, options)
    return int(any(row.failure for row in rows))


def shown(options: argparse.Namespace, train: Train | None) -> int:
    """Print the results of this checkout's code."""
    stored = store.read(options.store)
    rows = show.current(stored)
    if options.json:
        print(json.dumps(show.lines(rows, options.baseline), indent=1))
        return 0
    print(show.text(rows, options.baseline))
    if left := len({row.key for row in stored} - {row.key for row in rows}):
        print(f"\n{left} trials of other versions of the code are not shown")
    return 0


def merge(options: argparse.Namespace, train: Train | None) -> int:
    """Add the results and records of other stores."""
    rows = [row for file in options.files for row in store.read(file)]  # all, before one is added
    kept = [record for file in options.files for record in records.read(file)]
    new = store.add(options.store, rows) + records.add(options.store, kept)
    print(f"{len(rows) + len(kept)} rows, {new} of them new, in {options.store}")
    return 0


def search(options: argparse.Namespace, train: Train | None) -> int:
    """Search one of LIF, LLIF and SLIF for each layer of a network (ST-DANO's LWNS)."""
    task = data.load(options.task, options.data_root)
    neurons.one_of("no network", options.network, networks.names())
    if task.train.y.ndim > 1:
        raise ValueError(f"{options.task} has no classes; a search needs a task with classes")
    wanted = searched.Wanted(options.task, options.network, options.seed, options.order)
    found = searched.search(options.store, wanted, task)
    if options.json:
        print(json.dumps(found))
        return 0
    seconds, steps = found["seconds"], len(found["history"])
    print(f"{found['string']}, with the digits 0 LIF, 1 LLIF, 2 SLIF from input to output")
    print(f"test error {found['error']:.4f}, of LIF in all layers {found['lif_error']:.4f}")
    print(f"{seconds:.1f} s for {steps} steps, {seconds / steps * 1e3:.1f} ms each")
    return 0


def probe(options: argparse.Namespace, train: Train | None) -> int:
    """Show what happens inside a trained network, by layer and step."""
    names = (options.task, options.network, options.model, options.condition, options.recipe)
    trial = Trial(*names, options.seed)
    found = probed.probe(options.store, trial, options.data_root)
    if options.json:
        print(json.dumps(found))
    else:
        print(probed.text(found))
    return 0


def sampled(options: argparse.Namespace, train: Train | None) -> int:
    """Keep pictures of some samples of each task for the report."""
    for name in options.task:
        neurons.one_of("no task", name, tasks.names())
    for kept in samples.keep(options.store, options.task or tasks.names()):
        print(f"{kept.name}: {kept.content['text'].partition(chr(10))[0]}")
    return 0


def _print(rows: Sequence[Row], options: argparse.Namespace) -> None:
    if options.json:
        objects = [{name: getattr(row, name) for name in FIELDS} for row in rows]
        print(json.dumps(objects, indent=1))
    else:
        print(show.text(rows, options.baseline))


def _placement(text: str) -> dict[str, Any]:
    """Return the object in a JSON text."""
    try:
        placement = json.loads(text)
    except ValueError:
        placement = None
    if not isinstance(placement, dict):
        raise argparse.ArgumentTypeError(f"{text!r} is no JSON object")
    return placement


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m suites.accuracy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="run|show|merge|search|probe|samples")
    _add_run(_command(commands, "run", run))
    _add_table(_command(commands, "show", shown))
    _command(commands, "merge", merge).add_argument("files", nargs="+", type=Path, metavar="FILE")
    _add_search(_command(commands, "search", search))
    _add_probe(_command(commands, "probe", probe))
    _command(commands, "samples", sampled).add_argument(
        "--task", nargs="+", default=(), metavar="NAME", help="default: all"
    )
    return parser


def _add_search(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--task", required=True, metavar="NAME", help="a task with classes")
    add("--network", default="mlp_norm", metavar="NAME", help="default: mlp_norm")
    add("--order", type=int, choices=(1, 2), default=1, help="of the gradient; default: 1")
    add("--seed", type=int, default=0)
    add("--data-root", type=Path, metavar="FOLDER", help="the folder of the real data sets")
    add("--json", action="store_true", help="print an object, with alpha after every step")


def _add_probe(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--task", required=True, metavar="NAME")
    add("--model", required=True, metavar="NAME")
    for name, default in (("network", "mlp_norm"), ("condition", "own"), ("recipe", "tiny")):
        add(f"--{name}", default=default, metavar="NAME", help=f"default: {default}")
    add("--seed", type=int, default=0)
    add("--data-root", type=Path, metavar="FOLDER", help="the folder of the real data sets")
    add("--json", action="store_true", help="print an object, with all numbers")


def _command(commands: Any, name: str, function: Any) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=function.__doc__, description=function.__doc__)
    command.set_defaults(command=function)
    command.add_argument(
        "--store", type=Path, default=STORE, metavar="FILE", help=f"default: {STORE}"
    )
    return command


def _add_table(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--baseline", default="lif", metavar="MODEL", help="default: lif")
    command.add_argument(
        "--json", action="store_true", help="print a list of objects and nothing else"
    )


def _add_run(command: argparse.ArgumentParser) -> None:
    _add_table(command)
    add = command.add_argument

    def add_axis(name: str, default: Sequence[str], otherwise: str, **options: Any) -> None:
        shown = f"default: {' '.join(default) or otherwise}"
        add(f"--{name}", nargs="+", default=default, metavar="NAME", help=shown, **options)

    add("--task", nargs="+", required=True, metavar="NAME", help="files of suites/accuracy/tasks")
    add_axis("model", (), "all")
    add_axis("condition", ("own",), "")
    add_axis("recipe", ("tiny",), "")
    add_axis("network", (), "each task's own")
    add("--seeds", type=int, default=5, metavar="N", help="seeds 0 to N - 1; default: 5")
    add("--executor", default="local", metavar="NAME", help="local or ray; default: local")
    workers = "trainings at a time; default: one per GPU, or without a GPU one per core"
    add("--workers", type=int, metavar="N", help=workers)
    placement = "options of ray.remote for a training, as '{\"num_gpus\": 0.5}'"
    add("--placement", type=_placement, default={}, metavar="JSON", help=placement)
    checkpoints = "keep each training here after every epoch until it ends: for long ones"
    add("--checkpoints", type=Path, metavar="FOLDER", help=checkpoints)
    add("--data-root", type=Path, metavar="FOLDER", help="the folder of the real data sets")


if __name__ == "__main__":
    process.prepare()
    sys.exit(main())
