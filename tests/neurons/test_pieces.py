"""A long sequence is differentiated piece by piece, and nobody can tell."""

import pytest
import torch

import neurons
from neurons import scan
from suites import cases
from suites.profiles import Shape

SERIAL = [name for name in neurons.names() if neurons.get(name).step]


def run(model, T, piece, monkeypatch, *, replayed=None):
    """Spikes and gradients of a serial run cut into pieces of that many steps."""
    monkeypatch.setattr(scan, "PIECE", piece)
    backend = "serial" if neurons.get(model).sequence else "eager"
    made = cases.layer(model, backend, Shape(T, 2, 4)).double()
    if replayed is not None:
        made.fire = neurons.replay(made.fire, replayed)
    x = cases.current(Shape(T, 2, 4)).double().requires_grad_()
    s = made(x)
    upstream = cases.current(Shape(T, 2, 4), seed=1).double()
    return s.detach(), torch.autograd.grad(s, [x, *made.parameters()], upstream)


@pytest.mark.parametrize("T", [7, 8, 9, 24])
@pytest.mark.parametrize("model", SERIAL)
def test_pieces_equal_the_whole(model, T, monkeypatch):
    whole, exact = run(model, T, 1000, monkeypatch)
    spikes, grads = run(model, T, 8, monkeypatch)
    assert torch.equal(spikes, whole)
    for grad, wanted in zip(grads, exact, strict=True):
        torch.testing.assert_close(grad, wanted, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("model", SERIAL)
def test_a_replay_is_cut_alike(model, monkeypatch):
    """The backward walks each piece again: it must replay that piece, not the next one."""
    fired, _ = run(model, 24, 1000, monkeypatch)
    recorded = fired.roll(1, 0)  # not what the neuron would do
    spikes, grads = run(model, 24, 8, monkeypatch, replayed=recorded)
    _, exact = run(model, 24, 1000, monkeypatch, replayed=recorded)
    assert torch.equal(spikes, recorded)
    for grad, wanted in zip(grads, exact, strict=True):
        torch.testing.assert_close(grad, wanted, rtol=1e-12, atol=1e-14)


def test_what_autograd_keeps_does_not_grow_with_the_graph(monkeypatch):
    """Nothing but x itself and a state per piece."""
    kept = set()

    def note(tensor):
        kept.add((tensor.untyped_storage().data_ptr(), tensor.untyped_storage().nbytes()))
        return tensor

    monkeypatch.setattr(scan, "PIECE", 16)
    x = torch.randn(256, 1, 8, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        neurons.Layer("lif")(x)
    others = sum(size for pointer, size in kept if pointer != x.untyped_storage().data_ptr())
    assert others <= 256 / 16 * 2 * x[0].numel() * 4


def test_the_graph_of_a_long_sequence_cannot_be_differentiated_twice():
    x = torch.randn(scan.PIECE + 1, 1, 3, requires_grad=True)
    s = neurons.Layer("lif", backend="eager")(x).sum()
    with pytest.raises(RuntimeError, match="differentiated once"):
        torch.autograd.grad(s, x, create_graph=True)
    s = neurons.Layer("lif", backend="eager")(x[: scan.PIECE]).sum()
    (grad,) = torch.autograd.grad(s, x, create_graph=True)
    assert grad.requires_grad
