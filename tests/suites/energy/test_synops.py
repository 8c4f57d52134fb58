"""Our accumulations against two other counts: SpikingJelly's SynOps, and convolutions of ones."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import neurons
from suites.energy import crosscheck
from suites.energy.collect import collect
from suites.energy.technology import FP32

pytest.importorskip("spikingjelly")
from spikingjelly.activation_based import functional, layer, neuron

T, N = 4, 2


def build(bias: bool) -> nn.Sequential:
    """Grouped, strided, padded and dilated convolutions between IF neurons, and a classifier."""
    torch.manual_seed(0)
    net = nn.Sequential(
        layer.Conv2d(2, 4, 3, padding=1, bias=bias),
        neuron.IFNode(v_threshold=0.2),
        layer.Conv2d(4, 8, 3, stride=2, padding=1, groups=2, bias=bias),
        neuron.IFNode(v_threshold=0.1),
        layer.Conv2d(8, 8, (3, 2), stride=(1, 2), padding=(2, 1), dilation=2, groups=8, bias=bias),
        neuron.IFNode(v_threshold=0.05),
        layer.Conv2d(8, 6, 5, stride=3, padding=2, bias=bias),
        neuron.IFNode(v_threshold=0.05),
        layer.Flatten(),
        layer.Linear(6 * 2 * 1, 3, bias),
    )
    functional.set_step_mode(net, "m")
    return net.eval()


def ones_like(module: nn.Module, x: Tensor) -> float:
    """Return how often a non-zero input meets a weight: the layer, with all weights at 1."""
    x = (x.flatten(0, 1) != 0).double()
    weight = torch.ones_like(module.weight, dtype=torch.float64)
    if isinstance(module, nn.Linear):
        return F.linear(x, weight).sum().item()
    options = (module.stride, module.padding, module.dilation, module.groups)
    return F.conv2d(x, weight, None, *options).sum().item()


@pytest.mark.parametrize(
    ("shape", "options"),
    [((8,), {"circuit": "global"}), ((8,), {}), ((8, 4, 3), {"kernel": 3})],
)
def test_a_circuits_synaptic_operations_are_counted_too(shape, options):
    options = {"backend": "eager", "norm": True, "groups": 2, **options}
    net = nn.Sequential(neurons.Layer("stclif", shape=shape, **options))
    x = torch.randn(8, N, *shape, generator=torch.Generator().manual_seed(0)) + 0.5
    ledger = collect(net, x)
    energy, _ = crosscheck.synops(net, (x,), FP32)
    assert ledger.acs > 0
    assert energy == pytest.approx(0.9 * ledger.acs * N)


@pytest.mark.parametrize("bias", [True, False])
def test_three_counts_agree(bias):
    net = build(bias)
    pixels = torch.rand(T, N, 2, 9, 10, generator=torch.Generator().manual_seed(0)) + 0.01
    counted: dict[str, float] = {}

    def count(name: str, module: nn.Module, args: tuple[Tensor, ...]) -> None:
        counted[name] = ones_like(module, args[0])

    weighted = [(n, m) for n, m in net.named_children() if isinstance(m, (nn.Conv2d, nn.Linear))]
    hooks = [
        m.register_forward_pre_hook(lambda m, args, n=n: count(n, m, args)) for n, m in weighted[1:]
    ]
    with torch.no_grad():
        net(pixels)
    for hook in hooks:
        hook.remove()
    functional.reset_net(net)
    ledger = collect(net, pixels)
    ours = {e.name: e.per_sample.acs * N for e in ledger.entries if e.name in counted}
    assert ours == counted and all(counted.values()) and len(counted) == 4
    functional.reset_net(net)
    energy, note = crosscheck.synops(net, (pixels,), FP32)
    assert note.startswith(f"{int(sum(counted.values())):,} ")
    assert energy == pytest.approx(0.9 * ledger.acs * N)
