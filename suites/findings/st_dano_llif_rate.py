"""ST-DANO Fig. 10: networks with LLIF fire less."""

from __future__ import annotations

from suites import pictures
from suites.findings import _strings
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="st_dano",
    place="appendix I, Fig. 10",
    statement="A network of LLIF fires less than one of LIF",
    figure="rate of LIF less that of LLIF",
    unit="spikes/neuron/step",
    accept=(0.0, 1.0),
    models=("lif", "llif"),
    scale=_strings.SCALE,
)


def measure(seed: int) -> Facts:
    rates = {
        name: _strings.train(s, seed).score.rate for name, s in (("LIF", "0000"), ("LLIF", "1111"))
    }
    picture = pictures.bars("Spikes per neuron and step", rates)
    return Facts(rates["LIF"] - rates["LLIF"], rates, (picture,))
