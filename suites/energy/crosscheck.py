"""Other counts of the same network: SpikingJelly's counters, under their own names.

    SynOps      each spike that a convolution or a product reads, times the outputs that it reaches;
                here at the technology's price of an accumulation
    simple      MACs and ACs of all operations; traffic of parameters and state at 24.96 pJ/byte
    Lemaire     arithmetic, addresses and memory of convolutions, linear layers and IF and LIF
                neurons (Lemaire et al. 2022); a spike at the border reaches the padding too

Each is a forward pass of a copy. Written against SpikingJelly 2.0.0.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import nn

from suites.energy.target import first_line
from suites.energy.technology import Technology

Counter = Callable[[nn.Module, tuple[Any, ...], Technology], tuple[float, str]]


class Check(NamedTuple):
    """The energy of a network from another source."""

    name: str
    energy: float | None  # pJ per sample; None: n/a
    note: str  # what it leaves out, or the reason for n/a


def checks(
    network: nn.Module, inputs: tuple[Any, ...], batch: int, technology: Technology
) -> list[Check]:
    """Return a check for every counter, n/a with the reason if it fails."""
    counters: dict[str, Counter] = {"SynOps": synops, "simple": simple, "Lemaire": lemaire}
    return [
        _check(f"SpikingJelly {name}", counter, network, inputs, batch, technology)
        for name, counter in counters.items()
    ]


def _check(
    name: str,
    counter: Counter,
    network: nn.Module,
    inputs: tuple[Any, ...],
    batch: int,
    technology: Technology,
) -> Check:
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            energy, note = counter(copy.deepcopy(network), inputs, technology)
    except ImportError:
        return Check(name, None, "n/a: pip install spikingjelly")
    except Exception as error:  # another library may raise anything
        return Check(name, None, f"n/a: {first_line(error)}")
    return Check(name, energy / batch, note)


def synops(
    network: nn.Module, inputs: tuple[Any, ...], technology: Technology
) -> tuple[float, str]:
    """Return the pJ of all samples and a note, as the other counters do."""
    from spikingjelly.activation_based import op_counter

    counter = op_counter.SynOpCounter()
    with op_counter.DispatchCounterMode([counter]):
        network(*inputs)
    number = counter.get_total()
    return number * technology.ac, f"{number:,} of all samples; binary inputs alone"


def simple(
    network: nn.Module, inputs: tuple[Any, ...], technology: Technology
) -> tuple[float, str]:
    from spikingjelly.activation_based import op_counter

    report = op_counter.estimate_simple_energy(network, inputs)
    return report.energy_total_pj, "; ".join(["45 nm, fp32, with memory", *report.warnings])


def lemaire(
    network: nn.Module, inputs: tuple[Any, ...], technology: Technology
) -> tuple[float, str]:
    from spikingjelly.activation_based import op_counter

    config = op_counter.LemaireEnergyConfig(strict=False)
    report = op_counter.estimate_lemaire_energy(network, inputs, config=config)
    return report.total_pj, "; ".join(["45 nm, int32, with memory", *report.warnings])
