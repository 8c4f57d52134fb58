"""The networks, one file each, and those of the papers by name.

    build(task, layers)         a module, [T, N, *] -> [T, N, task.outputs]

`layers(count)` yields layers of neurons. The weights between them do not depend on the neuron.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from torch import nn

import neurons
from suites.accuracy.task import Task
from suites.networks import preact_resnet, sequential_cifar, sew_resnet, vgg

Layers = Callable[[int], Iterator[nn.Module]]

# What trains on images [T, N, C, H, W]; S-CIFAR's columns have their channels in the network.
PAPERS: dict[str, Callable[..., nn.Module]] = {
    "preact_resnet18": preact_resnet.resnet18,
    "sew_resnet18": sew_resnet.resnet18,
    "sew_resnet19": sew_resnet.resnet19,
    "vgg11": partial(vgg.vgg, "vgg11"),
    "vgg13": partial(vgg.vgg, "vgg13"),
    "vgg16": partial(vgg.vgg, "vgg16"),
    "vggsnn": vgg.vggsnn,
    "sequential_cifar": sequential_cifar.network,
}


def names() -> list[str]:
    """Return the networks: the files of this folder and those of the papers."""
    return sorted([*_files(), *PAPERS])


def _files() -> set[str]:
    return {module.name for module in pkgutil.iter_modules(__path__)}


def build(name: str, task: Task, layers: Layers) -> nn.Module:
    """Build a network for a task; raise ValueError if it is unknown or cannot read the task."""
    if neurons.one_of("no network", name, names()) in _files():
        return importlib.import_module(f"{__name__}.{name}").build(task, layers)
    steps = task.train.x.shape[2:]
    if len(steps) != (2 if name == "sequential_cifar" else 3):
        raise ValueError(f"{name} reads images; a step of this task has the shape {tuple(steps)}")
    options: dict[str, Any] = {} if name == "sequential_cifar" else {"channels": steps[0]}
    return PAPERS[name](layers, task.outputs, **options)
