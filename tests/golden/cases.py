"""A golden case, and the layer that its sidecar describes.

Nothing here knows a single case: a recipe per neuron family spells the sidecar's fields in our
names, so unseen cases of the same neurons build as well.
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
from neurons.contract import one_of

VECTORS = Path(__file__).parent / "vectors"


class Case(NamedTuple):
    """One `.npz` and its sidecar."""

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
        """A surrogate alone: points instead of a sequence, no parameters."""
        return self.neuron == "surrogate"

    @property
    def hyper(self) -> dict[str, Any]:
        return self.about["hyper"]


def find(*roots: Path) -> list[Case]:
    """All cases below the roots, each a folder or one of a case's files."""
    return [Case.load(sidecar) for sidecar in sidecars(*roots)]


def sidecars(*roots: Path) -> list[Path]:
    """The sidecars of all cases below the roots; ValueError where there is nothing."""
    files: set[Path] = set()
    for root in roots:
        if not root.exists():
            raise ValueError(f"no folder or case {str(root)!r}")
        files |= set(root.rglob("*.json")) if root.is_dir() else {root.with_suffix(".json")}
    if not files:
        raise ValueError(f"no case (*.json with *.npz) below {', '.join(map(str, roots))}")
    return sorted(files)


# --------------------------------------------------------------------------------------------
# Surrogates: their type -> our name, and their arguments' names -> ours
# --------------------------------------------------------------------------------------------

SURROGATES = {
    "atan": ("atan", {"alpha": "alpha"}),
    "sigmoid": ("sigmoid", {"alpha": "alpha"}),
    "rect": ("rect", {"width": "width", "height": "height", "inclusive_edges": "closed"}),
    "piecewise_quadratic": ("piecewise_quadratic", {"alpha": "alpha"}),
    "triangle": ("triangle", {"gamma": "gamma"}),
    "integer_rect": ("integer", {"N": "N"}),
}


def surrogate(spec: Mapping[str, Any]) -> neurons.Surrogate:
    """The surrogate of a sidecar's `surrogate` field."""
    name, renamed = SURROGATES[one_of("no surrogate for type", spec["type"], SURROGATES)]
    return neurons.surrogate(name, **{ours: spec[theirs] for theirs, ours in renamed.items()})


def strict(spec: Mapping[str, Any]) -> bool:
    """Whether the neuron fires above its threshold, not at it."""
    return spec.get("fire", ">=0") == ">0"


# --------------------------------------------------------------------------------------------
# Recipes: a case -> how we spell it; `recipes/` holds them, a file per family
# --------------------------------------------------------------------------------------------


def above_threshold(u: torch.Tensor, p: Any) -> torch.Tensor:
    """h of a neuron that fires on h - v_th."""
    return u + getattr(p, "v_th", 0.0)


class Recipe(NamedTuple):
    """What `neurons.Layer` needs.

    `renamed` maps their parameters' names to ours where they are unlike; `surrogate` replaces the
    sidecar's where a model works out its own; `run` does a case of another form: it takes the
    case, the backend and the dtype and returns what it saw by the names of the vectors.
    `potential` tells h from what was fired on, where that is not the distance to `v_th`; None:
    it cannot be told. `negative` vectors are of code with a fault, from which we must differ.
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
    """All recipes, by the neuron of the sidecar."""
    found = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent / "recipes")]):
        found |= importlib.import_module(f"tests.golden.recipes.{module.name}").RECIPES
    return found


def recipe(case: Case) -> Recipe:
    """How we spell a case; ValueError if its neuron or surrogate is unknown."""
    made = recipes()[one_of("no recipe for neuron", case.neuron, recipes())](case)
    return made if made.surrogate else made._replace(surrogate=surrogate(case.about["surrogate"]))


def build(case: Case, backend: str, dtype: torch.dtype) -> neurons.Layer:
    """The layer a case describes, with its parameters and fixed matrices."""
    made = recipe(case)
    found: dict[str, Any] = {"shape": case.arrays["x"].shape[2:], "T": len(case.arrays["x"])}
    needs = {need: found[need] for need in neurons.get(made.model).needs}
    layer = neurons.Layer(
        made.model,
        backend=backend,
        surrogate=made.surrogate,
        strict=strict(case.about["surrogate"]),
        reset=made.reset,
        detach_reset=made.detach_reset,
        **made.options,
        **needs,
    ).to(dtype)
    for theirs, held in learned(case, layer).items():
        value = torch.from_numpy(case.arrays[f"param.{theirs}"])
        held.data.copy_(value.view_as(held))
    for name, fixed in layer.named_buffers():
        if f"const.{name}" in case.arrays:
            fixed.copy_(torch.from_numpy(case.arrays[f"const.{name}"]))
    return layer


def learned(case: Case, layer: neurons.Layer) -> dict[str, torch.nn.Parameter]:
    """The layer's parameters by the names the sidecar gives them."""
    prefix, renamed = "param.", recipe(case).renamed
    theirs = [key.removeprefix(prefix) for key in case.arrays if key.startswith(prefix)]
    return {name: layer.get_parameter(renamed.get(name, name)) for name in theirs}
