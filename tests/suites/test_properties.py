"""The measured properties are those of the DSN paper, except where the difference is explained."""

import pytest
import torch

import neurons
from suites import properties
from suites.properties import conditions, functions, probe
from suites.properties.suite import Models, Variants
from tests.neurons.samples import MODELS, assert_one_line

IN_PAPER = [name for name in [*MODELS, *properties.VARIANTS] if properties.paper_answers(name)]


def row(name: str) -> properties.Row:
    return properties.table([name])[0]


@pytest.mark.parametrize("name", IN_PAPER)
def test_properties_are_the_papers_unless_explained(name):
    explained = {key for key in properties.EXPLAINED if key[0] == name}
    assert properties.differences(row(name)) == explained


def test_every_explanation_is_about_a_neuron_of_ours():
    assert {name for name, _ in properties.EXPLAINED} <= {*IN_PAPER}
    assert {*properties.TABLE_1} <= {*MODELS}


@pytest.mark.parametrize("model", [name for name in MODELS if name not in IN_PAPER])
def test_the_other_models_have_an_answer_to_every_property(model):
    """A neuron with steps is causal and can be run in chunks; one without cannot."""
    measured = row(model).measured
    assert set(measured) == set(properties.PROPERTIES)
    assert measured["online"] == (neurons.get(model).step is not None)
    assert measured["causality"] or not measured["online"]
    assert neurons.get(model).sequence or not measured["parallel"]


def test_the_suite_measures_every_property_and_variant():
    assert Models.params == (MODELS, list(properties.PROPERTIES))
    variants, names = Variants.params
    assert set(variants) == set(properties.VARIANTS) == set(properties.PROPOSITIONS)
    assert set(names) <= set(properties.PROPERTIES)
    assert Models().track_holds("psn", "causality") == 0.0
    assert Variants().track_holds("lif, hard reset", "long_control") == 1.0
    with pytest.raises(NotImplementedError):
        Models().setup("unknown", "causality")


def test_unknown_names_say_what_is_known():
    with pytest.raises(ValueError, match="did you mean 'lif'") as error:
        properties.holds("lfi", "online")
    assert_one_line(error, "no model or variant")
    with pytest.raises(ValueError) as error:
        properties.holds("lif", "onlin")
    assert_one_line(error, "no property 'onlin'", "online")


def test_without_reset_the_leaky_neuron_is_linear_and_never_forgets():
    """DSN Eq. 4, and the two remarks in section 3.1 on a neuron without reset."""
    leaky, perfect = (properties.builder(name, reset="none") for name in ("lif", "iaf"))
    assert not functions.nonlinearity(leaky)
    assert not functions.short_control(leaky) and functions.long_control(leaky)
    assert not functions.short_control(perfect) and not functions.long_control(perfect)


def test_soft_reset_spreads_a_pulse_over_four_steps():
    """DSN section 3.1: IF with V_th = 1 and X_1 = 4 fires once under hard reset, 4 times under
    soft."""
    x = torch.tensor([4.0] + [0.0] * 7, dtype=torch.float64)[:, None, None]
    for mode, spikes in (("hard", 1), ("soft", 4)):
        run = probe.observe(properties.builder("iaf", reset=mode)(8), x)
        assert run.fires.sum() == spikes
        assert torch.equal(run.fires[0], run.s > 0)


@pytest.mark.parametrize(("model", "v_th"), [("lif", 1.0), ("dsn", 0.5), ("psn", 1.0)])
def test_the_unit_of_the_inputs_is_the_threshold(model, v_th):
    assert probe.threshold(properties.builder(model)(16), 16) == pytest.approx(v_th)


def test_a_loop_is_no_parallel_form():
    """The super neuron's `sequence` is a loop over time."""
    assert neurons.get("super").sequence and not properties.holds("super", "parallel")


@pytest.mark.parametrize("k", [4, 16, 64])
def test_a_sliding_window_forgets_a_spike_after_its_length(k):
    """Also at the paper's k = 64 (appendix B.1): the windows tried are long enough."""
    assert functions.short_control(properties.builder("sliding_psn", k=k))


def test_silence_that_is_no_state_of_rest_does_not_make_a_neuron_depend_on_time():
    """At zero input psu's reset is sigmoid(0) = 1/2; its weights depend on the delay alone."""
    assert conditions.shift_invariance(properties.builder("psu"))
    for per_step in ("ipsu", "psn", "masked_psn"):
        assert not conditions.shift_invariance(properties.builder(per_step))
