/* One run in every format: the same numbers to the last bit, as read by circuittui's readers. */
#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "io/activations.h"
#include "io/npy.h"
#include "io_temp.h"
#include "io/safetensors.h"
#include "report/tables.h"

static struct npy open_npy(const char *name)
{
    struct npy n = { 0 };
    struct ct_error err;

    if (npy_open(temp_path(name), &n, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
    return n;
}

START_TEST(activations_agree_in_all_formats)
{
    struct activations csv = { 0 };
    struct npy npy = open_npy("run/activations.npy");
    struct safetensors *file = NULL;
    struct ct_error err;

    if (activations_read(temp_path("run/activations.csv"), &(struct activations_options){ 0 }, NULL,
                         &csv, &err) != CT_OK ||
        safetensors_open(temp_path("run/activations.safetensors"), &file, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
    const size_t n = csv.values.rows;
    ck_assert_uint_eq(n, npy.view.rows);
    ck_assert_uint_eq(csv.values.cols, npy.view.cols);
    ck_assert_int_eq(npy.view.dtype, DTYPE_F32);
    ck_assert_mem_eq(csv.values.data, npy.view.data, n * npy.view.cols * sizeof(float));
    ck_assert_uint_eq(safetensors_count(file), 2);
    size_t first = 0;
    for (size_t b = 0; b < 2; b++) {
        const struct safetensors_entry *const e =
            safetensors_find(file, b == 0 ? "h.2.mlp.c_fc" : "h.3.ln_1");
        ck_assert_ptr_nonnull(e);
        ck_assert_str_eq(e->dtype, "F32");
        ck_assert_uint_eq(e->n_dims, 2);
        ck_assert_uint_eq(e->shape[0], n);
        ck_assert_uint_eq((uintptr_t)e->data % 8, 0);
        for (size_t i = 0; i < n; i++)
            ck_assert_mem_eq(e->data + i * e->shape[1] * sizeof(float),
                             (const float *)npy.view.data + i * npy.view.cols + first,
                             e->shape[1] * sizeof(float));
        first += e->shape[1];
    }
    ck_assert_uint_eq(first, npy.view.cols);
    safetensors_free(file);
    npy_close(&npy);
    activations_clear(&csv);
}
END_TEST

START_TEST(arrays_have_the_dtypes_of_the_manual)
{
    struct npy points = open_npy("run/tsne.npy");
    struct npy gram = open_npy("run/gram.npy");
    struct npy cosine = open_npy("run/cosine.npy");

    ck_assert_int_eq(points.view.dtype, DTYPE_F32);
    ck_assert_uint_eq(points.view.cols, 2);
    ck_assert_int_eq(gram.view.dtype, DTYPE_F64);
    ck_assert_int_eq(cosine.view.dtype, DTYPE_F64);
    ck_assert_uint_eq(gram.view.rows, points.view.rows);
    ck_assert_uint_eq(gram.view.cols, gram.view.rows);
    ck_assert(matview_get(&cosine.view, 3, 3) == 1.0);
    npy_close(&points);
    npy_close(&gram);
    npy_close(&cosine);
}
END_TEST

static void refuses(const char *arguments, int status, const char *want)
{
    ck_assert_int_eq(temp_shell(arguments), status);
    char *const err = slurp(temp_path("err"), NULL);
    ck_assert_str_eq(err, want);
    free(err);
}

/* Checks the files that --format writes into a folder. */
static void leaves(const char *format, const char *want)
{
    char arguments[200];

    snprintf(arguments, sizeof arguments, "$C run --iterations 250 --force --format %s -o one",
             format);
    ck_assert_int_eq(temp_shell(arguments), 0);
    ck_assert_int_eq(temp_shell("cd one; LC_ALL=C ls | tr '\\n' ' '"), 0);
    char *const out = slurp(temp_path("out"), NULL);
    ck_assert_str_eq(out, want);
    free(out);
}

#define TABLES "centroids.csv cluster_summary.csv clusters.csv "

START_TEST(writes_only_the_requested_formats)
{
    leaves("csv",
           "activations.csv " TABLES "cosine.csv gram.csv manifest.json tsne.csv ttest.csv ");
    leaves("npy", "activations.npy " TABLES
                  "cosine.npy gram.npy groups.txt manifest.json tsne.npy ttest.csv ");
    leaves("safetensors", "activations.safetensors " TABLES
                          "cosine.csv gram.csv manifest.json tsne.csv ttest.csv ");
    refuses("$C run --format npy -o one", 1,
            "circuittui: one: activations.safetensors already exists; use another folder, or "
            "--force\n");
}
END_TEST

START_TEST(run_reads_its_own_npy)
{
    ck_assert_int_eq(
        temp_shell(
            "$C run --iterations 250 -a run/activations.npy --groups run/groups.txt -o again"),
        0);
    ck_assert_int_eq(temp_shell("cut -d, -f3- run/ttest.csv >want; "
                                "cut -d, -f3- again/ttest.csv | cmp - want"),
                     0);
    ck_assert_int_eq(
        temp_shell(
            "$C tsne run/activations.csv --iterations 250 --neurons run/ttest.csv -o tsne.npy; "
            "cmp tsne.npy run/tsne.npy"),
        0);
    ck_assert_int_eq(temp_shell("$C cosine run/activations.csv --neurons run/clusters.csv "
                                "--format npy | cmp - run/cosine.npy"),
                     0);
}
END_TEST

START_TEST(writes_empty_arrays_if_nothing_is_significant)
{
    ck_assert_int_eq(temp_shell("$C run --alpha 1e-200 --format npy -o none"), 0);
    struct npy points = open_npy("none/tsne.npy");
    struct npy gram = open_npy("none/gram.npy");
    ck_assert_uint_eq(points.view.rows, 0);
    ck_assert_uint_eq(points.view.cols, 2);
    ck_assert_uint_eq(gram.view.rows, 0);
    npy_close(&points);
    npy_close(&gram);
}
END_TEST

/* The consensus, as CSV and as array: the same float32, shortest in decimals. */
START_TEST(the_consensus_agrees_in_all_formats)
{
    char cell[40];

    ck_assert_int_eq(temp_shell("$C run --iterations 250 --answer --draws 5 --resamples 7 "
                                "--pictures 0 --halves 0 --shuffles 0 --format both -o asked"),
                     0);
    struct npy consensus = open_npy("asked/consensus.npy");
    const size_t n = consensus.view.rows;
    ck_assert_int_eq(consensus.view.dtype, DTYPE_F32);
    ck_assert(n > 12 && consensus.view.cols == n);
    for (size_t i = 0; i < n; i += 7)
        for (size_t k = 0; k < n; k += 11) {
            char command[200];
            snprintf(command, sizeof command,
                     "sed -n %zup asked/consensus.csv | cut -d, -f%zu | tr -d '\\n'", i + 2, k + 2);
            ck_assert_int_eq(temp_shell(command), 0);
            char *const out = slurp(temp_path("out"), NULL);
            snprintf(cell, sizeof cell, "%.9g", matview_get(&consensus.view, i, k));
            ck_assert_msg(strtof(out, NULL) == strtof(cell, NULL) && strlen(out) < 12, "%s %s", out,
                          cell);
            free(out);
        }
    npy_close(&consensus);
}
END_TEST

START_TEST(rejects_invalid_formats)
{
    refuses("$C run --format tsv", 2,
            "circuittui: --format: invalid value 'tsv'; expected csv/npy/both/safetensors\n");
    refuses("$C run --format csv,", 2,
            "circuittui: --format: invalid value 'csv,'; expected csv/npy/both/safetensors\n");
    refuses("$C tsne --format both x", 2,
            "circuittui: --format: tsne writes a single file; expected csv or npy\n");
    temp_text("part.csv", "group,h:1,h:2\na,1,2\nb,3,5\na,1,4\nb,0,1\n");
    refuses("$C run -a part.csv --format safetensors -o part", 1,
            "circuittui: safetensors: the columns of h are not 0, 1, 2, ..., next to each other; "
            "use --format npy\n");
}
END_TEST

START_TEST(parses_and_prints_formats)
{
    char text[FORMATS_SIZE];
    unsigned formats = 0;

    ck_assert(formats_parse("safetensors,both", &formats));
    ck_assert_uint_eq(formats, FORMAT_CSV | FORMAT_NPY | FORMAT_SAFETENSORS);
    formats_text(formats, text);
    ck_assert_str_eq(text, "csv,npy,safetensors");
    ck_assert(formats_parse("npy,npy", &formats));
    ck_assert_uint_eq(formats, FORMAT_NPY);
    ck_assert(!formats_parse("", &formats) && !formats_parse("npyy", &formats));
    ck_assert(!formats_parse("csv,,npy", &formats));
    ck_assert_uint_eq(formats, FORMAT_NPY);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        activations_agree_in_all_formats,
        arrays_have_the_dtypes_of_the_manual,
        writes_only_the_requested_formats,
        run_reads_its_own_npy,
        writes_empty_arrays_if_nothing_is_significant,
        the_consensus_agrees_in_all_formats,
        rejects_invalid_formats,
        parses_and_prints_formats,
    };

    temp_begin();
    const int status = temp_shell("$C run --iterations 250 -H h.2.mlp.c_fc -H h.3.ln_1 --format "
                                  "csv,npy,safetensors -o run") != 0 ||
                       RUN_TESTS("formats", tests);
    temp_end();
    return status;
}
