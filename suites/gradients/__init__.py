"""How wrong outputs and gradients are. Each file below holds one idea.

    tolerance            the largest error that is still right, by metric and dtype
    comparison           spikes and gradients against the float64 reference
    finite_differences   the backward against finite differences
    horizon              how far back a gradient reaches, what truncating it loses
    robustness           strange inputs, unwritten memory, layouts
    drift                16384 steps
    suite                the benchmarks

`python -m suites.gradients` prints the figures of any case and names the worst element.
"""
