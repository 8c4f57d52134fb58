"""The errors of spikes and gradients.

    tolerance            the largest errors that are still right, by metric and dtype
    comparison           spikes and gradients against the float64 reference
    rounding             what float32 does to a result: a bound that follows from its sums
    explained            float32 gradients against that bound
    finite_differences   the backward against finite differences
    horizon              how far back a gradient reaches, and how truncation changes it
    firing               after which step a neuron is silent
    robustness           strange inputs, unwritten memory, layouts
    drift                the state after 16384 steps
    suite                the benchmarks

`python -m suites.gradients` prints the figures and the worst element of any case.
"""
