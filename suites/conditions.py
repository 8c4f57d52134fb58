"""The conditions under which neurons are compared: with which options a layer is built.

own        the model's defaults, as a user gets them
matched    one surrogate of one width, one reset and one input scaling for every model
paper      the options that the model's own paper prints, see `suites.published`

    applied = apply("klif", "matched")
    neurons.Layer("klif", **applied.options)
    applied.unmet                                # what the model cannot follow, in words

Only under `matched`, and between models that follow all of it, is the neuron all that differs.

What a model cannot follow is measured, not listed: a small layer is built with the options, and
runs for some steps below its threshold. So a new model needs no entry here.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

import neurons
from suites.profiles import Profile
from suites.published import PAPER

CONDITIONS = ("own", "matched", "paper")
WIDTH = 1.0  # of the matched surrogate, in the units of the potential, whatever the threshold
RESET = "soft"  # CLIF and SLIF have no other
STEPS, NEURONS = 4, 16  # of the layer that is probed
SMALL = 0.1  # the probe's input: below every threshold, and above the kink of a rectifier


class Applied(NamedTuple):
    """A condition applied to a model."""

    options: dict[str, Any]  # of `neurons.Layer`
    unmet: tuple[str, ...] = ()  # what the model cannot follow, one reason each


@cache
def _known() -> frozenset[str]:
    """Return the models of this commit: `neurons.names` looks through all installed packages."""
    return frozenset(neurons.names())


@cache
def apply(model: str, condition: str) -> Applied:
    """Return the options of a model under a condition, and what it cannot follow.

    Raise ValueError for an unknown condition, NotImplementedError if this commit lacks the model.
    """
    neurons.one_of("no condition", condition, CONDITIONS)
    if model not in _known():
        raise NotImplementedError(f"this commit has no neuron {model!r}")
    if condition == "own":
        return Applied({})
    if condition == "matched":
        return _matched(neurons.get(model))
    if model not in PAPER:
        return Applied({}, ("no paper of it prints options: the model's defaults",))
    published = PAPER[model]
    return Applied(dict(published.options), published.unmet)


class Unmet(dict[str, Any]):
    """The reasons by condition and model, {condition: {model: [reason, ...]}}.

    It is the attribute `unmet` of a benchmark. A model that follows all of a condition is left out,
    as is one that this commit lacks. The reasons are measured when they are read: importing a suite
    computes nothing.
    """

    def __init__(self, models: Iterable[str], conditions: Iterable[str]) -> None:
        super().__init__(dict.fromkeys(conditions))
        self.models = list(models)

    def __getitem__(self, condition: str) -> dict[str, list[str]]:
        known = [model for model in self.models if model in _known()]
        reasons = {model: list(apply(model, condition).unmet) for model in known}
        return {model: lines for model, lines in reasons.items() if lines}

    def items(self) -> Any:
        """Return the pairs, which is what JSON writes."""
        return {condition: self[condition] for condition in self}.items()


def measured(profile: Profile) -> list[str]:
    """Return the conditions of energy and horizon: of a quick profile the last, to save time."""
    return list(profile.conditions[-1:] if profile.quick else profile.conditions)


def _matched(neuron: neurons.Neuron) -> Applied:
    """Return the options that all models share, those of them that this model takes."""
    options: dict[str, Any] = {"surrogate": neurons.surrogate("rect", width=WIDTH)}
    reasons = []
    if "decay_input" in neuron.options:
        options["decay_input"] = False
    if neuron.reset == "none":
        reasons.append("has no reset to choose")
    else:
        options["reset"] = RESET
    if _refusal(neuron, options):
        for name in sorted({"surrogate", "reset"} & options.keys()):
            if refusal := _refusal(neuron, {name: options[name]}):
                reasons.append(refusal)
                del options[name]
    return Applied(options, (*reasons, *_differences(neuron, options)))


def _refusal(neuron: neurons.Neuron, options: dict[str, Any]) -> str | None:
    """Return why a model cannot take the options, or None."""
    try:
        layer = probe(neuron, options)
    except ValueError as error:
        return str(error)
    if "surrogate" not in options or neuron.surrogate != "integer":
        return None
    with torch.no_grad():  # a neuron at rest is silent, unless u is not its distance to a threshold
        silent = not layer(torch.zeros(STEPS, 1, NEURONS, dtype=torch.float64)).any()
    return None if silent else "puts out integers: keeps the surrogate 'integer'"


def _differences(neuron: neurons.Neuron, options: dict[str, Any]) -> list[str]:
    """Return how surrogate and input scaling of a layer differ from those of LIF, h = d v + x."""
    layer = probe(neuron, options)
    layer.fire, decisions = neurons.recording(layer.fire)
    x = torch.full((STEPS, 2, NEURONS), SMALL, dtype=torch.float64)
    x[:, 1] *= 1.5  # atlif takes the spread of a step's potentials
    x.requires_grad_()
    layer(x)
    first = decisions[0].u if decisions[0].u.shape == x.shape[1:] else decisions[0].u[0]
    (scale,) = torch.autograd.grad(first.sum(), x)
    reasons = []
    if not torch.allclose(scale[0], torch.ones_like(scale[0])):
        reasons.append(f"scales the input by {_span(scale[0])} in the first step, not by 1")
    widths = [torch.as_tensor(dict(d.surrogate.arguments).get("width", WIDTH)) for d in decisions]
    if any((width - WIDTH).abs().max() > 1e-6 for width in widths):
        reasons.append(f"sets the width of its surrogate itself, not to {WIDTH:g}")
    return reasons


def probe(neuron: neurons.Neuron, options: dict[str, Any]) -> neurons.Layer:
    """Return a small float64 layer of a model, on torch's operations, with options of Layer."""
    needs = {"T": STEPS} if "T" in neuron.options else {}
    generator = torch.Generator().manual_seed(0)
    layer = neurons.Layer(
        neuron.name,
        backend="eager",
        shape=(NEURONS,),
        generator=generator,
        **needs | options,
    )
    return layer.double()


def _span(values: Tensor) -> str:
    """Return the range of some values: `0.5`, or `0.1 to 0.8`."""
    low, high = (f"{value:.2g}" for value in (float(values.min()), float(values.max())))
    return low if low == high else f"{low} to {high}"
