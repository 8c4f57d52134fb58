"""CLIF (Huang et al. 2024): Tables 6 and 7."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from torch import nn

from suites.claims.claim import TABLES, Claim, Table, counted, fired
from suites.energy.call import tally
from suites.energy.conventions import clif, clif_memory
from suites.energy.ledger import Ledger
from suites.energy.technology import FP32
from suites.networks.preact_resnet import resnet18
from suites.networks.vgg import vgg

# task: classes, then channels and height of what it reads
TASKS = {
    "cifar10": (10, 3, 32),
    "cifar100": (100, 3, 32),
    "tinyimagenet": (200, 3, 64),
    "dvsgesture": (11, 2, 128),
    "dvscifar": (10, 2, 48),
}
COLUMNS = {  # of Table 7: ours, the unit and how many pJ it is
    "membrane_mJ": ("membrane potential", "mJ", 1e9),
    "params_mJ": ("parameters", "mJ", 1e9),
    "in_out_mJ": ("in and out", "mJ", 1e9),
    "synaptic_neuron_op_mJ": ("operations", "mJ", 1e9),
    "addressing_uJ": ("addressing", "uJ", 1e6),
}

HOOKS = "rates times weights give less: the hooks presumably count biases, pools and neurons too"


def claims() -> Iterator[Claim]:
    yield from _operations()
    yield from _memory()


@cache
def facts(task: str, neuron: str) -> tuple[Ledger, int]:
    """One step of a task's network, and its parameters."""
    classes, channels, height = TASKS[task]
    return counted(_network(task, neuron, classes), 1, 1, channels, height, height)


def _network(task: str, neuron: str, classes: int) -> nn.Module:
    if task.startswith("cifar"):
        return resnet18(neuron, classes, backend="eager")
    plan = "vgg13" if task == "tinyimagenet" else "vgg11"
    return vgg(plan, neuron, classes, TASKS[task][1], backend="eager")


def measured(task: str, neuron: str, T: str) -> Ledger:
    """The ledger at the rates that its authors measured."""
    ledger, _ = facts(task, neuron.lower())
    if neuron == "ReLU":
        return ledger
    tasks = json.loads((TABLES / "clif_energy_fixture.json").read_text())["tasks"]
    return fired(ledger, tasks[task]["firing_rates"][neuron], int(T))


def _operations() -> Iterator[Claim]:
    table = Table("clif_table6.csv")
    for row in table.rows:
        task = row["dataset"].lower().replace("dvscifar10", "dvscifar")
        ledger, parameters = facts(task, row["neuron"].lower())
        macs = sum(map(clif.macs, ledger.entries)) / 1e6
        printed = table.printed(row, "MACs_M")
        spent = FP32.mac * printed.like(macs) + FP32.ac * float(row["ACs_M"])
        where = f"{row['dataset']} {row['network']} {row['neuron']}"
        for quantity, column, ours, unit, how in (
            ("parameters", "params_M", parameters / 1e6, "M", "all that train"),
            ("MACs", "MACs_M", macs, "M", "clif: one step, none where spikes are read"),
            ("energy", "SOP_energy_uJ", spent, "uJ", "clif: ACs measured, MACs as printed"),
        ):
            figure = table.printed(row, column)
            yield Claim("CLIF Table 6", f"{where}: {quantity}", figure, ours, unit, how)
        ledger = measured(task, row["neuron"], row["T"])
        acs, how = sum(map(clif.acs, ledger.entries)) / 1e6, "clif: one step, rates measured"
        figure = table.printed(row, "ACs_M")
        why = HOOKS if acs else ""
        yield Claim("CLIF Table 6", f"{where}: ACs", figure, acs, "M", how, why=why)


def _memory() -> Iterator[Claim]:
    table = Table("clif_table7.csv")
    for row in table.rows:
        task, neuron = row["task"], row["neuron"]
        ledger = without_shortcuts(measured(task, neuron, row["T"]))
        spent = tally(clif_memory.energies(ledger).values())
        how = "clif_memory: rates measured, shortcuts' convolutions left out"
        for column, (name, unit, pJ) in COLUMNS.items():
            figure, ours = table.printed(row, column), spent[name] / pJ
            yield Claim("CLIF Table 7", f"{task} {neuron}: {name}", figure, ours, unit, how)
        total = sum(spent.values()) / 1e9
        figure = table.printed(row, "total_mJ")
        yield Claim("CLIF Table 7", f"{task} {neuron}: total", figure, total, "mJ", how)


def without_shortcuts(ledger: Ledger) -> Ledger:
    """The layers that the authors' list has: it knows no convolution of 1 x 1."""
    entries = tuple(e for e in ledger.entries if e.kernel != (1, 1))
    return replace(ledger, entries=entries)
