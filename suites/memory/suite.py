"""Bytes: the peak of a training step, and what autograd keeps for the backward."""

from suites import cases
from suites.memory import usage
from suites.metric import metric


class Memory:
    """Of forward and backward together."""

    params = (cases.models(), cases.runners(training=True), cases.shapes()[:2])
    param_names = ("model", "backend", "shape")
    timeout = 600

    def setup(self, model, backend, shape):
        self.workload = cases.workload(model, backend, shape)

    @metric(unit="bytes")
    def track_peak_bytes(self, model, backend, shape):
        """Peak of forward+backward above what the case holds before it, in bytes."""
        self.workload.training()  # what a first call leaves behind is not the neuron's
        before = usage.reset_peak()
        self.workload.training()
        return float(usage.peak() - before)

    @metric(unit="bytes/element", gate="counter", tolerance=0.0)
    def track_saved_bytes(self, model, backend, shape):
        """Bytes autograd keeps between forward and backward, per element of x."""
        return usage.saved_bytes(self.workload)
