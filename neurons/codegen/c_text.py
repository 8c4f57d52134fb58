"""The loops over time, in C, around the instructions of a program; `c` fills them in."""

TEXT = """\
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* glibc has vector forms of these, exact to 4 units in the last place. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#if __GLIBC_PREREQ(2, 35)
#define VECTOR(name)                                                \\
    extern double name(double) __attribute__((simd("notinbranch"))); \\
    extern float name##f(float) __attribute__((simd("notinbranch")));
VECTOR(exp) VECTOR(log) VECTOR(tanh) VECTOR(sin) VECTOR(cos) VECTOR(atan)
#endif
#endif

typedef int64_t I;
typedef $real real;
#define FN(name) $function
#define NEURONS _Pragma("omp simd") for (I n = 0; n < L; n++)
#define TILE ((I)$tile) /* neurons of a tile, at most */
#define P (TILE + 16)      /* from row to row of a tile: a power of 2 would share cache lines */
#define ROWS(i, count) for (I i = 0; i < count; i++)

/* One library for every processor: the widest vectors it has are chosen when it is loaded. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

/* Rows of the state, of the shared state, and of a step: its state and its saved results; and the
   number of fields of both states, which are the first. */
static const I S = $states, U = $shared_states, R = $states + $saved, F = $state_fields;

static void copy(real *to, I to_row, const real *from, I from_row, I rows, I L)
{
    ROWS(i, rows) memcpy(to + i * to_row, from + i * from_row, sizeof(real) * L);
}

$rows

/* L neurons, from the first step to the last. */
CLONES static void forward_block(
    I T, I M, I K, I L, const double *k, const real *restrict x,
    const real *restrict neuron_params, const real *restrict common_params,
    const real *restrict tables, real *restrict s, real *restrict state,
    real *restrict shared_state, real *restrict checkpoints, real *restrict shared_checkpoints)
{
    real *invariants = malloc(sizeof(real) * ($forward_invariants * L + 1));
    $forward_once
    NEURONS {
        $forward_per_neuron
    }
    for (I t = 0; t < T; t++) {
        if (K && t % K == 0) {
            copy(checkpoints + t / K * S * M, M, state, M, S, L);
            if (shared_checkpoints)
                copy(shared_checkpoints + t / K * U, U, shared_state, U, 1, U);
        }
        $forward_per_step
        NEURONS {
            $forward_per_neuron_step
        }
        $forward_shared_state
    }
    free(invariants);
}

/* The tensors are those of the fields, NULL for a first state of constants; `last` are those of the
   last state. */
void forward(
    I T, I M, I channels, I inner, I K, I block, I threads, const double *k, const Field *fields,
    I count, const double *first_state, const real *const *tensors, const real *x, real *s,
    real *const *last, real *checkpoints)
{
    const Neurons z = {M, channels, inner};
    /* A single state with the order of rows is computed where it is returned. */
    const I in_place = F == 1 && fields->kind == STATE && fields->trail == 1;
    Rows rows = new_rows(fields + in_place, count - in_place, M, 1);
    real *own = rows.of[STATE];
    if (in_place) rows.of[STATE] = last[0];
    real *shared_checkpoints = K ? checkpoints + (T + K - 1) / K * S * M : NULL;
    ROWS(i, count)
        if (shared(fields + i)) gather(fields + i, ALL, 0, 1, tensors[i], first_state + S, rows);
    real last_shared[U + 1]; /* of the first block; every other one computes a copy */
    memcpy(last_shared, rows.of[SHARED_STATE], sizeof(real) * U);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (I lo = 0; lo < M; lo += block) {
        const I L = M - lo < block ? M - lo : block;
        real shared_copy[U + 1];
        memcpy(shared_copy, rows.of[SHARED_STATE], sizeof(real) * U);
        ROWS(i, count)
            if (!shared(fields + i)) gather(fields + i, z, lo, L, tensors[i], first_state, rows);
        forward_block(T, M, K, L, k, x + lo, rows.of[NEURON_PARAM] + lo, rows.of[COMMON_PARAM],
                      rows.of[TABLE] + lo, s + lo, rows.of[STATE] + lo,
                      lo ? shared_copy : last_shared, checkpoints + lo,
                      lo ? NULL : shared_checkpoints);
        for (I i = in_place; i < F; i++)
            if (!shared(fields + i)) scatter(fields + i, M, lo, L, rows, last[i]);
    }
    memcpy(rows.of[SHARED_STATE], last_shared, sizeof(real) * U);
    ROWS(i, F) if (shared(fields + i)) scatter(fields + i, 1, 0, 1, rows, last[i]);
    rows.of[STATE] = own;
    free_rows(rows);
}

/* One backward step: a function, so that compilers see few pointers and constant distances. */
CLONES __attribute__((noinline)) static void backward_step(
    I t, I M, I L, const double *k, const real *restrict x, const real *restrict neuron_params,
    const real *restrict common_params, const real *restrict tables, const real *restrict grad_s,
    real *restrict grad_x, real *restrict grad_tables, const real *restrict invariants,
    const real *restrict state, const real *restrict shared_state, real *restrict grad,
    real *restrict sums)
{
    const real *saved = state + S * P, *next = state + R * P;
    $backward_once
    $backward_per_step
    NEURONS {
        $backward_per_neuron_step
    }
}

/* Segment c of one tile of L neurons. Its buffers: R rows for each step of the segment, and for the
   tile the sums over the steps, the invariants and the gradient of the state. */
CLONES static void backward_segment(
    I c, I T, I M, I K, I L, const double *k, const real *restrict x,
    const real *restrict neuron_params, const real *restrict common_params,
    const real *restrict tables, const real *restrict checkpoints,
    const real *restrict shared_checkpoints, const real *restrict grad_s,
    real *restrict grad_state, real *restrict grad_x, real *restrict grad_neuron_params,
    real *restrict grad_common_params, real *restrict grad_tables, real *restrict steps,
    real *restrict shared_steps, real *restrict sums)
{
    real *restrict invariants = sums + $terms * P;
    real *restrict grad = invariants + $segment_invariants * P;
    const I from = c * K, to = from + K < T ? from + K : T;
    $segment_once
    if (to == T) {
        memset(sums, 0, sizeof(real) * $terms * P);
        copy(grad, P, grad_state, M, S, L);
        NEURONS {
            $segment_per_neuron
        }
    }
    copy(steps, P, checkpoints + c * S * M, M, S, L);
    copy(shared_steps, U, shared_checkpoints + c * U, U, 1, U);
    for (I t = from; t < to; t++) {
        const real *restrict state = steps + (t - from) * R * P;
        const real *restrict shared_state = shared_steps + (t - from) * U;
        real *restrict saved = steps + (t - from) * R * P + S * P;
        real *restrict next = steps + (t - from + 1) * R * P;
        real *restrict next_shared = shared_steps + (t - from + 1) * U;
        $recompute_per_step
        NEURONS {
            $recompute_per_neuron_step
        }
        $recompute_shared_state
    }
    for (I t = to - 1; t >= from; t--) {
        const real *restrict state = steps + (t - from) * R * P;
        const real *restrict shared_state = shared_steps + (t - from) * U;
        backward_step(t, M, L, k, x, neuron_params, common_params, tables, grad_s, grad_x,
                      grad_tables, invariants, state, shared_state, grad, sums);
    }
    if (c == 0) {
        copy(grad_state, M, grad, P, S, L);
        NEURONS {
            $grad_params
        }
    }
}

/* The tensors are the gradients of the last states, and the parameters; `grads` are those of the
   first states and of the parameters. NULL stands for zeros, and for what is not wanted. */
void backward(
    I T, I M, I channels, I inner, I K, I block, I threads, const double *k, const Field *fields,
    I count, const real *const *tensors, const real *x, const real *checkpoints,
    const real *grad_s, real *grad_x, real *const *grads)
{
    const Neurons z = {M, channels, inner};
    const Rows rows = new_rows(fields, count, M, 1), grad = new_rows(fields + F, count - F, M, M);
    const real *shared_checkpoints = checkpoints + (T + K - 1) / K * S * M;
    const I kept = K < T ? K : T, of_steps = (kept + 1) * R * P;
    const I of_tile = ($terms + $segment_invariants + S) * P;
    for (I i = F; i < count; i++)
        if (shared(fields + i)) gather(fields + i, ALL, 0, 1, tensors[i], NULL, rows);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (I lo = 0; lo < M; lo += block) {
        const I hi = lo + block < M ? lo + block : M, tiles = (hi - lo + TILE - 1) / TILE;
        real *steps = aligned_alloc(64, sizeof(real) * (of_steps + of_tile * tiles + P));
        real *shared_steps = malloc(sizeof(real) * ((kept + 1) * U + 1));
        ROWS(i, count) {
            const Field *f = fields + i;
            if (!shared(f)) gather(f, z, lo, hi - lo, tensors[i], NULL, rows);
            if (f->kind == TABLE) gather(f, z, lo, hi - lo, NULL, NULL, grad);
        }
        for (I c = (T - 1) / K; c >= 0; c--)
            ROWS(i, tiles) {
                const I n = lo + i * TILE, L = n + TILE < hi ? TILE : hi - n;
                backward_segment(c, T, M, K, L, k, x + n, rows.of[NEURON_PARAM] + n,
                                 rows.of[COMMON_PARAM], rows.of[TABLE] + n, checkpoints + n,
                                 shared_checkpoints, grad_s + n, rows.of[STATE] + n, grad_x + n,
                                 grad.of[NEURON_PARAM] + n, grad.of[COMMON_PARAM] + n,
                                 grad.of[TABLE] + n, steps, shared_steps,
                                 steps + of_steps + i * of_tile);
            }
        ROWS(i, F) if (grads[i]) scatter(fields + i, M, lo, hi - lo, rows, grads[i]);
        free(steps);
        free(shared_steps);
    }
    for (I i = F; i < count; i++)
        if (grads[i]) sum(fields + i, z, grad, grads[i]);
    free_rows(rows);
    free_rows(grad);
}
"""
