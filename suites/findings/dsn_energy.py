"""DSN Table 9: does DSN need less energy than LIF?"""

from __future__ import annotations

from suites import pictures
from suites.claims.dsn_consistency import energy
from suites.energy.conventions.dsn import N
from suites.findings.finding import Facts, Finding

DATASETS = ("S-CIFAR10", "S-CIFAR100")
FINDING = Finding(
    paper="dsn",
    place="section 5.3, Table 9",
    statement="DSN needs less energy than LIF",
    figure="smallest ratio of DSN to LIF over two data sets and both readings of the rates",
    unit="x",
    accept=(0.0, 1.0),
    models=("dsn", "lif"),
    exact=True,
    scale="Table 9 multiplies LIF's accumulations by N = 4 as well. If rates are mean integer "
    "spikes, no neuron has the factor; if they are rates per slot, DSN alone has it.",
)


def measure(seed: int) -> Facts:
    lif = {data: energy(data, "LIF") for data in DATASETS}
    ratios = {
        f"{data}, {reading}": energy(data, "DSN", slots) / lif[data]
        for data in DATASETS
        for reading, slots in (("mean spikes", 1), ("rates per slot", N))
    }
    picture = pictures.bars("Energy of DSN over that of LIF", ratios, unit="x")
    return Facts(min(ratios.values()), ratios, (picture,))
