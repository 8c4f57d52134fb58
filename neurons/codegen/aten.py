"""What torch's operations compute, element by element.

A traced graph is written onto a tape. Each of its tensors becomes a tensor of the same shape whose
elements are nodes. Operations that only move elements are then torch's, applied to the tensors of
nodes; arithmetic is written down element by element.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.codegen.operations import FUNCTIONS, Input, Operation, UnsupportedStepError
from neurons.codegen.tape import Scalar, Tape


def read(tape: Tape, graph: torch.fx.Graph, inputs: list[Tensor]) -> list[Any]:
    """Write a graph onto the tape, given its inputs as tensors of nodes; return its outputs.

    An output is a tensor of nodes, a `TableTerm`, or None. Raise UnsupportedStepError for an
    operation that is in none of the tables below.
    """
    results: dict[torch.fx.Node, Any] = {}
    next_input = iter(inputs)
    for line in graph.nodes:
        arguments = torch.fx.map_arg(line.args, results.__getitem__)
        if line.op == "placeholder":
            results[line] = next(next_input)
        elif line.op == "call_function":
            results[line] = _call(tape, line.target, arguments, dict(line.kwargs))
        elif line.op != "output":
            raise UnsupportedStepError(
                f"its step reads a tensor that is no parameter, {line.target}"
            )
    return list(arguments[0])


def _call(tape: Tape, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if not hasattr(target, "overloadpacket"):  # operator.getitem
        return target(*args)
    name = target.overloadpacket.__name__.rstrip("_")
    tape.origin = f"aten.{name}"
    if any(isinstance(argument, TableTerm) for argument in args):
        raise UnsupportedStepError("its step looks up a table twice")
    if name in MOVES:
        return target(*args, **{k: v for k, v in kwargs.items() if k not in PLACEMENT})
    if name in TENSOR_FORMULAS:
        return TENSOR_FORMULAS[name](tape, *args, **kwargs)
    if name in FORMULAS:
        return tape.elementwise(FORMULAS[name], *args, **kwargs)
    raise UnsupportedStepError(f"its step uses {tape.origin}")


def where(mask: Scalar, a: Any, b: Any) -> Scalar:
    a, b = mask.scalar(a), mask.scalar(b)
    return a if a.node == b.node else mask.apply(Operation.WHERE, a, b)


def clamp(x: Scalar, low: Any = None, high: Any = None, min: Any = None, max: Any = None) -> Scalar:
    """Clamp as torch does: NaN stays NaN."""
    low, high = low if min is None else min, high if max is None else max
    x = x if low is None else where(x < low, low, x)
    return x if high is None else where(high < x if isinstance(high, Scalar) else x > high, high, x)


def _add(a: Any, b: Any, alpha: float = 1) -> Scalar:
    return a + (b if alpha == 1 else b * alpha)


def _subtract(a: Any, b: Any, alpha: float = 1) -> Scalar:
    return a - (b if alpha == 1 else b * alpha)


def _power_gradient(g: Scalar, x: Scalar, n: float) -> Scalar:
    return g * (n * x ** (n - 1))


def _convert(x: Scalar, *, dtype: torch.dtype | None = None, **_: Any) -> Scalar:
    if dtype in (torch.int32, torch.int64):
        return x.apply(Operation.INT)
    return x.apply(Operation.REAL) if x.tape.is_logical(x.node) else x


# An element of the result from those of the arguments, by aten name.
FORMULAS: dict[str, Callable[..., Scalar]] = {
    "add": _add,
    "sub": _subtract,
    "rsub": lambda a, b, alpha=1: _subtract(a.scalar(b), a, alpha),
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "reciprocal": lambda a: 1 / a,
    "pow": lambda a, n: a**n if isinstance(a, Scalar) else n.scalar(a) ** n,
    "square": lambda a: a * a,
    "addcmul": lambda a, b, c, value=1: a + (b * c if value == 1 else b * c * value),
    "ge": lambda a, b: a >= b,
    "gt": lambda a, b: a > b,
    "le": lambda a, b: a <= b,
    "lt": lambda a, b: a < b,
    "eq": lambda a, b: a.apply(Operation.EQ, b),
    "logical_and": lambda a, b: a & b,
    "bitwise_and": lambda a, b: a & b,
    "logical_not": lambda a: a.apply(Operation.NOT),
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
    "threshold_backward": lambda g, x, threshold: where(x <= threshold, 0, g),
    "abs": lambda x: where(x < 0, -x, x),
    "sign": lambda x: where(x > 0, 1, where(x < 0, -1, x)),
    "sgn": lambda x: where(x > 0, 1, where(x < 0, -1, x)),
    "sigmoid": lambda x: x.apply(Operation.SIGMOID),
    "sigmoid_backward": lambda g, y: g * (1 - y) * y,
    "tanh_backward": lambda g, y: g * (1 - y * y),
    "pow_backward": _power_gradient,
    "_to_copy": _convert,
    **{f.value: lambda x, function=f: x.apply(function) for f in FUNCTIONS},
}

PLACEMENT = ("dtype", "layout", "device", "pin_memory", "memory_format")
# Operations that only move elements.
MOVES = {
    *("view", "_unsafe_view", "reshape", "expand", "unsqueeze", "squeeze", "permute", "t"),
    *("transpose", "select", "slice", "unbind", "split", "split_with_sizes", "unfold"),
    *("cat", "stack", "clone", "detach", "alias", "lift_fresh_copy"),
}


def _filled(tape: Tape, shape: Any, value: float, **_: Any) -> Tensor:
    """Return a tensor filled with a constant, of this shape or of the shape of a tensor."""
    shape = shape.shape if isinstance(shape, Tensor) else shape
    return torch.full(tuple(shape), tape.constant(value))


def _gradient_of(view: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Return the gradient of a view: zeros, except for the elements in the view."""

    def gradient(tape: Tape, g: Tensor, shape: Any, *position: int) -> Tensor:
        result = _filled(tape, shape, 0)
        view(result, *position).copy_(g)
        return result

    return gradient


def _sum(tape: Tape, x: Tensor, axes: Any = None, keep: bool = False, **_: Any) -> Tensor:
    axes = range(x.ndim) if axes in (None, []) else [axes] if isinstance(axes, int) else axes
    axes = sorted(axis % x.ndim for axis in axes) if x.ndim else []
    terms = x.movedim(list(axes), list(range(len(axes)))) if axes else x[None]
    terms = terms.flatten(0, len(axes) - 1) if axes else terms
    total = _added(tape, terms.unbind(0))
    if keep:
        for axis in axes:
            total = total.unsqueeze(axis)
    return total


def _added(tape: Tape, terms: Any) -> Tensor:
    total, *others = terms
    for term in others:
        total = tape.elementwise(_add, total, term)
    return total


def _matrix_product(tape: Tape, a: Tensor, b: Tensor) -> Tensor:
    """Multiply [.., i, j] by [.., j, k]."""
    pairs = zip(a.unbind(-1), b.unbind(-2), strict=True)
    multiply = FORMULAS["mul"]
    products = (tape.elementwise(multiply, u[..., None], v[..., None, :]) for u, v in pairs)
    return _added(tape, list(products))


def _lookup(tape: Tape, table: Tensor, axis: int, index: Tensor) -> Tensor:
    """Return the row of a table at a computed index."""
    if axis != 0 or index.numel() != 1:
        raise UnsupportedStepError(f"its step uses {tape.origin} with an index per neuron")
    nodes = []
    for node in table[0].flatten().tolist():
        read = tape.instructions[node]
        if read.operation is not Input.TABLE:
            raise UnsupportedStepError(f"its step uses {tape.origin} of computed values")
        fields = {"row": read.row, "neuron": read.neuron}
        nodes.append(tape.node(Operation.LOOKUP, int(index.item()), **fields))
    return torch.tensor(nodes).view(1, *table.shape[1:])


class TableTerm(NamedTuple):
    """A step's term of a table's gradient: `values`, [1, ..], is added to one row."""

    row: int  # the node that computes its index
    values: Tensor


def _table_term(
    tape: Tape, gradient: Tensor, axis: int, index: Tensor, values: Tensor
) -> TableTerm:
    if axis != 0 or any(tape.value(node) != 0 for node in gradient.flatten().tolist()):
        raise UnsupportedStepError(f"its gradient uses {tape.origin}")
    return TableTerm(int(index.item()), values)


# A tensor of the result from whole tensors of the arguments, by aten name.
TENSOR_FORMULAS: dict[str, Callable[..., Any]] = {
    "full_like": _filled,
    "full": _filled,
    "new_full": lambda tape, like, shape, value, **_: _filled(tape, shape, value),
    "ones_like": lambda tape, like, **_: _filled(tape, like, 1),
    "new_ones": lambda tape, like, shape, **_: _filled(tape, shape, 1),
    "zeros": lambda tape, shape, **_: _filled(tape, shape, 0),
    "zeros_like": lambda tape, like, **_: _filled(tape, like, 0),
    "new_zeros": lambda tape, like, shape, **_: _filled(tape, shape, 0),
    "scalar_tensor": lambda tape, value, **_: _filled(tape, (), value),
    "select_backward": _gradient_of(torch.select),
    "slice_backward": _gradient_of(torch.ops.aten.slice),
    "sum": _sum,
    "mm": _matrix_product,
    "bmm": _matrix_product,
    "index_select": _lookup,
    "index_add": _table_term,
}
