"""The kernels in Triton, around the functions of one step that `triton` writes.

A walk takes segments of K steps. While it computes one, the loads of the next ones are under way:
asynchronous copies into shared memory. The steps that are left over follow one by one.
"""

TEXT = '''\
"""$name: written by neurons.codegen."""

import triton
import triton.language as tl

REAL = tl.constexpr(tl.$real)
S = tl.constexpr($states)  # rows of the state
U = tl.constexpr($shared_states)  # rows of the state that all neurons share
TERMS = tl.constexpr($terms)  # sums over the steps
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


@triton.jit
def load_rows(place, M, valid, ROWS: tl.constexpr):
    rows = ()
    for row in tl.static_range(ROWS):
        rows = rows + (tl.load(place + row * M, mask=valid, other=0),)
    return rows


@triton.jit
def store_rows(place, rows, M, valid):
    for row in tl.static_range(len(rows)):
        tl.store(place + row * M, rows[row], mask=valid)


@triton.jit
def load_shared(place, ROWS: tl.constexpr):
    rows = ()
    for row in tl.static_range(ROWS):
        rows = rows + (tl.load(place + row),)
    return rows


@triton.jit
def store_shared(place, rows):
    for row in tl.static_range(len(rows)):
        tl.store(place + row, rows[row])


@triton.jit
def add_rows(rows, others):
    sums = ()
    for row in tl.static_range(len(rows)):
        sums = sums + (rows[row] + others[row],)
    return sums


@triton.jit
def load_step(place, valid):
    return tl.load(place, mask=valid, other=0).to(REAL)


@triton.jit
def fixed_values(neuron_params, common_params, M, n, valid):
    """Return what is the same in every step."""
    $fixed_values
    return $fixed


@triton.jit
def step(fixed, x, state, shared, zero, tables, M, n, valid):
    """Return the spike and both states after a step."""
    $step
    return $spike, $next_state, $next_shared_state


@triton.jit
def step_back(fixed, x, state, shared, grad_s, grad, zero, tables, M, n, valid):
    """Return the gradients of x and the state, the terms of sums, and what tables gain."""
    $step_back
    return $grad_x, $grad_state, $step_terms, $table_terms


@triton.jit
def params_gradient(fixed, sums, zero):
    """Return the gradients of the parameters, per neuron and common, from sums over the steps."""
    $params_gradient
    return $grad_neuron, $grad_common


@triton.jit
def add_to_tables(grad_tables, terms, M, n, valid):
    """Add terms atomically: such a load is never moved before an earlier step's store."""
    for i in tl.static_range(len(terms)):
        entry = grad_tables + terms[i][0] * M + n
        tl.atomic_add(entry, terms[i][1], mask=valid, sem="relaxed")


@triton.jit
def walk(fixed, x, state, shared, zero, tables, M, n, valid, steps):
    """Return both states some steps later."""
    for again in range(steps):
        spike, state, shared = step(
            fixed, load_step(x, valid), state, shared, zero, tables, M, n, valid
        )
        x += M
    return state, shared


@triton.jit
def walk_segment(fixed, x, state, shared, zero, tables, M, n, valid, K: tl.constexpr):
    """Return x and both states of each of K steps."""
    steps = ()
    for i in tl.static_range(K):
        x_t = load_step(x, valid)
        steps = steps + ((x_t, state, shared),)
        spike, state, shared = step(fixed, x_t, state, shared, zero, tables, M, n, valid)
        x += M
    return steps


@triton.jit(do_not_specialize=["T", "L"])
def forward(
    first_states, first_shared, x, neuron_params, common_params, tables, s, state, shared_state,
    checkpoints, shared_checkpoints,
    T, L, M, K: tl.constexpr, CHECKPOINTS: tl.constexpr, BLOCK: tl.constexpr, STAGES: tl.constexpr,
):
    """Walk a chunk of L steps from its first state; the last one may be shorter."""
    M = tl.cast(M, tl.int64)
    n = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    valid = n < M
    zero = tl.zeros([BLOCK], REAL)
    chunk = tl.program_id(1).to(tl.int64)
    steps = tl.minimum(T - tl.program_id(1) * L, L)
    x += chunk * L * M + n
    s += chunk * L * M + n
    checkpoints += chunk * tl.cdiv(L, K) * S * M + n
    fixed = fixed_values(neuron_params, common_params, M, n, valid)
    now = load_rows(first_states + chunk * S * M + n, M, valid, S)
    shared = load_shared(first_shared, U)
    for segment in tl.range(steps // K, num_stages=STAGES):
        if CHECKPOINTS:
            store_rows(checkpoints, now, M, valid)
            store_shared(shared_checkpoints, shared)
            checkpoints += S * M
            shared_checkpoints += U
        for i in tl.static_range(K):
            x_t = load_step(x, valid)
            spike, now, shared = step(fixed, x_t, now, shared, zero, tables, M, n, valid)
            tl.store(s, spike, mask=valid)
            x += M
            s += M
    if CHECKPOINTS and steps % K:
        store_rows(checkpoints, now, M, valid)
        store_shared(shared_checkpoints, shared)
    for left in range(steps % K):
        x_t = load_step(x, valid)
        spike, now, shared = step(fixed, x_t, now, shared, zero, tables, M, n, valid)
        tl.store(s, spike, mask=valid)
        x += M
        s += M
    if tl.program_id(1) == tl.num_programs(1) - 1:
        store_rows(state + n, now, M, valid)
        store_shared(shared_state, shared)


@triton.jit(do_not_specialize=["T", "L"])
def backward(
    grad_next_states, x, neuron_params, common_params, tables, checkpoints, shared_checkpoints,
    grad_s, grad_state, grad_x, grad_neuron_params, grad_common_params, grad_tables,
    T, L, M, K: tl.constexpr, BLOCK: tl.constexpr, STAGES: tl.constexpr,
):
    """Walk a chunk back from the gradient of its last state."""
    M = tl.cast(M, tl.int64)
    n = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    valid = n < M
    zero = tl.zeros([BLOCK], REAL)
    chunk = tl.program_id(1).to(tl.int64)
    steps = tl.minimum(T - tl.program_id(1) * L, L)
    x += chunk * L * M + n
    grad_s += chunk * L * M + n
    grad_x += chunk * L * M + n
    checkpoints += chunk * tl.cdiv(L, K) * S * M + n
    fixed = fixed_values(neuron_params, common_params, M, n, valid)
    grad = load_rows(grad_next_states + chunk * S * M + n, M, valid, S)
    sums = ()
    for term in tl.static_range(TERMS):
        sums = sums + (zero,)
    segments = (steps // K).to(tl.int64)
    for back in range(steps % K):
        # The steps left over, last first; each is reached again from their common checkpoint.
        at = segments * K * M
        now = load_rows(checkpoints + segments * S * M, M, valid, S)
        shared = load_shared(shared_checkpoints + segments * U, U)
        left = steps % K - 1 - back
        now, shared = walk(fixed, x + at, now, shared, zero, tables, M, n, valid, left)
        at += left * M
        x_t, g_t = load_step(x + at, valid), load_step(grad_s + at, valid)
        g, grad, terms, gains = step_back(
            fixed, x_t, now, shared, g_t, grad, zero, tables, M, n, valid
        )
        tl.store(grad_x + at, g, mask=valid)
        sums = add_rows(sums, terms)
        add_to_tables(grad_tables, gains, M, n, valid)
    for back in tl.range(steps // K, num_stages=STAGES):
        segment = segments - 1 - back
        at = segment * K * M
        now = load_rows(checkpoints + segment * S * M, M, valid, S)
        shared = load_shared(shared_checkpoints + segment * U, U)
        walked = walk_segment(fixed, x + at, now, shared, zero, tables, M, n, valid, K)
        at += K * M
        for i in tl.static_range(K):
            at -= M
            x_t, now, shared = walked[K - 1 - i]
            g_t = load_step(grad_s + at, valid)
            g, grad, terms, gains = step_back(
                fixed, x_t, now, shared, g_t, grad, zero, tables, M, n, valid
            )
            tl.store(grad_x + at, g, mask=valid)
            sums = add_rows(sums, terms)
            add_to_tables(grad_tables, gains, M, n, valid)
    if tl.program_id(1) == 0:
        store_rows(grad_state + n, grad, M, valid)
    neuron, common = params_gradient(fixed, sums, zero)
    store_rows(grad_neuron_params + chunk * len(neuron) * M + n, neuron, M, valid)
    store_rows(grad_common_params + chunk * len(common) * M + n, common, M, valid)
'''
