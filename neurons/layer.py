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
from neurons.contract import one_of
from neurons.fire import RESETS, Fire, Surrogate
from neurons.fire import surrogate as make_surrogate


class _PendingBuffer(UninitializedBuffer):
    """torch can copy a parameter that has no shape yet, but no such buffer."""

    def __deepcopy__(self, memo: dict[int, Any]) -> _PendingBuffer:
        like = {"device": self.data.device, "dtype": self.data.dtype}
        return memo.setdefault(id(self), type(self)(**like))  # type: ignore[arg-type]


class Layer(LazyModuleMixin, nn.Module):
    """A layer of spiking neurons, [T, N, *] in and out.

        neurons.Layer("lif", tau=2.0, surrogate="atan", reset="hard", backend="auto")

    Parameters
    ----------
    name
        The model, one of `neurons.names()`.
    backend
        One of `neurons.backends()`, or "auto": the fastest that starts at once.
    surrogate
        A name, or `neurons.surrogate("rect", width=0.5)`. Default: the model's own.
    reset
        "hard", "soft" or "none". Default: the model's own.
    detach_reset
        Keep the reset out of the gradient.
    shape
        The neurons' shape without time and batch, (C, *). If a model has parameters per channel
        and it is not given, they are made at the first call, as in torch's Lazy modules; so is
        the T that psn needs.
    stateful
        Carry the state from call to call; see `reset_state` and `detach`.
    strict
        Fire above the threshold (>), not at it (>=). Default: the model's own.
    truncate
        Cut the gradient through the state every so many steps: truncated BPTT.
    generator
        Draws the initial parameters.
    **options
        The model's own, e.g. tau [steps], v_th, k; see its docstring.

    Attributes
    ----------
    backend : str
        The backend in use; "auto" is resolved for the device of the last input, at first the CPU.
    fire : Fire
        How it spikes and resets.
    state : State | None
        The model's state after the last call if `stateful`.

    Raises
    ------
    ValueError
        For an unknown name or option, a value out of bounds, or an input that is not a floating
        [T, N, *] with T >= 1; in one line with what is allowed.
    """

    state: Any

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
        generator: torch.Generator | None = None,
        **options: Any,
    ) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # "Lazy modules are a new feature"
            super().__init__()
        self.neuron = registry.get(name)
        mode = one_of("no reset", reset or self.neuron.reset, RESETS)
        spec = make_surrogate(surrogate or self.neuron.surrogate)
        strict = self.neuron.strict if strict is None else strict
        spike = Surrogate.strictly if strict else Surrogate.spike
        self.fire = Fire(spec, mode, detach_reset, spike)
        if truncate is not None and (not isinstance(truncate, int) or truncate < 1):
            raise ValueError(f"truncate = {truncate!r} is not allowed; it must be an integer > 0")
        self.stateful, self.truncate = stateful, truncate
        self.reset_state()
        if shape is not None and "shape" in self.neuron.needs:
            options["shape"] = (shape,) if isinstance(shape, int) else tuple(shape)
        self._options, self._generator = options, generator
        self._asked, self._device = backend, "cpu"
        self._chosen: tuple[Any, str] = (None, "")
        _ = self.backend  # what cannot run is told at once
        if self._pending:
            self._reserve()
        else:
            self._fill()
            self._infer_parameters(self, ())  # nothing to infer: take the lazy hooks off

    @property
    def backend(self) -> str:
        steps = self.stateful or self.truncate is not None
        asked = (self.fire, steps, self._device, *self._pending)
        if self._chosen[0] != asked:
            how = (self._asked, self.fire, self._options, steps, self._device)
            self._chosen = asked, backends.choose(self.neuron, *how)
        return self._chosen[1]

    @property
    def _pending(self) -> list[str]:
        """What only the first input will tell."""
        return [need for need in self.neuron.needs if need not in self._options]

    def _reserve(self) -> None:
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
        self._keep(template)

    def _fill(self) -> None:
        """Draw the parameters."""
        p = self.neuron.params(self._generator, **self._options)
        for name, value in p._asdict().items():
            reserved = self._parameters.get(name, self._buffers.get(name))
            if isinstance(reserved, (UninitializedParameter, UninitializedBuffer)):
                reserved.materialize(value.shape)
                reserved.data.copy_(value)
            elif name in self.neuron.learnable and value is not None:
                self.register_parameter(name, nn.Parameter(value))
            elif isinstance(value, Tensor):
                self.register_buffer(name, value)
        self._keep(p)
        self._generator = None

    def _keep(self, p: Any) -> None:
        """Hold the numbers and words among the parameters; tensors are torch's to hold."""
        self._fixed = {n: v for n, v in p._asdict().items() if not isinstance(v, Tensor)}

    def initialize_parameters(self, x: Tensor | None = None) -> None:
        """Make what was pending from the first input; called by torch's lazy machinery."""
        if x is not None and self.has_uninitialized_params():
            self._check(x)
            found = {"shape": tuple(x.shape[2:]), "T": len(x)}
            self._options |= {need: found[need] for need in self._pending}
            self._fill()

    @property
    def params(self) -> Any:
        """The model's Params, as it is run with."""
        mode = {"training": self.training} if "training" in self._fixed else {}
        return self.neuron.Params(**self._fixed | self._buffers | self._parameters | mode)

    def forward(self, x: Tensor) -> Tensor:
        """Spikes [T, N, *] for the input current x [T, N, *], in its dtype."""
        self._check(x)
        self._device = x.device.type
        how = (self.neuron, self.backend, x, self.params, self.fire, self.state, self.truncate)
        s, state = backends.run(*how)
        if self.stateful:
            self.state, self._batch = state, x.shape[1:]
        if self.training:
            for name in self.neuron.running:
                kept, new = getattr(self, name), getattr(state, name).detach()
                setattr(self, name, new.to(kept.dtype))  # not in place: the backward needs `kept`
        return s

    def reset_state(self) -> None:
        """Forget the state carried between calls."""
        self.state = None

    def detach(self) -> None:
        """Cut the carried state from the graph of the calls before: truncated BPTT."""
        self._map_state(Tensor.detach)

    def _map_state(self, f: Callable[[Tensor], Tensor]) -> None:
        if self.state is not None:
            self.state = type(self.state)(*map(f, self.state))

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Layer:
        """The state follows the parameters to another device, and to a dtype that is not narrow."""

        def move(v: Tensor) -> Tensor:
            moved = fn(v)
            return moved if moved.dtype.itemsize >= 4 else v.to(moved.device)

        self._map_state(move)
        return super()._apply(fn, recurse)

    def __getstate__(self) -> dict[str, Any]:
        """Copies and pickles carry the state's values, not its graph."""
        kept = dict(self.__dict__)
        if self.state is not None:
            kept["state"] = type(self.state)(*(v.detach() for v in self.state))
        return kept

    def _check(self, x: Tensor) -> None:
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
        shown = self._options | {"backend": self.backend, "reset": self.fire.mode}
        shown |= {n: True for n in ("detach_reset",) if self.fire.detach_reset}
        shown |= {n: True for n in ("stateful",) if self.stateful}
        options = "".join(f", {name}={value!r}" for name, value in shown.items())
        return (
            f"{self.neuron.name!r}{options}, surrogate={self.fire.surrogate.name}({arguments[2:]})"
        )
