"""The rule that a model computes on the head what it computes on the base."""

import math
from typing import Any

import pytest
import torch

import neurons
from ci.gate.rules.fingerprint import Change, change_of
from suites import cases, fingerprint

WEIGHTS = {"d/dw": [1.0, -2.0]}


@pytest.mark.parametrize(
    ("name", "base", "head", "reason"),
    [
        ("d/dw", WEIGHTS, WEIGHTS, ""),
        ("d/dw", WEIGHTS, {"d/dw": [1.0 + 1e-12, -2.0]}, ""),
        ("d/dw", WEIGHTS, {"d/dw": [1.1, -2.0]}, "d/dw differs by 5.0% of its largest value"),
        ("d/dw", WEIGHTS, {"d/dw": [1.0, math.nan]}, "d/dw is not finite"),
        ("d/dw", WEIGHTS, {}, "d/dw is missing on head"),
        ("d/dw", WEIGHTS, {"d/dw": [1.0]}, "d/dw has shape (1,), on base (2,)"),
        ("d/dw", {"d/dw": [0.0]}, {"d/dw": [0.1]}, "d/dw differs by 100.0% of its largest value"),
        ("d/dw", {"d/dw": 0.0}, {"d/dw": 0.0}, ""),
        (
            "spikes",
            {"spikes": [[0.0, 1.0], [1.0, 0.0]]},
            {"spikes": [[0.0, 1.0], [1.0, 1.0]]},
            "25.0% of the spikes differ, from step 1 on",
        ),
    ],
)
def test_a_difference_is_described(
    name: str, base: dict[str, Any], head: dict[str, Any], reason: str
) -> None:
    change = change_of(name, base, head)
    assert (change.text if change else "") == reason


def traced(model: str) -> dict[str, list]:
    return {name: value.tolist() for name, value in fingerprint.trace(model).items()}


def moved(model: str, monkeypatch: pytest.MonkeyPatch, **options: Any) -> dict[str, Change]:
    """Return what differs of a model if its options do, by the name of the traced tensor."""
    base = traced(model)
    monkeypatch.setitem(cases.OPTIONS, model, cases.OPTIONS.get(model, {}) | options)
    head = traced(model)
    return {name: change for name in base if (change := change_of(name, base, head))}


@pytest.mark.parametrize("model", cases.models())
def test_the_same_code_computes_the_same(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert moved(model, monkeypatch) == {}


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("clif", {"tau": 1.1}),
        ("lif", {"v_reset": 0.01}),
        ("lif", {"reset": "none"}),
        ("plif", {"tau": 2.01}),
    ],
)
def test_a_changed_default_moves_spikes_and_gradient(
    model: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {"spikes", "d/dx"} <= moved(model, monkeypatch, **options).keys()


def test_a_surrogate_of_zero_moves_the_gradient_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = neurons.surrogate("rect", width=1e-12)
    assert moved("lif", monkeypatch, surrogate=silent).keys() == {"d/dx"}


def test_other_initial_parameters_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    build = neurons.Layer

    def scaled(*arguments: Any, **options: Any) -> neurons.Layer:
        layer = build(*arguments, **options)
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter.mul_(10)
        return layer

    base = traced("psn")
    monkeypatch.setattr(neurons, "Layer", scaled)
    assert change_of("d/dx", base, traced("psn"))


def test_bits_differ_where_any_value_does(monkeypatch: pytest.MonkeyPatch) -> None:
    base = fingerprint.bits("lif")
    assert base == fingerprint.bits("lif")
    assert {"eager float32", "eager float64"} <= base.keys() and len(set(base.values())) > 1
    monkeypatch.setitem(cases.OPTIONS, "lif", {"tau": 2.0 + 1e-6})
    assert all(base[name] != value for name, value in fingerprint.bits("lif").items())
