"""Triton kernels compute what `step` does, interpreted or on a GPU; and they compile."""

import math
import os
import subprocess
import sys

import pytest
import torch

import neurons
from neurons.backends import triton
from tests.neurons.samples import (
    assert_all_written,
    assert_calls_continue,
    build_layer,
    fires_sometimes,
    gradients,
    input_current,
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


@pytest.mark.slow
@pytest.mark.parametrize(("model", "affine"), [("dsn", 1), ("prf", 2), ("sliding_psn", 0)])
def test_parallel_chunks_equal_the_sequence(model, affine, monkeypatch):
    """A step before them gives the first chunk a first state that is not 0."""
    chunks, forward = [], triton.TritonKernel.forward

    def counted(kernel, x, state, *others):
        chunks.append(len(state[0]))
        return forward(kernel, x, state, *others)

    monkeypatch.setattr(triton, "SHORTEST_CHUNK", 8)
    monkeypatch.setattr(triton.TritonKernel, "forward", counted)
    layers, x = pair(model, stateful=True), input_current(65, 3, 13, dtype=torch.float64).to(DEVICE)
    with torch.no_grad():
        for layer in layers:
            layer(x[:1])
    (s, grads), (expected, others) = (gradients(layer, x[1:]) for layer in layers)
    assert chunks == [1, *[8] * (2 + affine)]
    assert torch.equal(s, expected)
    for a, b in zip(grads, others, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_input_has_float32_states(dtype):
    layer = build_layer("lif", backend="triton", stateful=True).to(DEVICE)
    x = input_current(9, 2, 13).to(DEVICE, dtype)
    s = layer(x)
    assert s.dtype == dtype and layer.state.v.dtype == torch.float32
    assert torch.equal(s, build_layer("lif", backend="eager").to(DEVICE)(x))


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
def test_kernels_compile_for_hopper_without_a_gpu(models):
    code = f"import tests.neurons.hopper; tests.neurons.hopper.main(*{models})"
    env = os.environ | {"TRITON_INTERPRET": "0"}
    process = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert process.stdout.split() == models
