/*
 * test_store_credit.c - the scripts about credit, run by a real Redis: what is reserved, settled and given back always
 * adds up, also when it is asked for twice and when Redis is full. Skipped without redis-server.
 */
#include "redis_rig.h"
#include "unit.h"

#define ID  612345678901200001ull
#define DAY 20260501u

static char granted[1200];

static void on_granted(void *arg, uint64_t token, bool ok, bool member)
{
	(void)arg;
	granted[token] = !ok ? '?' : member ? 'y' : 'n';
	rig_done = true;
}

static void reserve(unsigned n, int64_t floor, int64_t amount, unsigned segments)
{
	struct store_reservation r = {view_of("银行"), floor, ID + n, amount, segments};
	granted[n] = '-';
	assert_int_equal(store_reserve(rig_store, &r, on_granted, n), 0);
}

static void reserve_now(unsigned n, int64_t floor, int64_t amount, unsigned segments)
{
	reserve(n, floor, amount, segments);
	rig_done = false;
	rig_until(&rig_done);
}

static bool settle(unsigned n, const char *carrier, unsigned segments)
{
	return rig_outcome(store_settle(rig_store, ID + n, DAY, carrier, segments, rig_on_written, 0));
}

static int64_t balance;
static bool told; /* of what was asked for; writes of before may still set rig_done */

static void on_balance(void *arg, bool ok, int64_t now)
{
	(void)arg;
	assert_true(ok);
	balance = now;
	told = true;
}

static int64_t credit(enum store_credit_what what, int64_t amount)
{
	told = false;
	assert_int_equal(store_credit(rig_store, view_of("银行"), what, amount, on_balance, NULL), 0);
	rig_until(&told);
	return balance;
}

static struct {
	char name[80];
	long long value;
} usage[16];
static size_t usage_n;

static void on_value(void *arg, struct view name, int64_t value)
{
	(void)arg;
	assert_true(usage_n < 16);
	snprintf(usage[usage_n].name, 80, "%.*s", (int)name.n, (const char *)name.p);
	usage[usage_n++].value = value;
}

static void on_usage(void *arg, bool ok)
{
	(void)arg;
	assert_true(ok);
	told = true;
}

static long long used(const char *name)
{
	static const struct store_usage_reader reader = {on_value, on_usage};
	usage_n = 0;
	told = false;
	assert_int_equal(store_usage_read(rig_store, DAY, &reader, NULL), 0);
	rig_until(&told);
	for (size_t i = 0; i < usage_n; i++) {
		if (strcmp(usage[i].name, name) == 0)
			return usage[i].value;
	}
	return 0;
}

static int empty(void **state)
{
	(void)state;
	rig_raw("CONFIG SET maxmemory 0");
	rig_raw("DEL 试:credit 试:reserved:7 试:usage:20260501");
	return 0;
}

static void test_reserve(void **state)
{
	(void)state;
	assert_int_equal(credit(STORE_CREDIT_READ, 0), 0);
	assert_int_equal(credit(STORE_CREDIT_SET, 100), 100);
	for (unsigned i = 0; i < 5; i++)
		reserve(i, 0, i == 1 ? 80 : 30, 1);
	rig_done = false;
	rig_until(&rig_done);
	assert_memory_equal(granted, "ynyyn", 5); /* in their order; a dear one does not stop those behind it */
	assert_int_equal(credit(STORE_CREDIT_READ, 0), 10);
	assert_int_equal(rig_raw("HLEN 试:reserved:7"), 3);
	reserve_now(6, -50, 50, 1);
	reserve_now(7, -50, 50, 1);
	assert_memory_equal(granted + 6, "yn", 2);
	assert_int_equal(credit(STORE_CREDIT_READ, 0), -40);
	assert_int_equal(credit(STORE_CREDIT_ADD, 1000000000000), 999999999960);
}

static void test_settle_once(void **state)
{
	(void)state;
	credit(STORE_CREDIT_SET, 1000);
	reserve_now(0, 0, 150, 3);
	reserve_now(1, 0, 50, 1);
	reserve_now(2, 0, 100, 2);
	assert_int_equal(credit(STORE_CREDIT_READ, 0), 700);
	assert_true(settle(0, "移动", 0));
	assert_true(settle(0, "移动", 0)); /* its answer was lost */
	assert_true(settle(0, NULL, 0));
	assert_int_equal(credit(STORE_CREDIT_READ, 0), 700);
	assert_true(settle(1, NULL, 0));
	assert_true(settle(1, NULL, 0));
	assert_int_equal(credit(STORE_CREDIT_READ, 0), 750);
	assert_true(settle(2, "移动", 5)); /* cut into more parts than was thought */
	assert_int_equal(credit(STORE_CREDIT_READ, 0), 600);
	assert_true(settle(99, "移动", 1)); /* never reserved */
	assert_int_equal(rig_raw("EXISTS 试:reserved:7"), 0);
	assert_int_equal(used("银行/移动/messages"), 2);
	assert_int_equal(used("银行/移动/segments"), 8);
	assert_int_equal(used("银行/移动/amount"), 400);
	assert_int_equal(usage_n, 3);
	assert_in_range(rig_raw("TTL 试:usage:20260501"), 34559900, 34560000);
}

/* More than one command's worth in one turn, in any order of ends: it adds up. */
static void test_many(void **state)
{
	(void)state;
	uint64_t seed = 11;
	long long kept = 0;
	credit(STORE_CREDIT_SET, 100000);
	for (unsigned i = 0; i < 1200; i++)
		reserve(i, 0, 100, 1);
	while (granted[1199] == '-') {
		rig_done = false;
		rig_until(&rig_done);
	}
	for (unsigned i = 0; i < 1200; i++) {
		assert_int_equal(granted[i], i < 1000 ? 'y' : 'n');
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		bool keep = seed >> 63;
		kept += keep && i < 1000;
		assert_int_equal(store_settle(rig_store, ID + i, DAY, keep ? "联通" : NULL, 0, rig_on_written, 0), 0);
	}
	credit(STORE_CREDIT_READ, 0); /* behind all of them */
	assert_int_equal(balance, 100000 - 100 * kept);
	assert_int_equal(used("银行/联通/amount"), 100 * kept);
	assert_int_equal(used("银行/联通/messages"), kept);
	assert_int_equal(rig_raw("EXISTS 试:reserved:7"), 0);
}

static void test_usage(void **state)
{
	(void)state;
	const struct store_usage rows[] = {{"银行", "移动", 3, 7, 210}, {"a/b", "联通", 1, 1, 0}};
	assert_true(rig_outcome(store_usage_add(rig_store, DAY, rows, 2, rig_on_written, 0)));
	assert_true(rig_outcome(store_usage_add(rig_store, DAY, rows, 1, rig_on_written, 0)));
	assert_int_equal(used("银行/移动/messages"), 6);
	assert_int_equal(used("银行/移动/segments"), 14);
	assert_int_equal(used("银行/移动/amount"), 420);
	assert_int_equal(used("a/b/联通/messages"), 1);
}

/* Full: nothing is reserved, and all that was can end. */
static void test_full(void **state)
{
	(void)state;
	credit(STORE_CREDIT_SET, 1000);
	reserve_now(0, 0, 100, 1);
	reserve_now(1, 0, 100, 1);
	rig_raw("CONFIG SET maxmemory 1");
	reserve_now(2, 0, 100, 1);
	assert_int_equal(granted[2], '?');
	assert_true(settle(0, "移动", 0));
	assert_true(settle(1, NULL, 0));
	rig_raw("CONFIG SET maxmemory 0");
	assert_int_equal(credit(STORE_CREDIT_READ, 0), 900);
	assert_int_equal(used("银行/移动/amount"), 100);
	assert_int_equal(rig_raw("EXISTS 试:reserved:7"), 0);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup(test_reserve, empty), cmocka_unit_test_setup(test_settle_once, empty),
	cmocka_unit_test_setup(test_many, empty),    cmocka_unit_test_setup(test_usage, empty),
	cmocka_unit_test_setup(test_full, empty),
};

int main(void)
{
	return redis_rig_main(cases, sizeof(cases) / sizeof(cases[0]));
}
