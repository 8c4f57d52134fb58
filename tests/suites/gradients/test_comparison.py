"""Spikes and gradients are the reference's, and an error that is planted in them is caught."""

import math

import pytest
import torch

import neurons
from neurons.backends import cpu
from suites import cases
from suites.gradients import __main__ as command
from suites.gradients import comparison, drift
from suites.gradients.comparison import DEFAULT, SHAPE, compare, layer, reference
from suites.gradients.tolerance import TOLERANCE
from suites.profiles import ALL_SURROGATES, PROFILES, Shape
from tests.neurons.samples import RUNS

x = cases.current(SHAPE)
generated = pytest.mark.skipif(
    neurons.backends.refusal(neurons.get("lif"), "cpu") is not None, reason="no C compiler"
)


def exceeded(run, surrogate=DEFAULT):
    """What exceeds its tolerance in a case, by dtype."""
    figures = {
        dtype: comparison.compare_case(*run, surrogate, dtype).exceeded(dtype)
        for dtype in command.DTYPES
    }
    return {dtype: names for dtype, names in figures.items() if names}


SPIKING = [run for run in RUNS if run[0] != "super"]  # its blend of spikes cannot be replayed


@pytest.mark.parametrize("run", SPIKING, ids="-".join)
def test_spikes_and_gradients_are_the_references(run):
    assert exceeded(run) == {}


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(("lif", "triton"), id="triton"),
        pytest.param(("lif", "compile"), id="compile", marks=pytest.mark.slow),
        pytest.param(("dsn", "triton"), id="triton-dsn", marks=pytest.mark.exhaustive),
    ],
)
def test_they_are_on_backends_that_start_slowly(run):
    if reason := neurons.backends.refusal(neurons.get(run[0]), run[1]):
        pytest.skip(reason)
    assert exceeded(run) == {}


@pytest.mark.parametrize("surrogate", ALL_SURROGATES[1:])
@pytest.mark.parametrize(
    "run", [("lif", "cpu"), ("clif", "cpu"), ("stclif", "eager")], ids="-".join
)
def test_they_are_with_every_surrogate(run, surrogate):
    if run not in SPIKING:
        pytest.skip("no C compiler")
    assert exceeded(run, surrogate) == {}


def test_a_blend_of_spikes_cannot_be_compared():
    with pytest.raises(NotImplementedError, match="super puts out no spikes"):
        comparison.compare_case("super", "eager", DEFAULT, "float32")
    with pytest.raises(NotImplementedError, match="super puts out no spikes"):
        drift.layers("super", "eager")


def test_nan_spikes_are_an_error_and_not_n_a():
    broken = layer("lif", "eager")
    broken.register_forward_hook(lambda layer, args, s: s * math.nan)
    with pytest.raises(ArithmeticError, match="lif on eager puts out NaN"):
        compare(broken, reference("lif"), x)


def spoil_backward(monkeypatch, spoil):
    """Change the gradients that the cpu backend computes by `spoil(before, grad_x)`."""
    backward = cpu.CpuKernel.backward

    def spoilt(kernel, x, *others):
        before = torch.empty_like(x)
        grad_x, *grads = backward(kernel, x, *others)
        spoil(before, grad_x)
        return [grad_x, *grads]

    monkeypatch.setattr(cpu.CpuKernel, "backward", spoilt)


@generated
def test_a_wrong_sign_is_caught_and_named(monkeypatch):
    def spoil(before, grad_x):
        grad_x[40:] *= -1

    spoil_backward(monkeypatch, spoil)
    result = compare(layer("clif", "cpu"), reference("clif"), x)
    assert result.exceeded("float32") == ["error", "direction"]
    (wrong,) = result.gradients
    assert wrong.correlation < 0.6 and wrong.scale == pytest.approx(1)
    assert wrong.element[0] >= 40 and wrong.value == pytest.approx(-wrong.expected)
    t, n, c = wrong.element
    assert result.worst.startswith(f"d/dx[{t}, {n}, {c}]: ")


@generated
def test_a_surrogate_one_percent_too_wide_is_caught(monkeypatch):
    """Only the kernel has it: the kernel is generated while the surrogate is another."""
    surrogate = neurons.surrogate("triangle", gamma=1.25)
    tested, expected = layer("lif", "cpu", surrogate), reference("lif", surrogate)
    with monkeypatch.context() as patch:
        triangle = neurons.SURROGATES["triangle"]
        wide = {"triangle": lambda u, gamma: triangle(u, 1.01 * gamma)}
        patch.setattr("neurons.fire.SURROGATES", neurons.SURROGATES | wide)
        tested(x.clone().requires_grad_())
    result = compare(tested, expected, x)
    assert result.exceeded("float32") == ["error", "direction", "scale"]
    assert result.flips == result.far == 0
    assert result.figures["error"] < 0.05


def test_flips_are_near_or_far():
    """A threshold moved by some roundings flips spikes near it, one moved by 1 % others too."""
    shape = Shape(64, 64, 256)
    for offset, far in ((2e-5, False), (1e-2, True)):
        moved = layer("lif", "eager", shape=shape, v_th=1 + offset)
        result = compare(moved, reference("lif", shape=shape), cases.current(shape))
        assert result.flips > 0
        assert (result.far > 0) == far


def test_nan_gradients_exceed_their_tolerance_and_are_not_n_a():
    gradient = torch.tensor([1.0, math.nan])
    wrong = comparison.compare_gradient("w", gradient, torch.ones(2).double())
    right = comparison.compare_gradient("x", torch.ones(2), torch.ones(2).double())
    for gradients in ((wrong, right), (right, wrong)):
        result = comparison.Comparison(0.0, 0.0, gradients)
        assert result.exceeded("float32") == ["error", "direction", "scale"]
        assert result.worst == "d/dw[1]: nan, 1"
    with pytest.raises(ArithmeticError, match="not a finite number"):
        comparison.finite(wrong.error, wrong.worst)


def test_the_command_names_the_worst_element(capsys):
    assert command.main(["lif", "clif", "--backend", "eager", "--dtype", "float32"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["model", "backend", "surrogate", "dtype"]
    assert [row.split()[:4] for row in rows] == [
        [m, "eager", DEFAULT, "float32"] for m in ("lif", "clif")
    ]
    assert "  d/dx[28, 1, 4]: -2.80708" in rows[0] and "*" not in rows[0]


def test_the_command_fails_if_a_tolerance_is_exceeded(capsys, monkeypatch):
    monkeypatch.setitem(TOLERANCE["error"], "float32", 1e-9)
    assert command.main(["lif", "--backend", "eager", "--dtype", "float32"]) == 1
    assert "9.3e-08*" in capsys.readouterr().out


def test_the_command_says_why_there_is_nothing_to_compare(capsys):
    assert command.main(["psn", "--backend", "cpu"]) == 2
    assert "nothing to compare: " in (printed := capsys.readouterr().err)
    assert neurons.backends.refusal(neurons.get("psn"), "cpu") in printed
    with pytest.raises(SystemExit):
        command.main(["lfi"])
    assert "did you mean 'lif'?" in capsys.readouterr().err


def test_the_dtypes_of_the_profiles_have_tolerances():
    dtypes = {dtype for profile in PROFILES.values() for dtype in profile.dtypes}
    assert all(dtypes <= table.keys() for table in TOLERANCE.values())
    assert set(ALL_SURROGATES[1:]) == neurons.SURROGATES.keys()
