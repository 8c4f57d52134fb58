"""How wrong outputs and gradients are: the benchmarks. Each file below holds one idea.

    tolerance      the largest error that is still right, by metric and dtype
    replayed       spikes and gradients against a float64 oracle
    differences    the backward against finite differences
    horizon        how far back a gradient reaches, what truncating it loses
    robustness     strange inputs, unwritten memory, layouts
    lasting        16384 steps

`python -m suites.gradients` prints the figures of any case and names the worst element.
"""

import neurons
from suites import cases
from suites.gradients import differences, replayed, tolerance


class Gradients:
    """Against the float64 oracle, with the model's own surrogate, in every dtype."""

    params = (cases.models(), cases.backends(), list(cases.profile().dtypes))
    param_names = ("model", "backend", "dtype")
    version = "1"
    timeout = 300

    def setup(self, model, backend, dtype):
        self.case = replayed.case(model, backend, replayed.OWN, dtype)

    def track_flip_rate(self, model, backend, dtype):
        """Share of spikes that differ from the oracle's."""
        return self.case.flips

    vars(track_flip_rate).update(
        unit="fraction", direction="lower", gate="numerics", tolerance=tolerance.FLIPS
    )

    def track_far_flip_rate(self, model, backend, dtype):
        """Share of spikes that no rounding of the distance to the threshold explains."""
        return self.case.far

    vars(track_far_flip_rate).update(
        unit="fraction", direction="lower", gate="numerics", tolerance=tolerance.FAR
    )

    def track_gradient_error(self, model, backend, dtype):
        """Largest relative error among d/dx and every d/dparameter, flips replayed."""
        return replayed.finite(self.case.figures["error"], self.case.worst)

    vars(track_gradient_error).update(
        version="2",  # the oracle takes the upstream gradient as it was rounded for the backend
        unit="relative error",
        direction="lower",
        gate="numerics",
        tolerance=tolerance.TOLERANCE["error"],
    )


class Surrogated:
    """Against the same oracle with one surrogate after the other, in float32: what is wrong.

    Correlation c and scale r = |g| / |oracle's| make the error: its square is 1 + r^2 - 2 c r.
    """

    params = (cases.models(), cases.backends(), list(cases.profile().surrogates))
    param_names = ("model", "backend", "surrogate")
    version = "1"
    timeout = 300

    def setup(self, model, backend, surrogate):
        self.case = replayed.case(model, backend, surrogate, "float32")

    def track_direction_error(self, model, backend, surrogate):
        """1 - correlation, of whichever of d/dx and d/dparameters has the lowest."""
        return replayed.finite(self.case.figures["direction"], self.case.worst)

    vars(track_direction_error).update(
        unit="absolute error",
        direction="lower",
        gate="numerics",
        tolerance=tolerance.TOLERANCE["direction"]["float32"],
    )

    def track_scale_error(self, model, backend, surrogate):
        """How far |g| / |oracle's| is from 1, where it is furthest."""
        return replayed.finite(self.case.figures["scale"], self.case.worst)

    vars(track_scale_error).update(
        unit="relative error",
        direction="lower",
        gate="numerics",
        tolerance=tolerance.TOLERANCE["scale"]["float32"],
    )


class FiniteDifferences:
    """The whole backward through time in float64, with the spike replaced by its primitive."""

    params = (cases.models(), ["eager", "serial", "cpu"])
    param_names = ("model", "backend")
    version = "1"

    def setup(self, model, backend):
        options = differences.DIFFERENTIABLE.get(model, {})
        shape = replayed.SHAPE
        self.layer = cases.layer(model, backend, shape, **options).double().eval()
        self.layer.fire = neurons.smooth(self.layer.fire)
        self.x, self.upstream = (cases.current(shape, seed).double() for seed in (0, 1))

    def track_finite_difference_error(self, model, backend):
        """Relative error of the derivative along random directions of x and each parameter."""
        return replayed.finite(differences.error(self.layer, self.x, self.upstream), "the error")

    vars(track_finite_difference_error).update(
        unit="relative error",
        direction="lower",
        gate="numerics",
        tolerance=tolerance.FINITE_DIFFERENCE,
    )


class Surrogates:
    params = (list(cases.SURROGATES),)
    param_names = ("surrogate",)
    version = "1"

    def setup(self, surrogate):
        if surrogate not in neurons.SURROGATES:
            raise NotImplementedError(f"this commit has no surrogate {surrogate!r}")
        self.surrogate = neurons.surrogate(surrogate)

    def track_surrogate_error(self, surrogate):
        """Largest error of a spike's derivative against differences of the primitive."""
        return differences.surrogate_error(self.surrogate)

    vars(track_surrogate_error).update(
        unit="absolute error", direction="lower", gate="numerics", tolerance=tolerance.SURROGATE
    )
