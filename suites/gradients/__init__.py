"""The errors of spikes and gradients.

    tolerance            the largest errors that are still right, by metric and dtype
    comparison           spikes and gradients against the float64 reference
    finite_differences   the backward against finite differences
    horizon              how far back a gradient reaches, and how truncation changes it
    robustness           strange inputs, unwritten memory, layouts
    drift                the state after 16384 steps
    suite                the benchmarks

`python -m suites.gradients` prints the figures and the worst element of any case.
"""
