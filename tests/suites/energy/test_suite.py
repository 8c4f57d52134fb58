"""The benchmarks of the energy suite."""

import math

import pytest

from suites import axes
from suites.energy import conventions, suite


def test_the_suite_tracks_plain_finite_numbers(monkeypatch):
    monkeypatch.setattr(axes, "models", lambda: ["lif", "lost"])
    monkeypatch.setattr(suite, "EPOCHS", 1)
    ledgers = suite.setup_cache()
    assert suite.Energy.params[1] == conventions.names()
    assert conventions.names() == ["clif", "clif_memory", "default", "dsn", "rate"]
    energy, facts = suite.Energy(), suite.EnergyFacts()
    for convention in conventions.names():
        energy.setup(ledgers, "lif", convention)
        value = energy.track_energy(ledgers, "lif", convention)
        assert type(value) is float and math.isfinite(value)
        low = 37 if convention == "clif" else 301  # a step of 8192 MACs is 37.7 nJ, 8 are 301.5
        assert low < value < 10 * low or convention == "clif_memory"
    facts.setup(ledgers, "lif")
    assert facts.track_mac(ledgers, "lif") == 8 * 64 * 128
    rate = facts.track_rate(ledgers, "lif")
    assert 0 < rate < 1
    assert facts.track_ac(ledgers, "lif") == pytest.approx(rate * 8 * 128 * 10)
    with pytest.raises(NotImplementedError, match="no neuron 'lost'"):
        energy.setup(ledgers, "lost", "rate")
