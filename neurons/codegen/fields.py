"""Where the tensors of State and Params are among the rows that a kernel reads."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.codegen.operations import PER_NEURON, Input, UnsupportedStepError
from neurons.contract import Neuron


class Field(NamedTuple):
    """A tensor of State or Params, and its rows among those of all tensors of its kind.

    The axes of a state are [*lead, N, C, *, *trail], of a parameter [C, *trail], of a table [T, C]
    or [T]. Its rows are the axes lead and trail, flattened.
    """

    name: str
    kind: Input
    start: int
    rows: int
    lead: int = 0  # axes before those of the neurons
    trail: int = 0  # axes after those of the neurons
    learns: bool = False  # has a gradient
    shape: tuple[int, ...] = ()  # of a state for some samples; only the axes lead and trail count

    @property
    def per_neuron(self) -> bool:
        """Return whether each neuron has another number."""
        return self.kind in PER_NEURON

    def to_rows(self, v: Tensor) -> Tensor:
        """Return a tensor with these axes as [rows, neurons], or [rows, 1] if all have the same."""
        end = v.ndim - self.trail
        if not self.per_neuron or end == self.lead:
            return v.reshape(self.rows, 1)
        neurons_last = v.flatten(self.lead, end - 1).movedim(self.lead, -1)
        return neurons_last.reshape(self.rows, neurons_last.shape[-1])

    def from_rows(self, rows: Tensor, like: Tensor) -> Tensor:
        """Return [rows, neurons] in the shape of `like`: the inverse of `to_rows`."""
        if not self.per_neuron:
            return rows.reshape(like.shape)
        end = like.ndim - self.trail
        sizes = *like.shape[: self.lead], *like.shape[end:], *like.shape[self.lead : end]
        axes = range(self.lead + self.trail, like.ndim)
        return rows.reshape(sizes).movedim(tuple(axes), tuple(range(self.lead, end)))


def param_fields(neuron: Neuron, p: Any, channels: int) -> list[Field]:
    """Return the fields of the tensors in p: per channel if the model requires a `shape`."""
    fields, rows_of_kind = [], Counter[Input]()
    for name, v in p._asdict().items():
        if not isinstance(v, Tensor):
            continue
        if name in neuron.tables:
            kind, rows, lead, trail = Input.TABLE, len(v), 1, 0
        elif "shape" in neuron.needs and v.ndim:
            if len(v) != channels:
                raise UnsupportedStepError(f"its {name} of shape {[*v.shape]} is not per channel")
            kind, rows, lead, trail = Input.NEURON_PARAM, v[0].numel(), 0, v.ndim - 1
        else:
            kind, rows, lead, trail = Input.COMMON_PARAM, v.numel(), 0, v.ndim
        fields.append(
            Field(name, kind, rows_of_kind[kind], rows, lead, trail, v.requires_grad, (*v.shape,))
        )
        rows_of_kind[kind] += rows
    return fields


def state_fields(neuron: Neuron, x: Tensor, p: Any) -> list[Field]:
    """Return the fields of the state; the axis that grows with the samples is the neurons'."""
    smaller, larger = neuron.initial(x, p), neuron.initial(torch.cat([x, x[:1]]), p)
    fields, rows_of_kind = [], Counter[Input]()
    for name, v, w in zip(neuron.State._fields, smaller, larger, strict=True):
        grown = [axis for axis, (a, b) in enumerate(zip(v.shape, w.shape, strict=True)) if a != b]
        kind = Input.STATE if grown else Input.SHARED_STATE
        lead, trail = (grown[0], v.ndim - x.ndim - grown[0]) if grown else (0, v.ndim)
        rows = v.numel() // (x.numel() if grown else 1)
        fields.append(
            Field(name, kind, rows_of_kind[kind], rows, lead, trail, bool(grown), (*v.shape,))
        )
        rows_of_kind[kind] += rows
    return fields
