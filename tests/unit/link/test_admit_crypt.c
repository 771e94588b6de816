/*
 * test_admit_crypt.c - binds whose crypt(3) takes long: who goes, is removed or gets another password meanwhile; the
 * order; the end. The thread is held, so that meanwhile lasts as long as the test wants.
 */
#include <crypt.h>
#include <stdlib.h>
#include "accounts_rig.h"
#include "link/hasher.h"

#define RIGHT	 "geheim"
#define RESP	 (BIND_TRANSCEIVER | COMMAND_RESP)
#define FAILURES "smppgw_listener_bind_failures_total"
#define WAITING	 "smppgw_listener_crypts_waiting"
#define CRYPTS	 "smppgw_listener_crypts_total"

static struct listen_conf door = {.address = (char *)"127.0.0.1", .port = ACCOUNTS_PORT};

static void make_hash(const char *password, char *out, size_t cap)
{
	struct crypt_data data;

	memset(&data, 0, sizeof(data));
	snprintf(out, cap, "%s", crypt_r(password, "$6$rounds=1000$abcdefgh$", &data));
}

/* bank has a hash, plain has none; the thread is held. */
static struct accounts_rig *start(void)
{
	struct accounts_rig *t = accounts_rig_prepare();

	make_hash(RIGHT, t->hash, sizeof(t->hash));
	t->limits.failed_binds = 100;
	t->limits.lockout = 60;
	accounts_rig_add(t, "bank", t->hash);
	accounts_rig_add(t, "plain", "secret");
	accounts_rig_open(t);
	hasher_hold(accounts_hasher(t->accounts), true);
	return t;
}

static void counted(struct accounts_rig *t, const char *name, uint64_t n)
{
	assert_int_equal(accounts_rig_counted(t, name, NULL, NULL), n);
}

/* Its crypt is under way. */
static void bind_as(struct accounts_rig *t, size_t i, const char *from, const char *id, const char *password)
{
	accounts_rig_dial(t, i, from);
	far_bind(t->far[i], BIND_TRANSCEIVER, 1, id, password, 0x34);
	rig_turn(&t->rig);
	far_expect_nothing(t->far[i]);
}

static void release(struct accounts_rig *t)
{
	hasher_hold(accounts_hasher(t->accounts), false);
	rig_turn(&t->rig);
}

/* As a reload does it. */
static void reload(struct accounts_rig *t, struct account_conf *confs, size_t n)
{
	struct accounts_next next = {confs, n, &door, 1, &t->limits, "smppgw"};
	char *errors = NULL;
	struct accounts_plan *p = accounts_prepare(t->accounts, &next, &errors);

	assert_non_null(p);
	assert_int_equal(accounts_open(t->accounts, p, &errors), 0);
	accounts_grow(t->accounts, p);
	accounts_apply(t->accounts, p);
	rig_turn(&t->rig);
}

static void who_goes_has_had_his_try(void **state)
{
	static const struct {
		const char *id, *password;
		bool reset;
		uint64_t failures;
	} rows[] = {
		{"bank", "falsch", true, 1}, {"bank", RIGHT, true, 0},	   {"nobody", RIGHT, true, 1},
		{"plain", RIGHT, true, 1},   {"bank", "falsch", false, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct accounts_rig *t = start();
		bind_as(t, 0, "198.51.100.1", rows[i].id, rows[i].password);
		counted(t, WAITING, 1);
		(rows[i].reset ? wire_drop : wire_close)(t->far[0]);
		rig_turn(&t->rig);
		counted(t, FAILURES, 0);
		counted(t, WAITING, 1);
		release(t);
		counted(t, FAILURES, rows[i].failures);
		counted(t, WAITING, 0);
		/* the next one is served */
		rig_pass(&t->rig, 10);
		accounts_rig_dial(t, 1, NULL);
		far_bind(t->far[1], BIND_TRANSCEIVER, 1, "plain", "falsch", 0x34);
		rig_pass(&t->rig, 2000);
		far_expect(t->far[1], RESP, ESME_RINVPASWD, 1);
		accounts_rig_stop(t);
	}
}

static void what_is_run_says_nothing_of_others(void **state)
{
	struct accounts_rig *t = start();

	(void)state;
	/* the password of the hash that only takes its time */
	bind_as(t, 0, NULL, "plain", RIGHT);
	release(t);
	rig_pass(&t->rig, 2000);
	far_expect(t->far[0], RESP, ESME_RINVPASWD, 1);
	far_expect_nothing(t->far[0]);
	accounts_rig_stop(t);
}

static void customers_come_before_strangers_meanwhile(void **state)
{
	struct accounts_rig *t = start();

	(void)state;
	/* a bind makes its address a friend's; then all that is remembered of the password is forgotten */
	bind_as(t, 0, "203.0.113.7", "bank", RIGHT);
	release(t);
	far_expect(t->far[0], RESP, ESME_ROK, 1);
	char hash[128];
	make_hash("anders", hash, sizeof(hash));
	struct account_conf other[2] = {t->confs[0], t->confs[1]};
	other[0].password = hash;
	reload(t, other, 2);
	hasher_hold(accounts_hasher(t->accounts), true);
	rig_pass(&t->rig, 10);
	for (size_t i = 1; i < 5; i++)
		bind_as(t, i, "198.51.100.1", "bank", "falsch");
	bind_as(t, 5, "203.0.113.7", "bank", "anders");
	counted(t, WAITING, 5);
	hasher_hold(accounts_hasher(t->accounts), false);
	rig_pass(&t->rig, 11);
	/* behind the one that was begun, and before those that came before it */
	far_expect(t->far[5], RESP, ESME_ROK, 1);
	counted(t, WAITING, 3);
	rig_pass(&t->rig, 5000);
	for (size_t i = 1; i < 5; i++)
		far_expect(t->far[i], RESP, ESME_RINVPASWD, 1);
	accounts_rig_stop(t);
}

static void binds_of_an_app_cost_one(void **state)
{
	struct accounts_rig *t = start();

	(void)state;
	for (size_t i = 0; i < 8; i++)
		bind_as(t, i, NULL, "bank", RIGHT);
	counted(t, WAITING, 8);
	release(t);
	rig_pass(&t->rig, 11);
	for (size_t i = 0; i < 8; i++) {
		far_expect(t->far[i], RESP, ESME_ROK, 1);
		far_expect_nothing(t->far[i]);
	}
	counted(t, CRYPTS, 1);
	accounts_rig_stop(t);
}

static void the_account_is_removed_meanwhile(void **state)
{
	struct accounts_rig *t = start();

	(void)state;
	bind_as(t, 0, NULL, "bank", RIGHT);
	bind_as(t, 1, NULL, "bank", RIGHT);
	reload(t, &t->confs[1], 1);
	for (size_t i = 0; i < 2; i++)
		far_expect(t->far[i], RESP, ESME_RBINDFAIL, 1);
	release(t);
	rig_pass(&t->rig, 2000);
	for (size_t i = 0; i < 2; i++) {
		far_expect_nothing(t->far[i]);
		assert_true(wire_closed(t->far[i]));
	}
	assert_int_equal(account_binds(accounts_at(t->accounts, 0)), 0);
	accounts_rig_stop(t);
}

/* It is judged by the password that the account has when the crypt is there. */
static void the_password_is_changed_meanwhile(void **state)
{
	static const struct {
		const char *said, *now;
		bool hashed;
		uint32_t status;
		uint64_t crypts;
	} rows[] = {
		{RIGHT, "anders", true, ESME_RINVPASWD, 2},  {"anders", "anders", true, ESME_ROK, 2},
		{RIGHT, "anders", false, ESME_RINVPASWD, 1}, {"anders", "anders", false, ESME_ROK, 1},
		{RIGHT, RIGHT, true, ESME_ROK, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct accounts_rig *t = start();
		char now[128];
		snprintf(now, sizeof(now), "%s", rows[i].now);
		if (rows[i].hashed)
			make_hash(rows[i].now, now, sizeof(now));
		struct account_conf other[2] = {t->confs[0], t->confs[1]};
		other[0].password = now;
		bind_as(t, 0, NULL, "bank", rows[i].said);
		reload(t, other, 2);
		far_expect_nothing(t->far[0]);
		release(t);
		rig_pass(&t->rig, 2000);
		far_expect(t->far[0], RESP, rows[i].status, 1);
		far_expect_nothing(t->far[0]);
		counted(t, CRYPTS, rows[i].crypts);
		counted(t, FAILURES, rows[i].status == ESME_ROK ? 0 : 1);
		accounts_rig_stop(t);
	}
}

/* Nobody has a hash any more: what waits costs none. */
static void no_hash_is_left_meanwhile(void **state)
{
	struct accounts_rig *t = start();

	(void)state;
	bind_as(t, 0, NULL, "bank", "falsch");
	bind_as(t, 1, NULL, "plain", "falsch");
	bind_as(t, 2, NULL, "bank", "klar");
	struct account_conf other[2] = {t->confs[0], t->confs[1]};
	other[0].password = (char *)"klar";
	reload(t, other, 2);
	release(t);
	rig_pass(&t->rig, 5000);
	far_expect(t->far[0], RESP, ESME_RINVPASWD, 1);
	far_expect(t->far[1], RESP, ESME_RINVPASWD, 1);
	far_expect(t->far[2], RESP, ESME_ROK, 1);
	counted(t, CRYPTS, 1);
	accounts_rig_stop(t);
}

static void the_end_meanwhile(void **state)
{
	(void)state;
	for (int released = 0; released < 2; released++) {
		struct accounts_rig *t = start();
		bind_as(t, 0, NULL, "bank", RIGHT);
		bind_as(t, 1, NULL, "bank", "falsch");
		accounts_shutdown(t->accounts);
		if (released) /* in the turn in which the session begins to end */
			hasher_hold(accounts_hasher(t->accounts), false);
		rig_turn(&t->rig);
		assert_true(wire_closed(t->far[0]));
		assert_int_equal(account_stats(accounts_at(t->accounts, 0))->binds, 0);
		accounts_rig_stop(t);
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(who_goes_has_had_his_try),
	cmocka_unit_test(what_is_run_says_nothing_of_others),
	cmocka_unit_test(customers_come_before_strangers_meanwhile),
	cmocka_unit_test(binds_of_an_app_cost_one),
	cmocka_unit_test(the_account_is_removed_meanwhile),
	cmocka_unit_test(the_password_is_changed_meanwhile),
	cmocka_unit_test(no_hash_is_left_meanwhile),
	cmocka_unit_test(the_end_meanwhile),
};

UNIT_MAIN(cases)
