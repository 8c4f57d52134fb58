"""The tables of `python -m suites.energy`: they fit 100 columns and are in nJ."""

import pytest
import torch
from torch import nn

import neurons
from suites.energy import __main__ as command
from suites.energy import conventions, text
from suites.energy.collect import collect
from suites.energy.crosscheck import Check
from suites.energy.summary import Summary


def test_a_table_wraps_what_is_long():
    note, name = "word " * 50, "layer." * 20
    rows = [
        {"layer": name, "pJ": 1.5, "note": note} | {f"column {i}": "text" for i in range(12)},
        {"layer": "b", "pJ": "n/a", "note": ""} | {f"column {i}": "text" for i in range(12)},
    ]
    lines = text.table(rows).splitlines()
    assert max(map(len, lines)) <= 100
    assert " ".join(line.strip() for line in lines).count("word") == 50
    joined = "".join(line.split()[0] for line in lines if line.startswith("layer."))
    assert joined.startswith(name)
    assert next(line.split()[:2] for line in lines if line.startswith("b ")) == ["b", "n/a"]
    assert all(f"column {i}" in "\n".join(lines) for i in range(12))


def test_energies_are_shown_in_nanojoules():
    """Conventions count pJ: side by side they are nJ, of which one is 1000 pJ."""
    net = nn.Sequential(nn.Linear(3, 8), neurons.Layer("lif"), nn.Linear(8, 2))
    facts = collect(net, torch.randn(2, 3).expand(5, 2, 3))
    estimates = {name: conventions.estimate(name, facts) for name in conventions.names()}
    checks = [Check("SpikingJelly SynOps", 2500.0, "a note"), Check("simple", None, "n/a: no")]
    shown = Summary("net", facts, estimates, checks)
    first = estimates["default"]
    row = next(row for row in shown.energies() if row["convention"] == "default")
    assert row["nJ/sample"] == pytest.approx(first.total / 1000)
    assert row["nJ/sample"] > 0.5, "24 MACs in 5 steps are 0.552 nJ"
    rows = {row["other reading or source"]: row["nJ/sample"] for row in shown.comparisons()}
    once = first.readings["repeated layers once"] / 1000
    assert rows["default: repeated layers once"] == pytest.approx(once)
    assert (rows["SpikingJelly SynOps"], rows["simple"]) == (2.5, "n/a")
    (compared,) = command.comparison([shown])
    assert compared["default"] == pytest.approx(first.total / 1000)
    assert compared["rate convention"] == pytest.approx(estimates["rate"].total / 1000)
    assert (compared["model"], compared["rate"]) == ("net", facts.rate)
