"""The networks: shapes, with every kind of neuron, and what they refuse."""

import pytest
import torch

import neurons
from suites.accuracy import networks, recipes, trainer
from suites.accuracy.task import Split, Task
from suites.accuracy.trial import Trial
from tests.neurons.samples import assert_one_line

T, N, OUT = 4, 3, 10
# network: the input of a step, the outputs, the layers of neurons
SHAPES = {
    "mlp": ((2, 3), (OUT,), 1),
    "mlp_norm": ((6,), (OUT,), 2),
    "mlp_deep": ((6,), (OUT,), 6),
    "convnet": ((2, 8, 8), (OUT,), 4),
    "sequential": ((6,), (OUT,), 3),
    "predictor": ((1, 8, 8), (1, 8, 8), 3),
    "preact_resnet18": ((3, 8, 8), (OUT,), 17),
    "sew_resnet18": ((3, 8, 8), (OUT,), 19),
    "sew_resnet19": ((3, 8, 8), (OUT,), 20),
    "sequential_cifar": ((3, 32), (OUT,), 7),
    "vgg11": ((3, 32, 32), (OUT,), 8),
    "vggsnn": ((2, 16, 16), (OUT,), 8),
}
BIG = set(networks.PAPERS)


def task_of(*step: int) -> Task:
    split = Split(torch.rand(T, N, *step), torch.arange(N))
    return Task(split, split, OUT)


def build(name: str, task: Task, model: str = "lif") -> torch.nn.Module:
    trial = Trial("made", name, model, "own", "tiny", 0)
    return trainer.network(trial, task, recipes.get("tiny"), "eager")


def check(name: str, model: str) -> None:
    step, out, count = SHAPES[name]
    task = task_of(*step)
    net = build(name, task, model)
    assert net(task.train.x).shape == (T, N, *out)
    layers = [m for m in net.modules() if isinstance(m, neurons.Layer)]
    assert len(layers) == count and {layer.neuron.name for layer in layers} == {model}


@pytest.mark.parametrize("model", ["lif", "dsn", "psn", "stclif", "atlif"])
@pytest.mark.parametrize("name", sorted(SHAPES.keys() - BIG))
def test_every_kind_of_neuron_fits_in_a_network(name, model):
    check(name, model)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SHAPES.keys() & BIG))
def test_the_papers_networks_are_built_by_name(name):
    check(name, "lif")


def test_all_networks_are_tried():
    assert set(networks.names()) == {*SHAPES, "characters", "vgg13", "vgg16"}


def test_the_convnet_reads_flattened_square_images():
    task = task_of(64)
    assert build("convnet", task)(task.train.x).shape == (T, N, OUT)


def test_the_character_model_reads_numbers():
    x = torch.arange(T * N).view(T, N) % OUT
    task = Task(Split(x, x), Split(x, x), OUT)
    net = build("characters", task)
    assert net(x).shape == (T, N, OUT)
    assert sum(isinstance(m, neurons.Layer) for m in net.modules()) == 2


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("convnet", (8,)),
        ("sequential", (1,)),
        ("predictor", (64,)),
        ("characters", (8,)),
        ("vgg11", (64,)),
        ("sequential_cifar", (3, 8, 8)),
    ],
)
def test_what_a_network_cannot_read_is_refused_in_one_line(name, step):
    with pytest.raises(ValueError) as error:
        build(name, task_of(*step))
    assert_one_line(error, f"{name} reads")


def test_an_unknown_network_says_what_is_known():
    with pytest.raises(ValueError, match="did you mean 'mlp'") as error:
        build("mpl", task_of(4))
    assert_one_line(error, "no network 'mpl'")
