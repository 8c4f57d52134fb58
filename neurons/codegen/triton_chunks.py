"""The kernels in Triton that join chunks of steps; `triton` fills them in for affine programs.

See `chunks`. A walk of ends starts from 0, for b, and from unit vectors, for a, all at once.
"""

TEXT = '''

DELAYS = tl.constexpr($delays)  # of each row of the state, 0 if it is computed
LONGEST_DELAY = tl.constexpr($longest_delay)
COMPUTED = tl.constexpr($computed)  # the computed rows
N = tl.constexpr($count)  # how many there are


@triton.jit
def units(zero, ROWS: tl.constexpr):
    """Return for each computed row the state, of ROWS rows, that is 1 there and 0 elsewhere."""
    vectors = ()
    for j in tl.static_range(N):
        vector = ()
        for row in tl.static_range(ROWS):
            at = COMPUTED[j] if ROWS == S else j
            vector = vector + (zero + (1 if row == at else 0),)
        vectors = vectors + (vector,)
    return vectors


@triton.jit
def linear_step(fixed, x, state, difference, zero):
    """Return the difference that a step makes of one between the computed rows of two states."""
    state = $mixed_state
    $linear_step
    return $linear


@triton.jit
def linear_step_back(fixed, x, state, grad, zero):
    """Return the gradient of a state if that of the spike is 0."""
    $linear_step_back
    return $linear_back


@triton.jit(do_not_specialize=["T", "L"])
def ends(
    first_state, x, neuron_params, common_params, b, a,
    L, M, K: tl.constexpr, BLOCK: tl.constexpr, STAGES: tl.constexpr,
):
    """Write a and b of a chunk: its last state is a times its first one, plus b."""
    M = tl.cast(M, tl.int64)
    n = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    valid = n < M
    zero = tl.zeros([BLOCK], REAL)
    chunk = tl.program_id(1).to(tl.int64)
    x += chunk * L * M + n
    fixed = fixed_values(neuron_params, common_params, M, n, valid)
    later = n * 0 + chunk > 0
    now = ()
    for row in tl.static_range(S):
        value = zero
        if DELAYS[row] > 0:
            before = load_step(x - DELAYS[row] * M, valid & later)
            first = tl.load(first_state + row * M + n, mask=valid & ~later, other=0)
            value = tl.where(later, before, first)
        now = now + (value,)
    factors = units(zero, N)
    for segment in tl.range(L // K, num_stages=STAGES):
        for i in tl.static_range(K):
            x_t = load_step(x, valid)
            next_factors = ()
            for j in tl.static_range(N):
                next_factors = next_factors + (linear_step(fixed, x_t, now, factors[j], zero),)
            factors = next_factors
            spike, now, shared = step(fixed, x_t, now, (), zero, x, M, n, valid)
            x += M
    for j in tl.static_range(N):
        tl.store(b + (chunk * N + j) * M + n, now[COMPUTED[j]], mask=valid)
        store_rows(a + (chunk * N + j) * N * M + n, factors[j], M, valid)


@triton.jit(do_not_specialize=["L", "C"])
def join(
    first_state, x, b, a, states,
    L, M, C, BLOCK: tl.constexpr, STAGES: tl.constexpr,
):
    """Write the first state of each of C chunks."""
    M = tl.cast(M, tl.int64)
    n = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    valid = n < M
    x += n
    states += n
    now = load_rows(first_state + n, M, valid, S)
    store_rows(states, now, M, valid)
    computed = ()
    for j in tl.static_range(N):
        computed = computed + (now[COMPUTED[j]],)
    for c in tl.range(1, C, num_stages=STAGES):
        x += L * M
        states += S * M
        for row in tl.static_range(S):
            if DELAYS[row] > 0:
                value = load_step(x - DELAYS[row] * M, valid)
                tl.store(states + row * M, value, mask=valid)
        at = tl.cast(c - 1, tl.int64) * N * M + n
        later = load_rows(b + at, M, valid, N)
        for j in tl.static_range(N):
            column = load_rows(a + (at - n + j * M) * N + n, M, valid, N)
            later = add_rows(later, scaled(column, computed[j]))
        computed = later
        for j in tl.static_range(N):
            tl.store(states + COMPUTED[j] * M, computed[j], mask=valid)


@triton.jit
def scaled(rows, factor):
    products = ()
    for row in tl.static_range(len(rows)):
        products = products + (rows[row] * factor,)
    return products


@triton.jit(do_not_specialize=["T", "L"])
def ends_back(
    x, neuron_params, common_params, checkpoints, grad_s, b, a,
    T, L, M, K: tl.constexpr, BLOCK: tl.constexpr, STAGES: tl.constexpr,
):
    """Write a and b of the gradient of a chunk's first state, for all chunks but the first."""
    M = tl.cast(M, tl.int64)
    n = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    valid = n < M
    zero = tl.zeros([BLOCK], REAL)
    chunk = tl.program_id(1).to(tl.int64) + 1
    steps = tl.minimum(T - (tl.program_id(1) + 1) * L, L)
    if N == 0:
        steps = tl.minimum(steps, LONGEST_DELAY)  # later ones do not read the first state
    x += chunk * L * M + n
    grad_s += chunk * L * M + n
    checkpoints += chunk * (L // K) * S * M + n
    fixed = fixed_values(neuron_params, common_params, M, n, valid)
    grad = ()
    for row in tl.static_range(S):
        grad = grad + (zero,)
    factors = units(zero, S)
    segments = (steps // K).to(tl.int64)
    for back in range(steps % K):
        at = segments * K * M
        now = load_rows(checkpoints + segments * S * M, M, valid, S)
        left = steps % K - 1 - back
        now, shared = walk(fixed, x + at, now, (), zero, x, M, n, valid, left)
        at += left * M
        x_t, g_t = load_step(x + at, valid), load_step(grad_s + at, valid)
        grad, factors = end_back(fixed, x_t, now, g_t, grad, factors, zero, x, M, n, valid)
    for back in tl.range(steps // K, num_stages=STAGES):
        segment = segments - 1 - back
        at = segment * K * M
        now = load_rows(checkpoints + segment * S * M, M, valid, S)
        walked = walk_segment(fixed, x + at, now, (), zero, x, M, n, valid, K)
        at += K * M
        for i in tl.static_range(K):
            at -= M
            x_t, now, shared = walked[K - 1 - i]
            g_t = load_step(grad_s + at, valid)
            grad, factors = end_back(fixed, x_t, now, g_t, grad, factors, zero, x, M, n, valid)
    store_rows(b + (chunk - 1) * S * M + n, grad, M, valid)
    for j in tl.static_range(N):
        store_rows(a + ((chunk - 1) * N + j) * S * M + n, factors[j], M, valid)


@triton.jit
def end_back(fixed, x, state, grad_s, grad, factors, zero, tables, M, n, valid):
    """Return the gradients of a state, given those of the next one."""
    before = ()
    for j in tl.static_range(N):
        before = before + (linear_step_back(fixed, x, state, factors[j], zero),)
    g, grad, terms, gains = step_back(
        fixed, x, state, (), grad_s, grad, zero, tables, M, n, valid
    )
    return grad, before


@triton.jit(do_not_specialize=["C"])
def join_back(grad_next_state, b, a, grads, M, C, BLOCK: tl.constexpr, STAGES: tl.constexpr):
    """Write the gradient of the last state of each of C chunks."""
    M = tl.cast(M, tl.int64)
    n = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    valid = n < M
    grad = load_rows(grad_next_state + n, M, valid, S)
    store_rows(grads + tl.cast(C - 1, tl.int64) * S * M + n, grad, M, valid)
    for back in tl.range(1, C, num_stages=STAGES):
        at = tl.cast(C - 1 - back, tl.int64) * S * M
        before = load_rows(b + at + n, M, valid, S)
        for j in tl.static_range(N):
            column = load_rows(a + at * N + j * S * M + n, M, valid, S)
            before = add_rows(before, scaled(column, grad[COMPUTED[j]]))
        grad = before
        store_rows(grads + at + n, grad, M, valid)
'''
