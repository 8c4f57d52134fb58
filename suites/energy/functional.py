"""What an operation of torch's that no known layer made tells: its products, pools and sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import sdpa_flop_count

from suites.energy import opcount
from suites.energy.call import ANALOG, INPUTS, Call, spikes
from suites.energy.layers.pools import pooled
from suites.energy.layers.products import Field, convolution, linear

Ask = Callable[[Tensor], str]  # what a tensor's values are
FACTORS = {"mm": 0, "bmm": 0, "mv": 0, "addmm": 1, "baddbmm": 1, "addmv": 1}  # where they stand
ATTENTION = "_scaled_dot_product"
MEANS = ("mean", "avg_pool2d", "avg_pool3d", "_adaptive_avg_pool2d", "_adaptive_avg_pool3d")
MAXIMA = (
    *("max_pool2d_with_indices", "max_pool3d_with_indices"),
    *("adaptive_max_pool2d", "adaptive_max_pool3d"),
)


def observe(
    func: Any, args: Any, y: Any, kind: Ask, weighs: Callable[[Tensor], bool]
) -> Call | None:
    """The call of an operation, None if it is a move; `weighs` tells parameters from inputs."""
    name = func.overloadpacket.__name__
    y = y[0] if isinstance(y, (tuple, list)) and y else y
    if func.is_view or not isinstance(y, Tensor):
        return None
    if name in FACTORS:
        bias = args[0] if FACTORS[name] else None
        a, b = args[FACTORS[name] :][:2]
        return _matmul(name, a, b, bias, y, kind, weighs)
    if name == "convolution":
        x, weight, bias, stride, padding, dilation, transposed, _, groups = args
        field = Field(tuple(stride), tuple(padding), tuple(dilation), transposed, groups)
        return convolution(x, weight, bias, y, kind(x), field)
    read: Any = args[0] if args else None
    if "batch_norm" in name:
        return Call.of("norm", name, read, y, kind(read))
    if name in MEANS + MAXIMA:
        return pooled(name, read, y, kind(read), mean=name in MEANS)
    return _other(func, args, y, kind)


def _other(func: Any, args: Any, y: Tensor, kind: Ask) -> Call | None:
    """Element by element, or not known; a fused attention's softmax is hidden within."""
    name = func.overloadpacket.__name__
    done = opcount.arithmetic(func, args, y)
    if done == {}:
        return None
    x = next((a for a in args if isinstance(a, Tensor)), y)
    x = x if x.shape == y.shape else y  # its time and batch
    call: dict[str, Any] = {"model": name, "x": x, "y": y, "reads": kind(x)}
    if done is not None:
        if name.startswith("div") and not isinstance(args[1], Tensor):
            done = {"mul": done["div"]}  # by the reciprocal of a number
        return Call.of("arithmetic", **call, operations=done)
    if name.startswith(ATTENTION):
        macs = sdpa_flop_count(*(factor.shape for factor in args[:3])) // 2
        return Call.of("matmul", **call | {"reads": ANALOG}, macs=macs, unknown=("softmax",))
    return Call.of("arithmetic", **call, unknown=(name,))


def _matmul(
    name: str,
    a: Tensor,
    b: Tensor,
    bias: Tensor | None,
    y: Tensor,
    kind: Ask,
    weighs: Callable[[Tensor], bool],
) -> Call:
    """a [.., n, k] b [.., k, m] or, if b is a vector, a [n, k] b [k]."""
    b = b[:, None] if b.ndim == 1 else b
    if weighs(b):
        return linear(a, b.mT, bias, y, kind(a), name)
    if weighs(a):
        return linear(b.mT, a, bias, y, kind(b), name)
    x, reads = min(((a, kind(a)), (b, kind(b))), key=lambda factor: INPUTS.index(factor[1]))
    facts: dict[str, Any] = {}
    if reads != ANALOG:
        facts["spikes"] = spikes(x, reads)[0].item()
        facts["acs"] = _meet(a, b, kind, torch.abs)
        facts["events"] = _meet(a, b, kind, torch.Tensor.bool)
    return Call.of("matmul", name, x, y, reads, macs=y.numel() * a.shape[-1], **facts)


def _meet(a: Tensor, b: Tensor, kind: Ask, count: Callable[[Tensor], Tensor]) -> float:
    """Accumulations for the spikes of one factor or, where both have some, for those that meet."""
    rows: Any = a.shape[-2]
    columns: Any = b.shape[-1]
    if kind(a) != ANALOG:
        rows = count(a).sum(-2, dtype=torch.float64)
    if kind(b) != ANALOG:
        columns = count(b).sum(-1, dtype=torch.float64)
    return (rows * columns).sum().item()
