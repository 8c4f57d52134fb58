"""The serial walk and the parallel recurrence."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.utils._python_dispatch import TorchDispatchMode

import neurons
from neurons import scan
from neurons.scan import linear_scan, unroll
from tests.neurons.samples import RUNS

LENGTHS = [1, 2, 3, 7, 63, 64, 65, 1000]


def loop(a: Tensor, b: Tensor) -> Tensor:
    """h[t] = a[t] h[t-1] + b[t], as it is written."""
    h, rows = torch.zeros_like(b[0]), []
    for a_t, b_t in zip(a.unbind(0), b.unbind(0), strict=True):
        h = a_t * h + b_t
        rows.append(h)
    return torch.stack(rows)


def recurrence(T: int, *shape: int, dtype=torch.float64) -> tuple[Tensor, Tensor]:
    """Decays in (0, 1), of modulus below 1 if complex, and inputs; both with gradient."""
    a, b = torch.rand(T, *shape, dtype=dtype), torch.randn(T, *shape, dtype=dtype)
    a = a / 1.5 if dtype.is_complex else a
    return a.requires_grad_(), b.requires_grad_()


# unroll


def test_unroll_is_the_equations_of_lif():
    x = torch.randn(50, 2, 3, dtype=torch.float64) + 0.5
    lif = neurons.get("lif")
    p, fire = lif.params(tau=3.0, v_th=0.8), neurons.Fire(neurons.surrogate("atan"), "soft")
    s, state = unroll(lif, x, p, fire)
    v, spikes = torch.zeros(2, 3, dtype=torch.float64), []
    for x_t in x:
        h = (1 - 1 / 3.0) * v + x_t
        spikes.append((h >= 0.8).double())
        v = h - spikes[-1] * 0.8
    assert 0.02 < s.mean() < 0.5
    assert torch.equal(s, torch.stack(spikes))
    assert torch.equal(state.v, v)


def test_unroll_goes_on_from_a_state():
    x = torch.randn(20, 2, 3) + 0.5
    lif, fire = neurons.get("lif"), neurons.Fire(neurons.surrogate("atan"))
    p = lif.params()
    whole, last = unroll(lif, x, p, fire)
    first, state = unroll(lif, x[:7], p, fire)
    second, state = unroll(lif, x[7:], p, fire, state)
    assert torch.equal(torch.cat([first, second]), whole)
    assert torch.equal(state.v, last.v)


class Written(TorchDispatchMode):
    """Counts the elements that operations write, views not."""

    elements = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if not func.is_view:
            outs = out if isinstance(out, (tuple, list)) else [out]
            self.elements += sum(o.numel() for o in outs if isinstance(o, Tensor))
        return out


def growth(run: Callable[[Tensor], Tensor]) -> float:
    """How much more forward and backward write when T grows fourfold."""
    written = []
    for T in (128, 512):
        x = torch.randn(T, 1, 2, requires_grad=True)
        with Written() as counted:
            run(x).sum().backward()
        written.append(counted.elements)
    return written[1] / written[0]


LINEAR = [run for run in RUNS if "T" not in neurons.get(run[0]).needs]  # psn: T x T weights


@pytest.mark.parametrize(("model", "backend"), LINEAR)
def test_training_is_linear_in_the_length(model, backend, monkeypatch):
    monkeypatch.setattr(scan, "PIECE", 64)  # so that both lengths are whole pieces, walked twice
    assert growth(neurons.Layer(model, backend=backend)) < 4.5


def test_indexing_would_be_quadratic():
    """The gradient of each `x[t]` is T rows of zeros but one."""
    assert growth(lambda x: torch.stack([2 * x[t] for t in range(len(x))])) > 10


# linear_scan


@pytest.mark.parametrize("T", LENGTHS)
def test_linear_scan_is_the_loop(T):
    a, b = recurrence(T, 2, 3)
    h, expected = linear_scan(a, b), loop(a, b)
    torch.testing.assert_close(h, expected, rtol=1e-12, atol=1e-13)
    w = torch.randn_like(h)
    ours, theirs = (torch.autograd.grad((w * v).sum(), (a, b)) for v in (h, expected))
    torch.testing.assert_close(ours, theirs, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("T", [1, 2, 3, 7])
def test_linear_scan_has_first_and_second_derivatives(T, dtype):
    inputs = recurrence(T, 2, dtype=dtype)
    assert gradcheck(linear_scan, inputs)
    assert gradgradcheck(linear_scan, inputs)


@pytest.mark.parametrize("T", [7, 64, 65])
def test_complex_linear_scan_is_the_loop(T):
    a, b = recurrence(T, 2, 3, dtype=torch.complex128)
    torch.testing.assert_close(linear_scan(a, b), loop(a, b), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("decay", [0.0, 1e-30, 1e-3, 1.0 - 1e-7, 1.0])
def test_extreme_decays_stay_finite(decay):
    """A scan that divides by the running product of decays gives NaN here."""
    a = torch.full((1000, 3), decay, requires_grad=True)
    b = torch.randn(1000, 3, requires_grad=True)
    h = linear_scan(a, b)
    h.sum().backward()
    expected = loop(a.detach().double(), b.detach().double())
    torch.testing.assert_close(h.double(), expected, rtol=1e-4, atol=1e-4)
    assert a.grad.isfinite().all() and b.grad.isfinite().all()


def test_a_decay_of_zero_forgets():
    a, b = recurrence(65, 4)
    a = a.detach()
    a[40] = 0.0
    cut = b.detach().clone()
    cut[:40] = math.pi
    assert torch.equal(linear_scan(a, b)[40:], linear_scan(a, cut)[40:])


def test_linear_scan_takes_any_strides():
    a, b = (v.detach().transpose(1, 2) for v in recurrence(65, 4, 3))
    assert torch.equal(linear_scan(a, b), linear_scan(a.contiguous(), b.contiguous()))
    a, b = recurrence(65, 4)
    h = linear_scan(a, b)
    expanded = torch.ones(1, 1, dtype=h.dtype).expand_as(h)
    assert torch.equal(
        *(
            torch.autograd.grad(h, b, g, retain_graph=True)[0]
            for g in (expanded, expanded.contiguous())
        )
    )


def test_linear_scan_leaves_its_inputs_alone():
    a, b = (v.detach() for v in recurrence(64, 2))
    before = a.clone(), b.clone()
    linear_scan(a, b)
    assert torch.equal(a, before[0]) and torch.equal(b, before[1])
