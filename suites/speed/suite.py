"""Time of a forward pass, of the backward alone, and of both as in training."""

from suites import axes, cases
from suites.metric import Timed, metric

# For every model the backends and peers that take one step after the other: no pass of theirs is
# faster than a chain of as many steps.
SERIAL = {model: axes.serial_runners(model) for model in cases.models()}


class Inference(Timed):
    """A forward pass without a graph."""

    params = (cases.models(), cases.runners(), cases.shapes())
    param_names = ("model", "backend", "shape")

    def setup(self, model, backend, shape):
        self.workload = cases.workload(model, backend, shape)

    @metric(serial=SERIAL)
    def time_forward(self, model, backend, shape):
        self.workload.forward()


class Training(Timed):
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
