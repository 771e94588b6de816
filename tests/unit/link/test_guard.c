/*
 * test_guard.c - failed binds: answers that come later, locks of addresses and accounts, who is judged all the same,
 * bounds of memory.
 */
#include <stdlib.h>
#include "unit.h"
#include "link/guard.h"

#define SECOND 1000LL

static const struct guard_conf usual = {.failures = 10, .account_failures = 20, .lockout_ms = 300 * SECOND};

struct rig {
	struct guard *g;
	int64_t now;
	struct net_addr from;
};

static struct guard_who who(struct rig *t, const char *from, const char *id, bool known)
{
	assert_true(net_literal(from, 4711, &t->from));
	return (struct guard_who){.from = &t->from, .id = view_of(id), .known = known};
}

static enum guard_verdict ask(struct rig *t, const char *from, const char *id, bool known)
{
	struct guard_who w = who(t, from, id, known);

	return guard_ask(t->g, &usual, &w, t->now);
}

static struct guard_failure fail_once(struct rig *t, const char *from, const char *id, bool known)
{
	struct guard_who w = who(t, from, id, known);

	return guard_failed(t->g, &usual, &w, t->now);
}

static void lock(struct rig *t, const char *from, const char *id, bool known)
{
	for (int i = 0; i < 10; i++)
		fail_once(t, from, id, known);
}

static void pass_once(struct rig *t, const char *from, const char *id)
{
	struct guard_who w = who(t, from, id, true);

	guard_passed(t->g, &w, t->now);
}

static struct rig start(void)
{
	return (struct rig){.g = guard_new(1000 * SECOND), .now = 1000 * SECOND};
}

static enum guard_standing stands(struct rig *t, const char *from, const char *id)
{
	struct guard_who w = who(t, from, id, true);

	return guard_standing(t->g, &usual, &w, t->now);
}

static void friends_come_first_who_has_failed_last(void **state)
{
	struct rig t = start();

	(void)state;
	pass_once(&t, "203.0.113.7", "银行");
	fail_once(&t, "203.0.113.7", "银行", true);
	fail_once(&t, "203.0.113.9", "银行", true);
	assert_int_equal(stands(&t, "203.0.113.7", "银行"), GUARD_FRIEND);
	assert_int_equal(stands(&t, "203.0.113.7", "商店"), GUARD_HAS_FAILED);
	assert_int_equal(stands(&t, "203.0.113.8", "银行"), GUARD_UNKNOWN);
	assert_int_equal(stands(&t, "203.0.113.9", "银行"), GUARD_HAS_FAILED);
	t.now += 301 * SECOND;
	assert_int_equal(stands(&t, "203.0.113.9", "银行"), GUARD_UNKNOWN);
	lock(&t, "203.0.113.9", "银行", true);
	t.now += 299 * SECOND;
	assert_int_equal(stands(&t, "203.0.113.9", "银行"), GUARD_HAS_FAILED);
	t.now += SECOND;
	assert_int_equal(stands(&t, "203.0.113.9", "银行"), GUARD_UNKNOWN);
	guard_free(t.g);
}

static void answers_come_later_then_none(void **state)
{
	static const int64_t delays[10] = {0, 0, 0, 0, 0, 1000, 2000, 4000, 8000, 8000};
	struct rig t = start();

	(void)state;
	for (int64_t i = 0; i < 10; i++) {
		assert_int_equal(ask(&t, "203.0.113.7", "银行", true), GUARD_OPEN);
		struct guard_failure f = fail_once(&t, "203.0.113.7", "银行", true);
		assert_int_equal(f.delay_ms, delays[i]);
		assert_int_equal(f.failures, i + 1);
		assert_int_equal(f.address, i == 9);
		assert_false(f.account);
	}
	assert_int_equal(ask(&t, "203.0.113.7", "银行", true), GUARD_ADDRESS_LOCKED);
	assert_int_equal(ask(&t, "203.0.113.7", "nobody", false), GUARD_ADDRESS_LOCKED);
	assert_int_equal(ask(&t, "203.0.113.8", "银行", true), GUARD_OPEN);
	assert_int_equal(guard_locked(t.g, t.now), 1);
	t.now += 300 * SECOND - 1;
	assert_int_equal(ask(&t, "203.0.113.7", "银行", true), GUARD_ADDRESS_LOCKED);
	t.now += 1;
	assert_int_equal(ask(&t, "203.0.113.7", "银行", true), GUARD_OPEN);
	assert_int_equal(fail_once(&t, "203.0.113.7", "银行", true).failures, 1);
	guard_free(t.g);
}

static void nobody_is_locked_soon_after_a_start(void **state)
{
	struct guard_conf conf = usual;
	struct rig t = start();
	struct guard_who w = who(&t, "203.0.113.7", "bank", true);

	(void)state;
	conf.grace_ms = 60 * SECOND;
	for (int i = 0; i < 50; i++)
		assert_false(guard_failed(t.g, &conf, &w, t.now).address);
	assert_int_equal(guard_failed(t.g, &conf, &w, t.now).delay_ms, GUARD_SLOWEST);
	assert_int_equal(guard_ask(t.g, &conf, &w, t.now), GUARD_OPEN);
	t.now += 60 * SECOND;
	assert_true(guard_failed(t.g, &conf, &w, t.now).address);
	assert_int_equal(guard_ask(t.g, &conf, &w, t.now), GUARD_ADDRESS_LOCKED);
	guard_free(t.g);
}

static void old_failures_do_not_count(void **state)
{
	struct rig t = start();

	(void)state;
	for (int i = 0; i < 9; i++)
		fail_once(&t, "203.0.113.7", "bank", true);
	t.now += 300 * SECOND + 1;
	assert_int_equal(fail_once(&t, "203.0.113.7", "bank", true).failures, 1);
	guard_free(t.g);
}

static void who_has_bound_there_is_judged(void **state)
{
	struct rig t = start();

	(void)state;
	pass_once(&t, "203.0.113.7", "bank");
	lock(&t, "203.0.113.7", "shop", true);
	assert_int_equal(ask(&t, "203.0.113.7", "bank", true), GUARD_OPEN);
	assert_int_equal(ask(&t, "203.0.113.7", "shop", true), GUARD_ADDRESS_LOCKED);
	/* only where it was */
	lock(&t, "203.0.113.8", "shop", true);
	assert_int_equal(ask(&t, "203.0.113.8", "bank", true), GUARD_ADDRESS_LOCKED);
	/* binding well does not wipe out what was tried elsewhere */
	pass_once(&t, "203.0.113.7", "bank");
	assert_int_equal(ask(&t, "203.0.113.7", "shop", true), GUARD_ADDRESS_LOCKED);
	/* trust ends */
	t.now += GUARD_TRUST_MS;
	lock(&t, "203.0.113.7", "shop", true);
	assert_int_equal(ask(&t, "203.0.113.7", "bank", true), GUARD_ADDRESS_LOCKED);
	guard_free(t.g);
}

static void who_is_vouched_for_is_judged(void **state)
{
	struct rig t = start();
	struct guard_who w = who(&t, "203.0.113.7", "bank", true);

	(void)state;
	lock(&t, "203.0.113.7", "shop", true);
	assert_int_equal(guard_ask(t.g, &usual, &w, t.now), GUARD_ADDRESS_LOCKED);
	w.vouched = true;
	assert_int_equal(guard_ask(t.g, &usual, &w, t.now), GUARD_OPEN);
	guard_free(t.g);
}

/* Fails twice from each of n addresses of 198.18.0.0/15. */
static bool fail_from_many(struct rig *t, int n, const char *id)
{
	char from[32];
	bool locked = false;

	for (int i = 0; i < n; i++) {
		snprintf(from, sizeof(from), "198.18.%d.%d", i / 250, i % 250 + 1);
		locked = fail_once(t, from, id, true).account || locked;
		locked = fail_once(t, from, id, true).account || locked;
	}
	return locked;
}

static void an_account_is_locked_for_strangers_only(void **state)
{
	struct rig t = start();

	(void)state;
	pass_once(&t, "203.0.113.7", "bank");
	/* its own mistakes do not count for the account */
	for (int i = 0; i < 30; i++)
		assert_false(fail_once(&t, "203.0.113.7", "bank", true).account);
	assert_false(fail_from_many(&t, 9, "bank"));
	assert_true(fail_from_many(&t, 1, "bank"));
	assert_int_equal(ask(&t, "192.0.2.1", "bank", true), GUARD_ACCOUNT_LOCKED);
	assert_int_equal(ask(&t, "203.0.113.7", "bank", true), GUARD_OPEN);
	assert_int_equal(ask(&t, "192.0.2.1", "shop", true), GUARD_OPEN);
	t.now += 300 * SECOND;
	assert_int_equal(ask(&t, "192.0.2.1", "bank", true), GUARD_OPEN);
	guard_free(t.g);
}

static void an_account_without_a_friend_is_not_locked(void **state)
{
	struct rig t = start();

	(void)state;
	assert_false(fail_from_many(&t, 500, "bank"));
	assert_int_equal(ask(&t, "192.0.2.1", "bank", true), GUARD_OPEN);
	guard_free(t.g);
}

static void off(void **state)
{
	static const struct guard_conf none = {.lockout_ms = 300 * SECOND};
	struct net_addr unix_peer = {.ss.ss_family = AF_UNIX, .len = 2};
	struct rig t = start();
	struct guard_who w = who(&t, "203.0.113.7", "bank", true);

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_int_equal(guard_failed(t.g, &none, &w, t.now).delay_ms, 0);
	assert_int_equal(guard_ask(t.g, &none, &w, t.now), GUARD_OPEN);
	w.from = &unix_peer;
	for (int i = 0; i < 100; i++)
		assert_int_equal(guard_failed(t.g, &usual, &w, t.now).delay_ms, 0);
	guard_passed(t.g, &w, t.now);
	assert_int_equal(guard_ask(t.g, &usual, &w, t.now), GUARD_OPEN);
	guard_free(t.g);
}

static bool says(const struct net_addr *from, void *arg)
{
	unsigned *asked = arg;

	(void)from;
	return (*asked)++ == 1; /* the second time */
}

static void the_door_is_shut_for_whom_nobody_knows(void **state)
{
	struct rig t = start();
	unsigned asked = 0;

	(void)state;
	assert_false(guard_shut(t.g, &t.from, t.now, says, &asked));
	lock(&t, "203.0.113.7", "shop", true);
	assert_true(guard_shut(t.g, &t.from, t.now, says, &asked));
	assert_true(guard_shut(t.g, &t.from, t.now, says, &asked));
	assert_int_equal(asked, 1);
	guard_forget_doors(t.g);
	assert_false(guard_shut(t.g, &t.from, t.now, says, &asked));
	guard_forget_doors(t.g);
	assert_true(guard_shut(t.g, &t.from, t.now, says, &asked));
	pass_once(&t, "203.0.113.7", "bank");
	assert_false(guard_shut(t.g, &t.from, t.now, says, &asked));
	guard_free(t.g);
}

static void remember(const struct guard_lock *l, void *arg)
{
	char *out = arg;
	size_t n = strlen(out);

	snprintf(out + n, 200 - n, "%s %s %d %d;", l->account ? "account" : "address", l->who, (int)l->failures,
		 (int)(l->left_ms / SECOND));
}

static void locks_are_listed_and_lifted(void **state)
{
	struct rig t = start();
	char text[200] = "";

	(void)state;
	lock(&t, "203.0.113.7", "银行", true);
	t.now += SECOND;
	lock(&t, "2001:db8:0:1::17", "银行", true);
	lock(&t, "203.0.113.9", "银行", true);
	pass_once(&t, "192.0.2.1", "银行");
	fail_from_many(&t, 1, "银行");
	guard_each_lock(t.g, t.now, remember, text);
	assert_string_equal(text, "address 203.0.113.9 10 300;address 2001:db8:0:1::/64 10 300;"
				  "address 203.0.113.7 10 299;account 银行 32 300;");
	assert_true(guard_lift(t.g, "203.0.113.7"));
	assert_true(guard_lift(t.g, "2001:db8:0:1::/64"));
	assert_true(guard_lift(t.g, "银行"));
	assert_false(guard_lift(t.g, "203.0.113.7"));
	assert_false(guard_lift(t.g, "shop"));
	assert_int_equal(guard_locked(t.g, t.now), 1);
	assert_int_equal(ask(&t, "203.0.113.7", "银行", true), GUARD_OPEN);
	guard_free(t.g);
}

static void networks_that_name_an_address(void **state)
{
	static const struct {
		const char *cidr, *from;
		bool vouches;
	} rows[] = {
		{"10.1.0.0/16", "10.1.2.3", true},
		{"10.0.0.0/8", "10.1.2.3", true},
		{"8.0.0.0/5", "10.1.2.3", false},
		{"0.0.0.0/0", "10.1.2.3", false},
		{"10.1.2.3", "10.1.2.3", true},
		{"10.1.2.3", "10.1.2.4", false},
		{"2001:db8::/32", "2001:db8::1", true},
		{"::/0", "2001:db8::1", false},
		{"::/0", "10.1.2.3", false},
	};
	struct net_cidr cidr;
	struct net_addr from;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(net_cidr_parse(rows[i].cidr, &cidr), 0);
		assert_true(net_literal(rows[i].from, 1, &from));
		assert_int_equal(guard_vouches(&cidr, 1, &from), rows[i].vouches);
	}
	assert_false(guard_vouches(&cidr, 0, &from));
}

static void memory_is_bounded(void **state)
{
	struct rig t = start();
	char from[48];

	(void)state;
	lock(&t, "203.0.113.7", "bank", true);
	for (unsigned i = 0; i < GUARD_MOST - 1; i++) {
		snprintf(from, sizeof(from), "2001:db8:%x:%x::1", i >> 16, i & 0xFFFF);
		fail_once(&t, from, "bank", true);
	}
	assert_int_equal(ask(&t, "203.0.113.7", "bank", true), GUARD_ADDRESS_LOCKED);
	fail_once(&t, "2001:db9::1", "bank", true);
	assert_int_equal(ask(&t, "203.0.113.7", "bank", true), GUARD_OPEN);
	for (unsigned i = 0; i < 2 * GUARD_MOST; i++) {
		snprintf(from, sizeof(from), "2001:db8:%x:%x::1", i >> 16, i & 0xFFFF);
		pass_once(&t, from, "bank");
	}
	guard_free(t.g);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(friends_come_first_who_has_failed_last),
	cmocka_unit_test(answers_come_later_then_none),
	cmocka_unit_test(nobody_is_locked_soon_after_a_start),
	cmocka_unit_test(old_failures_do_not_count),
	cmocka_unit_test(who_has_bound_there_is_judged),
	cmocka_unit_test(who_is_vouched_for_is_judged),
	cmocka_unit_test(an_account_is_locked_for_strangers_only),
	cmocka_unit_test(an_account_without_a_friend_is_not_locked),
	cmocka_unit_test(off),
	cmocka_unit_test(the_door_is_shut_for_whom_nobody_knows),
	cmocka_unit_test(locks_are_listed_and_lifted),
	cmocka_unit_test(networks_that_name_an_address),
	cmocka_unit_test(memory_is_bounded),
};

UNIT_MAIN(cases)
