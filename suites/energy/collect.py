"""Collecting a ledger from one forward pass of any torch model.

The layers that `layers` knows are heard through module hooks, so nothing depends on the
architecture, and all that happens outside of them, as a residual's sum or `torch.relu`, through
torch's dispatcher. What passes neither, as a kernel of one's own, is not heard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from operator import attrgetter
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

from suites.energy import layers
from suites.energy.call import ANALOG, BINARY, INPUTS, Call, kind_of, tally
from suites.energy.dispatched import Ear
from suites.energy.ledger import Entry, Ledger

STATE = 4  # bytes of a value that a neuron keeps, whatever the input's dtype
FREE = (_DropoutNd,)  # nothing at inference, though in training mode they compute


def collect(model: nn.Module, *inputs: Any, clock: tuple[int, int] | None = None) -> Ledger:
    """The ledger of `model(*inputs)`, run without gradients and in the mode the model is in.

    `clock` gives T and the batch where no layer of neurons that is known tells them.
    """
    with torch.no_grad(), Watch(model, clock) as watch:
        model(*inputs)
    return watch.ledger()


class Watch:
    """Listens to a model while open; the outputs, gradients and random draws stay the same.

    with Watch(model) as watch:
        model(x)
    watch.ledger()
    """

    def __init__(self, model: nn.Module, clock: tuple[int, int] | None = None) -> None:
        self._model, self._given = model, clock
        self._calls: dict[str, list[Call]] = defaultdict(list)
        self._early: dict[str, list[Tensor]] = defaultdict(list)  # read before any neuron spiked
        self._spiked = False
        self._running: list[str] = []  # the modules that are, from the model inwards
        self._ear = Ear(model, self._reads, self._tell)

    def __enter__(self) -> Watch:
        self._handles = []
        for name, module, observe in _layers(self._model):
            before: Any = partial(self._open, name)
            after: Any = self._close
            if observe or isinstance(module, FREE):
                before, after = self._before, partial(self._hear, name, observe)
            hook = module.register_forward_hook
            self._handles += [
                module.register_forward_pre_hook(before, prepend=True),  # a lazy one is made then
                hook(after, with_kwargs=True, always_call=True),
            ]
        return self

    def __exit__(self, *_: object) -> None:
        for handle in self._handles:
            handle.remove()

    def _open(self, name: str, *_: Any) -> None:
        if not self._running:
            self._ear.__enter__()
        self._running.append(name)

    def _close(self, *_: Any) -> None:
        self._running.pop()
        if not self._running:
            self._ear.__exit__(None, None, None)

    def _before(self, *_: Any) -> None:
        self._ear.leave()

    def _hear(
        self,
        name: str,
        observe: layers.Observe | None,
        module: nn.Module,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        y: Any,
    ) -> None:
        if observe and y is not None:  # None: it raised
            x = next(iter((*args, *kwargs.values())))
            with torch.no_grad():
                call = observe(module, x, y, self._reads(x))
            if call is not None:
                if call.macs and (name in self._early or not self._spiked):
                    self._early[name].append(x.detach())
                self._spiked |= call.kind == "neuron"
                self._calls[name].append(call)
        self._ear.come()

    def _reads(self, x: Tensor) -> str:
        reads = kind_of(x)
        # Integers that no neuron fired are pixels.
        return reads if reads == BINARY or self._spiked else ANALOG

    def _tell(self, call: Call) -> None:
        self._calls[f"{self._running[-1]}: {call.model}"].append(call)

    def ledger(self) -> Ledger:
        """What was heard so far."""
        T, batch = _clock([*self._calls.values()], self._given)
        entries = (
            _entry(name, calls, self._early.get(name, []), T, batch)
            for name, calls in self._calls.items()
        )
        return Ledger(T, batch, tuple(entries))


def _layers(model: nn.Module) -> Iterator[tuple[str, nn.Module, layers.Observe | None]]:
    """The modules to hear: known ones as a whole, and those around them."""
    inside: tuple[str, ...] = ()
    for name, module in model.named_modules():
        if inside and name.startswith(inside):
            continue
        observe = layers.observer(module)
        if observe:
            inside += (f"{name}." if name else "",)
        yield name or type(module).__name__, module, observe


def _clock(heard: list[list[Call]], given: tuple[int, int] | None) -> tuple[int, int]:
    """Steps and batch, from the neurons; without any, one step of what the first layer read."""
    clocks = [found for calls in heard if (found := [c.clock for c in calls if c.clock])]
    if not clocks:
        return given or (1, next((calls[0].shape[0] for calls in heard if calls[0].shape), 1))
    together = (sum if found[0].carries else max for found in clocks)
    steps = [join(c.steps for c in found) for join, found in zip(together, clocks, strict=True)]
    return max(steps), min(c.batch for found in clocks for c in found)


def _entry(name: str, calls: list[Call], early: list[Tensor], T: int, batch: int) -> Entry:
    """The calls of one layer together, divided by the batch."""

    def total(fact: str) -> float:
        return sum(map(attrgetter(fact), calls))

    steps = sum(_steps(call.shape, T, batch) for call in calls)
    elements = total("outputs" if calls[0].kind == "neuron" else "inputs")
    per_step = {
        fact: total(fact) / (batch * steps) for fact in ("inputs", "outputs", "macs", "biased")
    }
    return Entry(
        name=name,
        kind=calls[0].kind,
        model=calls[0].model,
        reads=max((call.reads for call in calls), key=INPUTS.index),
        steps=steps,
        repeated=steps == T and total("macs") > 0 and _repeats(early, T),
        rate=total("spikes") / elements if elements else 0.0,
        weights=calls[0].weights,
        fan=calls[0].fan,
        kernel=calls[0].kernel,
        stride=calls[0].stride,
        states=calls[0].states,
        acs=total("acs") / batch,
        events=total("events") / batch,
        operations={k: v / batch for k, v in tally(call.operations for call in calls).items()},
        unknown=tuple(sorted({work for call in calls for work in call.unknown})),
        bytes={
            "inputs": sum(call.sizes[0] for call in calls) / (batch * steps),
            "outputs": sum(call.sizes[1] for call in calls) / (batch * steps),
            "parameters": calls[0].sizes[2],
            "state": STATE * calls[0].states * total("outputs") / (batch * steps),
        },
        **per_step,
    )


def _steps(shape: tuple[int, ...], T: int, batch: int) -> int:
    """The steps in one call: all for an input [T, N, *] or [T * N, *], else one."""
    return T if shape[:2] == (T, batch) or shape[:1] == (T * batch,) else 1


def _repeats(inputs: list[Tensor], T: int) -> bool:
    """Whether an input, whole or step by step, is the same at each of several steps."""
    if T == 1 or not inputs:
        return False
    whole = inputs[0] if len(inputs) == 1 else torch.cat([x.flatten() for x in inputs])
    frames = whole.reshape(T, -1)
    return all(torch.equal(frame, frames[0]) for frame in frames[1:])
