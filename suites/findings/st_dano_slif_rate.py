"""ST-DANO Fig. 10: does SLIF fire less than a LIF with its reset?"""

from __future__ import annotations

from suites import pictures
from suites.findings import _strings
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="st_dano",
    place="appendix I, Fig. 10",
    statement="A network of SLIF fires less than one of LIF with soft reset",
    figure="rate of soft LIF less that of SLIF",
    unit="spikes/neuron/step",
    accept=(0.0, 1.0),
    models=("lif", "slif"),
    scale=_strings.SCALE + " Against LIF with the paper's hard reset SLIF fires more.",
)


def measure(seed: int) -> Facts:
    rates = {
        "LIF": _strings.train("0000", seed).score.rate,
        "LIF-soft": _strings.train_soft(seed).score.rate,
        "SLIF": _strings.train("2222", seed).score.rate,
    }
    picture = pictures.bars("Spikes per neuron and step", rates)
    return Facts(rates["LIF-soft"] - rates["SLIF"], rates, (picture,))
