"""Errors of spikes and gradients: in numbers, over time, and on strange inputs."""

import neurons
from suites import cases, per_model
from suites.gradients import comparison, drift, finite_differences, horizon, robustness, tolerance
from suites.metric import metric
from suites.profiles import ALL_SURROGATES, profile

FLOAT32 = {name: bounds["float32"] for name, bounds in tolerance.TOLERANCE.items()}
# Where time is short, memory is checked on generated kernels alone: elsewhere torch fills it.
KERNELS = [b for b in cases.backends() if b not in ("eager", "serial")]


class Gradients:
    """Against the float64 reference, with the model's own surrogate, in every dtype."""

    params = (cases.models(), cases.backends(), list(profile().dtypes))
    param_names = ("model", "backend", "dtype")
    timeout = 300

    def setup(self, model, backend, dtype):
        self.case = comparison.case(model, backend, comparison.DEFAULT, dtype)

    @metric(unit="fraction", gate="numerics", tolerance=tolerance.FLIPS)
    def track_flip_rate(self, model, backend, dtype):
        """Share of spikes that differ from the reference's."""
        return self.case.flips

    @metric(unit="fraction", gate="numerics", tolerance=tolerance.FAR)
    def track_far_flip_rate(self, model, backend, dtype):
        """Share of spikes that no rounding of the distance to the threshold explains."""
        return self.case.far

    @metric(unit="relative error", gate="numerics", tolerance=tolerance.TOLERANCE["error"])
    def track_gradient_error(self, model, backend, dtype):
        """Largest relative error among d/dx and every d/dparameter, flips replayed."""
        return comparison.finite(self.case.figures["error"], self.case.worst)


class Surrogated:
    """Against the same reference with one surrogate after the other, in float32: what is wrong.

    Correlation c and scale r = |g| / |reference| make the error: its square is 1 + r^2 - 2 c r.
    """

    params = (cases.models(), cases.backends(), list(profile().surrogates))
    param_names = ("model", "backend", "surrogate")
    timeout = 300

    def setup(self, model, backend, surrogate):
        self.case = comparison.case(model, backend, surrogate, "float32")

    @metric(unit="absolute error", gate="numerics", tolerance=FLOAT32["direction"])
    def track_direction_error(self, model, backend, surrogate):
        """1 - correlation, of whichever of d/dx and d/dparameters has the lowest."""
        return comparison.finite(self.case.figures["direction"], self.case.worst)

    @metric(unit="relative error", gate="numerics", tolerance=FLOAT32["scale"])
    def track_scale_error(self, model, backend, surrogate):
        """How far |g| / |reference| is from 1, where it is furthest."""
        return comparison.finite(self.case.figures["scale"], self.case.worst)


class FiniteDifferences:
    """The whole backward through time in float64, with the spike replaced by its primitive."""

    params = (cases.models(), ["eager", "serial", "cpu"])
    param_names = ("model", "backend")

    def setup(self, model, backend):
        self.layer, self.x, self.upstream = finite_differences.case(model, backend)

    @metric(unit="relative error", gate="numerics", tolerance=tolerance.FINITE_DIFFERENCE)
    def track_finite_difference_error(self, model, backend):
        """Relative error of the derivative along random directions of x and each parameter."""
        error = finite_differences.error(self.layer, self.x, self.upstream)
        return comparison.finite(error, "the error")


class Surrogates:
    """The derivative that each surrogate gives to a spike."""

    params = (list(ALL_SURROGATES[1:]),)
    param_names = ("surrogate",)

    def setup(self, surrogate):
        if surrogate not in neurons.SURROGATES:
            raise NotImplementedError(f"this commit has no surrogate {surrogate!r}")
        self.surrogate = neurons.surrogate(surrogate)

    @metric(unit="absolute error", gate="numerics", tolerance=tolerance.SURROGATE)
    def track_surrogate_error(self, surrogate):
        """Largest error of a spike's derivative against differences of the primitive."""
        return finite_differences.surrogate_error(self.surrogate)


class Horizon:
    """How far back a gradient reaches; one run per model tells it for all lags."""

    params = (cases.models(), horizon.LAGS)
    param_names = ("model", "lag")
    timeout = 900

    def setup_cache(self):
        return per_model.measure(horizon.reach)

    def setup(self, facts, model, lag):
        per_model.fact(facts, model)

    @metric(unit="unit", direction="higher")
    def track_norm(self, facts, model, lag):
        """The norm of d s[t] / d x[t - lag], per neuron."""
        return facts[model][lag]


class Truncation:
    """What truncating the gradient loses; one run per model tells it for all windows."""

    params = (cases.models(), horizon.WINDOWS)
    param_names = ("model", "window")
    timeout = 900

    def setup_cache(self):
        return per_model.measure(horizon.truncation)

    def setup(self, facts, model, window):
        per_model.fact(facts, model)

    @metric(unit="relative change")
    def track_truncation_change(self, facts, model, window):
        """Relative change of the gradient that is cut every `window` steps."""
        return facts[model][horizon.WINDOWS.index(window)]


class Robustness:
    """Strange inputs, unwritten memory, layouts."""

    params = (cases.models(), KERNELS if profile().brief else cases.backends())
    param_names = ("model", "backend")
    timeout = 300
    skip_benchmark = not profile().robustness

    def setup(self, model, backend):
        self.layer, self.x = robustness.case(model, backend)

    @metric(unit="values", gate="numerics", tolerance=tolerance.BROKEN)
    def track_unwritten(self, model, backend):
        """Values of spikes and gradients that are what memory held before."""
        return robustness.unwritten(self.layer, self.x)

    @metric(unit="values", gate="numerics", tolerance=tolerance.BROKEN)
    def track_wrong_numbers(self, model, backend):
        """Numbers where NaN, inf or -inf in the input must give something else."""
        return robustness.all_wrong_numbers(self.layer, self.x, model, backend)

    @metric(unit="values", gate="numerics", tolerance=tolerance.BROKEN)
    def track_irreproducible(self, model, backend):
        """Values of spikes and gradients that a second run does not repeat."""
        return robustness.irreproducible(self.layer, self.x)

    @metric(unit="relative error", gate="numerics", tolerance=FLOAT32["error"])
    def track_layout_error(self, model, backend):
        """Largest relative error of a gradient whose upstream one lies otherwise in memory."""
        return robustness.layout_error(self.layer, self.x)


class Drift:
    """16384 steps: minutes for all models, so not in a short profile."""

    params = (cases.models(), cases.backends())
    param_names = ("model", "backend")
    timeout = 600
    skip_benchmark = bool(profile().brief)

    def setup(self, model, backend):
        self.layers = drift.layers(model, backend)

    @metric(unit="T eps", gate="numerics", tolerance=tolerance.DRIFT)
    def track_drift(self, model, backend):
        """How far the last state is from the reference's, in roundings of T steps."""
        error = drift.drift(*self.layers, cases.current(drift.SHAPE))
        return comparison.finite(error, "the drift")
