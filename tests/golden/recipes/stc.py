"""STC's neurons with circuits, and the other neurons that its code has for comparison."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor

from tests.golden.cases import Case, Recipe
from tests.golden.recipes.adaptive import Parameters, composed

NORM = ("weight", "bias")
LMH = {"d_u": "mu_d", "s_u": "mu_s", "s_p": "lambda_s", "d_p": "lambda_d"}


def scalars(theirs: Parameters, names: Mapping[str, str]) -> dict[str, Tensor]:
    return {ours: theirs[name].view(()) for name, ours in names.items()}


def circuits(case: Case) -> Recipe:
    """stclif, stcplif and stclmh; the authors' code detaches the reset of the last."""
    hyper, kind = case.hyper, case.hyper["kind"]
    options = {key: hyper[key] for key in ("groups", "kernel")} | {"norm": True}
    options |= {"v_th": hyper["v_threshold"], "detach_gates": hyper["gradient_detach"]}
    options["eps"] = hyper["group_norm_eps"]
    names = {"stclmh": LMH, "stcplif": {"t_m": "w"}}.get(kind, {})

    def convert(theirs: Parameters) -> dict[str, Tensor]:
        both = [[theirs[f"{conv}.1.{key}"] for conv in ("conv_h", "conv_v")] for key in NORM]
        ours = {"temporal": theirs["conv_h.0.weight"], "spatial": theirs["conv_v.0.weight"]}
        ours |= dict(zip(("gain", "shift"), map(torch.stack, both), strict=True))
        return ours | scalars(theirs, names)

    detach = kind == "stclmh" and hyper.get("reset_detach", True)
    return composed(Recipe(kind, options, "soft", detach), convert)


def stc_lif(case: Case) -> Recipe:
    options = {"tau": 1 / (1 - case.hyper["alpha_lif"]), "v_th": case.hyper["v_threshold"]}
    recipe = Recipe("lif", options | {"decay_input": True}, "soft")
    return composed(recipe, lambda theirs: {}, h="m")


def stc_plif(case: Case) -> Recipe:
    """Their t_m is our -w, and the input is not multiplied by the sigmoid."""
    options = {"v_th": case.hyper["v_threshold"], "raw_input": True}
    recipe = Recipe("plif", options, "soft")
    return composed(recipe, lambda theirs: {"w": -theirs["t_m"].view(())}, h="m")


def stc_lmh(case: Case) -> Recipe:
    options = {"v_th": case.hyper["v_threshold"], "scaled": False}
    recipe = Recipe("lmh", options, "soft", detach_reset=True)
    return composed(recipe, partial(scalars, names=LMH), h="m", v_soma="v")


def stc_tclif(case: Case) -> Recipe:
    """The form of the paper with a detached reset and learned gamma."""
    options = {"v_th": case.hyper["v_threshold"], "learn_gamma": True}
    recipe = Recipe("tclif", options, "soft", detach_reset=True)
    names = {"s_u": "beta1", "s_p": "beta2", "t_m": "w_gamma"}
    return composed(recipe, partial(scalars, names=names), h="m", u_soma="v", u_dend="v_dend")


def stc_glif(case: Case) -> Recipe:
    """One conductance for all steps; the gates have no gradient."""
    hyper, renamed = case.hyper, {"Vth": "threshold", "reVth": "subreset"}
    gates = {"gates": "soft" if hyper["soft_mode"] else "hard"}
    options = gates | {"train_gates": not hyper["static_gate"], "T": 1}

    def convert(theirs: Parameters) -> dict[str, Tensor]:
        values = {k.partition(".")[2]: v for k, v in theirs.items() if k.startswith("glif.")}
        return {renamed.get(name, name): value for name, value in values.items()}

    return composed(Recipe("glif", options, potential=None), convert)


RECIPES = {
    "stc_glif": stc_glif,
    "stc_lif": stc_lif,
    "stc_lmh": stc_lmh,
    "stc_plif": stc_plif,
    "stc_tclif": stc_tclif,
    "stclif": circuits,
    "stclmh": circuits,
    "stclmh_paper": circuits,
    "stcplif": circuits,
}
