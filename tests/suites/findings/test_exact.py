"""The exact findings: their verdicts, known figures to their digits, planted faults."""

import pytest

from neurons import registry
from neurons.models import atlif
from suites.claims.__main__ import papers
from suites.findings import run
from suites.findings.finding import FAILS, HOLDS, judge

EXACT = [name for name in run.names() if run.get(name).exact]
WRONG = {  # what papers state and what does not hold
    "clif_part_two",
    "clif_recursion_printed",
    "clif_truncation",
    "ds_atgo_energy",
    "dsn_energy",
    "st_dano_share",
    "st_dano_slif",
}


@pytest.mark.parametrize("name", run.names())
def test_every_finding_says_where_what_and_how(name):
    finding = run.get(name)
    assert finding.paper in papers() and name.startswith(finding.paper)
    assert finding.place and finding.statement and finding.figure
    assert finding.accept[0] <= finding.accept[1]
    assert set(finding.models) <= set(registry.names())
    assert finding.exact or finding.seeds >= 3


@pytest.mark.parametrize("name", EXACT)
def test_verdicts(name):
    facts = run.measure(name)
    assert facts.figure == run.measure(name).figure, "chance decides"
    verdict = judge(run.get(name), [facts.figure]).verdict
    assert verdict == (FAILS if name in WRONG else HOLDS)


@pytest.mark.parametrize(
    ("name", "number", "digits"),
    [
        ("ds_atgo_availability", "fixed, sigma = 0.25", 0.0228),
        ("ds_atgo_availability", "fixed, sigma = 1", 0.2417),
        ("ds_atgo_availability", "fixed, sigma = 4", 0.0964),
        ("ds_atgo_availability", "AT, sigma = 0.25", 0.8400),
        ("ds_atgo_availability", "AT, sigma = 0.5", 0.4772),
        ("ds_atgo_availability", "AT, sigma = 4", 0.0605),
        ("ds_atgo_availability", "AT + TGO, sigma = 0.25", 0.3516),
        ("ds_atgo_availability", "AT + TGO, sigma = 2", 0.2130),
        ("ds_atgo_theorem", "threshold 1, sigma = 0.5", 0.0228),
        ("ds_atgo_theorem", "threshold 1, sigma = 4", 0.4013),
        ("ds_atgo_energy", "Vanilla-SNN: rate weighed by operations", 0.0971),
        ("ds_atgo_energy", "DIET-SNN: rate weighed by operations", 0.2375),
        ("ds_atgo_energy", "DS-ATGO fc=1.2: rate weighed by operations", 0.1081),
    ],
)
def test_numbers_of_ds_atgo(name, number, digits):
    assert run.measure(name).numbers[number] == pytest.approx(digits, abs=0.6e-4)


def test_centres_of_st_dano():
    found = run.measure("st_dano_slif").numbers
    digits = {"SLIF": 7.124, "LIF": 7.406, "LIF-soft": 7.109}
    assert {name: round(found[name], 3) for name in digits} == digits


def test_energies_of_dsn():
    assert min(run.measure("dsn_energy").numbers.values()) > 1


FAULTS = {  # a finding, and the model and the change of its step that it must notice
    "clif_recursion": ("clif", lambda s, v: (s, v._replace(m=v.m * 0.9))),
    "stc_unrolled": ("stclif", lambda s, v: (s, v._replace(v=v.v * 0.99))),
    "dsn_matrix": ("dsn", lambda s, v: (s, v._replace(h=v.h * 0.99))),
    "st_dano_gradient": ("lif", lambda s, v: (s, v._replace(v=v.v * 0.99))),
    "clif_one_step": ("clif", lambda s, v: (1 - s, v)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_model_is_named(name):
    model, change = FAULTS[name]
    assert model in run.get(name).models
    neuron = registry.get(model)
    step = neuron.step

    def wrong(x, state, p, fire):
        return change(*step(x, state, p, fire))

    object.__setattr__(neuron, "step", wrong)  # the record is frozen
    try:
        assert judge(run.get(name), [run.measure(name).figure]).verdict == FAILS
    finally:
        object.__setattr__(neuron, "step", step)


def test_another_threshold_breaks_theorem_1(monkeypatch):
    adapt = atlif.adapt
    monkeypatch.setattr(atlif, "adapt", lambda h, tau, p: tuple(v * 1.01 for v in adapt(h, tau, p)))
    facts = run.measure("ds_atgo_theorem")
    assert judge(run.get("ds_atgo_theorem"), [facts.figure]).verdict == FAILS
