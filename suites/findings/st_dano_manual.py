"""ST-DANO: is a searched string better than all that were placed by hand?"""

from __future__ import annotations

from suites.claims.claim import Table
from suites.findings.finding import Facts, Finding

BY_HAND = ("10000000", "01000000", "00110000", "00001100", "00000011")  # LLIF-1 to LLIF-5
COLUMN = "configuration(0=LIF,1=LLIF,2=SLIF, input to output)"
FINDING = Finding(
    paper="st_dano",
    place="section 4.2, Table 1 against Table 3",
    statement="The strings that the search finds for VGG-11 differ from those placed by hand",
    figure="found strings of VGG-11 that were placed by hand too",
    unit="strings",
    accept=(0.0, 0.0),
    models=(),
    exact=True,
    scale="LLIF-4 of the ablation, 00001100, is the string of Table 3 for DVS-CIFAR-10 at T = 10.",
)


def measure(seed: int) -> Facts:
    rows = Table("stdano_table3_8.csv").rows
    found = [row[COLUMN] for row in rows if row["architecture"] == "VGG-11"]
    return Facts(float(sum(string in BY_HAND for string in found)), {"found": len(found)})
