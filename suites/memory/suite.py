"""Memory: the peak of a training step, and what autograd keeps for the backward."""

from suites import cases
from suites.memory import usage
from suites.metric import metric
from suites.profiles import profile


class Memory:
    """Bytes of forward and backward together."""

    params = (
        cases.models(),
        cases.runners(training=True),
        cases.shapes()[: 1 if profile().quick else 2],
    )
    param_names = ("model", "backend", "shape")
    timeout = 600

    def setup(self, model, backend, shape):
        self.workload = cases.workload(model, backend, shape)

    @metric(unit="bytes")
    def track_peak_bytes(self, model, backend, shape):
        """Peak bytes of forward and backward, above the bytes in use before them."""
        self.workload.training()  # a first call leaves memory in use, e.g. compiled code
        before = usage.reset_peak()
        self.workload.training()
        return float(usage.peak() - before)

    @metric(unit="bytes/element", gate="counter", tolerance=0.0)
    def track_saved_bytes(self, model, backend, shape):
        """Bytes that autograd keeps between forward and backward, per element of x."""
        return usage.saved_bytes(self.workload)
