"""Time of a forward pass, of the backward alone, and of both as in training."""

from suites import axes, cases
from suites.metric import metric, timed
from suites.profiles import profile

# For each model, the backends and peers that run one step after the other. None of them can be
# faster than the floor of T dependent steps.
SERIAL = {model: axes.serial_runners(model) for model in cases.models()}


@timed(profile())
class Inference:
    """A forward pass without a graph."""

    params = (cases.models(), cases.runners(), cases.shapes())
    param_names = ("model", "backend", "shape")

    def setup(self, model, backend, shape):
        self.workload = cases.workload(model, backend, shape)

    @metric(serial=SERIAL)
    def time_forward(self, model, backend, shape):
        self.workload.forward()


@timed(profile())
class Training:
    """The backward alone, and forward and backward together."""

    params = (cases.models(), cases.runners(training=True), cases.shapes())
    param_names = ("model", "backend", "shape")

    def setup(self, model, backend, shape):
        self.workload = cases.workload(model, backend, shape)

    @metric(serial=SERIAL)
    def time_backward(self, model, backend, shape):
        self.workload.backward()

    @metric(serial=SERIAL)
    def time_training(self, model, backend, shape):
        self.workload.training()
