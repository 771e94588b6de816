/* test_mem.c - pools with stale handles, slabs, strings. */
#include <stdlib.h>
#include "unit.h"
#include "base/ids.h"
#include "base/mem.h"

struct thing {
	uint64_t stamp;
	uint8_t text[37];
};

static void test_pool_stale_handles(void **state)
{
	struct pool *p = pool_new(sizeof(struct thing), 3);
	uint64_t a, b, c, d;

	(void)state;
	struct thing *ta = pool_take(p, &a);
	assert_non_null(ta);
	assert_non_null(pool_take(p, &b));
	assert_non_null(pool_take(p, &c));
	assert_null(pool_take(p, &d));
	assert_true(a != 0 && b != 0 && c != 0 && a != b && b != c);
	assert_ptr_equal(pool_get(p, a), ta);
	ta->stamp = 77;
	pool_give(p, a);
	assert_null(pool_get(p, a));
	assert_int_equal(pool_count(p), 2);
	struct thing *td = pool_take(p, &d);
	assert_ptr_equal(td, ta);
	assert_int_equal(td->stamp, 0);
	assert_true(d != a);
	assert_null(pool_get(p, a));
	assert_ptr_equal(pool_get(p, d), td);
	assert_null(pool_get(p, 0));
	assert_null(pool_get(p, UINT64_MAX));
	assert_null(pool_get(p, d + 100));
	assert_null(pool_get(p, d + (UINT64_C(1) << 32)));
	pool_free(p);
}

/* Random takes and gives; every live handle finds its own object, every old one finds nothing. */
static void test_pool_against_array(void **state)
{
	enum { LIVE = 3000, OLD = 500 };
	struct pool *p = pool_new(sizeof(struct thing), LIVE);
	static uint64_t handle[LIVE], stamp[LIVE], old[OLD];
	uint32_t live = 0;
	struct rng r;

	(void)state;
	rng_seed(&r, 11);
	for (uint64_t round = 1; round <= 100000; round++) {
		if (rng_below(&r, 100) < 52 && live < LIVE) {
			struct thing *t = pool_take(p, &handle[live]);
			assert_non_null(t);
			assert_int_equal(t->stamp, 0);
			t->stamp = stamp[live++] = round;
			memset(t->text, 0xff, sizeof(t->text));
		} else if (live > 0) {
			uint32_t i = (uint32_t)rng_below(&r, live);
			pool_give(p, handle[i]);
			old[round % OLD] = handle[i];
			handle[i] = handle[--live];
			stamp[i] = stamp[live];
		}
		if (live > 0) {
			uint32_t i = (uint32_t)rng_below(&r, live);
			struct thing *t = pool_get(p, handle[i]);
			assert_non_null(t);
			assert_int_equal(t->stamp, stamp[i]);
		}
		assert_null(pool_get(p, old[rng_below(&r, OLD)]));
		assert_int_equal(pool_count(p), live);
	}
	pool_free(p);
}

static void count_each(void *item, uint64_t handle, void *arg)
{
	struct pool *p = arg;

	assert_ptr_equal(pool_get(p, handle), item);
	pool_give(p, handle);
}

static void test_pool_each_may_give(void **state)
{
	struct pool *p = pool_new(8, UINT32_MAX);
	uint64_t h, first = 0;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		assert_non_null(pool_take(p, &h));
		if (i == 0)
			first = h;
	}
	pool_give(p, first);
	assert_true(pool_bytes(p) >= 10000 * 16);
	pool_each(p, count_each, p);
	assert_int_equal(pool_count(p), 0);
	pool_free(p);
}

static void test_slab(void **state)
{
	enum { BLOCKS = 2000 };
	struct slab *s = slab_new();
	static uint8_t *block[BLOCKS];
	static size_t size[BLOCKS];
	struct rng r;

	(void)state;
	rng_seed(&r, 13);
	for (int round = 0; round < 100000; round++) {
		size_t i = rng_below(&r, BLOCKS);
		if (block[i] == NULL) {
			size[i] = rng_below(&r, rng_below(&r, 10) == 0 ? 5000 : 300);
			block[i] = slab_alloc(s, size[i]);
			assert_non_null(block[i]);
			assert_int_equal((uintptr_t)block[i] % 16, 0);
			memset(block[i], (int)(i & 0xff), size[i]);
		} else {
			for (size_t k = 0; k < size[i]; k++)
				assert_int_equal(block[i][k], i & 0xff);
			slab_free(s, block[i], size[i]);
			block[i] = NULL;
		}
	}

	size_t expect = 0;
	for (size_t i = 0; i < BLOCKS; i++) {
		if (block[i] != NULL)
			expect += size[i] > 1024 ? size[i] : size[i] == 0 ? 32 : (size[i] + 31) / 32 * 32;
	}
	assert_int_equal(slab_bytes(s), expect);
	slab_free(s, NULL, 10);
	slab_destroy(s); /* the rest goes with it */
}

static void test_slab_refuses(void **state)
{
	struct slab *s = slab_new();

	(void)state;
	assert_null(slab_alloc(s, SIZE_MAX - 4));
	assert_int_equal(slab_bytes(s), 0);
	slab_destroy(s);
}

static void test_strings(void **state)
{
	(void)state;
	char *a = mem_strdup("验证码"), *b = mem_strndup("验证码", 6), *c = mem_strndup(NULL, 0);
	assert_string_equal(a, "验证码");
	assert_string_equal(b, "验证");
	assert_string_equal(c, "");
	assert_null(mem_strdup(NULL));
	mem_free(a);
	mem_free(b);
	mem_free(c);
	uint8_t *z = mem_zalloc(50);
	for (int i = 0; i < 50; i++)
		assert_int_equal(z[i], 0);
	z = mem_realloc(z, 0);
	assert_non_null(z);
	mem_free(z);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_pool_stale_handles), cmocka_unit_test(test_pool_against_array),
	cmocka_unit_test(test_pool_each_may_give), cmocka_unit_test(test_slab),
	cmocka_unit_test(test_slab_refuses),	   cmocka_unit_test(test_strings),
};
UNIT_MAIN(cases)
