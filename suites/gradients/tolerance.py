"""The largest error that is still right, by metric and, where it matters, dtype: the one table.

The dtype is that of the input; arithmetic on half inputs is in float32, and only what goes in and
comes out is rounded. Nothing loosens a bound, CI least of all.
"""

# Of a gradient that is otherwise right: some roundings per step.
_GRADIENT = {"float64": 1e-11, "float32": 1e-5, "bfloat16": 1e-2}

TOLERANCE = {
    "error": _GRADIENT,  # |g - oracle's| / |oracle's|
    "scale": _GRADIENT,  # | |g| / |oracle's| - 1 |, which is never more than the error
    # 1 - correlation: at most half the square of the error, above what float64 sums round
    "direction": {"float64": 1e-14, "float32": 5e-11, "bfloat16": 5e-5},
}
FLIPS = 1e-3  # share of spikes that differ from the oracle's, wherever they come from
FAR = 0.0  # share of spikes that no rounding explains
FINITE_DIFFERENCE = 1e-5  # relative error, of steps of 1e-6 in float64
SURROGATE = 1e-6  # absolute error, of the same steps
BROKEN = 0.0  # values that are unwritten, lost or not repeated
DRIFT = 1.0  # of what T roundings can add up to, see `lasting.drift`
