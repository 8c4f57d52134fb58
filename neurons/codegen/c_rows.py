"""In C: from the tensors of State and Params to the rows that a kernel computes with, and back.

A tensor has a number for each neuron, for each channel, or one for all neurons: its columns. With
the axes [lead, columns, trail] it fills lead * trail rows of its kind, from row `start` on. A row
has a number per neuron, or a single one if its kind is shared by all neurons.
"""

TEXT = """\
typedef struct {
    I kind, columns, start, lead, trail;
} Field;
enum { STATE, SHARED_STATE, NEURON_PARAM, COMMON_PARAM, TABLE, KINDS };
enum { PER_NEURON, PER_CHANNEL, SINGLE };

/* Neuron n of M has channel n / inner % channels. */
typedef struct {
    I M, channels, inner;
} Neurons;
static const Neurons ALL = {1, 1, 1}; /* what all neurons share, as one neuron */

typedef struct {
    real *of[KINDS];
} Rows;

#define EACH(f, fields, count) for (const Field *f = fields; f < fields + count; f++)
#define EACH_ROW(l, r, f) ROWS(l, (f)->lead) ROWS(r, (f)->trail)
#define ROW(f, l, r) ((f)->start + (l) * (f)->trail + (r))

static int shared(const Field *f) { return f->kind == SHARED_STATE || f->kind == COMMON_PARAM; }

/* Rows for all fields; those of shared kinds have this width. */
static Rows new_rows(const Field *fields, I count, I M, I shared_width)
{
    Rows rows;
    ROWS(kind, KINDS) {
        I size = 1;
        EACH(f, fields, count) if (f->kind == kind)
            size += f->lead * f->trail * (shared(f) ? shared_width : M);
        rows.of[kind] = malloc(sizeof(real) * size);
    }
    return rows;
}

static void free_rows(Rows rows)
{
    ROWS(kind, KINDS) free(rows.of[kind]);
}

/* Fill a field's rows for the neurons from lo to lo + L. Without a tensor, fill each row with its
   value, or with 0. */
static void gather(const Field *f, Neurons z, I lo, I L, const real *restrict tensor,
                   const double *values, Rows rows)
{
    const I t = f->trail, columns = f->columns == SINGLE ? 1 : z.channels;
    const I inner = f->columns == SINGLE ? z.M : z.inner;
    EACH_ROW(l, r, f) {
        real *restrict row = rows.of[f->kind] + ROW(f, l, r) * z.M + lo;
        if (!tensor) {
            const real value = values ? values[ROW(f, l, r)] : 0;
            NEURONS row[n] = value;
        } else if (f->columns == PER_NEURON) {
            const real *restrict v = tensor + (l * z.M + lo) * t + r;
            NEURONS row[n] = v[n * t];
        } else {
            const real *restrict v = tensor + l * columns * t + r;
            for (I n = 0, c = lo / inner % columns, i = lo % inner; n < L; n++) {
                row[n] = v[c * t];
                if (++i == inner) {
                    i = 0;
                    c = c + 1 == columns ? 0 : c + 1;
                }
            }
        }
    }
}

/* Fill the tensor of a state, or of its gradient: the inverse of `gather`. */
static void scatter(const Field *f, I M, I lo, I L, Rows rows, real *restrict tensor)
{
    EACH_ROW(l, r, f) {
        const real *restrict row = rows.of[f->kind] + ROW(f, l, r) * M + lo;
        real *restrict v = tensor + (l * M + lo) * f->trail + r;
        NEURONS v[n * f->trail] = row[n];
    }
}

/* Fill the gradient of a parameter: the sums over the neurons that share a number. */
static void sum(const Field *f, Neurons z, Rows rows, real *tensor)
{
    const I columns = f->columns == SINGLE ? 1 : z.channels;
    const I inner = f->columns == SINGLE ? z.M : z.inner;
    double *sums = malloc(sizeof(double) * columns);
    EACH_ROW(l, r, f) {
        const real *row = rows.of[f->kind] + ROW(f, l, r) * z.M;
        memset(sums, 0, sizeof(double) * columns);
        for (I n = 0, c = 0; n < z.M; n += inner, c = c + 1 == columns ? 0 : c + 1) {
            double total = 0;
#pragma omp simd reduction(+ : total)
            for (I i = 0; i < inner; i++)
                total += row[n + i];
            sums[c] += total;
        }
        ROWS(c, columns) tensor[(l * columns + c) * f->trail + r] = sums[c];
    }
    free(sums);
}
"""
