/*
 * Memory: how much is left, from each file that reports it; the estimates of stages compared with
 * their use; and refusals when memory does not suffice.
 */
#include "config.h"
#include "support.h"

#include <limits.h>
#include <fnmatch.h>
#include <inttypes.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory_limit.h"
#include "base/processors.h"
#include "io_temp.h"
#include "pipeline/analysis.h"
#include "pipeline/extract_job.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_direct.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_halves.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_lens.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"

/* ---- memory left ---- */

/* Writes the file PATH below a folder that replaces /. */
static void put(const char *path, const char *text)
{
    char command[512];

    snprintf(command, sizeof command, "mkdir -p \"$(dirname '%s')\"", path + 1);
    ck_assert_int_eq(temp_shell(command), 0);
    temp_text(path + 1, text);
}

static void assert_left(double megabytes, const char *limit)
{
    const struct memory_left left = memory_left_in(temp_path("."));

    ck_assert_msg((double)left.bytes == megabytes * 1048576.0, "%" PRIu64 " bytes, not %g MiB",
                  left.bytes, megabytes);
    ck_assert_str_eq(left.limit, limit);
}

/* Of mapped files, without swap; the remark names what is read. */
START_TEST(weights_beyond_the_memory_are_announced)
{
    char text[REMARK_SIZE];

    put("/proc/meminfo", "MemAvailable:  4194304 kB\nSwapFree:  1048576 kB\n");
    ck_assert(memory_for_files_in(temp_path(".")).bytes == 4194304ULL * 1024);
    ck_assert(memory_left_in(temp_path(".")).bytes == 5242880ULL * 1024);
    ck_assert(!reading_remark(3e9, 5, 1e9, 4e9, text, sizeof text));
    ck_assert(reading_remark(3e9, 1, 2e9, 4e9, text, sizeof text));
    ck_assert_str_eq(text,
                     "3.0 GB of weights exceed the 4.0 GB of memory left: read from disk once");
    ck_assert(reading_remark(16.06e9, 3, 0.0, 8.2e9, text, sizeof text));
    ck_assert_str_eq(text, "16.1 GB of weights exceed the 8.2 GB of memory left: read from disk 3 "
                           "times, 48.2 GB in all");
}
END_TEST

START_TEST(memory_left_is_the_smallest_of_all_limits)
{
    ck_assert(memory_left_in(temp_path("nowhere")).bytes == UINT64_MAX);

    put("/proc/meminfo", "MemTotal:  8388608 kB\nMemFree: 1024 kB\nMemAvailable:  4194304 kB\n"
                         "SwapTotal: 2097152 kB\nSwapFree:  1048576 kB\n");
    assert_left(5120.0, "this machine");

    /* Version 2; limits of ancestors count too; cached files do not. */
    put("/proc/self/mountinfo",
        "24 1 0:22 / /proc rw - proc proc rw\n"
        "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n");
    put("/proc/self/cgroup", "0::/a.slice/b.scope\n");
    assert_left(5120.0, "this machine");
    put("/sys/fs/cgroup/a.slice/b.scope/memory.max", "max\n");
    put("/sys/fs/cgroup/a.slice/b.scope/memory.current", "104857600\n");
    assert_left(5120.0, "this machine");
    put("/sys/fs/cgroup/a.slice/memory.max", "1073741824\n");
    put("/sys/fs/cgroup/a.slice/memory.current", "536870912\n");
    put("/sys/fs/cgroup/a.slice/memory.stat",
        "anon 1\ninactive_file 104857600\nactive_file 209715200\nfile 999999999\n");
    put("/sys/fs/cgroup/a.slice/memory.swap.max", "0\n");
    put("/sys/fs/cgroup/a.slice/memory.swap.current", "0\n");
    assert_left(512.0 + 300.0, "the control group");
    put("/sys/fs/cgroup/a.slice/memory.swap.max", "max\n");
    assert_left(512.0 + 300.0 + 1024.0, "the control group");
    put("/sys/fs/cgroup/a.slice/b.scope/memory.max", "209715200\n");
    put("/sys/fs/cgroup/a.slice/b.scope/memory.swap.max", "10485760\n");
    put("/sys/fs/cgroup/a.slice/b.scope/memory.swap.current", "0\n");
    assert_left(100.0 + 10.0, "the control group");

    /* A container: its own group is mounted, whatever its name on the host. */
    put("/proc/self/mountinfo",
        "30 23 0:26 /docker/77 /sys/fs/cgroup ro - cgroup2 cgroup rw,nsdelegate\n");
    put("/sys/fs/cgroup/memory.max", "314572800\n");
    put("/sys/fs/cgroup/memory.current", "0\n");
    put("/sys/fs/cgroup/memory.swap.max", "0\n");
    put("/sys/fs/cgroup/memory.swap.current", "0\n");
    assert_left(300.0, "the control group");
    put("/proc/self/cgroup", "0::/docker/77\n");
    assert_left(300.0, "the control group");

    /* Version 1, next to a version 2 without the memory controller. */
    put("/proc/self/mountinfo", "31 30 0:27 / /sys/fs/v1/cpu rw - cgroup cgroup rw,cpu\n"
                                "32 30 0:28 / /sys/fs/v1/mem rw - cgroup cgroup rw,memory\n"
                                "33 30 0:29 / /sys/fs/unified rw - cgroup2 cgroup2 rw\n");
    put("/proc/self/cgroup", "9:cpu,cpuacct:/x\n4:memory:/job/7\n0::/\n");
    put("/sys/fs/v1/mem/job/7/memory.limit_in_bytes", "9223372036854771712\n");
    put("/sys/fs/v1/mem/job/7/memory.usage_in_bytes", "1048576\n");
    assert_left(5120.0, "this machine");
    put("/sys/fs/v1/mem/job/memory.limit_in_bytes", "104857600\n");
    put("/sys/fs/v1/mem/job/memory.usage_in_bytes", "52428800\n");
    put("/sys/fs/v1/mem/job/memory.memsw.limit_in_bytes", "125829120\n");
    put("/sys/fs/v1/mem/job/memory.memsw.usage_in_bytes", "52428800\n");
    put("/sys/fs/v1/mem/job/memory.stat", "inactive_file 7\ntotal_inactive_file 10485760\n");
    assert_left(120.0 - 50.0 + 10.0, "the control group");
    put("/sys/fs/v1/mem/job/memory.limit_in_bytes", "10485760\n"); /* lowered below what is used */
    put("/sys/fs/v1/mem/job/memory.memsw.limit_in_bytes", "10485760\n");
    assert_left(10.0, "the control group");
}
END_TEST

START_TEST(processors_are_those_of_the_smallest_quota)
{
    ck_assert_int_eq(processors_of_quota(temp_path("nowhere")), INT_MAX);

    put("/proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    put("/proc/self/cgroup", "0::/a.slice/b.scope\n");
    put("/sys/fs/cgroup/a.slice/b.scope/cpu.max", "max 100000\n");
    ck_assert_int_eq(processors_of_quota(temp_path(".")), INT_MAX);
    put("/sys/fs/cgroup/a.slice/cpu.max", "250000 100000\n");
    ck_assert_int_eq(processors_of_quota(temp_path(".")), 3);
    put("/sys/fs/cgroup/a.slice/b.scope/cpu.max", "50000 50000\n");
    ck_assert_int_eq(processors_of_quota(temp_path(".")), 1);
    put("/sys/fs/cgroup/a.slice/b.scope/cpu.max", "1000 100000\n");
    ck_assert_int_eq(processors_of_quota(temp_path(".")), 1);
    put("/sys/fs/cgroup/a.slice/b.scope/cpu.max", "nonsense\n");
    ck_assert_int_eq(processors_of_quota(temp_path(".")), 3);

    put("/proc/self/mountinfo", "31 30 0:27 / /sys/fs/v1/set rw - cgroup cgroup rw,cpuset\n"
                                "32 30 0:28 / /sys/fs/v1/cpu rw - cgroup cgroup rw,cpu,cpuacct\n");
    put("/proc/self/cgroup", "9:cpuset:/y\n8:cpuacct,cpu:/x\n0::/\n");
    put("/sys/fs/v1/cpu/x/cpu.cfs_quota_us", "-1\n");
    put("/sys/fs/v1/cpu/x/cpu.cfs_period_us", "100000\n");
    ck_assert_int_eq(processors_of_quota(temp_path(".")), INT_MAX);
    put("/sys/fs/v1/cpu/x/cpu.cfs_quota_us", "200000\n");
    ck_assert_int_eq(processors_of_quota(temp_path(".")), 2);
}
END_TEST

/* ---- memory of stages ---- */

static double status_kb(const char *name)
{
    FILE *const file = fopen("/proc/self/status", "r");
    char line[256];
    double value = -1.0;

    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            value = 1024.0 * strtod(line + strlen(name) + 1, NULL);
    if (file != NULL)
        fclose(file);
    return value;
}

/* Also returns freed memory to the system: otherwise a stage that reuses it would seem to take
 * none. */
static bool forget_peak(void)
{
    FILE *const file = fopen("/proc/self/clear_refs", "w");

#ifdef __GLIBC__
    malloc_trim(0);
#endif
    if (file == NULL)
        return false;
    const bool written = fputs("5", file) >= 0;
    return fclose(file) == 0 && written;
}

/* Computes a stage and stores its result in *a. */
static void take(struct analysis *a, const struct stage *stage)
{
    struct result *result = NULL;
    struct ct_error err = { 0 };

    ck_assert_msg(analysis_compute(a, stage, NULL, &result, &err) == CT_OK, "%s", err.text);
    analysis_accept(a, result);
}

enum {
    USED_AGAIN = 4 << 20, /* pages partly freed by earlier steps */
    CODE = 6 << 20        /* first use: code, tables, thread stacks */
};

/* Compares use and estimate: a stage uses at most the estimate plus a little for the first use of
 * its code, and the estimate is less than 1.5 times the use. The minimum estimate of every stage,
 * which is for larger machines and other libraries, is not compared. */
static void compare(struct analysis *a, const struct stage *stage, double also_expected)
{
    const double expected = stage->memory(a) + also_expected;

    ck_assert(forget_peak());
    const double before = status_kb("VmRSS");
    take(a, stage);
    const double taken = status_kb("VmHWM") - before;
    ck_assert_msg(taken <= expected + CODE && expected <= USED_AGAIN + 1.5 * taken,
                  "%s took %.1f MB, %.1f MB were expected", stage->name, taken / 1e6,
                  expected / 1e6);
    printf("%s took %.1f MB, %.1f MB were expected\n", stage->name, taken / 1e6, expected / 1e6);
}

/* Measuring needs a separate process without instrumentation. */
static bool cannot_measure(void)
{
    const bool can = !IS_SANITIZED && status_kb("VmHWM") > 0.0 && forget_peak();

    if (!can)
        SKIP("stages' memory: under a sanitizer, or no /proc/self/clear_refs");
    return !can;
}

/* Generated sentences; every neuron is significant. */
static void begin_with(struct analysis *a, const char *model, size_t n_sentences)
{
    FILE *const file = fopen(temp_path("s.csv"), "w");

    fputs("group,target,text\n", file);
    for (size_t i = 0; i < n_sentences; i++)
        fprintf(file, "%s, %s,They and %zu warned %s\n", i % 2 ? "a" : "b", i % 2 ? "him" : "her",
                i, i % 2 ? "him" : "her");
    ck_assert_int_eq(fclose(file), 0);
    analysis_init(a);
    a->params.threads = 2;
    a->params.alpha = 0.9;
    a->params.correction = CORRECTION_NONE;
    params_set(&a->params.model, model, NULL);
    params_set(&a->params.tokenizer, fixture_path("demo"), NULL);
    params_set(&a->params.stimuli, temp_path("s.csv"), NULL);
    params_set(&a->params.temporary, "/var/tmp", NULL);
    take(a, &stage_load);
}

static void begin(struct analysis *a, size_t n_sentences)
{
    begin_with(a, fixture_path("demo"), n_sentences);
}

static const struct {
    size_t n_sentences;
    const char *hooks;
} extractions[] = {
    { 4000, "h.3.mlp.c_fc" },
    { 20000, "h.*.mlp.c_fc" },
    { 3000, "h.*" },
};

START_TEST(extraction_uses_the_estimated_memory)
{
    struct analysis a;

    if (cannot_measure())
        return;
    begin(&a, extractions[_i].n_sentences);
    params_add_hook(&a.params, extractions[_i].hooks, NULL);
    take(&a, &stage_hook);
    take(&a, &stage_contrast);
    compare(&a, &stage_extract, 0.0);
    compare(&a, &stage_ttest,
            ttest_selection_memory(extract_of(&a)->X.cols, extractions[_i].n_sentences));
}
END_TEST

/* A tensor of zeros, for the header of a safetensors file. */
__attribute__((format(printf, 5, 6))) static size_t
list_tensor(FILE *out, size_t at, size_t rows, size_t cols, const char *format, ...)
{
    const size_t n_bytes = (rows > 0 ? rows : 1) * cols * sizeof(float);
    va_list args;

    fputs(at == 0 ? "{\"" : ",\"", out);
    va_start(args, format);
    vfprintf(out, format, args);
    va_end(args);
    fprintf(out, "\":{\"dtype\":\"F32\",\"shape\":[");
    if (rows > 0)
        fprintf(out, "%zu,", rows);
    fprintf(out, "%zu],\"data_offsets\":[%zu,%zu]}", cols, at, at + n_bytes);
    return at + n_bytes;
}

/* A wide model of zeros in a sparse file; only its tokenizer is the demo's. */
static void put_model(size_t d)
{
    char *header = NULL;
    size_t size = 0;
    FILE *const out = open_memstream(&header, &size);
    size_t at = list_tensor(out, 0, 2560, d, "wte.weight");

    at = list_tensor(out, at, 128, d, "wpe.weight");
    at = list_tensor(out, at, 0, d, "ln_f.weight");
    at = list_tensor(out, at, 0, d, "ln_f.bias");
    for (int norm = 1; norm <= 2; norm++) {
        at = list_tensor(out, at, 0, d, "h.0.ln_%d.weight", norm);
        at = list_tensor(out, at, 0, d, "h.0.ln_%d.bias", norm);
    }
    at = list_tensor(out, at, d, 3 * d, "h.0.attn.c_attn.weight");
    at = list_tensor(out, at, 0, 3 * d, "h.0.attn.c_attn.bias");
    at = list_tensor(out, at, d, d, "h.0.attn.c_proj.weight");
    at = list_tensor(out, at, 0, d, "h.0.attn.c_proj.bias");
    at = list_tensor(out, at, d, 4 * d, "h.0.mlp.c_fc.weight");
    at = list_tensor(out, at, 0, 4 * d, "h.0.mlp.c_fc.bias");
    at = list_tensor(out, at, 4 * d, d, "h.0.mlp.c_proj.weight");
    at = list_tensor(out, at, 0, d, "h.0.mlp.c_proj.bias");
    fputc('}', out);
    ck_assert_int_eq(fclose(out), 0);

    FILE *const file = fopen(temp_path("model.safetensors"), "w");
    const uint64_t length = size;
    ck_assert(fwrite(&length, sizeof length, 1, file) == 1); /* little-endian machines only */
    ck_assert(fwrite(header, 1, size, file) == size && fflush(file) == 0);
    ck_assert_int_eq(ftruncate(fileno(file), (off_t)(sizeof length + size + at)), 0);
    ck_assert_int_eq(fclose(file), 0);
    free(header);
    char config[200];
    snprintf(config, sizeof config,
             "{\"model_type\":\"gpt2\",\"n_embd\":%zu,\"n_head\":4,\"n_layer\":1,"
             "\"n_positions\":128,\"vocab_size\":2560}",
             d);
    temp_text("config.json", config);
}

/* The largest matrix has 16 million entries: 67 MB, and twice that to sort them. */
START_TEST(shuffled_weights_use_the_estimated_memory)
{
    const struct weight_shuffle shuffle = { 0, 0 };
    struct extract_result *extract = NULL;
    struct analysis a;

    if (cannot_measure())
        return;
    put_model(2048);
    begin_with(&a, temp_path("."), 20);
    params_add_hook(&a.params, "h.0.mlp.c_fc", NULL);
    take(&a, &stage_hook);
    const double expected = extract_shuffled_memory(&a);
    ck_assert(forget_peak());
    const double before = status_kb("RssAnon");
    ck_assert_int_eq(extract_shuffled(&a, &shuffle, NULL, &extract, NULL), CT_OK);
    const double taken = status_kb("VmHWM") - status_kb("RssFile") - before;
    printf("shuffling took %.1f MB, %.1f MB were expected\n", taken / 1e6, expected / 1e6);
    ck_assert(taken <= expected + CODE && expected <= USED_AGAIN + 1.5 * taken);
    stage_extract.free(extract);
    analysis_clear(&a);
}
END_TEST

static void give(struct analysis *a, const struct stage *stage, void *value)
{
    struct result *result = NULL;

    ck_assert_int_eq(result_new(a, stage, value, &result, NULL), CT_OK);
    analysis_accept(a, result);
}

/* The first half of d sentences against the others. */
static struct contrast *make_contrast(size_t d)
{
    static size_t rows[2048];
    struct contrast *const c = calloc(1, sizeof *c);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rows[i] = i;
    c->n_rows[0] = d / 2;
    c->n_rows[1] = d - d / 2;
    c->rows[0] = rows;
    c->rows[1] = rows + d / 2;
    return c;
}

/* Neurons without a model: two of three features are noise. */
static void make_points(struct analysis *a, size_t n, size_t d)
{
    struct ttest_stage *const t = calloc(1, sizeof *t);
    uint32_t state = 1;

    analysis_init(a);
    a->params.threads = 2;
    a->params.iterations = 1;
    t->n_significant = t->n_neurons = n;
    t->significant = calloc(n, sizeof *t->significant);
    t->neurons = calloc(n, sizeof *t->neurons);
    t->norms = calloc(n, sizeof *t->norms);
    ck_assert_int_eq(spill_init(&t->own, n, d * sizeof(double), SIZE_MAX, NULL, "points", NULL),
                     CT_OK);
    t->selected = (struct mat){ .rows = n, .cols = d, .data = t->own.data };
    for (size_t i = 0; i < n * d; i++) {
        state = state * 1664525U + 1013904223U;
        t->selected.data[i] =
            (double)(state >> 8) / 16777216.0 + (double)(i / d % 7 * (i % 3 == 0));
    }
    for (size_t i = 0; i < n; i++)
        t->norms[i] = 10.0;
    give(a, &stage_contrast, make_contrast(d));
    give(a, &stage_ttest, t);
    take(a, &stage_space);
}

/* Activations of n neurons in 60 sentences as .npy; the first n_different differ strongly. */
static void put_activations(size_t n, size_t n_different)
{
    enum { SENTENCES = 60 };
    FILE *const groups = fopen(temp_path("groups"), "w");
    FILE *const file = fopen(temp_path("acts.npy"), "w");
    char header[128];
    char dict[120];
    uint32_t state = 1;

    memset(header, ' ', sizeof header);
    memcpy(header, "\x93NUMPY\x01\0\x76\0", 10);
    const int length =
        snprintf(dict, sizeof dict,
                 "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %zu), }", SENTENCES, n);
    memcpy(header + 10, dict, (size_t)length);
    header[127] = '\n';
    ck_assert(fwrite(header, sizeof header, 1, file) == 1);
    for (size_t i = 0; i < SENTENCES; i++) {
        fputs(i < SENTENCES / 2 ? "him\n" : "her\n", groups);
        for (size_t j = 0; j < n; j++) {
            state = state * 1664525U + 1013904223U;
            const float x = (float)(state >> 8) / 16777216.0F +
                            (i < SENTENCES / 2 && j < n_different ? 3.0F : 0.0F);
            ck_assert(fwrite(&x, sizeof x, 1, file) == 1);
        }
    }
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(fclose(groups), 0);
}

/* Halves take memory for each neuron and thread, and for the pairs of the neurons chosen. */
START_TEST(halves_use_the_estimated_memory)
{
    enum { N = 100000, N_DIFFERENT = 1500 };
    struct analysis a;

    if (cannot_measure())
        return;
    put_activations(N, N_DIFFERENT);
    analysis_init(&a);
    a.params.threads = 2;
    a.params.halves = 2;
    params_set(&a.params.activations, temp_path("acts.npy"), NULL);
    params_set(&a.params.groups, temp_path("groups"), NULL);
    take(&a, &stage_load);
    take(&a, &stage_hook);
    take(&a, &stage_contrast);
    take(&a, &stage_extract);
    take(&a, &stage_ttest);
    ck_assert(ttest_of(&a)->n_significant >= N_DIFFERENT &&
              ttest_of(&a)->n_significant < N_DIFFERENT + 100);
    compare(&a, &stage_halves, 0.0);
    ck_assert(halves_of(&a)->halves.mean.number[HALF_CHOSEN] > 0.9 * N_DIFFERENT);
    analysis_clear(&a);
}
END_TEST

/* Edits take memory for the values behind the hook point, of many sets at a time. */
START_TEST(the_effect_uses_the_estimated_memory)
{
    struct analysis a;

    if (cannot_measure())
        return;
    analysis_init(&a);
    a.params.threads = 2;
    a.params.iterations = 250;
    params_set(&a.params.model, fixture_path("demo"), NULL);
    params_set(&a.params.stimuli, fixture_path("demo/stimuli.csv"), NULL);
    take(&a, &stage_load);
    take(&a, &stage_hook);
    take(&a, &stage_contrast);
    take(&a, &stage_extract);
    take(&a, &stage_ttest);
    take(&a, &stage_space);
    take(&a, &stage_tsne);
    take(&a, &stage_cluster);
    compare(&a, &stage_effect, 0.0);
    analysis_clear(&a);
}
END_TEST

/* Some sentences' streams at a time, or norms' inputs, and some words. */
START_TEST(the_lens_uses_the_estimated_memory)
{
    struct analysis a;

    if (cannot_measure())
        return;
    begin(&a, 12000);
    a.params.lens = true;
    params_add_hook(&a.params, "h.3.mlp.c_fc", NULL);
    take(&a, &stage_contrast);
    compare(&a, &stage_lens, 0.0);
    take(&a, &stage_hook);
    take(&a, &stage_extract);
    take(&a, &stage_ttest);
    compare(&a, &stage_direct, 0.0);
    analysis_clear(&a);
}
END_TEST

static const struct {
    size_t n, d;
    double perplexity;
} points[] = {
    { 3000, 100, 100.0 }, /* P is most of it */
    { 3000, 2000, 30.0 }, /* PCA is */
    { 20000, 300, 30.0 }, /* neighbours by lists */
    { 30000, 10, 60.0 },
};

START_TEST(tsne_and_later_stages_use_the_estimated_memory)
{
    struct analysis a;

    if (cannot_measure())
        return;
    make_points(&a, points[_i].n, points[_i].d);
    a.params.perplexity = points[_i].perplexity;
    compare(&a, &stage_tsne, 0.0);
    if (points[_i].n * points[_i].n * points[_i].d > (size_t)1 << 35)
        return; /* the cosines would take long, and no further memory */
    take(&a, &stage_cluster);
    compare(&a, &stage_similarity, 0.0);
}
END_TEST

START_TEST(clustering_uses_the_estimated_memory)
{
    enum { N = 100000 };
    struct analysis a;

    if (cannot_measure())
        return;
    struct tsne_stage *const tsne = calloc(1, sizeof *tsne);
    make_points(&a, N, 2);
    a.params.threads = 6;
    ck_assert_int_eq(mat_init(&tsne->result.embedding, N, 2, "points", NULL), CT_OK);
    memcpy(tsne->result.embedding.data, ttest_of(&a)->selected.data, N * 2 * sizeof(double));
    a.params.eps = _i == 0 ? 1e-3 : 1e-7;
    a.params.clusters = _i == 0 ? 3 : 100;
    give(&a, &stage_tsne, tsne);
    compare(&a, &stage_cluster, 0.0);
}
END_TEST

/* ---- the program ---- */

static const struct {
    const char *line; /* of shell */
    const char *message;
} refusals[] = {
    { "$C run -s s.csv -H 'h.*.mlp.c_fc' -o results",
      "circuittui: extract: needs * MB of memory, ulimit has * MB left; use fewer --hook or "
      "fewer sentences\n" },
    { "$C run -o results",
      "circuittui: OpenBLAS: needs * MB of address space for * threads, ulimit leaves * MB; raise "
      "it, or lower --threads\n" },
    { "ulimit -v 120000; $C run -o results", /* OpenBLAS itself does not survive this */
      "circuittui: OpenBLAS: needs * MB of address space for * threads, ulimit leaves * MB; raise "
      "it, or lower --threads\n" },
    { "yes 1,2,3 | $C tsne - -o results",
      "circuittui: standard input: out of memory; use less data or a larger machine\n" },
    { "yes 1,2 | $C dbscan - -o results",
      "circuittui: standard input: out of memory; use less data or a larger machine\n" },
    { "{ echo group,target,text; yes 'him, him,I saw him'; } | $C run -s - -o results",
      "circuittui: standard input: out of memory; use less data or a larger machine\n" },
    { "{ cat big.npy; cat /dev/zero; } | $C tsne - -o results",
      "circuittui: standard input: needs * MB of memory, ulimit has * MB left; give it as a file, "
      "which is not copied\n" },
    /* Endless inputs must be recognised by their first bytes. */
    { "cat /dev/zero | $C tsne -", "circuittui: standard input: *" },
    { "yes | tr -d '\\n' | $C tsne -", "circuittui: standard input: *" },
    { "yes , | tr -d '\\n' | $C tsne -", "circuittui: standard input: *" },
    { "{ printf '\"'; yes; } | $C tsne -", "circuittui: standard input: *" },
    { "{ printf '\\223NUMPY\\2\\0\\377\\377\\377\\377'; yes; } | $C tsne -",
      "circuittui: standard input: *" },
};

/* Only the header of [30000, 10000] float64. */
static void put_large_npy(void)
{
    static const char dict[] =
        "{'descr': '<f8', 'fortran_order': False, 'shape': (30000, 10000), }";
    char header[128];

    memset(header, ' ', sizeof header);
    memcpy(header, "\x93NUMPY\x01\0\x76\0", 10);
    memcpy(header + 10, dict, sizeof dict - 1);
    header[127] = '\n';
    temp_file("big.npy", header, sizeof header);
}

START_TEST(too_large_analyses_are_refused_in_one_line)
{
    char line[1024];
    struct analysis a;

    if (IS_SANITIZED) {
        SKIP("ulimit -v: sanitizers want all addresses");
        return;
    }
    begin(&a, 20000);
    analysis_clear(&a);
    put_large_npy();
    snprintf(line, sizeof line, "ulimit -v 200000; %s", refusals[_i].line);
    ck_assert_msg(temp_shell(line) == 1, "%s: %s", line, slurp(temp_path("err"), NULL));
    char *const err = slurp(temp_path("err"), NULL);
    ck_assert_msg(fnmatch(refusals[_i].message, err, 0) == 0, "%s: %s", line, err);
    ck_assert_msg(strchr(err, '\n') == err + strlen(err) - 1, "%s: %s", line, err);
    ck_assert_int_ne(access(temp_path("results"), F_OK), 0);
    free(err);
}
END_TEST

/* OpenBLAS retries for ever when its buffers do not fit. */
START_TEST(no_memory_limit_makes_it_hang)
{
    char line[200];

    if (IS_SANITIZED) {
        SKIP("ulimit -v: sanitizers want all addresses");
        return;
    }
    for (int kilobytes = 150000; kilobytes <= 400000; kilobytes += 50000) {
        snprintf(line, sizeof line, "ulimit -v %d; timeout 100 $C run --threads 1 --iterations 250",
                 kilobytes);
        ck_assert_msg(temp_shell(line) <= 1, "%s", line);
    }
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("memory");
    const size_t n_points = sizeof points / sizeof *points;

    temp_begin();
    tcase_add_test(tcase, weights_beyond_the_memory_are_announced);
    tcase_add_test(tcase, memory_left_is_the_smallest_of_all_limits);
    tcase_add_test(tcase, processors_are_those_of_the_smallest_quota);
    tcase_add_test(tcase, shuffled_weights_use_the_estimated_memory);
    tcase_add_loop_test(tcase, extraction_uses_the_estimated_memory, 0,
                        sizeof extractions / sizeof *extractions);
    tcase_add_test(tcase, halves_use_the_estimated_memory);
    tcase_add_test(tcase, the_effect_uses_the_estimated_memory);
    tcase_add_test(tcase, the_lens_uses_the_estimated_memory);
    tcase_add_loop_test(tcase, tsne_and_later_stages_use_the_estimated_memory, 0, (int)n_points);
    tcase_add_loop_test(tcase, clustering_uses_the_estimated_memory, 0, 2);
    tcase_add_loop_test(tcase, too_large_analyses_are_refused_in_one_line, 0,
                        sizeof refusals / sizeof *refusals);
    tcase_add_test(tcase, no_memory_limit_makes_it_hang);
    const int status = run_tcase("memory", tcase);
    temp_end();
    return status;
}
