"""The papers' networks run with every model, and have the papers' structure."""

import pytest
import torch
from torch import nn

import neurons
from suites import cases
from suites.claims import st_dano
from suites.energy.collect import collect
from suites.networks import (
    convnet,
    preact_resnet,
    predictor,
    sequential_cifar,
    sew_resnet,
    spiking,
    vgg,
)

# name: the function that builds it, the shapes of input and output, the layers of neurons
NETWORKS = {
    "convnet": (convnet.convnet, (3, 8, 8), (10,), 4),
    "sequential cifar": (sequential_cifar.network, (3, 32), (10,), 7),
    "pre-activation resnet18": (preact_resnet.resnet18, (3, 16, 16), (10,), 17),
    "vgg11": (lambda *a, **k: vgg.vgg("vgg11", *a, **k), (3, 32, 32), (10,), 8),
    "vggsnn": (vgg.vggsnn, (2, 16, 16), (10,), 8),
    "sew resnet18": (sew_resnet.resnet18, (3, 8, 8), (10,), 19),
    "sew resnet19": (sew_resnet.resnet19, (3, 8, 8), (10,), 20),
    "predictor": (predictor.predictor, (1, 16, 16), (1, 16, 16), 3),
}


def models_in(network: nn.Module) -> list[str]:
    return [m.neuron.name for m in network.modules() if isinstance(m, neurons.Layer)]


def small(neuron: str, **options) -> nn.Sequential:
    options = {} if neuron == "relu" else {"backend": "eager", **options}
    return convnet.convnet(neuron, classes=3, channels=2, width=4, **options)


@pytest.mark.parametrize("neuron", [*cases.models(), "relu"])
def test_every_neuron_runs_forward_and_backward(neuron):
    net, x = small(neuron), torch.randn(6, 2, 2, 8, 8, requires_grad=True)
    y = net(x)
    assert y.shape == (6, 2, 3)
    y.square().sum().backward()
    assert x.grad.isfinite().all() and x.grad.any()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), name
    assert models_in(net) == ([] if neuron == "relu" else [neuron] * 4)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("neuron", ["lif", "relu"])
def test_networks_have_the_papers_structure(name, neuron):
    build, input_shape, output_shape, layers = NETWORKS[name]
    options = {} if neuron == "relu" else {"backend": "eager"}
    net = build(neuron, **options)
    with torch.no_grad():
        assert net(torch.randn(2, 2, *input_shape)).shape == (2, 2, *output_shape)
    activations = sum(isinstance(m, nn.ReLU) for m in net.modules())
    assert (len(models_in(net)), activations) == ((layers, 0) if neuron == "lif" else (0, layers))
    with pytest.raises(ValueError, match=f"1 models were named; the network has {layers}"):
        build(["lif"])


def test_every_layer_may_have_another_model():
    names = ["lif", "psn", "dsn", "clif"]
    net = convnet.convnet(names, width=4, backend="eager")
    assert net(torch.randn(3, 1, 3, 8, 8)).shape == (3, 1, 10)
    assert models_in(net) == names


@pytest.mark.parametrize(
    ("architecture", "configuration"),
    [
        ("ResNet-18", "20002000000001001"),
        ("VGG-16", "2201000001110"),
        ("VGG-13", "0000020101"),
        ("VGG-11", "10112111"),
    ],
)
def test_st_danos_configurations_build_networks(architecture, configuration):
    with torch.device("meta"):
        net = st_dano.network(architecture, spiking.models_of(configuration))
    kinds = {"0": "lif", "1": "llif", "2": "slif"}
    assert models_in(net) == [kinds[digit] for digit in configuration]
    layers = [m for m in net.modules() if isinstance(m, neurons.Layer)]
    assert {(m.fire.surrogate.name, m.params.decay) for m in layers} == {
        ("piecewise_quadratic", "exp")
    }
    for m in layers:
        assert m.fire.mode == ("soft" if m.neuron.name == "slif" else "hard")
    with pytest.raises(ValueError, match="models were named"), torch.device("meta"):
        st_dano.network(architecture, spiking.models_of(configuration[1:]))


def test_a_digit_may_have_options_of_its_own():
    chosen = spiking.models_of("012", {"2": {"beta": 0.3}, "0": {"reset": "soft"}}, tau=3.0)
    first, second, third = (spiking.neuron_layer(m, v_th=0.5, reset="hard") for m in chosen)
    assert [m.params.tau for m in (first, second, third)] == [3.0] * 3
    assert [m.params.v_th for m in (first, second, third)] == [0.5] * 3
    assert [m.fire.mode for m in (first, second, third)] == ["soft", "hard", "soft"]
    assert third.params.beta == 0.3
    linear = spiking.neuron_layer(spiking.models_of("1", decay="linear")[0])
    assert linear.params.decay == "linear"
    with pytest.raises(ValueError, match="options for '3', which is no digit; known: 0 lif, 1"):
        spiking.models_of("0", {"3": {}})


def test_an_unknown_digit_is_an_error():
    with pytest.raises(ValueError, match=r"'013' has '3'; known: 0 lif, 1 llif, 2 slif"):
        spiking.models_of("013")


def reads(net: nn.Module, *shape: int) -> set[str]:
    """Return the kinds of values that the layers with weights read, after the first neurons."""
    entries = collect(net, torch.randn(*shape)).entries
    first = next(i for i, e in enumerate(entries) if e.kind == "neuron")
    return {e.reads for e in entries[first:] if e.per_step.macs}


def test_max_pools_keep_spikes_binary_and_added_spikes_are_integers():
    assert reads(small("lif"), 3, 2, 2, 8, 8) == {"binary"}
    assert "integer" in reads(sew_resnet.resnet18("lif", backend="eager"), 1, 1, 3, 8, 8)


def test_a_ledger_counts_all_of_the_network_without_spikes():
    ledger = collect(small("relu"), torch.randn(1, 2, 2, 8, 8))
    assert (ledger.T, ledger.batch, ledger.unsupported) == (1, 2, ())


@pytest.mark.parametrize("neuron", ["lif", "stclif"])
def test_the_predictor_continues_frame_by_frame(neuron):
    whole, steps = (
        predictor.predictor(neuron, width=16, backend="eager", stateful=stateful)
        for stateful in (False, True)
    )
    video = torch.randn(4, 2, 1, 8, 8)
    with torch.no_grad():
        expected = whole(video)
        steps.load_state_dict(whole.state_dict())
        frames = torch.cat([steps(frame) for frame in video.split(1)])
    torch.testing.assert_close(frames, expected)


@pytest.mark.parametrize(
    ("task", "channels", "height", "patches"),
    [("moving_mnist", 1, 64, 4), ("kth", 1, 128, 16), ("taxibj", 2, 32, 2)],
)
def test_the_predictor_has_a_patch_for_each_task(task, channels, height, patches):
    """Table 8: frames become [4, 32, 32], [16, 32, 32] and [2, 32, 32]."""
    net = predictor.predictor("lif", channels, width=16, patch=predictor.PATCHES[task])
    first = next(m for m in net.modules() if isinstance(m, nn.Conv2d))
    assert first.in_channels == patches
    frame = torch.randn(1, 1, channels, height, height)
    with torch.no_grad():
        assert net(frame).shape == frame.shape
    assert height // predictor.PATCHES[task] == 32


def test_the_predictors_lif_is_the_papers():
    """Eq. 2-4 with alpha = 1/2: charge x / 2, soft reset, sigmoid."""
    net = predictor.predictor("lif", width=16)
    layer = next(m for m in net.modules() if isinstance(m, neurons.Layer))
    assert (layer.params.tau, layer.params.decay_input, layer.fire.mode) == (2.0, True, "soft")
    assert layer.fire.surrogate.name == "sigmoid"
    other = predictor.predictor("lif", width=16, tau=4.0, reset="hard")
    layer = next(m for m in other.modules() if isinstance(m, neurons.Layer))
    assert (layer.params.tau, layer.params.decay_input, layer.fire.mode) == (4.0, True, "hard")


def test_vgg_drops_the_same_spikes_at_every_step():
    net = vgg.vgg("vgg11", "lif", dropout=vgg.CLIF_DROPOUT["dvsgesture"], backend="eager")
    drops = [m for m in net.modules() if isinstance(m, nn.Dropout)]
    assert [m.p for m in drops] == [0.4] * 8
    x = torch.ones(3, 2, 500)
    y = drops[0](x)
    assert torch.equal(y, y[:1].expand(3, 2, 500)) and not torch.equal(y[:, 0], y[:, 1])
    assert 0.5 < y.bool().float().mean() < 0.7 and y.max() == pytest.approx(1 / 0.6)
    assert drops[0].eval()(x) is x
    assert not any(isinstance(m, nn.Dropout) for m in vgg.vgg("vgg11", "lif").modules())


def test_resnet19_may_have_the_authors_norm_before_the_classifier():
    plain, normed = (sew_resnet.resnet19("lif", hidden_norm=norm) for norm in (False, True))
    assert sum(isinstance(m, nn.BatchNorm1d) for m in plain.modules()) == 0
    assert sum(isinstance(m, nn.BatchNorm1d) for m in normed.modules()) == 1
    with torch.no_grad():
        assert normed(torch.randn(2, 2, 3, 8, 8)).shape == (2, 2, 10)


def test_one_circuit_equals_both_with_the_other_at_zero():
    x = torch.randn(5, 2, 8)
    for kept, silent in (("temporal", "spatial"), ("spatial", "temporal")):
        both = neurons.Layer("stclif", shape=8, kernel=1)
        one = neurons.Layer("stclif", shape=8, kept=kept)
        assert getattr(one, silent, None) is None
        with torch.no_grad():
            getattr(both, silent).zero_()
            getattr(both, kept).copy_(getattr(one, kept))
        assert torch.equal(one(x), both(x))
