"""The benchmarks of the accuracy suite."""

import pytest

from suites import cases, records
from suites.accuracy import suite
from suites.accuracy.suite import Accuracy
from suites.profiles import PROFILES, profile


def test_the_suite_tracks_plain_finite_numbers_of_one_training(monkeypatch, tmp_path):
    monkeypatch.setattr(suite, "AXES", (["lif", "lost"], ["digits"], ["matched"], [0]))
    monkeypatch.setattr(records, "STORE", tmp_path / "store.sqlite")
    results = suite.setup_cache()
    lif = ("lif", "digits", "matched", 0)
    benchmark = Accuracy()
    benchmark.setup(results, *lif)
    assert 0 <= benchmark.track_test_error(results, *lif) < 0.07
    assert 0 < benchmark.track_test_loss(results, *lif) < 0.2
    assert 0.1 < benchmark.track_rate(results, *lif) < 0.6
    with pytest.raises(NotImplementedError, match="no neuron 'lost'"):
        benchmark.setup(results, "lost", *lif[1:])
    (kept,) = records.read(records.STORE)
    assert (kept.kind, kept.name) == ("curve", "digits-mlp-lif-matched-tiny-0")
    assert kept.content["loss"] == pytest.approx(results[lif].curve, rel=1e-3)


def test_the_axes_are_the_profiles():
    conditions, seeds = list(profile().conditions), list(range(profile().seeds))
    assert Accuracy.params == (cases.models(), list(profile().tasks), conditions, seeds)
    assert Accuracy.track_test_error.unit == "fraction"
    assert PROFILES["smoke"].tasks == ("digits", "rows")
