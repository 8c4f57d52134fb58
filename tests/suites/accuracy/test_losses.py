"""The losses: their values against the equations, and what counts as an error."""

import pytest
import torch
from torch.nn.functional import cross_entropy, log_softmax, one_hot

from suites.accuracy import losses
from suites.accuracy.losses import last, mean, mse, smooth, tet
from tests.neurons.samples import assert_one_line

T, N, K = 5, 7, 4
CLASSES = torch.tensor([0, 1, 2, 3, 0, 1, 2])
PER_STEP = torch.arange(T * N).reshape(T, N) % K


@pytest.fixture
def o():
    return torch.randn(T, N, K, dtype=torch.float64, requires_grad=True)


def test_losses_are_the_files_of_their_folder():
    assert losses.names() == ["last", "mean", "mse", "smooth", "tet"]
    with pytest.raises(ValueError, match="did you mean 'tet'") as error:
        losses.get("tets")
    assert_one_line(error, "no loss 'tets'")


def test_mean_and_smooth_judge_the_mean_over_time(o):
    log_p = log_softmax(o.mean(0), -1)
    entropy = -log_p[range(N), CLASSES].mean()
    assert torch.allclose(mean.loss(o, CLASSES), entropy)
    expected = 0.9 * entropy - 0.1 * log_p.mean()
    assert torch.allclose(smooth.loss(o, CLASSES), expected)


def test_tet_is_its_equation(o):
    entropy = sum(cross_entropy(step, CLASSES) for step in o) / T
    distance = sum(((step - 1) ** 2).mean() for step in o) / T
    assert torch.allclose(tet.loss(o, CLASSES), 0.95 * entropy + 0.05 * distance)


def test_tet_of_one_step_without_its_second_term_is_the_cross_entropy(o):
    assert torch.allclose(tet.loss(o[:1], CLASSES, share=0.0), cross_entropy(o[0], CLASSES))


def test_in_tet_the_gradient_of_a_step_does_not_depend_on_other_steps(o):
    other = o.detach().clone()
    other[1:] += torch.randn_like(other[1:])
    other.requires_grad_()
    first, second = (torch.autograd.grad(tet.loss(x, CLASSES), x)[0][0] for x in (o, other))
    assert torch.equal(first, second)
    first, second = (torch.autograd.grad(mean.loss(x, CLASSES), x)[0][0] for x in (o, other))
    assert not torch.allclose(first, second), "in `mean` it does"


def test_last_judges_the_last_step_alone(o):
    assert torch.allclose(last.loss(o, CLASSES), cross_entropy(o[-1], CLASSES))
    (grad,) = torch.autograd.grad(last.loss(o, CLASSES), o)
    assert not grad[:-1].any() and grad[-1].any()


@pytest.mark.parametrize("name", ["mean", "smooth", "tet", "last"])
def test_classes_per_step_and_shares_of_classes(o, name):
    """With the same class at every step, and all of the share on one class, nothing changes."""
    module = losses.get(name)
    shares = one_hot(CLASSES, K).double()
    assert torch.allclose(module.loss(o, shares), module.loss(o, CLASSES))
    repeated = module.loss(o, CLASSES.expand(T, N))
    steps = [module.loss(step[None], CLASSES) for step in o]
    expected = steps[-1] if name == "last" else sum(steps) / T
    assert torch.allclose(repeated, expected)


def test_the_error_is_the_share_of_wrong_classes():
    o = one_hot(PER_STEP, K).double()
    assert mean.error(o, PER_STEP).tolist() == [0.0] * N
    assert tet.error(o, PER_STEP).tolist() == smooth.error(o, PER_STEP).tolist() == [0.0] * N
    wrong = PER_STEP.clone()
    wrong[0, 2] += 1
    assert mean.error(o, wrong).tolist() == [0, 0, 1 / T, 0, 0, 0, 0]
    right_at_the_end = one_hot((PER_STEP * 0 + 1).index_fill(0, torch.tensor([T - 1]), 2), K) * 1.0
    y = torch.full((N,), 2)
    assert last.error(right_at_the_end, y).tolist() == [0.0] * N
    assert mean.error(right_at_the_end, y).tolist() == [1.0] * N
    assert mean.error(o, CLASSES).dtype == torch.float64


def test_mse_judges_the_last_steps_and_any_shape(o):
    y = torch.randn(2, N, 2, 2, dtype=torch.float64)
    squares = (o[-2:].reshape(2, N, 2, 2) - y) ** 2
    assert torch.allclose(mse.loss(o, y), squares.mean())
    assert torch.allclose(mse.error(o, y), squares.mean((0, 2, 3)))
    assert torch.allclose(mse.error(o, y).mean(), mse.loss(o, y))
