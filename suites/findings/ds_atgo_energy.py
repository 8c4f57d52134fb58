"""DS-ATGO's text: 16 times less energy than the ANN at f_c = 1.2."""

from __future__ import annotations

from suites import pictures
from suites.claims.claim import Table
from suites.claims.ds_atgo import at_rate
from suites.energy.conventions import ds_atgo
from suites.energy.technology import FP32
from suites.findings.finding import Facts, Finding

ANN, BEST = "ANN", "DS-ATGO fc=1.2"
FINDING = Finding(
    paper="ds_atgo",
    place="appendix C, text on Table 2 and Fig. 12",
    statement="With f_c = 1.2 the network needs 16 times less energy than the ANN",
    figure="energy of the ANN over that of f_c = 1.2",
    unit="x",
    accept=(15.5, 16.5),
    models=("lif",),
    exact=True,
    scale="It needs 22 times less by the paper's own Table 2; 16 is the ratio of f_c = 1.0.",
)


def measure(seed: int) -> Facts:
    rows = {row["method"]: float(row["AC_M"]) * 1e6 for row in Table("ds_atgo_table2.csv").rows}
    ledgers = {method: at_rate(method, acs) for method, acs in rows.items()}
    energies = {m: ds_atgo.estimate(ledger, FP32).total / 1e9 for m, ledger in ledgers.items()}
    numbers = {f"{m}: energy [mJ]": energy for m, energy in energies.items()}
    numbers |= {
        f"{m}: rate weighed by operations": ds_atgo.mean_rate(ledgers[m], acs)
        for m, acs in rows.items()
        if m != ANN
    }
    picture = pictures.bars("Energy of ResNet-19 on CIFAR-10, T = 2", energies, unit="mJ")
    return Facts(energies[ANN] / energies[BEST], numbers, (picture,))
