"""What a network computes outside of its layers is in the ledger, once, and where it happens."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import neurons
from suites.energy import conventions
from suites.energy.collect import collect
from suites.energy.layers.products import Field, fan_out
from suites.energy.ledger import Entry, Ledger

T, N = 3, 2


class Does(nn.Module):
    """Neurons that emit the spikes they are given, and then a function of them."""

    def __init__(self, function, **modules) -> None:
        super().__init__()
        self.fire, self.function = neurons.Layer("lif"), function
        for name, module in modules.items():
            self.register_module(name, module)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self, self.fire(2 * x))


def heard(function, *shape: int, rate: float = 0.4, **modules) -> tuple[Ledger, Tensor]:
    generator = torch.Generator().manual_seed(0)
    spikes = (torch.rand(T, N, *shape, generator=generator) < rate).float()
    return collect(Does(function, **modules), spikes), spikes


def entry(found: Ledger, name: str) -> Entry:
    return next(e for e in found.entries if e.name == name)


def names(found: Ledger) -> list[str]:
    return [e.name for e in found.entries if e.name != "Does: mul"]  # the current, 2 x


def test_a_residual_is_a_sum_where_it_happens():
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            return torch.relu(self.inner(x) + x)

    found, _ = heard(lambda self, s: self.block(s), 4, block=Block())
    assert names(found) == ["fire", "block.inner", "block: add", "block: relu"]
    added = entry(found, "block: add")
    assert (added.kind, added.model, added.steps, added.outputs) == ("arithmetic", "add", T, 4)
    assert added.operations == {"add": T * 4}
    assert entry(found, "block: relu").operations == {"compare": T * 4}
    assert found.unsupported == ()
    parts = conventions.estimate("default", found).parts
    assert parts["block: add"] == pytest.approx(0.9 * T * 4)


CONVOLUTIONS = [
    (nn.Conv2d(2, 3, 3, bias=False), {}),
    (nn.Conv2d(2, 4, 3), {"stride": 2, "padding": 1}),
    (nn.Conv2d(2, 4, (3, 2)), {"padding": (2, 1), "dilation": 2, "groups": 2}),
    (nn.Conv2d(2, 3, 5), {"padding": "same"}),
]


@pytest.mark.parametrize(("like", "how"), CONVOLUTIONS)
def test_a_functional_convolution_counts_as_the_layer(like, how):
    layer = nn.Conv2d(2, like.out_channels, like.kernel_size, bias=like.bias is not None, **how)

    def function(self: nn.Module, s: Tensor) -> Tensor:
        return F.conv2d(s.flatten(0, 1), layer.weight, layer.bias, **how)

    outside, _ = heard(function, 2, 6, 5)
    inside, _ = heard(lambda self, s: self.layer(s.flatten(0, 1)), 2, 6, 5, layer=layer)
    ours, theirs = entry(outside, "Does: convolution"), entry(inside, "layer")
    assert theirs.acs > 0
    for fact in ("kind", "reads", "steps", "rate", "macs", "acs", "events", "weights", "biased"):
        assert getattr(ours, fact) == getattr(theirs, fact), fact


def test_a_transposed_convolution_feeds_what_the_chain_rule_says():
    layer = nn.ConvTranspose2d(2, 6, 3, stride=2, padding=1, output_padding=1, groups=2)
    found, spikes = heard(lambda self, s: self.layer(s.flatten(0, 1)), 2, 5, 4, layer=layer)
    ones = F.conv_transpose2d(
        spikes.flatten(0, 1), torch.ones_like(layer.weight), None, 2, 1, 1, groups=2
    )
    assert entry(found, "layer").acs == ones.sum().item() / N
    assert entry(found, "layer").macs == spikes[0, 0].numel() * 3 * 9


def test_fan_out_is_a_product_over_the_axes():
    field = Field(stride=(2, 1), left=(1, 0), dilation=(1, 2))
    found = fan_out((5, 6), (3, 2), (3, 3), field, torch.device("cpu"))
    ones = torch.ones(1, 1, 5, 6, requires_grad=True)
    made = F.conv2d(ones, torch.ones(1, 1, 3, 3), None, (2, 1), (1, 0), (1, 2))
    (expected,) = torch.autograd.grad(made.sum(), ones)
    assert torch.equal(found.float(), expected[0, 0])


def test_products_with_a_parameter_are_linear_layers():
    weight = nn.Parameter(torch.randn(5, 4))
    for function in (
        lambda self, s: F.linear(s, self.weight),
        lambda self, s: s @ self.weight.T,
        lambda self, s: torch.einsum("tni,oi->tno", s, self.weight),
    ):
        net = Does(function)
        net.weight = weight
        spikes = (torch.rand(T, N, 4, generator=torch.Generator().manual_seed(0)) < 0.5).float()
        found = collect(net, spikes)
        product = next(e for e in found.entries if e.macs)
        assert (product.kind, product.weights, product.reads) == ("linear", 20, "binary")
        assert product.acs == spikes.sum().item() * 5 / N
        assert product.macs * product.steps == T * 20


@pytest.mark.parametrize("other", ["analog", "binary"])
def test_of_two_computed_factors_the_spikes_count(other):
    """Attention without softmax: q k^T [4, 4] over 6 features, per step and sample."""

    def function(self: nn.Module, s: Tensor) -> Tensor:
        k = s if other == "binary" else s + 0.5
        return s @ k.mT

    found, s = heard(function, 4, 6)
    product = next(e for e in found.entries if e.kind == "matmul")
    assert product.reads == "binary"
    assert product.macs * product.steps == T * 4 * 4 * 6
    coincide = (s @ s.mT).sum().item() if other == "binary" else s.sum().item() * 4
    assert product.acs == product.events == coincide / N


def test_a_fused_attention_hides_its_softmax():
    def function(self: nn.Module, s: Tensor) -> Tensor:
        q = s.flatten(0, 1)  # [T N, heads, 4, 8]
        return F.scaled_dot_product_attention(q, q, q)

    found, _ = heard(function, 2, 4, 8)
    product = next(e for e in found.entries if e.macs)
    assert product.macs * product.steps == T * 2 * (4 * 4 * 8) * 2, "q k^T and its product with v"
    assert found.unsupported == (f"{product.name} (softmax)",)


def test_pools_and_norms_without_a_module():
    def function(self: nn.Module, s: Tensor) -> Tensor:
        s = F.avg_pool2d(s.flatten(0, 1), 2)
        return F.batch_norm(F.max_pool2d(s, 2), torch.zeros(1), torch.ones(1))

    found, _ = heard(function, 1, 4, 4)
    kinds = {e.model: (e.kind, e.operations) for e in found.entries}
    assert kinds["avg_pool2d"] == ("pool", {"add": T * 16, "mul": T * 4})
    assert kinds["max_pool2d_with_indices"] == ("pool", {"compare": T * 4})
    assert kinds["native_batch_norm"] == ("norm", {})


def test_what_cannot_be_weighed_is_listed_by_name():
    found, _ = heard(lambda self, s: torch.linalg.vector_norm(s, dim=-1), 4)
    assert found.unsupported == ("Does: linalg_vector_norm",)
    for name in ("default", "rate", "clif"):
        assert "Does: linalg_vector_norm" in conventions.estimate(name, found).unsupported


def test_what_is_made_of_parameters_alone_folds_away():
    """A standardised weight does not depend on the batch, and is not work per sample."""

    def function(self: nn.Module, s: Tensor) -> Tensor:
        w = self.conv.weight
        return F.conv1d(s.flatten(0, 1), (w - w.mean(1, True)) / w.std(1, keepdim=True))

    found, _ = heard(function, 4, 7, conv=nn.Conv1d(4, 2, 3))
    assert names(found) == ["fire", "Does: convolution"]
    assert entry(found, "Does: convolution").weights == 24


def test_dropout_is_nothing_even_in_training():
    found, _ = heard(lambda self, s: self.drop(s), 4, drop=nn.Dropout())
    assert names(found) == ["fire"]


def test_neurons_written_out_need_to_be_told_the_clock():
    class Leaky(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            v, spikes = torch.zeros_like(x[0]), []
            for x_t in x.unbind(0):
                v = 0.5 * v + x_t
                spikes.append((v >= 1).float())
                v = v - spikes[-1]
            return torch.stack(spikes)

    found = collect(Leaky(), torch.rand(5, 2, 3), clock=(5, 2))
    assert (found.T, found.batch) == (5, 2)
    assert {e.model: e.operations for e in found.entries} == {
        "mul": {"mul": 15},
        "add": {"add": 15},
        "ge": {"compare": 15},
        "sub": {"add": 15},
    }


def test_bytes():
    found, _ = heard(lambda self, s: self.last(s), 16, last=nn.Linear(16, 2))
    assert entry(found, "fire").bytes == {
        "inputs": 64,  # float32
        "outputs": 2,  # a bit each
        "parameters": 0,
        "state": 64,
    }
    sizes = {"inputs": 2, "outputs": 8, "parameters": 4 * (16 * 2 + 2), "state": 0}
    assert entry(found, "last").bytes == sizes


def test_a_division_by_a_number_is_a_product_and_a_softmax_is_not():
    found, _ = heard(lambda self, s: (s / 4).softmax(-1), 3)
    assert entry(found, "Does: div").operations == {"mul": T * 3}
    each = dict.fromkeys(("transcendental", "add", "div"), T * 3)
    assert entry(found, "Does: _softmax").operations == each


def test_parts_of_a_tensor_are_looked_at_one_by_one():
    """Halves of the same size, spikes in one and analog values in the other."""

    def function(self: nn.Module, s: Tensor) -> Tensor:
        left, right = torch.cat([s, s + 0.5], -1).chunk(2, -1)
        return self.first(left) + self.second(right)

    layers = {"first": nn.Linear(4, 2), "second": nn.Linear(4, 2)}
    found, _ = heard(function, 4, **layers)
    assert (entry(found, "first").reads, entry(found, "second").reads) == ("binary", "analog")


def test_a_tensor_changed_in_place_is_looked_at_again():
    def function(self: nn.Module, s: Tensor) -> Tensor:
        before = self.first(s)
        return before + self.second(s.mul_(0.5))

    layers = {"first": nn.Linear(4, 2), "second": nn.Linear(4, 2)}
    found, _ = heard(function, 4, **layers)
    assert (entry(found, "first").reads, entry(found, "second").reads) == ("binary", "analog")
