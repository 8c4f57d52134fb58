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

CLONES static void backward_block(
    I T, I M, I K, I L, const double *k, const real *restrict x, const real *restrict own,
    const real *restrict common, const real *restrict table, const real *restrict kept,
    const real *restrict kept_shared, const real *restrict grad_s, real *restrict grad_state,
    real *restrict grad_x, real *restrict grad_own, real *restrict grad_common,
    real *restrict grad_table)
{
    /* Of each step of a stretch the states before it and what it noted; the sums over the steps. */
    real *seen = malloc(sizeof(real) * (((K + 1) * R + $terms + $b_ahead) * L + (K + 1) * U));
    real *sum = seen + (K + 1) * R * L, *ahead = sum + $terms * L;
    real *seen_shared = ahead + $b_ahead * L;
    memset(sum, 0, sizeof(real) * $terms * L);
$b_once
    NEURONS {
$b_neuron
    }
    for (I c = (T - 1) / K; c >= 0; c--) {
        const I from = c * K, to = from + K < T ? from + K : T;
        copy(seen, L, kept + c * S * M, M, S, L);
        copy(seen_shared, U, kept_shared + c * U, U, 1, U);
        for (I t = from; t < to; t++) {
            const real *restrict state = seen + (t - from) * R * L;
            const real *restrict shared = seen_shared + (t - from) * U;
            real *restrict noted = seen + (t - from) * R * L + S * L;
            real *restrict next = seen + (t - from + 1) * R * L;
            real *restrict next_shared = seen_shared + (t - from + 1) * U;
$again_step
            NEURONS {
$again_every
            }
$again_shared
        }
        for (I t = to - 1; t >= from; t--) {
            const real *restrict state = seen + (t - from) * R * L;
            const real *restrict shared = seen_shared + (t - from) * U;
            const real *restrict noted = state + S * L;
$b_step
            NEURONS {
$b_every
            }
        }
    }
    NEURONS {
$finish
    }
    free(seen);
}

void backward(
    I T, I M, I K, I block, I threads, const double *k, const real *x, const real *own,
    const real *common, const real *table, const real *kept, const real *kept_shared,
    const real *grad_s, real *grad_state, real *grad_x, real *grad_own, real *grad_common,
    real *grad_table)
{
#pragma omp parallel for num_threads(threads) schedule(static)
    for (I lo = 0; lo < M; lo += block)
        backward_block(T, M, K, M - lo < block ? M - lo : block, k, x + lo, own + lo, common,
                       table + lo, kept + lo, kept_shared, grad_s + lo, grad_state + lo,
                       grad_x + lo, grad_own + lo, grad_common + lo, grad_table + lo);
}
""")
