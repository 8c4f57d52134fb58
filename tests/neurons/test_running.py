"""What training changes besides parameters: atlif's running threshold; what it cuts: gates."""

import copy
import io

import pytest
import torch
from torch import Tensor

import neurons
from neurons import Layer
from tests.neurons.samples import current, fires, gradients, made, says

WIDE = (16, 64)


def adapted(T: int = 6, batches: int = 3, **options) -> Layer:
    """An atlif that has seen some batches."""
    layer = made("atlif", T=T, **options)
    for _ in range(batches):
        layer(current(T, *WIDE))
    return layer


def serial(x: Tensor, theta: Tensor, tau: float = 0.2) -> Tensor:
    """Eq. 2-3 with a given threshold per step."""
    v, spikes = torch.zeros_like(x[0]), []
    for x_t, theta_t in zip(x, theta, strict=True):
        h = tau * v + x_t
        spikes.append((h >= theta_t).to(x.dtype))
        v = h * (1 - spikes[-1])
    return torch.stack(spikes)


def test_training_averages_the_thresholds_of_each_step():
    layer, x = made("atlif", T=5, momentum=0.3), current(5, *WIDE)
    theta = [x[0].mean() + x[0].std()]
    layer(x)
    torch.testing.assert_close(layer.running[0], 0.3 * theta[0] + 0.7)
    assert len(set(layer.running.tolist())) == 5
    once = layer.running.clone()
    layer(x)
    torch.testing.assert_close(layer.running - once, 0.7 * (once - 1))


def test_running_threshold_is_a_saved_buffer():
    layer = adapted()
    assert set(layer.state_dict()) == {"w", "running"}
    assert dict(layer.named_buffers()).keys() == {"running"}
    assert dict(layer.named_parameters()).keys() == {"w"}


@pytest.mark.parametrize("target", ["drawn", "lazy"])
def test_running_threshold_is_restored(target):
    layer, x = adapted().eval(), current(6)
    other = made("atlif", **({"T": 6} if target == "drawn" else {})).eval()
    file = io.BytesIO()
    torch.save(layer.state_dict(), file)
    file.seek(0)
    other.load_state_dict(torch.load(file))
    assert torch.equal(other.running, layer.running)
    assert torch.equal(other(x), layer(x))
    assert torch.equal(copy.deepcopy(layer)(x), layer(x))


@pytest.mark.parametrize("backend", ["eager", "auto"])
def test_evaluation_fires_at_the_running_threshold_of_each_step(backend):
    layer, x = adapted(backend=backend), current(6, *WIDE, dtype=torch.float64)
    layer = layer.double().eval()
    with torch.no_grad():
        layer.running.mul_(torch.linspace(0.5, 1.5, 6))
    kept = layer.running.clone()
    s = layer(x)
    assert fires(s)
    assert torch.equal(s, serial(x, kept, tau=torch.sigmoid(layer.w).item()))
    assert torch.equal(layer.running, kept)


def test_evaluation_does_not_see_its_batch():
    layer, x = adapted().eval(), current(6)
    alone = torch.cat([layer(one) for one in x.split(1, dim=1)], dim=1)
    assert torch.equal(alone, layer(x))
    layer.train()
    assert not torch.equal(layer(x[:, :2]), alone[:, :2])


@pytest.mark.parametrize("T", [4, 6, 9])
def test_steps_beyond_the_thresholds_share_the_last(T):
    layer, x = adapted().eval(), current(T, *WIDE, dtype=torch.float64)
    layer = layer.double()
    theta = layer.running[torch.arange(T).clamp(max=5)]
    assert torch.equal(layer(x), serial(x, theta, tau=torch.sigmoid(layer.w).item()))


def test_training_for_longer_averages_the_rest_into_the_last_threshold():
    long, short, x = made("atlif", T=3), made("atlif", T=3), current(5, *WIDE)
    long(x)
    short(x[:3])
    assert torch.equal(long.running[:2], short.running[:2])
    assert long.running[2] != short.running[2]


def test_a_carried_state_goes_on_at_the_next_step():
    whole, parts = adapted().eval(), adapted(stateful=True).eval()
    parts.load_state_dict(whole.state_dict())
    parts.reset_state()
    x = current(6)
    assert torch.equal(torch.cat([parts(chunk) for chunk in x.split([1, 3, 2])]), whole(x))


@pytest.mark.parametrize("f_c", [1.0, 1.2])
def test_estimated_threshold_is_its_formula(f_c):
    layer = made("atlif", T=4, threshold="estimated", f_c=f_c, v_th=0.8, momentum=1.0)
    layer(current(4))
    expected = torch.full((4,), f_c * (1 + 0.2**2) ** 0.5 * 0.8)
    torch.testing.assert_close(layer.running, expected)


@pytest.mark.parametrize("width", ["threshold", "std"])
def test_width_follows_the_threshold_or_the_std(width):
    layer, x = made("atlif", T=1, width=width), current(1, *WIDE).requires_grad_()
    (grad,) = torch.autograd.grad(layer(x).sum(), x)
    h = x.detach()
    theta = h.mean() + h.std()
    k = 1 + torch.tanh((theta if width == "threshold" else h.std()) - 1)
    torch.testing.assert_close(grad, ((h - theta).abs() < k / 2).float() / k)


def test_other_surrogates_keep_their_shape():
    _, (grad, _) = gradients(made("atlif", surrogate="atan"), current(6))
    assert grad.any()


def test_one_neuron_cannot_adapt():
    layer = made("atlif", T=3)
    with pytest.raises(ValueError) as error:
        layer(torch.randn(3, 1, 1))
    says(error, "atlif", "more than one", "eval()")
    layer.eval()(torch.randn(3, 1, 1))


def test_the_gain_of_a_normalisation_can_be_kept_up_to_date():
    layer, x = made("mpd_agl", gamma=torch.tensor(1.0)), current(6)
    _, (before, _) = gradients(layer, x)
    layer.gamma.fill_(0.2)
    _, (after, _) = gradients(layer, x)
    assert (before == 0).sum() < (after == 0).sum()
    assert "gamma" in layer.state_dict()


# Circuits

STC = ["stclif", "stcplif", "stclmh"]


@pytest.mark.parametrize("model", STC)
def test_truncated_gates_change_the_gradient_but_not_the_spikes(model):
    x = current(8, 2, 8)
    s, whole = gradients(made(model, shape=(8,)), x)
    again, cut = gradients(made(model, shape=(8,), detach_gates=True), x)
    assert torch.equal(s, again) and s.any()
    assert not torch.allclose(whole[0], cut[0])
    assert all(g.any() for g in cut)  # the circuits still learn


@pytest.mark.parametrize("detach_gates", [False, True])
@pytest.mark.parametrize("model", STC)
def test_gates_are_the_only_way_between_neurons(model, detach_gates):
    """Across channels, gradient runs through the circuits' spikes alone."""
    layer = made(model, shape=(4,), circuit="global", detach_gates=detach_gates)
    x = current(8, 2, 4).requires_grad_()
    (grad,) = torch.autograd.grad(layer(x)[..., 0].sum(), x)
    assert grad[..., 0].any()
    assert grad[..., 1:].any() != detach_gates


@pytest.mark.parametrize("model", STC)
def test_self_circuits_couple_nothing(model):
    layer, x = made(model, shape=(4, 3), circuit="self"), current(8, 2, 4, 3).requires_grad_()
    assert layer.temporal.shape == (4, 3) and layer.shift.shape == (2, 4, 3)
    (grad,) = torch.autograd.grad(layer(x)[..., 0, 0].sum(), x)
    assert grad[..., 0, 0].any() and grad.count_nonzero() == grad[..., 0, 0].count_nonzero()


@pytest.mark.parametrize(
    ("options", "own"),
    [
        ({"circuit": "group", "norm": True}, 205_824),
        ({"circuit": "global", "norm": True}, 3_277_824),
        ({"circuit": "self"}, 1_048_576),
    ],
)
def test_circuits_have_the_papers_number_of_weights(options, own):
    """A third of what STC-LIF adds to LIF in Table 11: three layers of 256 x 32 x 32 neurons."""
    layer = Layer("stclif", shape=(256, 32, 32), **options)
    assert sum(p.numel() for p in layer.parameters()) == own


@pytest.mark.parametrize("model", STC)
@pytest.mark.parametrize("shape", [(8,), (8, 3), (8, 3, 3), (3, 2, 2, 2)])
def test_circuits_reach_as_many_axes_as_there_are(model, shape):
    x = current(5, 2, *shape, dtype=torch.float64)
    layer = made(model, norm=True, kernel=3, shape=shape).double()
    s, grads = gradients(layer, x)
    assert s.any() and all(g.isfinite().all() for g in grads)
    assert layer.temporal.shape[2:] == (3,) * (len(shape) - 1)


def test_circuits_are_restored_before_their_first_input():
    layer, other = made("stclif", shape=(8,), norm=True), made("stclif", norm=True)
    other.load_state_dict(layer.state_dict())
    x = current(9, 2, 8)
    assert torch.equal(other(x), layer(x))


@pytest.mark.parametrize("kernel", [2, 0])
def test_an_even_kernel_has_no_middle(kernel):
    with pytest.raises(ValueError) as error:
        Layer("stclif", shape=(8, 3), kernel=kernel)
    says(error, "stclif", f"kernel = {kernel}", "odd")


def test_other_neurons_than_the_circuits_were_built_for():
    layer = Layer("stclif", shape=(8,))
    with pytest.raises(ValueError) as error:
        layer(torch.zeros(3, 2, 6))
    says(error, "(8, 1)", "(2, 6)", "shape=(6,)")


def test_silent_circuits_are_the_original_neuron():
    """Without gates stcplif is PLIF and stclmh is LM-H (appendix C)."""
    x = current(20, 2, 8)
    for model, plain in {
        "stcplif": Layer("plif", reset="soft"),
        "stclmh": Layer("lmh", scaled=False),
    }.items():
        layer = made(model, shape=(8,))
        with torch.no_grad():
            layer.temporal.zero_()
            layer.spatial.zero_()
        s = layer(x)
        assert fires(s) and torch.equal(s, plain(x))


@pytest.mark.parametrize(("shape", "taps"), [((32,), 2), ((32, 9, 9), 2 * 9)])
def test_circuits_cost_their_convolutions(shape, taps):
    """Two circuits of 2 channels a group; a GroupNorm adds 3 sums and 2 products to each."""
    neuron, x = neurons.get("stclif"), torch.zeros(1, 2, *shape)
    plain, normed = (
        neurons.count(neuron, p, Layer("stclif", shape=shape).fire, x)
        for p in (neuron.params(shape=shape, kernel=3, norm=norm) for norm in (False, True))
    )
    assert plain["mul"] == 2 * taps + 2 + 1  # v (1 + beta), x (1 + gamma), s v_th
    assert plain["add"] == 2 * (taps - 1) + 3 + 2
    assert normed == plain | {"mul": plain["mul"] + 4, "add": plain["add"] + 6}
