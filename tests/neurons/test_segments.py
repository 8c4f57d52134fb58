"""A long sequence is differentiated segment by segment, with the same result."""

import pytest
import torch

import neurons
from neurons import scan
from suites import cases
from suites.profiles import Shape
from tests.neurons.samples import SERIAL


def run(model, T, segment, monkeypatch, *, replayed=None):
    """Return the spikes and gradients of a serial run with segments of that many steps."""
    monkeypatch.setattr(scan, "SEGMENT", segment)
    backend = "serial" if neurons.get(model).sequence else "eager"
    layer = cases.layer(model, backend, Shape(T, 2, 4)).double()
    if replayed is not None:
        layer.fire = neurons.replay(layer.fire, replayed)
    x = cases.current(Shape(T, 2, 4)).double().requires_grad_()
    s = layer(x)
    upstream = cases.current(Shape(T, 2, 4), seed=1).double()
    return s.detach(), torch.autograd.grad(s, [x, *layer.parameters()], upstream)


@pytest.mark.parametrize("T", [7, 8, 9, 24])
@pytest.mark.parametrize("model", SERIAL)
def test_segments_equal_the_whole(model, T, monkeypatch):
    whole, expected = run(model, T, 1000, monkeypatch)
    spikes, grads = run(model, T, 8, monkeypatch)
    assert torch.equal(spikes, whole)
    torch.testing.assert_close(grads, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("model", SERIAL)
def test_a_replay_continues_from_segment_to_segment(model, monkeypatch):
    """The backward computes each segment again, with the spikes of that segment."""
    fired, _ = run(model, 24, 1000, monkeypatch)
    recorded = fired.roll(1, 0)  # not what the neuron would do
    spikes, grads = run(model, 24, 8, monkeypatch, replayed=recorded)
    _, expected = run(model, 24, 1000, monkeypatch, replayed=recorded)
    assert torch.equal(spikes, recorded)
    torch.testing.assert_close(grads, expected, rtol=1e-12, atol=1e-14)


def test_autograd_keeps_x_and_one_state_per_segment(monkeypatch):
    saved = set()

    def save(tensor):
        saved.add((tensor.untyped_storage().data_ptr(), tensor.untyped_storage().nbytes()))
        return tensor

    monkeypatch.setattr(scan, "SEGMENT", 16)
    x = torch.randn(256, 1, 8, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(save, lambda tensor: tensor):
        neurons.Layer("lif")(x)
    others = sum(size for pointer, size in saved if pointer != x.untyped_storage().data_ptr())
    assert others <= 256 / 16 * 2 * x[0].numel() * 4


def test_the_graph_of_a_long_sequence_cannot_be_differentiated_twice():
    x = torch.randn(scan.SEGMENT + 1, 1, 3, requires_grad=True)
    s = neurons.Layer("lif", backend="eager")(x).sum()
    with pytest.raises(RuntimeError, match="differentiated once"):
        torch.autograd.grad(s, x, create_graph=True)
    s = neurons.Layer("lif", backend="eager")(x[: scan.SEGMENT]).sum()
    (grad,) = torch.autograd.grad(s, x, create_graph=True)
    assert grad.requires_grad
