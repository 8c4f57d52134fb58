"""What a network computes between its layers is in the ledger once, by the module that does it."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import neurons
from suites.energy import conventions
from suites.energy.collect import collect
from suites.energy.ledger import Ledger
from tests.suites.energy.samples import entry_of

T, N = 3, 2


class Custom(nn.Module):
    """Neurons that emit their input, and a function of these spikes."""

    def __init__(self, function, **modules) -> None:
        super().__init__()
        self.fire, self.function = neurons.Layer("lif"), function
        for name, module in modules.items():
            self.register_module(name, module)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self, self.fire(2 * x))


def ledger_and_spikes(function, *shape: int, rate: float = 0.4, **modules) -> tuple[Ledger, Tensor]:
    generator = torch.Generator().manual_seed(0)
    spikes = (torch.rand(T, N, *shape, generator=generator) < rate).float()
    return collect(Custom(function, **modules), spikes), spikes


def names(ledger: Ledger) -> list[str]:
    return [e.name for e in ledger.entries if e.name != "Custom: mul"]  # the current, 2 x


def test_a_residual_is_a_sum_where_it_happens():
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            return torch.relu(self.inner(x) + x)

    ledger, _ = ledger_and_spikes(lambda self, s: self.block(s), 4, block=Block())
    assert names(ledger) == ["fire", "block.inner", "block: add", "block: relu"]
    added = entry_of(ledger, "block: add")
    assert (added.kind, added.operation, added.steps) == ("arithmetic", "add", T)
    assert added.per_step.outputs == 4
    assert added.per_sample.operations == {"add": T * 4}
    assert entry_of(ledger, "block: relu").per_sample.operations == {"compare": T * 4}
    assert ledger.unsupported == ()
    parts = conventions.estimate("default", ledger).by_layer
    assert parts["block: add"] == pytest.approx(0.9 * T * 4)


CONVOLUTIONS = [
    (nn.Conv2d(2, 3, 3, bias=False), {}),
    (nn.Conv2d(2, 4, 3), {"stride": 2, "padding": 1}),
    (nn.Conv2d(2, 4, (3, 2)), {"padding": (2, 1), "dilation": 2, "groups": 2}),
    (nn.Conv2d(2, 3, 5), {"padding": "same"}),
]


@pytest.mark.parametrize(("example", "options"), CONVOLUTIONS)
def test_a_functional_convolution_counts_as_the_layer(example, options):
    channels, kernel, bias = example.out_channels, example.kernel_size, example.bias is not None
    layer = nn.Conv2d(2, channels, kernel, bias=bias, **options)

    def function(self: nn.Module, s: Tensor) -> Tensor:
        return F.conv2d(s.flatten(0, 1), layer.weight, layer.bias, **options)

    functional, _ = ledger_and_spikes(function, 2, 6, 5)
    modules, _ = ledger_and_spikes(
        lambda self, s: self.layer(s.flatten(0, 1)), 2, 6, 5, layer=layer
    )
    ours, theirs = entry_of(functional, "Custom: convolution"), entry_of(modules, "layer")
    assert theirs.per_sample.acs > 0
    for fact in ("kind", "reads", "steps", "rate", "per_sample"):
        assert getattr(ours, fact) == getattr(theirs, fact), fact
    assert ours.sizes.weights == theirs.sizes.weights


def test_products_with_a_parameter_are_linear_layers():
    weight = nn.Parameter(torch.randn(5, 4))
    for function in (
        lambda self, s: F.linear(s, self.weight),
        lambda self, s: s @ self.weight.T,
        lambda self, s: torch.einsum("tni,oi->tno", s, self.weight),
    ):
        net = Custom(function)
        net.weight = weight
        spikes = (torch.rand(T, N, 4, generator=torch.Generator().manual_seed(0)) < 0.5).float()
        ledger = collect(net, spikes)
        product = next(e for e in ledger.entries if e.per_sample.macs)
        assert (product.kind, product.sizes.weights, product.reads) == ("linear", 20, "binary")
        assert product.per_sample.acs == spikes.sum().item() * 5 / N
        assert product.per_sample.macs == T * 20


@pytest.mark.parametrize("other", ["analog", "binary"])
def test_of_two_computed_factors_the_spikes_count(other):
    """Attention without softmax: q k^T [4, 4] over 6 features, per step and sample."""

    def function(self: nn.Module, s: Tensor) -> Tensor:
        k = s if other == "binary" else s + 0.5
        return s @ k.mT

    ledger, s = ledger_and_spikes(function, 4, 6)
    product = next(e for e in ledger.entries if e.kind == "matmul")
    assert product.reads == "binary"
    assert product.per_sample.macs == T * 4 * 4 * 6
    coincide = (s @ s.mT).sum().item() if other == "binary" else s.sum().item() * 4
    assert product.per_sample.acs == product.per_sample.events == coincide / N


def test_a_fused_attention_hides_its_softmax():
    def function(self: nn.Module, s: Tensor) -> Tensor:
        q = s.flatten(0, 1)  # [T N, heads, 4, 8]
        return F.scaled_dot_product_attention(q, q, q)

    ledger, _ = ledger_and_spikes(function, 2, 4, 8)
    product = next(e for e in ledger.entries if e.per_sample.macs)
    assert product.per_sample.macs == T * 2 * (4 * 4 * 8) * 2, "q k^T and its product with v"
    assert ledger.unsupported == (f"{product.name} (softmax)",)


def test_pools_and_norms_without_a_module():
    def function(self: nn.Module, s: Tensor) -> Tensor:
        s = F.avg_pool2d(s.flatten(0, 1), 2)
        return F.batch_norm(F.max_pool2d(s, 2), torch.zeros(1), torch.ones(1))

    ledger, _ = ledger_and_spikes(function, 1, 4, 4)
    kinds = {e.operation: (e.kind, e.per_sample.operations) for e in ledger.entries}
    assert kinds["avg_pool2d"] == ("pool", {"add": T * 16, "mul": T * 4})
    assert kinds["max_pool2d_with_indices"] == ("pool", {"compare": T * 4})
    assert kinds["native_batch_norm"] == ("norm", {})


def test_what_cannot_be_counted_is_listed_by_name():
    ledger, _ = ledger_and_spikes(lambda self, s: torch.linalg.vector_norm(s, dim=-1), 4)
    assert ledger.unsupported == ("Custom: linalg_vector_norm",)
    for name in ("default", "rate", "clif"):
        assert "Custom: linalg_vector_norm" in conventions.estimate(name, ledger).unsupported


def test_what_is_computed_from_parameters_alone_is_left_out():
    """A standardised weight does not depend on the batch, and is not work per sample."""

    def function(self: nn.Module, s: Tensor) -> Tensor:
        w = self.conv.weight
        return F.conv1d(s.flatten(0, 1), (w - w.mean(1, True)) / w.std(1, keepdim=True))

    ledger, _ = ledger_and_spikes(function, 4, 7, conv=nn.Conv1d(4, 2, 3))
    assert names(ledger) == ["fire", "Custom: convolution"]
    assert entry_of(ledger, "Custom: convolution").sizes.weights == 24


def test_dropout_is_nothing_even_in_training():
    ledger, _ = ledger_and_spikes(lambda self, s: self.drop(s), 4, drop=nn.Dropout())
    assert names(ledger) == ["fire"]


def test_neurons_in_plain_torch_need_steps_and_batch():
    class Leaky(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            v, spikes = torch.zeros_like(x[0]), []
            for x_t in x.unbind(0):
                v = 0.5 * v + x_t
                spikes.append((v >= 1).float())
                v = v - spikes[-1]
            return torch.stack(spikes)

    ledger = collect(Leaky(), torch.rand(5, 2, 3), steps_and_batch=(5, 2))
    assert (ledger.T, ledger.batch) == (5, 2)
    assert {e.operation: e.per_sample.operations for e in ledger.entries} == {
        "mul": {"mul": 15},
        "add": {"add": 15},
        "ge": {"compare": 15},
        "sub": {"add": 15},
    }


def test_bytes():
    ledger, _ = ledger_and_spikes(lambda self, s: self.last(s), 16, last=nn.Linear(16, 2))
    assert entry_of(ledger, "fire").bytes == {
        "inputs": 64,  # float32
        "outputs": 2,  # a bit each
        "parameters": 0,
        "state": 64,
    }
    sizes = {"inputs": 2, "outputs": 8, "parameters": 4 * (16 * 2 + 2), "state": 0}
    assert entry_of(ledger, "last").bytes == sizes


def test_a_division_by_a_number_is_a_product_and_a_softmax_is_not():
    ledger, _ = ledger_and_spikes(lambda self, s: (s / 4).softmax(-1), 3)
    assert entry_of(ledger, "Custom: div").per_sample.operations == {"mul": T * 3}
    per_element = dict.fromkeys(("transcendental", "add", "div"), T * 3)
    assert entry_of(ledger, "Custom: _softmax").per_sample.operations == per_element


def test_parts_of_a_tensor_are_examined_one_by_one():
    """Halves of the same size, spikes in one and analog values in the other."""

    def function(self: nn.Module, s: Tensor) -> Tensor:
        left, right = torch.cat([s, s + 0.5], -1).chunk(2, -1)
        return self.first(left) + self.second(right)

    layers = {"first": nn.Linear(4, 2), "second": nn.Linear(4, 2)}
    ledger, _ = ledger_and_spikes(function, 4, **layers)
    assert (entry_of(ledger, "first").reads, entry_of(ledger, "second").reads) == (
        "binary",
        "analog",
    )


def test_a_tensor_changed_in_place_is_examined_again():
    def function(self: nn.Module, s: Tensor) -> Tensor:
        before = self.first(s)
        return before + self.second(s.mul_(0.5))

    layers = {"first": nn.Linear(4, 2), "second": nn.Linear(4, 2)}
    ledger, _ = ledger_and_spikes(function, 4, **layers)
    assert (entry_of(ledger, "first").reads, entry_of(ledger, "second").reads) == (
        "binary",
        "analog",
    )
