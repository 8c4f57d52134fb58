"""The accumulations of convolutions against sums over every output and weight."""

import itertools
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from suites.energy.collect import collect
from suites.energy.layers.products import Window, fan_out
from tests.suites.energy.samples import Emit, entry_of, random_spikes


def brute_force(x: Tensor, conv: nn.Conv1d | nn.Conv2d, weigh: Callable[[float], float]) -> float:
    """Return the sum of `weigh(spike)` over every output and every weight of a convolution."""
    sizes, total = x.shape[2:], 0.0
    out = conv(x)
    for n, c, *at in itertools.product(*map(range, out.shape)):
        group = c // (conv.out_channels // conv.groups)
        for i, *tap in itertools.product(*map(range, conv.weight.shape[1:])):
            place = [
                a * s - p + k * d
                for a, s, p, k, d in zip(
                    at, conv.stride, conv.padding, tap, conv.dilation, strict=True
                )
            ]
            if all(0 <= w < size for w, size in zip(place, sizes, strict=True)):
                channel = group * conv.weight.shape[1] + i
                total += weigh(x[(n, channel, *place)].item())
    return total


@pytest.mark.parametrize("top", [1, 4])
@pytest.mark.parametrize(
    ("conv", "size"),
    [
        (nn.Conv2d(2, 3, 3), (5, 5)),
        (nn.Conv2d(2, 4, 3, padding=1, stride=2), (6, 5)),
        (nn.Conv2d(4, 4, (3, 2), padding=(2, 1), dilation=2, groups=2), (6, 6)),
        (nn.Conv1d(4, 6, 5, padding=2, groups=2), (9,)),
    ],
    ids=["valid", "strided", "dilated and grouped", "1d"],
)
def test_a_convolution_does_not_feed_its_padding(conv, size, top):
    spikes = random_spikes(3, 2, conv.in_channels, *size, top=top)
    ledger = collect(Emit(conv, integer=top > 1, flat=True), spikes)
    layer, flat = entry_of(ledger, "after.0"), spikes.flatten(0, 1)
    assert layer.kind == "conv"
    assert layer.steps == 3
    assert layer.per_sample.acs == brute_force(flat, conv, abs) / 2
    assert layer.per_sample.events == brute_force(flat, conv, bool) / 2
    assert layer.per_step.macs == conv(flat)[0].numel() * conv.weight[0].numel()


def test_the_fan_out_follows_the_padding_mode():
    conv = nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular")
    spikes = torch.ones(1, 1, 1, 4, 4)
    layer = entry_of(collect(Emit(conv, flat=True), spikes), "after.0")
    assert layer.per_sample.acs == 16 * 9, "circular: every spike reaches 9 outputs"


def test_a_transposed_convolution_reaches_the_outputs_of_the_chain_rule():
    layer = nn.ConvTranspose2d(2, 6, 3, stride=2, padding=1, output_padding=1, groups=2)
    spikes = random_spikes(3, 2, 2, 5, 4)
    entry = entry_of(collect(Emit(layer, flat=True), spikes), "after.0")
    ones = F.conv_transpose2d(
        spikes.flatten(0, 1), torch.ones_like(layer.weight), None, 2, 1, 1, groups=2
    )
    assert entry.per_sample.acs == ones.sum().item() / 2
    assert entry.per_step.macs == spikes[0, 0].numel() * 3 * 9


def test_fan_out_is_a_product_over_the_axes():
    window = Window(stride=(2, 1), padding=(1, 0), dilation=(1, 2))
    reached = fan_out((5, 6), (3, 2), (3, 3), window, torch.device("cpu"))
    ones = torch.ones(1, 1, 5, 6, requires_grad=True)
    y = F.conv2d(ones, torch.ones(1, 1, 3, 3), None, (2, 1), (1, 0), (1, 2))
    (expected,) = torch.autograd.grad(y.sum(), ones)
    assert torch.equal(reached.float(), expected[0, 0])
