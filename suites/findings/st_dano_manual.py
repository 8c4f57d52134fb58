"""ST-DANO: does the search find strings that were placed by hand before?"""

from __future__ import annotations

from suites.claims.claim import Table
from suites.findings.finding import Facts, Finding

LLIF = ("10000000", "01000000", "00110000", "00001100", "00000011")  # LLIF-1 to LLIF-5
BY_HAND = {*LLIF, *(string.replace("1", "2") for string in LLIF)}  # and SLIF-1 to SLIF-5
COLUMN = "configuration(0=LIF,1=LLIF,2=SLIF, input to output)"
FINDING = Finding(
    paper="st_dano",
    place="section 4.2, Table 1 against Table 3",
    statement="Manual placement is unlikely to yield optimal results, which takes a search",
    figure="strings found for VGG-11 that had been placed by hand",
    unit="share",
    accept=(0.0, 0.5),
    models=(),
    exact=True,
    scale="Unlikely is read as less than half. LLIF-4 of the ablation, 00001100, is the string of "
    "Table 3 for DVS-CIFAR-10 at T = 10.",
)


def measure(seed: int) -> Facts:
    rows = Table("stdano_table3_8.csv").rows
    found = [row[COLUMN] for row in rows if row["architecture"] == "VGG-11"]
    known = sum(string in BY_HAND for string in found)
    return Facts(known / len(found), {"found": len(found), "of these placed by hand": known})
