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
#define F(name) $function
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

/* Rows of the state, of the shared state, and of a step: its state and its saved results. */
static const I S = $states, U = $shared_states, R = $states + $saved;

static void copy(real *to, I to_row, const real *from, I from_row, I rows, I L)
{
    ROWS(i, rows) memcpy(to + i * to_row, from + i * from_row, sizeof(real) * L);
}

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

/* Each block has a copy of the shared state; the first one writes the result. */
void forward(
    I T, I M, I K, I block, I threads, const double *k, const real *x, const real *neuron_params,
    const real *common_params, const real *tables, real *s, real *state, real *shared_state,
    real *checkpoints, real *shared_checkpoints)
{
    real *start = malloc(sizeof(real) * (U + 1));
    memcpy(start, shared_state, sizeof(real) * U);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (I lo = 0; lo < M; lo += block) {
        real shared_copy[U + 1];
        memcpy(shared_copy, start, sizeof(real) * U);
        forward_block(T, M, K, M - lo < block ? M - lo : block, k, x + lo, neuron_params + lo,
                      common_params, tables + lo, s + lo, state + lo,
                      lo ? shared_copy : shared_state, checkpoints + lo,
                      lo ? NULL : shared_checkpoints);
    }
    free(start);
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

void backward(
    I T, I M, I K, I block, I threads, const double *k, const real *x, const real *neuron_params,
    const real *common_params, const real *tables, const real *checkpoints,
    const real *shared_checkpoints, const real *grad_s, real *grad_state, real *grad_x,
    real *grad_neuron_params, real *grad_common_params, real *grad_tables)
{
    const I of_steps = (K + 1) * R * P, of_tile = ($terms + $segment_invariants + S) * P;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (I lo = 0; lo < M; lo += block) {
        const I hi = lo + block < M ? lo + block : M, tiles = (hi - lo + TILE - 1) / TILE;
        real *steps = aligned_alloc(64, sizeof(real) * (of_steps + of_tile * tiles + P));
        real *shared_steps = malloc(sizeof(real) * ((K + 1) * U + 1));
        for (I c = (T - 1) / K; c >= 0; c--)
            ROWS(i, tiles) {
                const I n = lo + i * TILE, L = n + TILE < hi ? TILE : hi - n;
                backward_segment(c, T, M, K, L, k, x + n, neuron_params + n, common_params,
                                 tables + n, checkpoints + n, shared_checkpoints, grad_s + n,
                                 grad_state + n, grad_x + n, grad_neuron_params + n,
                                 grad_common_params + n, grad_tables + n, steps, shared_steps,
                                 steps + of_steps + i * of_tile);
            }
        free(steps);
        free(shared_steps);
    }
}
"""
