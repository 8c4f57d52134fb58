"""A neuron as a torch module."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from neurons import backends, registry
from neurons.choices import check_flag, choose_fire, choose_truncation, shape_of
from neurons.fire import Surrogate


class _PendingBuffer(UninitializedBuffer):
    """A buffer without a shape that can be copied; torch's own cannot."""

    def __deepcopy__(self, memo: dict[int, Any]) -> _PendingBuffer:
        options = {"device": self.data.device, "dtype": self.data.dtype}
        return memo.setdefault(id(self), type(self)(**options))  # type: ignore[arg-type]


class Layer(LazyModuleMixin, nn.Module):
    """A layer of spiking neurons, [T, N, *] in and out.

        neurons.Layer("lif", tau=2.0, surrogate="atan", reset="hard", backend="auto")

    Parameters
    ----------
    name
        The model, one of `neurons.names()`.
    backend
        One of `neurons.backends.names()`, or "auto": the fastest that needs no long compilation.
    surrogate
        A name, or `neurons.surrogate("rect", width=0.5)`. Default: that of the model. A "rect"
        without a width has that of the model's paper, or v_th (CLIF Eq. 8).
    reset
        "hard", "soft" or "none"; a model refuses what it does not have. Default: that of the model.
    detach_reset
        Keep the reset out of the gradient; without a reset there is nothing to keep out.
    shape
        The neurons' shape without time and batch, (C, *). Without it, a model with parameters per
        channel builds them at the first call, like torch's Lazy modules. So does a model with
        parameters per time step without its option T. Other models take any shape and ignore it.
    stateful
        Carry the state from call to call; see `reset_state` and `detach`.
    strict
        Fire at u > 0, not at u = 0; the same for "integer" spikes. Default: that of the model.
    truncate
        k [steps] of k-step truncated BPTT: no gradient flows through the state from one window of
        k steps to the one before, nor between calls. Default: no truncation.
    truncation
        How k is read: "blocks" (default), "lags" or "first"; see `neurons/truncation.py`.
    generator
        Random generator for the initial parameters, of models that draw them.
    **options
        Options of the model, e.g. tau [steps], v_th, k; see its docstring.

    Attributes
    ----------
    backend : str
        The backend that runs the layer. "auto" depends on the last input: on its device (before
        the first call: the CPU) and, if `stateful`, on whether it was a single step.
    fire : Fire
        How the neurons spike and reset.
    state : State | None
        The model's state after the last call if `stateful`.

    Raises
    ------
    ValueError
        For an unknown name or option, a value out of bounds, or an input that is not a floating
        point [T, N, *] with T >= 1. The message is one line with what is allowed.
    """

    state: Any
    _batch: torch.Size  # [N, *] of that state

    def __init__(
        self,
        name: str,
        *,
        backend: str = "auto",
        surrogate: str | Surrogate | None = None,
        reset: str | None = None,
        detach_reset: bool = False,
        shape: int | Sequence[int] | None = None,
        stateful: bool = False,
        strict: bool | None = None,
        truncate: int | None = None,
        truncation: str | None = None,
        generator: torch.Generator | None = None,
        **options: Any,
    ) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # "Lazy modules are a new feature"
            super().__init__()
        self.neuron = registry.get(name)
        if shape is not None and "shape" in self.neuron.needs:
            options["shape"] = shape_of(shape)
        self.neuron.check(options)
        self.fire = choose_fire(self.neuron, options, surrogate, reset, detach_reset, strict)
        self.truncate, self.truncation = choose_truncation(truncate, truncation)
        check_flag("stateful", stateful)
        self.stateful = stateful
        self.reset_state()
        self._options, self._generator = options, generator
        self._requested_backend = backend
        self._input = ("cpu", False)  # device type of the last input, and whether it was short
        self._choices: dict[tuple[str, bool], tuple[Any, str]] = {}
        _ = self.backend  # raises if the requested one cannot run
        if self._pending:
            self._register_pending()
        else:
            self._draw()
            self._infer_parameters(self, ())  # nothing is pending: remove torch's lazy hooks

    @property
    def backend(self) -> str:
        steps = self.stateful or self.truncate is not None
        request = (self._requested_backend, self.fire, self._options, steps, *self._input)
        before = self._choices.get(self._input)
        if before is None or request != before[0]:  # choosing is slow: it traces the step
            before = self._choices[self._input] = request, backends.choose(self.neuron, *request)
        return before[1]

    @property
    def _pending(self) -> list[str]:
        """The required options that are not known before the first input."""
        return [need for need in self.neuron.needs if need not in self._options]

    def _register_pending(self) -> None:
        """Register the parameters without their shapes."""
        sizes = {"shape": (1,), "T": 1}
        needs = {need: sizes[need] for need in self._pending}
        with torch.device("cpu"):
            template = self.neuron.params(torch.Generator(), **self._options, **needs)
        for name, value in template._asdict().items():
            if name in self.neuron.learnable and value is not None:
                self.register_parameter(name, UninitializedParameter())  # type: ignore[arg-type]
            elif isinstance(value, Tensor):
                self.register_buffer(name, _PendingBuffer())
        self._set_fixed(template)

    def _draw(self) -> None:
        """Draw the parameters and register them."""
        p = self.neuron.params(self._generator, **self._options)
        for name, value in p._asdict().items():
            pending = self._parameters.get(name, self._buffers.get(name))
            if isinstance(pending, (UninitializedParameter, UninitializedBuffer)):
                pending.materialize(value.shape)
                pending.data.copy_(value)
            elif name in self.neuron.learnable and value is not None:
                self.register_parameter(name, nn.Parameter(value))
            elif isinstance(value, Tensor):
                self.register_buffer(name, value)
        self._set_fixed(p)
        self._generator = None

    def _set_fixed(self, p: Any) -> None:
        """Store the parameters that are not tensors; torch stores those that are."""
        self._fixed = {n: v for n, v in p._asdict().items() if not isinstance(v, Tensor)}

    def initialize_parameters(self, x: Tensor | None = None) -> None:
        """Build the pending parameters for the first input; called by torch's lazy hooks."""
        if x is not None and self.has_uninitialized_params():
            self._check(x)
            sizes = {"shape": tuple(x.shape[2:]), "T": len(x)}
            self._options = self._options | {need: sizes[need] for need in self._pending}
            self._draw()

    @property
    def params(self) -> Any:
        """The model's Params with their present values."""
        mode = {"training": self.training} if "training" in self._fixed else {}
        return self.neuron.Params(**self._fixed | self._buffers | self._parameters | mode)

    def forward(self, x: Tensor) -> Tensor:
        """Return the spikes, [T, N, *], for the input current x, [T, N, *], in its dtype."""
        self._check(x)
        # torch's modules take long to set an attribute themselves.
        object.__setattr__(self, "_input", (x.device.type, backends.is_short(x)))
        options = (self.params, self.fire, self.state, self.truncate, self.truncation)
        s, state = backends.run(self.neuron, self.backend, x, *options)
        if self.stateful:
            object.__setattr__(self, "state", state)
            object.__setattr__(self, "_batch", x.shape[1:])
        if self.training:
            for name in self.neuron.running:
                old, new = getattr(self, name), getattr(state, name).detach()
                setattr(self, name, new.to(old.dtype))  # not in place: the backward needs `old`
        return s

    def reset_state(self) -> None:
        """Forget the state: the next call starts as the first one did."""
        self.state = None

    def detach(self) -> None:
        """Detach the state from the graph of earlier calls: truncated BPTT."""
        self._map_state(Tensor.detach)

    def _map_state(self, f: Callable[[Tensor], Tensor]) -> None:
        if self.state is not None:
            self.state = type(self.state)(*map(f, self.state))

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Layer:
        """Move the state with the parameters, but to no dtype narrower than float32."""

        def move(v: Tensor) -> Tensor:
            moved = fn(v)
            return moved if moved.dtype.itemsize >= 4 else v.to(moved.device)

        self._map_state(move)
        return super()._apply(fn, recurse)

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles hold: of the state its values, not its graph."""
        attributes = dict(self.__dict__)
        if self.state is not None:
            attributes["state"] = type(self.state)(*(v.detach() for v in self.state))
        return attributes

    def _check(self, x: Tensor) -> None:
        """Raise ValueError for an input that the model cannot take."""
        name = self.neuron.name
        least = 3 if "shape" in self.neuron.needs else 2
        if x.ndim < least or len(x) == 0:
            form = "[T, N, C, *]" if least == 3 else "[T, N, *]"
            raise ValueError(f"{name} got input of shape {tuple(x.shape)}; it takes {form}, T >= 1")
        if not x.is_floating_point():
            raise ValueError(f"{name} got {x.dtype} input; it takes floating point: call x.float()")
        if self.state is not None and x.shape[1:] != self._batch:
            raise ValueError(
                f"{name} carries the state of [N, *] = {tuple(self._batch)} and got "
                f"{tuple(x.shape[1:])}; call reset_state() first"
            )

    def extra_repr(self) -> str:
        arguments = "".join(f", {name}={value}" for name, value in self.fire.surrogate.arguments)
        options = self._options | {"backend": self.backend, "reset": self.fire.mode}
        flags = {"detach_reset": self.fire.detach_reset, "stateful": self.stateful}
        options |= {name: True for name, value in flags.items() if value}
        shown = "".join(f", {name}={value!r}" for name, value in options.items())
        surrogate = f"{self.fire.surrogate.name}({arguments[2:]})"
        return f"{self.neuron.name!r}{shown}, surrogate={surrogate}"
