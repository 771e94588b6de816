/*
 * test_record.c - journal records: round trips, golden octets, every truncation, bounds.
 */
#include "path/record.h"

#include <stdlib.h>

#include "samples.h"
#include "unit.h"

static uint8_t big[70001];

static void check_same(const struct record *a, const struct record *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->class_id, b->class_id);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->final_state, b->final_state);
	assert_int_equal(a->attempts, b->attempts);
	assert_true(a->accept_ms == b->accept_ms && a->expiry_ms == b->expiry_ms && a->done_ms == b->done_ms);
	assert_true(view_eq(a->account, b->account) && view_eq(a->stat, b->stat) && view_eq(a->err, b->err));
	assert_true(view_eq(a->via, b->via) && view_eq(a->frame, b->frame));
}

static struct record sample(void)
{
	return (struct record){.kind = RECORD_FINAL,
			       .class_id = 5,
			       .flags = RECORD_INTERNAL,
			       .final_state = 2,
			       .attempts = 3,
			       .accept_ms = 0x0102030405060708,
			       .expiry_ms = -1,
			       .done_ms = SAMPLE_NOW,
			       .account = sample_view("bank"),
			       .stat = sample_view("MK:0001"),
			       .err = sample_view("045"),
			       .via = sample_view("移动"),
			       .frame = sample_view("frame")};
}

/* The octets of version 1: what another release, or another language, must read. */
static void test_golden(void **state)
{
	(void)state;
	/* clang-format off */
	static const uint8_t want[] = {
		1, 1, 5, 1, 2, 3, 4, 7, 3, 6, 0, 0, 5, 0, 0, 0,
		8, 7, 6, 5, 4, 3, 2, 1, 255, 255, 255, 255, 255, 255, 255, 255, /* accept, expiry */
		0xc0, 0x73, 0x2f, 0xe1, 0x9d, 0x01, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, /* done, app id */
		'b', 'a', 'n', 'k', 'M', 'K', ':', '0', '0', '0', '1', '0', '4', '5',
		0xe7, 0xa7, 0xbb, 0xe5, 0x8a, 0xa8, 'f', 'r', 'a', 'm', 'e',
	};
	/* clang-format on */
	uint8_t have[sizeof(want)];
	struct record r = sample(), again;
	r.done_ms = 0x19de12f73c0;
	r.app_id = 9;
	assert_int_equal(record_encode(&r, have, sizeof(have)), sizeof(want));
	assert_memory_equal(have, want, sizeof(want));
	assert_true(record_decode((struct view){have, sizeof(have)}, &again));
	check_same(&r, &again);
}

static struct view some(uint64_t *seed, uint32_t max)
{
	uint32_t n = sample_below(seed, 4) ? sample_below(seed, max + 1) : (sample_below(seed, 2) ? max : 0);
	return (struct view){big + sample_below(seed, 100), n};
}

static void test_round_trips(void **state)
{
	(void)state;
	static uint8_t buf[RECORD_MAX], again_buf[RECORD_MAX];
	uint64_t seed = 2;
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (uint8_t)sample_random(&seed);
	for (int i = 0; i < 3000; i++) {
		struct record again,
			r = {.kind = (uint8_t)sample_below(&seed, 3),
			     .class_id = (uint8_t)sample_random(&seed),
			     .flags = (uint8_t)sample_random(&seed),
			     .final_state = (uint8_t)sample_random(&seed),
			     .attempts = (uint8_t)sample_random(&seed),
			     .accept_ms = (int64_t)((uint64_t)sample_random(&seed) << 32 | sample_random(&seed)),
			     .expiry_ms = sample_below(&seed, 2) ? INT64_MAX : INT64_MIN,
			     .done_ms = sample_random(&seed),
			     .account = some(&seed, 255),
			     .stat = some(&seed, 255),
			     .err = some(&seed, 255),
			     .via = some(&seed, 255),
			     .frame = some(&seed, i % 100 ? 300 : 69800)};
		size_t n = record_encode(&r, buf, sizeof(buf));
		assert_int_equal(n, RECORD_HEADER + r.account.n + r.stat.n + r.err.n + r.via.n + r.frame.n);
		assert_true(record_decode((struct view){buf, (uint32_t)n}, &again));
		check_same(&r, &again);
		assert_int_equal(record_encode(&again, again_buf, sizeof(again_buf)), n);
		assert_memory_equal(again_buf, buf, n);
	}
}

/* Every truncation and every octet too many is no record; the copy is exact, so a read past it is seen by the
 * sanitizer. */
static void test_truncations(void **state)
{
	(void)state;
	uint8_t buf[256];
	struct record r = sample(), out;
	size_t n = record_encode(&r, buf, sizeof(buf));
	for (size_t k = 0; k < n; k++) {
		uint8_t *cut = malloc(k ? k : 1);
		memcpy(cut, buf, k);
		assert_false(record_decode((struct view){cut, (uint32_t)k}, &out));
		free(cut);
	}
	buf[n] = 0;
	assert_false(record_decode((struct view){buf, (uint32_t)n + 1}, &out));
	assert_true(record_decode((struct view){buf, (uint32_t)n}, &out));
}

static void test_strangers(void **state)
{
	(void)state;
	uint8_t buf[256];
	struct record r = sample(), out;
	size_t n = record_encode(&r, buf, sizeof(buf));
	struct view v = {buf, (uint32_t)n};
	for (unsigned version = 0; version < 256; version++) {
		buf[0] = (uint8_t)version;
		assert_int_equal(record_decode(v, &out), version == 1);
	}
	buf[0] = 1;
	for (unsigned kind = 0; kind < 256; kind++) {
		buf[1] = (uint8_t)kind;
		assert_int_equal(record_decode(v, &out), kind <= RECORD_MO);
	}
	buf[1] = RECORD_MT;
	for (unsigned at = 0; at < RECORD_HEADER; at++) {
		bool reserved = at == 11;
		if (!reserved)
			continue;
		buf[at] = 1;
		assert_false(record_decode(v, &out)); /* a field of a version that we do not know */
		buf[at] = 0;
	}
	assert_true(record_decode(v, &out));
	memset(buf + 12, 0xFF, 4); /* a frame of 4 GiB: the sum must not wrap */
	assert_false(record_decode(v, &out));
}

static void test_bounds(void **state)
{
	(void)state;
	static uint8_t buf[RECORD_MAX];
	struct record r = sample();
	size_t n = record_encode(&r, buf, sizeof(buf));
	for (size_t cap = 0; cap < n; cap++)
		assert_int_equal(record_encode(&r, buf, cap), 0);
	struct view *views[] = {&r.account, &r.stat, &r.err, &r.via};
	for (size_t i = 0; i < 4; i++) {
		struct view before = *views[i];
		*views[i] = (struct view){big, 255};
		assert_true(record_encode(&r, buf, sizeof(buf)) > 0);
		*views[i] = (struct view){big, 256};
		assert_int_equal(record_encode(&r, buf, sizeof(buf)), 0);
		*views[i] = before;
	}
	r.frame = (struct view){big, 70000};
	assert_true(record_encode(&r, buf, sizeof(buf)) > 0);
	r.frame = (struct view){big, 70001};
	assert_int_equal(record_encode(&r, buf, sizeof(buf)), 0);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_golden),	  cmocka_unit_test(test_round_trips), cmocka_unit_test(test_truncations),
	cmocka_unit_test(test_strangers), cmocka_unit_test(test_bounds),
};

UNIT_MAIN(cases)
