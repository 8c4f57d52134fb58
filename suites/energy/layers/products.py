"""Linear layers and convolutions: the dense work, and what spikes leave of it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from suites.energy.call import ANALOG, BINARY, Call

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


def claims(module: nn.Module) -> bool:
    return isinstance(module, (nn.Linear, *CONVOLUTIONS))


def observe(module: nn.Module, x: Tensor, y: Tensor, reads: str) -> Call:
    """macs = outputs x fan-in; acs = sum over inputs of |x| times fan-out, none for analog x."""
    weight: Tensor = module.weight  # type: ignore[assignment]
    spikes = acs = events = 0.0
    if reads != ANALOG:
        samples = x.abs().reshape(-1, *x.shape[1 - weight.ndim :])
        reach = fan_out(module, samples)
        each = samples.sum(0, keepdim=True, dtype=torch.float64)  # spikes of each input
        spikes, acs = each.sum().item(), (each * reach).sum().item()
        spiked = each if reads == BINARY else (samples != 0).sum(0)
        events = (spiked * reach).sum(dtype=torch.float64).item()
    return Call.of(
        "linear" if isinstance(module, nn.Linear) else "conv",
        type(module).__name__,
        x,
        y,
        reads=reads,
        spikes=spikes,
        macs=y.numel() * weight[0].numel(),
        acs=acs,
        events=events,
        weights=weight.numel(),
        biased=y.numel() if module.bias is not None else 0,
        fan=weight.numel() // x.shape[1 - weight.ndim],
        kernel=tuple(weight.shape[2:]),
        stride=module.stride if isinstance(module, CONVOLUTIONS) else (),
    )


def fan_out(module: nn.Module, x: Tensor) -> Tensor:
    """Outputs that each element of a sample ([1, F] or [1, C, *]) feeds, padding left out.

    This is the derivative of the sum of all outputs when every weight is 1, which holds for any
    stride, padding, dilation and grouping.
    """
    if isinstance(module, nn.Linear):
        return torch.full_like(x[:1], module.out_features, dtype=torch.float32)
    assert isinstance(module, CONVOLUTIONS)
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.autocast(x.device.type, None, False),
    ):
        ones = torch.ones_like(x[:1], dtype=torch.float32).requires_grad_()
        weight = torch.ones_like(module.weight, dtype=torch.float32)
        return torch.autograd.grad(module._conv_forward(ones, weight, None).sum(), ones)[0]
