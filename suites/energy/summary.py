"""The energy of one network: its ledger, all conventions and all cross-checks."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from torch import nn

import neurons
from suites.energy import conventions, crosscheck, joules
from suites.energy.collect import collect
from suites.energy.crosscheck import Check
from suites.energy.estimate import Estimate
from suites.energy.ledger import Entry, Ledger
from suites.energy.target import Target, first_line
from suites.energy.technology import Technology
from suites.energy.values import ANALOG

NANO = 1e-3  # pJ -> nJ

Rows = list[dict[str, Any]]  # of a table, by column


@dataclass(frozen=True)
class Summary:
    """The energy of a network by every convention, and by other sources."""

    name: str
    ledger: Ledger
    estimates: dict[str, Estimate]
    crosschecks: list[Check]  # SpikingJelly's counters and the GPU's own

    def data(self) -> dict[str, Any]:
        """Return all of it as plain data for JSON; energies in pJ per sample."""
        return {
            "model": self.name,
            "T": self.ledger.T,
            "batch": self.ledger.batch,
            "rate": self.ledger.rate,
            "layers": [_layer_data(e) for e in self.ledger.entries],
            "conventions": {
                name: {
                    "energy": estimate.total,
                    "layers": estimate.by_layer,
                    "parts": estimate.parts,
                    "other readings": dict(estimate.readings),
                    "assumptions": estimate.assumptions,
                    "unsupported": list(estimate.unsupported),
                }
                for name, estimate in self.estimates.items()
            },
            "beside": [check._asdict() for check in self.crosschecks],
        }

    def layers(self) -> Rows:
        """Return the ledger, a row per layer; counts per sample, bytes per sample and step."""
        return [_layer_row(e) for e in self.ledger.entries]

    def energies(self) -> Rows:
        """Return a row per convention, with its assumptions."""
        rows = [
            {"convention": name, "nJ/sample": estimate.total * NANO} | estimate.assumptions
            for name, estimate in self.estimates.items()
        ]
        return [{key: v for key, v in row.items() if key != "unsupported"} for row in rows]

    def comparisons(self) -> Rows:
        """Return a row per other reading of a convention and per cross-check."""
        rows: Rows = [
            {"other reading or source": f"{name}: {reading}", "nJ/sample": pJ * NANO, "note": ""}
            for name, estimate in self.estimates.items()
            for reading, pJ in estimate.readings.items()
        ]
        for name, energy, note in self.crosschecks:
            shown = "n/a" if energy is None else energy * NANO
            rows.append({"other reading or source": name, "nJ/sample": shown, "note": note})
        return rows

    def unsupported(self) -> dict[str, list[str]]:
        """Return what each convention should include and could not count."""
        return {name: list(e.unsupported) for name, e in self.estimates.items() if e.unsupported}


def summarize(target: Target, technology: Technology) -> Summary:
    """Return the summary of a network; raise ValueError in one line if its input does not fit."""
    try:
        ledger = collect(target.network, *target.inputs, steps_and_batch=target.steps_and_batch)
    except Exception as error:
        shapes = ", ".join(str(tuple(getattr(x, "shape", ()))) for x in target.inputs)
        raise ValueError(
            f"{target.name} does not take an input of shape {shapes}: {first_line(error)}; "
            "give another --input (batch first) or --T"
        ) from error
    names = conventions.names()
    estimates = {name: conventions.estimate(name, ledger, technology) for name in names}
    arguments = (_reset_states(target.network), target.inputs, ledger.batch)
    crosschecks = [*crosscheck.checks(*arguments, technology), _measured(*arguments)]
    return Summary(target.name, ledger, estimates, crosschecks)


def _reset_states(network: nn.Module) -> nn.Module:
    """Reset the states of our layers and of SpikingJelly's neurons."""
    spikingjelly = sys.modules.get("spikingjelly.activation_based.base")
    for module in network.modules():
        if isinstance(module, neurons.Layer):
            module.reset_state()
        elif spikingjelly and isinstance(module, spikingjelly.MemoryModule):
            module.reset()
    return network


def _measured(network: nn.Module, inputs: tuple[Any, ...], batch: int) -> Check:
    try:
        energy = joules.per_sample(network, inputs, batch)
    except NotImplementedError as error:
        return Check("measured on this GPU", None, f"n/a: {error}")
    return Check("measured on this GPU", energy * 1e12, f"whole board, batch {batch}")


def _layer_data(e: Entry) -> dict[str, Any]:
    step, sample, sizes = e.per_step, e.per_sample, e.sizes
    return {
        **{"name": e.name, "kind": e.kind, "model": e.operation, "reads": e.reads},
        **{"steps": e.steps, "repeated": e.repeated, "rate": e.rate},
        **{"inputs": step.inputs, "outputs": step.outputs, "macs": step.macs},
        **{"weights": sizes.weights, "biased": step.biased, "fan": sizes.fan},
        **{"kernel": sizes.kernel, "stride": sizes.stride, "states": sizes.states},
        **{"acs": sample.acs, "events": sample.events, "operations": dict(sample.operations)},
        **{"unknown": e.unknown, "bytes": e.bytes},
    }


def _layer_row(e: Entry) -> dict[str, Any]:
    sample, analog = e.per_sample, e.reads == ANALOG
    operations = [f"{number:.4g} {name}" for name, number in sample.operations.items() if number]
    return {
        "layer": e.name,
        "kind": e.operation if e.kind == "neuron" else e.kind,
        "reads": e.reads,
        "steps": e.steps,
        "rate": e.rate,
        "MACs": sample.macs if analog else 0,
        "ACs": 0 if analog else sample.acs,
        "operations": ", ".join(operations) or "-",
        **{f"B {part}": number for part, number in e.bytes.items()},
    }
