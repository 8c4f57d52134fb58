"""From a model's page of equations to kernels.

trace       `step` and its vector-Jacobian product, traced once and read as ...
aten        ... operations on the elements of tensors, written on ...
tape        ... a tape of scalar operations
program     what one neuron computes in a step, forward and backward, and when
c           the program in C, `c_text` the loops around it, `build` its compilation
generated   gathers a layer's tensors, runs a kernel, hands its gradients to autograd
"""
