/*
 * test_outbind.c - calls to apps over an in-memory network: outbind, the bind that answers it, pauses after calls that
 * failed.
 */
#include <errno.h>
#include <stdlib.h>
#include "accounts_rig.h"
#include "link/outbind.h"

#define APP_PORT 3775

static struct accounts_rig *prepare(void)
{
	struct accounts_rig *t = accounts_rig_prepare();
	struct account_conf *c = accounts_rig_add(t, "bank", "secret");

	c->outbind = (char *)"127.0.0.1:3775";
	c->outbind_password = (char *)"ruf";
	accounts_rig_add(t, "shop", "secret");
	return t;
}

static struct accounts_rig *start(void)
{
	struct accounts_rig *t = prepare();

	accounts_rig_open(t);
	wire_serve(t->rig.conns, APP_PORT, NULL, NULL);
	return t;
}

static struct account_stats *stats_of_bank(struct accounts_rig *t)
{
	return account_stats(accounts_at(t->accounts, 0));
}

/* The call has arrived at the app, as far[i], and says outbind. */
static void take_call(struct accounts_rig *t, size_t i)
{
	rig_turn(&t->rig);
	t->far[i] = wire_accept(t->rig.conns, APP_PORT);
	assert_non_null(t->far[i]);
	rig_turn(&t->rig);
	struct pdu pdu = far_expect(t->far[i], OUTBIND, 0, 1);
	assert_true(view_eq(pdu.outbind.system_id, view_of("smppgw")));
	assert_true(view_eq(pdu.outbind.password, view_of("ruf")));
}

static void the_app_is_called_and_binds(void **state)
{
	static const uint32_t commands[] = {BIND_RECEIVER, BIND_TRANSCEIVER};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct accounts_rig *t = start();
		struct account *a = accounts_at(t->accounts, 0);
		accounts_outbind(t->accounts, 0);
		accounts_outbind(t->accounts, 0);
		take_call(t, 0);
		assert_int_equal(accounts_rig_counted(t, "smppgw_listener_open", NULL, NULL), 1);
		accounts_rig_bind(t, 0, commands[i], "bank", "secret", ESME_ROK);
		assert_int_equal(t->receivers, 1);
		assert_int_equal(account_binds(a), 1);
		assert_int_equal(accounts_rig_counted(t, "smppgw_listener_open", NULL, NULL), 0);
		/* from now on a bind like every other */
		assert_int_equal(account_send(a, 5, accounts_rig_fill, t), 0);
		rig_turn(&t->rig);
		far_expect(t->far[0], DELIVER_SM, 0, 2);
		far_header(t->far[0], DELIVER_SM | COMMAND_RESP, 0, 2);
		rig_turn(&t->rig);
		assert_int_equal(t->settled, 1);
		far_sm(t->far[0], SUBMIT_SM, 9, "x");
		rig_turn(&t->rig);
		far_expect(t->far[0], SUBMIT_SM | COMMAND_RESP,
			   commands[i] == BIND_RECEIVER ? ESME_RINVBNDSTS : ESME_ROK, 9);
		assert_int_equal(stats_of_bank(t)->outbinds, 1);
		assert_int_equal(stats_of_bank(t)->outbind_failures, 0);
		accounts_rig_stop(t);
	}
}

static void who_has_a_receiver_or_no_address_is_not_called(void **state)
{
	struct accounts_rig *t = start();

	(void)state;
	accounts_rig_dial_bound(t, 0, BIND_RECEIVER);
	accounts_outbind(t->accounts, 0);
	accounts_outbind(t->accounts, 1);
	rig_pass(&t->rig, 20000);
	assert_null(wire_accept(t->rig.conns, APP_PORT));
	wire_drop(t->far[0]);
	rig_turn(&t->rig);
	/* a transmitter cannot receive */
	accounts_rig_dial_bound(t, 1, BIND_TRANSMITTER);
	assert_int_equal(stats_of_bank(t)->outbinds, 0);
	accounts_outbind(t->accounts, 0);
	take_call(t, 2);
	accounts_rig_stop(t);
}

static void pauses_double_to_five_minutes(void **state)
{
	static const int64_t pauses[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300};
	struct accounts_rig *t = start();

	(void)state;
	wire_unserve(t->rig.conns, APP_PORT);
	accounts_outbind(t->accounts, 0);
	rig_turn(&t->rig);
	assert_int_equal(stats_of_bank(t)->outbinds, 1);
	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		int64_t from = loop_now_ms(t->rig.loop);
		assert_int_equal(stats_of_bank(t)->outbind_failures, i + 1);
		accounts_outbind(t->accounts, 0);
		while (stats_of_bank(t)->outbinds == i + 1)
			rig_pass(&t->rig, 10);
		assert_in_range(loop_now_ms(t->rig.loop) - from, pauses[i] * 1000 - 20, pauses[i] * 1000 + 20);
		rig_turn(&t->rig);
		assert_int_equal(stats_of_bank(t)->session.ended[END_CONNECT_FAILED], i + 2);
	}
	/* the app binds by itself: no more calls */
	accounts_rig_dial_bound(t, 0, BIND_RECEIVER);
	rig_pass(&t->rig, 900000);
	assert_int_equal(stats_of_bank(t)->outbinds, 12);
	accounts_rig_stop(t);
}

static void answers_that_are_no_bind_of_the_account(void **state)
{
	static const struct {
		uint32_t command;
		const char *id, *password;
		uint32_t status;
	} rows[] = {
		{BIND_TRANSMITTER, "bank", "secret", ESME_RINVCMDID},
		{BIND_RECEIVER, "bank", "wrong", ESME_RINVPASWD},
		{BIND_RECEIVER, "shop", "secret", ESME_RINVSYSID},
		{BIND_RECEIVER, "nobody", "secret", ESME_RINVSYSID},
	};
	struct accounts_rig *t = start();

	(void)state;
	accounts_outbind(t->accounts, 0);
	for (size_t i = 0; i < 4; i++) {
		take_call(t, i);
		accounts_rig_bind(t, i, rows[i].command, rows[i].id, rows[i].password, rows[i].status);
		rig_pass(&t->rig, 1200);
		assert_true(wire_closed(t->far[i]));
		wire_close(t->far[i]);
		rig_turn(&t->rig);
		assert_int_equal(stats_of_bank(t)->outbind_failures, i + 1);
		rig_pass(&t->rig, (1000 << i) + 100);
	}
	/* a refused one may try again on the same connection */
	take_call(t, 4);
	accounts_rig_bind(t, 4, BIND_TRANSCEIVER, "bank", "wrong", ESME_RINVPASWD);
	accounts_rig_bind(t, 4, BIND_TRANSCEIVER, "bank", "secret", ESME_ROK);
	assert_int_equal(account_binds(accounts_at(t->accounts, 1)), 0);
	assert_int_equal(t->receivers, 1);
	accounts_rig_stop(t);
}

static void all_that_is_asked_of_a_bind_is_asked(void **state)
{
	struct accounts_rig *t = prepare();

	(void)state;
	t->lists[0] = (char *)"10.0.0.0/8";
	t->confs[0].allow = (struct conf_list){t->lists, 1};
	accounts_rig_open(t);
	wire_serve(t->rig.conns, APP_PORT, NULL, NULL);
	accounts_outbind(t->accounts, 0);
	take_call(t, 0);
	accounts_rig_bind(t, 0, BIND_RECEIVER, "bank", "secret", ESME_RBINDFAIL);
	accounts_rig_stop(t);
}

static void who_does_not_answer_is_left(void **state)
{
	struct accounts_rig *t = start();

	(void)state;
	accounts_outbind(t->accounts, 0);
	take_call(t, 0);
	rig_pass(&t->rig, 9900);
	assert_false(wire_closed(t->far[0]));
	accounts_outbind(t->accounts, 0); /* one call at a time */
	rig_pass(&t->rig, 200);
	assert_true(wire_closed(t->far[0]));
	wire_close(t->far[0]);
	rig_turn(&t->rig);
	assert_int_equal(stats_of_bank(t)->outbinds, 1);
	assert_int_equal(stats_of_bank(t)->session.ended[END_BIND_TIMEOUT], 1);
	/* nobody behind the address at all */
	wire_unserve(t->rig.conns, APP_PORT);
	wire_serve_nothing(t->rig.conns, APP_PORT);
	rig_pass(&t->rig, 1100);
	assert_int_equal(stats_of_bank(t)->outbinds, 2);
	rig_pass(&t->rig, 10100);
	assert_int_equal(stats_of_bank(t)->outbind_failures, 2);
	accounts_rig_stop(t);
}

static void a_bind_that_ends_soon_is_followed_by_a_pause(void **state)
{
	struct accounts_rig *t = start();

	(void)state;
	accounts_outbind(t->accounts, 0);
	take_call(t, 0);
	accounts_rig_bind(t, 0, BIND_RECEIVER, "bank", "secret", ESME_ROK);
	rig_pass(&t->rig, 100);
	wire_drop(t->far[0]);
	rig_turn(&t->rig);
	assert_int_equal(t->no_receivers, 1);
	accounts_outbind(t->accounts, 0);
	rig_pass(&t->rig, 900);
	assert_int_equal(stats_of_bank(t)->outbinds, 1);
	rig_pass(&t->rig, 200);
	take_call(t, 1);
	accounts_rig_bind(t, 1, BIND_RECEIVER, "bank", "secret", ESME_ROK);
	/* one that was steady is not */
	rig_pass(&t->rig, 11000);
	wire_close(t->far[1]);
	rig_turn(&t->rig);
	accounts_outbind(t->accounts, 0);
	take_call(t, 2);
	assert_int_equal(stats_of_bank(t)->outbinds, 3);
	accounts_rig_stop(t);
}

static void nobody_is_called_before_we_listen_nor_after_the_end(void **state)
{
	static struct listen_conf listen = {.address = (char *)"127.0.0.1", .port = ACCOUNTS_PORT};
	static const struct account_ops no_ops;
	struct accounts_rig *t = prepare();
	char *why = NULL;

	(void)state;
	t->accounts = accounts_new(t->rig.loop, t->rig.conns, t->rig.sessions, t->confs, t->n, &t->limits, "smppgw",
				   &no_ops, t, t->stats);
	wire_serve(t->rig.conns, APP_PORT, NULL, NULL);
	accounts_outbind(t->accounts, 0);
	rig_pass(&t->rig, 5000);
	assert_int_equal(stats_of_bank(t)->outbinds, 0);
	assert_int_equal(accounts_listen(t->accounts, &listen, 1, &why), 0);
	take_call(t, 0);
	accounts_shutdown(t->accounts);
	rig_pass(&t->rig, 600000);
	assert_true(accounts_idle(t->accounts));
	accounts_outbind(t->accounts, 0);
	rig_pass(&t->rig, 600000);
	assert_int_equal(stats_of_bank(t)->outbinds, 1);
	accounts_rig_stop(t);
}

static void addresses_are_judged(void **state)
{
	static const struct {
		const char *text, *host;
		int64_t port;
	} rows[] = {
		{"10.0.0.5:2775", "10.0.0.5", 2775},
		{"app.example.cn:1", "app.example.cn", 1},
		{"[::1]:65535", "[::1]", 65535},
		{"::1:2775", NULL, 0},
		{"10.0.0.5", NULL, 0},
		{":2775", NULL, 0},
		{"10.0.0.5:", NULL, 0},
		{"10.0.0.5:0", NULL, 0},
		{"10.0.0.5:65536", NULL, 0},
		{"10.0.0.5:27x", NULL, 0},
		{"10.0.0.5:+27", NULL, 0},
		{"", NULL, 0},
	};
	struct account_conf conf;
	char *errors = NULL, *lists[] = {(char *)"transmitter"};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char host[256];
		int64_t port = 0;
		assert_int_equal(net_parse_hostport(rows[i].text, host, &port), rows[i].host != NULL);
		if (rows[i].host == NULL)
			continue;
		assert_string_equal(host, rows[i].host);
		assert_int_equal(port, rows[i].port);
	}
	memset(&conf, 0, sizeof(conf));
	conf.where = (struct conf_where){"gw.conf", 7};
	conf.system_id = (char *)"bank";
	conf.outbind = (char *)"10.0.0.5:27x";
	conf.bind = (struct conf_list){lists, 1};
	accounts_check(&conf, 1, &errors);
	assert_non_null(strstr(errors, "gw.conf:7: account bank: outbind: \"10.0.0.5:27x\" is not host:port"));
	assert_non_null(strstr(errors, "gw.conf:7: account bank: outbind needs receiver or transceiver in bind"));
	free(errors);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(the_app_is_called_and_binds),
	cmocka_unit_test(who_has_a_receiver_or_no_address_is_not_called),
	cmocka_unit_test(pauses_double_to_five_minutes),
	cmocka_unit_test(answers_that_are_no_bind_of_the_account),
	cmocka_unit_test(all_that_is_asked_of_a_bind_is_asked),
	cmocka_unit_test(who_does_not_answer_is_left),
	cmocka_unit_test(a_bind_that_ends_soon_is_followed_by_a_pause),
	cmocka_unit_test(nobody_is_called_before_we_listen_nor_after_the_end),
	cmocka_unit_test(addresses_are_judged),
};

UNIT_MAIN(cases)
