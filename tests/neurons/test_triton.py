"""Triton kernels compute what `step` does, interpreted or on a GPU; and they compile."""

import json
import math
import os
import subprocess
import sys

import pytest
import torch

import neurons
from neurons.backends import triton
from neurons.codegen.trace import trace
from neurons.codegen.triton import INTERVAL
from tests.neurons.samples import (
    assert_all_written,
    assert_calls_continue,
    build_layer,
    fires_sometimes,
    gradients,
    input_current,
    loss_weights,
)
from tests.neurons.test_codegen import GENERATED

reason = neurons.backends.refusal(neurons.get("lif"), "triton")
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))
models = pytest.mark.parametrize("model", GENERATED)
CUDA = torch.cuda.is_available()
DEVICE = "cuda" if CUDA else "cpu"


def pair(model, **options):
    """Return the generated layer, and the one that it must equal."""
    reference = "serial" if neurons.get(model).sequence else "eager"
    layers = [build_layer(model, backend=b, shape=(13,), **options) for b in ("triton", reference)]
    return [layer.double().to(DEVICE) for layer in layers]


@models
@pytest.mark.parametrize("T", [1, 7, 63 if not CUDA else 1000])
def test_spikes_and_gradients(model, T):
    ours, reference = pair(model)
    x = input_current(T, 3, 13, dtype=torch.float64).to(DEVICE)
    (s, grads), (expected, others) = (gradients(layer, x) for layer in (ours, reference))
    assert T < 60 or fires_sometimes(s[:128])
    assert torch.equal(s, expected)
    for a, b in zip(grads, others, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("model", ["clif", "dsn", "glif"])
def test_the_state_carries_on_with_its_gradient(model):
    once, twice = (pair(model, stateful=True)[0] for _ in "ab")
    assert_calls_continue(once, twice, input_current(40, 2, 13, dtype=torch.float64).to(DEVICE))


@pytest.mark.parametrize("T", [64, 61])
@pytest.mark.parametrize("model", ["dsn", "prf", "sliding_psn"])
def test_parallel_chunks_equal_the_sequence(model, T, monkeypatch):
    """A step before them gives the first chunk a first state that is not 0."""
    launches, launch = [], triton.TritonKernel.launch

    def noted(kernel, name, x, chunks, *arguments, **choices):
        launches.append((name, chunks))
        launch(kernel, name, x, chunks, *arguments, **choices)

    layers = pair(model, stateful=True)
    x = input_current(1 + T, 3, 13, dtype=torch.float64).to(DEVICE)
    with torch.no_grad():
        for layer in layers:
            layer(x[:1])
    monkeypatch.setattr(triton, "SHORTEST_CHUNK", 8)
    monkeypatch.setattr(triton.TritonKernel, "launch", noted)
    (s, grads), (expected, others) = (gradients(layer, x[1:]) for layer in layers)
    ends = [] if model == "sliding_psn" else [("ends", 7)]
    backward = [("ends_back", 7), ("join_back", 1), ("backward", 8)]
    assert launches == [*ends, ("join", 1), ("forward", 8), *backward]
    assert torch.equal(s, expected)
    for a, b in zip(grads, others, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.skipif(CUDA, reason="the blocks of a GPU are small enough")
@pytest.mark.parametrize("model", ["dsn", "glif", "mpd_agl"])
def test_blocks_change_nothing(model, monkeypatch):
    """Three blocks of neurons, of which the last has 7; some models share a state among all."""
    layer, x = pair(model)[0], input_current(29, 3, 13, dtype=torch.float64)
    monkeypatch.setattr(triton, "SHORTEST_CHUNK", 8)
    s, grads = gradients(layer, x)
    monkeypatch.setattr(triton, "INTERPRETED_BLOCK", 16)
    again, others = gradients(layer, x)
    assert torch.equal(s, again)
    for a, b in zip(grads, others, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-14)


def test_any_length_is_cut_into_chunks():
    def steps(model, T, M):
        layer = build_layer(model, shape=(6,))
        program = trace(layer.neuron, layer.params, layer.fire, 6)
        return triton.TritonKernel(program, torch.float32).chunk_steps(T, M)

    assert steps("dsn", 16384, 8192) == steps("dsn", 16383, 8192) == 256
    assert steps("dsn", 100, 8192) == 100 and steps("dsn", 1000, 2**20) == 1000  # would not pay
    assert steps("lif", 16384, 8192) == 16384  # not affine


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("model", ["lif", "dsn"])
def test_half_input_is_read_as_it_is_and_computed_in_float32(model, dtype, monkeypatch):
    monkeypatch.setattr(triton, "SHORTEST_CHUNK", 8)
    layer = build_layer(model, backend="triton", stateful=True, shape=(13,)).to(DEVICE)
    x, taken, launch = input_current(29, 2, 13).to(DEVICE, dtype), [], triton.TritonKernel.launch

    def noted(kernel, name, x, *others, **choices):
        taken.append(x.dtype)
        launch(kernel, name, x, *others, **choices)

    def run(x):
        layer.reset_state()
        s = layer(x.requires_grad_())
        return s, torch.autograd.grad(s, [x, *layer.parameters()], upstream.to(s.dtype))

    upstream = loss_weights(x)
    monkeypatch.setattr(triton.TritonKernel, "launch", noted)
    s, grads = run(x)
    assert {*taken} == {dtype} and s.dtype == grads[0].dtype == dtype
    assert all(v.dtype == torch.float32 for v in (*layer.state, *grads[1:]))
    wide, others = run(x.detach().float())
    assert torch.equal(s, wide.to(dtype)) and all(map(torch.equal, grads[1:], others[1:]))
    unit = torch.finfo(dtype).eps if triton.INTERPRETED else 0  # it truncates to bfloat16
    torch.testing.assert_close(grads[0].float(), others[0].to(dtype).float(), rtol=unit, atol=0)


def test_an_infinite_threshold_silences_a_neuron():
    layer = build_layer("lif", backend="triton", v_th=math.inf).to(DEVICE)
    assert not layer(input_current(9, 2, 13).to(DEVICE)).any()


@pytest.mark.parametrize("model", ["clif", "dsn"])
def test_nothing_is_left_unwritten(model, monkeypatch):
    x = input_current(37, 3, 13, dtype=torch.float64).to(DEVICE)
    assert_all_written(pair(model)[0], x, monkeypatch)


FEW = ["clif", "dsn", "lif"]
REST = pytest.param([n for n in GENERATED if n not in FEW], marks=pytest.mark.exhaustive, id="rest")


@pytest.mark.slow
@pytest.mark.parametrize("models", [pytest.param(FEW, id="few"), REST])
def test_kernels_compiled_for_hopper_load_ahead_and_keep_states_in_registers(models):
    code = f"import tests.neurons.hopper; tests.neurons.hopper.main(*{models})"
    env = os.environ | {"TRITON_INTERPRET": "0"}
    process = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    found = json.loads(process.stdout)
    assert [*found] == models
    for loops in found.values():
        states = loops.pop("states")
        assert {"forward", "backward"} <= {*loops}
        for loop in loops.values():
            assert loop["ahead"] and not loop["waiting"]
            assert states > 3 or not loop["spills"]
    if "lif" in found:
        assert found["lif"]["forward"]["instructions"] <= 40 * INTERVAL
