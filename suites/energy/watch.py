"""Collecting a ledger from one forward pass of any torch model.

Layers are heard through module hooks, so nothing depends on the architecture. Arithmetic outside
of modules, as a residual's sum or `torch.relu`, is not heard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from suites.energy import layers
from suites.energy.call import ANALOG, BINARY, INPUTS, Call, kind_of, tally
from suites.energy.ledger import Entry, Ledger

# What moves values and does no arithmetic at inference.
FREE = (nn.Identity, nn.Flatten, nn.Unflatten, nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d)


def collect(model: nn.Module, *inputs: Any) -> Ledger:
    """The ledger of `model(*inputs)`, run without gradients and in the mode the model is in."""
    with torch.no_grad(), Watch(model) as watch:
        model(*inputs)
    return watch.ledger()


class Watch:
    """Listens to a model while open; the outputs, gradients and random draws stay the same.

    with Watch(model) as watch:
        model(x)
    watch.ledger()
    """

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._calls: dict[str, list[Call]] = defaultdict(list)
        self._early: dict[str, list[Tensor]] = defaultdict(list)  # read before any neuron spiked
        self._spiked = False

    def __enter__(self) -> Watch:
        self._handles = [
            module.register_forward_hook(partial(self._hear, name, observe), with_kwargs=True)
            for name, module, observe in _layers(self._model)
        ]
        return self

    def __exit__(self, *_: object) -> None:
        for handle in self._handles:
            handle.remove()

    def _hear(
        self,
        name: str,
        observe: layers.Observe | None,
        module: nn.Module,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        y: Any,
    ) -> None:
        if observe is None:
            self._calls[name].append(Call("other", type(module).__name__))
            return
        x = next(iter((*args, *kwargs.values()))).detach()
        reads = kind_of(x)
        if name in self._early or not self._spiked:
            self._early[name].append(x)
            reads = reads if reads == BINARY else ANALOG  # integers that no neuron fired are pixels
        call = observe(module, x, y.detach(), reads)
        self._spiked |= call.kind == "neuron"
        self._calls[name].append(call)

    def ledger(self) -> Ledger:
        """What was heard so far."""
        T, batch = _clock([*self._calls.values()])
        entries = (
            _entry(name, calls, self._early.get(name, []), T, batch)
            for name, calls in self._calls.items()
        )
        return Ledger(T, batch, tuple(entries))


def _layers(model: nn.Module) -> Iterator[tuple[str, nn.Module, layers.Observe | None]]:
    """The modules to hear: known ones as a whole, and unknown ones that compute by themselves."""
    inside: tuple[str, ...] = ()
    for name, module in model.named_modules():
        if (inside and name.startswith(inside)) or isinstance(module, FREE):
            continue
        observe = layers.observer(module)
        if observe:
            inside += (f"{name}.",)
        if observe or module._parameters or not module._modules:
            yield name or type(module).__name__, module, observe


def _clock(heard: list[list[Call]]) -> tuple[int, int]:
    """Steps and batch, from the neurons; without any, one step of what the first layer read."""
    clocks = [found for calls in heard if (found := [c.clock for c in calls if c.clock])]
    if not clocks:
        return 1, next((calls[0].shape[0] for calls in heard if calls[0].shape), 1)
    together = (sum if found[0].carries else max for found in clocks)
    steps = [join(c.steps for c in found) for join, found in zip(together, clocks, strict=True)]
    return max(steps), min(c.batch for found in clocks for c in found)


def _entry(name: str, calls: list[Call], early: list[Tensor], T: int, batch: int) -> Entry:
    """The calls of one layer together, divided by the batch."""

    def total(fact: str) -> float:
        return sum(getattr(call, fact) for call in calls)

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
        **per_step,
    )


def _steps(shape: tuple[int, ...], T: int, batch: int) -> int:
    """The steps in one call: all for an input [T, N, *] or [T * N, *], else one."""
    return T if shape[:2] == (T, batch) or shape[:1] == (T * batch,) else 1


def _repeats(inputs: list[Tensor], T: int) -> bool:
    """Whether an input, whole or step by step, is the same at each of several steps."""
    if T == 1 or not inputs:
        return False
    frames = torch.cat([x.flatten() for x in inputs]).view(T, -1)
    return bool((frames == frames[0]).all())
