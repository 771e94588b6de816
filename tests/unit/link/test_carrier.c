/*
 * test_carrier.c - carriers against a simulated SMSC: the pump, binds and reconnect, shutdown. The pace is
 * test_pace.c's.
 */
#include <stdlib.h>
#include "carriers_rig.h"

/* The pump. */

static void messages_go_out_in_order_and_are_settled(void **state)
{
	struct carriers_rig *t = carriers_rig_start();

	(void)state;
	carriers_rig_give(t, 500);
	rig_pass(&t->rig, 1000);
	assert_int_equal(t->nseen, 500);
	for (uint32_t i = 0; i < 500; i++)
		assert_int_equal(t->seen[i].number, i);
	assert_int_equal(t->ok, 500);
	assert_int_equal(carrier_stats(t->carrier)->submitted, 500);
	assert_int_equal(carrier_stats(t->carrier)->answered_ok, 500);
	assert_int_equal(carrier_stats(t->carrier)->response.count, 500);
	carriers_rig_stop(t);
}

static void the_window_bounds_what_is_out(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->conf.binds = 3;
	t->answers_submits = false;
	carriers_rig_start_with(t);
	carriers_rig_give(t, 100);
	rig_pass(&t->rig, 100);
	assert_int_equal(t->nseen, 30);
	assert_int_equal(t->next, 30); /* what cannot be sent is not pulled */
	carriers_rig_stop(t);
}

static void binds_share_by_least_outstanding(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();
	unsigned per[3] = {0};

	(void)state;
	t->conf.binds = 3;
	t->answers_submits = false;
	carriers_rig_start_with(t);
	for (unsigned i = 0; i < 3; i++)
		wire_on_data(t->far[i], NULL, NULL);
	carriers_rig_give(t, 9);
	rig_turn(&t->rig);
	for (unsigned i = 0; i < 3; i++) {
		struct pdu pdu;
		while (far_next(t->far[i], &pdu))
			per[i] += pdu.command_id == SUBMIT_SM;
		assert_int_equal(per[i], 3);
	}
	carriers_rig_stop(t);
}

static void texts_to_one_number_keep_to_one_bind(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();
	unsigned per[2] = {0};

	(void)state;
	t->conf.binds = 2;
	t->conf.window = 4;
	t->one_number = true;
	t->answers_submits = false;
	carriers_rig_start_with(t);
	for (unsigned i = 0; i < 2; i++)
		wire_on_data(t->far[i], NULL, NULL);
	carriers_rig_give(t, 9);
	rig_turn(&t->rig);
	for (unsigned i = 0; i < 2; i++) {
		struct pdu pdu;
		while (far_next(t->far[i], &pdu))
			per[i] += pdu.command_id == SUBMIT_SM;
	}
	assert_int_equal(per[0] + per[1], 4); /* one window; the other bind stays empty */
	assert_true(per[0] == 0 || per[1] == 0);
	assert_true(t->unpulled > 0);
	carriers_rig_stop(t);
}

static void a_full_window_goes_on_when_answers_come(void **state)
{
	struct carriers_rig *t = carriers_rig_start();

	(void)state;
	t->answers_submits = false;
	carriers_rig_give(t, 12);
	rig_pass(&t->rig, 100);
	assert_int_equal(t->nseen, 10);
	for (uint32_t sequence = 2; sequence < 4; sequence++)
		far_header(t->far[0], SUBMIT_SM | COMMAND_RESP, 0, sequence);
	rig_turn(&t->rig);
	assert_int_equal(t->nseen, 12);
	carriers_rig_stop(t);
}

static void without_work_nothing_turns(void **state)
{
	struct carriers_rig *t = carriers_rig_start();

	(void)state;
	carriers_rig_give(t, 3);
	rig_pass(&t->rig, 100);
	uint64_t turns = loop_turns(t->rig.loop);
	loop_advance(t->rig.loop, 20000);
	assert_true(loop_turns(t->rig.loop) - turns < 20);
	carriers_rig_stop(t);
}

static void what_cannot_be_encoded_is_given_back(void **state)
{
	struct carriers_rig *t = carriers_rig_start();

	(void)state;
	t->too_long = true;
	carriers_rig_give(t, 3);
	rig_pass(&t->rig, 10);
	assert_int_equal(t->unsendable, 3);
	assert_int_equal(t->nseen, 0);
	t->too_long = false;
	carriers_rig_give(t, 1);
	rig_pass(&t->rig, 10);
	assert_int_equal(t->nseen, 1);
	carriers_rig_stop(t);
}

static void tlvs_go_by_what_is_configured(void **state)
{
	static const struct {
		int conf;
		bool tlvs;
	} rows[] = {{CARRIER_TLV_YES, true}, {CARRIER_TLV_NO, false}, {CARRIER_TLV_AUTO, false}};

	(void)state;
	for (size_t i = 0; i < 3; i++) { /* this SMSC sends no sc_interface_version */
		struct carriers_rig *t = carriers_rig_prepare();
		t->conf.send_tlv = rows[i].conf;
		carriers_rig_start_with(t);
		carriers_rig_give(t, 1);
		rig_pass(&t->rig, 10);
		assert_int_equal(t->with_tlvs, rows[i].tlvs);
		carriers_rig_stop(t);
	}
}

static void the_operator_pauses_a_carrier(void **state)
{
	struct carriers_rig *t = carriers_rig_start();

	(void)state;
	carrier_set_command(t->carrier, CARRIER_PAUSED, "uid 0");
	assert_false(carrier_up(t->carrier));
	assert_int_equal(t->downs, 1);
	carriers_rig_give(t, 5);
	rig_pass(&t->rig, 1000);
	assert_int_equal(t->nseen, 0);
	carrier_set_command(t->carrier, CARRIER_RUN, "uid 0");
	rig_pass(&t->rig, 100);
	assert_int_equal(t->nseen, 5);
	carriers_rig_stop(t);
}

/* Binds. */

static void binds_are_made_one_at_a_time(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->conf.binds = 4;
	t->answers_binds = false;
	carriers_rig_go(t);
	rig_pass(&t->rig, 1000);
	assert_int_equal(t->fars, 1);
	far_header(t->far[0], BIND_TRANSCEIVER | COMMAND_RESP, 0, 1);
	rig_pass(&t->rig, 10);
	assert_int_equal(t->ups, 1);
	assert_int_equal(t->fars, 2);
	t->answers_binds = true;
	far_header(t->far[1], BIND_TRANSCEIVER | COMMAND_RESP, 0, 1);
	rig_pass(&t->rig, 50);
	assert_int_equal(t->fars, 4);
	assert_int_equal(t->ups, 1);
	assert_int_equal(carrier_stats(t->carrier)->connects, 4);
	carriers_rig_stop(t);
}

static void pairs_have_a_transmitter_and_a_receiver(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->conf.bind = CARRIER_BIND_PAIR;
	t->conf.binds = 2;
	carriers_rig_start_with(t);
	rig_pass(&t->rig, 50);
	assert_int_equal(t->binds[BIND_TRANSMITTER & 7], 2);
	assert_int_equal(t->binds[BIND_RECEIVER & 7], 2);
	carriers_rig_give(t, 20);
	rig_pass(&t->rig, 50);
	assert_int_equal(t->ok, 20);
	far_sm(t->far[1], DELIVER_SM, 1, "receipt");
	rig_turn(&t->rig);
	assert_int_equal(t->requests, 1);
	carriers_rig_stop(t);
}

static void a_receiver_alone_is_not_up(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->conf.bind = CARRIER_BIND_PAIR;
	carriers_rig_start_with(t);
	rig_pass(&t->rig, 50);
	assert_int_equal(t->fars, 2);
	wire_drop(t->far[0]);
	rig_turn(&t->rig);
	assert_false(carrier_up(t->carrier));
	assert_int_equal(t->downs, 1);
	carriers_rig_stop(t);
}

static void nobody_answers_and_pauses_grow(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();
	const struct carrier_stats *stats;

	(void)state;
	wire_unserve(t->rig.conns, CARRIERS_PORT);
	t->conf.binds = 3;
	carriers_rig_go(t);
	stats = carrier_stats(t->carrier);
	rig_turn(&t->rig);
	assert_int_equal(stats->bind_failures, 1);
	rig_pass(&t->rig, 700);
	assert_int_equal(stats->bind_failures, 1);
	rig_pass(&t->rig, 600);
	assert_int_equal(stats->bind_failures, 2);
	rig_pass(&t->rig, 600000);
	/* 1 + 2 + 4 + 8 + 16 + 32, then 60 each, a quarter more or less */
	assert_true(stats->bind_failures >= 11 && stats->bind_failures <= 20);
	assert_int_equal(stats->session.ended[END_CONNECT_FAILED], stats->bind_failures);
	wire_serve(t->rig.conns, CARRIERS_PORT, carriers_rig_on_dial, t);
	rig_pass(&t->rig, 75100);
	assert_true(carrier_up(t->carrier));
	assert_int_equal(stats->connects, 3); /* the others follow at once */
	carriers_rig_stop(t);
}

static void a_lost_bind_comes_back(void **state)
{
	struct carriers_rig *t = carriers_rig_start();

	(void)state;
	rig_pass(&t->rig, 20000);
	t->answers_submits = false;
	carriers_rig_give(t, 7);
	rig_pass(&t->rig, 10);
	wire_drop(t->far[0]);
	rig_turn(&t->rig);
	assert_int_equal(t->lost, 7);
	assert_int_equal(t->downs, 1);
	assert_int_equal(carrier_stats(t->carrier)->lost, 7);
	t->answers_submits = true;
	carriers_rig_give(t, 3);
	rig_pass(&t->rig, 700);
	assert_int_equal(t->nseen, 7);
	rig_pass(&t->rig, 600);
	assert_int_equal(t->ups, 2);
	assert_int_equal(t->nseen, 10);
	carriers_rig_stop(t);
}

/* What was out on a bind that is lost is told over several turns: until it is, nothing that came later leaves. */
static void nothing_leaves_while_a_bind_is_lost(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();
	bool between = false;

	(void)state;
	t->conf.binds = 2;
	t->conf.window = 40;
	carriers_rig_start_with(t);
	rig_pass(&t->rig, 100);
	assert_int_equal(t->fars, 2);
	t->answers_submits = false;
	carriers_rig_give(t, 90);
	rig_pass(&t->rig, 10);
	assert_int_equal(t->nseen, 80);
	loop_tire(t->rig.loop, 1);
	wire_drop(t->far[0]);
	for (unsigned turns = 0; t->lost < 40; turns++) {
		assert_true(turns < 100);
		if (t->lost > 0 && !between) /* the other bind has room, and would take one */
			far_header(t->far[1], SUBMIT_SM | COMMAND_RESP, 0, 2);
		loop_turn(t->rig.loop);
		between = between || (t->lost > 0 && t->lost < 40 && t->ok == 1);
		assert_true(t->lost == 40 || t->nseen == 80);
	}
	assert_true(between);
	loop_tire(t->rig.loop, 0);
	rig_pass(&t->rig, 10);
	assert_true(t->nseen > 80); /* now it does */
	carriers_rig_stop(t);
}

struct losses {
	const struct carrier *carrier;
	unsigned n;
	int64_t youngest_ms, oldest_ms;
};

static void see_loss(void *arg, const struct carrier_loss *loss)
{
	struct losses *x = arg;

	assert_ptr_equal(loss->carrier, x->carrier);
	assert_int_equal(loss->why, END_IO_ERROR);
	x->youngest_ms = x->n == 0 ? loss->at_ms : x->youngest_ms;
	assert_true(x->n == 0 || loss->at_ms < x->oldest_ms); /* the youngest first */
	x->oldest_ms = loss->at_ms;
	x->n++;
}

/* The last hundred losses are known; what we end ourselves is none. */
static void lost_binds_are_remembered(void **state)
{
	struct carriers_rig *t = carriers_rig_start();
	struct losses x = {.carrier = t->carrier};

	(void)state;
	carriers_each_loss(t->carriers, see_loss, &x);
	assert_int_equal(x.n, 0);
	for (unsigned i = 1; i <= CARRIER_LOSSES + 20; i++) {
		wire_drop(t->far[--t->fars]);
		rig_turn(&t->rig);
		x.n = 0;
		carriers_each_loss(t->carriers, see_loss, &x);
		assert_int_equal(x.n, i < CARRIER_LOSSES ? i : CARRIER_LOSSES);
		assert_int_equal(x.youngest_ms, loop_wall_ms(t->rig.loop));
		rig_pass(&t->rig, 90000);
	}
	assert_int_equal(carrier_stats(t->carrier)->binds_lost, CARRIER_LOSSES + 20);
	carriers_rig_stop(t);
}

static void a_bind_that_drops_at_once_is_not_hammered(void **state)
{
	struct carriers_rig *t = carriers_rig_start();

	(void)state;
	for (int i = 0; i < 6; i++) { /* 1 + 2 + 4 + 8 + 16 s */
		unsigned before = t->fars;
		wire_drop(t->far[t->fars - 1]);
		rig_turn(&t->rig);
		int64_t pause = 750LL << i;
		rig_pass(&t->rig, pause - 50);
		assert_int_equal(t->fars, before);
		rig_pass(&t->rig, pause * 2 / 3 + 200);
		assert_int_equal(t->fars, before + 1);
	}
	carriers_rig_stop(t);
}

static void refusals_wait_by_their_status(void **state)
{
	static const struct {
		uint32_t status;
		int64_t least_ms, most_ms;
	} rows[] = {
		{ESME_RINVPASWD, 45000, 75000}, {ESME_RINVSYSID, 45000, 75000}, {ESME_RINVSYSTYP, 45000, 75000},
		{ESME_RALYBND, 3750, 6250},	{ESME_RBINDFAIL, 750, 1250},	{ESME_RSYSERR, 750, 1250},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct carriers_rig *t = carriers_rig_prepare();
		t->bind_status = rows[i].status;
		carriers_rig_go(t);
		rig_pass(&t->rig, 10);
		assert_int_equal(t->fars, 1);
		rig_pass(&t->rig, rows[i].least_ms - 50);
		assert_int_equal(t->fars, 1);
		rig_pass(&t->rig, rows[i].most_ms - rows[i].least_ms + 100);
		assert_int_equal(t->fars, 2);
		assert_int_equal(carrier_stats(t->carrier)->session.ended[END_BIND_REFUSED], 2);
		carriers_rig_stop(t);
	}
}

static void a_bind_without_answer_times_out(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->answers_binds = false;
	carriers_rig_go(t);
	rig_pass(&t->rig, 4900);
	assert_int_equal(t->fars, 1);
	rig_pass(&t->rig, 10000); /* the half-closed connection is waited for, 5 s, and then a pause */
	assert_int_equal(t->fars, 2);
	carriers_rig_stop(t);
}

static void shutdown_waits_for_answers_and_unbinds(void **state)
{
	struct carriers_rig *t = carriers_rig_start();

	(void)state;
	t->answers_submits = false;
	carriers_rig_give(t, 20);
	rig_pass(&t->rig, 10);
	assert_int_equal(t->nseen, 10);
	carriers_shutdown(t->carriers);
	assert_false(carriers_idle(t->carriers));
	t->answers_submits = true;
	rig_pass(&t->rig, 1000);
	assert_int_equal(t->nseen, 10); /* no more pulls */
	for (uint32_t sequence = 2; sequence < 12; sequence++)
		far_header(t->far[0], SUBMIT_SM | COMMAND_RESP, 0, sequence);
	rig_pass(&t->rig, 10);
	assert_int_equal(t->ok, 10);
	assert_true(carriers_idle(t->carriers));
	assert_int_equal(carrier_stats(t->carrier)->session.ended[END_SHUTDOWN], 1);
	rig_pass(&t->rig, 100000);
	assert_int_equal(t->fars, 1); /* no reconnect */
	carriers_rig_stop(t);
}

static void alerts_come_up_and_need_no_answer(void **state)
{
	struct carriers_rig *t = carriers_rig_start();
	struct pdu alert = {.command_id = ALERT_NOTIFICATION, .sequence = 9};

	(void)state;
	alert.alert.src = (struct pdu_addr){1, 1, view_of("8613800138000")};
	far_pdu(t->far[0], &alert);
	rig_turn(&t->rig);
	assert_int_equal(t->requests, 1);
	assert_int_equal(carrier_stats(t->carrier)->alerts_in, 1);
	assert_int_equal(carrier_stats(t->carrier)->deliver_in, 0);
	carriers_rig_stop(t);
}

static void messages_may_leave_as_data_sm(void **state)
{
	struct carriers_rig *t = carriers_rig_start();

	(void)state;
	t->as_data_sm = true;
	carriers_rig_give(t, 3);
	rig_pass(&t->rig, 10);
	assert_int_equal(t->nseen, 3);
	assert_int_equal(t->data_sms, 3);
	assert_int_equal(t->ok, 3);
	assert_int_equal(carrier_stats(t->carrier)->answered_ok, 3);
	assert_int_equal(carrier_stats(t->carrier)->outstanding, 0);
	carriers_rig_stop(t);
}

static void faults_of_the_configuration_are_named(void **state)
{
	struct carrier_conf confs[2];
	char *statuses[] = {(char *)"0x58", (char *)"88x"}, *errors = NULL;

	(void)state;
	memset(confs, 0, sizeof(confs));
	for (size_t i = 0; i < 2; i++) {
		confs[i].name = (char *)"mobile";
		confs[i].host = (char *)"127.0.0.1";
		confs[i].system_id = confs[i].password = (char *)"gw";
		confs[i].outbind_system_id = confs[i].outbind_password = (char *)"";
	}
	confs[0].where = (struct conf_where){"gw.conf", 3};
	confs[1].where = (struct conf_where){"gw.conf", 4};
	confs[1].throttled = (struct conf_list){statuses, 2};
	confs[1].pause = 5;
	confs[1].submit = CARRIER_WITH_DATA_SM;
	confs[1].send_tlv = CARRIER_TLV_NO;
	carriers_check(confs, 2, &errors);
	assert_non_null(strstr(errors, "gw.conf:4: carrier mobile: the name is used in line 3"));
	assert_non_null(strstr(errors, "\"88x\""));
	assert_null(strstr(errors, "0x58\" is"));
	assert_non_null(strstr(errors, "pause is longer"));
	assert_non_null(strstr(errors, "gw.conf:4: carrier mobile: submit is data_sm"));
	free(errors);
}

/* The first address is dead: the second is there after one pause; a loss begins again with the first. */
static void the_next_address(void **state)
{
	char *addresses[] = {(char *)"127.0.0.1:2777", (char *)"127.0.0.1:2776"};
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->conf.addresses = (struct conf_list){addresses, 2};
	t->conf.reconnect = 1000;
	t->conf.binds = 2;
	carriers_rig_go(t);
	rig_pass(&t->rig, 100);
	assert_int_equal(carrier_stats(t->carrier)->bind_failures, 1);
	rig_pass(&t->rig, 1300);
	assert_int_equal(t->fars, 2); /* both binds, and the dead address was asked once */
	assert_int_equal(carrier_stats(t->carrier)->connects, 2);
	assert_int_equal(carrier_stats(t->carrier)->bind_failures, 1);
	/* the first is there again, and a bind is lost */
	wire_serve(t->rig.conns, 2777, carriers_rig_on_dial, t);
	rig_pass(&t->rig, 15000);
	assert_int_equal(t->fars, 2); /* what is up stays where it is */
	wire_unserve(t->rig.conns, 2776);
	wire_drop(t->far[0]);
	rig_pass(&t->rig, 2000);
	assert_int_equal(t->fars, 3);
	assert_int_equal(carrier_stats(t->carrier)->connects, 3);
	assert_int_equal(carrier_stats(t->carrier)->bind_failures, 1);
	carriers_rig_stop(t);
}

/* While an address is left the pause does not grow; a pair goes the same way. */
static void all_addresses_dead(void **state)
{
	char *addresses[] = {(char *)"127.0.0.1:2777", (char *)"127.0.0.1:2778", (char *)"127.0.0.1:2779"};
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->conf.addresses = (struct conf_list){addresses, 3};
	t->conf.reconnect = 1000;
	t->conf.reconnect_max = 60000;
	t->conf.bind = CARRIER_BIND_PAIR;
	carriers_rig_go(t);
	/* 3 attempts with 1 s, at most 1.25 s, between; then 2 s, then 1, 1, 4 */
	rig_pass(&t->rig, 2600);
	assert_int_equal(carrier_stats(t->carrier)->bind_failures, 3);
	rig_pass(&t->rig, 5200);
	assert_in_range(carrier_stats(t->carrier)->bind_failures, 5, 6);
	wire_serve(t->rig.conns, 2778, carriers_rig_on_dial, t);
	rig_pass(&t->rig, 10000);
	assert_int_equal(carrier_stats(t->carrier)->connects, 2);
	assert_true(carrier_up(t->carrier));
	carriers_rig_stop(t);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(the_next_address),
	cmocka_unit_test(all_addresses_dead),
	cmocka_unit_test(messages_go_out_in_order_and_are_settled),
	cmocka_unit_test(the_window_bounds_what_is_out),
	cmocka_unit_test(binds_share_by_least_outstanding),
	cmocka_unit_test(texts_to_one_number_keep_to_one_bind),
	cmocka_unit_test(a_full_window_goes_on_when_answers_come),
	cmocka_unit_test(without_work_nothing_turns),
	cmocka_unit_test(what_cannot_be_encoded_is_given_back),
	cmocka_unit_test(tlvs_go_by_what_is_configured),
	cmocka_unit_test(the_operator_pauses_a_carrier),
	cmocka_unit_test(binds_are_made_one_at_a_time),
	cmocka_unit_test(pairs_have_a_transmitter_and_a_receiver),
	cmocka_unit_test(a_receiver_alone_is_not_up),
	cmocka_unit_test(nobody_answers_and_pauses_grow),
	cmocka_unit_test(a_lost_bind_comes_back),
	cmocka_unit_test(nothing_leaves_while_a_bind_is_lost),
	cmocka_unit_test(lost_binds_are_remembered),
	cmocka_unit_test(a_bind_that_drops_at_once_is_not_hammered),
	cmocka_unit_test(refusals_wait_by_their_status),
	cmocka_unit_test(a_bind_without_answer_times_out),
	cmocka_unit_test(shutdown_waits_for_answers_and_unbinds),
	cmocka_unit_test(alerts_come_up_and_need_no_answer),
	cmocka_unit_test(messages_may_leave_as_data_sm),
	cmocka_unit_test(faults_of_the_configuration_are_named),
};

UNIT_MAIN(cases)
