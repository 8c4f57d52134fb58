"""DS-ATGO: Table 2, ResNet-19 on CIFAR-10 in two steps."""

from __future__ import annotations

from collections.abc import Iterator

from suites.claims.claim import Claim, Printed, Table, counted
from suites.energy.technology import FP32
from suites.networks.sew_resnet import resnet19

T = 2
NAME = "DS-ATGO Table 2"
BLOCKS = (
    "the count is 0.001 % above the printed one; Table 4 prints 3 blocks of 512, "
    "which would give 2587 M"
)
MISPRINT = "the text gives the energy of f_c = 1.0 for 1.2; its Table 2 has 0.48"


def claims() -> Iterator[Claim]:
    table = Table("ds_atgo_table2.csv")
    ledger, _ = counted(resnet19("lif", backend="eager"), 1, 1, 3, 32, 32)
    weighted = [e.macs / 1e6 for e in ledger.entries if e.macs]
    for row in table.rows:
        ann = row["method"] == "ANN"
        macs = sum(weighted) if ann else T * (weighted[0] + weighted[-1])
        how = "all layers once" if ann else "rate: first and last layer in both steps"
        figure = table.printed(row, "MAC_M")
        why = BLOCKS if ann else ""
        yield Claim(NAME, f"{row['method']}: MACs", figure, macs, "M", how, why=why)
        spent = (FP32.mac * macs + FP32.ac * float(row["AC_M"])) / 1e3
        figure = table.printed(row, "energy_mJ_printed")
        how = "rate: ACs measured"
        yield Claim(NAME, f"{row['method']}: energy", figure, spent, "mJ", how)
        if row["method"] == "DS-ATGO fc=1.2":
            said = Printed(0.65, 0.01)
            yield Claim("DS-ATGO text", "fc=1.2: energy", said, spent, "mJ", how, why=MISPRINT)
