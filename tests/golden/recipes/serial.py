"""The serial neurons: klif, glif, ilif, clif, and the three of ST-DANO with their mixture."""

from collections.abc import Mapping
from typing import Any

import torch

from tests.golden.cases import Case, Recipe

OURS = {"v_threshold": "v_th", "v_threshold0": "v_th", "tau0": "tau"}
PLAIN = ("tau", "gamma", "beta", "tau_min", "decay", "v_reset", "decay_input", "scale_reset")


def spelled(hyper: Mapping[str, Any]) -> dict[str, Any]:
    """The options among a sidecar's fields, in our names."""
    known = {theirs: OURS.get(theirs, theirs) for theirs in (*OURS, *PLAIN)}
    return {ours: hyper[theirs] for theirs, ours in known.items() if hyper.get(theirs) is not None}


def klif(case: Case) -> Recipe:
    """SpikingJelly's arguments, where no v_reset means the soft reset; h is inside a relu."""
    hyper = case.hyper
    mode = "soft" if hyper["v_reset"] is None else "hard"
    return Recipe("klif", spelled(hyper), mode, hyper["detach_reset"], potential=None)


def glif(case: Case) -> Recipe:
    """The authors' classes by their kind; their layer-wise one knows no straight-through gates."""
    kind, made = case.hyper["kind"], case.hyper.get("init", {})
    layer, static = kind.startswith("layer"), made.get("static_gate", kind.endswith("static"))
    hard = static if layer else not made.get("soft_mode", not kind.endswith("hard"))
    options = {
        "T": len(case.arrays["param.conduct"]),
        "gates": "fused" if kind == "softsimple" else "hard" if hard else "soft",
        "per": "layer" if layer else "channel",
        "train_gates": not static,
    }
    renamed = {"Vth": "threshold", "reVth": "subreset"}
    return Recipe("glif", options, renamed=renamed, potential=None)


def ilif(case: Case) -> Recipe:
    """The authors give the decay, SpikingJelly tau; both fire on h / v_th."""
    hyper = dict(case.hyper)
    if "decay" in hyper:
        hyper["tau"] = 1 / (1 - hyper.pop("decay"))

    def potential(u: torch.Tensor, p: Any) -> torch.Tensor:
        return u * p.v_th

    return Recipe("ilif", spelled(hyper), "soft", hyper["detach_reset"], potential=potential)


def clif(case: Case) -> Recipe:
    return Recipe("clif", spelled(case.hyper), "soft", case.hyper.get("detach_reset", False))


def clif_inplace(case: Case) -> Recipe:
    """A released class that overwrites m with sigmoid(m): a fault our clif must not repeat."""
    return clif(case)._replace(negative=True)


def stdano_lif(case: Case) -> Recipe:
    return Recipe("lif", spelled(case.hyper), case.hyper["reset"], case.hyper["detach_reset"])


def llif(case: Case) -> Recipe:
    """h is not told: the threshold is that of the neuron and the step."""
    return stdano_lif(case)._replace(model="llif", potential=None)


def slif(case: Case) -> Recipe:
    return stdano_lif(case)._replace(model="slif")


def lwns_super(case: Case) -> Recipe:
    return Recipe("super", spelled(case.hyper), "hard")


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
