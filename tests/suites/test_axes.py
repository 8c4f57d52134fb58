"""What the axes read from the files is what `neurons` and the adapters have when imported."""

import importlib

import pytest

import neurons
from suites import axes, cases
from suites.profiles import ALL_SURROGATES, PROFILES

BACKENDS = {backend.name: backend for backend in axes.backends()}


def test_models_are_those_of_neurons():
    assert axes.models() == cases.models() == neurons.names()


@pytest.mark.parametrize("model", neurons.names())
def test_forms_are_those_of_the_model(model):
    neuron = neurons.get(model)
    forms = {"step": neuron.step, "sequence": neuron.sequence}
    assert axes.forms(model) == {name for name, function in forms.items() if function}


def test_backends_are_those_of_neurons():
    assert list(BACKENDS) == neurons.backends.names()


@pytest.mark.parametrize("name", neurons.backends.names())
def test_a_backend_is_read_as_its_record(name):
    record = importlib.import_module(f"neurons.backends.{name}").BACKEND
    fields = ("devices", "serial", "compiled", "starts_fast")
    assert [getattr(BACKENDS[name], f) for f in fields] == [getattr(record, f) for f in fields]


def test_surrogates_are_those_of_neurons():
    assert axes.surrogates() == sorted(neurons.SURROGATES)
    assert ("default", *axes.surrogates()) == ALL_SURROGATES


@pytest.mark.parametrize("name", axes.peers())
def test_a_peer_is_read_as_its_adapter(name):
    adapter = importlib.import_module(f"suites.peers.{name}")
    assert axes.peers()[name] == getattr(adapter, "DEVICES", ("cpu", "cuda"))
    assert {"PACKAGE", "NOTE", "LONGEST", "build"} <= vars(adapter).keys()


def test_serial_runners():
    """Where a model has both forms, only backends of its steps are serial."""
    by_steps = sorted(name for name, backend in BACKENDS.items() if backend.serial)
    assert {"serial", "cpu"} <= {*by_steps} and "eager" not in by_steps
    assert axes.forms("dsn") == {"step", "sequence"}
    assert sorted(axes.serial_runners("dsn")) == by_steps
    assert axes.serial_runners("psn") == []
    everything = {*BACKENDS, *axes.peers()} - {"serial"}  # which runs only models with both forms
    assert set(axes.serial_runners("lif")) == everything


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_profile_names_what_there_is(profile):
    assert profile.backends and {*profile.backends} <= {*BACKENDS}
    assert {*profile.peers} <= axes.peers().keys()
    assert {*profile.surrogates} <= {*ALL_SURROGATES}
    assert profile.shapes_of("dsn", "eager") == profile.shapes
    longest = profile.loop_steps or profile.shapes[-1].T
    assert profile.shapes_of("lif", "eager") == [s for s in profile.shapes if longest >= s.T]
    assert profile.shapes_of("dsn", "serial") == profile.shapes_of("lif", "eager")
    assert profile.shapes_of("lif", "cpu") == [*profile.shapes, *profile.kernel]
    assert profile.shapes_of("clif", "eager") == (profile.brief or profile.shapes)
    assert profile.shapes_of("lif", "norse") == (profile.brief or profile.shapes)
