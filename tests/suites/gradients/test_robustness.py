"""Strange inputs, unwritten memory and memory layouts do no harm, and a fault is counted."""

import pytest
import torch

import neurons
from neurons.backends import cpu
from suites import cases
from suites.gradients import robustness
from suites.gradients.comparison import reference
from suites.gradients.tolerance import TOLERANCE
from tests.neurons.samples import MODELS, RUNS

generated = pytest.mark.skipif(
    neurons.backends.refusal(neurons.get("lif"), "cpu") is not None, reason="no C compiler"
)

# The spikes of a neuron with NaN, inf and -inf at one step, before, at and after that step: n is
# NaN, a number is all of them, s are different ones. Causal models have their usual spikes before.
# In a product with the weights of all pairs of steps, 0 * NaN and 0 * inf make NaN there.
SPIKES = {
    **dict.fromkeys(("iaf", "lif", "llif", "mpd_agl", "plif"), "snn s1n s00"),  # (1 - s) h: 0 * inf
    **dict.fromkeys(("clif", "glif", "sliding_psn", "stclif", "stcplif"), "snn s11 s00"),
    **dict.fromkeys(("lmh", "stclmh", "tclif"), "snn s1n s0n"),  # two compartments: inf - inf
    **dict.fromkeys(("psu", "rpsu", "super"), "nnn nnn nnn"),
    **dict.fromkeys(("ipsu", "masked_psn"), "nnn n1s n0s"),
    "atlif": "snn snn snn",  # the threshold is a mean over all potentials
    "dsn": "snn s4n snn",  # 1 - alpha = 0 times inf
    "ilif": "snn s44 s00",
    "klif": "snn s1n s0s",  # the relu of -inf is 0
    "pmsn": "snn snn snn",  # Re(c h) of an infinite h
    "prf": "0nn 01s 00s",  # the infinite potential rotates
    "psn": "nnn s1s s0s",
    "slif": "snn s11 s0n",  # s (h - v_th): 0 * inf
}


def letter(s):
    return "n" if s.isnan().all() else f"{s[0]:g}" if (s == s[0]).all() else "s"


@pytest.mark.parametrize("model", MODELS)
def test_strange_inputs_follow_the_equations(model):
    x, expected = cases.current(robustness.SHAPE), reference(model, shape=robustness.SHAPE)
    t, words = len(x) // 3, []
    for value in robustness.STRANGE_VALUES:
        with torch.no_grad():
            s = expected(robustness.with_value(x, value).double())[:, 0, 0]
        words.append("".join(map(letter, (s[:t], s[t : t + 1], s[t + 1 :]))))
    assert " ".join(words) == SPIKES[model]


@pytest.mark.parametrize("run", RUNS, ids="-".join)
def test_a_run_is_robust(run):
    tested, x = robustness.layer_and_input(*run)
    expected = robustness.matching_reference(*run)
    values = robustness.STRANGE_VALUES
    assert [robustness.wrong_numbers(tested, expected, x, v) for v in values] == [0, 0, 0]
    assert robustness.unwritten(tested, x) == 0
    assert robustness.irreproducible(tested, x) == 0
    assert robustness.layout_error(tested, x) <= TOLERANCE["error"]["float32"]


@generated
def test_steps_that_are_not_written_are_caught(monkeypatch):
    backward = cpu.CpuKernel.backward

    def spoilt(kernel, x, *others):
        before = torch.empty_like(x)
        grad_x, *grads = backward(kernel, x, *others)
        return [torch.cat([grad_x[:-5], before[-5:]]), *grads]

    monkeypatch.setattr(cpu.CpuKernel, "backward", spoilt)
    tested, x = robustness.layer_and_input("lif", "cpu")
    assert robustness.unwritten(tested, x) == 5 * x[0].numel()


@generated
def test_zeros_in_place_of_nan_are_caught(monkeypatch):
    forward = cpu.CpuKernel.forward

    def spoilt(kernel, *inputs):
        s, *others = forward(kernel, *inputs)
        return [s.nan_to_num_(nan=0.0), *others]

    monkeypatch.setattr(cpu.CpuKernel, "forward", spoilt)
    tested, x = robustness.layer_and_input("lif", "cpu")
    expected = reference("lif", shape=robustness.SHAPE)
    values = robustness.STRANGE_VALUES
    # NaN from the step of the input, inf from the step after
    assert [robustness.wrong_numbers(tested, expected, x, v) for v in values] == [46, 45, 0]
