"""What the values of a tensor are: binary spikes, integer spikes or analog values."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

BINARY, INTEGER, ANALOG = "binary", "integer", "analog"
KINDS = (BINARY, INTEGER, ANALOG)  # each includes the ones before it
BITS = {BINARY: 1, INTEGER: 8}  # of one value in memory; an analog value has those of its dtype

# The kind of a tensor and the tensor's version when it was examined. It is kept because the output
# of one layer is the input of the next.
_examined: WeakTensorKeyDictionary = WeakTensorKeyDictionary()


def kind_of(x: Tensor) -> str:
    """Return what the values of `x` are: "binary" (0, 1), "integer" (also -1, 2) or "analog"."""
    base = x if x._base is None or not _same_elements(x, x._base) else x._base
    if base.is_inference() or base._is_view():  # it has no version, or is a part of another tensor
        return _examine(x)
    version, kind = _examined.get(base, (None, ""))
    if version != base._version:
        kind = _examine(x)
        _examined[base] = (base._version, kind)
    return kind


def _same_elements(x: Tensor, base: Tensor) -> bool:
    """Return whether a view has all elements of its base, each once."""
    return x.numel() == base.numel() and x.is_contiguous() and base.is_contiguous()


def _examine(x: Tensor) -> str:
    if x.dtype is torch.bool or x.is_complex():
        return ANALOG if x.is_complex() else BINARY
    start = x.flatten()[:256]  # enough to decide for most tensors
    if not _integer(start):
        return ANALOG
    if _binary(start) and _binary(x):
        return BINARY
    return INTEGER if _integer(x) else ANALOG


def _binary(x: Tensor) -> bool:
    """Return whether x - x^2 is 0 everywhere: twice as fast as to compare with 0 and with 1."""
    return not bool(torch.addcmul(x, x, x, value=-1).abs_().sum())


def _integer(x: Tensor) -> bool:
    return torch.equal(x, x.round())


def count_spikes(x: Tensor, kind: str, axes: int = 0) -> tuple[Tensor, Tensor]:
    """Return the sum of the spikes at each place of the last `axes` axes, and their number."""
    x = x.reshape(-1, *x.shape[x.ndim - axes :])
    if kind != BINARY:
        total = x.abs().sum(0, dtype=torch.float64)
        return total, count_spikes(x.bool().float(), BINARY, axes)[0]
    exact = x.dtype is torch.float32 and len(x) < 2**24
    number = x.sum(0, dtype=torch.float32 if exact else torch.float64)
    return number, number


def byte_size(x: Tensor, kind: str) -> float:
    """Return the bytes of `x`: 1 bit of a binary value, 1 byte of an integer one."""
    return x.numel() * BITS.get(kind, 8 * x.element_size()) / 8
