"""Adaptive thresholds and widths, two compartments; a layer composed with what is around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn.functional import conv2d, group_norm

import neurons
from tests.golden import cases, check
from tests.golden.cases import Case, Recipe

Leaves = Mapping[str, Tensor]  # their parameters, by their names


def tensor(case: Case, key: str, dtype: torch.dtype, grad: bool = False) -> Tensor:
    return torch.tensor(case.arrays[key], dtype=dtype, requires_grad=grad)


def leaves(case: Case, dtype: torch.dtype) -> dict[str, Tensor]:
    names = [key.removeprefix("param.") for key in case.arrays if key.startswith("param.")]
    return {name: tensor(case, f"param.{name}", dtype, grad=True) for name in names}


def run(
    made: Recipe,
    spell: Callable[[Leaves], dict[str, Tensor]],
    shown: Mapping[str, str],
    case: Case,
    backend: str,
    dtype: torch.dtype,
) -> dict[str, Tensor]:
    """A layer behind the input's convolution and GroupNorm, where the case has them.

    `spell` makes our parameters of theirs, so that gradients reach theirs; `shown` maps our
    states' names to those of their trajectories.
    """
    theirs, x = leaves(case, dtype), tensor(case, "x", dtype, grad=True)
    current = convolved(case, theirs, x) if "conv_x.0.weight" in theirs else x
    ours = {name: value.clone() for name, value in spell(theirs).items()}  # compile: no views
    layer = layered(made, case, backend, current).to(dtype)
    s = functional_call(layer, ours, current)
    (s * tensor(case, "loss_w", dtype)).sum().backward()
    seen = {"out": s, "grad.x": x.grad}
    seen |= {f"grad.param.{name}": value.grad for name, value in theirs.items()}
    if backend in check.PROBED:
        layer.load_state_dict(ours, strict=False)
        found = check.trajectories(layer, current.detach(), made.potential)
        seen |= {f"traj.{shown.get(name, name)}": v for name, v in found.items()}
    return {name: v for name, v in seen.items() if v is not None}


def layered(made: Recipe, case: Case, backend: str, x: Tensor) -> neurons.Layer:
    """The layer of a recipe for an input, in float32."""
    found = {"shape": x.shape[2:], "T": len(x)} | made.options
    needs = {need: found[need] for need in neurons.get(made.model).needs}
    return neurons.Layer(
        made.model,
        backend=backend,
        surrogate=made.surrogate or cases.surrogate(case.about["surrogate"]),
        strict=cases.strict(case.about["surrogate"]),
        reset=made.reset,
        detach_reset=made.detach_reset,
        **needs | made.options,
    )


def convolved(case: Case, theirs: Leaves, x: Tensor) -> Tensor:
    """The input of a STC cell, which belongs to the network: convolution and GroupNorm."""
    weight, hyper = theirs["conv_x.0.weight"], case.hyper
    a = conv2d(x.flatten(0, 1), weight, padding=weight.shape[-1] // 2)
    affine = theirs["conv_x.1.weight"], theirs["conv_x.1.bias"]
    a = group_norm(a, hyper["groups"], *affine, hyper.get("group_norm_eps", 1e-5))
    return a.unflatten(0, x.shape[:2])


def composed(made: Recipe, spell: Callable[[Leaves], dict[str, Tensor]], **shown: str) -> Recipe:
    return made._replace(run=partial(run, made, spell, shown))


# DS-ATGO and MPD-AGL -----------------------------------------------------------------------------


def rect(case: Case, width: float = 1.0) -> neurons.Surrogate:
    """The surrogate at its own width, of which the model makes that of each step."""
    closed = case.about["surrogate"]["inclusive_edges"]
    return neurons.surrogate("rect", width=width, closed=closed)


def leak(case: Case) -> dict[str, Any]:
    """The factor kept per step, fixed unless the case has its parameter."""
    decay = case.hyper.get("decay")
    return {"tau": decay, "learn": False} if isinstance(decay, float) else {}


def ds_atgo(case: Case) -> Recipe:
    hyper = case.hyper
    options = {"v_th": hyper["V_th0"], "f_c": hyper["f_c"], "momentum": hyper["momentum"]}
    options["threshold"] = hyper.get("distribution", "true").partition(":")[0]
    options["width"] = "threshold" if "threshold" in hyper.get("width", "std") else "std"
    made = Recipe("atlif", options | leak(case), "hard", surrogate=rect(case, hyper["k0"]))
    return made._replace(run=partial(batches, made))


def batches(made: Recipe, case: Case, backend: str, dtype: torch.dtype) -> dict[str, Tensor]:
    """One batch, or several with the running threshold carried over and then an evaluation."""
    found = (re.fullmatch(r"(b\d+\.|)x", key) for key in case.arrays)
    prefixes = sorted((match[1] for match in found if match), key=lambda b: int(b[1:-1] or 0))
    theirs = leaves(case, dtype)
    layer = layered(made, case, backend, tensor(case, f"{prefixes[0]}x", dtype)).to(dtype)
    if "running_threshold_init" in case.arrays:
        layer.running.copy_(tensor(case, "running_threshold_init", dtype))
    seen: dict[str, Tensor] = {}
    for b in prefixes:
        x = tensor(case, f"{b}x", dtype, grad=True)
        before = layer.running.clone()
        widths = watched(layer, x, theirs)
        s = functional_call(layer, theirs, x)
        loss = (s * tensor(case, f"{b}loss_w", dtype)).sum()
        gradients = torch.autograd.grad(loss, [x, *theirs.values()])
        seen |= {f"{b}out": s, f"{b}grad.x": gradients[0], f"{b}traj.sg_width": widths}
        named = zip(theirs, gradients[1:], strict=True)
        seen |= {f"{b}grad.param.{name}": grad for name, grad in named}
        after, m = layer.running.clone(), layer.params.momentum
        seen |= {f"{b}{prefix}running_threshold_after": after for prefix in ("", "traj.")}
        seen[f"{b}traj.threshold"] = (after - (1 - m) * before) / m
    if "eval.x" in case.arrays:
        x = tensor(case, "eval.x", dtype)
        seen["eval.out"] = functional_call(layer.eval(), theirs, x)
    return seen


def watched(layer: neurons.Layer, x: Tensor, theirs: Leaves) -> Tensor:
    """The surrogate's width at every step."""
    widths = []

    def spike(g: neurons.Surrogate, u: Tensor) -> Tensor:
        widths.append(dict(g.arguments)["width"])
        return layer.fire.spike(g, u)

    p = layer.params._replace(**{name: v.detach() for name, v in theirs.items()})
    neurons.backends.run(layer.neuron, "eager", x.detach(), p, replace(layer.fire, spike=spike))
    return torch.stack(widths)


def mpd_agl(case: Case) -> Recipe:
    hyper, gain = case.hyper, case.hyper["tdBN_gammaAve"]
    options = {"v_th": hyper["v_threshold"], "adaptive": gain is not None} | leak(case)
    options |= {} if gain is None else {"gamma": gain}
    return Recipe("mpd_agl", options, "hard", surrogate=rect(case))


# Two compartments --------------------------------------------------------------------------------


def tclif(case: Case) -> Recipe:
    """Both betas in one array."""
    hyper = case.hyper
    feed = "before" if case.neuron.endswith("paper") else "after"
    options = {"gamma": hyper["gamma"], "v_th": hyper["v_threshold"], "feed": feed}
    mode = "hard" if hyper.get("hard_reset") else "soft"
    made = Recipe("tclif", options, mode, hyper["detach_reset"])

    def spell(theirs: Leaves) -> dict[str, Tensor]:
        return dict(zip(("beta1", "beta2"), theirs["decay_factor"][0], strict=True))

    shown = {"u_dend": "v_dend"} if feed == "before" else {}  # the code's is after the reset
    return composed(made, spell, h="h_soma", **shown)


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
