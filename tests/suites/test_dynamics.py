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


def test_the_states_of_clif_follow_its_equation() -> None:
    """m[t] = m[t-1] sigmoid(h[t] / tau) + s[t], with h[t] the potential before the reset."""
    (v, m), (u, s) = dynamics.states("clif").values(), dynamics.trace("clif")
    before = torch.cat([m.new_zeros(1), m[:-1]])
    assert m.tolist() == pytest.approx((before * ((u + 1) / 2).sigmoid() + s).tolist(), abs=1e-5)
    assert v[s == 0].tolist() == pytest.approx((u + 1)[s == 0].tolist(), abs=1e-5)


@pytest.mark.parametrize(
    ("model", "names"),
    [("glif", ["u"]), ("llif", ["v", "v_th_next"]), ("psn", []), ("sliding_psn", [])],
)
def test_states_are_those_of_each_neuron_without_its_spikes(model: str, names: list[str]) -> None:
    assert list(dynamics.states(model)) == names


def test_only_several_states_have_a_picture() -> None:
    titles = {m: [p["title"] for p in dynamics.describe(m)["pictures"]] for m in ("lif", "clif")}
    assert len(titles["lif"]) == 2 and titles["clif"][2:] == ["states after each step"]


def test_a_record_is_kept_once(tmp_path, capsys) -> None:
    file = tmp_path / "store.sqlite"
    dynamics.main(["lif", "--store", str(file)])
    assert capsys.readouterr().out.startswith("lif: fires in ")
    (first,) = records.read(file, "dynamics")
    assert dynamics.keep(file, ["lif"]) == [first] == records.read(file, "dynamics")
    assert [p["picture"] for p in first.content["pictures"]] == ["lines", "lines"]


def test_an_unknown_model_is_one_line(capsys) -> None:
    with pytest.raises(SystemExit):
        dynamics.main(["liff"])
    assert "liff: no such model; atlif, clif" in capsys.readouterr().err
