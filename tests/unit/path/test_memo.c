/*
 * test_memo.c - the ring of records: found by hash from the newest on, overwritten from the oldest on.
 */
#include "path/memo.h"

#include "unit.h"

#define SIZE 65536u

struct seen {
	unsigned n, most;
	uint64_t ids[64];
	bool whole;
};

static uint8_t octet(uint64_t id, uint32_t i)
{
	return (uint8_t)(id * 31 + i);
}

static bool see(void *arg, const struct memo_entry *e)
{
	struct seen *s = arg;
	for (uint32_t i = 0; i < e->rec.n; i++)
		s->whole = s->whole && e->rec.p[i] == octet(e->id, i);
	if (s->n < 64)
		s->ids[s->n] = e->id;
	s->n++;
	return s->n < s->most;
}

static struct seen all(const struct memo *m, uint32_t hash, unsigned most)
{
	struct seen s = {.most = most, .whole = true};
	memo_each(m, hash, see, &s);
	assert_true(s.whole);
	return s;
}

static void put(struct memo *m, uint32_t hash, uint64_t id, uint32_t n)
{
	static uint8_t rec[SIZE];
	for (uint32_t i = 0; i < n; i++)
		rec[i] = octet(id, i);
	memo_put(m, hash, &(struct memo_entry){id, (int64_t)id, {rec, n}});
}

static void test_order(void **state)
{
	(void)state;
	struct memo *m = memo_new(SIZE);
	assert_int_equal(memo_size(m), SIZE);
	assert_int_equal(all(m, 7, 64).n, 0);
	for (uint64_t id = 1; id <= 5; id++)
		put(m, 7, id, 100);
	put(m, 7 + SIZE, 6, 100); /* another hash, the same head */
	struct seen s = all(m, 7, 64);
	assert_int_equal(s.n, 5);
	for (unsigned i = 0; i < 5; i++)
		assert_true(s.ids[i] == 5 - i);
	assert_int_equal(all(m, 7, 2).n, 2);
	assert_int_equal(all(m, 7 + SIZE, 64).n, 1);
	assert_int_equal(all(m, 8, 64).n, 0);
	memo_free(m);
}

/* What a ring of n octets must and may hold of entries of many lengths. */
static void test_round(void **state)
{
	(void)state;
	struct memo *m = memo_new(1); /* made as small as a ring can be */
	uint64_t id = 0;
	for (unsigned round = 0; round < 2000; round++) {
		put(m, 1, id + 1, (uint32_t)(id * 37 % 700));
		put(m, 2, id + 2, 1);
		id += 2;
	}
	struct seen s = all(m, 1, 1000000);
	assert_in_range(s.n, 100, 200);
	assert_true(s.ids[0] == id - 1);
	put(m, 3, ++id, SIZE / 4); /* with its head it is too long to be kept */
	assert_int_equal(all(m, 3, 64).n, 0);
	for (unsigned i = 0; i < 5; i++)
		put(m, 4, ++id, SIZE / 5);
	assert_in_range(all(m, 4, 64).n, 3, 4);
	assert_int_equal(all(m, 1, 64).n, 0); /* gone, though its head still says where it was */
	memo_free(m);
	memo_free(NULL);
}

static const struct CMUnitTest cases[] = {cmocka_unit_test(test_order), cmocka_unit_test(test_round)};

UNIT_MAIN(cases)
