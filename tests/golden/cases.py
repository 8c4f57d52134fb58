"""A golden case, and the layer that its sidecar describes.

A recipe for each family of neurons translates the sidecar's fields to our options. So new cases of
the same neurons need no new code.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

import neurons
from neurons import one_of

VECTORS = Path(__file__).parent / "vectors"


class Case(NamedTuple):
    """A `.npz` file and its sidecar."""

    path: Path
    about: dict[str, Any]
    arrays: dict[str, np.ndarray]

    @classmethod
    def load(cls, sidecar: Path) -> Case:
        with np.load(sidecar.with_suffix(".npz"), allow_pickle=False) as arrays:
            return cls(sidecar, json.loads(sidecar.read_text()), dict(arrays))

    @property
    def neuron(self) -> str:
        return self.about["neuron"]

    @property
    def name(self) -> str:
        return f"{self.neuron}/{self.path.stem}"

    @property
    def pointwise(self) -> bool:
        """Whether this is a surrogate at points, without a neuron, a sequence and parameters."""
        return self.neuron == "surrogate"

    @property
    def hyper(self) -> dict[str, Any]:
        return self.about["hyper"]


def find(*roots: Path) -> list[Case]:
    """Load all cases below the roots; a root is a folder or a file of a case."""
    return [Case.load(sidecar) for sidecar in sidecars(*roots)]


def sidecars(*roots: Path) -> list[Path]:
    """Return the sidecars of all cases below the roots; ValueError if there are none."""
    files: set[Path] = set()
    for root in roots:
        if not root.exists():
            raise ValueError(f"no folder or case {str(root)!r}")
        files |= set(root.rglob("*.json")) if root.is_dir() else {root.with_suffix(".json")}
    if not files:
        raise ValueError(f"no case (*.json with *.npz) below {', '.join(map(str, roots))}")
    return sorted(files)


# type in the sidecar -> our surrogate, and {its argument: our argument}
SURROGATES = {
    "atan": ("atan", {"alpha": "alpha"}),
    "sigmoid": ("sigmoid", {"alpha": "alpha"}),
    "rect": ("rect", {"width": "width", "height": "height", "inclusive_edges": "closed"}),
    "piecewise_quadratic": ("piecewise_quadratic", {"alpha": "alpha"}),
    "triangle": ("triangle", {"gamma": "gamma"}),
    "integer_rect": ("integer", {"N": "N"}),
}


def surrogate(spec: Mapping[str, Any]) -> neurons.Surrogate:
    """Return the surrogate of a sidecar's field `surrogate`."""
    name, renamed = SURROGATES[one_of("no surrogate for type", spec["type"], SURROGATES)]
    return neurons.surrogate(name, **{ours: spec[theirs] for theirs, ours in renamed.items()})


def strict(spec: Mapping[str, Any]) -> bool:
    """Return whether the neuron fires above its threshold, not at it."""
    return spec.get("fire", ">=0") == ">0"


def above_threshold(u: torch.Tensor, p: Any) -> torch.Tensor:
    """Return h of a neuron that fires on u = h - v_th."""
    return u + getattr(p, "v_th", 0.0)


class Recipe(NamedTuple):
    """How to build the layer of a case: arguments of `neurons.Layer`, and the exceptions.

    Attributes
    ----------
    renamed
        {name of a parameter in the vectors: our name}, if they differ.
    surrogate
        Replaces that of the sidecar, for a model that computes its own.
    run
        Runs a case of another form: (case, backend, dtype) -> results by the names of the vectors.
    potential
        (u, p) -> h, if u is not h - v_th; None if h cannot be computed from u.
    negative
        The vectors come from faulty code, and our model must differ.
    """

    model: str
    options: dict[str, Any]
    reset: str = "none"
    detach_reset: bool = False
    renamed: Mapping[str, str] = {}
    surrogate: neurons.Surrogate | None = None
    run: Callable[[Case, str, torch.dtype], dict[str, torch.Tensor]] | None = None
    potential: Callable[[torch.Tensor, Any], torch.Tensor] | None = above_threshold
    negative: bool = False


@cache
def recipes() -> dict[str, Callable[[Case], Recipe]]:
    """Return all recipes, by the neuron of the sidecar, from the files of `recipes/`."""
    by_neuron = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent / "recipes")]):
        by_neuron |= importlib.import_module(f"tests.golden.recipes.{module.name}").RECIPES
    return by_neuron


def recipe(case: Case) -> Recipe:
    """Return the recipe of a case; ValueError if its neuron or surrogate is unknown."""
    result = recipes()[one_of("no recipe for neuron", case.neuron, recipes())](case)
    if result.surrogate:
        return result
    return result._replace(surrogate=surrogate(case.about["surrogate"]))


def build(case: Case, backend: str, dtype: torch.dtype) -> neurons.Layer:
    """Build the layer that a case describes, with its parameters and fixed matrices."""
    x = torch.from_numpy(case.arrays["x"])
    layer = from_recipe(recipe(case), case, backend, x).to(dtype)
    for name, parameter in parameters(case, layer).items():
        value = torch.from_numpy(case.arrays[f"param.{name}"])
        parameter.data.copy_(value.view_as(parameter))
    for name, fixed in layer.named_buffers():
        if f"const.{name}" in case.arrays:
            fixed.copy_(torch.from_numpy(case.arrays[f"const.{name}"]))
    return layer


def from_recipe(recipe: Recipe, case: Case, backend: str, x: torch.Tensor) -> neurons.Layer:
    """Build the layer of a recipe for inputs like x, in float32 and with its initial parameters."""
    options = {"shape": x.shape[2:], "T": len(x)} | recipe.options
    needs = {name: options[name] for name in neurons.get(recipe.model).needs}
    return neurons.Layer(
        recipe.model,
        backend=backend,
        surrogate=recipe.surrogate or surrogate(case.about["surrogate"]),
        strict=strict(case.about["surrogate"]),
        reset=recipe.reset,
        detach_reset=recipe.detach_reset,
        **needs | recipe.options,
    )


def parameters(case: Case, layer: neurons.Layer) -> dict[str, torch.nn.Parameter]:
    """Return the parameters of the layer by their names in the vectors."""
    prefix, renamed = "param.", recipe(case).renamed
    names = [key.removeprefix(prefix) for key in case.arrays if key.startswith(prefix)]
    return {name: layer.get_parameter(renamed.get(name, name)) for name in names}
