"""The serial neurons: klif, glif, ilif, clif, the three of ST-DANO and their mixture."""

from collections.abc import Mapping
from typing import Any

import torch

from tests.golden.cases import Case, Recipe

RENAMED = {"v_threshold": "v_th", "v_threshold0": "v_th", "tau0": "tau"}
SAME = ("tau", "gamma", "beta", "tau_min", "decay", "v_reset", "decay_input", "scale_reset")


def options_of(hyper: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options among a sidecar's fields, by our names."""
    known = {theirs: RENAMED.get(theirs, theirs) for theirs in (*RENAMED, *SAME)}
    return {ours: hyper[theirs] for theirs, ours in known.items() if hyper.get(theirs) is not None}


def klif(case: Case) -> Recipe:
    """klif with SpikingJelly's arguments; without v_reset the reset is soft. h is inside a relu."""
    hyper = case.hyper
    mode = "soft" if hyper["v_reset"] is None else "hard"
    return Recipe("klif", options_of(hyper), mode, hyper["detach_reset"], potential=None)


def glif(case: Case) -> Recipe:
    """The authors' classes by their kind; the layer-wise one has no straight-through gates."""
    kind, init = case.hyper["kind"], case.hyper.get("init", {})
    layer, static = kind.startswith("layer"), init.get("static_gate", kind.endswith("static"))
    hard = static if layer else not init.get("soft_mode", not kind.endswith("hard"))
    options = {
        "T": len(case.arrays["param.conduct"]),
        "gates": "fused" if kind == "softsimple" else "hard" if hard else "soft",
        "per": "layer" if layer else "channel",
        "train_gates": not static,
    }
    renamed = {"Vth": "threshold", "reVth": "subreset"}
    return Recipe("glif", options, renamed=renamed, potential=None)


def ilif(case: Case) -> Recipe:
    """The authors' code has the decay, SpikingJelly tau; both fire on u = h / v_th."""
    hyper = dict(case.hyper)
    if "decay" in hyper:
        hyper["tau"] = 1 / (1 - hyper.pop("decay"))

    def potential(u: torch.Tensor, p: Any) -> torch.Tensor:
        return u * p.v_th

    return Recipe("ilif", options_of(hyper), "soft", hyper["detach_reset"], potential=potential)


def clif(case: Case) -> Recipe:
    return Recipe("clif", options_of(case.hyper), "soft", case.hyper.get("detach_reset", False))


def clif_inplace(case: Case) -> Recipe:
    """A released class that overwrites m with sigmoid(m), a fault that our clif must not have."""
    return clif(case)._replace(negative=True)


def stdano_lif(case: Case) -> Recipe:
    return Recipe("lif", options_of(case.hyper), case.hyper["reset"], case.hyper["detach_reset"])


def llif(case: Case) -> Recipe:
    """h cannot be computed from u: the threshold differs by neuron and step."""
    return stdano_lif(case)._replace(model="llif", potential=None)


def slif(case: Case) -> Recipe:
    return stdano_lif(case)._replace(model="slif")


def lwns_super(case: Case) -> Recipe:
    return Recipe("super", options_of(case.hyper), "hard")


RECIPES = {
    "clif": clif,
    "clif_clifspike_inplace": clif_inplace,
    "glif": glif,
    "ilif": ilif,
    "klif": klif,
    "llif": llif,
    "lwns_super": lwns_super,
    "slif": slif,
    "stdano_lif": stdano_lif,
}
