"""What a model file exports, and what every caller may rely on.

A model file defines some of

    State      NamedTuple, the state carried from step to step, each field with its default
    Params     NamedTuple, learnable and fixed parameters, each field with its default
    init       (generator, **options) -> Params, where parameters must be drawn or have a shape
    start      (x, p) -> State, where the first state is more than its defaults
    step       (x, state, p, fire) -> (s, state), one time step, x and s are [N, *]
    sequence   (x, p, fire) -> s, all steps at once, x and s are [T, N, *]

and exports them as one `NEURON = Neuron(...)`. A model with `step` runs online, one with
`sequence` trains in parallel over time; where both exist, they agree.
"""

from __future__ import annotations

import difflib
import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

Bound = tuple[float, float] | tuple[str, ...] | range
COUNT = range(1, 2**31)  # the bound of a number of things


@dataclass(frozen=True, eq=False)
class Neuron:
    """One spiking neuron model.

    Attributes
    ----------
    Params, State, step, sequence, init, start
        As in the module docstring.
    learnable
        The fields of `Params` that train.
    bounds
        What an option may be: an open interval, a range of integers or the words to choose from,
        e.g. `{"tau": (1.0, math.inf), "k": COUNT, "decay": ("linear", "exp")}`.
    surrogate, reset, strict
        What `Layer` uses unless told otherwise; strict neurons fire at u > 0.
    running
        Tensors of `Params` that the steps carry in `State` under the same name and that a layer
        in training mode keeps for the next call: running statistics. A model that has a field
        `training` in its `Params` finds the layer's mode there.
    tables
        The fields of `Params` with a row per time step, [T, C] or [T].
    """

    Params: Any
    State: Any = None
    step: Callable[..., tuple[Tensor, Any]] | None = None
    sequence: Callable[..., Tensor] | None = None
    init: Callable[..., Any] | None = None
    start: Callable[[Tensor, Any], Any] | None = None
    learnable: tuple[str, ...] = ()
    bounds: Mapping[str, Bound] = field(default_factory=dict)
    surrogate: str = "atan"
    reset: str = "hard"
    strict: bool = False
    running: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the model's file, which is its name everywhere."""
        return self.Params.__module__.rpartition(".")[2]

    @property
    def options(self) -> dict[str, Any]:
        """Every option `params` takes, with its default (`inspect.Parameter.empty`: required)."""
        fields = {name: self.Params._field_defaults.get(name) for name in self.Params._fields}
        if self.init is None:
            return fields
        parameters = list(inspect.signature(self.init).parameters.values())[1:]
        named = {q.name: q.default for q in parameters if q.kind is not q.VAR_KEYWORD}
        if len(named) == len(parameters):
            return named
        given = (*self.learnable, *self.running, "training")
        return named | {n: v for n, v in fields.items() if n not in given}

    @property
    def needs(self) -> tuple[str, ...]:
        """The options that only the input can tell: `shape`, its [C, *], or `T`, its length."""
        return tuple(n for n, default in self.options.items() if default is inspect.Parameter.empty)

    def params(self, generator: torch.Generator | None = None, **options: Any) -> Any:
        """Draw the parameters; an unknown option or a value out of bounds raises ValueError."""
        for name, value in options.items():
            one_of(f"{self.name} has no option", name, self.options)
            self._check(name, value)
        return self.Params(**options) if self.init is None else self.init(generator, **options)

    def initial(self, x: Tensor, p: Any) -> Any:
        """The state before the first step, for inputs like `x` ([N, *], already in state dtype)."""
        if self.start is not None:
            return self.start(x, p)
        return self.State(*(torch.full_like(x, v) for v in self.State._field_defaults.values()))

    def __deepcopy__(self, memo: dict[int, Any]) -> Neuron:
        """A copied layer has the same neuron: what was compiled for it stays valid."""
        return self

    def _check(self, name: str, value: Any) -> None:
        """Raise a one-line ValueError unless an option may have this value."""
        bound, given = self.bounds.get(name), f"{self.name}: {name} = {value!r}"
        if name == "shape":
            if not value or not all(isinstance(size, int) and size > 0 for size in value):
                raise ValueError(f"{given} is not allowed; it must be (C, *), sizes > 0")
        elif isinstance(bound, tuple) and isinstance(bound[0], str):
            one_of(f"{self.name} has no {name}", value, bound)
        elif isinstance(bound, range):
            if not isinstance(value, int) or value not in bound:
                odd = "odd " if bound.step == 2 else ""
                raise ValueError(f"{given} is not allowed; it must be an {odd}integer > 0")
        elif isinstance(self.options[name], bool):
            if not isinstance(value, bool):
                raise ValueError(f"{given} is not allowed; it must be True or False")
        elif not isinstance(value, (int, float, Tensor)) or isinstance(value, bool):
            raise ValueError(f"{given} is not allowed; it must be a number")
        elif isinstance(bound, tuple):
            low, high = bound
            numbers = torch.as_tensor(value)
            if not bool(((numbers > low) & (numbers < high)).all()):
                allowed = f"> {low}" if high == math.inf else f"in ({low}, {high})"
                raise ValueError(f"{given} is not allowed; it must be {allowed}")


def one_of(lack: str, name: str, known: Iterable[str]) -> str:
    """`name` if it is known; else a ValueError that says the lack, a guess and what is known."""
    known = sorted(known)
    if name in known:
        return name
    close = difflib.get_close_matches(str(name), known, n=1)
    guess = f" did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"{lack} {name!r};{guess} known: {', '.join(known)}")


def per_channel(w: Tensor, trailing: int) -> Tensor:
    """View a [C] vector to meet the channels of [..., C, *], which has `trailing` axes in `*`."""
    return w.reshape(-1, *(1,) * trailing)
