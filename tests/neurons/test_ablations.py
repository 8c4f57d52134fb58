"""Parts of atlif that can be left out (DS-ATGO Fig. 6, 7, 11), and the statistics of super."""

import pytest
import torch

from neurons import Layer, surrogate
from tests.neurons.samples import assert_one_line, build_layer, gradients, input_current

CLOSED = surrogate("rect", closed=True, width=1.0)
FIXED = {"threshold": "fixed", "width": "fixed"}


def atlif(**options) -> Layer:
    return build_layer("atlif", T=9, learn=False, backend="eager", surrogate=CLOSED, **options)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_without_both_parts_it_is_lif_bit_for_bit(dtype):
    x = input_current(9, 4, 16, dtype=dtype)
    ours = atlif(tau=1 - 1 / 1.25, **FIXED).to(dtype)
    lif = build_layer("lif", tau=1.25, surrogate=CLOSED, backend="eager").to(dtype)
    s, grads = gradients(ours, x)
    expected, others = gradients(lif, x)
    assert s.any() and torch.equal(s, expected) and torch.equal(grads[0], others[0])
    assert torch.equal(ours.running, torch.ones(9, dtype=dtype))  # nothing is averaged
    assert torch.equal(ours.eval()(x), s)
    assert atlif(**FIXED)(input_current(9, 1, 1)).shape == (9, 1, 1)  # one neuron is enough


def test_tgo_alone_fires_as_lif_with_the_width_of_the_batch():
    x = input_current(1, 8, 64, dtype=torch.float64)
    s, (grad,) = gradients(atlif(threshold="fixed").double(), x)
    assert torch.equal(s, (x >= 1).double())
    width = 1 + torch.tanh(x.mean() + x.std() - 1)
    assert torch.equal(grad != 0, (x - 1).abs() <= width / 2)


def test_at_alone_fires_as_atlif_with_the_width_of_the_surrogate():
    x = input_current(1, 8, 64, dtype=torch.float64)
    s, (grad,) = gradients(atlif(width="fixed").double(), x)
    theta = x.mean() + x.std()
    assert torch.equal(s, (x >= theta).double())
    assert torch.equal(grad != 0, (x - theta).abs() <= 0.5)


def test_without_the_average_evaluation_takes_the_threshold_of_its_batch():
    x = input_current(9, 4, 16)
    layer = atlif(average=False)
    s = layer(x)
    assert torch.equal(layer.running, torch.ones(9))
    assert torch.equal(layer.eval()(x), s)
    averaged = atlif()
    assert torch.equal(averaged(x), s) and not torch.equal(averaged.eval()(x), s)


# super


def trained(**options) -> Layer:
    layer = build_layer("super", shape=(5, 3), **options).double()
    for _ in range(20):
        layer(input_current(12, 4, 5, 3, dtype=torch.float64))
    return layer.eval()


def test_super_in_evaluation_is_causal_and_knows_no_neighbours():
    layer, x = trained(), input_current(12, 4, 5, 3, dtype=torch.float64)
    y = layer(x)
    assert torch.equal(layer(x[:7]), y[:7])
    assert torch.equal(torch.cat([layer(sample) for sample in x.split(1, 1)], 1), y)
    assert layer(x[:1, :1]).any()  # one step of one sample is no zero


def test_super_averages_the_statistics_of_its_batches():
    """As torch's BatchNorm does: biased to normalise, unbiased in the average."""
    layer, x = build_layer("super", shape=(5,), momentum=0.3).double(), input_current(12, 4, 5)
    norm = torch.nn.BatchNorm1d(5, momentum=0.3, affine=False).double()
    lif = build_layer("lif", decay="exp").double()
    for part in (x.double(), 2 * x.double()):
        layer(part)
        norm(lif(part).flatten(0, 1))
    torch.testing.assert_close(layer.mean[0], norm.running_mean)
    torch.testing.assert_close(layer.var[0], norm.running_var)
    before = layer.state_dict()
    layer.eval()(x.double())
    assert all(torch.equal(value, before[name]) for name, value in layer.state_dict().items())


def test_super_in_evaluation_normalises_by_the_averages():
    layer, x = trained(), input_current(12, 4, 5, 3, dtype=torch.float64)
    parts = [build_layer("lif", decay="exp"), build_layer("llif"), build_layer("slif")]
    expected = torch.zeros_like(x)
    for row, part in enumerate(parts):
        mean, var = layer.mean[row][:, None], layer.var[row][:, None]
        expected += (part(x) - mean) / (var + 1e-5).sqrt() / 3
    torch.testing.assert_close(layer(x), expected)


def test_super_refuses_other_channels():
    with pytest.raises(ValueError) as error:
        trained()(torch.zeros(3, 2, 4, 3))
    assert_one_line(error, "super", "5", "4")
