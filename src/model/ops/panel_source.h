/*
 * The kernel of panel.h for one kind of processor. panel.c includes this file once for each, after
 * defining PANEL_NAME(part), PANEL_TARGET (an attribute), PANEL_LANES (floats in a vector register)
 * and PANEL_ROWS (of a tile two registers wide); they are undefined at the end.
 */
typedef float PANEL_NAME(vector) __attribute__((vector_size(PANEL_LANES * sizeof(float))));
typedef float PANEL_NAME(unaligned)
    __attribute__((vector_size(PANEL_LANES * sizeof(float)), aligned(sizeof(float))));

/* n_rows is a constant where this is inlined, so all loops except the one over k are unrolled, and
 * `sum` is kept in registers. */
PANEL_TARGET
static inline __attribute__((always_inline)) void PANEL_NAME(tile)(const struct panel_job *job,
                                                                   size_t row, size_t n_rows)
{
    const size_t depth = job->depth;
    const size_t ld_x = job->ld_x;
    const float *const x = job->x + row * ld_x;
    const PANEL_NAME(vector) *const panel = (const void *)job->panel;
    PANEL_NAME(vector) sum[PANEL_ROWS][2];

#pragma GCC unroll 16
    for (size_t i = 0; i < n_rows; i++) {
        const float *const from = job->bias != NULL ? job->bias : job->y + (row + i) * job->ld_y;
        sum[i][0] = *(const PANEL_NAME(unaligned) *)from;
        sum[i][1] = *(const PANEL_NAME(unaligned) *)(from + PANEL_LANES);
    }
    for (size_t k = 0; k < depth; k++) {
        const PANEL_NAME(vector) left = panel[2 * k];
        const PANEL_NAME(vector) right = panel[2 * k + 1];
#pragma GCC unroll 16
        for (size_t i = 0; i < n_rows; i++) {
            sum[i][0] += x[i * ld_x + k] * left;
            sum[i][1] += x[i * ld_x + k] * right;
        }
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < n_rows; i++) {
        float *const to = job->y + (row + i) * job->ld_y;
        *(PANEL_NAME(unaligned) *)to = sum[i][0];
        *(PANEL_NAME(unaligned) *)(to + PANEL_LANES) = sum[i][1];
    }
}

PANEL_TARGET
static void PANEL_NAME(multiply)(const struct panel_job *job)
{
    size_t row = 0;

    for (; row + PANEL_ROWS <= job->n_rows; row += PANEL_ROWS)
        PANEL_NAME(tile)(job, row, PANEL_ROWS);
    for (; row + 4 <= job->n_rows; row += 4) /* 8 sums: enough to hide the latency */
        PANEL_NAME(tile)(job, row, 4);
    for (; row + 2 <= job->n_rows; row += 2)
        PANEL_NAME(tile)(job, row, 2);
    if (row < job->n_rows)
        PANEL_NAME(tile)(job, row, 1);
}

PANEL_TARGET
static void PANEL_NAME(pack)(const float *w, size_t ld, size_t n_rows, size_t n_panels,
                             size_t depth, float *panels)
{
    PANEL_NAME(vector) *const out = (void *)panels;

    for (size_t i = 0; i < n_rows; i++)
        for (size_t p = 0; p < n_panels; p++) {
            const float *const from = w + i * ld + p * 2 * PANEL_LANES;
            out[2 * (p * depth + i)] = *(const PANEL_NAME(unaligned) *)from;
            out[2 * (p * depth + i) + 1] = *(const PANEL_NAME(unaligned) *)(from + PANEL_LANES);
        }
}

static const struct panel_kernel PANEL_NAME(kernel) = {
    .width = 2 * PANEL_LANES,
    .multiply = PANEL_NAME(multiply),
    .pack = PANEL_NAME(pack),
};

#undef PANEL_NAME
#undef PANEL_TARGET
#undef PANEL_LANES
#undef PANEL_ROWS
