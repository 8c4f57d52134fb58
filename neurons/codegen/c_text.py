"""The loops over time, in C, around the operations of a program; `c` fills them in."""

from string import Template

TEXT = Template("""\
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
#define F(name) $call
#define NEURONS _Pragma("omp simd") for (I n = 0; n < L; n++)
#define TILE ((I)$tile) /* neurons that walk a stretch backward together */
#define P (TILE + 16)      /* from row to row of theirs: a power of 2 would share cache lines */
#define ROWS(k, count) for (I k = 0; k < count; k++)

/* One library for every processor: the widest vectors it has are chosen when it is loaded. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

static const I S = $states, U = $shared, R = $states + $noted; /* R: noted too */

static void copy(real *to, I to_row, const real *from, I from_row, I rows, I L)
{
    ROWS(k, rows) memcpy(to + k * to_row, from + k * from_row, sizeof(real) * L);
}

CLONES static void forward_block(
    I T, I M, I K, I L, const double *k, const real *restrict x, const real *restrict own,
    const real *restrict common, const real *restrict table, real *restrict s,
    real *restrict state, real *restrict shared, real *restrict kept, real *restrict kept_shared)
{
    real *ahead = malloc(sizeof(real) * ($f_ahead * L + 1));
$f_once
    NEURONS {
$f_neuron
    }
    for (I t = 0; t < T; t++) {
        if (K && t % K == 0) {
            copy(kept + t / K * S * M, M, state, M, S, L);
            if (kept_shared)
                copy(kept_shared + t / K * U, U, shared, U, 1, U);
        }
$f_step
        NEURONS {
$f_every
        }
$f_shared
    }
    free(ahead);
}

void forward(
    I T, I M, I K, I block, I threads, const double *k, const real *x, const real *own,
    const real *common, const real *table, real *s, real *state, real *shared, real *kept,
    real *kept_shared)
{
    real *first = malloc(sizeof(real) * (U + 1));
    memcpy(first, shared, sizeof(real) * U);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (I lo = 0; lo < M; lo += block) {
        real mine[U + 1];
        memcpy(mine, first, sizeof(real) * U);
        forward_block(T, M, K, M - lo < block ? M - lo : block, k, x + lo, own + lo, common,
                      table + lo, s + lo, state + lo, lo ? mine : shared, kept + lo,
                      lo ? NULL : kept_shared);
    }
    free(first);
}

/* A step backward, on its own so that compilers see few pointers and constant distances. */
CLONES __attribute__((noinline)) static void back_row(
    I t, I M, I L, const double *k, const real *restrict x, const real *restrict own,
    const real *restrict common, const real *restrict table, const real *restrict grad_s,
    real *restrict grad_x, real *restrict grad_table, const real *restrict ahead,
    const real *restrict state, const real *restrict shared, real *restrict grad,
    real *restrict sum)
{
    const real *noted = state + S * P, *next = state + R * P;
$b_row
$b_step
    NEURONS {
$b_every
    }
}

/* One stretch of one tile. It is given room: for each step of a stretch, the states before it and
   what it noted; for each tile, the sums over the steps, what is ahead, the state's gradient. */
CLONES static void backward_stretch(
    I c, I T, I M, I K, I L, const double *k, const real *restrict x, const real *restrict own,
    const real *restrict common, const real *restrict table, const real *restrict kept,
    const real *restrict kept_shared, const real *restrict grad_s, real *restrict grad_state,
    real *restrict grad_x, real *restrict grad_own, real *restrict grad_common,
    real *restrict grad_table, real *restrict seen, real *restrict seen_shared, real *restrict sum)
{
    real *restrict ahead = sum + $terms * P, *restrict grad = ahead + $b_ahead * P;
    const I from = c * K, to = from + K < T ? from + K : T;
$b_once
    if (to == T) {
        memset(sum, 0, sizeof(real) * $terms * P);
        copy(grad, P, grad_state, M, S, L);
        NEURONS {
$b_neuron
        }
    }
    copy(seen, P, kept + c * S * M, M, S, L);
    copy(seen_shared, U, kept_shared + c * U, U, 1, U);
    for (I t = from; t < to; t++) {
        const real *restrict state = seen + (t - from) * R * P;
        const real *restrict shared = seen_shared + (t - from) * U;
        real *restrict noted = seen + (t - from) * R * P + S * P;
        real *restrict next = seen + (t - from + 1) * R * P;
        real *restrict next_shared = seen_shared + (t - from + 1) * U;
$again_step
        NEURONS {
$again_every
        }
$again_shared
    }
    for (I t = to - 1; t >= from; t--) {
        const real *restrict state = seen + (t - from) * R * P;
        const real *restrict shared = seen_shared + (t - from) * U;
        back_row(t, M, L, k, x, own, common, table, grad_s, grad_x, grad_table, ahead, state,
                 shared, grad, sum);
    }
    if (c == 0) {
        copy(grad_state, M, grad, P, S, L);
        NEURONS {
$finish
        }
    }
}

void backward(
    I T, I M, I K, I block, I threads, const double *k, const real *x, const real *own,
    const real *common, const real *table, const real *kept, const real *kept_shared,
    const real *grad_s, real *grad_state, real *grad_x, real *grad_own, real *grad_common,
    real *grad_table)
{
    const I stretch = (K + 1) * R * P, tile = ($terms + $b_ahead + S) * P;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (I lo = 0; lo < M; lo += block) {
        const I hi = lo + block < M ? lo + block : M, tiles = (hi - lo + TILE - 1) / TILE;
        real *room = aligned_alloc(64, sizeof(real) * (stretch + tile * tiles + P));
        real *shared = malloc(sizeof(real) * ((K + 1) * U + 1));
        for (I c = (T - 1) / K; c >= 0; c--)
            ROWS(i, tiles) {
                const I n = lo + i * TILE, L = n + TILE < hi ? TILE : hi - n;
                backward_stretch(c, T, M, K, L, k, x + n, own + n, common, table + n, kept + n,
                                 kept_shared, grad_s + n, grad_state + n, grad_x + n, grad_own + n,
                                 grad_common + n, grad_table + n, room, shared,
                                 room + stretch + i * tile);
            }
        free(room);
        free(shared);
    }
}
""")
