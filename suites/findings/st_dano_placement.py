"""ST-DANO Table 1: LLIF helps most in deep layers, SLIF in shallow ones."""

from __future__ import annotations

from suites import pictures
from suites.findings import _strings
from suites.findings.finding import Facts, Finding

STRINGS = ("0000", "1000", "0100", "0010", "0001", "1111", "2000", "0200", "0020", "0002", "2222")
FINDING = Finding(
    paper="st_dano",
    place="section 4.2, Table 1",
    statement="LLIF in a deep layer is more accurate than in the first one",
    figure="accuracy of 0001 less that of 1000",
    unit="share of test samples",
    accept=(0.0, 1.0),
    models=("lif", "llif", "slif"),
    scale=_strings.SCALE + " The strings are one layer's, not those of the paper's 8 layers.",
)


def measure(seed: int) -> Facts:
    accuracy = {string: 1 - _strings.train(string, seed).score.error for string in STRINGS}
    accuracy["LIF-soft"] = 1 - _strings.train_soft(seed).score.error
    picture = pictures.bars("Accuracy", accuracy, unit="share of test samples")
    return Facts(accuracy["0001"] - accuracy["1000"], accuracy, (picture,))
