"""The models that are parallel in time, and the scan that some of them use."""

import torch
from torch import Tensor

import neurons
from neurons.scan import linear_scan
from tests.golden.cases import Case, Recipe

FC = {"fc.weight": "weight", "fc.bias": "bias"}


def masked_psn(case: Case) -> Recipe:
    """The vectors of the authors' code and of SpikingJelly, which has other parameter names."""
    lambda_ = torch.tensor(case.hyper["lambda_"], dtype=torch.float64)
    return Recipe("masked_psn", {"k": case.hyper["k"], "lambda_": lambda_}, renamed=FC)


def psu(case: Case) -> Recipe:
    """PSU, IPSU and RPSU; the matrices are in the vectors (`const`), as the code lacks them."""
    hyper = case.hyper
    options = {"tau": hyper["tau"], "v_th": hyper["threshold"]}
    return Recipe(hyper["kind"].lower(), options, renamed=FC)


def prf(case: Case) -> Recipe:
    hyper = case.hyper
    return Recipe("prf", {"tau": hyper["tau"], "v_th": hyper["v_threshold"]})


def pmsn(case: Case) -> Recipe:
    """The code for S-MNIST and that for S-CIFAR, which has the options `coeff` and `mode`."""
    hyper = case.hyper
    options = {"d_state": hyper["d_state"], "v_th": hyper["threshold"]}
    options |= {key: hyper[key] for key in ("coeff", "mode") if key in hyper}
    return Recipe("pmsn", options)


def scanned(case: Case, backend: str, dtype: torch.dtype) -> dict[str, Tensor]:
    """Run h[t] = exp(g[t]) h[t-1] + x[t] by `linear_scan`; there is no backend."""
    names = [name for name in ("x", "g", "h0") if name in case.arrays]
    inputs = {n: torch.tensor(case.arrays[n], dtype=dtype, requires_grad=True) for n in names}
    h = linear_scan(inputs["g"].exp(), inputs["x"], inputs.get("h0"))
    (h * torch.tensor(case.arrays["loss_w"], dtype=dtype)).sum().backward()
    grads = {f"grad.{name}": v.grad for name, v in inputs.items() if v.grad is not None}
    return {"h": h, "final_state": h[-1]} | grads


def hgrn_scan(case: Case) -> Recipe:
    """Only the recurrence of DSN (its appendix B), without a neuron."""
    return Recipe("dsn", {}, surrogate=neurons.surrogate("integer"), run=scanned)


RECIPES = {
    "hgrn_scan": hgrn_scan,
    "masked_psn": masked_psn,
    "pmsn": pmsn,
    "prf": prf,
    "psu": psu,
}
