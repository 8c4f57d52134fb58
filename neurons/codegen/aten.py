"""What torch's operations are for the elements of their tensors.

A traced graph is written onto a tape. Each of its tensors becomes a tensor of the same shape that
holds, for every element, the number of the node that computes it. Operations that only move
elements are then torch's own, done on these numbers; arithmetic is written element by element.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.fx import Graph, Node

from neurons.codegen.tape import Scalar, Tape, UngeneratableError


def read(tape: Tape, graph: Graph, inputs: list[Tensor]) -> list[Any]:
    """Write a graph down, its inputs being tensors of nodes; its outputs likewise."""
    found: dict[Node, Any] = {}
    given = iter(inputs)
    for node in graph.nodes:
        args = torch.fx.map_arg(node.args, found.__getitem__)
        if node.op == "placeholder":
            found[node] = next(given)
        elif node.op == "call_function":
            found[node] = _call(tape, node.target, args, dict(node.kwargs))
        elif node.op != "output":
            raise UngeneratableError(f"a tensor of its own, {node.target}")
    return list(args[0])


def _call(tape: Tape, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if not hasattr(target, "overloadpacket"):  # operator.getitem
        return target(*args)
    name = target.overloadpacket.__name__.rstrip("_")
    tape.reading = f"aten.{name}"
    if name in MOVES:
        return target(*args, **{k: v for k, v in kwargs.items() if k not in PLACEMENT})
    if name in WHOLE:
        return WHOLE[name](tape, *args, **kwargs)
    if name in FORMULAS:
        return tape.each(FORMULAS[name], *args, **kwargs)
    raise UngeneratableError(tape.reading)


def where(mask: Scalar, a: Any, b: Any) -> Scalar:
    a, b = mask.of(a), mask.of(b)
    return a if a.node == b.node else mask.make("where", a, b)


def clamp(x: Scalar, low: Any = None, high: Any = None, min: Any = None, max: Any = None) -> Scalar:
    """As torch's: NaN stays NaN."""
    low, high = low if min is None else min, high if max is None else max
    x = x if low is None else where(x < low, low, x)
    return x if high is None else where(high < x if isinstance(high, Scalar) else x > high, high, x)


def _added(a: Any, b: Any, alpha: float = 1) -> Scalar:
    return a + (b if alpha == 1 else b * alpha)


def _subtracted(a: Any, b: Any, alpha: float = 1) -> Scalar:
    return a - (b if alpha == 1 else b * alpha)


def _power_gradient(g: Scalar, x: Scalar, n: float) -> Scalar:
    return g * (n * x ** (n - 1))


def _converted(x: Scalar, *, dtype: torch.dtype | None = None, **_: Any) -> Scalar:
    if dtype in (torch.int32, torch.int64):
        return x.make("int")
    return x.make("real") if x.tape.is_bool(x.node) else x


# What every element of the result is, by aten name.
FORMULAS: dict[str, Callable[..., Scalar]] = {
    "add": _added,
    "sub": _subtracted,
    "rsub": lambda a, b, alpha=1: _subtracted(a.of(b), a, alpha),
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "reciprocal": lambda a: 1 / a,
    "pow": lambda a, n: a**n if isinstance(a, Scalar) else n.of(a) ** n,
    "square": lambda a: a * a,
    "addcmul": lambda a, b, c, value=1: a + (b * c if value == 1 else b * c * value),
    "ge": lambda a, b: a >= b,
    "gt": lambda a, b: a > b,
    "le": lambda a, b: a <= b,
    "lt": lambda a, b: a < b,
    "eq": lambda a, b: a.make("eq", b),
    "logical_and": lambda a, b: a & b,
    "bitwise_and": lambda a, b: a & b,
    "logical_not": lambda a: a.make("not"),
    "where": where,
    "masked_fill": lambda a, mask, value: where(mask, value, a),
    "clamp": clamp,
    "clamp_min": lambda x, low: clamp(x, low),
    "clamp_max": lambda x, high: clamp(x, None, high),
    "maximum": lambda a, b: where(a < b, b, a),
    "minimum": lambda a, b: where(a > b, b, a),
    "hardtanh": clamp,
    "hardtanh_backward": lambda g, x, low, high: where((x > low) & (x < high), g, 0),
    "relu": lambda x: clamp(x, 0),
    "threshold_backward": lambda g, x, at: where(x <= at, 0, g),
    "abs": lambda x: where(x < 0, -x, x),
    "sign": lambda x: where(x > 0, 1, where(x < 0, -1, x)),
    "sgn": lambda x: where(x > 0, 1, where(x < 0, -1, x)),
    "sigmoid": lambda x: x.make("sigmoid"),
    "sigmoid_backward": lambda g, y: g * (1 - y) * y,
    "tanh_backward": lambda g, y: g * (1 - y * y),
    "pow_backward": _power_gradient,
    "_to_copy": _converted,
    **{
        name: lambda x, name=name: x.make(name)
        for name in ("exp", "log", "tanh", "sqrt", "atan", "sin", "cos", "ceil", "floor", "round")
    },
}

PLACEMENT = ("dtype", "layout", "device", "pin_memory", "memory_format")
MOVES = {
    *("view", "_unsafe_view", "reshape", "expand", "unsqueeze", "squeeze", "permute", "t"),
    *("transpose", "select", "slice", "unbind", "split", "split_with_sizes", "unfold"),
    *("select_backward", "slice_backward", "cat", "stack", "clone", "detach", "alias"),
    *("lift_fresh_copy", "zeros", "zeros_like", "new_zeros"),
}


def _filled(tape: Tape, like: Any, value: float, **_: Any) -> Tensor:
    shape = like.shape if isinstance(like, Tensor) else like
    return torch.full(tuple(shape), tape.const(value))


def _total(tape: Tape, x: Tensor, axes: Any = None, keep: bool = False, **_: Any) -> Tensor:
    axes = range(x.ndim) if axes in (None, []) else [axes] if isinstance(axes, int) else axes
    axes = sorted(axis % x.ndim for axis in axes) if x.ndim else []
    moved = x.movedim(list(axes), list(range(len(axes)))) if axes else x[None]
    moved = moved.flatten(0, len(axes) - 1) if axes else moved
    total = _added_up(tape, moved.unbind(0))
    if keep:
        for axis in axes:
            total = total.unsqueeze(axis)
    return total


def _added_up(tape: Tape, terms: Any) -> Tensor:
    total, *rest = terms
    for term in rest:
        total = tape.each(_added, total, term)
    return total


def _product(tape: Tape, a: Tensor, b: Tensor) -> Tensor:
    """[.., i, j] by [.., j, k]."""
    pairs = zip(a.unbind(-1), b.unbind(-2), strict=True)
    times = FORMULAS["mul"]
    terms = [tape.each(times, left[..., None], right[..., None, :]) for left, right in pairs]
    return _added_up(tape, terms)


def _lookup(tape: Tape, table: Tensor, axis: int, index: Tensor) -> Tensor:
    """The rows of a parameter's table at a computed index."""
    if axis != 0 or index.numel() != 1:
        raise UngeneratableError("aten.index_select by neuron")
    rows = []
    for node in table[0].flatten().tolist():
        op = tape.ops[node]
        if op.name != "table":
            raise UngeneratableError("aten.index_select of what is computed")
        rows.append(tape.node("lookup", int(index.item()), value=op.value))
    return torch.tensor(rows).view(1, *table.shape[1:])


class Scattered(NamedTuple):
    """A table's gradient: `values` ([1, ..]) added to the row that the node `at` computes."""

    at: int
    values: Tensor


def _scatter(tape: Tape, table: Tensor, axis: int, index: Tensor, values: Tensor) -> Scattered:
    if axis != 0 or bool(table.any()):
        raise UngeneratableError("aten.index_add")
    return Scattered(int(index.item()), values)


# What takes more than one element at a time, by aten name.
WHOLE: dict[str, Callable[..., Any]] = {
    "full_like": _filled,
    "full": _filled,
    "new_full": lambda tape, like, size, value, **_: _filled(tape, size, value),
    "ones_like": lambda tape, like, **_: _filled(tape, like, 1),
    "new_ones": lambda tape, like, size, **_: _filled(tape, size, 1),
    "scalar_tensor": lambda tape, value, **_: _filled(tape, (), value),
    "sum": _total,
    "mm": _product,
    "bmm": _product,
    "index_select": _lookup,
    "index_add": _scatter,
}
