"""Adaptive thresholds and widths, two compartments, and layers behind other operations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn.functional import conv2d, group_norm

import neurons
from tests.golden import cases, check
from tests.golden.cases import Case, Recipe

Parameters = Mapping[str, Tensor]  # those of the authors, by their names


def tensor(case: Case, key: str, dtype: torch.dtype, grad: bool = False) -> Tensor:
    return torch.tensor(case.arrays[key], dtype=dtype, requires_grad=grad)


def parameters(case: Case, dtype: torch.dtype) -> dict[str, Tensor]:
    names = [key.removeprefix("param.") for key in case.arrays if key.startswith("param.")]
    return {name: tensor(case, f"param.{name}", dtype, grad=True) for name in names}


def run(
    recipe: Recipe,
    convert: Callable[[Parameters], dict[str, Tensor]],
    renamed: Mapping[str, str],
    case: Case,
    backend: str,
    dtype: torch.dtype,
) -> dict[str, Tensor]:
    """Run a layer behind convolution and GroupNorm of the input, if the case has them.

    `convert` computes our parameters from theirs, so that gradients reach theirs; `renamed` maps
    our states' names to those of their trajectories.
    """
    theirs, x = parameters(case, dtype), tensor(case, "x", dtype, grad=True)
    current = convolved(case, theirs, x) if "conv_x.0.weight" in theirs else x
    ours = {name: value.clone() for name, value in convert(theirs).items()}  # compile: no views
    layer = cases.from_recipe(recipe, case, backend, current).to(dtype)
    s = functional_call(layer, ours, current)
    (s * tensor(case, "loss_w", dtype)).sum().backward()
    results = {"out": s, "grad.x": x.grad}
    results |= {f"grad.param.{name}": value.grad for name, value in theirs.items()}
    if backend in check.RECORDABLE:
        layer.load_state_dict(ours, strict=False)
        states = check.trajectories(layer, current.detach(), recipe.potential)
        results |= {f"traj.{renamed.get(name, name)}": v for name, v in states.items()}
    return {name: v for name, v in results.items() if v is not None}


def convolved(case: Case, theirs: Parameters, x: Tensor) -> Tensor:
    """Return the input current of a STC cell: convolution and GroupNorm of the network's input."""
    weight, hyper = theirs["conv_x.0.weight"], case.hyper
    a = conv2d(x.flatten(0, 1), weight, padding=weight.shape[-1] // 2)
    affine = theirs["conv_x.1.weight"], theirs["conv_x.1.bias"]
    a = group_norm(a, hyper["groups"], *affine, hyper.get("group_norm_eps", 1e-5))
    return a.unflatten(0, x.shape[:2])


def composed(
    recipe: Recipe, convert: Callable[[Parameters], dict[str, Tensor]], **renamed: str
) -> Recipe:
    """Return the recipe with `run` above as its run."""
    return recipe._replace(run=partial(run, recipe, convert, renamed))


# DS-ATGO and MPD-AGL -----------------------------------------------------------------------------


def rect(case: Case, width: float = 1.0) -> neurons.Surrogate:
    """Return the surrogate with its initial width, from which the model computes that of a step."""
    closed = case.about["surrogate"]["inclusive_edges"]
    return neurons.surrogate("rect", width=width, closed=closed)


def leak(case: Case) -> dict[str, Any]:
    """Return the options of the leak: a fixed factor, unless the case has it as a parameter."""
    decay = case.hyper.get("decay")
    return {"tau": decay, "learn": False} if isinstance(decay, float) else {}


def ds_atgo(case: Case) -> Recipe:
    hyper = case.hyper
    options = {"v_th": hyper["V_th0"], "f_c": hyper["f_c"], "momentum": hyper["momentum"]}
    options["threshold"] = hyper.get("distribution", "true").partition(":")[0]
    options["width"] = "threshold" if "threshold" in hyper.get("width", "std") else "std"
    recipe = Recipe("atlif", options | leak(case), "hard", surrogate=rect(case, hyper["k0"]))
    return recipe._replace(run=partial(batches, recipe))


def batches(recipe: Recipe, case: Case, backend: str, dtype: torch.dtype) -> dict[str, Tensor]:
    """Run one batch, or several that share the running threshold, and then an evaluation."""
    matches = (re.fullmatch(r"(b\d+\.|)x", key) for key in case.arrays)
    prefixes = sorted((match[1] for match in matches if match), key=lambda b: int(b[1:-1] or 0))
    theirs = parameters(case, dtype)
    first = tensor(case, f"{prefixes[0]}x", dtype)
    layer = cases.from_recipe(recipe, case, backend, first).to(dtype)
    if "running_threshold_init" in case.arrays:
        layer.running.copy_(tensor(case, "running_threshold_init", dtype))
    results: dict[str, Tensor] = {}
    for b in prefixes:
        x = tensor(case, f"{b}x", dtype, grad=True)
        before = layer.running.clone()
        widths = surrogate_widths(layer, x, theirs)
        s = functional_call(layer, theirs, x)
        loss = (s * tensor(case, f"{b}loss_w", dtype)).sum()
        gradients = torch.autograd.grad(loss, [x, *theirs.values()])
        results |= {f"{b}out": s, f"{b}grad.x": gradients[0], f"{b}traj.sg_width": widths}
        named = zip(theirs, gradients[1:], strict=True)
        results |= {f"{b}grad.param.{name}": grad for name, grad in named}
        after, m = layer.running.clone(), layer.params.momentum
        results |= {f"{b}{prefix}running_threshold_after": after for prefix in ("", "traj.")}
        results[f"{b}traj.threshold"] = (after - (1 - m) * before) / m
    if "eval.x" in case.arrays:
        x = tensor(case, "eval.x", dtype)
        results["eval.out"] = functional_call(layer.eval(), theirs, x)
    return results


def surrogate_widths(layer: neurons.Layer, x: Tensor, theirs: Parameters) -> Tensor:
    """Return the surrogate's width at every step."""
    fire, decisions = neurons.recording(layer.fire)
    p = layer.params._replace(**{name: v.detach() for name, v in theirs.items()})
    neurons.backends.run(layer.neuron, "eager", x.detach(), p, fire)
    return torch.stack([dict(decision.surrogate.arguments)["width"] for decision in decisions])


def mpd_agl(case: Case) -> Recipe:
    hyper, gain = case.hyper, case.hyper["tdBN_gammaAve"]
    options = {"v_th": hyper["v_threshold"], "adaptive": gain is not None} | leak(case)
    options |= {} if gain is None else {"gamma": gain}
    return Recipe("mpd_agl", options, "hard", surrogate=rect(case))


# Two compartments --------------------------------------------------------------------------------


def tclif(case: Case) -> Recipe:
    """The vectors have both betas in one array."""
    hyper = case.hyper
    feed = "before" if case.neuron.endswith("paper") else "after"
    options = {"gamma": hyper["gamma"], "v_th": hyper["v_threshold"], "feed": feed}
    mode = "hard" if hyper.get("hard_reset") else "soft"
    recipe = Recipe("tclif", options, mode, hyper["detach_reset"])

    def convert(theirs: Parameters) -> dict[str, Tensor]:
        return dict(zip(("beta1", "beta2"), theirs["decay_factor"][0], strict=True))

    renamed = {"u_dend": "v_dend"} if feed == "before" else {}  # the code's is after the reset
    return composed(recipe, convert, h="h_soma", **renamed)


def lmh(case: Case) -> Recipe:
    hyper = case.hyper
    options = {"v_th": hyper["v_threshold"], "v_start": 0.5, "truncate": hyper["time_slice"]}
    renamed = {"alpha_1": "mu_d", "beta_1": "mu_s", "alpha_2": "lambda_s", "beta_2": "lambda_d"}
    return Recipe("lmh", options, "soft", "detached" in hyper["reset"], renamed)


RECIPES = {
    "ds_atgo": ds_atgo,
    "ds_atgo_paper": ds_atgo,
    "lmh": lmh,
    "mpd_agl": mpd_agl,
    "tclif": tclif,
    "tclif_paper": tclif,
}
