"""What a call costs besides its kernel: operations of torch, and compiling at the first one."""

from suites import axes, cases
from suites.calls import counters, first_call
from suites.metric import metric
from suites.profiles import Shape, profile

# Where time is short, a single model is called first: each call costs seconds of imports on top.
FEW = ["lif"]
COMPILED = [b.name for b in axes.backends() if b.compiled and b.name in cases.backends()]


class Counters:
    """Only eager code passes torch's dispatcher; the shortest case tells it all."""

    params = (cases.models(), ["eager"], cases.shapes()[:1])
    param_names = ("model", "backend", "shape")

    def setup(self, model, backend, shape):
        self.workload = cases.our_workload(model, backend, Shape.parse(shape))

    @metric(unit="operations/step", gate="counter", tolerance=0.0)
    def track_dispatched_ops(self, model, backend, shape):
        """Operations dispatched by forward+backward, per time step."""
        return counters.dispatched_per_step(self.workload)


class FirstCall:
    """The first forward+backward in a fresh process, the building of its layer included."""

    params = (FEW if profile().brief else cases.models(), COMPILED, cases.shapes()[:1])
    param_names = ("model", "backend", "shape")
    timeout = 600

    def setup(self, model, backend, shape):
        cases.layer(model, backend, Shape.parse(shape))  # or it says why it cannot

    @metric(unit="seconds")
    def track_cold(self, model, backend, shape):
        """Seconds where nothing has been compiled yet."""
        return first_call.cold(model, backend, shape)

    @metric(unit="seconds")
    def track_cached(self, model, backend, shape):
        """Seconds after another process has compiled the same."""
        return first_call.cached(model, backend, shape)
