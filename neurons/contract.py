"""What a model file exports.

A model file defines some of

    State      NamedTuple, the state carried from step to step, each field with its default
    Params     NamedTuple, learnable and fixed parameters, each field with its default
    init       (generator, **options) -> Params, if parameters are random or have a shape
    start      (x, p) -> State, if the first state is not made of the defaults
    step       (x, state, p, fire) -> (s, state), one time step, x and s are [N, *]
    sequence   (x, p, fire) -> s, all steps at once, x and s are [T, N, *]; -> (s, State) if the
               model has running statistics, which are then the fields of State

and exports them as one record, `NEURON = Neuron(...)`. A model with `step` runs online, one with
`sequence` trains in parallel over time. A model that has both gives the same result with either.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from neurons.bounds import (
    COUNT,
    FINITE,
    FRACTION,
    NOT_NEGATIVE,
    POSITIVE,
    THRESHOLD,
    TIME_CONSTANT,
    Bound,
    Interval,
    is_shape,
    problem,
    shown,
)

__all__ = [
    "COUNT",
    "FINITE",
    "FRACTION",
    "NOT_NEGATIVE",
    "POSITIVE",
    "THRESHOLD",
    "TIME_CONSTANT",
    "Bound",
    "Interval",
    "Neuron",
    "one_of",
    "per_channel",
]
RESETS = ("hard", "soft", "none")


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
        The allowed values of an option: an interval, a range of integers or a list of words,
        e.g. `{"tau": TIME_CONSTANT, "k": COUNT, "decay": ("linear", "exp")}`. A number without
        bounds must be finite.
    surrogate, reset, strict
        The defaults of `Layer`; a strict neuron fires at u > 0, not at u = 0.
    resets
        The resets that the model has; ("none",) if it has none, or learns it.
    width
        The width of the surrogate "rect" if the user gives none; None: the option v_th.
    elsewhere
        What is an option of something else: `{"N": 'surrogate("integer", N={})'}`.
    torch_above
        The values of options above which torch's operations are faster than generated kernels.
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
    sequence: Callable[..., Any] | None = None
    init: Callable[..., Any] | None = None
    start: Callable[[Tensor, Any], Any] | None = None
    learnable: tuple[str, ...] = ()
    bounds: Mapping[str, Bound] = field(default_factory=dict)
    surrogate: str = "atan"
    reset: str = "hard"
    strict: bool = False
    resets: tuple[str, ...] = RESETS
    width: float | None = None
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    torch_above: Mapping[str, int] = field(default_factory=dict)
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

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The required options, known from the input: `shape`, its (C, *), or `T`, its length."""
        return tuple(n for n, default in self.options.items() if default is inspect.Parameter.empty)

    def params(self, generator: torch.Generator | None = None, **options: Any) -> Any:
        """Return new parameters, drawn from `generator`.

        Raise ValueError for an unknown option or a value out of bounds.
        """
        self.check(options)
        return self.Params(**options) if self.init is None else self.init(generator, **options)

    def check(self, options: Mapping[str, Any]) -> None:
        """Raise ValueError for an unknown option or a value out of bounds."""
        for name, value in options.items():
            if name in self.elsewhere:
                raise ValueError(
                    f"{self.name} has no option {name!r}; use {self.elsewhere[name].format(value)}"
                )
            one_of(f"{self.name} has no option", name, self.options)
            self._check(name, value)

    def initial(self, x: Tensor, p: Any) -> Any:
        """Return the state before the first step, for inputs like `x`, [N, *] in state dtype."""
        if self.start is not None:
            return self.start(x, p)
        return self.State(*(torch.full_like(x, v) for v in self.State._field_defaults.values()))

    def whole(self, x: Tensor, p: Any, fire: Any) -> tuple[Tensor, Any]:
        """Run `sequence`; return the spikes, and the State of running statistics or None."""
        assert self.sequence is not None
        result = self.sequence(x, p, fire)
        return result if self.running else (result, None)

    def __deepcopy__(self, memo: dict[int, Any]) -> Neuron:
        """Return the neuron itself: what was compiled for it serves a copied layer too."""
        return self

    def _check(self, name: str, value: Any) -> None:
        """Raise a one-line ValueError if the option may not have this value."""
        bound = self.bounds.get(name, FINITE)
        if name == "shape":
            allowed = "" if is_shape(value) else "(C, *), integers > 0"
        elif isinstance(bound, Interval | range):
            allowed = problem(value, bound, type(self.options[name]))
        else:
            one_of(f"{self.name} has no {name}", value, bound)
            return
        if allowed:
            raise ValueError(
                f"{self.name}: {name} = {shown(value)} is not allowed; it must be {allowed}"
            )


def one_of(wrong: str, name: str, known: Iterable[str]) -> str:
    """Return `name` if it is known, e.g. `one_of("no neuron", name, names())`.

    Raise ValueError otherwise: "no neuron 'lfi'; did you mean 'lif'? known: clif, lif".
    """
    known = sorted(known)
    if isinstance(name, str) and name in known:
        return name
    close = difflib.get_close_matches(str(name), known, n=1) if isinstance(name, str) else []
    guess = f" did you mean {close[0]!r}?" if close else ""
    text = repr(name) if isinstance(name, str) else shown(name)
    raise ValueError(f"{wrong} {text};{guess} known: {', '.join(known)}")


def per_channel(w: Tensor, trailing: int) -> Tensor:
    """Return w, [C], viewed so that it broadcasts over [..., C, *] with `trailing` axes in `*`."""
    return w.reshape(-1, *(1,) * trailing)
