"""The bounds of float32: they explain its errors, and no error of another cause."""

import pytest
import torch

from suites.gradients import comparison, explained
from suites.gradients.rounding import RUNS, Float32, Rounding, U
from suites.gradients.suite import Explained
from suites.profiles import Shape
from tests.neurons.samples import MODELS

GENERATOR = torch.Generator().manual_seed(0)


def randn(*shape: int) -> torch.Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=GENERATOR).float().double()


def error_and_bound(run, *inputs: torch.Tensor) -> tuple[float, float]:
    """Return the error of `run` in float32 and its bound."""
    rounding = Rounding(lambda cast: {"y": run(*map(cast, inputs))})
    error = run(*(v.float() for v in inputs)).double() - rounding.exact["y"]
    size = float(error.abs().max())
    return size, rounding.explain({"y": size})["y"]


@pytest.mark.parametrize("terms", [10, 1000, 100_000])
def test_a_sum_that_cancels_has_a_bound_of_its_terms(terms):
    """Its error is far beyond eps of the sum, whatever the order in which it is summed."""
    x = randn(terms)
    x -= x.mean().float().double()
    x = x.float().double()
    for run in (lambda v: v.sum(), lambda v: v.flip(0).sum(), lambda v: v @ torch.ones_like(v)):
        error, bound = error_and_bound(run, x)
        assert error <= bound <= 8 * U * float(x.abs().sum())


def test_what_float32_holds_exactly_has_no_bound():
    x = torch.arange(64.0, dtype=torch.float64).view(8, 8)
    error, bound = error_and_bound(lambda v: (v.clamp(3, 9).flip(0) - 2).view(-1) * 0.5, x)
    assert error == bound == 0


def test_a_rounded_number_is_one_of_the_two_neighbours():
    x, third = randn(1000), torch.tensor(1 / 3, dtype=torch.float64)
    assert torch.equal(Float32(0).neighbour(x), x)
    below, above = 11184810 * 2.0**-25, 11184811 * 2.0**-25
    values = {float(Float32(seed).neighbour(third)) for seed in range(20)}
    assert values == {below, above}


def test_views_stay_views():
    x = randn(4, 4)
    with Float32(0):
        x[1].mul_(3).add_(1e-9)
    assert torch.equal(x.float().double(), x)


@pytest.mark.parametrize("model", [model for model in MODELS if model != "super"])
def test_rounding_explains_the_gradients_of_the_suite(model):
    assert explained.excess_of_case(model, "eager") <= 1


@pytest.mark.parametrize("seed", range(3))
def test_rounding_explains_unseen_circuits(seed):
    """Detached gates, where the gradient of the circuits is zero and that of x a sum over all."""
    options = {"detach_gates": True, "norm": True, "groups": 4, "kernel": 3}
    shape = Shape(12, 2, 8)
    layers = (
        comparison.layer("stclif", "eager", dtype=dtype, shape=shape, **options)
        for dtype in ("float32", "float64")
    )
    x = torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) + 0.45
    assert explained.excess(*layers, x) <= 1


@pytest.mark.parametrize("model", ["lif", "clif", "psn"])
def test_an_error_as_small_as_the_old_tolerance_is_not_explained(model):
    """One of 1e-5, in one gradient."""
    x = comparison.cases.current(comparison.SHAPE)

    def spoilt(grad: torch.Tensor) -> torch.Tensor:
        return grad * (1 + 1e-5)

    layer, reference = comparison.layer(model, "eager"), comparison.reference(model)
    layer.register_forward_pre_hook(lambda _, inputs: _with_hook(inputs[0], spoilt))
    assert explained.excess(layer, reference, x) > 1


def _with_hook(x: torch.Tensor, hook) -> torch.Tensor:
    x = x * 1
    x.register_hook(hook)
    return x


def test_the_suite_records_the_excess():
    suite = Explained()
    suite.setup("lif", "eager")
    assert 0 < suite.track_excess("lif", "eager") <= suite.track_excess.tolerance == 1.0
    with pytest.raises(NotImplementedError, match="super puts out no spikes"):
        Explained().setup("super", "eager")


def test_more_runs_are_made_only_if_an_error_is_not_explained():
    x = randn(100)
    rounding = Rounding(lambda cast: {"y": cast(x).square().sum()})
    assert rounding.explain({"y": 0.0}) == {"y": 0.0} and rounding.runs == 0
    assert rounding.explain({"y": 1e-9})["y"] > 1e-9 and rounding.runs == 1
    assert rounding.explain({"y": 1.0})["y"] < 1e-3 and rounding.runs == RUNS
