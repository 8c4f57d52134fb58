"""The loops over time, in Triton, around the instructions of a program; `triton` fills them in."""

TEXT = '''\
"""$name: written by neurons.codegen."""

import triton
import triton.language as tl

REAL = tl.constexpr(tl.$real)
S = tl.constexpr($states)  # rows of the state
U = tl.constexpr($shared_states)  # rows of the state that all neurons share
inf = tl.constexpr(float("inf"))  # Python writes an infinite constant as inf


@triton.jit
def tanh(v):
    e = tl.exp(-2 * tl.abs(v))
    return tl.where(v < 0, -1, 1) * ((1 - e) / (1 + e))


@triton.jit
def rint(v):
    """Round half to even: floor(v + 1/2), but one less where v is halfway and that is odd."""
    up = tl.floor(v + 0.5)
    half = (up - v == 0.5) & (up - 2 * tl.floor(up * 0.5) == 1)
    return tl.where(half, up - 1, up)


@triton.jit(do_not_specialize=["T"])
def forward(
    first_state, first_shared, x, neuron_params, common_params, tables, s, state, shared_state,
    checkpoints, shared_checkpoints,
    T, M, K: tl.constexpr, BLOCK: tl.constexpr,
):
    M = tl.cast(M, tl.int64)
    n = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    valid = n < M
    zero = tl.zeros([BLOCK], REAL)
    chunk = tl.program_id(1).to(tl.int64)
    at = chunk * T * M + n
    first_state += chunk * S * M
    state += chunk * S * M
    if K > 0:
        checkpoints += chunk * tl.cdiv(T, K) * S * M
    segment = tl.cast(0, tl.int64)
    $forward_once
    $forward_start
    for t in range(T):
        if K > 0:
            if t % K == 0:
                $forward_checkpoint
                segment += 1
        $forward_step
        tl.store(s + at, $spike, mask=valid)
        $next_state
        at += M
    $forward_end


@triton.jit(do_not_specialize=["T"])
def backward(
    grad_next_state, steps, shared_steps, x, neuron_params, common_params, tables, checkpoints,
    shared_checkpoints, grad_s, grad_state, grad_x, grad_neuron_params, grad_common_params,
    grad_tables,
    T, M, K: tl.constexpr, BLOCK: tl.constexpr,
):
    M = tl.cast(M, tl.int64)
    n = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    valid = n < M
    chunk = tl.program_id(1).to(tl.int64)
    checkpoints += chunk * tl.cdiv(T, K) * S * M
    steps += chunk * K * S * M
    shared_steps += tl.program_id(0) * K * U
    grad_next_state += chunk * S * M
    grad_state += chunk * S * M
    grad_neuron_params += chunk * $grad_neuron_params * M
    grad_common_params += chunk * $grad_common_params * M
    zero = tl.zeros([BLOCK], REAL)
    $backward_once
    $backward_start
    segments = tl.cdiv(T, K)
    for back in range(segments):
        c = tl.cast(segments - 1 - back, tl.int64)
        first = c * K
        count = tl.minimum(T - first, K)
        $load_checkpoint
        at = (chunk * T + first) * M + n
        for i in range(count):
            $store_step
            $recompute_step
            $next_state
            at += M
        tl.debug_barrier()
        for j in range(count):
            i = count - 1 - j
            at -= M
            $load_step
            $backward_step
            tl.store(grad_x + at, $grad_x, mask=valid)
            $previous_grad
            $add_terms
            $add_table_gradients
        tl.debug_barrier()
    $grad_params
'''
