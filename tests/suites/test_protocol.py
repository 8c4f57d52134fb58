"""The protocol of the DSN paper's Fig. 5: which neurons are timed, how, and what they compute."""

import pytest
import torch

from suites import clock
from suites.profiles import PROFILES, Shape
from suites.protocol import fig5
from suites.protocol.suite import Fig5

SHAPE = Shape(70, 2, 3)


def test_sliding_psn_as_a_plain_convolution_is_our_sliding_psn():
    work = fig5.workload("sliding_psn_conv1d", SHAPE)
    ours = fig5.cases.layer("sliding_psn", "eager", SHAPE)
    assert torch.equal(work.run(work.x), ours(work.x))
    grads = torch.autograd.grad(work.run(work.x), work.inputs, work.grad_output)
    expected = torch.autograd.grad(ours(work.x), [work.x, *ours.parameters()], work.grad_output)
    for grad, other in zip(grads, expected, strict=True):
        torch.testing.assert_close(grad, other)


@pytest.mark.parametrize("neuron", [n for n in fig5.NEURONS if n != "dsn_fla"])
def test_forward_is_timed_in_training(neuron):
    work = fig5.workload(neuron, SHAPE)
    s = work.run(work.x)
    assert s.requires_grad and s.shape == SHAPE
    assert getattr(work.run, "training", True)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_the_route_of_the_paper_needs_a_gpu(monkeypatch):
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    with pytest.raises(NotImplementedError, match="need a GPU"):
        fig5.workload("dsn_fla", SHAPE)


def test_the_passes_are_those_of_the_paper(monkeypatch):
    timed = []

    def mean_seconds(run, calls, warm_ups):
        timed.append((run.__name__, calls, warm_ups))
        return {"forward_graph": 1.0, "training": 4.0}[run.__name__]

    monkeypatch.setattr(clock, "mean_seconds", mean_seconds)
    work = fig5.workload("psn", SHAPE)
    assert (fig5.forward(work), fig5.training(work), fig5.backward(work)) == (1.0, 4.0, 3.0)
    assert set(timed) == {("forward_graph", 100, 10), ("training", 100, 10)}


def test_a_backward_shorter_than_nothing_is_an_error(monkeypatch):
    monkeypatch.setattr(fig5, "training", lambda work: 1.0)
    monkeypatch.setattr(fig5, "forward", lambda work: 1.5)
    with pytest.raises(ValueError, match=r"forward took 0\.5 s longer"):
        fig5.backward(fig5.workload("psn", SHAPE))


def test_shapes_and_printed_ratios():
    assert fig5.shapes(PROFILES["smoke"]) == PROFILES["smoke"].shapes[:1]
    assert Shape(16384, 16, 512) in fig5.shapes(PROFILES["gpu"])
    assert set(Fig5.params[0]) == {"psn", "sliding_psn_conv1d", "dsn_fla", "dsn"}
    printed = Fig5.track_forward.printed
    assert printed["psn forward"] == 21.7 and printed["sliding_psn_conv1d training"] == 2.2
