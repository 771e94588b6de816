/* test_map.c - the map against a plain array, with good hashes, colliding hashes and one single hash. */
#include <stdlib.h>
#include "unit.h"
#include "base/ids.h"
#include "base/map.h"

enum { KEYS = 60000 };
static bool in[KEYS];
static size_t in_count;

static uint64_t hash_good(uint64_t key)
{
	return map_hash_u64(key);
}
static uint64_t hash_plain(uint64_t key)
{
	return key;
}
static uint64_t hash_high(uint64_t key)
{
	return key << 48;
}
static uint64_t hash_poor(uint64_t key)
{
	return key / 100;
}

static bool same(uint64_t value, const void *key)
{
	return value == *(const uint64_t *)key;
}

static void mark(uint64_t value, void *arg)
{
	uint8_t *seen = arg;

	assert_true(value < KEYS && in[value]);
	assert_int_equal(seen[value]++, 0);
}

static void check_all(struct map *m, uint64_t (*hash)(uint64_t))
{
	static uint8_t seen[KEYS];
	uint64_t got;

	memset(seen, 0, sizeof(seen));
	map_each(m, mark, seen);
	for (uint64_t k = 0; k < KEYS; k++) {
		assert_int_equal(seen[k], in[k]);
		assert_int_equal(map_find(m, hash(k), same, &k, &got), in[k]);
	}
}

static void run_model(uint64_t (*hash)(uint64_t), uint64_t keys, int rounds)
{
	struct map *m = map_new();
	struct rng r;
	uint64_t got;

	memset(in, 0, sizeof(in));
	in_count = 0;
	rng_seed(&r, keys);
	for (int round = 0; round < rounds; round++) {
		uint64_t k = rng_below(&r, keys);
		/* grows in the first half, shrinks in the second */
		bool put = rng_below(&r, 100) < (round < rounds / 2 ? 75u : 25u);
		if (put && !in[k]) {
			assert_int_equal(map_put(m, hash(k), k), 0);
			in[k] = true;
			in_count++;
		} else if (!put) {
			assert_int_equal(map_remove(m, hash(k), same, &k, &got), in[k]);
			if (in[k]) {
				assert_int_equal(got, k);
				in_count--;
			}
			in[k] = false;
		}
		assert_int_equal(map_count(m), in_count);
		if (round == rounds / 2)
			check_all(m, hash);
	}
	check_all(m, hash);
	map_free(m);
}

static void test_good_hash(void **state)
{
	(void)state;
	run_model(hash_good, KEYS, 400000);
}

static void test_plain_numbers(void **state)
{
	(void)state;
	run_model(hash_plain, KEYS, 400000);
}

static void test_high_bits_only(void **state)
{
	(void)state;
	run_model(hash_high, KEYS, 400000);
}

static void test_hundred_share_a_hash(void **state)
{
	(void)state;
	run_model(hash_poor, 20000, 100000);
}

static uint64_t hash_one(uint64_t key)
{
	(void)key;
	return 5;
}

/* One hash for all: slow, but right and without a growing directory. */
static void test_one_hash_for_all(void **state)
{
	(void)state;
	run_model(hash_one, 5000, 12000);
}

static void test_octet_hash(void **state)
{
	uint8_t text[64];
	uint64_t seen[65];

	(void)state;
	memset(text, 0x55, sizeof(text));
	for (size_t n = 0; n <= 64; n++) {
		seen[n] = map_hash(text, n);
		assert_int_equal(seen[n], map_hash(text, n));
		for (size_t k = 0; k < n; k++)
			assert_true(seen[n] != seen[k]);
	}
	/* every octet counts */
	for (size_t n = 1; n <= 64; n++) {
		for (size_t i = 0; i < n; i++) {
			text[i] ^= 1;
			assert_true(map_hash(text, n) != seen[n]);
			text[i] ^= 1;
		}
	}
}

/* Numbers that differ little must spread: 100,000 ids over 1,024 buckets, none far from its share. */
static void test_hashes_spread(void **state)
{
	static uint32_t bucket[2][1024];
	char text[19];

	(void)state;
	for (uint64_t i = 0; i < 100000; i++) {
		ids_print(UINT64_C(120053460012307000) + i, text);
		bucket[0][map_hash(text, 18) & 1023]++;
		bucket[1][map_hash_u64(i) & 1023]++;
	}
	for (int which = 0; which < 2; which++) {
		for (int i = 0; i < 1024; i++)
			assert_in_range(bucket[which][i], 40, 165);
	}
}

/* A map of a million is freed in steps of a segment, none of which holds more than a few thousand. */
static void test_freed_in_steps(void **state)
{
	struct map *m = map_new();
	unsigned steps = 1;

	(void)state;
	for (uint64_t i = 0; i < 1000000; i++)
		assert_int_equal(map_put(m, map_hash_u64(i), i), 0);
	while (map_free_step(m))
		steps++;
	assert_in_range(steps, 1000000 / 4096, 1000000 / 1024);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_good_hash),	 cmocka_unit_test(test_plain_numbers),
	cmocka_unit_test(test_high_bits_only),	 cmocka_unit_test(test_hundred_share_a_hash),
	cmocka_unit_test(test_one_hash_for_all), cmocka_unit_test(test_octet_hash),
	cmocka_unit_test(test_hashes_spread),	 cmocka_unit_test(test_freed_in_steps),
};
UNIT_MAIN(cases)
