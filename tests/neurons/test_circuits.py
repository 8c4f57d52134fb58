"""Circuits: what they connect, how many weights they have, where their gradient is cut."""

import pytest
import torch

from neurons import Layer
from tests.neurons.samples import (
    assert_one_line,
    build_layer,
    fires_sometimes,
    gradients,
    input_current,
)

STC = ["stclif", "stcplif", "stclmh"]


@pytest.mark.parametrize("model", STC)
def test_truncated_gates_change_the_gradient_but_not_the_spikes(model):
    x = input_current(8, 2, 8)
    s, whole = gradients(build_layer(model, shape=(8,)), x)
    again, cut = gradients(build_layer(model, shape=(8,), detach_gates=True), x)
    assert torch.equal(s, again) and s.any()
    assert not torch.allclose(whole[0], cut[0])
    assert all(g.any() for g in cut)  # the circuits still learn


@pytest.mark.parametrize("detach_gates", [False, True])
@pytest.mark.parametrize("model", STC)
def test_gates_are_the_only_way_between_neurons(model, detach_gates):
    """Gradients cross channels through the circuits' spikes only."""
    layer = build_layer(model, shape=(4,), circuit="global", detach_gates=detach_gates)
    x = input_current(8, 2, 4).requires_grad_()
    (grad,) = torch.autograd.grad(layer(x)[..., 0].sum(), x)
    assert grad[..., 0].any()
    assert grad[..., 1:].any() != detach_gates


@pytest.mark.parametrize("model", STC)
def test_self_circuits_couple_nothing(model):
    layer, x = (
        build_layer(model, shape=(4, 3), circuit="self"),
        input_current(8, 2, 4, 3).requires_grad_(),
    )
    assert layer.temporal.shape == (4, 3) and layer.shift.shape == (2, 4, 3)
    (grad,) = torch.autograd.grad(layer(x)[..., 0, 0].sum(), x)
    assert grad[..., 0, 0].any() and grad.count_nonzero() == grad[..., 0, 0].count_nonzero()


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({"circuit": "group", "norm": True}, 205_824),
        ({"circuit": "global", "norm": True}, 3_277_824),
        ({"circuit": "self"}, 1_048_576),
    ],
)
def test_circuits_have_the_papers_number_of_weights(options, count):
    """A third of what STC-LIF adds to LIF in Table 11: three layers of 256 x 32 x 32 neurons."""
    layer = Layer("stclif", shape=(256, 32, 32), **options)
    assert sum(p.numel() for p in layer.parameters()) == count


@pytest.mark.parametrize("model", STC)
@pytest.mark.parametrize("shape", [(8,), (8, 3), (8, 3, 3), (3, 2, 2, 2)])
def test_circuits_reach_as_many_axes_as_there_are(model, shape):
    x = input_current(5, 2, *shape, dtype=torch.float64)
    layer = build_layer(model, norm=True, kernel=3, shape=shape).double()
    s, grads = gradients(layer, x)
    assert s.any() and all(g.isfinite().all() for g in grads)
    assert layer.temporal.shape[2:] == (3,) * (len(shape) - 1)


def test_circuits_are_restored_before_their_first_input():
    layer, other = build_layer("stclif", shape=(8,), norm=True), build_layer("stclif", norm=True)
    other.load_state_dict(layer.state_dict())
    x = input_current(9, 2, 8)
    assert torch.equal(other(x), layer(x))


@pytest.mark.parametrize("kernel", [2, 0])
def test_an_even_kernel_has_no_middle(kernel):
    with pytest.raises(ValueError) as error:
        Layer("stclif", shape=(8, 3), kernel=kernel)
    assert_one_line(error, "stclif", f"kernel = {kernel}", "odd")


def test_other_neurons_than_the_circuits_were_built_for():
    layer = Layer("stclif", shape=(8,))
    with pytest.raises(ValueError) as error:
        layer(torch.zeros(3, 2, 6))
    assert_one_line(error, "(8, 1)", "(2, 6)", "shape=(6,)")


@pytest.mark.parametrize("norm", [False, True])
@pytest.mark.parametrize("kept", ["temporal", "spatial"])
@pytest.mark.parametrize("model", STC)
def test_one_kept_circuit_is_both_with_the_other_silent(model, kept, norm):
    """The other gate is then 0 (Table 7)."""
    other = {"temporal": "spatial", "spatial": "temporal"}[kept]
    both, one = (build_layer(model, shape=(8,), norm=norm, kept=k) for k in ("both", kept))
    with torch.no_grad():
        getattr(both, other).zero_()
    x = input_current(12, 2, 8)
    assert other not in one.state_dict() and kept in one.state_dict()
    assert one(x).any() and torch.equal(one(x), both(x))
    _, grads = gradients(one, x)
    assert all(grad.any() for grad in grads)


def test_silent_circuits_are_the_original_neuron():
    """Without gates stcplif is PLIF and stclmh is LM-H (appendix C)."""
    x = input_current(20, 2, 8)
    for model, plain in {
        "stcplif": Layer("plif", reset="soft"),
        "stclmh": Layer("lmh", scaled=False),
    }.items():
        layer = build_layer(model, shape=(8,))
        with torch.no_grad():
            layer.temporal.zero_()
            layer.spatial.zero_()
        s = layer(x)
        assert fires_sometimes(s) and torch.equal(s, plain(x))
