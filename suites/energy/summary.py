"""All that is known of one network's energy, as plain data and as tables."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from torch import nn

import neurons
from suites.energy import conventions, crosscheck, joules
from suites.energy.call import ANALOG
from suites.energy.collect import collect
from suites.energy.crosscheck import Check
from suites.energy.estimate import Estimate
from suites.energy.ledger import Entry, Ledger
from suites.energy.target import Subject, first_line
from suites.energy.technology import Technology

if TYPE_CHECKING:
    import pandas as pd  # asv imports this file where it may be missing

NANO = 1e-3  # pJ -> nJ


@dataclass(frozen=True)
class Account:
    """The facts, every convention's energy, and what others say."""

    name: str
    ledger: Ledger
    estimates: dict[str, Estimate]
    beside: list[Check]  # SpikingJelly's counters and a GPU's own, in pJ per sample

    def data(self) -> dict[str, Any]:
        """As JSON has it; energies in pJ per sample."""
        return {
            "model": self.name,
            "T": self.ledger.T,
            "batch": self.ledger.batch,
            "rate": self.ledger.rate,
            "layers": [asdict(e) for e in self.ledger.entries],
            "conventions": {
                name: {
                    "energy": found.total,
                    "layers": dict(found.parts),
                    "other readings": dict(found.beside),
                    "assumptions": found.assumptions,
                    "unsupported": list(found.unsupported),
                }
                for name, found in self.estimates.items()
            },
            "beside": [check._asdict() for check in self.beside],
        }

    def layers(self) -> pd.DataFrame:
        """The ledger, a row per layer; counts per sample, bytes per sample and step."""
        import pandas as pd

        return pd.DataFrame([_row(e) for e in self.ledger.entries])

    def energies(self) -> pd.DataFrame:
        """A row per convention, with what it assumes."""
        import pandas as pd

        rows = [
            {"convention": name, "nJ/sample": found.total * NANO} | found.assumptions
            for name, found in self.estimates.items()
        ]
        return pd.DataFrame(rows).drop(columns="unsupported")

    def others(self) -> pd.DataFrame:
        """Other readings of the conventions, other counters, and what was measured."""
        import pandas as pd

        rows: list[dict[str, Any]] = [
            {"what": f"{name}: {way}", "nJ/sample": energy * NANO, "note": ""}
            for name, found in self.estimates.items()
            for way, energy in found.beside.items()
        ]
        for name, energy, note in self.beside:
            shown = "n/a" if energy is None else energy * NANO
            rows.append({"what": name, "nJ/sample": shown, "note": note})
        return pd.DataFrame(rows)

    def unsupported(self) -> dict[str, list[str]]:
        """What should have been counted and was not, by convention."""
        return {name: list(e.unsupported) for name, e in self.estimates.items() if e.unsupported}


def of(subject: Subject, technology: Technology) -> Account:
    """ValueError in one line if the network does not take its input."""
    try:
        ledger = collect(subject.network, *subject.inputs, clock=subject.clock)
    except Exception as why:
        shapes = ", ".join(str(tuple(getattr(x, "shape", ()))) for x in subject.inputs)
        raise ValueError(
            f"{subject.name} does not take an input of shape {shapes}: {first_line(why)}; "
            "give another --input (batch first) or --T"
        ) from why
    found = {name: conventions.estimate(name, ledger, technology) for name in conventions.names()}
    how = (_rested(subject.network), subject.inputs, ledger.batch)
    beside = [*crosscheck.checks(*how, technology), _measured(*how)]
    return Account(subject.name, ledger, found, beside)


def _rested(network: nn.Module) -> nn.Module:
    """What our layers and SpikingJelly's carry from call to call is forgotten."""
    peer = sys.modules.get("spikingjelly.activation_based.base")
    for module in network.modules():
        if isinstance(module, neurons.Layer):
            module.reset_state()
        elif peer and isinstance(module, peer.MemoryModule):
            module.reset()
    return network


def _measured(network: nn.Module, inputs: tuple[Any, ...], batch: int) -> Check:
    try:
        energy = joules.per_sample(network, inputs, batch)
    except NotImplementedError as why:
        return Check("measured on this GPU", None, f"n/a: {why}")
    return Check("measured on this GPU", energy * 1e12, f"whole board, batch {batch}")


def _row(e: Entry) -> dict[str, Any]:
    analog = e.reads == ANALOG
    operations = ", ".join(
        f"{number:.4g} {kind}" for kind, number in e.operations.items() if number
    )
    return {
        "layer": e.name,
        "kind": e.model if e.kind == "neuron" else e.kind,
        "reads": e.reads,
        "steps": e.steps,
        "rate": e.rate,
        "MACs": e.macs * e.steps if analog else 0,
        "ACs": 0 if analog else e.acs,
        "operations": operations or "-",
        **{f"B {what}": number for what, number in e.bytes.items()},
    }
