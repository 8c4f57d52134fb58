"""The tolerances of all metrics, by dtype if it matters. Do not loosen one to make a test pass.

The dtype is that of the input. With half-precision input the arithmetic is in float32: only the
input and the output are rounded to it.
"""

# Of a correct gradient, which has some rounding errors per step.
_GRADIENT = {"float64": 1e-11, "float32": 1e-5, "bfloat16": 1e-2}

TOLERANCE = {
    "error": _GRADIENT,  # |g - r| / |r|, where r is the gradient of the reference
    "scale": _GRADIENT,  # | |g| / |r| - 1 |, never larger than the error
    # 1 - correlation: at most half the square of the error, and the rounding of float64 sums
    "direction": {"float64": 1e-14, "float32": 5e-11, "bfloat16": 5e-5},
}
EXPLAINED = 1.0  # of an error, in units of what rounding explains of it, see `rounding`
FLIPS = 1e-3  # share of spikes that differ from the reference's, for any reason
FAR = 0.0  # share of spikes that no rounding explains
FINITE_DIFFERENCE = 1e-5  # relative error, with steps of 1e-6 in float64
SURROGATE = 1e-6  # absolute error, with the same steps
BROKEN = 0.0  # number of values that are unwritten, lost or not reproduced
DRIFT = 1.0  # T eps, the most that T roundings explain, see `drift.drift`
