"""CLIF (Huang et al. 2024): Tables 6 and 7."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from torch import nn

from suites.claims.claim import TABLES, Claim, Table, ledger_and_parameters, with_rates
from suites.energy.conventions import clif, clif_memory
from suites.energy.counts import sum_by_name
from suites.energy.ledger import Ledger
from suites.energy.technology import FP32
from suites.networks.preact_resnet import resnet18
from suites.networks.vgg import vgg

# task: classes, then channels and height of the input
TASKS = {
    "cifar10": (10, 3, 32),
    "cifar100": (100, 3, 32),
    "tinyimagenet": (200, 3, 64),
    "dvsgesture": (11, 2, 128),
    "dvscifar": (10, 2, 48),
}
COLUMNS = {  # of Table 7: our name, the unit and its pJ
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
    """Return the ledger of one step of a task's network, and its number of parameters."""
    classes, channels, height = TASKS[task]
    return ledger_and_parameters(_network(task, neuron, classes), 1, 1, channels, height, height)


def _network(task: str, neuron: str, classes: int) -> nn.Module:
    if task.startswith("cifar"):
        return resnet18(neuron, classes, backend="eager")
    plan = "vgg13" if task == "tinyimagenet" else "vgg11"
    return vgg(plan, neuron, classes, TASKS[task][1], backend="eager")


def measured(task: str, neuron: str, T: str) -> Ledger:
    """Return the ledger at the rates that the authors measured."""
    ledger, _ = facts(task, neuron.lower())
    if neuron == "ReLU":
        return ledger
    tasks = json.loads((TABLES / "clif_energy_fixture.json").read_text())["tasks"]
    return with_rates(ledger, tasks[task]["firing_rates"][neuron], int(T))


def _operations() -> Iterator[Claim]:
    table = Table("clif_table6.csv")
    for row in table.rows:
        task = row["dataset"].lower().replace("dvscifar10", "dvscifar")
        ledger, parameters = facts(task, row["neuron"].lower())
        macs = sum(map(clif.macs, ledger.entries)) / 1e6
        printed = table.printed(row, "MACs_M")
        energy = FP32.mac * printed.round_like(macs) + FP32.ac * float(row["ACs_M"])
        case = f"{row['dataset']} {row['network']} {row['neuron']}"
        for quantity, column, ours, unit, method in (
            ("parameters", "params_M", parameters / 1e6, "M", "all that train"),
            ("MACs", "MACs_M", macs, "M", "clif: one step, none where spikes are read"),
            ("energy", "SOP_energy_uJ", energy, "uJ", "clif: ACs measured, MACs as printed"),
        ):
            printed = table.printed(row, column)
            yield Claim("CLIF Table 6", f"{case}: {quantity}", printed, ours, unit, method)
        ledger = measured(task, row["neuron"], row["T"])
        acs, method = sum(map(clif.acs, ledger.entries)) / 1e6, "clif: one step, rates measured"
        printed, why = table.printed(row, "ACs_M"), HOOKS if acs else ""
        yield Claim("CLIF Table 6", f"{case}: ACs", printed, acs, "M", method, why=why)


def _memory() -> Iterator[Claim]:
    table = Table("clif_table7.csv")
    for row in table.rows:
        task, neuron = row["task"], row["neuron"]
        ledger = without_shortcuts(measured(task, neuron, row["T"]))
        energies = sum_by_name(clif_memory.energies(ledger).values())
        method = "clif_memory: rates measured, shortcuts' convolutions left out"
        for column, (name, unit, pJ) in COLUMNS.items():
            printed, ours = table.printed(row, column), energies[name] / pJ
            yield Claim("CLIF Table 7", f"{task} {neuron}: {name}", printed, ours, unit, method)
        total = sum(energies.values()) / 1e9
        printed = table.printed(row, "total_mJ")
        yield Claim("CLIF Table 7", f"{task} {neuron}: total", printed, total, "mJ", method)


def without_shortcuts(ledger: Ledger) -> Ledger:
    """Return the ledger without convolutions of 1 x 1, which the authors' list does not have."""
    entries = tuple(e for e in ledger.entries if e.sizes.kernel != (1, 1))
    return replace(ledger, entries=entries)
