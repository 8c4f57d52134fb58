"""The fixed costs of a call: its time, operations dispatched by torch, compiling at the first."""

from suites import cases
from suites.calls import counters, first_call, fixed_cost
from suites.metric import metric, timed
from suites.profiles import HEADLINE, Shape, profile

# A quick profile measures the first call of one model only: each process spends seconds on imports.
ONE_MODEL = ["lif"]


FEW = [str(Shape(T, 1, 64)) for T in (1, 1024)]  # 64 neurons, which leave the cores idle
# A quick profile times all models at one short shape anyway, in the suite `speed`.
TIMED = [m for m in cases.models() if m in HEADLINE] if profile().quick else cases.models()


@timed(profile())
class FixedCost:
    """Time of a call whose work is small: one step, and 1024 steps, of 64 neurons."""

    params = (TIMED, cases.backends(), FEW[:1] if profile().quick else FEW)
    param_names = ("model", "backend", "shape")

    def setup(self, model, backend, shape):
        self.workload, self.inference = fixed_cost.workloads(model, backend, shape)

    @metric()
    def time_forward(self, model, backend, shape):
        """A forward pass in eval mode, without a graph."""
        self.inference.forward()

    @metric()
    def time_training(self, model, backend, shape):
        """Forward and backward."""
        self.workload.training()


class Counters:
    """Operations of eager code; kernels do not pass torch's dispatcher.

    The count per step hardly depends on T, so a short case is enough.
    """

    params = (cases.models(), ["eager"], [str(Shape(64, 1, 64))])
    param_names = ("model", "backend", "shape")

    def setup(self, model, backend, shape):
        self.workload = cases.build_workload(model, backend, Shape.parse(shape))

    @metric(unit="operations/step", gate="counter", tolerance=0.0)
    def track_dispatched_ops(self, model, backend, shape):
        """Operations that forward and backward dispatch, per time step."""
        return counters.dispatched_per_step(self.workload)


class FirstCall:
    """Seconds of the first forward and backward in a new process, with building the layer."""

    params = (
        ONE_MODEL if profile().quick else cases.models(),
        first_call.COMPILED,
        cases.shapes()[:1],
    )
    param_names = ("model", "backend", "shape")
    timeout = 600

    def setup(self, model, backend, shape):
        cases.layer(model, backend, Shape.parse(shape))  # raises if it cannot run

    @metric(unit="seconds", skip_benchmark=profile().quick, version="2")
    def track_cold(self, model, backend, shape):
        """Seconds with empty compiler caches."""
        return first_call.cold(model, backend, shape)

    @metric(unit="seconds", version="2")
    def track_cached(self, model, backend, shape):
        """Seconds with caches that another process has filled."""
        return first_call.cached(model, backend, shape)
