"""What no neuron can be faster than, on the device and in the run that times the neurons."""

from functools import cache

import torch

import neurons
from suites import cases, clock, speed

CALLS = 100


class Copy(speed.Timed):
    params = (cases.shapes(),)
    param_names = ("shape",)

    def setup(self, shape):
        self.x = _current(shape)

    def time_copy(self, shape):
        """Read an input and write as much into fresh memory: the least a forward pass moves."""
        self.x.clone()

    vars(time_copy).update(direction="lower")


class Chain:
    params = (cases.shapes(),)
    param_names = ("shape",)
    version = "1"
    timeout = 600

    def setup(self, shape):
        if "iaf" not in neurons.names():
            raise NotImplementedError("this commit has no neuron 'iaf', whose step is the shortest")
        self.x = _current(shape)[:, :1, :1].contiguous()

    def track_chain(self, shape):
        """T steps that wait for each other, of one neuron that does not even leak.

        It runs on the fastest backend of this commit. What a call costs beside its steps is left
        out: that of a single step is subtracted, the best of either, which take turns.
        """
        layer = neurons.Layer("iaf")
        pairs = [(_seconds(layer, self.x), _seconds(layer, self.x[:1])) for _ in range(CALLS)]
        return min(long for long, _ in pairs) - min(short for _, short in pairs)

    vars(track_chain).update(unit="seconds", direction="lower")


@cache
def _current(shape: str) -> torch.Tensor:
    clock.settle()
    return cases.current(cases.Shape.parse(shape))


def _seconds(layer: neurons.Layer, x: torch.Tensor) -> float:
    start = clock.now()
    with torch.no_grad():
        layer(x)
    return clock.now() - start
