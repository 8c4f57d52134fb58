"""A golden case, and the layer that its sidecar describes.

Nothing here knows a single case: a recipe per neuron family spells the sidecar's fields in our
names, so unseen cases of the same neurons build as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

import neurons

VECTORS = Path(__file__).parent / "vectors"


class UnbuiltError(LookupError):
    """There is no model, surrogate or recipe for this case yet."""


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
    files: set[Path] = set()
    for root in roots:
        if not root.exists():
            raise ValueError(f"no folder or case {str(root)!r}")
        files |= set(root.rglob("*.json")) if root.is_dir() else {root.with_suffix(".json")}
    if not files:
        raise ValueError(f"no case (*.json with *.npz) below {', '.join(map(str, roots))}")
    return [Case.load(file) for file in sorted(files)]


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
    if spec["type"] not in SURROGATES:
        raise UnbuiltError(f"no surrogate for type {spec['type']!r}")
    if spec.get("fire", ">=0") != ">=0":
        raise UnbuiltError(f"Fire fires at >=0, not at {spec['fire']}")
    name, renamed = SURROGATES[spec["type"]]
    return neurons.surrogate(name, **{ours: spec[theirs] for theirs, ours in renamed.items()})


# --------------------------------------------------------------------------------------------
# Recipes: a case -> how we spell it
# --------------------------------------------------------------------------------------------


class Recipe(NamedTuple):
    """What `neurons.Layer` needs; `renamed` maps their parameters' names to ours, where unlike."""

    model: str
    options: dict[str, Any]
    reset: str = "none"
    detach_reset: bool = False
    renamed: Mapping[str, str] = {}


def integrate(case: Case) -> Recipe:
    """lif, plif: SpikingJelly's arguments, where no v_reset means the soft reset."""
    hyper = case.hyper
    options = {"v_th": hyper["v_threshold"], "decay_input": hyper["decay_input"]}
    options |= {key: hyper[key] for key in ("tau", "v_reset") if hyper.get(key) is not None}
    mode = "soft" if hyper["v_reset"] is None else "hard"
    return Recipe(case.neuron, options, mode, hyper["detach_reset"])


def lif_noreset(case: Case) -> Recipe:
    hyper = case.hyper
    options = {"tau": hyper["tau"], "v_th": hyper["v_threshold"], "decay_input": True}
    return Recipe("lif", options)


def psn(case: Case) -> Recipe:
    return Recipe("psn", {}, renamed={"fc.weight": "weight", "fc.bias": "bias"})


def sliding_psn(case: Case) -> Recipe:
    return Recipe("sliding_psn", {"k": case.hyper["k"]}, renamed={"threshold": "bias"})


def dsn(case: Case) -> Recipe:
    hyper = case.hyper
    options = {"k": hyper["k"], "tau": hyper["tau"], "enhanced": hyper["enhanced_mix"]}
    return Recipe("dsn", options)


RECIPES: dict[str, Callable[[Case], Recipe]] = {
    "dsn": dsn,
    "lif": integrate,
    "lif_noreset": lif_noreset,
    "plif": integrate,
    "psn": psn,
    "sliding_psn": sliding_psn,
}


def recipe(case: Case) -> Recipe:
    """How we spell a case; UnbuiltError if its model or surrogate does not exist yet."""
    if case.neuron not in RECIPES:
        raise UnbuiltError(f"no recipe for neuron {case.neuron!r}")
    made = RECIPES[case.neuron](case)
    if made.model not in neurons.names():
        raise UnbuiltError(f"no neuron {made.model!r}")
    surrogate(case.about["surrogate"])
    return made


def build(case: Case, backend: str, dtype: torch.dtype) -> neurons.Layer:
    """The layer a case describes, with its parameters."""
    made = recipe(case)
    found: dict[str, Any] = {"shape": case.arrays["x"].shape[2:], "T": len(case.arrays["x"])}
    needs = {need: found[need] for need in neurons.get(made.model).needs}
    layer = neurons.Layer(
        made.model,
        backend=backend,
        surrogate=surrogate(case.about["surrogate"]),
        reset=made.reset,
        detach_reset=made.detach_reset,
        **made.options,
        **needs,
    ).to(dtype)
    for theirs, held in learned(case, layer).items():
        value = torch.from_numpy(case.arrays[f"param.{theirs}"])
        held.data.copy_(value.view_as(held))
    return layer


def learned(case: Case, layer: neurons.Layer) -> dict[str, torch.nn.Parameter]:
    """The layer's parameters by the names the sidecar gives them."""
    prefix, renamed = "param.", recipe(case).renamed
    theirs = [key.removeprefix(prefix) for key in case.arrays if key.startswith(prefix)]
    return {name: layer.get_parameter(renamed.get(name, name)) for name in theirs}
