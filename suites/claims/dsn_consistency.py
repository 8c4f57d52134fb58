"""DSN (parallel training): what its numbers say of each other - Fig. 5, Tables 6, 9 and B.15.

The energies of Table 9 need a factor N = 4 on the accumulations of every neuron, LIF included.
There are two consistent readings of its firing rates. If they are mean integer spikes, no neuron
has the factor; if they are rates per slot, only DSN has it. DSN costs more than LIF in both.
"""

from __future__ import annotations

from collections.abc import Iterator

from suites.claims import dsn
from suites.claims.claim import Claim, Printed, Table, with_rates
from suites.energy import conventions
from suites.energy.conventions.dsn import N

FACTOR = "the printed one multiplies the ACs of every neuron by N = 4, of binary LIF and PSN too"
COSTS_MORE = "only the factor N = 4 on LIF makes DSN the cheaper one"
ROUNDED = "the printed cells average to more; the three other averages of the table come out"


def claims() -> Iterator[Claim]:
    yield from _speedups()
    yield from _averages()
    yield from _energies()


def _speedups() -> Iterator[Claim]:
    """Derive how the times of the passes relate, and compare the overall speed-up at that ratio.

    With DSN's forward pass as the unit, b its backward pass and f the peer's forward pass, the
    overall speed-up is (f + backward b) / (1 + b), where f is the printed forward speed-up.
    """
    table = Table("dsn_fig5.csv")
    psn, sliding = table.rows
    forward, backward, overall = (float(psn[c]) for c in ("forward", "backward", "overall"))
    exact = (overall - forward) / (backward - overall)
    of_psn, b = round(backward * exact / forward, 2), round(exact, 2)
    slower, in_all = float(sliding["backward"]), float(sliding["overall"])
    f = round(in_all * (1 + b) - slower * b, 2)
    method = "solved from the printed speed-ups"
    much = f"{method}; DSN's forward takes {1 / f:.2f} x as long, in the text slightly longer"
    at_psn = (1 + of_psn) / (1 / forward + of_psn / backward)
    for case, row, ours, derivation in (
        (f"over PSN, DSN backward / forward {b:.2f}", psn, _overall(forward, backward, b), method),
        (f"over PSN, PSN backward / forward {of_psn:.2f}", psn, at_psn, method),
        (f"over sliding PSN, its forward / DSN's {f:.2f}", sliding, _overall(f, slower, b), much),
    ):
        yield Claim(
            "DSN Fig. 5", f"16k {case}", table.printed(row, "overall"), ours, "x", derivation
        )


def _overall(forward: float, backward: float, b: float) -> float:
    return (forward + backward * b) / (1 + b)


def _averages() -> Iterator[Claim]:
    """Compare the printed averages with those of the printed cells."""
    for name, file, labels, unit in (
        ("DSN Table 6", "dsn_table6.csv", ("method", "metric"), "R2 or RSE"),
        ("DSN Table B.15", "dsn_tableB15.csv", ("dataset",), "%"),
    ):
        table = Table(file)
        for row in table.rows:
            cells = [v for key, v in row.items() if v and key not in (*labels, "average")]
            ours = sum(map(float, cells)) / len(cells)
            case = f"{' '.join(row[label] for label in labels)}: average"
            method = "mean of the row's printed cells"
            why = ROUNDED if (name, row[labels[0]]) == ("DSN Table B.15", "A") else ""
            yield Claim(name, case, table.printed(row, "average"), ours, unit, method, why=why)


def _energies() -> Iterator[Claim]:
    table = Table("dsn_table9.csv")
    column = "energy_printed(unit mJ in paper)"
    name, method = (
        "DSN Table 9 without N",
        "dsn, live: an integer spike k is k ACs, a binary one is 1",
    )
    for dataset in ("S-CIFAR10", "S-CIFAR100"):
        rows = {r["method"]: r for r in table.rows if r["dataset"] == dataset}
        printed = {neuron: table.printed(row, column) for neuron, row in rows.items()}
        ours = {neuron: energy(dataset, neuron) for neuron in rows}
        for neuron in rows:
            case = f"{dataset} {neuron}: energy"
            yield Claim(name, case, printed[neuron], ours[neuron], "uJ", method, why=FACTOR)
        ratio = Printed(printed["DSN"].value / printed["LIF"].value, 0.01)
        for reading, slots in (("mean spikes", 1), ("rates per slot", N)):
            of_dsn = energy(dataset, "DSN", slots) / ours["LIF"]
            case = f"{dataset}, rates are {reading}: DSN / LIF"
            slots_method = f"dsn, live; N = {slots} in DSN, 1 in LIF"
            yield Claim(name, case, ratio, of_dsn, "x", slots_method, why=COSTS_MORE)


def energy(dataset: str, neuron: str, slots: int = 1) -> float:
    """Return the energy [uJ] at the rates of Table B.13 times the slots of a spike."""
    ledger, _ = dsn.facts(neuron, int(dataset.removeprefix("S-CIFAR")))
    rates = (slots * rate for rate in dsn.rates()[dataset, neuron])
    return conventions.estimate("dsn", with_rates(ledger, rates, dsn.T)).total / 1e6
