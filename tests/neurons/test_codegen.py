"""Generated C computes what the model's page says; where IEEE has one answer, bit for bit."""

import subprocess
import sys
from typing import NamedTuple

import pytest
import torch

import neurons
from neurons.backends import cpu
from neurons.codegen import build
from neurons.codegen.tape import UngeneratableError
from neurons.codegen.trace import trace
from neurons.contract import Neuron
from neurons.fire import Fire, surrogate
from tests.neurons.samples import (
    carries_on,
    current,
    fires,
    gradients,
    leaves_nothing_unwritten,
    made,
    says,
)

reason = neurons.backends.refusal(neurons.get("lif"), "cpu")
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))
GENERATED = [n for n in neurons.names() if neurons.backends.refusal(neurons.get(n), "cpu") is None]
ROUNDED = {"exp", "log", "sigmoid", "tanh", "sin", "cos", "pow"}  # by a library, within some ulp
models = pytest.mark.parametrize("model", GENERATED)


def pair(model, **options):
    """The generated layer, and the one it must equal."""
    reference = "serial" if neurons.get(model).sequence else "eager"
    return [made(model, backend=b, shape=(13,), **options) for b in ("cpu", reference)]


def program(model, channels=13):
    layer = made(model, shape=(channels,))
    return trace(layer.neuron, layer.params, layer.fire, channels)


def exact(model):
    """Whether all a step does is what IEEE rounds in one way."""
    made = program(model)
    used = {made.ops[n].name for n in made.needed([made.spike, *made.after])}
    return not used & ROUNDED


def test_which_models_have_a_program():
    assert {"lif", "plif", "clif", "glif", "dsn", "pmsn", "sliding_psn"} <= set(GENERATED)
    assert {name for name in ("lif", "iaf", "ilif", "klif") if exact(name)} == {
        *("lif", "iaf", "ilif", "klif")
    }
    assert not exact("clif") and not exact("dsn")


@models
def test_float64_spikes_are_eagers_bit_for_bit(model):
    ours, reference = pair(model)
    x = current(300, 5, 13, dtype=torch.float64)
    s, expected = ours.double()(x), reference.double()(x)
    assert fires(s[:128])
    assert torch.equal(s, expected)


@models
@pytest.mark.slow
def test_float32_spikes_flip_at_most_once_in_a_million_where_functions_are_approximated(model):
    ours, reference = pair(model)
    x = current(256, 400, 13)
    with torch.no_grad():
        flips = (ours(x) != reference(x)).sum().item()
    assert flips <= (0 if exact(model) else 3 * x.numel() / 1e6)


@models
@pytest.mark.parametrize("T", [1, cpu.EVERY - 1, cpu.EVERY, 3 * cpu.EVERY + 1])
def test_gradients_for_any_rest_of_a_stretch(model, T):
    ours, reference = (layer.double() for layer in pair(model))
    x = current(T, 3, 13, dtype=torch.float64)
    for a, b in zip(gradients(ours, x)[1], gradients(reference, x)[1], strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", neurons.SURROGATES)
@pytest.mark.parametrize("how", [{"reset": "soft"}, {"detach_reset": True, "strict": True}])
def test_every_surrogate_and_reset(name, how):
    ours, reference = (layer.double() for layer in pair("clif", surrogate=name, **how))
    x = current(50, 3, 13, dtype=torch.float64)
    (s, grads), (expected, others) = (gradients(layer, x) for layer in (ours, reference))
    assert torch.equal(s, expected)
    for a, b in zip(grads, others, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


@models
def test_nothing_is_left_unwritten(model, monkeypatch):
    leaves_nothing_unwritten(pair(model)[0], current(cpu.EVERY + 5, 3, 13), monkeypatch)


@pytest.mark.parametrize("model", ["clif", "plif", "dsn", "glif"])
def test_threads_and_blocks_change_nothing(model, monkeypatch):
    layer, x = pair(model)[0], current(40, 20, 13)
    s, grads = gradients(layer, x)
    torch.set_num_threads(2)
    try:
        monkeypatch.setattr(cpu, "WIDTH", 64)
        again, others = gradients(layer, x)
    finally:
        torch.set_num_threads(1)
    assert torch.equal(s, again)
    assert all(map(torch.equal, grads, others))


@models
def test_the_state_carries_on_with_its_gradient(model):
    whole, pieces = (pair(model, stateful=True)[0].double() for _ in "ab")
    carries_on(whole, pieces, current(70, 2, 13, dtype=torch.float64))


def test_a_last_state_has_a_gradient():
    x, grads = current(40, 2, 13, dtype=torch.float64).requires_grad_(), []
    for layer in pair("clif", stateful=True):
        layer.double()(x)
        grads.append(torch.autograd.grad(layer.state.v.sum() + layer.state.m.sum(), x)[0])
    torch.testing.assert_close(*grads, rtol=1e-12, atol=1e-14)


def test_a_model_may_have_no_state_at_all():
    ours, reference = (layer.double() for layer in pair("sliding_psn", k=1))
    x = current(40, 2, 13, dtype=torch.float64)
    assert torch.equal(ours(x), reference(x))


def test_frozen_parameters_have_no_gradient():
    layer, reference = pair("dsn")
    for made_layer in (layer, reference):
        made_layer.conv_weight.requires_grad_(False)
    x = current(40, 2, 13).requires_grad_()
    s = layer(x)
    s.sum().backward()
    assert layer.conv_weight.grad is None and layer.conv_bias.grad is not None


def test_torch_compile_takes_the_kernel_as_one_operation():
    layer, x = pair("plif")[0], current(40, 2, 13)
    s, grads = gradients(layer, x)
    compiled = torch.compile(layer, backend="aot_eager")
    again, others = gradients(compiled, x)
    assert torch.equal(s, again)
    assert all(map(torch.equal, grads, others))


# What cannot be generated says why


class Params(NamedTuple):
    v_th: float = 1.0


class State(NamedTuple):
    v: torch.Tensor | float = 0.0


def of(step):
    return trace(Neuron(Params, State, step), Params(), Fire(surrogate("atan")), 1)


def averaged(x, state, p, fire):
    h = state.v + x - x.mean()
    return fire(h - p.v_th), State(h)


def competing(x, state, p, fire):
    h = state.v + x - x.sum(1, keepdim=True)
    return fire(h - p.v_th), State(h)


def neighbouring(x, state, p, fire):
    return fire(state.v - p.v_th), State(x.flip(1))


def shifted(x, state, p, fire):
    h = state.v + torch.cat([x[:, 1:], x[:, :1]], 1)
    return fire(h - p.v_th), State(h)


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (averaged, "aten.mean"),
        (competing, "couples neurons"),
        (neighbouring, "aten.flip"),
        (shifted, "neighbour|couples|another"),
    ],
)
def test_neurons_that_are_coupled_are_told_apart(step, why):
    with pytest.raises(UngeneratableError, match=why):
        of(step)


@pytest.mark.parametrize(
    ("model", "options", "why"),
    [
        ("psn", {"T": 4}, "no step"),
        ("atlif", {"T": 4}, "aten.index_select"),
        ("dsn", {"enhanced": True}, "joins channels"),
        ("stclif", {}, "joins channels"),
    ],
)
def test_a_model_that_has_no_program_says_what_stands_in_the_way(model, options, why):
    with pytest.raises(ValueError, match=why) as error:
        neurons.Layer(model, backend="cpu", **options)
    says(error, "backend 'cpu' cannot run", model, "use backend='eager'")


def test_recorded_spikes_are_for_eager():
    layer, x = made("lif", backend="cpu"), current(5)
    layer.fire = neurons.replay(layer.fire, torch.ones_like(x))
    with pytest.raises(ValueError, match="spikes that are not the surrogate's"):
        layer(x)


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """Another machine: nothing has been compiled or looked for."""
    monkeypatch.setenv("SPIKEBENCH_CACHE", str(tmp_path / "cache"))
    for known in (build.compiler, build.refusal):
        known.cache_clear()
    yield tmp_path
    for known in (build.compiler, build.refusal):
        known.cache_clear()


@pytest.mark.parametrize(("CC", "cure"), [("no-such-cc", "install gcc"), ("false", "CC=...")])
def test_without_a_compiler_auto_takes_the_next_best(CC, cure, elsewhere, monkeypatch):
    monkeypatch.setenv("CC", CC)
    assert neurons.Layer("lif").backend == "eager"
    with pytest.raises(ValueError, match="backend 'cpu' cannot run lif") as error:
        neurons.Layer("lif", backend="cpu")
    says(error, cure)


def test_a_cache_that_cannot_be_written_names_the_cure(elsewhere):
    (elsewhere / "cache").write_text("a file is in the way")
    with pytest.raises(ValueError, match="SPIKEBENCH_CACHE") as error:
        neurons.Layer("lif", backend="cpu")
    says(error, "cache")


def test_a_compiler_that_fails_is_quoted(monkeypatch, tmp_path):
    monkeypatch.setenv("SPIKEBENCH_CACHE", str(tmp_path))
    with pytest.raises(RuntimeError, match="cannot compile generated code") as error:
        build.library("this is not C")
    says(error, "error")
    assert list(tmp_path.iterdir()) == []


def test_processes_that_build_the_same_do_not_disturb_each_other(tmp_path, monkeypatch):
    monkeypatch.setenv("SPIKEBENCH_CACHE", str(tmp_path))
    text = "double forward(void) { return 1; }"
    code = f"from neurons.codegen import build; build.library({text!r})"
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert [path.suffix for path in tmp_path.iterdir()] == [".so"]


def test_constants_are_arguments_so_that_one_library_serves_all_values(elsewhere):
    x, spikes, libraries = current(50, 2, 13), set(), set()
    for tau in (3.0, 5.0, 7.0):
        spikes.add(made("lif", tau=tau, backend="cpu")(x).sum().item())
        libraries.add(len(list((elsewhere / "cache").iterdir())))
    assert len(spikes) == 3 and len(libraries) == 1
