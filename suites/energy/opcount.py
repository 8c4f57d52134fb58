"""Count the arithmetic of a neuron by tracing its code, never by hand.

Each operation that torch dispatches during one step counts once per element of its result, so that
a formula written with fewer operations counts fewer.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from neurons import Fire, Neuron, Surrogate

# Arithmetic per element of the result, by aten name. `pow` and the sigmoid count as one
# transcendental each, however a chip computes them; a square, also a `pow` for torch, is a product.
ARITHMETIC = {
    **{name: {"add": 1} for name in ("add", "sub", "rsub", "neg")},
    "mul": {"mul": 1},
    "addcmul": {"mul": 1, "add": 1},
    **{name: {"div": 1} for name in ("div", "reciprocal")},
    **{name: {"compare": 1} for name in ("ge", "gt", "le", "lt", "eq", "ne", "relu")},
    **{name: {"compare": 1} for name in ("clamp_min", "clamp_max", "maximum", "minimum", "abs")},
    **{name: {"compare": 2} for name in ("clamp", "hardtanh")},
    # sum, squares and their sum, scale and shift
    **{name: {"add": 3, "mul": 2} for name in ("native_group_norm", "native_layer_norm")},
    **{name: {"round": 1} for name in ("round", "floor")},
    **{name: {"transcendental": 1} for name in ("exp", "log", "tanh", "sigmoid", "pow", "atan")},
    **{name: {"transcendental": 1} for name in ("cos", "sin")},
    "lerp": {"mul": 1, "add": 2},
    **{name: {"transcendental": 1} for name in ("sqrt", "rsqrt")},
    "_softmax": {"transcendental": 1, "add": 1, "div": 1},
    "_safe_softmax": {"transcendental": 1, "add": 1, "div": 1},
    "silu": {"transcendental": 1, "mul": 1},
    "gelu": {"transcendental": 1, "mul": 3, "add": 1},  # x / 2 (1 + erf(x / sqrt(2)))
    "leaky_relu": {"compare": 1, "mul": 1},
    "cumsum": {"add": 1},
}
PRODUCTS = ("mm", "addmm", "bmm", "mv", "dot")
MOVES = (
    "_to_copy",
    "clone",
    "copy",
    "copy_",
    "cat",
    "stack",
    "index",
    "index_select",
    "index_copy",
    "gather",
    "embedding",
    "where",
    "masked_fill",
    "flip",
    "roll",
    "repeat",
    "constant_pad_nd",
    "reflection_pad2d",
    "upsample_nearest2d",
    "tril",
    "triu",
    "arange",
    "_local_scalar_dense",  # a number read from a tensor
)
CONSTANTS = (
    *("zeros", "zeros_like", "new_zeros", "zero_", "ones", "ones_like", "new_ones"),
    *("full", "full_like", "new_full", "fill_", "scalar_tensor"),
    *("empty", "empty_like", "new_empty"),
)
VIEWS = ("_unsafe_view",)  # torch does not mark it as a view
FREE = frozenset(MOVES + CONSTANTS + VIEWS)


def count(neuron: Neuron, p: Any, fire: Fire, x: Tensor) -> dict[str, float]:
    """Return the operations per neuron and step: `{"add": 2.0, "mul": 2.0, "compare": 1.0}`.

    `x` is an input [T, N, *] with any values; its shape matters for models that couple neurons. A
    model with `step` is traced for one step, another for the whole sequence. An operation that is
    not in `ARITHMETIC` is listed under its aten name. A binary spike counts as one comparison,
    however torch computes it.
    """
    if fire.spike in (Surrogate.spike, Surrogate.strictly):
        fire = replace(fire, spike=_compare)
    with torch.no_grad(), _OperationCounter() as counter:
        if neuron.step is not None:
            x = x[0]
            neuron.step(x, neuron.initial(x, p), p, fire)
        elif neuron.sequence is not None:
            neuron.sequence(x, p, fire)
    return {kind: number / x.numel() for kind, number in sorted(counter.counts.items())}


def _compare(g: Surrogate, u: Tensor) -> Tensor:
    return g.spike(u) if g.name == "integer" else (u >= 0).to(u.dtype)


def arithmetic(func: Any, args: Any, out: Any) -> dict[str, float] | None:
    """Return the arithmetic of one dispatched operation, such as `{"add": 6}`.

    An operation that only moves values has none, {}; None stands for an unknown one.
    """
    out = out[0] if isinstance(out, (tuple, list)) else out
    name = func.overloadpacket.__name__
    if func.is_view or name in FREE:
        return {}
    if name in PRODUCTS:
        inner = args[-2].shape[-1]  # args[-2] is the factor [.., rows, inner], also in addmm
        return _products(out.numel(), inner, biased=name == "addmm")
    if name == "convolution":
        return _products(out.numel(), args[1][0].numel())  # weights per output
    if name in ("sum", "mean"):
        sums: dict[str, float] = {"add": args[0].numel() - out.numel()}
        return sums | {"div": out.numel()} if name == "mean" else sums
    square = name == "pow" and args[1:] == (2,)
    per_element = {"mul": 1} if square else ARITHMETIC.get(name.rstrip("_"))
    if per_element is None:
        return None
    return {kind: number * out.numel() for kind, number in per_element.items()}


def _products(outputs: int, inner: int, biased: bool = False) -> dict[str, float]:
    return {"mul": outputs * inner, "add": outputs * (inner if biased else inner - 1)}


class _OperationCounter(TorchDispatchMode):
    """Add up the arithmetic of all operations that torch dispatches."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, float] = defaultdict(float)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        operations = arithmetic(func, args, out)
        if operations is None:
            result = out[0] if isinstance(out, tuple) else out
            operations = {func.overloadpacket.__name__: result.numel()}
        for kind, number in operations.items():
            self.counts[kind] += number
        return out
