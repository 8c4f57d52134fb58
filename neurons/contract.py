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

Interval = tuple[float, float]
Choices = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Neuron:
    """One spiking neuron model.

    Attributes
    ----------
    Params, State, step, sequence, init, start
        As in the module docstring.
    learnable
        The fields of `Params` that train.
    limits
        What an option may be: an open interval or the words to choose from, e.g.
        `{"tau": (1.0, math.inf), "decay": ("linear", "exp")}`.
    surrogate, reset
        What `Layer` uses unless told otherwise.
    """

    Params: Any
    State: Any = None
    step: Callable[..., tuple[Tensor, Any]] | None = None
    sequence: Callable[..., Tensor] | None = None
    init: Callable[..., Any] | None = None
    start: Callable[[Tensor, Any], Any] | None = None
    learnable: tuple[str, ...] = ()
    limits: Mapping[str, Interval | Choices] = field(default_factory=dict)
    surrogate: str = "atan"
    reset: str = "hard"

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
        return named | {n: v for n, v in fields.items() if n not in self.learnable}

    @property
    def needs(self) -> tuple[str, ...]:
        """The options that only the input can tell: `shape`, its [C, *], or `T`, its length."""
        return tuple(n for n, default in self.options.items() if default is inspect.Parameter.empty)

    def params(self, generator: torch.Generator | None = None, **options: Any) -> Any:
        """Draw the parameters; an unknown option or a value out of bounds raises ValueError."""
        for name, value in options.items():
            one_of(f"option of {self.name}", name, self.options)
            self._check(name, value)
        if self.init is None:
            return self.Params(**options)
        return self.init(generator, **options)

    def initial(self, x: Tensor, p: Any) -> Any:
        """The state before the first step, for inputs like `x` ([N, *], already in state dtype)."""
        if self.start is not None:
            return self.start(x, p)
        return self.State(*(torch.full_like(x, v) for v in self.State._field_defaults.values()))

    def _check(self, name: str, value: Any) -> None:
        limit = self.limits.get(name)
        if limit is None:
            return
        if isinstance(limit[0], str):
            one_of(f"{name} for {self.name}", value, limit)  # type: ignore[arg-type]
            return
        low, high = limit
        if not isinstance(value, (int, float, Tensor)) or isinstance(value, bool):
            raise ValueError(f"{self.name}: {name} = {value!r} is not a number")
        numbers = torch.as_tensor(value)
        if not bool(((numbers > low) & (numbers < high)).all()):
            bounds = f"> {low}" if high == math.inf else f"in ({low}, {high})"
            raise ValueError(f"{self.name}: {name} = {value} is not allowed; it must be {bounds}")


def one_of(kind: str, name: str, known: Iterable[str]) -> str:
    """`name` if it is known, else a ValueError that lists what is and guesses what was meant."""
    known = sorted(known)
    if name in known:
        return name
    close = difflib.get_close_matches(str(name), known, n=1)
    guess = f" did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"no {kind} {name!r};{guess} known: {', '.join(known)}")


def per_channel(w: Tensor, trailing: int) -> Tensor:
    """View a [C] vector to meet the channels of [..., C, *], which has `trailing` axes in `*`."""
    return w.reshape(-1, *(1,) * trailing)
