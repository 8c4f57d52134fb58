"""What the tests of the neurons run: every model on every backend that starts at once."""

import pytest
import torch
from torch import Tensor

import neurons

MODELS = neurons.names()
SERIAL = [name for name in MODELS if neurons.get(name).step]
DUAL = [name for name in SERIAL if neurons.get(name).sequence]
LEARNED = [name for name in MODELS if neurons.get(name).learnable]
SLOW = ("compile", "triton")  # seconds to compile, or interpreted: these have tests of their own
RUNS = [
    (model, backend)
    for model in MODELS
    for backend in neurons.backends.names()
    if backend not in SLOW and neurons.backends.refusal(neurons.get(model), backend) is None
]
SERIAL_RUNS = [(model, backend) for model, backend in RUNS if model in SERIAL]

# Finite differences see a width, or a sum, through which a model lets no gradient pass.
DIFFERENTIABLE = {"mpd_agl": {"adaptive": False}, "pmsn": {"detach_sum": False}}


def every_model(*kinds: str):
    """All models for `parametrize`; in an ordinary run those of `kinds` stand for the rest."""
    marks = {model: () if model in kinds else pytest.mark.exhaustive for model in MODELS}
    return [pytest.param(model, marks=marks[model]) for model in MODELS]


def made(model: str, **options) -> neurons.Layer:
    """A layer whose parameters do not depend on what was drawn before."""
    return neurons.Layer(model, generator=torch.Generator().manual_seed(3), **options)


def current(T: int, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Input, 64 neurons wide unless told, at which every model fires but not at every step."""
    return torch.randn(T, *(shape or (4, 64)), dtype=dtype) + 0.4


def fires(s: Tensor) -> bool:
    """A test on silence, or on spikes everywhere, would prove nothing."""
    return 0.02 < (s > 0).float().mean().item() < 0.5


def gradients(layer: neurons.Layer, x: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Spikes, and the gradients of the input and of all parameters for fixed random weights."""
    x = x.detach().requires_grad_()
    s = layer(x)
    return s.detach(), list(torch.autograd.grad((s * weights(s)).sum(), [x, *layer.parameters()]))


def weights(s: Tensor) -> Tensor:
    """The same random weights for every s of a shape."""
    return torch.randn(s.shape, dtype=s.dtype, generator=torch.Generator().manual_seed(5))


def leaves_nothing_unwritten(
    layer: neurons.Layer, x: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """torch fills new memory with NaN here; all that is read or returned has been written."""
    monkeypatch.setattr(torch.utils.deterministic, "fill_uninitialized_memory", True)
    torch.use_deterministic_algorithms(True)
    try:
        assert torch.empty(3, device=x.device).isnan().all()
        s, grads = gradients(layer, x)
    finally:
        torch.use_deterministic_algorithms(False)
    assert all(v.isfinite().all() for v in (s, *grads))


def carries_on(whole: neurons.Layer, pieces: neurons.Layer, x: Tensor) -> None:
    """Two stateful layers, one called twice, agree: spikes and states by the bit, and gradients."""
    x = x.detach().requires_grad_()
    outs = [whole(x), torch.cat([pieces(part) for part in x.split(33)])]
    assert torch.equal(*outs)
    assert all(map(torch.equal, whole.state, pieces.state))
    (expected,), (found,) = (torch.autograd.grad((s * weights(s)).sum(), x) for s in outs)
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-12)


def says(error: pytest.ExceptionInfo, *words: str) -> None:
    """The error is one line and has all the words in it."""
    message = str(error.value)
    assert len(message.splitlines()) == 1
    assert [word for word in words if word not in message] == []
