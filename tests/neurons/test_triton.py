"""Triton kernels compute what the model's page says, interpreted or on a GPU; and they compile."""

import os
import subprocess
import sys

import pytest
import torch

import neurons
from neurons.backends import triton
from tests.neurons.samples import (
    carries_on,
    current,
    fires,
    gradients,
    leaves_nothing_unwritten,
    made,
)
from tests.neurons.test_codegen import GENERATED

reason = neurons.backends.refusal(neurons.get("lif"), "triton")
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))
models = pytest.mark.parametrize("model", GENERATED)
CUDA = torch.cuda.is_available()
DEVICE = "cuda" if CUDA else "cpu"


def pair(model, **options):
    """The kernels' layer, and the one it must equal."""
    reference = "serial" if neurons.get(model).sequence else "eager"
    layers = [made(model, backend=b, shape=(13,), **options) for b in ("triton", reference)]
    return [layer.double().to(DEVICE) for layer in layers]


@models
@pytest.mark.parametrize("T", [1, 7, 63 if not CUDA else 1000])
def test_spikes_and_gradients(model, T):
    ours, reference = pair(model)
    x = current(T, 3, 13, dtype=torch.float64).to(DEVICE)
    (s, grads), (expected, others) = (gradients(layer, x) for layer in (ours, reference))
    assert T < 60 or fires(s[:128])
    assert torch.equal(s, expected)
    for a, b in zip(grads, others, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("model", ["clif", "dsn", "glif"])
def test_the_state_carries_on_with_its_gradient(model):
    whole, pieces = (pair(model, stateful=True)[0] for _ in "ab")
    carries_on(whole, pieces, current(40, 2, 13, dtype=torch.float64).to(DEVICE))


@pytest.mark.parametrize(("model", "affine"), [("dsn", 1), ("prf", 2), ("sliding_psn", 0)])
def test_chunks_side_by_side_are_the_sequence(model, affine, monkeypatch):
    """One step before gives the first chunk a state to start from."""
    monkeypatch.setattr(triton, "SHORTEST", 8)
    walked, walk = [], triton.Kernels.forward
    monkeypatch.setattr(
        triton.Kernels, "forward", lambda *args: walked.append(len(args[7])) or walk(*args)
    )
    layers, x = pair(model, stateful=True), current(65, 3, 13, dtype=torch.float64).to(DEVICE)
    with torch.no_grad():
        for layer in layers:
            layer(x[:1])
    (s, grads), (expected, others) = (gradients(layer, x[1:]) for layer in layers)
    assert walked == [1, *[8] * (2 + affine)]
    assert torch.equal(s, expected)
    for a, b in zip(grads, others, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_input_has_float32_states(dtype):
    layer = made("lif", backend="triton", stateful=True).to(DEVICE)
    x = current(9, 2, 13).to(DEVICE, dtype)
    s = layer(x)
    assert s.dtype == dtype and layer.state.v.dtype == torch.float32
    assert torch.equal(s, made("lif", backend="eager").to(DEVICE)(x))


@pytest.mark.parametrize("model", ["clif", "dsn"])
def test_nothing_is_left_unwritten(model, monkeypatch):
    x = current(37, 3, 13, dtype=torch.float64).to(DEVICE)
    leaves_nothing_unwritten(pair(model)[0], x, monkeypatch)


@pytest.mark.slow
def test_all_kernels_compile_for_hopper_without_a_gpu():
    code = "import tests.neurons.hopper; tests.neurons.hopper.main()"
    env = os.environ | {"TRITON_INTERPRET": "0"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == set(GENERATED)
