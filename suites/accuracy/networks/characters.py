"""A model of text: at each step the scores of the next character.

    Embedding 96 - (x + Linear(neurons(LayerNorm(x)))) x 2 - Linear

It reads characters by their number, [T, N].

Source: ours, after the language models of S4 and DSN, appendix B.5.
"""

from __future__ import annotations

from torch import Tensor, nn

from suites.accuracy.networks import Layers
from suites.accuracy.task import Task

WIDTH, DEPTH = 96, 2


class Block(nn.Module):
    """Neurons beside a residual connection."""

    def __init__(self, neurons: nn.Module) -> None:
        super().__init__()
        self.branch = nn.Sequential(nn.LayerNorm(WIDTH), neurons, nn.Linear(WIDTH, WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.branch(x)


def build(task: Task, layers: Layers) -> nn.Sequential:
    """Build [T, N] -> [T, N, task.outputs]."""
    if task.train.x.is_floating_point():
        raise ValueError("characters reads the numbers of characters, [T, N]; this task has floats")
    blocks = [Block(neurons) for neurons in layers(DEPTH)]
    embedding = nn.Embedding(task.outputs, WIDTH)
    return nn.Sequential(embedding, *blocks, nn.Linear(WIDTH, task.outputs))
