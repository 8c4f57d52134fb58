"""What the tests of the neurons share: models, backends, layers, inputs and assertions."""

import pytest
import torch
from torch import Tensor

import neurons

MODELS = neurons.names()
SERIAL = [name for name in MODELS if neurons.get(name).step]
DUAL = [name for name in SERIAL if neurons.get(name).sequence]
LEARNED = [name for name in MODELS if neurons.get(name).learnable]
SLOW = ("compile", "triton")  # take seconds to compile, or are interpreted: they have other tests
RUNS = [
    (model, backend)
    for model in MODELS
    for backend in neurons.backends.names()
    if backend not in SLOW and neurons.backends.refusal(neurons.get(model), backend) is None
]
SERIAL_RUNS = [(model, backend) for model, backend in RUNS if model in SERIAL]


def every_model(*kinds: str):
    """Return all models for `parametrize`; those not in `kinds` run with --exhaustive only."""
    marks = {model: () if model in kinds else pytest.mark.exhaustive for model in MODELS}
    return [pytest.param(model, marks=marks[model]) for model in MODELS]


def build_layer(model: str, **options) -> neurons.Layer:
    """Return a layer whose parameters do not depend on earlier random numbers."""
    return neurons.Layer(model, generator=torch.Generator().manual_seed(3), **options)


def input_current(T: int, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return an input, [T, 4, 64] by default, for which every model fires at some steps."""
    return torch.randn(T, *(shape or (4, 64)), dtype=dtype) + 0.4


def fires_sometimes(s: Tensor) -> bool:
    """Return whether the layer fires neither never nor always: other spikes would prove nothing."""
    return 0.02 < (s > 0).float().mean().item() < 0.5


def gradients(layer: neurons.Layer, x: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Return the spikes, and the gradients of x and all parameters for a fixed loss."""
    x = x.detach().requires_grad_()
    s = layer(x)
    loss = (s * loss_weights(s)).sum()
    return s.detach(), list(torch.autograd.grad(loss, [x, *layer.parameters()]))


def loss_weights(s: Tensor) -> Tensor:
    """Return random weights, the same for every s of one shape."""
    return torch.randn(s.shape, dtype=s.dtype, generator=torch.Generator().manual_seed(5))


def assert_all_written(layer: neurons.Layer, x: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Assert that the layer writes all memory that it reads or returns: torch fills it with NaN."""
    monkeypatch.setattr(torch.utils.deterministic, "fill_uninitialized_memory", True)
    torch.use_deterministic_algorithms(True)
    try:
        assert torch.empty(3, device=x.device).isnan().all()
        s, grads = gradients(layer, x)
    finally:
        torch.use_deterministic_algorithms(False)
    assert all(v.isfinite().all() for v in (s, *grads))


def assert_calls_continue(once: neurons.Layer, twice: neurons.Layer, x: Tensor) -> None:
    """Assert that two stateful layers agree, of which one is called several times.

    Spikes and states are equal, gradients close.
    """
    x = x.detach().requires_grad_()
    spikes = [once(x), torch.cat([twice(part) for part in x.split(33)])]
    assert torch.equal(*spikes)
    assert all(map(torch.equal, once.state, twice.state))
    (expected,), (grad,) = (torch.autograd.grad((s * loss_weights(s)).sum(), x) for s in spikes)
    torch.testing.assert_close(grad, expected, rtol=1e-10, atol=1e-12)


def assert_one_line(error: pytest.ExceptionInfo, *words: str) -> None:
    """Assert that the error is one line that contains all the words."""
    message = str(error.value)
    assert len(message.splitlines()) == 1
    assert [word for word in words if word not in message] == []
