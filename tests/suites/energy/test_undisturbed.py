"""Recording a network changes nothing in it."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils._python_dispatch import _get_current_dispatch_mode
from torch.utils.flop_counter import FlopCounterMode

import neurons
from suites import cases
from suites.energy.collect import Recorder, collect
from suites.energy.ledger import INNER, Entry
from tests.suites.energy.samples import Emit, random_spikes

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
    [
        ("lif", "eager"),
        ("lif", "cpu"),
        pytest.param("lif", "compile", marks=pytest.mark.exhaustive),
        ("dsn", "serial"),
        ("mpd_agl", "eager"),
    ],
)
def test_outputs_gradients_and_random_draws_stay(model, backend, train):
    def run(record: bool) -> list[Tensor]:
        torch.manual_seed(0)
        net = Residual(model, backend).train(train)
        x = torch.randn(4, 3, 4).mul(3).requires_grad_()
        if record:
            with Recorder(net) as recorder:
                y = net(x)
                y.sum().backward()
            assert len(recorder.ledger().entries) >= 5
        else:
            y = net(x)
            y.sum().backward()
        grads = [p.grad for p in net.parameters()]
        return [y, x.grad, torch.get_rng_state(), *grads, *net.buffers()]

    try:
        plain = run(record=False)
    except NotImplementedError as error:
        pytest.skip(str(error))
    for a, b in zip(plain, run(record=True), strict=True):
        assert torch.equal(a, b)


class Custom(nn.Module):
    """A function that uses a linear layer."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function, self.last = function, nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self, x)


def test_it_stops_recording_when_a_model_fails():
    net = Custom(lambda self, s: self.last(s[..., :3] + 1))
    with Recorder(net) as recorder:
        with pytest.raises(RuntimeError):
            net(torch.ones(T, N, 4))
        assert _get_current_dispatch_mode() is None
        net.function = lambda self, s: self.last(s)
        net(torch.ones(T, N, 4))
    entry = recorder.ledger().entries[-1]
    assert entry.per_sample.acs == N * 4 * 2, "of T samples: without neurons, T is unknown"
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())


def test_another_dispatch_mode_inside_keeps_what_it_counts():
    def function(self: nn.Module, s: Tensor) -> Tensor:
        with FlopCounterMode(display=False) as flops:
            y = self.last(s)
        self.flops = flops.get_total_flops()
        return y

    net = Custom(function)
    ledger = collect(net, torch.ones(T, N, 4))
    assert net.flops == 2 * T * N * 4 * 2
    assert [e.name for e in ledger.entries] == ["last"]


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("model", cases.models())
def test_counting_changes_nothing(model, train):
    def build() -> nn.Sequential:
        torch.manual_seed(0)
        options = {"T": 4} if "T" in neurons.get(model).needs else {}
        fire = neurons.Layer(model, shape=(6,), **options)
        head = (nn.Flatten(0, 1), nn.BatchNorm1d(6), nn.Dropout(), nn.Linear(6, 2))
        return nn.Sequential(nn.Linear(3, 6), fire, *head).train(train)

    def run(net: nn.Module) -> list[Tensor]:
        torch.manual_seed(1)
        x = torch.randn(4, 3, 3).mul(3).requires_grad_()
        y = net(x)
        y.sum().backward()
        grads = [p.grad for p in net.parameters()]
        return [y, x.grad, *grads, *net.buffers()]

    plain, recorded = build(), build()
    with Recorder(recorded) as recorder:
        results = run(recorded)
    for a, b in zip(run(plain), results, strict=True):
        assert torch.equal(a, b)
    assert len([e for e in recorder.ledger().entries if e.operation not in INNER]) == 4
    assert not any(m._forward_hooks for m in recorded.modules())


def test_half_precision_autocast_and_inference_mode():
    def without_bytes(e: Entry) -> Entry:
        counts = replace(e.per_sample, input_bytes=0, output_bytes=0)
        return replace(e, per_sample=counts, sizes=e.sizes._replace(parameter_bytes=0))

    def entries() -> list[Entry]:
        ledger = collect(net, spikes.to(net.after[0].weight))
        return [without_bytes(e) for e in ledger.entries]

    net = Emit(nn.Conv2d(2, 3, 3, padding=1), flat=True)
    spikes = random_spikes(3, 2, 2, 5, 5)
    plain = entries()
    with torch.autocast("cpu", torch.bfloat16), torch.inference_mode():
        assert entries() == plain
    net.bfloat16()
    assert entries() == plain
