"""`Layer` as a torch module: parameters drawn, lazy, saved, copied; options; repr."""

import copy
import io
import pickle

import pytest
import torch
from torch import nn

import neurons
from neurons import Layer
from tests.neurons.samples import LEARNED, MODELS, build_layer, fires_sometimes, input_current

SHAPED = [name for name in MODELS if neurons.get(name).needs]


@pytest.mark.parametrize("model", SHAPED)
def test_lazy_parameters_are_drawn_at_the_first_call(model):
    x = input_current(8, 2, 5)
    lazy = build_layer(model)
    assert lazy.has_uninitialized_params()
    eager = build_layer(model, shape=(5,), **({"T": 8} if "T" in neurons.get(model).needs else {}))
    assert not eager.has_uninitialized_params()
    assert torch.equal(lazy(x), eager(x))
    assert not lazy.has_uninitialized_params()
    assert lazy.state_dict().keys() == eager.state_dict().keys()


@pytest.mark.parametrize("model", LEARNED)
def test_an_optimiser_built_before_the_first_call_trains(model):
    layer = build_layer(model)
    optimiser = torch.optim.SGD(layer.parameters(), lr=1.0)
    layer(input_current(8)).sum().backward()
    before = copy.deepcopy(layer.state_dict())
    optimiser.step()
    assert all(not torch.equal(p, before[name]) for name, p in layer.named_parameters())


@pytest.mark.parametrize("model", LEARNED)
def test_learnable_fields_are_parameters(model):
    layer = build_layer(model)
    layer(input_current(8))
    learned = {name for name, value in layer.params._asdict().items() if value is not None}
    assert dict(layer.named_parameters()).keys() == learned & set(neurons.get(model).learnable)


@pytest.mark.parametrize("target", ["drawn", "lazy"])
@pytest.mark.parametrize("model", LEARNED)
def test_state_dict_round_trip(model, target):
    x = input_current(8)
    source, other = Layer(model), Layer(model)
    s = source(x)
    if target == "drawn":
        other(x)
    with torch.no_grad():
        for p in source.parameters():
            p.mul_(1.1)
    other.load_state_dict(source.state_dict())
    assert torch.equal(other(x), source(x))
    assert fires_sometimes(s)


@pytest.mark.parametrize("model", MODELS)
def test_saved_layers_run_the_same_and_hold_their_parameters_once(model):
    layer, x = build_layer(model), input_current(128, 2, 5)
    s, file = layer(x), io.BytesIO()
    torch.save(layer, file)
    assert file.tell() < 8000 + 1.2 * sum(v.nbytes for v in layer.state_dict().values())
    file.seek(0)
    assert torch.equal(torch.load(file, weights_only=False)(x), s)


@pytest.mark.parametrize("model", MODELS)
def test_lazy_layers_copy_and_pickle(model):
    layer, x = build_layer(model), input_current(8)
    copies = copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))
    s = layer(x)
    assert all(torch.equal(other(x), s) for other in copies)


@pytest.mark.parametrize("model", LEARNED)
def test_copies_are_independent(model):
    layer = build_layer(model)
    layer(input_current(8))
    other = copy.deepcopy(layer)
    with torch.no_grad():
        for p in other.parameters():
            p.add_(1.0)
    for mine, theirs in zip(layer.parameters(), other.parameters(), strict=True):
        assert torch.equal(mine + 1.0, theirs)


@pytest.mark.filterwarnings("error")
def test_building_a_lazy_layer_gives_no_warning():
    nn.Sequential(nn.Linear(3, 5), Layer("dsn"))(torch.randn(4, 2, 3))


def test_options_reach_the_model():
    p = Layer("lif", tau=3.0, v_th=0.5, v_reset=-0.1, decay="exp", decay_input=True).params
    assert p == (3.0, 0.5, -0.1, "exp", True)
    assert torch.sigmoid(Layer("plif", tau=4.0).w).item() == pytest.approx(1 / 4)
    assert Layer("sliding_psn", k=7).weight.shape == (7,)
    assert Layer("dsn", k=3, shape=(5, 2)).conv_weight.shape == (5, 3)


def test_fire_options_reach_the_fire():
    g = neurons.surrogate("rect", width=0.5)
    layer = Layer("lif", surrogate=g, reset="soft", detach_reset=True)
    assert layer.fire == neurons.Fire(g, "soft", detach_reset=True)
    assert Layer("lif", surrogate="sigmoid").fire.surrogate.name == "sigmoid"


def test_repr_names_the_model_its_options_and_the_backend():
    shown = "Layer('lif', tau=3.0, backend='cpu', reset='hard', surrogate=atan(alpha=2.0))"
    assert repr(Layer("lif", tau=3.0)) == shown
    assert "k=3" in repr(Layer("dsn", k=3))


@pytest.mark.parametrize("options", [{"shape": (4,)}, {}])
def test_a_layer_is_built_on_the_default_device(options):
    with torch.device("meta"):
        layer = Layer("dsn", **options)
    assert {p.device.type for p in layer.parameters()} == {"meta"}
    assert layer.backend == Layer("dsn").backend
