/*
 * test_session_answer.c - the operations beside submit_sm over an in-memory network: what an ESME may ask, how it is
 * answered with PDUs that have a body of their own, with errors too, and requests without an answer (smpp.md 2, 3).
 */
#include <errno.h>
#include "owner.h"

static const uint32_t operations[] = {SUBMIT_MULTI, DATA_SM, QUERY_SM, CANCEL_SM, REPLACE_SM};
#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

/* A request of that kind with as much in it as it needs. */
static void far_operation(struct wire *w, uint32_t command, uint32_t sequence)
{
	struct pdu pdu = {.command_id = command, .sequence = sequence};
	static uint8_t list[64];
	uint32_t n = 0;
	struct pdu_dest dest = {.flag = PDU_DEST_SME, .addr = {1, 1, view_of("8613800138000")}};

	if (command == SUBMIT_MULTI) {
		assert_true(pdu_put_dest(list, sizeof(list), &n, &dest));
		pdu.sm.ndests = 1;
		pdu.sm.dests = (struct view){list, n};
	} else if (command == QUERY_SM) {
		pdu.query.id = view_of("4711");
	} else if (command == CANCEL_SM) {
		pdu.cancel.id = view_of("4711");
	} else if (command == REPLACE_SM) {
		pdu.replace.id = view_of("4711");
		pdu.replace.short_message = view_of("new");
	}
	far_pdu(w, &pdu);
}

static void a_transmitter_and_a_transceiver_may_ask(void **state)
{
	static const uint32_t binds[] = {BIND_TRANSMITTER, BIND_TRANSCEIVER, BIND_RECEIVER};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct owner o;
		owner_start(&o);
		owner_accept_bound(&o, binds[i]);
		for (uint32_t j = 0; j < OPERATIONS; j++) {
			/* data_sm is legal everywhere [S 2.2] */
			bool legal = binds[i] != BIND_RECEIVER || operations[j] == DATA_SM;
			unsigned before = o.requests;
			far_operation(o.far, operations[j], 10 + j);
			rig_turn(&o.rig);
			far_expect(o.far, operations[j] | COMMAND_RESP, legal ? ESME_ROK : ESME_RINVBNDSTS, 10 + j);
			assert_int_equal(o.requests, before + legal);
			assert_int_equal(session_unanswered(o.session), 0);
		}
		owner_stop(&o);
	}
}

static void every_operation_counts_in_the_window(void **state)
{
	struct owner o;

	(void)state;
	for (size_t i = 0; i < OPERATIONS; i++) {
		owner_start(&o);
		o.answers = false;
		o.conf.window_in = 3;
		owner_accept_bound(&o, BIND_TRANSCEIVER);
		for (uint32_t j = 0; j < 5; j++)
			far_operation(o.far, operations[i], 10 + j);
		rig_turn(&o.rig);
		assert_int_equal(o.requests, 3);
		assert_int_equal(session_unanswered(o.session), 3);
		struct pdu resp = {.command_id = operations[i] | COMMAND_RESP, .sequence = 10};
		session_answer_pdu(o.session, &resp);
		rig_turn(&o.rig);
		assert_int_equal(o.requests, 4);
		owner_stop(&o);
	}
}

static void a_query_is_answered_with_state_and_date(void **state)
{
	struct owner o;
	struct pdu resp = {.command_id = QUERY_SM | COMMAND_RESP, .sequence = 7};

	(void)state;
	owner_start(&o);
	o.answers = false;
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	far_operation(o.far, QUERY_SM, 7);
	rig_turn(&o.rig);
	resp.query_resp.id = view_of("4711");
	resp.query_resp.final_date = view_of("261122013000000+");
	resp.query_resp.message_state = 2;
	resp.query_resp.error_code = 9;
	session_answer_pdu(o.session, &resp);
	rig_turn(&o.rig);
	struct pdu got = far_expect(o.far, QUERY_SM | COMMAND_RESP, ESME_ROK, 7);
	assert_true(view_eq(got.query_resp.id, view_of("4711")));
	assert_true(view_eq(got.query_resp.final_date, view_of("261122013000000+")));
	assert_int_equal(got.query_resp.message_state, 2);
	assert_int_equal(got.query_resp.error_code, 9);
	owner_stop(&o);
}

static void a_multi_is_answered_with_those_that_failed(void **state)
{
	struct owner o;
	uint8_t list[128];
	uint32_t n = 0, pos = 0;
	struct pdu resp = {.command_id = SUBMIT_MULTI | COMMAND_RESP, .sequence = 7};
	struct pdu_unsuccess one = {{1, 1, view_of("8613800138000")}, ESME_RINVDSTADR}, two = one, got_one, got_two;

	(void)state;
	two.addr.addr = view_of("8613800138001");
	two.status = 0x0400;
	assert_true(pdu_put_unsuccess(list, sizeof(list), &n, &one));
	assert_true(pdu_put_unsuccess(list, sizeof(list), &n, &two));
	owner_start(&o);
	o.answers = false;
	owner_accept_bound(&o, BIND_TRANSMITTER);
	far_operation(o.far, SUBMIT_MULTI, 7);
	rig_turn(&o.rig);
	resp.multi_resp.id = view_of("4711");
	resp.multi_resp.no_unsuccess = 2;
	resp.multi_resp.unsuccess = (struct view){list, n};
	session_answer_pdu(o.session, &resp);
	rig_turn(&o.rig);
	struct pdu got = far_expect(o.far, SUBMIT_MULTI | COMMAND_RESP, ESME_ROK, 7);
	assert_true(view_eq(got.multi_resp.id, view_of("4711")));
	assert_int_equal(got.multi_resp.no_unsuccess, 2);
	assert_true(pdu_next_unsuccess(got.multi_resp.unsuccess, &pos, &got_one));
	assert_true(pdu_next_unsuccess(got.multi_resp.unsuccess, &pos, &got_two));
	assert_int_equal(got_one.status, ESME_RINVDSTADR);
	assert_true(view_eq(got_two.addr.addr, view_of("8613800138001")));
	assert_int_equal(got_two.status, 0x0400);
	owner_stop(&o);
}

/* The longest list there can be: 254 destinations, each refused. */
static void a_multi_of_254_fits(void **state)
{
	struct owner o;
	static uint8_t list[PDU_MAX_DESTS * 32];
	uint32_t n = 0;
	struct pdu resp = {.command_id = SUBMIT_MULTI | COMMAND_RESP, .sequence = 7};
	struct pdu_unsuccess one = {{1, 1, view_of("86138001380001234567")}, ESME_RINVDSTADR};

	(void)state;
	for (unsigned i = 0; i < PDU_MAX_DESTS; i++)
		assert_true(pdu_put_unsuccess(list, sizeof(list), &n, &one));
	owner_start(&o);
	o.answers = false;
	owner_accept_bound(&o, BIND_TRANSMITTER);
	far_operation(o.far, SUBMIT_MULTI, 7);
	rig_turn(&o.rig);
	resp.multi_resp.no_unsuccess = PDU_MAX_DESTS;
	resp.multi_resp.unsuccess = (struct view){list, n};
	session_answer_pdu(o.session, &resp);
	rig_turn(&o.rig);
	struct pdu got = far_expect(o.far, SUBMIT_MULTI | COMMAND_RESP, ESME_ROK, 7);
	assert_int_equal(got.multi_resp.no_unsuccess, PDU_MAX_DESTS);
	assert_int_equal(got.multi_resp.unsuccess.n, n);
	owner_stop(&o);
}

/* An error keeps its body where smpp.md 2 has one, so that what it is about is told; elsewhere it is the header. */
static void errors_carry_a_body_where_they_may(void **state)
{
	static const struct {
		uint32_t command;
		const char *hex; /* of the whole answer, status and sequence in place */
	} rows[] = {
		{QUERY_SM, "00000018 80000003 0000000c 00000007 3437313100 00 00 00"},
		{DATA_SM, "00000015 80000103 0000000c 00000007 3437313100"},
		{SUBMIT_MULTI, "00000016 80000021 0000000c 00000007 3437313100 00"},
		{CANCEL_SM, "00000010 80000008 0000000c 00000007"},
		{REPLACE_SM, "00000010 80000007 0000000c 00000007"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct owner o;
		char got[256] = "", want[256] = "";
		owner_start(&o);
		o.answers = false;
		owner_accept_bound(&o, BIND_TRANSCEIVER);
		far_operation(o.far, rows[i].command, 7);
		rig_turn(&o.rig);
		session_answer(o.session, rows[i].command, 7, ESME_RINVMSGID, view_of("4711"), (struct view){NULL, 0});
		rig_turn(&o.rig);
		for (size_t j = 0; j < wire_received(o.far); j++)
			snprintf(got + 2 * j, 3, "%02x", wire_data(o.far)[j]);
		for (const char *c = rows[i].hex; *c != '\0'; c++) {
			if (*c != ' ')
				snprintf(want + strlen(want), 2, "%c", *c);
		}
		assert_string_equal(got, want);
		owner_stop(&o);
	}
}

static void what_has_no_answer_takes_no_place(void **state)
{
	struct owner o;
	struct pdu alert = {.command_id = ALERT_NOTIFICATION};

	(void)state;
	alert.alert.src = (struct pdu_addr){1, 1, view_of("8613800138000")};
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSMITTER);
	assert_false(session_can_tell(o.session));
	assert_int_equal(session_tell(o.session, &alert), -ENOTCONN);
	owner_stop(&o);
	owner_start(&o);
	owner_accept_bound(&o, BIND_RECEIVER);
	for (uint64_t i = 0; i < o.conf.window_out; i++)
		assert_int_equal(owner_send(&o, DELIVER_SM, i), 0);
	assert_int_equal(owner_send(&o, DELIVER_SM, 99), -EAGAIN);
	assert_true(session_can_tell(o.session));
	assert_int_equal(session_tell(o.session, &alert), 0);
	assert_int_equal(session_outstanding(o.session), o.conf.window_out);
	rig_turn(&o.rig);
	for (uint32_t i = 1; i <= o.conf.window_out; i++)
		far_expect(o.far, DELIVER_SM, 0, i);
	far_expect(o.far, ALERT_NOTIFICATION, 0, o.conf.window_out + 1);
	/* nothing waits for it */
	for (uint32_t i = 1; i <= o.conf.window_out; i++)
		far_header(o.far, DELIVER_SM | COMMAND_RESP, 0, i);
	rig_pass(&o.rig, 25000);
	assert_int_equal(o.stats.timeouts, 0);
	assert_int_equal(o.nsettled, o.conf.window_out);
	/* what cannot be encoded is not sent */
	alert.alert.src.addr = view_of("123456789012345678901234567890123456789012345678901234567890123456789");
	assert_int_equal(session_tell(o.session, &alert), -EMSGSIZE);
	owner_stop(&o);
}

static void a_call_asks_for_a_bind_and_serves_it(void **state)
{
	struct owner o;
	struct pdu pdu;

	(void)state;
	owner_start(&o);
	o.calls = true;
	wire_serve(o.rig.conns, 3775, NULL, NULL);
	o.session = session_call(o.rig.sessions, "127.0.0.1", 3775, &o.conf, &owner_ops, &o, &o.stats);
	rig_turn(&o.rig);
	o.far = wire_accept(o.rig.conns, 3775);
	assert_non_null(o.far);
	pdu = far_expect(o.far, OUTBIND, 0, 1);
	assert_true(view_eq(pdu.outbind.system_id, view_of("smppgw")));
	assert_true(view_eq(pdu.outbind.password, view_of("pw")));
	/* before its bind the peer may nothing */
	far_sm(o.far, DELIVER_SM, 3, "x");
	rig_turn(&o.rig);
	far_expect(o.far, DELIVER_SM | COMMAND_RESP, ESME_RINVBNDSTS, 3);
	far_bind(o.far, BIND_RECEIVER, 4, "bank", "secret", 0x34);
	rig_turn(&o.rig);
	far_expect(o.far, BIND_RECEIVER | COMMAND_RESP, ESME_ROK, 4);
	assert_int_equal(session_state(o.session), SESSION_BOUND_RX);
	assert_int_equal(owner_send(&o, DELIVER_SM, 5), 0);
	rig_turn(&o.rig);
	far_expect(o.far, DELIVER_SM, 0, 2);
	/* an outbind to us is never answered */
	far_hex(o.far, "0000001c 0000000b 00000000 00000009 616263646500 78797a7a7900");
	rig_turn(&o.rig);
	far_expect_nothing(o.far);
	assert_int_equal(o.stats.wrong_state, 2);
	owner_stop(&o);
}

static void a_data_sm_to_a_carrier_is_settled_by_its_answer(void **state)
{
	struct owner o;
	struct pdu pdu = {.command_id = DATA_SM};

	(void)state;
	owner_start(&o);
	owner_connect_bound(&o, BIND_TRANSCEIVER);
	pdu.sm.src.addr = view_of("10690001");
	pdu.sm.dst.addr = view_of("8613800138000");
	assert_int_equal(session_send(o.session, &pdu, 42), 0);
	rig_turn(&o.rig);
	struct pdu sent = far_expect(o.far, DATA_SM, 0, pdu.sequence);
	struct pdu resp = {.command_id = DATA_SM | COMMAND_RESP, .sequence = sent.sequence};
	resp.resp.id = view_of("3f2a91");
	o.wants_id = "3f2a91";
	far_pdu(o.far, &resp);
	rig_turn(&o.rig);
	assert_int_equal(o.nsettled, 1);
	assert_int_equal(o.settled[0].cookie, 42);
	assert_int_equal(o.settled[0].outcome, SESSION_ANSWERED);
	assert_true(o.settled[0].has_body);
	/* an error with and without a body */
	o.wants_id = NULL;
	for (unsigned i = 1; i <= 2; i++) {
		pdu.sequence = 0;
		assert_int_equal(session_send(o.session, &pdu, 42 + i), 0);
		rig_turn(&o.rig);
		far_expect(o.far, DATA_SM, 0, pdu.sequence);
		if (i == 1) {
			far_header(o.far, DATA_SM | COMMAND_RESP, ESME_RSUBMITFAIL, pdu.sequence);
		} else {
			struct pdu error = {.command_id = DATA_SM | COMMAND_RESP,
					    .command_status = ESME_RSUBMITFAIL,
					    .sequence = pdu.sequence};
			far_pdu(o.far, &error);
		}
		rig_turn(&o.rig);
		assert_int_equal(o.nsettled, 1 + i);
		assert_int_equal(o.settled[i].status, ESME_RSUBMITFAIL);
		assert_int_equal(o.settled[i].has_body, i == 2);
	}
	owner_stop(&o);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(a_transmitter_and_a_transceiver_may_ask),
	cmocka_unit_test(every_operation_counts_in_the_window),
	cmocka_unit_test(a_query_is_answered_with_state_and_date),
	cmocka_unit_test(a_multi_is_answered_with_those_that_failed),
	cmocka_unit_test(a_multi_of_254_fits),
	cmocka_unit_test(errors_carry_a_body_where_they_may),
	cmocka_unit_test(what_has_no_answer_takes_no_place),
	cmocka_unit_test(a_call_asks_for_a_bind_and_serves_it),
	cmocka_unit_test(a_data_sm_to_a_carrier_is_settled_by_its_answer),
};

UNIT_MAIN(cases)
