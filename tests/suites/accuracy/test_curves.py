"""Learning curves: a record per trial of a grid, beside its result."""

import pytest

from suites import records
from suites.accuracy import executors, grid
from suites.accuracy.grid import Place
from tests.suites.accuracy import stand_in
from tests.suites.accuracy.stand_in import WANTED


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Run the jobs in this process."""
    monkeypatch.setattr(executors, "get", lambda name: stand_in.Here)


def test_a_grid_keeps_a_short_curve_of_every_trial_once(tmp_path):
    place = Place(tmp_path / "store.sqlite")
    for _ in range(2):
        grid.run(WANTED[:4], place, stand_in.train)
    kept = records.read(place.store, "curve")
    assert sorted(record.content["seed"] for record in kept) == [0, 0, 1, 2]
    first = next(r.content for r in kept if r.name == "-".join(map(str, WANTED[0])))
    assert first == WANTED[0]._asdict() | {"loss": [0.3333, 0.25]}


def test_a_trial_that_fails_has_no_curve(tmp_path):
    place = Place(tmp_path / "store.sqlite")
    grid.run(WANTED, place, stand_in.fails)
    assert {r.content["model"] for r in records.read(place.store, "curve")} == {"lif"}
