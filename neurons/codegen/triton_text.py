"""The loops over time, in Triton, around the operations of a program; `triton` fills them in."""

from string import Template

TEXT = Template('''\
"""$name: made by neurons.codegen."""

import triton
import triton.language as tl

REAL = tl.constexpr(tl.$real)


@triton.jit
def tanh(v):
    e = tl.exp(-2 * tl.abs(v))
    return tl.where(v < 0, -1, 1) * ((1 - e) / (1 + e))


@triton.jit
def rint(v):
    """Half to even: what floor(v + 1/2) has too much is told by the half being even."""
    up = tl.floor(v + 0.5)
    half = (up - v == 0.5) & (up - 2 * tl.floor(up * 0.5) == 1)
    return tl.where(half, up - 1, up)


@triton.jit(do_not_specialize=["T"])
def forward(
    x, own, common, table, s, state, shared, after, after_shared, kept, kept_shared,
    T, M, K: tl.constexpr, BLOCK: tl.constexpr,
):
    M = tl.cast(M, tl.int64)
    n = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    here = n < M
    zero = tl.zeros([BLOCK], REAL)
    chunk = tl.program_id(1).to(tl.int64)
    at = chunk * T * M + n
    state += chunk * $states * M
    after += chunk * $states * M
    if K > 0:
        kept += chunk * tl.cdiv(T, K) * $states * M
    row = tl.cast(0, tl.int64)
$f_once
$f_begin
    for t in range(T):
        if K > 0:
            if t % K == 0:
$f_keep
                row += 1
$f_every
        tl.store(s + at, $spike, mask=here)
$f_advance
        at += M
$f_end


@triton.jit(do_not_specialize=["T"])
def backward(
    x, own, common, table, kept, kept_shared, grad_s, grad_after, seen, seen_shared,
    grad_state, grad_x, grad_own, grad_common, grad_table,
    T, M, K: tl.constexpr, BLOCK: tl.constexpr,
):
    M = tl.cast(M, tl.int64)
    n = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    here = n < M
    chunk = tl.program_id(1).to(tl.int64)
    kept += chunk * tl.cdiv(T, K) * $states * M
    seen += chunk * K * $states * M
    grad_after += chunk * $states * M
    grad_state += chunk * $states * M
    grad_own += chunk * $own * M
    grad_common += chunk * $common * M
    scratch = seen_shared + tl.program_id(0) * K * $shared
    zero = tl.zeros([BLOCK], REAL)
$b_once
$b_begin
    stretches = tl.cdiv(T, K)
    for back in range(stretches):
        c = tl.cast(stretches - 1 - back, tl.int64)
        first = c * K
        steps = tl.minimum(T - first, K)
$b_restore
        at = (chunk * T + first) * M + n
        for i in range(steps):
$b_remember
$again
$again_advance
            at += M
        tl.debug_barrier()
        for j in range(steps):
            i = steps - 1 - j
            at -= M
$b_recall
$b_every
            tl.store(grad_x + at, $grad_x, mask=here)
$b_retreat
        tl.debug_barrier()
$finish
''')
