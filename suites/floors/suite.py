"""What no neuron can be faster than, on the device and in the run that times the neurons."""

from suites import cases
from suites.floors import chain
from suites.metric import Timed, metric
from suites.profiles import Shape


class Copy(Timed):
    """The floor of every pass: it moves some tensors of the size of its input."""

    params = (cases.shapes(),)
    param_names = ("shape",)

    def setup(self, shape):
        self.x = cases.current(Shape.parse(shape))

    @metric()
    def time_copy(self, shape):
        """Read an input and write as much into fresh memory: the least a forward pass moves."""
        self.x.clone()


class Chain:
    """The floor of a serial model: T steps that wait for each other."""

    params = (cases.shapes(),)
    param_names = ("shape",)
    timeout = 600

    def setup(self, shape):
        chain.require_iaf()
        self.x = cases.current(Shape.parse(shape))[:, :1, :1].contiguous()

    @metric(unit="seconds")
    def track_chain(self, shape):
        return chain.chain_seconds(self.x)
