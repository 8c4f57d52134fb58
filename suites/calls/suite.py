"""The fixed costs of a call: operations dispatched by torch, and compiling at the first call."""

from suites import axes, cases
from suites.calls import counters, first_call
from suites.metric import metric
from suites.profiles import Shape, profile

# A brief profile measures the first call of one model only: each process spends seconds on imports.
ONE_MODEL = ["lif"]
COMPILED = [b.name for b in axes.backends() if b.compiled and b.name in cases.backends()]


class Counters:
    """Operations of eager code; kernels do not pass torch's dispatcher.

    The count per step does not depend on T, so the shortest case is enough.
    """

    params = (cases.models(), ["eager"], cases.shapes()[:1])
    param_names = ("model", "backend", "shape")

    def setup(self, model, backend, shape):
        self.workload = cases.our_workload(model, backend, Shape.parse(shape))

    @metric(unit="operations/step", gate="counter", tolerance=0.0)
    def track_dispatched_ops(self, model, backend, shape):
        """Operations that forward and backward dispatch, per time step."""
        return counters.dispatched_per_step(self.workload)


class FirstCall:
    """Seconds of the first forward and backward in a new process, with building the layer."""

    params = (ONE_MODEL if profile().brief else cases.models(), COMPILED, cases.shapes()[:1])
    param_names = ("model", "backend", "shape")
    timeout = 600

    def setup(self, model, backend, shape):
        cases.layer(model, backend, Shape.parse(shape))  # raises if it cannot run

    @metric(unit="seconds")
    def track_cold(self, model, backend, shape):
        """Seconds with empty compiler caches."""
        return first_call.cold(model, backend, shape)

    @metric(unit="seconds")
    def track_cached(self, model, backend, shape):
        """Seconds with caches that another process has filled."""
        return first_call.cached(model, backend, shape)
