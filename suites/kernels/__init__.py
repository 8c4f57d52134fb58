"""What the machine code of generated kernels shows, without running it.

compile     compiles the kernels of a model for a GPU that need not be here
sass        reads the machine code: instructions, their registers, loops
loops       finds the loops over time, and the bytes they move
dependence  the chain of dependent instructions, the loads in flight
counters    all counters of a kernel

`python -m suites.kernels` prints them.
"""
