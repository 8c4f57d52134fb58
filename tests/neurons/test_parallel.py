"""The models that are parallel in time: their equations, lengths, channels and states."""

import pytest
import torch
from torch import Tensor

from tests.neurons.samples import (
    assert_one_line,
    build_layer,
    fires_sometimes,
    gradients,
    input_current,
)

PSUS = ("psu", "ipsu", "rpsu")


def double(*shape: int) -> Tensor:
    return input_current(*shape, dtype=torch.float64)


# Parallel spiking units


@pytest.mark.parametrize(("tau", "v_th"), [(2.0, 0.5), (3.0, 0.3)])
def test_psu_charges_as_a_lif_and_resets_by_probability(tau, v_th):
    """The same equations written as a loop."""
    x = double(40, 3)
    layer = build_layer("psu", T=40, tau=tau, v_th=v_th).double()
    charged, reset = torch.zeros(2, 3, dtype=torch.float64)
    expected = []
    for x_t in x:
        charged = charged + (x_t - charged) / tau
        expected.append((charged - v_th * reset > v_th).double())
        reset = (1 - 1 / tau) * (reset + torch.sigmoid(charged))
    assert torch.equal(layer(x), torch.stack(expected)) and fires_sometimes(layer(x))


@pytest.mark.parametrize("model", PSUS)
def test_spiking_units_are_causal_and_fire_above_the_threshold(model):
    layer, x = build_layer(model), input_current(12)
    s = layer(x)
    assert fires_sometimes(s)
    assert torch.equal(layer(torch.cat([x[:6], -x[6:]]))[:6], s[:6])
    assert layer.fire(torch.zeros(1)) == 0


@pytest.mark.parametrize("model", PSUS)
def test_another_length_than_it_was_built_for(model):
    with pytest.raises(ValueError) as error:
        build_layer(model, T=5)(torch.zeros(4, 2))
    assert_one_line(error, "T=5", "T=4")


# PRF, PMSN


def test_prf_is_a_complex_number_that_turns_and_shrinks():
    layer, x = build_layer("prf", shape=(3,), tau=3.0, v_th=0.4).double(), double(40, 2, 3)
    dt, theta = layer.log_dt.exp(), layer.theta_log.exp()
    u, expected = torch.zeros(2, 3, dtype=torch.complex128), []
    for x_t in x:
        u = torch.exp(dt * torch.complex(-torch.ones(3).double() / 3, theta)) * u + dt * x_t
        expected.append((u.real >= 0.4).double())
    assert torch.equal(layer(x), torch.stack(expected)) and fires_sometimes(layer(x))


@pytest.mark.parametrize("detach_sum", [True, False])
@pytest.mark.parametrize("mode", ["reset", "none", "cumsum"])
def test_pmsn_steps_as_its_sequence_in_every_mode(mode, detach_sum):
    options = {"mode": mode, "detach_sum": detach_sum, "coeff": 0.7, "v_th": 0.9, "d_state": 3}
    whole, steps = (
        build_layer("pmsn", backend=backend, shape=(6,), **options).double()
        for backend in ("eager", "serial")
    )
    x = double(50, 4, 6, 2)
    s, expected = gradients(whole, x)
    again, ours = gradients(steps, x)
    assert s.any() and torch.equal(s, again)
    torch.testing.assert_close(ours, expected, rtol=1e-9, atol=1e-10)


def test_pmsn_fires_on_its_own_remainder_of_the_threshold():
    """The soma alone: no compartments, D = 1."""
    layer = build_layer("pmsn", shape=(1,)).double()
    for parameter in layer.parameters():
        parameter.data.zero_()
    layer.D.data.fill_(1.0)
    x = torch.tensor([0.6, 0.5, -3.0, 0.8, 2.7, 0.0, 0.5], dtype=torch.float64)[:, None, None]
    # The sums are 0.6, 1.1, 1.1, 1.9, 4.6, 4.6, 5.1: a spike where one passes a whole number.
    assert layer(x).flatten().tolist() == [0, 1, 0, 0, 1, 0, 1]


@pytest.mark.slow
def test_a_long_pmsn_keeps_its_remainder_in_float32():
    x = input_current(20_000, 1, 4)
    with torch.no_grad():
        s, steps = (build_layer("pmsn", backend=b, shape=(4,))(x) for b in ("eager", "serial"))
    assert (s != steps).float().mean() < 1e-3


@pytest.mark.parametrize("model", ["prf", "pmsn"])
@pytest.mark.parametrize("backend", ["eager", "serial"])
def test_channels_are_second_and_counted(model, backend):
    layer, x = build_layer(model, backend=backend, shape=(3,)).double(), double(9, 2, 3, 4)
    samples = x.movedim(2, -1).reshape(9, -1, 3)
    torch.testing.assert_close(layer(x), layer(samples).view(9, 2, 4, 3).movedim(-1, 2))
    for channels in (1, 4):
        with pytest.raises(ValueError) as error:
            layer(double(9, 2, channels))
        assert_one_line(error, model, "3 channels", f"{channels}")


@pytest.mark.parametrize("model", ["prf", "pmsn"])
def test_the_state_continues_in_the_next_call_and_changes_dtype(model):
    x = double(40, 2, 3)
    whole = build_layer(model, shape=(3,), backend="serial").double()
    carried = build_layer(model, shape=(3,), stateful=True).double()
    spikes = torch.cat([carried(part) for part in x.split(13)])
    assert torch.equal(spikes, whole(x))
    before = carried.state
    for now, then in zip(carried.float().double().state, before, strict=True):
        torch.testing.assert_close(now, then, rtol=1e-5, atol=1e-6)
