"""Listening to a network changes nothing in it."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils._python_dispatch import _get_current_dispatch_mode
from torch.utils.flop_counter import FlopCounterMode

import neurons
from suites.energy.collect import Watch, collect

T, N = 3, 2


class Residual(nn.Module):
    def __init__(self, model: str, backend: str) -> None:
        super().__init__()
        self.first, self.fire = nn.Linear(4, 4), neurons.Layer(model, shape=(4,), backend=backend)
        self.drop, self.last = nn.Dropout(), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        s = self.fire(self.first(x))
        return self.last(F.dropout(torch.relu(s + x), training=self.training) + self.drop(s))


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize(
    ("model", "backend"),
    [("lif", "eager"), ("lif", "cpu"), ("lif", "compile"), ("dsn", "serial"), ("mpd_agl", "eager")],
)
def test_outputs_gradients_and_random_draws_stay(model, backend, train):
    def run(watch: bool) -> list[Tensor]:
        torch.manual_seed(0)
        net = Residual(model, backend).train(train)
        x = torch.randn(4, 3, 4).mul(3).requires_grad_()
        if watch:
            with Watch(net) as listening:
                y = net(x)
                y.sum().backward()
            assert len(listening.ledger().entries) >= 5
        else:
            y = net(x)
            y.sum().backward()
        grads = [p.grad for p in net.parameters()]
        return [y, x.grad, torch.get_rng_state(), *grads, *net.buffers()]

    try:
        plain = run(watch=False)
    except NotImplementedError as why:
        pytest.skip(str(why))
    for a, b in zip(plain, run(watch=True), strict=True):
        assert torch.equal(a, b)


class Does(nn.Module):
    """A function that has a linear layer."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function, self.last = function, nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self, x)


def test_it_stops_listening_when_a_model_fails():
    net = Does(lambda self, s: self.last(s[..., :3] + 1))
    with Watch(net) as watch:
        with pytest.raises(RuntimeError):
            net(torch.ones(T, N, 4))
        assert _get_current_dispatch_mode() is None
        net.function = lambda self, s: self.last(s)
        net(torch.ones(T, N, 4))
    assert watch.ledger().entries[-1].acs == N * 4 * 2, "of T samples, where no neuron tells T"
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())


def test_another_dispatch_mode_inside_keeps_what_it_counts():
    def function(self: nn.Module, s: Tensor) -> Tensor:
        with FlopCounterMode(display=False) as flops:
            y = self.last(s)
        self.flops = flops.get_total_flops()
        return y

    net = Does(function)
    found = collect(net, torch.ones(T, N, 4))
    assert net.flops == 2 * T * N * 4 * 2
    assert [e.name for e in found.entries] == ["last"]
