"""The layers of neurons in a network, and the layers between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from torch import Tensor, nn

import neurons

# ST-DANO, Table 3: digit, model and the options that differ between the three
DIGITS = {
    "0": ("lif", {"reset": "hard"}),
    "1": ("llif", {"reset": "hard"}),
    "2": ("slif", {"reset": "soft"}),
}
# ST-DANO, Eq. 3 and 12: for all types of neurons
STDANO = {"decay": "exp", "surrogate": "piecewise_quadratic"}


class ModelWithOptions(NamedTuple):
    """A model with options of its own, which go before those of its network."""

    name: str
    options: dict[str, Any]


# One for all layers, one per layer, or a function that returns so many layers.
Models = str | Sequence[str | ModelWithOptions] | Callable[[int], Iterator[nn.Module]]


class PerStep(nn.Sequential):
    """Layers without a time axis, applied to every step of [T, N, *]."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.flatten(0, 1)).unflatten(0, x.shape[:2])


def neuron_layers(models: Models, count: int, **options: Any) -> Iterator[nn.Module]:
    """Return `count` layers of neurons: of one model, of a list of models, or from a function.

    The options are those of the models; a function has its own.
    """
    if callable(models):
        return models(count)
    chosen = [models] * count if isinstance(models, str) else list(models)
    if len(chosen) != count:
        raise ValueError(f"{len(chosen)} models were named; the network has {count} layers")
    return (neuron_layer(model, **options) for model in chosen)


def neuron_layer(model: str | ModelWithOptions, **options: Any) -> nn.Module:
    """Build a layer of neurons, or for "relu" that of an ANN, which ignores the options."""
    if isinstance(model, ModelWithOptions):
        return neuron_layer(model.name, **options | model.options)
    return nn.ReLU() if model == "relu" else neurons.Layer(model, **options)


def models_of(
    digits: str, options_of: Mapping[str, Mapping[str, Any]] | None = None, **options: Any
) -> list[ModelWithOptions]:
    """Return the models of one of ST-DANO's configurations, from input to output.

    All have one decay and one surrogate, as in the paper, and LIF and LLIF a hard reset, SLIF a
    soft one. `options` are further ones for all digits; `options_of`, e.g. {"2": {"beta": 0.2}},
    are those of one digit. They go before the options of the network.

    Source: ST-DANO, Table 3, Eq. 3, 8, 11 and 12.
    """
    known = ", ".join(f"{digit} {name}" for digit, (name, _) in DIGITS.items())
    if unknown := set(digits) - set(DIGITS):
        raise ValueError(f"{digits!r} has {min(unknown)!r}; known: {known}")
    options_of = options_of or {}
    if unknown := set(options_of) - set(DIGITS):
        raise ValueError(f"options for {min(unknown)!r}, which is no digit; known: {known}")
    models = {
        digit: ModelWithOptions(
            name, {**STDANO, **of_model, **options, **options_of.get(digit, {})}
        )
        for digit, (name, of_model) in DIGITS.items()
    }
    return [models[digit] for digit in digits]
