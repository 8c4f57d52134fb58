"""What a model file exports.

A model file defines some of

    State      NamedTuple, the state carried from step to step, each field with its default
    Params     NamedTuple, learnable and fixed parameters, each field with its default
    init       (generator, **options) -> Params, if parameters are random or have a shape
    start      (x, p) -> State, if the first state is not made of the defaults
    step       (x, state, p, fire) -> (s, state), one time step, x and s are [N, *]
    sequence   (x, p, fire) -> s, all steps at once, x and s are [T, N, *]

and exports them as one record, `NEURON = Neuron(...)`. A model with `step` runs online, one with
`sequence` trains in parallel over time. A model that has both gives the same result with either.
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
COUNT = range(1, 2**31)  # bound of an option that counts: an integer > 0


@dataclass(frozen=True, eq=False)
class Neuron:
    """One spiking neuron model.

    Attributes
    ----------
    Params, State, step, sequence, init, start
        See the module's docstring.
    learnable
        The fields of `Params` that are trained.
    bounds
        The allowed values of an option: an open interval, a range of integers or a list of words,
        e.g. `{"tau": (1.0, math.inf), "k": COUNT, "decay": ("linear", "exp")}`.
    surrogate, reset, strict
        The defaults of `Layer`; a strict neuron fires at u > 0, not at u = 0.
    running
        Running statistics: tensors of `Params` that are also fields of `State`. A layer in
        training mode copies their last state into its parameters. If `Params` has a field
        `training`, it holds the layer's mode.
    tables
        The fields of `Params` with one row per time step, [T, C] or [T].
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
        """The model's name, which is that of its file."""
        return self.Params.__module__.rpartition(".")[2]

    @property
    def options(self) -> dict[str, Any]:
        """All options of `params` with their defaults (`inspect.Parameter.empty`: required)."""
        fields = {name: self.Params._field_defaults.get(name) for name in self.Params._fields}
        if self.init is None:
            return fields
        parameters = list(inspect.signature(self.init).parameters.values())[1:]
        named = {q.name: q.default for q in parameters if q.kind is not q.VAR_KEYWORD}
        if len(named) == len(parameters):
            return named
        no_options = (*self.learnable, *self.running, "training")
        return named | {n: v for n, v in fields.items() if n not in no_options}

    @property
    def needs(self) -> tuple[str, ...]:
        """The required options, known from the input: `shape`, its (C, *), or `T`, its length."""
        return tuple(n for n, default in self.options.items() if default is inspect.Parameter.empty)

    def params(self, generator: torch.Generator | None = None, **options: Any) -> Any:
        """Return new parameters, drawn from `generator`.

        Raise ValueError for an unknown option or a value out of bounds.
        """
        for name, value in options.items():
            one_of(f"{self.name} has no option", name, self.options)
            self._check(name, value)
        return self.Params(**options) if self.init is None else self.init(generator, **options)

    def initial(self, x: Tensor, p: Any) -> Any:
        """Return the state before the first step, for inputs like `x`, [N, *] in state dtype."""
        if self.start is not None:
            return self.start(x, p)
        return self.State(*(torch.full_like(x, v) for v in self.State._field_defaults.values()))

    def __deepcopy__(self, memo: dict[int, Any]) -> Neuron:
        """Return the neuron itself: what was compiled for it serves a copied layer too."""
        return self

    def _check(self, name: str, value: Any) -> None:
        """Raise a one-line ValueError if the option may not have this value."""
        bound, option = self.bounds.get(name), f"{self.name}: {name} = {value!r}"
        if name == "shape":
            if not value or not all(isinstance(size, int) and size > 0 for size in value):
                raise ValueError(f"{option} is not allowed; it must be (C, *), sizes > 0")
        elif isinstance(bound, tuple) and isinstance(bound[0], str):
            one_of(f"{self.name} has no {name}", value, bound)
        elif isinstance(bound, range):
            if not isinstance(value, int) or value not in bound:
                odd = "odd " if bound.step == 2 else ""
                raise ValueError(f"{option} is not allowed; it must be an {odd}integer > 0")
        elif isinstance(self.options[name], bool):
            if not isinstance(value, bool):
                raise ValueError(f"{option} is not allowed; it must be True or False")
        elif not isinstance(value, (int, float, Tensor)) or isinstance(value, bool):
            raise ValueError(f"{option} is not allowed; it must be a number")
        elif isinstance(bound, tuple):
            low, high = bound
            numbers = torch.as_tensor(value)
            if not bool(((numbers > low) & (numbers < high)).all()):
                allowed = f"> {low}" if high == math.inf else f"in ({low}, {high})"
                raise ValueError(f"{option} is not allowed; it must be {allowed}")


def one_of(problem: str, name: str, known: Iterable[str]) -> str:
    """Return `name` if it is known, e.g. `one_of("no neuron", name, names())`.

    Raise ValueError otherwise: "no neuron 'lfi'; did you mean 'lif'? known: clif, lif".
    """
    known = sorted(known)
    if name in known:
        return name
    close = difflib.get_close_matches(str(name), known, n=1)
    guess = f" did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"{problem} {name!r};{guess} known: {', '.join(known)}")


def per_channel(w: Tensor, trailing: int) -> Tensor:
    """Return w, [C], viewed so that it broadcasts over [..., C, *] with `trailing` axes in `*`."""
    return w.reshape(-1, *(1,) * trailing)
