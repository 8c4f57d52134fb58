"""STC's neurons with circuits, and the cells of other neurons that its code compares with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor

from tests.golden.cases import Case, Recipe
from tests.golden.recipes.adaptive import Leaves, composed

NORM = ("weight", "bias")
LMH = {"d_u": "mu_d", "s_u": "mu_s", "s_p": "lambda_s", "d_p": "lambda_d"}


def scalars(theirs: Leaves, names: Mapping[str, str]) -> dict[str, Tensor]:
    return {ours: theirs[name].view(()) for name, ours in names.items()}


def circuits(case: Case) -> Recipe:
    """stclif, stcplif, stclmh: the authors' code cuts the reset of the last."""
    hyper, kind = case.hyper, case.hyper["kind"]
    options = {key: hyper[key] for key in ("groups", "kernel")} | {"norm": True}
    options |= {"v_th": hyper["v_threshold"], "detach_gates": hyper["gradient_detach"]}
    options["eps"] = hyper["group_norm_eps"]
    names = {"stclmh": LMH, "stcplif": {"t_m": "w"}}.get(kind, {})

    def spell(theirs: Leaves) -> dict[str, Tensor]:
        both = [[theirs[f"{conv}.1.{key}"] for conv in ("conv_h", "conv_v")] for key in NORM]
        ours = {"temporal": theirs["conv_h.0.weight"], "spatial": theirs["conv_v.0.weight"]}
        ours |= dict(zip(("gain", "shift"), map(torch.stack, both), strict=True))
        return ours | scalars(theirs, names)

    cut = kind == "stclmh" and hyper.get("reset_detach", True)
    return composed(Recipe(kind, options, "soft", cut), spell)


def stc_lif(case: Case) -> Recipe:
    options = {"tau": 1 / (1 - case.hyper["alpha_lif"]), "v_th": case.hyper["v_threshold"]}
    made = Recipe("lif", options | {"decay_input": True}, "soft")
    return composed(made, lambda theirs: {}, h="m")


def stc_plif(case: Case) -> Recipe:
    """Their t_m is our -w, without the sigmoid at the input."""
    options = {"v_th": case.hyper["v_threshold"], "raw_input": True}
    made = Recipe("plif", options, "soft")
    return composed(made, lambda theirs: {"w": -theirs["t_m"].view(())}, h="m")


def stc_lmh(case: Case) -> Recipe:
    options = {"v_th": case.hyper["v_threshold"], "scaled": False}
    made = Recipe("lmh", options, "soft", detach_reset=True)
    return composed(made, partial(scalars, names=LMH), h="m", v_soma="v")


def stc_tclif(case: Case) -> Recipe:
    """The printed form, its reset cut and gamma learned."""
    options = {"v_th": case.hyper["v_threshold"], "learn_gamma": True}
    made = Recipe("tclif", options, "soft", detach_reset=True)
    names = {"s_u": "beta1", "s_p": "beta2", "t_m": "w_gamma"}
    return composed(made, partial(scalars, names=names), h="m", u_soma="v", u_dend="v_dend")


def stc_glif(case: Case) -> Recipe:
    """One conductance for all steps; gates without a gradient."""
    hyper, renamed = case.hyper, {"Vth": "threshold", "reVth": "subreset"}
    gates = {"gates": "soft" if hyper["soft_mode"] else "hard"}
    options = gates | {"train_gates": not hyper["static_gate"], "T": 1}

    def spell(theirs: Leaves) -> dict[str, Tensor]:
        bare = {k.partition(".")[2]: v for k, v in theirs.items() if k.startswith("glif.")}
        return {renamed.get(name, name): value for name, value in bare.items()}

    return composed(Recipe("glif", options, potential=None), spell)


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
