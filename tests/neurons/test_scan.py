"""Step by step, the linear recurrence, and the products over time."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.utils._python_dispatch import TorchDispatchMode

import neurons
from neurons import scan
from neurons.scan import across_taps, across_time, decays, linear_scan, unroll
from tests.neurons.samples import RUNS, input_current

LENGTHS = [1, 2, 3, 7, 63, 64, 65, 1000]


def loop(a: Tensor, b: Tensor) -> Tensor:
    """Return h[t] = a[t] h[t-1] + b[t], computed in a loop."""
    h, rows = torch.zeros_like(b[0]), []
    for a_t, b_t in zip(a.unbind(0), b.unbind(0), strict=True):
        h = a_t * h + b_t
        rows.append(h)
    return torch.stack(rows)


def recurrence(T: int, *shape: int, dtype=torch.float64) -> tuple[Tensor, Tensor]:
    """Return decays in (0, 1), complex ones with modulus below 1, and inputs, for gradients."""
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


class WriteCounter(TorchDispatchMode):
    """Count the elements that operations write; views write none."""

    elements = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if not func.is_view:
            outs = out if isinstance(out, (tuple, list)) else [out]
            self.elements += sum(o.numel() for o in outs if isinstance(o, Tensor))
        return out


def growth(run: Callable[[Tensor], Tensor]) -> float:
    """Return how many times more forward and backward write when T grows fourfold."""
    written = []
    for T in (128, 512):
        x = torch.randn(T, 1, 2, requires_grad=True)
        with WriteCounter() as counter:
            run(x).sum().backward()
        written.append(counter.elements)
    return written[1] / written[0]


LINEAR = [run for run in RUNS if "T" not in neurons.get(run[0]).needs]  # psn: T x T weights


@pytest.mark.parametrize(("model", "backend"), LINEAR)
def test_training_is_linear_in_the_length(model, backend, monkeypatch):
    monkeypatch.setattr(scan, "SEGMENT", 64)  # both lengths are whole segments, computed twice
    assert growth(neurons.Layer(model, backend=backend)) < 4.5


def test_indexing_would_be_quadratic():
    """The gradient of each `x[t]` has T rows, all zero but one."""
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
    gradients = (expanded, expanded.contiguous())
    grads = (torch.autograd.grad(h, b, g, retain_graph=True)[0] for g in gradients)
    assert torch.equal(*grads)


def test_linear_scan_leaves_its_inputs_alone():
    a, b = (v.detach() for v in recurrence(64, 2))
    before = a.clone(), b.clone()
    linear_scan(a, b)
    assert torch.equal(a, before[0]) and torch.equal(b, before[1])


def test_linear_scan_goes_on_from_a_state():
    a, b = torch.rand(30, 2, 3).double(), torch.randn(30, 2, 3).double()
    whole = linear_scan(a, b)
    torch.testing.assert_close(linear_scan(a[11:], b[11:], whole[10]), whole[11:])
    h0 = torch.randn(2, 3).double().requires_grad_()
    inputs = (a[:4].requires_grad_(), b[:4].requires_grad_(), h0)
    assert torch.autograd.gradcheck(linear_scan, inputs)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_a_decay_may_be_shared(dtype):
    a = (torch.rand(7, 1, 3, dtype=dtype) / 1.5).requires_grad_()
    b = torch.randn(7, 2, 3, dtype=dtype).requires_grad_()
    torch.testing.assert_close(linear_scan(a, b), linear_scan(a.expand(7, 2, 3), b))
    assert torch.autograd.gradcheck(linear_scan, (a, b))
    assert torch.autograd.gradgradcheck(linear_scan, (a, b))


def test_the_matrix_of_a_decay_is_its_scan():
    b = torch.randn(20, 2, 3)
    expected = linear_scan(torch.full_like(b, 0.7), b)
    torch.testing.assert_close(across_time(decays(0.7, 20), b), expected)


# across_taps


@pytest.mark.parametrize("k", [1, 4, 32, 70, 2000])
@pytest.mark.parametrize("T", [1, 31, 63, 64, 1000])
def test_taps_are_a_band_of_a_matrix(T, k):
    taps, bias = torch.randn(T, k).double(), torch.randn(T).double()
    x = input_current(T, 3, 5, dtype=torch.float64)
    i, j = torch.meshgrid(torch.arange(T), torch.arange(T), indexing="ij")
    inside = (j <= i) & (i < j + k)
    band = torch.where(inside, taps.gather(1, (j - i + k - 1).clamp(0, k - 1)), 0.0)
    torch.testing.assert_close(across_taps(taps, x, bias), across_time(band, x, bias))
    shared = across_taps(taps[0], x, bias[0])
    torch.testing.assert_close(shared, across_taps(taps[:1].expand(T, k), x, bias[:1].expand(T)))


@pytest.mark.parametrize("steps", [(), (37,)])
def test_taps_have_the_gradient_of_finite_differences(steps):
    inputs = [torch.randn(size).double() for size in ((*steps, 3), (37, 1, 3), steps)]
    assert torch.autograd.gradcheck(across_taps, [v.requires_grad_() for v in inputs])
