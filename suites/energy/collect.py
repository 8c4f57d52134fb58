"""Collect a ledger from one forward pass of any torch model.

Module hooks observe the layers that `suites.energy.layers` supports, so that nothing depends on the
architecture. Torch's dispatcher observes all operations outside of them, such as the sum of a
residual connection or `torch.relu`. A custom kernel that passes neither is not counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

from suites.energy import layers
from suites.energy.counts import Call, Counts
from suites.energy.dispatched import DispatchRecorder
from suites.energy.ledger import Entry, Ledger
from suites.energy.values import ANALOG, BINARY, KINDS, kind_of

FREE = (_DropoutNd,)  # costs nothing at inference, though it computes in training mode


def collect(
    model: nn.Module, *inputs: Any, steps_and_batch: tuple[int, int] | None = None
) -> Ledger:
    """Return the ledger of `model(*inputs)`, run without gradients and in the model's mode.

    `steps_and_batch` gives T and N of a network in which no layer of neurons is known.
    """
    with torch.no_grad(), Recorder(model, steps_and_batch) as recorder:
        model(*inputs)
    return recorder.ledger()


class Recorder:
    """Record what a model does while open; its outputs, gradients and random numbers do not change.

    with Recorder(model) as recorder:
        model(x)
    recorder.ledger()
    """

    def __init__(self, model: nn.Module, steps_and_batch: tuple[int, int] | None = None) -> None:
        self._model, self._steps_and_batch = model, steps_and_batch
        self._calls: dict[str, list[Call]] = defaultdict(list)
        self._first_inputs: dict[str, list[Tensor]] = defaultdict(list)  # before any neuron fired
        self._fired = False
        self._state: Any = None  # of the layer in progress, before its call
        self._running: list[str] = []  # the modules in progress, the outermost first
        self._dispatched = DispatchRecorder(model, self._kind_of, self._add_operation)

    def __enter__(self) -> Recorder:
        self._handles = []
        for name, module, observe in _modules(self._model):
            before: Any = partial(self._enter_container, name)
            after: Any = self._leave_container
            if observe or isinstance(module, FREE):
                before, after = self._enter_layer, partial(self._leave_layer, name, observe)
            self._handles += [
                # Before the hook in which a lazy module creates its parameters.
                module.register_forward_pre_hook(before, prepend=True),
                module.register_forward_hook(after, with_kwargs=True, always_call=True),
            ]
        return self

    def __exit__(self, *_: object) -> None:
        for handle in self._handles:
            handle.remove()

    def _enter_container(self, name: str, *_: Any) -> None:
        if not self._running:
            self._dispatched.start()
        self._running.append(name)

    def _leave_container(self, *_: Any) -> None:
        self._running.pop()
        if not self._running:
            self._dispatched.stop()

    def _enter_layer(self, module: nn.Module, *_: Any) -> None:
        self._state = getattr(module, "state", None)
        self._dispatched.pause()

    def _leave_layer(
        self,
        name: str,
        observe: layers.Observe | None,
        module: nn.Module,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        y: Any,
    ) -> None:
        if observe and y is not None:  # None: the layer raised an error
            x = next(iter((*args, *kwargs.values())))
            with torch.no_grad():
                call = observe(module, x, y, self._kind_of(x))
                inner = layers.observe_inner(module, self._state, x, y)
            if call is not None:
                if call.counts.macs and (name in self._first_inputs or not self._fired):
                    self._first_inputs[name].append(x.detach())
                self._fired |= call.kind == "neuron"
                self._calls[name].append(call)
            for part, inner_call in inner.items():
                self._calls[f"{name}.{part}"].append(inner_call)
        self._dispatched.resume()

    def _kind_of(self, x: Tensor) -> str:
        kind = kind_of(x)
        # Integers before the first neuron are pixels.
        return kind if kind == BINARY or self._fired else ANALOG

    def _add_operation(self, call: Call) -> None:
        self._calls[f"{self._running[-1]}: {call.operation}"].append(call)

    def ledger(self) -> Ledger:
        """Return the ledger of what has been recorded so far."""
        T, batch = _steps_and_batch([*self._calls.values()], self._steps_and_batch)
        entries = (
            _entry(name, calls, self._first_inputs.get(name, []), T, batch)
            for name, calls in self._calls.items()
        )
        return Ledger(T, batch, tuple(entries))


def _modules(model: nn.Module) -> Iterator[tuple[str, nn.Module, layers.Observe | None]]:
    """Yield the layers that are known, without the modules in them, and all other modules."""
    inside_layers: tuple[str, ...] = ()
    for name, module in model.named_modules():
        if inside_layers and name.startswith(inside_layers):
            continue
        observe = layers.observer(module)
        if observe:
            inside_layers += (f"{name}." if name else "",)
        yield name or type(module).__name__, module, observe


def _steps_and_batch(
    calls_of_layers: list[list[Call]], default: tuple[int, int] | None
) -> tuple[int, int]:
    """Return T and N of the layers of neurons; without any, the default or 1 step."""
    axes = [[call.time for call in calls if call.time] for calls in calls_of_layers]
    axes = [times for times in axes if times]
    if not axes:
        shapes = (calls[0].shape for calls in calls_of_layers)
        return default or (1, next((shape[0] for shape in shapes if shape), 1))
    joins = (sum if times[0].stateful else max for times in axes)
    steps = [join(time.steps for time in times) for join, times in zip(joins, axes, strict=True)]
    return max(steps), min(time.batch for times in axes for time in times)


def _entry(name: str, calls: list[Call], first_inputs: list[Tensor], T: int, batch: int) -> Entry:
    """Build the entry of a layer from its calls."""
    total = sum((call.counts for call in calls), Counts())
    steps = sum(_steps(call.shape, T, batch) for call in calls)
    elements = total.outputs if calls[0].kind == "neuron" else total.inputs
    return Entry(
        name=name,
        kind=calls[0].kind,
        operation=calls[0].operation,
        reads=max((call.reads for call in calls), key=KINDS.index),
        steps=steps,
        repeated=steps == T and total.macs > 0 and _repeats(first_inputs, T),
        rate=total.spikes / elements if elements else 0.0,
        per_sample=total / batch,
        sizes=calls[0].sizes,
        unknown=tuple(sorted({work for call in calls for work in call.unknown})),
    )


def _steps(shape: tuple[int, ...], T: int, batch: int) -> int:
    """Return the steps in one call: all for an input [T, N, *] or [T * N, *], else one."""
    return T if shape[:2] == (T, batch) or shape[:1] == (T * batch,) else 1


def _repeats(inputs: list[Tensor], T: int) -> bool:
    """Return whether T > 1 and the input, whole or step by step, is the same at every step."""
    if T == 1 or not inputs:
        return False
    whole = inputs[0] if len(inputs) == 1 else torch.cat([x.flatten() for x in inputs])
    frames = whole.reshape(T, -1)
    return all(torch.equal(frame, frames[0]) for frame in frames[1:])
