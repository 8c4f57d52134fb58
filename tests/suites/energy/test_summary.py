"""What the summary of a network has of each layer and convention."""

from dataclasses import replace

import pytest
import torch
from torch import nn

import neurons
from suites.energy import conventions
from suites.energy.counts import Counts, Sizes
from suites.energy.crosscheck import Check
from suites.energy.ledger import Entry, Ledger
from suites.energy.summary import Summary, summarize
from suites.energy.target import Target
from suites.energy.technology import LOIHI

SPIKING = Entry(
    name="2",
    kind="conv",
    operation="Conv1d",
    reads="integer",
    steps=5,
    repeated=False,
    rate=0.5,
    per_sample=Counts(
        inputs=40,
        outputs=20,
        input_bytes=15,
        output_bytes=10,
        spikes=20,
        macs=120,
        acs=50,
        events=30,
        biased=20,
        operations={"add": 12.0, "mul": 0.0, "compare": 12345.6},
    ),
    sizes=Sizes(24, 6, (3,), (2,), 1.5, 96),
    unknown=("erf",),
)


def summary_of(*entries: Entry) -> Summary:
    ledger = Ledger(5, 2, entries)
    names = conventions.names()
    estimates = {name: conventions.estimate(name, ledger, LOIHI) for name in names}
    return Summary("net", ledger, estimates, [Check("simple", 2500.0, "a note")])


def test_the_data_of_a_layer_are_of_a_step_or_a_sample():
    """Elements and MACs of one step, as in a layer's description; the rest of a sample."""
    (data,) = summary_of(SPIKING).data()["layers"]
    assert data == {
        "name": "2",
        "kind": "conv",
        "model": "Conv1d",
        "reads": "integer",
        "steps": 5,
        "repeated": False,
        "rate": 0.5,
        "inputs": 8,
        "outputs": 4,
        "macs": 24,
        "weights": 24,
        "biased": 4,
        "fan": 6,
        "kernel": (3,),
        "stride": (2,),
        "states": 1.5,
        "acs": 50,
        "events": 30,
        "operations": {"add": 12.0, "mul": 0.0, "compare": 12345.6},
        "unknown": ("erf",),
        "bytes": {"inputs": 3, "outputs": 2, "parameters": 96, "state": 4 * 1.5 * 4},
    }


def test_a_row_of_the_ledger_has_acs_or_macs():
    analog = replace(SPIKING, name="0", reads="analog", rate=0.0)
    neuron = replace(SPIKING, name="1", kind="neuron", operation="lif")
    plain = replace(SPIKING, name="3", per_sample=Counts(macs=5))
    spiking, dense, fire, none = summary_of(SPIKING, analog, neuron, plain).layers()
    assert spiking == {
        "layer": "2",
        "kind": "conv",
        "reads": "integer",
        "steps": 5,
        "rate": 0.5,
        "MACs": 0,
        "ACs": 50,
        "operations": "12 add, 1.235e+04 compare",
        "B inputs": 3,
        "B outputs": 2,
        "B parameters": 96,
        "B state": 24,
    }
    assert (dense["MACs"], dense["ACs"]) == (120, 0)
    assert fire["kind"] == "lif"
    assert none["operations"] == "-"


def test_the_data_have_every_convention_and_source():
    summary = summary_of(SPIKING)
    data = summary.data()
    assert set(data) == {"model", "T", "batch", "rate", "layers", "conventions", "beside"}
    assert (data["model"], data["T"], data["batch"], data["rate"]) == ("net", 5, 2, 0.0)
    assert data["beside"] == [{"name": "simple", "energy": 2500.0, "note": "a note"}]
    estimate = summary.estimates["default"]
    assert data["conventions"]["default"] == {
        "energy": estimate.total,
        "layers": {"2": 27.1 * 50},
        "parts": {"synapses, AC": 27.1 * 50, "other layers": 0.0},
        "other readings": dict(estimate.readings),
        "assumptions": estimate.assumptions,
        "unsupported": ["2 (erf)", "add", "compare", "mul"],
    }


def test_rows_of_energies_and_sources():
    summary = summary_of(SPIKING)
    rows = {row["convention"]: row for row in summary.energies()}
    assert list(rows) == conventions.names()
    assert "unsupported" not in rows["rate"] and rows["rate"]["T [steps]"] == 5
    assert summary.comparisons()[-1] == {
        "other reading or source": "simple",
        "nJ/sample": 2.5,
        "note": "a note",
    }
    assert {row["note"] for row in summary.comparisons()[:-1]} == {""}
    assert summary.unsupported()["default"] == ["2 (erf)", "add", "compare", "mul"]
    clean = replace(SPIKING, unknown=())
    assert "rate" not in summary_of(clean).unsupported()


def test_an_input_that_does_not_fit_is_one_line_with_its_shapes():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 8), neurons.Layer("lif"))
    target = Target("net", net, (torch.ones(2, 4),), None)
    with pytest.raises(ValueError) as error:
        summarize(target, LOIHI)
    assert str(error.value).startswith("net does not take an input of shape (2, 4): ")
    assert str(error.value).endswith("; give another --input (batch first) or --T")
