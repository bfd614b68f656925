#include "config.h"
#include "support.h"

#include "num/mt19937.h"

/* The same stream as numpy's RandomState: uniforms to the bit; normals up to the rounding of
 * log. */
START_TEST(stream_matches_numpy)
{
    struct mat want = fixture_load("mt19937.csv"); /* [1000, 2] uniform, normal; seed 12345 */
    struct mt19937 uniform, normal;

    ck_assert_uint_ge(want.rows, 700); /* two refills of the state */
    mt19937_init(&uniform, 12345);
    mt19937_init(&normal, 12345);
    for (size_t i = 0; i < want.rows; i++) {
        const double got[2] = { mt19937_uniform(&uniform), mt19937_normal(&normal) };
        assert_allclose(&got[0], &mat_row(&want, i)[0], 1, 0.0, 0.0);
        assert_allclose(&got[1], &mat_row(&want, i)[1], 1, 1e-14, 0.0);
    }
    mat_clear(&want);
}
END_TEST

START_TEST(first_draws_match_the_reference)
{
    struct mt19937 rng;

    mt19937_init(&rng, 5489); /* mt19937ar.c: 3499211612 first, 4123659995 as the 10000th */
    ck_assert_uint_eq(mt19937_uint32(&rng), 3499211612U);
    for (int i = 1; i < 9999; i++)
        (void)mt19937_uint32(&rng);
    ck_assert_uint_eq(mt19937_uint32(&rng), 4123659995U);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { stream_matches_numpy, first_draws_match_the_reference };
    return RUN_TESTS("mt19937", tests);
}
