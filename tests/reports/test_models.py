"""The page of a model says what its file says, without importing it."""

from __future__ import annotations

from dataclasses import replace
from inspect import Parameter
from pathlib import Path

import pytest

import neurons
from reports import models, source
from reports.criteria import criteria
from reports.view import View
from tests.reports.test_records import finding

OF_THE_LAYER = {"surrogate", "reset"}


@pytest.mark.parametrize("model", neurons.names())
def test_options_and_ways_are_those_of_the_neuron(model: str) -> None:
    read, neuron = source.read(model), neurons.get(model)
    assert read is not None
    shown = {field.name: field.default for field in source.options(read)}
    assert set(shown) == set(neuron.options) | OF_THE_LAYER
    for name, default in neuron.options.items():
        if default is Parameter.empty:
            assert shown[name] == "from the input"
        else:
            assert eval(shown[name]) == default
    assert (eval(shown["surrogate"]), eval(shown["reset"])) == (neuron.surrogate, neuron.reset)
    assert {field.name for field in source.learned(read)} == set(neuron.learnable)
    ways = {"online": neuron.step, "parallel": neuron.sequence}
    assert source.runs(read) == [way for way, function in ways.items() if function]


@pytest.mark.parametrize("model", neurons.names())
def test_the_example_runs(model: str) -> None:
    read = source.read(model)
    assert read is not None
    code = models.example(model, source.options(read))
    assert len([line for line in code.splitlines() if line]) == 5
    names: dict[str, object] = {}
    exec(code, names)
    assert names["x"].grad.shape == names["spikes"].shape == (64, 8, 32)  # type: ignore[attr-defined]


def test_a_model_without_a_file_has_a_page(view: View) -> None:
    frame = view.frame.replace({"model": {"lif": "elsewhere"}})
    shown = models.context(replace(view, frame=frame), "elsewhere", criteria(view))
    assert shown["source"] is None and shown["described"] == {}
    assert len(shown["values"].rows) > 100


@pytest.mark.parametrize("content", [b"def (", b"\xff\xfe"])
def test_a_file_that_is_no_python_is_like_none(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "NEURONS", tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "half.py").write_bytes(content)
    assert source.read("half") is None


def test_statements_about_the_model_have_their_verdict(view: View) -> None:
    found = replace(view, records=(finding("does not hold", "a" * 40, models=["lif"]),))
    (statement,) = models.context(found, "lif", [])["findings"]
    assert (statement["kind"], statement["paper"]) == ("fails", "CLIF")
    assert models.context(found, "dsn", [])["findings"] == []


def test_a_text_names_the_longest_model() -> None:
    names = ["psn", "sliding_psn", "lif", "clif"]
    assert models.named("S-CIFAR10 Sliding PSN: energy", names) == {"sliding_psn"}
    assert models.named("CLIF over LIF, STC-LIF", names) == {"clif", "lif"}


def test_every_value_is_listed_with_its_case(view: View) -> None:
    table = models.context(view, "dsn", [])["values"]
    rows = [[cell.text for cell in row] for row in table.rows]
    assert any(row[:3] == ["speed", "training", "compile, T=16384 N=1 C=8"] for row in rows)
    assert any("condition matched, convention default" in row[2] for row in rows)
