/*
 * test_account.c - accounts over an in-memory network: who may bind, dead binds displaced, shutdown, counters, faults
 * of the configuration. What flows over the binds: test_account_traffic.c.
 */
#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include "accounts_rig.h"

#define HASH_OF "geheim"

/* Who may bind. */

static void passwords_and_ids(void **state)
{
	struct accounts_rig *t = accounts_rig_start();

	(void)state;
	accounts_rig_dial(t, 0, NULL);
	accounts_rig_bind(t, 0, BIND_TRANSCEIVER, "bank", "wrong", ESME_RINVPASWD);
	accounts_rig_bind(t, 0, BIND_TRANSCEIVER, "nobody", "secret", ESME_RINVSYSID);
	accounts_rig_bind(t, 0, BIND_TRANSCEIVER, "BANK", "secret", ESME_RINVSYSID);
	accounts_rig_bind(t, 0, BIND_TRANSCEIVER, "bank", "", ESME_RINVPASWD);
	accounts_rig_bind(t, 0, BIND_TRANSCEIVER, "bank", "secret", ESME_ROK);
	assert_int_equal(account_binds(accounts_at(t->accounts, 0)), 1);
	assert_int_equal(account_stats(accounts_at(t->accounts, 0))->binds, 1);
	assert_int_equal(account_stats(accounts_at(t->accounts, 0))->binds_refused, 2);
	far_sm(t->far[0], SUBMIT_SM, 2, "x");
	rig_turn(&t->rig);
	far_expect(t->far[0], SUBMIT_SM | COMMAND_RESP, ESME_ROK, 2);
	assert_int_equal(t->requests, 1);
	accounts_rig_stop(t);
}

static struct accounts_rig *start_hashed(void)
{
	struct accounts_rig *t = accounts_rig_prepare();
	struct crypt_data data;

	memset(&data, 0, sizeof(data));
	snprintf(t->hash, sizeof(t->hash), "%s", crypt_r(HASH_OF, "$6$rounds=1000$abcdefgh$", &data));
	accounts_rig_add(t, "bank", t->hash);
	accounts_rig_add(t, "plain", "secret");
	accounts_rig_open(t);
	return t;
}

static void a_hash_is_run_once_and_remembered(void **state)
{
	struct accounts_rig *t = start_hashed();

	(void)state;
	accounts_rig_dial(t, 0, NULL);
	far_bind(t->far[0], BIND_TRANSCEIVER, 1, "bank", HASH_OF, 0x34);
	far_sm(t->far[0], SUBMIT_SM, 2, "pipelined");
	rig_pass(&t->rig, 5);
	far_expect(t->far[0], BIND_TRANSCEIVER | COMMAND_RESP, ESME_ROK, 1);
	far_expect(t->far[0], SUBMIT_SM | COMMAND_RESP, ESME_ROK, 2);
	/* from now on without waiting: a crypt would take a timer, and time stands still here */
	for (size_t i = 1; i < 8; i++) {
		accounts_rig_dial(t, i, NULL);
		accounts_rig_bind(t, i, BIND_TRANSMITTER, "bank", HASH_OF, ESME_ROK);
	}
	accounts_rig_stop(t);
}

static void with_hashes_every_wrong_bind_waits_for_its_crypt(void **state)
{
	static const struct {
		const char *id, *password;
		uint32_t status;
	} rows[] = {
		{"bank", "wrong", ESME_RINVPASWD},
		{"plain", "wrong", ESME_RINVPASWD},
		{"nobody", "wrong", ESME_RINVSYSID},
		{"bank", HASH_OF, ESME_ROK},
	};
	struct accounts_rig *t = start_hashed();

	(void)state;
	for (size_t i = 0; i < 4; i++)
		accounts_rig_dial(t, i, NULL);
	for (size_t i = 0; i < 4; i++)
		far_bind(t->far[i], BIND_TRANSCEIVER, 1, rows[i].id, rows[i].password, 0x34);
	loop_turn(t->rig.loop); /* reads the binds; none is judged yet */
	for (size_t i = 0; i < 4; i++)
		far_expect_nothing(t->far[i]);
	/* in their order, one each 10 ms */
	for (size_t i = 0; i < 4; i++) {
		rig_pass(&t->rig, i == 0 ? 5 : 11);
		far_expect(t->far[i], BIND_TRANSCEIVER | COMMAND_RESP, rows[i].status, 1);
		for (size_t later = i + 1; later < 4; later++)
			far_expect_nothing(t->far[later]);
	}
	/* a right plain password does not wait */
	accounts_rig_dial(t, 5, NULL);
	accounts_rig_bind(t, 5, BIND_TRANSCEIVER, "plain", "secret", ESME_ROK);
	accounts_rig_stop(t);
}

/* Over n connections at once. */
static void guess(struct accounts_rig *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		accounts_rig_dial(t, i, "198.51.100.1");
	for (size_t i = 0; i < n; i++)
		far_bind(t->far[i], BIND_TRANSCEIVER, 1, "bank", "wrong", 0x34);
	loop_turn(t->rig.loop); /* reads the binds */
}

static struct accounts_rig *start_guarded(void)
{
	struct accounts_rig *t = start_hashed();

	t->limits.failed_binds = 4;
	t->limits.lockout = 60;
	return t;
}

static void who_guesses_over_many_connections_at_once_gets_no_more_tries(void **state)
{
	struct accounts_rig *t = start_guarded();

	(void)state;
	guess(t, 10);
	rig_pass(&t->rig, 10000);
	for (size_t i = 0; i < 10; i++)
		far_expect(t->far[i], BIND_TRANSCEIVER | COMMAND_RESP, i < 4 ? ESME_RINVPASWD : ESME_RBINDFAIL, 1);
	assert_int_equal(accounts_rig_counted(t, "smppgw_listener_bind_failures_total", NULL, NULL), 4);
	assert_int_equal(accounts_rig_counted(t, "smppgw_listener_locked_out_total", NULL, NULL), 6);
	accounts_rig_stop(t);
}

static void who_floods_the_door_does_not_hold_up_customers(void **state)
{
	struct accounts_rig *t = start_guarded();

	(void)state;
	t->limits.failed_binds = 100;
	guess(t, 20);
	rig_pass(&t->rig, 5);
	accounts_rig_dial(t, 20, "203.0.113.7");
	far_bind(t->far[20], BIND_TRANSCEIVER, 1, "bank", HASH_OF, 0x34);
	rig_pass(&t->rig, 25);
	far_expect(t->far[20], BIND_TRANSCEIVER | COMMAND_RESP, ESME_ROK, 1);
	far_expect_nothing(t->far[19]);
	rig_pass(&t->rig, 300); /* and nobody waits for ever */
	far_expect(t->far[19], BIND_TRANSCEIVER | COMMAND_RESP, ESME_RINVPASWD, 1);
	accounts_rig_stop(t);
}

static void who_leaves_while_its_crypt_waits_does_no_harm(void **state)
{
	struct accounts_rig *t = start_hashed();

	(void)state;
	for (size_t i = 0; i < 5; i++)
		accounts_rig_dial(t, i, NULL);
	for (size_t i = 0; i < 5; i++)
		far_bind(t->far[i], BIND_TRANSCEIVER, 1, "bank", "wrong", 0x34);
	loop_turn(t->rig.loop);
	for (size_t i = 0; i < 5; i++)
		wire_drop(t->far[i]);
	rig_pass(&t->rig, 200);
	accounts_rig_stop(t);
}

static void addresses(void **state)
{
	struct accounts_rig *t = accounts_rig_prepare();
	struct account_conf *c = accounts_rig_add(t, "bank", "secret");

	(void)state;
	t->lists[0] = (char *)"10.0.0.0/8";
	t->lists[1] = (char *)"192.168.1.7";
	c->allow = (struct conf_list){t->lists, 2};
	accounts_rig_open(t);
	accounts_rig_dial(t, 0, "10.99.1.2");
	accounts_rig_bind(t, 0, BIND_TRANSCEIVER, "bank", "secret", ESME_ROK);
	accounts_rig_dial(t, 1, "192.168.1.7");
	accounts_rig_bind(t, 1, BIND_TRANSCEIVER, "bank", "secret", ESME_ROK);
	accounts_rig_dial(t, 2, "192.168.1.8");
	accounts_rig_bind(t, 2, BIND_TRANSCEIVER, "bank", "secret", ESME_RBINDFAIL);
	accounts_rig_stop(t);
}

static void bind_types(void **state)
{
	struct accounts_rig *t = accounts_rig_prepare();
	struct account_conf *c = accounts_rig_add(t, "bank", "secret");

	(void)state;
	t->lists[0] = (char *)"transmitter";
	t->lists[1] = (char *)"receiver";
	c->bind = (struct conf_list){t->lists, 2};
	accounts_rig_open(t);
	accounts_rig_dial(t, 0, NULL);
	accounts_rig_bind(t, 0, BIND_TRANSCEIVER, "bank", "secret", ESME_RINVCMDID);
	accounts_rig_bind(t, 0, BIND_TRANSMITTER, "bank", "secret", ESME_ROK);
	accounts_rig_dial(t, 1, NULL);
	accounts_rig_bind(t, 1, BIND_RECEIVER, "bank", "secret", ESME_ROK);
	assert_true(account_can_receive(accounts_at(t->accounts, 0)));
	accounts_rig_stop(t);
}

static void the_version_can_be_overridden(void **state)
{
	struct accounts_rig *t = accounts_rig_prepare();
	struct view version;

	(void)state;
	accounts_rig_add(t, "bank", "secret")->interface_version = 0x34;
	accounts_rig_open(t);
	accounts_rig_dial(t, 0, NULL);
	far_bind(t->far[0], BIND_TRANSCEIVER, 1, "bank", "secret", 0x22);
	rig_turn(&t->rig);
	struct pdu resp = far_expect(t->far[0], BIND_TRANSCEIVER | COMMAND_RESP, ESME_ROK, 1);
	assert_true(tlv_find(resp.tlvs, TLV_SC_INTERFACE_VERSION, &version));
	assert_int_equal(account_send(accounts_at(t->accounts, 0), 1, accounts_rig_fill, t), 0);
	assert_int_equal(t->fill_version, 0x34);
	accounts_rig_stop(t);
}

static void too_many_connections_are_closed(void **state)
{
	struct accounts_rig *t = accounts_rig_start();

	(void)state;
	for (size_t i = 0; i < 30; i++)
		accounts_rig_dial(t, i, NULL);
	accounts_rig_dial(t, 30, NULL);
	assert_true(wire_closed(t->far[30]));
	assert_false(wire_closed(t->far[29]));
	wire_close(t->far[0]);
	rig_turn(&t->rig);
	accounts_rig_dial(t, 31, NULL);
	assert_false(wire_closed(t->far[31]));
	accounts_rig_stop(t);
}

/* Those who connect and do not bind keep nobody out who does: the one that is here longest gives its place. */
static void who_does_not_bind_gives_his_place(void **state)
{
	struct accounts_rig *t = accounts_rig_start();

	(void)state;
	accounts_rig_dial_bound(t, 0, BIND_TRANSCEIVER);
	for (size_t i = 1; i < 30; i++)
		accounts_rig_dial(t, i, NULL);
	rig_pass(&t->rig, 900);
	accounts_rig_dial(t, 30, "198.51.100.1"); /* too soon: they may be about to bind */
	assert_true(wire_closed(t->far[30]));
	assert_false(wire_closed(t->far[1]));
	accounts_rig_dial_bound(t, 31, BIND_TRANSCEIVER); /* but one has bound from this address before */
	assert_true(wire_closed(t->far[1]));
	assert_false(wire_closed(t->far[2]));
	rig_pass(&t->rig, 200);
	accounts_rig_dial(t, 32, "198.51.100.1");
	accounts_rig_bind(t, 32, BIND_TRANSCEIVER, "bank", "secret", ESME_ROK);
	assert_true(wire_closed(t->far[2]));
	assert_false(wire_closed(t->far[0]) || wire_closed(t->far[3]));
	assert_int_equal(accounts_rig_counted(t, "smppgw_listener_over_limit_total", NULL, NULL), 3);
	accounts_rig_stop(t);
}

/* max_binds. */

static struct accounts_rig *start_full(void)
{
	struct accounts_rig *t = accounts_rig_prepare();

	accounts_rig_add(t, "bank", "secret")->max_binds = 2;
	accounts_rig_open(t);
	accounts_rig_dial_bound(t, 0, BIND_TRANSCEIVER);
	accounts_rig_dial_bound(t, 1, BIND_TRANSCEIVER);
	return t;
}

static void a_full_account_of_lively_binds_refuses(void **state)
{
	struct accounts_rig *t = start_full();

	(void)state;
	/* just heard: not even probed */
	accounts_rig_dial(t, 2, NULL);
	accounts_rig_bind(t, 2, BIND_TRANSCEIVER, "bank", "secret", ESME_RALYBND);
	far_expect_nothing(t->far[0]);
	/* silent for a while, but they answer */
	rig_pass(&t->rig, 5000);
	accounts_rig_dial(t, 3, NULL);
	far_bind(t->far[3], BIND_TRANSCEIVER, 1, "bank", "secret", 0x34);
	rig_turn(&t->rig);
	far_expect_nothing(t->far[3]);
	for (size_t i = 0; i < 2; i++) {
		struct pdu pdu;
		assert_true(far_next(t->far[i], &pdu));
		assert_int_equal(pdu.command_id, ENQUIRE_LINK);
		far_header(t->far[i], ENQUIRE_LINK | COMMAND_RESP, 0, pdu.sequence);
	}
	rig_pass(&t->rig, 100);
	far_expect(t->far[3], BIND_TRANSCEIVER | COMMAND_RESP, ESME_RALYBND, 1);
	rig_pass(&t->rig, 5000);
	assert_int_equal(account_binds(accounts_at(t->accounts, 0)), 2);
	accounts_rig_stop(t);
}

/* Whoever has shown the right password and waits for a dead bind's place is no stranger: no crowd pushes it out. */
static void who_waits_for_a_place_keeps_his_own(void **state)
{
	struct accounts_rig *t = start_full();
	struct pdu pdu;

	(void)state;
	wire_black_hole(t->far[0]);
	rig_pass(&t->rig, 1500);
	accounts_rig_dial(t, 2, NULL);
	far_bind(t->far[2], BIND_TRANSCEIVER, 1, "bank", "secret", 0x34);
	rig_turn(&t->rig);
	assert_true(far_next(t->far[1], &pdu)); /* enquire_link */
	far_header(t->far[1], ENQUIRE_LINK | COMMAND_RESP, 0, pdu.sequence);
	for (size_t i = 3; i < 30; i++)
		accounts_rig_dial(t, i, "198.51.100.1");
	rig_pass(&t->rig, 1200);
	accounts_rig_dial(t, 30, "198.51.100.2");
	assert_false(wire_closed(t->far[2]));
	assert_true(wire_closed(t->far[3]));
	rig_pass(&t->rig, 1000);
	far_expect(t->far[2], BIND_TRANSCEIVER | COMMAND_RESP, ESME_ROK, 1);
	accounts_rig_stop(t);
}

static void a_new_bind_displaces_a_dead_one(void **state)
{
	struct accounts_rig *t = start_full();
	struct account *a = accounts_at(t->accounts, 0);
	struct pdu pdu;

	(void)state;
	wire_black_hole(t->far[0]); /* the connection is open, nobody is there */
	rig_pass(&t->rig, 1500);
	accounts_rig_dial(t, 2, NULL);
	far_bind(t->far[2], BIND_TRANSCEIVER, 1, "bank", "secret", 0x34);
	far_sm(t->far[2], SUBMIT_SM, 2, "pipelined");
	rig_turn(&t->rig);
	assert_true(far_next(t->far[1], &pdu));
	assert_int_equal(pdu.command_id, ENQUIRE_LINK);
	far_header(t->far[1], ENQUIRE_LINK | COMMAND_RESP, 0, pdu.sequence);
	rig_pass(&t->rig, 1900);
	far_expect_nothing(t->far[2]);
	rig_pass(&t->rig, 200);
	far_expect(t->far[2], BIND_TRANSCEIVER | COMMAND_RESP, ESME_ROK, 1);
	far_expect(t->far[2], SUBMIT_SM | COMMAND_RESP, ESME_ROK, 2);
	assert_true(wire_closed(t->far[0]));
	assert_false(wire_closed(t->far[1]));
	assert_int_equal(account_binds(a), 2);
	assert_int_equal(account_stats(a)->session.ended[END_DISPLACED], 1);
	accounts_rig_stop(t);
}

static void one_dead_bind_makes_one_place(void **state)
{
	struct accounts_rig *t = start_full();
	struct pdu pdu;

	(void)state;
	wire_black_hole(t->far[0]);
	rig_pass(&t->rig, 1500);
	for (size_t i = 2; i < 5; i++) {
		accounts_rig_dial(t, i, NULL);
		far_bind(t->far[i], BIND_TRANSCEIVER, 1, "bank", "secret", 0x34);
	}
	rig_turn(&t->rig);
	assert_true(far_next(t->far[1], &pdu));
	far_header(t->far[1], ENQUIRE_LINK | COMMAND_RESP, 0, pdu.sequence);
	rig_pass(&t->rig, 2200);
	far_expect(t->far[2], BIND_TRANSCEIVER | COMMAND_RESP, ESME_ROK, 1);
	far_expect(t->far[3], BIND_TRANSCEIVER | COMMAND_RESP, ESME_RALYBND, 1);
	far_expect(t->far[4], BIND_TRANSCEIVER | COMMAND_RESP, ESME_RALYBND, 1);
	accounts_rig_stop(t);
}

static void a_bind_that_leaves_gives_its_place_at_once(void **state)
{
	struct accounts_rig *t = start_full();

	(void)state;
	far_header(t->far[0], UNBIND, 0, 2);
	rig_turn(&t->rig);
	far_expect(t->far[0], UNBIND | COMMAND_RESP, ESME_ROK, 2);
	/* the old connection lingers still */
	accounts_rig_dial(t, 2, NULL);
	accounts_rig_bind(t, 2, BIND_TRANSCEIVER, "bank", "secret", ESME_ROK);
	accounts_rig_stop(t);
}

/* The end, counters, names. */

static void shutdown_unbinds_and_waits(void **state)
{
	struct accounts_rig *t = accounts_rig_start();
	struct pdu pdu;

	(void)state;
	accounts_rig_dial_bound(t, 0, BIND_TRANSCEIVER);
	accounts_rig_dial(t, 1, NULL); /* not bound */
	accounts_shutdown(t->accounts);
	rig_turn(&t->rig);
	assert_true(wire_closed(t->far[1]));
	assert_null(wire_dial(t->rig.conns, ACCOUNTS_PORT, NULL));
	assert_true(far_next(t->far[0], &pdu));
	assert_int_equal(pdu.command_id, UNBIND);
	assert_false(accounts_idle(t->accounts));
	far_header(t->far[0], UNBIND | COMMAND_RESP, 0, pdu.sequence);
	rig_turn(&t->rig);
	assert_true(accounts_idle(t->accounts));
	accounts_rig_stop(t);
}

static void counters_and_gauges(void **state)
{
	struct accounts_rig *t = accounts_rig_start();
	struct account *a = accounts_at(t->accounts, 0);

	(void)state;
	accounts_rig_dial_bound(t, 0, BIND_TRANSCEIVER);
	assert_int_equal(account_send(a, 1, accounts_rig_fill, t), 0);
	assert_int_equal(accounts_rig_counted(t, "smppgw_account_binds_total", "bank", NULL), 1);
	assert_int_equal(accounts_rig_counted(t, "smppgw_account_bound", "bank", NULL), 1);
	assert_int_equal(accounts_rig_counted(t, "smppgw_account_outstanding", "bank", NULL), 1);
	assert_int_equal(accounts_rig_counted(t, "smppgw_listener_connections_total", NULL, NULL), 1);
	assert_int_equal(accounts_rig_counted(t, "smppgw_listener_open", NULL, NULL), 0);
	wire_close(t->far[0]);
	rig_turn(&t->rig);
	assert_int_equal(accounts_rig_counted(t, "smppgw_account_ended_total", "bank", "peer_closed"), 1);
	assert_int_equal(accounts_rig_counted(t, "smppgw_account_ended_total", "bank", "silent"), 0);
	assert_int_equal(accounts_rig_counted(t, "smppgw_account_bound", "bank", NULL), 0);
	accounts_rig_stop(t);
}

static void finding_accounts(void **state)
{
	struct accounts_rig *t = accounts_rig_prepare();

	(void)state;
	accounts_rig_add(t, "bank", "a");
	accounts_rig_add(t, "broker", "b");
	accounts_rig_open(t);
	assert_int_equal(accounts_count(t->accounts), 2);
	assert_ptr_equal(accounts_find(t->accounts, view_of("broker")), accounts_at(t->accounts, 1));
	assert_int_equal(account_number(accounts_at(t->accounts, 1)), 1);
	assert_string_equal(account_name(accounts_at(t->accounts, 0)), "bank");
	assert_null(accounts_find(t->accounts, view_of("ban")));
	assert_null(accounts_find(t->accounts, view_of("")));
	accounts_rig_stop(t);
}

static void faults_of_the_configuration_are_named(void **state)
{
	struct account_conf confs[2];
	char *binds[] = {(char *)"transmitter", (char *)"both"}, *allow[] = {(char *)"10.0.0.1/8", (char *)"::1"};
	char *errors = NULL;

	(void)state;
	memset(confs, 0, sizeof(confs));
	confs[0].system_id = confs[1].system_id = (char *)"bank";
	confs[0].where = (struct conf_where){"gw.conf", 7};
	confs[1].where = (struct conf_where){"gw.conf", 9};
	confs[0].bind = (struct conf_list){binds, 2};
	confs[1].allow = (struct conf_list){allow, 2};
	accounts_check(confs, 2, &errors);
	assert_non_null(strstr(errors, "gw.conf:7: account bank: bind: \"both\""));
	assert_non_null(strstr(errors, "gw.conf:9: account bank: the system_id is used in line 7"));
	assert_non_null(strstr(errors, "gw.conf:9: account bank: allow: \"10.0.0.1/8\""));
	assert_null(strstr(errors, "::1"));
	free(errors);
}

/* The third connection of an address that is not bound yet is closed; those that have bound do not count. */
static void strangers_of_one_address(void **state)
{
	struct accounts_rig *t = accounts_rig_prepare();

	(void)state;
	t->limits.max_per_address = 2;
	accounts_rig_add(t, "bank", "secret");
	accounts_rig_open(t);
	accounts_rig_dial(t, 0, "10.0.0.1");
	accounts_rig_dial(t, 1, "10.0.0.1");
	accounts_rig_dial(t, 2, "10.0.0.1");
	accounts_rig_dial(t, 3, "10.0.0.2");
	rig_turn(&t->rig);
	assert_true(wire_closed(t->far[2]));
	assert_false(wire_closed(t->far[0]));
	assert_false(wire_closed(t->far[3]));
	assert_int_equal(accounts_rig_counted(t, "smppgw_listener_over_address_total", NULL, NULL), 1);
	assert_int_equal(accounts_rig_counted(t, "smppgw_listener_ended_total", NULL, "not_allowed"), 1);
	/* one binds, one leaves: two more may come */
	accounts_rig_bind(t, 0, BIND_TRANSCEIVER, "bank", "secret", ESME_ROK);
	wire_close(t->far[1]);
	rig_turn(&t->rig);
	accounts_rig_dial(t, 4, "10.0.0.1");
	accounts_rig_dial(t, 5, "10.0.0.1");
	accounts_rig_dial(t, 6, "10.0.0.1");
	rig_turn(&t->rig);
	assert_false(wire_closed(t->far[4]));
	assert_false(wire_closed(t->far[5]));
	assert_true(wire_closed(t->far[6]));
	/* an end after the bind gives no place twice */
	wire_close(t->far[0]);
	rig_turn(&t->rig);
	accounts_rig_dial(t, 7, "10.0.0.1");
	rig_turn(&t->rig);
	assert_true(wire_closed(t->far[7]));
	accounts_rig_stop(t);
}

static void check_listen(struct listen_conf *conf, const char *want)
{
	char *errors = NULL;

	accounts_check_listens(NULL, 0, conf, 1, &errors, NULL);
	if (want == NULL)
		assert_null(errors);
	else
		assert_non_null(strstr(errors, want));
	free(errors);
}

static void what_is_wrong_with_a_listener(void **state)
{
	char *from[] = {(char *)"10.0.0.0/8", (char *)"10.0.0.1/8"};
	struct listen_conf conf = {.where = {.file = "x", .line = 1}, .address = (char *)"::1", .port = 2775};

	(void)state;
	check_listen(&conf, NULL);
	conf.proxy = true;
	check_listen(&conf, "proxy needs the balancers in proxy_from");
	conf.proxy_from = (struct conf_list){from, 1};
	check_listen(&conf, NULL);
	conf.proxy_from.n = 2;
	check_listen(&conf, "\"10.0.0.1/8\" is no address or network");
	conf.proxy_from.n = 1;
	conf.proxy = false;
	check_listen(&conf, "no effect without proxy");
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(strangers_of_one_address),
	cmocka_unit_test(what_is_wrong_with_a_listener),
	cmocka_unit_test(passwords_and_ids),
	cmocka_unit_test(a_hash_is_run_once_and_remembered),
	cmocka_unit_test(with_hashes_every_wrong_bind_waits_for_its_crypt),
	cmocka_unit_test(who_guesses_over_many_connections_at_once_gets_no_more_tries),
	cmocka_unit_test(who_floods_the_door_does_not_hold_up_customers),
	cmocka_unit_test(who_leaves_while_its_crypt_waits_does_no_harm),
	cmocka_unit_test(addresses),
	cmocka_unit_test(bind_types),
	cmocka_unit_test(the_version_can_be_overridden),
	cmocka_unit_test(too_many_connections_are_closed),
	cmocka_unit_test(who_does_not_bind_gives_his_place),
	cmocka_unit_test(a_full_account_of_lively_binds_refuses),
	cmocka_unit_test(who_waits_for_a_place_keeps_his_own),
	cmocka_unit_test(a_new_bind_displaces_a_dead_one),
	cmocka_unit_test(one_dead_bind_makes_one_place),
	cmocka_unit_test(a_bind_that_leaves_gives_its_place_at_once),
	cmocka_unit_test(shutdown_unbinds_and_waits),
	cmocka_unit_test(counters_and_gauges),
	cmocka_unit_test(finding_accounts),
	cmocka_unit_test(faults_of_the_configuration_are_named),
};

UNIT_MAIN(cases)
