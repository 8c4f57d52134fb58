"""Lower bounds of a neuron's time, measured in the same run and on the same device."""

from suites import cases
from suites.floors import chain
from suites.metric import metric, timed
from suites.profiles import Shape, profile


@timed(profile())
class Copy:
    """The floor of every pass: it reads and writes some tensors of the size of its input."""

    params = (cases.shapes(),)
    param_names = ("shape",)

    def setup(self, shape):
        self.x = cases.current(Shape.parse(shape))

    @metric()
    def time_copy(self, shape):
        """Read an input and write as many bytes to new memory, as a forward pass does at least."""
        self.x.clone()


class Chain:
    """The floor of a serial model: T steps that depend on each other."""

    params = (cases.shapes(),)
    param_names = ("shape",)
    timeout = 600

    def setup(self, shape):
        chain.require_iaf()
        self.x = cases.current(Shape.parse(shape))[:, :1, :1].contiguous()

    @metric(unit="seconds")
    def track_chain(self, shape):
        """Seconds of T steps of a single neuron."""
        return chain.chain_seconds(self.x)
