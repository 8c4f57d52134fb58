"""The probe: its numbers are those of the layers, and the network is as before."""

import pytest
import torch

import neurons
from suites import records
from suites.accuracy import __main__ as command
from suites.accuracy import losses, probe, recipes, tasks, trainer
from suites.accuracy.trial import Trial

TRIAL = Trial("rows", "mlp", "lif", "own", "tiny", 0)
TINY = recipes.get("tiny")


@pytest.mark.parametrize("model", ["lif", "atlif", "clif", "dsn", "psn", "glif", "tclif"])
def test_shares_and_rates_are_those_of_the_layer(model):
    task = tasks.load("rows")
    network = trainer.network(TRIAL._replace(model=model), task, TINY)
    part = task.test.pick(slice(32))
    (inside,) = probe.probe(network, part, losses.get("mean"))
    T = len(part.x)
    assert all(len(getattr(inside, name)) == T for name in probe.FIELDS)
    assert all(0 <= share <= 1 for share in inside.available)
    assert any(norm > 0 for norm in inside.gradient)
    layer = next(m for m in network.modules() if isinstance(m, neurons.Layer))
    assert all(p.grad is None for p in network.parameters())
    if model != "atlif":  # whose threshold adapts to the batch
        with torch.no_grad():
            assert layer(network[0](part.x)).flatten(1).mean(1).tolist() == inside.rate


def test_availability_is_the_share_inside_the_window():
    layer = neurons.Layer("lif", tau=1.0001, surrogate="rect")
    x = torch.tensor([0.0, 0.6, 1.2, 3.0]).view(1, 1, 4).expand(2, 3, 4)
    network = torch.nn.Sequential(torch.nn.Identity(), layer, torch.nn.Linear(4, 2))
    split = tasks.load("rows").test._replace(x=x, y=torch.zeros(3).long())
    (inside,) = probe.probe(network, split, losses.get("mean"))
    assert inside.available == [0.5, 0.5] and inside.rate == [0.5, 0.5]
    assert inside.width == [1.0, 1.0] and inside.mean[0] == pytest.approx(0.2)


def test_the_command_trains_once(tmp_path, capsys, monkeypatch):
    store = tmp_path / "store.sqlite"
    words = ["probe", "--task", "rows", "--network", "mlp", "--model", "lif", "--store", str(store)]
    assert command.main(words) == 0
    assert "available" in capsys.readouterr().out
    monkeypatch.setattr(trainer, "train", None)
    assert command.main([*words, "--json"]) == 0
    (record,) = records.read(store, "probe")
    assert [p["picture"] for p in record.content["pictures"]] == ["heat"] * 5  # atan has no width
    assert command.main([*words[:-3], "liff", *words[-2:]]) == 2
    assert "no neuron 'liff'; did you mean" in capsys.readouterr().err
