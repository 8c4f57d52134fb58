"""Other counts of the same network: SpikingJelly's counters, under their own names.

    SynOps      each spike that a convolution or a product reads, times its fan-out without padding;
                here at the technology's price of an accumulation
    simple      MACs and ACs of all operations; traffic of parameters and state at 24.96 pJ/byte
    Lemaire     arithmetic, addresses and memory of convolutions, linear layers and IF and LIF nodes
                (Lemaire et al. 2022), where a spike at the rim feeds the padding too

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

Counted = tuple[float, str]  # pJ of all samples, and what to know about it


class Check(NamedTuple):
    name: str
    energy: float | None  # pJ per sample; None: n/a
    note: str  # what it leaves out, or the reason


def checks(
    network: nn.Module, inputs: tuple[Any, ...], batch: int, technology: Technology
) -> list[Check]:
    """Those that run on this network; the others with the reason why not."""
    ways: dict[str, Callable[..., Counted]] = {
        "SynOps": synops,
        "simple": simple,
        "Lemaire": lemaire,
    }
    return [_check(name, way, network, inputs, batch, technology) for name, way in ways.items()]


def _check(
    name: str,
    way: Callable[..., Counted],
    network: nn.Module,
    inputs: tuple[Any, ...],
    batch: int,
    technology: Technology,
) -> Check:
    name = f"SpikingJelly {name}"
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            energy, note = way(copy.deepcopy(network), inputs, technology)
    except ImportError:
        return Check(name, None, "n/a: pip install spikingjelly")
    except Exception as why:  # whatever another library finds
        return Check(name, None, f"n/a: {first_line(why)}")
    return Check(name, energy / batch, note)


def synops(network: nn.Module, inputs: tuple[Any, ...], technology: Technology) -> Counted:
    from spikingjelly.activation_based import op_counter

    counter = op_counter.SynOpCounter()
    with op_counter.DispatchCounterMode([counter]):
        network(*inputs)
    number = counter.get_total()
    return number * technology.ac, f"{number:,} of all samples; binary inputs alone"


def simple(network: nn.Module, inputs: tuple[Any, ...], technology: Technology) -> Counted:
    from spikingjelly.activation_based import op_counter

    report = op_counter.estimate_simple_energy(network, inputs)
    return report.energy_total_pj, "; ".join(["45 nm, fp32, with memory", *report.warnings])


def lemaire(network: nn.Module, inputs: tuple[Any, ...], technology: Technology) -> Counted:
    from spikingjelly.activation_based import op_counter

    config = op_counter.LemaireEnergyConfig(strict=False)
    report = op_counter.estimate_lemaire_energy(network, inputs, config=config)
    return report.total_pj, "; ".join(["45 nm, int32, with memory", *report.warnings])
