"""What no neuron can be faster than, on the device and in the run that times the neurons."""

from functools import cache

import torch

import neurons
from suites import cases, clock, speed


class Limits(speed.Timed):
    params = (cases.shapes(),)
    param_names = ("shape",)

    def setup(self, shape):
        self.x = _current(shape)
        self.chain = _chain()

    def time_copy(self, shape):
        """Read an input and write as much into fresh memory: the least a forward pass moves."""
        self.x.clone()

    vars(time_copy).update(direction="lower")

    def time_chain(self, shape):
        """T steps that wait for each other: one neuron with the shortest step there is."""
        with torch.no_grad():
            self.chain(self.x[:, :1, :1])

    vars(time_chain).update(direction="lower")


@cache
def _current(shape: str) -> torch.Tensor:
    clock.settle()
    return cases.current(cases.Shape.parse(shape))


@cache
def _chain() -> neurons.Layer:
    """Integrate-and-fire, which does not even leak, on the fastest backend of this commit."""
    if "iaf" not in neurons.names():
        raise NotImplementedError("this commit has no neuron 'iaf' for the shortest chain of steps")
    return neurons.Layer("iaf")
