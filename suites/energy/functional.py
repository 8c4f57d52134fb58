"""Count one operation that torch dispatched outside of the known layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import sdpa_flop_count

from suites.energy import opcount
from suites.energy.counts import Call
from suites.energy.layers.pools import pool_call
from suites.energy.layers.products import Window, convolution_call, linear_call
from suites.energy.values import ANALOG, KINDS, count_spikes

KindOf = Callable[[Tensor], str]  # what the values of a tensor are
IsWeight = Callable[[Tensor], bool]

# Products of two matrices, and the argument that is the first of them.
PRODUCTS = {"mm": 0, "bmm": 0, "mv": 0, "addmm": 1, "baddbmm": 1, "addmv": 1}
ATTENTION = "_scaled_dot_product"
MEANS = ("mean", "avg_pool2d", "avg_pool3d", "_adaptive_avg_pool2d", "_adaptive_avg_pool3d")
MAXIMA = (
    *("max_pool2d_with_indices", "max_pool3d_with_indices"),
    *("adaptive_max_pool2d", "adaptive_max_pool3d"),
)


def observe(func: Any, args: Any, y: Any, kind_of: KindOf, is_weight: IsWeight) -> Call | None:
    """Return the call of an operation; None if it only moves values."""
    name = func.overloadpacket.__name__
    y = y[0] if isinstance(y, (tuple, list)) and y else y
    if func.is_view or not isinstance(y, Tensor):
        return None
    x: Any = args[0] if args else None
    if name in PRODUCTS:
        bias = args[0] if PRODUCTS[name] else None
        a, b = args[PRODUCTS[name] :][:2]
        return _matmul(name, a, b, bias, y, kind_of, is_weight)
    if name == "convolution":
        _, weight, bias, stride, padding, dilation, transposed, _, groups = args
        window = Window(tuple(stride), tuple(padding), tuple(dilation), transposed, groups)
        return convolution_call(x, weight, bias, y, kind_of(x), window)
    if "batch_norm" in name:
        return Call.from_tensors("norm", name, x, y, kind_of(x))
    if name in MEANS + MAXIMA:
        return pool_call(name, x, y, kind_of(x), mean=name in MEANS)
    return _other(func, args, y, kind_of)


def _other(func: Any, args: Any, y: Tensor, kind_of: KindOf) -> Call | None:
    """Count an element-wise operation; list another one as unknown."""
    name = func.overloadpacket.__name__
    operations = opcount.arithmetic(func, args, y)
    if operations == {}:
        return None
    x = next((a for a in args if isinstance(a, Tensor)), y)
    x = x if x.shape == y.shape else y  # the one with time and batch
    kind: dict[str, Any] = {"operation": name, "x": x, "y": y, "reads": kind_of(x)}
    if operations is not None:
        if name.startswith("div") and not isinstance(args[1], Tensor):
            operations = {"mul": operations["div"]}  # by the reciprocal of a number
        return Call.from_tensors("arithmetic", **kind, operations=operations)
    if name.startswith(ATTENTION):  # one kernel, whose softmax is not dispatched
        macs = sdpa_flop_count(*(factor.shape for factor in args[:3])) // 2
        unknown = ("softmax",)
        return Call.from_tensors("matmul", **kind | {"reads": ANALOG}, macs=macs, unknown=unknown)
    return Call.from_tensors("arithmetic", **kind, unknown=(name,))


def _matmul(
    name: str,
    a: Tensor,
    b: Tensor,
    bias: Tensor | None,
    y: Tensor,
    kind_of: KindOf,
    is_weight: IsWeight,
) -> Call:
    """Count a [.., n, k] times b [.., k, m] or, if b is a vector, a [n, k] times b [k]."""
    b = b[:, None] if b.ndim == 1 else b
    if is_weight(b):
        return linear_call(a, b.mT, bias, y, kind_of(a), name)
    if is_weight(a):
        return linear_call(b.mT, a, bias, y, kind_of(b), name)
    factors = ((a, kind_of(a)), (b, kind_of(b)))
    x, reads = min(factors, key=lambda factor: KINDS.index(factor[1]))
    counts: dict[str, Any] = {"macs": y.numel() * a.shape[-1]}
    if reads != ANALOG:
        counts["spikes"] = count_spikes(x, reads)[0].item()
        counts["acs"] = _accumulations(a, b, kind_of, torch.abs)
        counts["events"] = _accumulations(a, b, kind_of, torch.Tensor.bool)
    return Call.from_tensors("matmul", name, x, y, reads, **counts)


def _accumulations(
    a: Tensor, b: Tensor, kind_of: KindOf, count: Callable[[Tensor], Tensor]
) -> float:
    """Return the additions for the spikes of one factor or, if both have spikes, of their pairs."""
    rows: Any = a.shape[-2]
    columns: Any = b.shape[-1]
    if kind_of(a) != ANALOG:
        rows = count(a).sum(-2, dtype=torch.float64)
    if kind_of(b) != ANALOG:
        columns = count(b).sum(-1, dtype=torch.float64)
    return (rows * columns).sum().item()
