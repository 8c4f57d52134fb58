"""What a neuron of every model does with the same input."""

import pytest
import torch

from suites import cases, dynamics, records
from suites.dynamics import SHAPE


@pytest.mark.parametrize("model", cases.models())
def test_every_model_fires_and_is_silent(model: str) -> None:
    u, s = dynamics.trace(model)
    assert u.shape == s.shape == (SHAPE.T,) and u.isfinite().all()
    assert 0 < dynamics.describe(model)["fired"] < SHAPE.T


@pytest.mark.parametrize("model", ["lif", "clif", "dsn", "ilif", "psn", "sliding_psn", "prf"])
def test_a_spike_is_where_the_potential_reaches_the_threshold(model: str) -> None:
    u, s = dynamics.trace(model)
    assert torch.equal(s > 0, u >= 0)


def test_the_potential_of_a_lif_follows_the_input() -> None:
    """Before its first spike, lif with tau = 2: v[t] = v[t-1] / 2 + x[t]."""
    u, s = dynamics.trace("lif")
    first = int(s.nonzero()[0, 0])
    v, expected = 0.0, []
    for x in dynamics.stimulus()[: first + 1, 0, 0].tolist():
        v = 0.5 * v + x
        expected.append(v - 1)
    assert u[: first + 1].tolist() == pytest.approx(expected, abs=1e-5)


def test_a_record_is_kept_once(tmp_path) -> None:
    file = tmp_path / "store.sqlite"
    (first,) = dynamics.keep(file, ["lif"])
    assert dynamics.keep(file, ["lif"]) == [first] == records.read(file, "dynamics")
    assert [p["picture"] for p in first.content["pictures"]] == ["lines", "lines"]


def test_an_unknown_model_is_one_line(capsys) -> None:
    with pytest.raises(SystemExit):
        dynamics.main(["liff"])
    assert "liff: no such model; atlif, clif" in capsys.readouterr().err
