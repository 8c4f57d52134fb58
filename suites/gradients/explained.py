"""Gradients in float32 against what rounding explains of them, see `rounding`.

The tolerances of `tolerance` hold for every model alike. This bound follows from the sums of the
very case: it is wider where large terms cancel, and narrower everywhere else.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

import neurons
from suites import cases
from suites.gradients import comparison
from suites.gradients.rounding import Rounding


def excess(layer: neurons.Layer, reference: neurons.Layer, x: Tensor) -> float:
    """Return the largest error of a gradient over its bound: 1 is the most that rounding explains.

    `layer` computes in float32, `reference` in float64; it replays the layer's spikes. Raise
    NotImplementedError for a model whose output cannot be replayed.
    """
    grad_output = comparison.output_gradient(x)
    spikes, *gradients = comparison.spikes_and_gradients(layer, x, grad_output)
    comparison.check_replayable(layer, spikes)
    names = ["x", *(name for name, _ in layer.named_parameters())]
    fire = reference.fire

    def run(_: Callable[[Tensor], Tensor]) -> dict[str, Tensor]:
        """Return the gradients; the inputs are numbers of float32 already."""
        reference.fire = neurons.replay(fire, spikes.double())
        expected = comparison.spikes_and_gradients(reference, x.double(), grad_output.double())
        return dict(zip(names, expected[1:], strict=True))

    rounding = Rounding(run)
    errors = {
        name: float((gradient.double() - rounding.exact[name]).abs().max())
        for name, gradient in zip(names, gradients, strict=True)
    }
    bounds = rounding.explain(errors)
    return comparison.largest(
        error / max(bounds[name], 1e-300) if error else 0.0 for name, error in errors.items()
    )


def excess_of_case(model: str, backend: str) -> float:
    """Return the excess of a case of the suite, with the model's own surrogate."""
    x = cases.current(comparison.SHAPE).to(torch.float32)
    return excess(comparison.layer(model, backend), comparison.reference(model), x)
