"""From the equations of a model's `step` to kernels.

trace       traces `step` and its vector-Jacobian product, and reads the graphs by
aten          the tables of torch's operations, element by element, onto
tape          a tape of scalar instructions
operations  the vocabulary: inputs, operations, instructions
program     what one neuron computes in a step, forward and backward, and when
sums        parameter gradients from sums over the steps
fields      where the tensors of State and Params are among a kernel's rows
c           writes a program in C, with the loops of `c_text`
triton      writes it in Triton, with those of `triton_text`; `writer` is what both share
chunks      what joins chunks of time that run side by side; their kernels are `triton_chunks`
build       compiles and loads what was written; `offline` compiles Triton without a GPU
kernel      what a compiled program takes, and the handle that owns it
operators   its forward and backward as operators of torch
generated   runs a layer by them
"""
