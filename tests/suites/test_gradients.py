"""The gradient suite is green where the gradients are right, and only there."""

import math
from dataclasses import replace

import pytest
import torch

import neurons
from neurons.backends import cpu
from suites import cases, per_model
from suites.gradients import __main__ as command
from suites.gradients import comparison, drift, horizon, robustness
from suites.gradients.comparison import DEFAULT, SHAPE, compare, layer, oracle
from suites.gradients.tolerance import DRIFT, TOLERANCE
from suites.profiles import ALL_SURROGATES, PROFILES, Shape
from tests.neurons.samples import MODELS, RUNS

DTYPES = command.DTYPES
x = cases.current(SHAPE)
generated = pytest.mark.skipif(
    neurons.backends.refusal(neurons.get("lif"), "cpu") is not None, reason="no C compiler"
)


def judged(run, surrogate=DEFAULT):
    """What is over its tolerance in a case, dtype by dtype."""
    found = {dtype: comparison.case(*run, surrogate, dtype).over(dtype) for dtype in DTYPES}
    return {dtype: over for dtype, over in found.items() if over}


SPIKING = [run for run in RUNS if run[0] != "super"]  # whose blend of spikes no one can replay


@pytest.mark.parametrize("run", SPIKING, ids="-".join)
def test_spikes_and_gradients_are_the_oracles(run):
    assert judged(run) == {}


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(("lif", "triton"), id="triton"),
        pytest.param(("lif", "compile"), id="compile", marks=pytest.mark.slow),
        pytest.param(("dsn", "triton"), id="triton-dsn", marks=pytest.mark.exhaustive),
    ],
)
def test_so_they_are_on_backends_that_start_slowly(run):
    if reason := neurons.backends.refusal(neurons.get(run[0]), run[1]):
        pytest.skip(reason)
    assert judged(run) == {}


@pytest.mark.parametrize("surrogate", ALL_SURROGATES[1:])
@pytest.mark.parametrize(
    "run", [("lif", "cpu"), ("clif", "cpu"), ("stclif", "eager")], ids="-".join
)
def test_so_they_are_with_every_surrogate(run, surrogate):
    if run not in SPIKING:
        pytest.skip("no C compiler")
    assert judged(run, surrogate) == {}


def test_a_blend_cannot_be_comparison():
    with pytest.raises(NotImplementedError, match="super puts out no spikes"):
        comparison.case("super", "eager", DEFAULT, "float32")
    with pytest.raises(NotImplementedError, match="super puts out no spikes"):
        drift.layers("super", "eager")


def test_spikes_that_are_not_numbers_are_no_model_that_cannot_be_comparison(monkeypatch):
    made = layer("lif", "eager")
    made.register_forward_hook(lambda layer, args, s: s * math.nan)
    with pytest.raises(ArithmeticError, match="lif on eager puts out NaN"):
        compare(made, oracle("lif"), x)


# What NaN, +inf and -inf at one step of one neuron make of its spikes before, at and after that
# step: n is not a number, s neither all alike. Causal models have their usual spikes before; a
# product with the weights of all pairs of steps has 0 * NaN there, and 0 * inf.
STRANGE = {
    **dict.fromkeys(("iaf", "lif", "llif", "mpd_agl", "plif"), "snn s1n s00"),  # (1 - s) h: 0 * inf
    **dict.fromkeys(("clif", "glif", "sliding_psn", "stclif", "stcplif"), "snn s11 s00"),
    **dict.fromkeys(("lmh", "stclmh", "tclif"), "snn s1n s0n"),  # two compartments: inf - inf
    **dict.fromkeys(("psu", "rpsu", "super"), "nnn nnn nnn"),
    **dict.fromkeys(("ipsu", "masked_psn"), "nnn n1s n0s"),
    "atlif": "snn snn snn",  # the threshold is a mean over all potentials
    "dsn": "snn s4n snn",  # 1 - alpha = 0 times inf
    "ilif": "snn s44 s00",
    "klif": "snn s1n s0s",  # rectified: it forgets what was below
    "pmsn": "snn snn snn",  # Re(c h) of an infinite h
    "prf": "0nn 01s 00s",  # an infinity that turns
    "psn": "nnn s1s s0s",
    "slif": "snn s11 s0n",  # s (h - v_th): 0 * inf
}


def spelled(s):
    return "n" if s.isnan().all() else f"{s[0]:g}" if (s == s[0]).all() else "s"


@pytest.mark.parametrize("model", MODELS)
def test_strange_inputs_follow_the_equations(model):
    x, exact = cases.current(robustness.SHAPE), oracle(model, shape=robustness.SHAPE)
    t, found = len(x) // 3, []
    for value in robustness.STRANGE:
        with torch.no_grad():
            s = exact(robustness.planted(x, value).double())[:, 0, 0]
        found.append("".join(map(spelled, (s[:t], s[t : t + 1], s[t + 1 :]))))
    assert " ".join(found) == STRANGE[model]


@pytest.mark.parametrize("run", RUNS, ids="-".join)
def test_nothing_breaks_a_run(run):
    made, x = layer(*run, shape=robustness.SHAPE), cases.current(robustness.SHAPE)
    exact = robustness.own_form(*run)
    hidden = [robustness.wrong_numbers(made, exact, x, value) for value in robustness.STRANGE]
    assert hidden == [0, 0, 0]
    assert robustness.unwritten(made, x) == 0
    assert robustness.irreproducible(made, x) == 0
    assert robustness.layout_error(made, x) <= TOLERANCE["error"]["float32"]


# What never forgets, what remembers longest, what wraps a sum, a decay per step, coupled neurons.
LASTING = [("iaf", "cpu"), ("lmh", "cpu"), ("pmsn", "cpu"), ("dsn", "cpu"), ("stclif", "eager")]


@pytest.mark.parametrize("run", [run for run in LASTING if run in RUNS], ids="-".join)
def test_sixteen_thousand_steps_drift_no_more_than_rounding_explains(run):
    made, exact = drift.layers(*run)
    assert drift.drift(made, exact, cases.current(drift.SHAPE)) <= DRIFT


def test_a_drift_is_caught():
    made, _ = drift.layers("lif", "eager", T=1024)
    _, slower = drift.layers("lif", "eager", T=1024)
    slower.fire = replace(slower.fire, mode="soft")
    assert drift.drift(made, slower, cases.current(drift.SHAPE)[:1024]) == math.inf


def test_weights_over_all_pairs_of_steps_are_not_run_for_so_long():
    with pytest.raises(NotImplementedError, match="weights over all pairs of 16384 steps"):
        drift.layers("psn", "eager")


# Errors that are planted, and what finds them


def planted(monkeypatch, spoil):
    """The cpu backend's backward with its gradients spoilt: `spoil(x, old, new)`, of grad_x."""
    usual = cpu.Library.backward

    def backward(self, every, *tensors):
        grad_x = tensors[8]
        held = grad_x.clone()
        usual(self, every, *tensors)
        spoil(held, grad_x)

    monkeypatch.setattr(cpu.Library, "backward", backward)


@generated
def test_a_wrong_sign_is_caught_and_named(monkeypatch):
    def spoil(held, grad_x):
        grad_x[40:] *= -1

    planted(monkeypatch, spoil)
    found = compare(layer("clif", "cpu"), oracle("clif"), x)
    assert found.over("float32") == ["error", "direction"]
    (wrong,) = found.gradients
    assert wrong.correlation < 0.6 and wrong.scale == pytest.approx(1)
    assert wrong.at[0] >= 40 and wrong.got == pytest.approx(-wrong.want)
    assert found.worst.startswith(f"d/dx[{wrong.at[0]}, {wrong.at[1]}, {wrong.at[2]}]: ")


@generated
def test_a_surrogate_one_percent_too_wide_is_caught(monkeypatch):
    """In the kernel alone, which is generated while the primitive is another."""
    surrogate = neurons.surrogate("triangle", gamma=1.25)
    made, exact = layer("lif", "cpu", surrogate), oracle("lif", surrogate)
    with monkeypatch.context() as patch:
        usual = neurons.SURROGATES["triangle"]
        wide = {"triangle": lambda u, gamma: usual(u, 1.01 * gamma)}
        patch.setattr("neurons.fire.SURROGATES", neurons.SURROGATES | wide)
        made(x.clone().requires_grad_())
    found = compare(made, exact, x)
    assert found.over("float32") == ["error", "direction", "scale"]
    assert found.flips == found.far == 0
    assert found.figures["error"] < 0.05


@generated
def test_a_tail_that_is_not_written_is_caught(monkeypatch):
    def spoil(held, grad_x):
        grad_x[-5:] = held[-5:]

    planted(monkeypatch, spoil)
    made, here = layer("lif", "cpu"), cases.current(SHAPE)
    assert robustness.unwritten(made, here) == 5 * here[0].numel()


@generated
def test_a_silent_zero_is_caught(monkeypatch):
    usual = cpu.Library.forward

    def forward(self, every, *tensors):
        usual(self, every, *tensors)
        tensors[4].nan_to_num_(nan=0.0)

    monkeypatch.setattr(cpu.Library, "forward", forward)
    made = layer("lif", "cpu", shape=robustness.SHAPE)
    here = cases.current(robustness.SHAPE)
    exact = oracle("lif", shape=robustness.SHAPE)
    lost = [robustness.wrong_numbers(made, exact, here, v) for v in robustness.STRANGE]
    assert lost == [46, 45, 0]  # NaN, with the step it comes in at; inf, from the step after


def test_flips_are_told_near_or_far():
    """A threshold moved by some roundings flips spikes near it, one moved by 1 % others too."""
    for off, far in ((2e-5, False), (1e-2, True)):
        case = Shape(64, 64, 256)
        made = layer("lif", "eager", shape=case, v_th=1 + off)
        found = compare(made, oracle("lif", shape=case), cases.current(case))
        assert found.flips > 0
        assert (found.far > 0) == far


def test_gradients_that_are_not_numbers_are_over_and_never_not_applicable():
    g = torch.tensor([1.0, math.nan])
    wrong = comparison.beside("w", g, torch.ones(2).double())
    right = comparison.beside("x", torch.ones(2), torch.ones(2).double())
    for gradients in ((wrong, right), (right, wrong)):
        found = comparison.Compared(0.0, 0.0, gradients)
        assert found.over("float32") == ["error", "direction", "scale"]
        assert found.worst == "d/dw[1]: nan, 1"
    with pytest.raises(ArithmeticError, match="not a finite number"):
        comparison.finite(wrong.error, wrong.worst)


# Time


def test_the_horizon_of_a_leaky_integrator_is_its_decay():
    """Without reset or spike in the way, d h[t] / d x[t-k] = d^k."""
    case = Shape(40, 2, 3)
    made = oracle("lif", shape=case, tau=4.0, reset="none")
    made.fire = replace(made.fire, spike=lambda g, u: u)
    slope = replace(made.fire, surrogate=neurons.surrogate("rect", width=1e9, height=1.0))
    made.fire = slope
    found = horizon.norms(made, cases.current(case).double())
    torch.testing.assert_close(found, 0.75 ** torch.arange(40.0, dtype=torch.float64))


def test_a_window_reaches_as_far_as_its_taps():
    reach = horizon.reach("sliding_psn")  # k = 64
    assert len(reach) == 257 and min(reach[:64]) > 0 and max(reach[64:]) == 0


def test_a_threshold_that_only_rises_lets_no_gradient_through():
    assert max(horizon.reach("llif")) == 0


def test_rarer_cuts_change_less():
    changes = horizon.truncation("lif")
    assert changes == sorted(changes, reverse=True) and 0 < changes[-1] < 0.1
    with pytest.raises(NotImplementedError, match="psn has no step"):
        horizon.truncation("psn")


def test_one_model_that_fails_costs_no_other(monkeypatch):
    def measure(model):
        if model == "lif":
            raise ValueError("odd")
        return [1.0]

    found = per_model.measure(measure)
    assert found["clif"] == [1.0]
    with pytest.raises(ValueError, match="odd"):
        horizon.Horizon().setup(found, "lif", 0)


# The command


def test_the_command_names_the_worst_element(capsys):
    assert command.main(["lif", "clif", "--backend", "eager", "--dtype", "float32"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["model", "backend", "surrogate", "dtype"]
    assert [row.split()[:4] for row in rows] == [
        [m, "eager", DEFAULT, "float32"] for m in ("lif", "clif")
    ]
    assert "  d/dx[28, 1, 4]: -2.80708" in rows[0] and "*" not in rows[0]


def test_the_command_fails_on_what_is_over(capsys, monkeypatch):
    monkeypatch.setitem(TOLERANCE["error"], "float32", 1e-9)
    assert command.main(["lif", "--backend", "eager", "--dtype", "float32"]) == 1
    assert "9.3e-08*" in capsys.readouterr().out


def test_the_command_says_why_there_is_nothing_to_compare(capsys):
    assert command.main(["psn", "--backend", "cpu"]) == 2
    assert "nothing to compare: no program" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        command.main(["lfi"])
    assert "did you mean 'lif'?" in capsys.readouterr().err


def test_the_dtypes_of_the_profiles_have_tolerances():
    asked = {dtype for profile in PROFILES.values() for dtype in profile.dtypes}
    assert all(asked <= table.keys() for table in TOLERANCE.values())
    assert set(ALL_SURROGATES[1:]) == neurons.SURROGATES.keys()
