"""DS-ATGO Fig. 12: the firing control factor trades rate for accuracy."""

from __future__ import annotations

from itertools import pairwise

from suites import pictures
from suites.findings import _ds_atgo
from suites.findings.finding import Facts, Finding

EPOCHS = 4
FACTORS = (0.8, 1.0, 1.2, 1.4)
FINDING = Finding(
    paper="ds_atgo",
    place="appendix C, Fig. 12",
    statement="A larger firing control factor f_c means fewer spikes",
    figure="smallest fall of the rate from one f_c of .8, 1, 1.2, 1.4 to the next",
    unit="spikes/neuron/step",
    accept=(0.0, 1.0),
    models=("atlif",),
    scale="Two hidden layers with normalisation on 8 x 8 digits, T = 4, 4 epochs.",
)


def measure(seed: int) -> Facts:
    rates, accuracy = [], []
    for factor in FACTORS:
        trained = _ds_atgo.train("AT + TGO", "mlp_norm", EPOCHS, seed, f_c=factor)
        rates.append(trained.score.rate)
        accuracy.append(1 - trained.score.error)
    lines = {"spikes/neuron/step": rates, "accuracy": accuracy}
    picture = pictures.lines("Rate and accuracy over f_c", FACTORS, lines, x_label="f_c")
    numbers = {f"rate at f_c = {f}": rate for f, rate in zip(FACTORS, rates, strict=True)}
    return Facts(min(a - b for a, b in pairwise(rates)), numbers, (picture,))
