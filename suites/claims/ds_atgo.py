"""DS-ATGO: Table 2, ResNet-19 on CIFAR-10 in two steps, and the text about it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import repeat

from suites.claims.claim import Claim, Printed, Table, ledger_and_parameters, with_rates
from suites.energy.conventions import ds_atgo
from suites.energy.ledger import Ledger
from suites.energy.technology import FP32
from suites.networks.sew_resnet import resnet19

T, NEURONS = 2, 20  # steps, and layers of neurons in ResNet-19
NAME, TEXT = "DS-ATGO Table 2", "DS-ATGO text"
BLOCKS = (
    "the count is 0.001 % above the printed one; Table 4 prints 3 blocks of 512, "
    "which would give 2587 M"
)
MISPRINT = "the text gives the energy of f_c = 1.0 for 1.2; its Table 2 has 0.48"
RATES = {  # method: the average rate [%] in the text, how exact it is, and why ours differs
    "Vanilla-SNN": (10.66, 0.005, "presumably the mean over layers, not weighed by operations"),
    "DS-ATGO fc=1.0": (15.0, 1.62, ""),
}


def claims() -> Iterator[Claim]:
    table = Table("ds_atgo_table2.csv")
    energies = {}
    for row in table.rows:
        case, counted = row["method"], at_rate(row["method"], float(row["AC_M"]) * 1e6)
        macs = ds_atgo.macs(counted) / 1e6
        method = "ds_atgo: " + ("all layers once" if case == "ANN" else "first and last layer, T x")
        printed, why = table.printed(row, "MAC_M"), BLOCKS if case == "ANN" else ""
        yield Claim(NAME, f"{case}: MACs", printed, macs, "M", method, why=why)
        energies[case] = ds_atgo.estimate(counted, FP32).total / 1e9
        printed, method = table.printed(row, "energy_mJ_printed"), "ds_atgo: ACs measured"
        yield Claim(NAME, f"{case}: energy", printed, energies[case], "mJ", method)
        if case != "ANN":
            yield from _rates(table, row)
    best = energies["DS-ATGO fc=1.2"]
    for case, value, ours, unit in (
        ("fc=1.2: energy", Printed(0.65, 0.01), best, "mJ"),
        ("ANN / fc=1.2: energy", Printed(16, 1), energies["ANN"] / best, "x"),
    ):
        yield Claim(TEXT, case, value, ours, unit, "ds_atgo: ACs measured", why=MISPRINT)


def _rates(table: Table, row: dict[str, str]) -> Iterator[Claim]:
    """Compare the ACs at the rate that they imply with the table, and that rate with the text."""
    name, printed = row["method"], table.printed(row, "AC_M")
    rate = round(ds_atgo.mean_rate(facts(name), printed.value * 1e6), 4)
    acs = ds_atgo.acs(with_rates(facts(name), repeat(rate, NEURONS), T)) / 1e6
    case = f"{name}: ACs at a rate of {rate:.2%}"
    method = "ds_atgo: the rate, weighed by operations, that the printed ACs imply; to 0.01 %"
    half_a_digit = 0.5e-4 * acs / rate
    yield Claim(NAME, case, printed, acs, "M", method, tolerance=half_a_digit)
    if name in RATES:
        value, tolerance, why = RATES[name]
        text, method = Printed(value, 0.01), "implied by the ACs of Table 2, weighed by operations"
        yield Claim(TEXT, f"{name}: rate", text, 100 * rate, "%", method, tolerance, why)


@cache
def facts(method: str) -> Ledger:
    """Return the ledger of the ANN, or that of all other methods."""
    neuron, steps = ("relu", 1) if method == "ANN" else ("lif", T)
    return ledger_and_parameters(resnet19(neuron, backend="eager"), steps, 1, 3, 32, 32)[0]


def at_rate(method: str, acs: float) -> Ledger:
    """Return the ledger at the one rate at which its layers cause so many accumulations."""
    ledger = facts(method)
    if method == "ANN":
        return ledger
    return with_rates(ledger, repeat(ds_atgo.mean_rate(ledger, acs), NEURONS), T)
