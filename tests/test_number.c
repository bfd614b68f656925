#include "config.h"
#include "support.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "io/csv_table.h"
#include "io/number.h"
#include "io/plain_number.h"

static uint64_t bits_of(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double from_hex(const char *hex)
{
    const uint64_t bits = strtoull(hex, NULL, 16);
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* xorshift64* (Vigna 2016): bits for values of every magnitude. */
static uint64_t next_bits(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545F4914F6CDD1D);
}

/* Python's float() rounds correctly, so results must agree to the bit. */
START_TEST(parsing_agrees_with_python)
{
    struct csv_table t = { 0 };

    ck_assert_int_eq(csv_table_read(fixture_path("number_parse.csv"), &t, NULL), CT_OK);
    ck_assert_uint_gt(t.n_rows, 1000);
    for (size_t row = 1; row <= t.n_rows; row++) {
        const struct csv_field text = csv_table_field(&t, row, 0);
        const struct csv_field want = csv_table_field(&t, row, 1);
        double got;
        ck_assert_msg(number_parse(text.text, text.size, &got), "%s", text.text);
        if (strcmp(want.text, "nan") == 0)
            ck_assert_msg(isnan(got), "%s", text.text);
        else
            ck_assert_msg(bits_of(got) == bits_of(from_hex(want.text)), "%s: got %a, want %a",
                          text.text, got, from_hex(want.text));
    }
    csv_table_clear(&t);
}
END_TEST

START_TEST(rejects_text_that_is_not_a_number)
{
    static const char *const bad[] = { "",         " ",     " 1",     "1 ",   "+",    "-",
                                       ".",        "e5",    "1e",     "1e+",  "1e5.", "1,5",
                                       "0x10",     "1_000", "1f",     "--1",  "na",   "NA",
                                       "infinit",  "inf ",  "nan(1)", "1.2.", "None", "1d5",
                                       "\xc2\xa0", "1\n" };
    double value = 7.0;
    size_t size = 7;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!number_parse(bad[i], strlen(bad[i]), &value), "`%s`", bad[i]);
    ck_assert(value == 7.0);
    static const char *const no_size[] = { "", "-1", "+1", " 1", "1.0", "18446744073709551616" };
    for (size_t i = 0; i < sizeof no_size / sizeof *no_size; i++)
        ck_assert_msg(!number_parse_size(no_size[i], strlen(no_size[i]), &size), "%s", no_size[i]);
    ck_assert_uint_eq(size, 7);
    ck_assert(number_parse_size("18446744073709551615", 20, &size) && size == SIZE_MAX);
    ck_assert(number_parse_size("007", 3, &size) && size == 7);
}
END_TEST

static void check_f32(float value)
{
    char got[NUMBER_SIZE];
    char want[64];
    double back;
    const size_t size = number_format_f32(got, value);

    snprintf(want, sizeof want, "%.9g", (double)value);
    const bool is_equal = size == strlen(got) && strcmp(got, want) == 0;
    if (!is_equal || !number_parse(got, size, &back) || (float)back != value ||
        signbit((float)back) != signbit(value) || !number_is_f32_text(back))
        ck_abort_msg("got %s, want %s", got, want);
}

/* printf in the locale "C" is the reference: a million random floats, the limits of every exponent,
 * and values close to ties in the ninth digit. */
START_TEST(float32_is_written_as_printf_does)
{
    uint64_t state = 1;

    for (uint32_t exponent = 0; exponent < 255; exponent++)
        for (int k = -3; k < 4; k++) {
            const uint32_t bits = (exponent << 23) + (uint32_t)k;
            float value;
            memcpy(&value, &bits, sizeof value);
            if (isfinite(value))
                check_f32(value);
        }
    for (size_t i = 0; i < 1000000; i++) {
        const uint32_t bits = (uint32_t)(next_bits(&state) >> 32);
        float value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            check_f32(value);
    }
    for (size_t i = 0; i < 300000; i++) /* ties: eight digits and a power of two below */
        check_f32(ldexpf((float)(next_bits(&state) >> 40), -(int)(i % 37)));
    for (int e = -45; e <= 38; e++) {
        const float power = (float)pow(10.0, e);
        check_f32(power);
        check_f32(nextafterf(power, 0.0F));
        check_f32(nextafterf(power, FLT_MAX));
    }
}
END_TEST

START_TEST(float64_reads_back)
{
    uint64_t state = 2;
    char text[NUMBER_SIZE];
    double back;

    for (size_t i = 0; i < 500000; i++) {
        const uint64_t bits = next_bits(&state);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (i % 2 == 1)
            value = (double)(int64_t)bits * 0x1p-61; /* of common magnitude */
        if (!isfinite(value))
            continue;
        const size_t size = number_format_f64(text, value);
        if (size >= NUMBER_SIZE || !number_parse(text, size, &back) ||
            bits_of(back) != bits_of(value) || bits_of(strtod(text, NULL)) != bits_of(value))
            ck_abort_msg("%a written as %s", value, text);
    }
}
END_TEST

/* Only the significant digits: no leading or trailing zeros, no sign, point or exponent. */
static void only_digits(const char *text, char out[NUMBER_SIZE])
{
    size_t n = 0;
    size_t n_kept = 0;

    for (; *text != '\0' && *text != 'e' && n + 1 < NUMBER_SIZE; text++) {
        if (*text < '0' || *text > '9' || (n == 0 && *text == '0'))
            continue;
        out[n++] = *text;
        n_kept = *text != '0' ? n : n_kept;
    }
    out[n_kept] = '\0';
}

/* Python's repr has the fewest possible digits, and of those the nearest; the layout is that of
 * %g. */
START_TEST(float64_has_the_digits_of_python)
{
    struct csv_table t = { 0 };

    ck_assert_int_eq(csv_table_read(fixture_path("number_format.csv"), &t, NULL), CT_OK);
    ck_assert_uint_gt(t.n_rows, 3000);
    for (size_t row = 1; row <= t.n_rows; row++) {
        char got[NUMBER_SIZE], got_digits[NUMBER_SIZE], want_digits[NUMBER_SIZE], want[64];
        const double value = from_hex(csv_table_field(&t, row, 0).text);
        int exponent;
        const size_t size = number_format_f64(got, value);
        only_digits(got, got_digits);
        only_digits(csv_table_field(&t, row, 1).text, want_digits);
        ck_assert_uint_eq(size, strlen(got));
        ck_assert_str_eq(got_digits, want_digits);
        const int n = (int)strlen(want_digits);
        snprintf(want, sizeof want, "%.*g", n > 15 ? n : 15, value);
        /* At powers of two, the nearest n digits need not be those that read back. */
        if (fabs(value) >= DBL_MIN && frexp(value, &exponent) != 0.5)
            ck_assert_str_eq(got, want);
    }
    csv_table_clear(&t);
}
END_TEST

START_TEST(float64_text_is_not_float32_text)
{
    uint64_t state = 3;
    size_t n = 0;

    for (size_t i = 0; i < 100000; i++) /* 16 digits and more */
        n += number_is_f32_text((double)(next_bits(&state) >> 11) * 0x1p-50);
    ck_assert_uint_eq(n, 0);
    ck_assert(number_is_f32_text(-0.0) && number_is_f32_text(-INFINITY) && number_is_f32_text(NAN));
    ck_assert(!number_is_f32_text(1e39) && !number_is_f32_text(1e-60));
}
END_TEST

static void assert_f64(double value, const char *want)
{
    char got[NUMBER_SIZE];

    number_format_f64(got, value);
    ck_assert_str_eq(got, want);
}

START_TEST(formats_common_numbers)
{
    char got[NUMBER_SIZE];

    assert_f64(0.0, "0");
    assert_f64(-0.0, "-0");
    assert_f64(-3.0, "-3");
    assert_f64(0.05, "0.05");
    assert_f64(-4.590469, "-4.590469");
    assert_f64(999999999999999.0, "999999999999999");
    assert_f64(1e15, "1e+15");
    assert_f64(1e-300, "1e-300");
    assert_f64(4.9406564584124654e-324, "5e-324");
    assert_f64(1234567890123456.75, "1234567890123456.8");
    assert_f64(12345678901234566.0, "12345678901234566");
    assert_f64(123456789012345680.0, "1.2345678901234568e+17");
    assert_f64(1.5e-4, "0.00015");
    assert_f64(-1.5e-5, "-1.5e-05");
    assert_f64(1.0 / 3.0, "0.3333333333333333");
    assert_f64(NAN, "nan");
    assert_f64(-NAN, "nan");
    assert_f64(INFINITY, "inf");
    assert_f64(-INFINITY, "-inf");
    number_format_f32(got, -INFINITY);
    ck_assert_str_eq(got, "-inf");
    number_format_f32(got, NAN);
    ck_assert_str_eq(got, "nan");
    number_format_int(got, INT64_MIN);
    ck_assert_str_eq(got, "-9223372036854775808");
    number_format_size(got, 0);
    ck_assert_str_eq(got, "0");
}
END_TEST

/* Exponents too large for their type. */
START_TEST(reads_exponents_of_any_length)
{
    static const char *const exponents[] = { "309",
                                             "400",
                                             "99999",
                                             "100000",
                                             "1000000",
                                             "2147483647",
                                             "2147483648",
                                             "4294967295",
                                             "4294967296",
                                             "4294967297",
                                             "18446744073709551616",
                                             "18446744073709551617",
                                             "99999999999999999999999999999999",
                                             "00000000000000000000000000000001",
                                             "0000000000000000000000000000000000000000000000300" };
    static const char *const digits[] = { "1",     "0",   "-1", "123456789012345678901234567890",
                                          "0.001", "-0.0" };
    char text[600];

    for (size_t d = 0; d < sizeof digits / sizeof *digits; d++)
        for (size_t e = 0; e < sizeof exponents / sizeof *exponents; e++)
            for (int sign = 0; sign < 3; sign++) {
                double got;
                snprintf(text, sizeof text, "%se%s%s", digits[d],
                         sign == 0   ? "-"
                         : sign == 1 ? "+"
                                     : "",
                         exponents[e]);
                const double want = strtod(text, NULL);
                ck_assert_msg(number_parse(text, strlen(text), &got), "%s", text);
                ck_assert_msg(bits_of(got) == bits_of(want), "%s: %a, not %a", text, got, want);
            }
    /* Zeros that the exponent cancels. */
    for (int n = 300; n < 500; n += 37) {
        double got;
        snprintf(text, sizeof text, "0.%0*d7e%d", n, 0, n + 1);
        ck_assert(number_parse(text, strlen(text), &got) && got == 7.0);
        snprintf(text, sizeof text, "7%0*de-%d", n, 0, n);
        ck_assert(number_parse(text, strlen(text), &got) && got == 7.0);
    }
}
END_TEST

/* With a decimal comma, in the locale of the program and of the thread. */
START_TEST(does_not_depend_on_the_locale)
{
    static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8",
                                         "fr_FR.utf8",  "de_DE",      "nl_NL.UTF-8" };
    char text[NUMBER_SIZE];
    double value;
    size_t i = 0;

    while (i < sizeof names / sizeof *names && setlocale(LC_NUMERIC, names[i]) == NULL)
        i++;
    if (i == sizeof names / sizeof *names || localeconv()->decimal_point[0] != ',') {
        SKIP("no locale with a decimal comma");
        return;
    }
    assert_f64(0.1, "0.1");
    assert_f64(1.0 / 3.0, "0.3333333333333333");
    number_format_f32(text, 1.5e-20F);
    ck_assert_str_eq(text, "1.49999995e-20");
    ck_assert(number_parse("1.234567890123456789e-5", 23, &value));
    ck_assert(value == 1.234567890123456789e-5);
    ck_assert(!number_parse("1,5", 3, &value));
    snprintf(text, sizeof text, "%.1f", 1.5);
    ck_assert_str_eq(text, "1,5"); /* the program's locale is unchanged */
}
END_TEST

/* Reads text, followed by what may follow it in a file. Returns whether the plain parser read
 * it. */
static bool assert_scans_alike(const char *text)
{
    static const char *const behind[] = { ",1234567890123456", "\n.5", "\r\n", "" };
    char copy[100] = "";
    double want = 0.0;
    double got;
    bool is_f32;
    bool is_plain = false;

    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        memset(copy, 0, sizeof copy);
        snprintf(copy, sizeof copy - PLAIN_NUMBER_AHEAD, "%s%s", text, behind[i]);
        const char *const end = plain_number_scan(copy, &got, &is_f32);
        if (end == NULL || end != copy + strlen(text))
            continue;
        is_plain = true;
        ck_assert_msg(number_parse(text, strlen(text), &want), "%s", text);
        ck_assert_msg(bits_of(got) == bits_of(want), "%s: %a, not %a", text, got, want);
        ck_assert_msg(is_f32 == number_is_f32_text(want), "%s: %d", text, is_f32);
    }
    return is_plain;
}

START_TEST(plain_and_general_parsers_agree)
{
    static const char *const edges[] = {
        "",
        "-",
        ".",
        "-.5",
        "5.",
        "-0",
        "0.0",
        "00.5",
        "1e5",
        "1.5e-5",
        "1..5",
        "1.5.5",
        "+1.5",
        "nan",
        "0x1p3",
        "1.0",
        "0.1",
        "0.099999999",
        "9007199254740993",
        "0.9007199254740993",
        "1.0000000",
        "16777217.5",
        "0.000000001",
        "999.999999",
        "1000.5",
        "0.12345678",
        "0.123456789",
        "0.1234567891",
        "0.1234567890123456",
        "0.12345678901234567",
    };
    uint64_t state = 88172645463325252;
    size_t n_plain = 0;
    const size_t n = 400000;

    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        assert_scans_alike(edges[i]);
    for (size_t i = 0; i < n; i++) {
        const uint64_t bits = next_bits(&state);
        char text[NUMBER_SIZE];
        /* From 1e-5 to 1e4: float32 as circuittui writes them, half of them with one digit changed,
         * or any number of digits. */
        const float value = (float)(bits >> 11) * 0x1p-53F * (bits & 1 ? 8.0F : 0.004F);
        if (i % 3 == 2)
            snprintf(text, sizeof text, "%s%.*f", bits & 2 ? "-" : "", (int)(bits >> 3 & 15),
                     (double)value * (bits & 4 ? 1000.0 : 1.0));
        else
            number_format_f32(text, bits & 2 ? value : -value);
        if (i % 3 == 1 && strlen(text) > 4)
            text[strlen(text) - 1 - (bits >> 8 & 1)] = (char)('0' + (bits >> 9) % 10);
        n_plain += assert_scans_alike(text);
    }
    ck_assert_uint_gt(n_plain, n * 3 / 4);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        parsing_agrees_with_python,
        rejects_text_that_is_not_a_number,
        float32_is_written_as_printf_does,
        float64_reads_back,
        float64_has_the_digits_of_python,
        float64_text_is_not_float32_text,
        formats_common_numbers,
        reads_exponents_of_any_length,
        does_not_depend_on_the_locale,
        plain_and_general_parsers_agree,
    };
    return RUN_TESTS("number", tests);
}
