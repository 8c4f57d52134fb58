"""Errors of spikes and gradients: in numbers, over time, and for strange inputs."""

from functools import partial
from typing import Any

import neurons
from suites import cases, conditions, per_model
from suites.gradients import (
    comparison,
    drift,
    explained,
    finite_differences,
    firing,
    horizon,
    robustness,
    tolerance,
)
from suites.metric import metric
from suites.profiles import ALL_SURROGATES, Shape, profile

FLOAT32 = {name: by_dtype["float32"] for name, by_dtype in tolerance.TOLERANCE.items()}
# A quick profile checks memory only on backends with kernels; in the others torch writes it.
KERNELS = [b for b in cases.backends() if b not in ("eager", "serial")]
# What a profile leaves out: asv skips methods, not classes.
# The first look has the errors of the same cases, of which direction and scale are parts.
DETAILS: dict[str, Any] = {"gate": "numerics", "skip_benchmark": profile().first_look}
LONG: dict[str, Any] = {"gate": "numerics", "skip_benchmark": profile().quick}
CONDITIONS = conditions.measured(profile())
UNMET = conditions.Unmet(cases.models(), CONDITIONS)


class Gradients:
    """Errors against the float64 reference with the model's own surrogate, in every dtype."""

    params = (cases.models(), cases.backends(), list(profile().dtypes))
    param_names = ("model", "backend", "dtype")
    timeout = 300

    def setup(self, model, backend, dtype):
        self.comparison = comparison.compare_case(model, backend, comparison.DEFAULT, dtype)

    @metric(unit="fraction", gate="numerics", tolerance=tolerance.FLIPS)
    def track_flip_rate(self, model, backend, dtype):
        """Share of spikes that differ from the reference's."""
        return self.comparison.flips

    @metric(unit="fraction", gate="numerics", tolerance=tolerance.FAR)
    def track_far_flip_rate(self, model, backend, dtype):
        """Share of spikes that no rounding of the potential explains."""
        return self.comparison.far

    @metric(unit="relative error", gate="numerics", tolerance=tolerance.TOLERANCE["error"])
    def track_gradient_error(self, model, backend, dtype):
        """Largest relative error among d/dx and every d/dparameter; the reference replays."""
        return comparison.finite(self.comparison.figures["error"], self.comparison.worst)


class Explained:
    """Errors in float32 against a bound that follows from the sums of the case."""

    params = (cases.models(), cases.backends())
    param_names = ("model", "backend")
    timeout = 300

    def setup(self, model, backend):
        self.excess = explained.excess_of_case(model, backend)

    @metric(unit="error explained by rounding", tolerance=tolerance.EXPLAINED, **LONG)
    def track_excess(self, model, backend):
        """Largest error of d/dx and every d/dparameter, over what rounding explains of it."""
        return comparison.finite(self.excess, "the excess")


class Surrogated:
    """Errors against the same reference with every surrogate, in float32: direction and scale.

    With correlation c and scale r = |g| / |reference|, the squared error is 1 + r^2 - 2 c r.
    """

    params = (cases.models(), cases.backends(), list(profile().surrogates))
    param_names = ("model", "backend", "surrogate")
    timeout = 300

    def setup(self, model, backend, surrogate):
        self.comparison = comparison.compare_case(model, backend, surrogate, "float32")

    @metric(unit="absolute error", tolerance=FLOAT32["direction"], **DETAILS)
    def track_direction_error(self, model, backend, surrogate):
        """1 - correlation, the largest among d/dx and every d/dparameter."""
        return comparison.finite(self.comparison.figures["direction"], self.comparison.worst)

    @metric(unit="relative error", tolerance=FLOAT32["scale"], **DETAILS)
    def track_scale_error(self, model, backend, surrogate):
        """||g| / |reference| - 1|, the largest among d/dx and every d/dparameter."""
        return comparison.finite(self.comparison.figures["scale"], self.comparison.worst)


class FiniteDifferences:
    """Errors of the whole backward through time in float64, with smooth fire."""

    params = (cases.models(), [b for b in ("eager", "serial", "cpu") if b in cases.backends()])
    param_names = ("model", "backend")

    def setup(self, model, backend):
        self.smooth_case = finite_differences.smooth_case(model, backend)

    @metric(unit="relative error", gate="numerics", tolerance=tolerance.FINITE_DIFFERENCE)
    def track_finite_difference_error(self, model, backend):
        """Relative error of the derivative along random directions of x and each parameter."""
        error = finite_differences.error(*self.smooth_case)
        return comparison.finite(error, "the error")


class Surrogates:
    """Errors of the derivative that each surrogate gives to a spike."""

    params = (list(ALL_SURROGATES[1:]),)
    param_names = ("surrogate",)

    def setup(self, surrogate):
        if surrogate not in neurons.SURROGATES:
            raise NotImplementedError(f"this commit has no surrogate {surrogate!r}")
        self.surrogate = neurons.surrogate(surrogate)

    @metric(unit="absolute error", gate="numerics", tolerance=tolerance.SURROGATE)
    def track_surrogate_error(self, surrogate):
        """Largest error of a spike's derivative against finite differences of g."""
        return finite_differences.surrogate_error(self.surrogate)


class Horizon:
    """How far back a gradient reaches; one run per model and condition gives all lags."""

    params = (
        cases.models(),
        CONDITIONS,
        horizon.FEW_LAGS if profile().quick else horizon.LAGS,
    )
    param_names = ("model", "condition", "lag")
    timeout = 900

    def setup_cache(self):
        return {
            condition: per_model.measure(partial(horizon.reach, condition=condition))
            for condition in CONDITIONS
        }

    def setup(self, facts, model, condition, lag):
        per_model.fact(facts[condition], model)

    @metric(unit="unit", direction="higher", unmet=UNMET)
    def track_norm(self, facts, model, condition, lag):
        """The norm of d s[t] / d x[t - lag], per neuron."""
        return facts[condition][model][lag]


class Firing:
    """When a neuron falls silent at the inputs of speed, gradients and horizon."""

    params = (cases.models(), [str(shape) for shape in firing.shapes(profile())])
    param_names = ("model", "shape")
    timeout = 900

    @metric(unit="step", direction="higher", silent_before=firing.END)
    def track_last_spike(self, model, shape):
        """The last step with a spike; the neuron is silent after it if it is before .95 T."""
        return firing.last_spike(model, Shape.parse(shape))


class Truncation:
    """How truncation changes the gradient; one run per model gives all windows."""

    params = (cases.models(), horizon.WINDOWS)
    param_names = ("model", "window")
    timeout = 900

    def setup_cache(self):
        return per_model.measure(horizon.truncation)

    def setup(self, facts, model, window):
        per_model.fact(facts, model)

    @metric(unit="relative change", skip_benchmark=profile().quick)
    def track_truncation_change(self, facts, model, window):
        """Relative change of the gradient if it is cut every `window` steps."""
        return facts[model][horizon.WINDOWS.index(window)]


class Robustness:
    """Checks with strange inputs, unwritten memory, and other memory layouts."""

    params = (cases.models(), KERNELS if profile().quick else cases.backends())
    param_names = ("model", "backend")
    timeout = 300

    def setup(self, model, backend):
        self.layer, self.x = robustness.layer_and_input(model, backend)

    @metric(unit="values", tolerance=tolerance.BROKEN, **DETAILS)
    def track_unwritten(self, model, backend):
        """Values of spikes and gradients that depend on unwritten memory."""
        return robustness.unwritten(self.layer, self.x)

    @metric(unit="values", tolerance=tolerance.BROKEN, **DETAILS)
    def track_wrong_numbers(self, model, backend):
        """Spikes that hide a NaN, inf or -inf of the input."""
        return robustness.all_wrong_numbers(self.layer, self.x, model, backend)

    @metric(unit="values", tolerance=tolerance.BROKEN, **DETAILS)
    def track_irreproducible(self, model, backend):
        """Values of spikes and gradients that differ in a second run."""
        return robustness.irreproducible(self.layer, self.x)

    @metric(unit="relative error", tolerance=FLOAT32["error"], **DETAILS)
    def track_layout_error(self, model, backend):
        """Largest relative error of a gradient if that of the output is not contiguous."""
        return robustness.layout_error(self.layer, self.x)


class Drift:
    """The drift over 16384 steps; it takes minutes for all models, too long for a quick profile."""

    params = (cases.models(), cases.backends())
    param_names = ("model", "backend")
    timeout = 600

    def setup(self, model, backend):
        self.layers = drift.layers(model, backend)

    @metric(unit="T eps", tolerance=tolerance.DRIFT, **LONG)
    def track_drift(self, model, backend):
        """Error of the last state against the reference's, in units of T eps."""
        error = drift.drift(*self.layers, cases.current(drift.SHAPE))
        return comparison.finite(error, "the drift")
