/* test_redis_out.c - commands come out as they went in, over the edges of chunks, against a plain queue. */
#include "unit.h"
#include "base/mem.h"
#include "base/redis_out.h"

#include <stdlib.h>

#define LARGEST ((size_t)300 << 10) /* more than a chunk has */

static uint8_t octets[LARGEST + 256];

/* Command number i: its octets begin at another place of a pattern that does not repeat soon. */
static const uint8_t *command(size_t i)
{
	return octets + i % 251;
}

static size_t length(size_t i)
{
	static const size_t some[] = {1, 7, 64, 300, 4096, 65000, 65512, 65536, LARGEST, 2, 31000, 33000};

	return some[i * 7 % (sizeof(some) / sizeof(some[0]))];
}

static void expect_first(const struct redis_out *o, size_t i)
{
	size_t n;
	const uint8_t *cmd = redis_out_first(o, &n);

	assert_non_null(cmd);
	assert_int_equal(n, length(i));
	assert_memory_equal(cmd, command(i), n);
}

static int begin(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * i * 31 + (i >> 3));
	return 0;
}

static void test_empty(void **state)
{
	struct redis_out o = {0};
	size_t n;

	(void)state;
	assert_true(redis_out_empty(&o));
	assert_null(redis_out_first(&o, &n));
	redis_out_clear(&o);
	assert_int_equal(o.octets, 0);
}

/* Every order of putting and dropping that a small generator finds. */
static void test_first_in_first_out(void **state)
{
	struct redis_out o = {0};
	size_t in = 0, out = 0, octets_in = 0;
	uint64_t x = 88172645463325252u;

	(void)state;
	while (out < 5000) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		if (in == out || (in < 5000 && in - out < 200 && x % 5 < 3)) {
			redis_out_put(&o, command(in), length(in));
			octets_in += length(in++);
		} else {
			expect_first(&o, out);
			redis_out_drop(&o);
			octets_in -= length(out++);
		}
		assert_int_equal(o.octets, octets_in);
		assert_int_equal(redis_out_empty(&o), in == out);
	}
	redis_out_clear(&o);
}

/* What is left is forgotten, and it can be used again. */
static void test_clear(void **state)
{
	struct redis_out o = {0};

	(void)state;
	for (size_t i = 0; i < 100; i++)
		redis_out_put(&o, command(i), length(i));
	redis_out_drop(&o);
	redis_out_clear(&o);
	assert_true(redis_out_empty(&o));
	assert_int_equal(o.octets, 0);
	redis_out_put(&o, command(5), length(5));
	expect_first(&o, 5);
	redis_out_drop(&o);
	assert_true(redis_out_empty(&o));
	redis_out_clear(&o);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup(test_empty, begin),
	cmocka_unit_test_setup(test_first_in_first_out, begin),
	cmocka_unit_test_setup(test_clear, begin),
};

UNIT_MAIN(cases)
