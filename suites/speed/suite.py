"""Time of a forward pass, of the backward alone, and of both as in training."""

from suites import axes, cases, clock
from suites.metric import metric, timed
from suites.profiles import HEADLINE, Shape, profile
from suites.speed import device, share

BACKWARD_MODELS = [m for m in cases.models() if m in HEADLINE or not profile().first_look]

# For each model, the backends and peers that run one step after the other. None of them can be
# faster than the floor of T dependent steps.
SERIAL = {model: axes.serial_runners(model) for model in cases.models()}
# For each model, the runners whose backward alone runs the forward again where T > 256, segment by
# segment: torch's operations over steps. (A generated kernel computes its segments again as well.)
AGAIN = {m: [] if "sequence" in axes.forms(m) else ["eager"] for m in cases.models()}


@timed(profile())
class Inference:
    """A forward pass of a layer in eval mode, without a graph; on a GPU, its latency."""

    params = (cases.models(), cases.runners(), cases.shapes())
    param_names = ("model", "backend", "shape")

    def setup(self, model, backend, shape):
        self.workload = cases.workload(model, backend, shape, training=False)
        clock.flush_cache()

    @metric(serial=SERIAL, version="2")
    def time_forward(self, model, backend, shape):
        self.workload.forward()


class _InTraining:
    """The setup of passes of a layer in training mode."""

    param_names = ("model", "backend", "shape")

    def setup(self, model, backend, shape):
        self.workload = cases.workload(model, backend, shape)
        clock.flush_cache()


@timed(profile())
class Training(_InTraining):
    """Forward with its graph, and forward and backward together; on a GPU, their latency."""

    params = (cases.models(), cases.runners(training=True), cases.shapes())

    @metric(serial=SERIAL, skip_benchmark=profile().quick)
    def time_forward_graph(self, model, backend, shape):
        """A forward pass in training mode, with a graph: what training pays for it."""
        self.workload.forward_graph()

    @metric(serial=SERIAL)
    def time_training(self, model, backend, shape):
        self.workload.training()


@timed(profile())
class Backward(_InTraining):
    """The backward alone; on a GPU, its latency. The first look times it for HEADLINE models."""

    params = (BACKWARD_MODELS, cases.runners(training=True), cases.shapes())

    @metric(serial=SERIAL, forward_again=AGAIN)
    def time_backward(self, model, backend, shape):
        """The backward; `forward_again` lists the runners of a model that run the forward in it."""
        self.workload.backward()


class Asynchronous:
    """Mean seconds of calls in a row on a GPU, which is waited for only after the last.

    Profiles of a CPU leave it out, since a CPU has no asynchronous calls.
    """

    params = (cases.models(), cases.runners(training=True), cases.shapes())
    param_names = ("model", "backend", "shape")
    timeout = 600

    def setup(self, model, backend, shape):
        self.workload = cases.workload(model, backend, shape)

    @metric(unit="seconds", serial=SERIAL, skip_benchmark=profile().device == "cpu")
    def track_training_mean(self, model, backend, shape):
        """Mean seconds of a training step; its data may stay in the cache of the GPU."""
        return clock.mean_seconds(self.workload.training)


class KernelShare:
    """How much of a call of generated code is its kernel."""

    params = (cases.models(), cases.kernels(), cases.shapes())
    param_names = ("model", "backend", "shape")
    timeout = 600

    def setup(self, model, backend, shape):
        self.workload = cases.workload(model, backend, shape)
        self.fixed = share.one_step(model, backend)

    @metric(
        unit="fraction",
        direction="higher",
        timed=True,
        skip_benchmark=profile().first_look,
    )
    def track_kernel_share(self, model, backend, shape):
        """The share of forward and backward that is not the fixed cost of a call."""
        return share.kernel_share(self.workload, self.fixed)


class Gpu:
    """What a GPU that has just worked for a second is set to."""

    def setup(self):
        if cases.device().type == "cpu":
            raise NotImplementedError("there is no GPU here")
        shape = Shape.parse(cases.shapes()[-1])
        device.work(cases.build_workload("lif", "eager", shape).forward)
        self.settings = device.settings()

    @metric(unit="MHz", direction="higher")
    def track_clock(self):
        """The clock of the multiprocessors."""
        return self.settings["clock"]

    @metric(unit="W", direction="higher")
    def track_power_limit(self):
        """The power at which the GPU lowers its clock."""
        return self.settings["power_limit"]

    @metric(unit="bit mask")
    def track_throttle_reasons(self):
        """Why the clock is lower than it could be, as nvidia-smi's bits; 0 for no reason."""
        return self.settings["throttle_reasons"]


class Torch:
    """What torch is set to."""

    @metric(unit="mantissa bits", direction="higher")
    def track_matmul_precision(self):
        """23 for float32 ("highest"), 10 for TF32 ("high"), 7 for bfloat16 ("medium")."""
        return device.mantissa_bits()
