"""What float32 arithmetic may do to a result: a bound that follows from the sums behind it.

The computation runs in float64, and every operation's result is rounded at random to one of its two
neighbours in float32 (stochastic or Monte Carlo arithmetic, Parker 1997). A sum of n terms also
gets the error of its partial sums, u (sqrt(n) |sum| + sum |terms|) with u = 2^-24: a partial sum
is as large as the sum or, where signs alternate, as sum |terms| / sqrt(n), and n of them are
rounded. Where large terms cancel, this is large beside the sum. So the spread of a few runs is what
rounding does to this result with these numbers, whatever the model, and nothing else: a bound of
some times the spread holds for unseen cases, and an error that exceeds it has another cause.

    bound = SPREADS max |rounded - exact|              over RUNS runs and the elements of an array
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch._decomp import decomposition_table
from torch.utils._python_dispatch import TorchDispatchMode

U = 2.0**-24  # unit roundoff of float32
BITS = 24  # of its mantissa
RUNS = 8
SPREADS = 4.0  # the largest error of a golden vector is about two

Cast = Callable[[Tensor], Tensor]

_aten = torch.ops.aten
_PARTS = {  # operations that torch makes of others, among them sums
    op: decomposition_table[op]
    for op in (_aten.native_group_norm.default, _aten.native_group_norm_backward.default)
}
_SUMS = {_aten.sum, _aten.mean, _aten.cumsum, _aten.std, _aten.var, _aten.var_mean}
_PRODUCTS = {_aten.mm, _aten.bmm, _aten.addmm, _aten.mv, _aten.dot, _aten.convolution}


class Rounding:
    """The bounds of one computation.

    Parameters
    ----------
    run
        Computes in float64 and returns its arrays by name, the same at every call. Its argument is
        a function that it applies to its inputs: it rounds them to float32, or does nothing.
    """

    def __init__(self, run: Callable[[Cast], Mapping[str, Tensor]]) -> None:
        self.run, self.runs = run, 0
        self.exact = {name: value.detach() for name, value in run(lambda x: x).items()}
        self.bounds = dict.fromkeys(self.exact, 0.0)

    def explain(self, errors: Mapping[str, float]) -> dict[str, float]:
        """Return the bound of every array, after enough runs to explain the errors, or RUNS.

        More runs can only widen a bound, so an error is explained if and only if RUNS explain it.
        """
        while self.runs < RUNS and any(not e <= self.bounds[name] for name, e in errors.items()):
            with Float32(self.runs) as float32:
                rounded = self.run(float32.neighbour)
            for name, value in self.exact.items():
                spread = float((rounded[name].detach() - value).abs().max())
                self.bounds[name] = max(self.bounds[name], SPREADS * spread)
            self.runs += 1
        return self.bounds


class Float32(TorchDispatchMode):
    """A context in which float64 operations have the errors of float32."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.generator = torch.Generator().manual_seed(seed)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in _PARTS:
            with self:
                return _PARTS[func](*args, **kwargs)
        result = func(*args, **kwargs)
        aliases = [value.alias_info for value in func._schema.returns]
        if any(alias is not None and not alias.is_write for alias in aliases):
            return result  # a view has the values of its tensor
        errors = _sum_errors(func, args, kwargs, result)
        many = isinstance(result, (tuple, list))
        rounded = [
            self._round(value, error, in_place=alias is not None)
            for value, error, alias in zip(
                result if many else [result],
                errors or [None] * len(aliases),
                aliases,
                strict=False,
            )
        ]
        return type(result)(rounded) if many else rounded[0]

    def _round(self, value: Any, error: Tensor | None, in_place: bool) -> Any:
        """Return the value with the error of its sums, rounded to float32."""
        if not isinstance(value, Tensor) or value.dtype not in (torch.float64, torch.complex128):
            return value
        inexact = value if error is None else value + error * (2 * self._random(value) - 1)
        rounded = self.neighbour(inexact)
        return value.copy_(rounded) if in_place else rounded

    def neighbour(self, value: Tensor) -> Tensor:
        """Return one of the two float32 next to each number; itself if it is one."""
        if value.is_complex():
            return torch.view_as_complex(self.neighbour(torch.view_as_real(value)).contiguous())
        mantissa, exponent = torch.frexp(value)
        digits = torch.floor(mantissa * 2.0**BITS + self._random(value))
        return torch.ldexp(digits, (exponent - BITS).to(value.dtype))

    def _random(self, value: Tensor) -> Tensor:
        return torch.rand(value.shape, generator=self.generator, dtype=torch.float64)


def _sum_errors(
    func: Any, args: tuple[Any, ...], kwargs: Any, result: Any
) -> list[Tensor | None] | None:
    """Return the error of the partial sums for each result of an operation that sums, or None."""
    packet = func.overloadpacket
    if packet is _aten.convolution_backward:
        return _convolution_backward(func, args, kwargs, result)
    if packet not in _SUMS | _PRODUCTS:
        return None
    if packet in (_aten.std, _aten.var, _aten.var_mean):
        size = args[0].abs().mean()
        return [U * math.sqrt(args[0].numel()) * size] * len(func._schema.returns)
    sums = func(*map(_magnitude, args), **kwargs)
    return [_sum_error(result, sums, _terms(packet, args, result))]


def _terms(packet: Any, args: tuple[Any, ...], result: Tensor) -> float:
    """Return how many terms are summed for each number of the result."""
    if packet is _aten.convolution:
        return args[1][0].numel()
    if packet in _PRODUCTS:
        factor = args[2] if packet is _aten.addmm else args[1]
        return factor.shape[1 if packet is _aten.bmm else 0]
    if packet is _aten.cumsum:
        return args[0].shape[args[1]]
    return args[0].numel() / max(1, result.numel())


def _sum_error(total: Tensor, magnitude: Tensor, terms: float) -> Tensor:
    """Return u (sqrt(n) |sum| + sum |terms|), 0 for a single term."""
    if terms <= 1:
        return torch.zeros_like(magnitude)
    return U * (math.sqrt(terms) * total.abs() + magnitude)


def _convolution_backward(
    func: Any, args: tuple[Any, ...], kwargs: Any, result: Any
) -> list[Tensor | None]:
    """Return the errors for the gradients of input, weight and bias."""
    grad, _, weight = args[:3]
    sums = func(*map(_magnitude, args), **kwargs)
    filters, positions = weight.numel() / weight.shape[1], grad.numel() / grad.shape[1]
    terms = (filters, positions, positions)
    return [
        None if magnitude is None else _sum_error(total, magnitude, n)
        for total, magnitude, n in zip(result, sums, terms, strict=True)
    ]


def _magnitude(value: Any) -> Any:
    """Return |value| of a floating point tensor, else the value."""
    return value.abs() if isinstance(value, Tensor) and value.dtype.is_floating_point else value
