"""What is particular about the models that are parallel in time."""

import pytest
import torch
from torch import Tensor

import neurons
from neurons.scan import across_taps, across_time, decays, linear_scan
from tests.neurons.samples import current, fires, gradients, made, says

PSUS = ("psu", "ipsu", "rpsu")


def double(*shape: int) -> Tensor:
    return current(*shape, dtype=torch.float64)


# Masked PSN


def test_masked_psn_goes_from_psn_to_a_window_of_k():
    """As lambda rises: 0 is PSN, 1 sees the last k inputs and nothing else."""
    layer, psn, x = made("masked_psn", k=3, lambda_=0.0), made("psn"), current(12)
    assert torch.equal(layer(x), psn(x))
    unmasked = _weights(layer)
    layer.lambda_.fill_(0.75)
    quarter = _weights(layer)
    layer.lambda_.fill_(1.0)
    banded = _weights(layer)
    torch.testing.assert_close(unmasked, layer.weight)
    i, j = torch.meshgrid(torch.arange(12), torch.arange(12), indexing="ij")
    inside = (j <= i) & (i < j + 3)
    assert torch.equal(banded != 0, inside)
    torch.testing.assert_close(banded[inside], layer.weight[inside])
    torch.testing.assert_close(quarter[~inside], layer.weight[~inside] / 4)


@torch.no_grad()
def _weights(layer: neurons.Layer) -> Tensor:
    """How the potential depends on a single neuron's inputs, [T, T]."""
    T = len(layer.weight)
    through = neurons.Fire(neurons.surrogate("atan"), spike=lambda g, u: u)
    h = layer.neuron.sequence(torch.eye(T), layer.params, through)
    return h - layer.bias[:, None]


def test_masked_psn_saves_its_lambda_and_trains_inside_the_mask():
    layer, other = made("masked_psn", T=9, k=2), made("masked_psn", T=9, k=2, lambda_=0.0)
    other.load_state_dict(layer.state_dict())
    assert other.lambda_ == 1
    _, (_, weight, _) = gradients(layer, current(9))
    assert torch.equal(weight != 0, torch.ones(9, 9).tril().triu(-1) != 0)


@pytest.mark.parametrize("k", [1, 4, 32])
@pytest.mark.parametrize("T", [257, 1000])
def test_a_full_mask_leaves_the_band_of_the_whole_product(T, k):
    layer, x = made("masked_psn", T=T, k=k).double(), double(T, 3, 5)
    s, grads = gradients(layer, x)
    layer.lambda_.requires_grad_()  # which only the whole product has a gradient for
    expected, others = gradients(layer, x)
    assert torch.equal(s, expected) and fires(s)
    torch.testing.assert_close(grads, others, rtol=1e-12, atol=1e-13)
    assert not grads[1][torch.ones(T, T).tril().triu(1 - k) == 0].any()


def test_a_full_mask_has_the_gradient_of_finite_differences():
    layer = made("masked_psn", T=300, k=3).double()
    fire = neurons.smooth(layer.fire)

    def smooth(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return layer.neuron.sequence(x, layer.params._replace(weight=weight, bias=bias), fire)

    inputs = (double(300, 3).requires_grad_(), layer.weight, layer.bias)
    assert torch.autograd.gradcheck(smooth, inputs, fast_mode=True)


def test_lambda_has_a_gradient_where_it_is_asked_for():
    layer, x = made("masked_psn", T=9, k=2).double(), double(9, 3)
    layer.lambda_.requires_grad_()
    layer(x).sum().backward()
    assert layer.lambda_.grad.any()


def test_torch_compile_does_not_look_at_lambda():
    layer, x = made("masked_psn", T=300).double(), double(300, 3)
    whole = torch.compile(layer.neuron.sequence, backend="eager", fullgraph=True)
    assert torch.equal(whole(x, layer.params, layer.fire), layer(x))


@pytest.mark.parametrize("model", ["masked_psn", "sliding_psn"])
def test_what_is_not_finite_stays_in_its_block_and_the_next(model):
    layer, x = made(model, T=1000) if model == "masked_psn" else made(model), current(1000, 3)
    x[500] = float("nan")
    through = neurons.Fire(neurons.surrogate("atan"), spike=lambda g, u: u)
    h = layer.neuron.sequence(x, layer.params, through)
    assert h[:480].isfinite().all() and h[500:504].isnan().all() and h[544:].isfinite().all()


@pytest.mark.parametrize("lambda_", [-0.1, 1.1, float("nan")])
def test_lambda_is_a_share(lambda_):
    with pytest.raises(ValueError) as error:
        made("masked_psn", lambda_=lambda_)
    says(error, "masked_psn", "lambda_", "[0, 1]")


# Parallel spiking units


@pytest.mark.parametrize(("tau", "v_th"), [(2.0, 0.5), (3.0, 0.3)])
def test_psu_charges_as_a_lif_and_resets_by_chance(tau, v_th):
    """Its equations, written as the loop they unroll."""
    x = double(40, 3)
    layer = made("psu", T=40, tau=tau, v_th=v_th).double()
    charged, reset = torch.zeros(2, 3, dtype=torch.float64)
    expected = []
    for x_t in x:
        charged = charged + (x_t - charged) / tau
        expected.append((charged - v_th * reset > v_th).double())
        reset = (1 - 1 / tau) * (reset + torch.sigmoid(charged))
    assert torch.equal(layer(x), torch.stack(expected)) and fires(layer(x))


@pytest.mark.parametrize("model", PSUS)
def test_spiking_units_are_causal_and_fire_above_the_threshold(model):
    layer, x = made(model), current(12)
    s = layer(x)
    assert fires(s)
    assert torch.equal(layer(torch.cat([x[:6], -x[6:]]))[:6], s[:6])
    assert layer.fire(torch.zeros(1)) == 0


@pytest.mark.parametrize("model", ["masked_psn", *PSUS])
def test_another_length_than_it_was_built_for(model):
    with pytest.raises(ValueError) as error:
        made(model, T=5)(torch.zeros(4, 2))
    says(error, "T=5", "T=4")


# PRF, PMSN


def test_prf_is_a_complex_number_that_turns_and_shrinks():
    layer, x = made("prf", shape=(3,), tau=3.0, v_th=0.4).double(), double(40, 2, 3)
    dt, theta = layer.log_dt.exp(), layer.theta_log.exp()
    u, expected = torch.zeros(2, 3, dtype=torch.complex128), []
    for x_t in x:
        u = torch.exp(dt * torch.complex(-torch.ones(3).double() / 3, theta)) * u + dt * x_t
        expected.append((u.real >= 0.4).double())
    assert torch.equal(layer(x), torch.stack(expected)) and fires(layer(x))


@pytest.mark.parametrize("detach_sum", [True, False])
@pytest.mark.parametrize("mode", ["reset", "none", "cumsum"])
def test_pmsn_steps_as_its_sequence_in_every_mode(mode, detach_sum):
    options = {"mode": mode, "detach_sum": detach_sum, "coeff": 0.7, "v_th": 0.9, "d_state": 3}
    whole, steps = (
        made("pmsn", backend=backend, shape=(6,), **options).double()
        for backend in ("eager", "serial")
    )
    x = double(50, 4, 6, 2)
    s, expected = gradients(whole, x)
    again, ours = gradients(steps, x)
    assert s.any() and torch.equal(s, again)
    torch.testing.assert_close(ours, expected, rtol=1e-9, atol=1e-10)


def test_pmsn_fires_on_its_own_remainder_of_the_threshold():
    """The soma alone: no compartments, D = 1."""
    layer = made("pmsn", shape=(1,)).double()
    for parameter in layer.parameters():
        parameter.data.zero_()
    layer.D.data.fill_(1.0)
    x = torch.tensor([0.6, 0.5, -3.0, 0.8, 2.7, 0.0, 0.5], dtype=torch.float64)[:, None, None]
    # The sums are 0.6, 1.1, 1.1, 1.9, 4.6, 4.6, 5.1: a spike where one passes a whole number.
    assert layer(x).flatten().tolist() == [0, 1, 0, 0, 1, 0, 1]


def test_a_long_pmsn_keeps_its_remainder_in_float32():
    x = current(20_000, 1, 4)
    with torch.no_grad():
        s, steps = (made("pmsn", backend=b, shape=(4,))(x) for b in ("eager", "serial"))
    assert (s != steps).float().mean() < 1e-3


@pytest.mark.parametrize("model", ["prf", "pmsn"])
@pytest.mark.parametrize("backend", ["eager", "serial"])
def test_channels_are_second_and_counted(model, backend):
    layer, x = made(model, backend=backend, shape=(3,)).double(), double(9, 2, 3, 4)
    samples = x.movedim(2, -1).reshape(9, -1, 3)
    torch.testing.assert_close(layer(x), layer(samples).view(9, 2, 4, 3).movedim(-1, 2))
    for channels in (1, 4):
        with pytest.raises(ValueError) as error:
            layer(double(9, 2, channels))
        says(error, model, "3 channels", f"{channels}")


@pytest.mark.parametrize("model", ["prf", "pmsn"])
def test_the_state_goes_from_call_to_call_and_from_dtype_to_dtype(model):
    x = double(40, 2, 3)
    whole = made(model, shape=(3,), backend="serial").double()
    carried = made(model, shape=(3,), stateful=True).double()
    pieces = torch.cat([carried(piece) for piece in x.split(13)])
    assert torch.equal(pieces, whole(x))
    before = carried.state
    for now, then in zip(carried.float().double().state, before, strict=True):
        torch.testing.assert_close(now, then, rtol=1e-5, atol=1e-6)


# Taps


@pytest.mark.parametrize("k", [1, 4, 32, 70, 2000])
@pytest.mark.parametrize("T", [1, 31, 63, 64, 1000])
def test_taps_are_a_band_of_a_matrix(T, k):
    taps, bias, x = torch.randn(T, k).double(), torch.randn(T).double(), double(T, 3, 5)
    i, j = torch.meshgrid(torch.arange(T), torch.arange(T), indexing="ij")
    seen = (j <= i) & (i < j + k)
    band = torch.where(seen, taps.gather(1, (j - i + k - 1).clamp(0, k - 1)), 0.0)
    torch.testing.assert_close(across_taps(taps, x, bias), across_time(band, x, bias))
    shared = across_taps(taps[0], x, bias[0])
    torch.testing.assert_close(shared, across_taps(taps[:1].expand(T, k), x, bias[:1].expand(T)))


@pytest.mark.parametrize("steps", [(), (37,)])
def test_taps_have_the_gradient_of_finite_differences(steps):
    inputs = [torch.randn(size).double() for size in ((*steps, 3), (37, 1, 3), steps)]
    assert torch.autograd.gradcheck(across_taps, [v.requires_grad_() for v in inputs])


# The scan


def test_linear_scan_goes_on_from_a_state():
    a, b = torch.rand(30, 2, 3).double(), torch.randn(30, 2, 3).double()
    whole = linear_scan(a, b)
    torch.testing.assert_close(linear_scan(a[11:], b[11:], whole[10]), whole[11:])
    h0 = torch.randn(2, 3).double().requires_grad_()
    inputs = (a[:4].requires_grad_(), b[:4].requires_grad_(), h0)
    assert torch.autograd.gradcheck(linear_scan, inputs)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_a_decay_may_be_shared(dtype):
    a = (torch.rand(7, 1, 3, dtype=dtype) / 1.5).requires_grad_()
    b = torch.randn(7, 2, 3, dtype=dtype).requires_grad_()
    torch.testing.assert_close(linear_scan(a, b), linear_scan(a.expand(7, 2, 3), b))
    assert torch.autograd.gradcheck(linear_scan, (a, b))
    assert torch.autograd.gradgradcheck(linear_scan, (a, b))


def test_the_matrix_of_a_decay_is_its_scan():
    b = torch.randn(20, 2, 3)
    expected = linear_scan(torch.full_like(b, 0.7), b)
    torch.testing.assert_close(across_time(decays(0.7, 20), b), expected)
