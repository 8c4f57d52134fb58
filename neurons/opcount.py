"""Arithmetic of a neuron, traced from its own code, never counted by hand.

The operations that reach torch's dispatcher during one step are weighed by the elements they
make, so a formula written with fewer operations counts fewer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from neurons.contract import Neuron
from neurons.fire import Fire, Surrogate

# The arithmetic an operation does per element it makes, by aten name. `pow` and the sigmoid
# count as one transcendental each, whatever the chip makes of them.
ARITHMETIC = {
    **{name: {"add": 1} for name in ("add", "sub", "rsub", "neg")},
    **{name: {"mul": 1} for name in ("mul", "square")},
    "addcmul": {"mul": 1, "add": 1},
    **{name: {"div": 1} for name in ("div", "reciprocal")},
    **{name: {"compare": 1} for name in ("ge", "gt", "le", "lt", "relu", "maximum", "minimum")},
    **{name: {"compare": 1} for name in ("clamp_min", "clamp_max")},
    **{name: {"compare": 2} for name in ("clamp", "hardtanh")},
    "native_group_norm": {"add": 3, "mul": 2},  # sum, squares and their sum, scale and shift
    **{name: {"round": 1} for name in ("round", "floor")},
    **{name: {"transcendental": 1} for name in ("exp", "log", "tanh", "sigmoid", "pow", "atan")},
    **{name: {"transcendental": 1} for name in ("cos", "sin")},
    "lerp": {"mul": 1, "add": 2},
    **{name: {"transcendental": 1} for name in ("sqrt", "rsqrt")},
    "_softmax": {"transcendental": 1, "add": 1, "div": 1},
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
    "constant_pad_nd",
    "tril",
    "triu",
    "arange",
    "_local_scalar_dense",  # a number read from a tensor
)
MAKES = ("zeros", "zeros_like", "new_zeros", "full_like", "empty", "empty_like")
VIEWS = ("_unsafe_view",)  # not marked as one
FREE = frozenset(MOVES + MAKES + VIEWS)


def count(neuron: Neuron, p: Any, fire: Fire, x: Tensor) -> dict[str, float]:
    """Operations per neuron and step: `{"add": 2.0, "mul": 2.0, "compare": 1.0}` for a LIF.

    `x` is any input [T, N, *]; its values do not matter, its shape does where neurons are
    coupled. A model with `step` is traced for one step, another for the sequence. An operation
    not in `ARITHMETIC` is listed under its aten name. A binary spike is one comparison, however
    torch comes by it.
    """
    if fire.spike in (Surrogate.spike, Surrogate.strictly):
        fire = replace(fire, spike=_decided)
    with torch.no_grad(), _Tally() as tally:
        if neuron.step is not None:
            x = x[0]
            neuron.step(x, neuron.initial(x, p), p, fire)
        elif neuron.sequence is not None:
            neuron.sequence(x, p, fire)
    return {kind: number / x.numel() for kind, number in sorted(tally.counts.items())}


def _decided(g: Surrogate, u: Tensor) -> Tensor:
    return g.spike(u) if g.name == "integer" else (u >= 0).to(u.dtype)


class _Tally(TorchDispatchMode):
    """Adds up the arithmetic of every operation that passes."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        name = func.overloadpacket.__name__
        if not func.is_view and name not in FREE:
            self._weigh(name, args, out)
        return out

    def _weigh(self, name: str, args: Any, out: Any) -> None:
        out = out[0] if isinstance(out, tuple) else out
        if name in PRODUCTS:
            left = args[-2]  # the last but one factor is [.., rows, inner], also in addmm
            inner = left.shape[-1]
            self.counts["mul"] += out.numel() * inner
            self.counts["add"] += out.numel() * (inner if name == "addmm" else inner - 1)
        elif name == "convolution":
            inner = args[1][0].numel()  # the weights that meet in one output
            self.counts["mul"] += out.numel() * inner
            self.counts["add"] += out.numel() * (inner - 1)
        elif name in ("sum", "mean"):
            self.counts["add"] += args[0].numel() - out.numel()
            if name == "mean":
                self.counts["div"] += out.numel()
        else:
            for kind, each in ARITHMETIC.get(name.rstrip("_"), {name: 1}).items():
                self.counts[kind] += each * out.numel()
