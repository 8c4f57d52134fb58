"""The benchmarks of the energy suite."""

import math

import pytest

from suites import axes, records
from suites.energy import conventions, suite


def test_the_suite_tracks_plain_finite_numbers(monkeypatch, tmp_path):
    monkeypatch.setattr(records, "STORE", tmp_path / "store.sqlite")
    monkeypatch.setattr(axes, "models", lambda: ["lif", "lost"])
    monkeypatch.setattr(suite, "EPOCHS", 1)
    ledgers = suite.setup_cache()
    assert suite.Energy.params[2] == conventions.names()
    assert conventions.names() == ["clif", "clif_memory", "default", "ds_atgo", "dsn", "rate"]
    (kept,) = records.read(records.STORE, "energy")
    assert (kept.name, kept.content["model"]) == ("lif-matched", "lif")
    energy, facts = suite.Energy(), suite.EnergyFacts()
    for convention in conventions.names():
        energy.setup(ledgers, "lif", "matched", convention)
        value = energy.track_energy(ledgers, "lif", "matched", convention)
        assert type(value) is float and math.isfinite(value)
        by_part = kept.content["nJ/sample"][convention]
        assert sum(by_part.values()) == pytest.approx(value, rel=1e-5)
        low = 37 if convention == "clif" else 301  # a step of 8192 MACs is 37.7 nJ, 8 are 301.5
        assert low < value < 10 * low or convention == "clif_memory"
    facts.setup(ledgers, "lif", "matched")
    assert facts.track_mac(ledgers, "lif", "matched") == 8 * 64 * 128
    rate = facts.track_rate(ledgers, "lif", "matched")
    assert 0 < rate < 1
    assert facts.track_ac(ledgers, "lif", "matched") == pytest.approx(rate * 8 * 128 * 10)
    with pytest.raises(NotImplementedError, match="no neuron 'lost'"):
        energy.setup(ledgers, "lost", "matched", "rate")
