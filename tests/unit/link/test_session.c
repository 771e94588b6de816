/*
 * test_session.c - sessions in both roles over an in-memory network: bind, pipelining, fragmentation, windows, answers
 * (smpp.md 6). The ends are test_session_end.c's, bad input is test_session_bad.c's.
 */
#include <errno.h>
#include "owner.h"

/* SMSC side: binding. */

static void each_bind_type_is_accepted_and_answered(void **state)
{
	static const struct {
		uint32_t command;
		enum session_state bound;
		bool sends;
	} rows[] = {
		{BIND_TRANSMITTER, SESSION_BOUND_TX, false},
		{BIND_RECEIVER, SESSION_BOUND_RX, true},
		{BIND_TRANSCEIVER, SESSION_BOUND_TRX, true},
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct owner o;
		struct view version;
		owner_start(&o);
		owner_accept(&o);
		far_bind(o.far, rows[i].command, 7, "bank", "secret", 0x34);
		rig_turn(&o.rig);
		struct pdu resp = far_expect(o.far, rows[i].command | COMMAND_RESP, ESME_ROK, 7);
		assert_true(view_eq(resp.resp.id, view_of("smppgw")));
		assert_true(tlv_find(resp.tlvs, TLV_SC_INTERFACE_VERSION, &version));
		assert_int_equal(version.p[0], 0x34);
		assert_int_equal(session_state(o.session), rows[i].bound);
		assert_int_equal(session_can_send(o.session), rows[i].sends);
		assert_int_equal(o.bounds, 1);
		owner_stop(&o);
	}
}

static void old_versions_get_no_tlv(void **state)
{
	static const struct {
		uint8_t said, judged;
	} rows[] = {{0x00, 0x33}, {0x22, 0x33}, {0x33, 0x33}, {0x34, 0x34}, {0x50, 0x50}, {0x7B, 0x7B}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct owner o;
		owner_start(&o);
		owner_accept(&o);
		far_bind(o.far, BIND_TRANSCEIVER, 1, "bank", "secret", rows[i].said);
		rig_turn(&o.rig);
		struct pdu resp = far_expect(o.far, BIND_TRANSCEIVER | COMMAND_RESP, ESME_ROK, 1);
		assert_int_equal(resp.tlvs.n != 0, rows[i].said >= 0x34);
		assert_int_equal(session_peer_version(o.session), rows[i].judged);
		owner_stop(&o);
	}
}

static void a_refused_bind_may_be_tried_again_for_a_second(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept(&o);
	o.bind_status = ESME_RINVPASWD;
	far_bind(o.far, BIND_TRANSCEIVER, 1, "bank", "wrong", 0x34);
	rig_turn(&o.rig);
	assert_int_equal(wire_received(o.far), PDU_HEADER); /* no body */
	far_expect(o.far, BIND_TRANSCEIVER | COMMAND_RESP, ESME_RINVPASWD, 1);
	rig_pass(&o.rig, 900);
	o.bind_status = ESME_ROK;
	far_bind(o.far, BIND_TRANSCEIVER, 2, "bank", "secret", 0x34);
	rig_turn(&o.rig);
	far_expect(o.far, BIND_TRANSCEIVER | COMMAND_RESP, ESME_ROK, 2);
	rig_pass(&o.rig, 5000);
	assert_int_equal(o.ends, 0);
	owner_stop(&o);
}

static void a_refused_peer_is_closed_after_a_second(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept(&o);
	o.bind_status = ESME_RINVSYSID;
	far_bind(o.far, BIND_RECEIVER, 1, "nobody", "x", 0x34);
	rig_turn(&o.rig);
	far_expect(o.far, BIND_RECEIVER | COMMAND_RESP, ESME_RINVSYSID, 1);
	rig_pass(&o.rig, 990);
	assert_false(wire_closed(o.far));
	rig_pass(&o.rig, 20);
	assert_true(wire_closed(o.far));
	wire_close(o.far);
	rig_turn(&o.rig);
	owner_expect_end(&o, END_BIND_REFUSED);
	owner_stop(&o);
}

static void guessing_on_one_connection_ends_with_session_init(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept(&o);
	o.bind_status = ESME_RINVPASWD;
	for (int i = 0; i < 30 && !wire_closed(o.far); i++) {
		far_bind(o.far, BIND_TRANSCEIVER, 1, "bank", "guess", 0x34);
		rig_pass(&o.rig, 500);
	}
	assert_true(o.binds <= 21);
	assert_true(wire_closed(o.far));
	rig_pass(&o.rig, 6000);
	owner_expect_end(&o, END_BIND_REFUSED);
	owner_stop(&o);
}

static void nobody_binds_in_time(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept(&o);
	far_header(o.far, ENQUIRE_LINK, 0, 9); /* is answered, and does not count as a bind */
	rig_pass(&o.rig, 9990);
	far_expect(o.far, ENQUIRE_LINK | COMMAND_RESP, ESME_ROK, 9);
	assert_false(wire_closed(o.far));
	rig_pass(&o.rig, 20);
	assert_true(wire_closed(o.far));
	wire_close(o.far);
	rig_turn(&o.rig);
	owner_expect_end(&o, END_BIND_TIMEOUT);
	owner_stop(&o);
}

static void submits_pipelined_behind_the_bind_see_its_outcome(void **state)
{
	(void)state;
	for (int refused = 0; refused < 2; refused++) {
		struct owner o;
		uint32_t status = refused ? ESME_RINVPASWD : ESME_ROK;
		owner_start(&o);
		owner_accept(&o);
		o.bind_status = status;
		far_sm(o.far, SUBMIT_SM, 1, "before the bind");
		far_bind(o.far, BIND_TRANSCEIVER, 2, "bank", "secret", 0x34);
		far_sm(o.far, SUBMIT_SM, 3, "behind the bind");
		far_sm(o.far, SUBMIT_SM, 4, "behind the bind");
		rig_turn(&o.rig);
		far_expect(o.far, SUBMIT_SM | COMMAND_RESP, ESME_RINVBNDSTS, 1);
		far_expect(o.far, BIND_TRANSCEIVER | COMMAND_RESP, status, 2);
		far_expect(o.far, SUBMIT_SM | COMMAND_RESP, refused ? ESME_RINVBNDSTS : ESME_ROK, 3);
		far_expect(o.far, SUBMIT_SM | COMMAND_RESP, refused ? ESME_RINVBNDSTS : ESME_ROK, 4);
		far_expect_nothing(o.far);
		assert_int_equal(o.requests, refused ? 0 : 2);
		owner_stop(&o);
	}
}

static void a_bind_judged_later_holds_what_follows(void **state)
{
	(void)state;
	for (int refused = 0; refused < 2; refused++) {
		struct owner o;
		owner_start(&o);
		owner_accept(&o);
		o.bind_status = SESSION_BIND_LATER;
		far_bind(o.far, BIND_TRANSCEIVER, 1, "bank", "secret", 0x34);
		far_sm(o.far, SUBMIT_SM, 2, "behind the bind");
		rig_pass(&o.rig, 2000);
		far_expect_nothing(o.far);
		session_judge(o.session, refused ? ESME_RALYBND : ESME_ROK);
		session_judge(o.session, ESME_ROK); /* once is enough */
		rig_turn(&o.rig);
		far_expect(o.far, BIND_TRANSCEIVER | COMMAND_RESP, refused ? ESME_RALYBND : ESME_ROK, 1);
		far_expect(o.far, SUBMIT_SM | COMMAND_RESP, refused ? ESME_RINVBNDSTS : ESME_ROK, 2);
		far_expect_nothing(o.far);
		owner_stop(&o);
	}
}

static void a_second_bind_is_refused_and_changes_nothing(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSMITTER);
	far_bind(o.far, BIND_RECEIVER, 2, "bank", "secret", 0x34);
	far_sm(o.far, SUBMIT_SM, 3, "still bound");
	rig_turn(&o.rig);
	far_expect(o.far, BIND_RECEIVER | COMMAND_RESP, ESME_RALYBND, 2);
	far_expect(o.far, SUBMIT_SM | COMMAND_RESP, ESME_ROK, 3);
	assert_int_equal(session_state(o.session), SESSION_BOUND_TX);
	assert_int_equal(o.binds, 1);
	owner_stop(&o);
}

/* Octets. */

static void the_stream_may_be_cut_anywhere(void **state)
{
	static const size_t sizes[] = {1, 2, 3, 7, 15, 16, 17, 100};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct owner o;
		owner_start(&o);
		owner_accept(&o);
		wire_fragment(o.far, sizes[i]);
		far_bind(o.far, BIND_TRANSCEIVER, 1, "bank", "secret", 0x34);
		for (uint32_t n = 2; n < 40; n++)
			far_sm(o.far, SUBMIT_SM, n, "今天利率");
		far_header(o.far, ENQUIRE_LINK, 0, 40);
		rig_turn(&o.rig);
		far_expect(o.far, BIND_TRANSCEIVER | COMMAND_RESP, ESME_ROK, 1);
		for (uint32_t n = 2; n < 40; n++)
			far_expect(o.far, SUBMIT_SM | COMMAND_RESP, ESME_ROK, n);
		far_expect(o.far, ENQUIRE_LINK | COMMAND_RESP, ESME_ROK, 40);
		assert_int_equal(o.stats.pdus_in, 40);
		assert_int_equal(o.stats.malformed, 0);
		owner_stop(&o);
	}
}

static void a_long_pdu_octet_by_octet(void **state)
{
	static uint8_t area[4 + 20000];
	struct owner o;
	struct pdu pdu = {.command_id = SUBMIT_SM, .sequence = 5};
	struct tlv_out tlvs = {.p = area, .cap = sizeof(area)};
	static uint8_t payload[20000];

	(void)state;
	tlv_put(&tlvs, TLV_MESSAGE_PAYLOAD, payload, sizeof(payload));
	pdu.tlvs = (struct view){area, tlvs.n};
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	wire_fragment(o.far, 997);
	far_pdu(o.far, &pdu);
	far_pdu(o.far, &pdu);
	rig_turn(&o.rig);
	far_expect(o.far, SUBMIT_SM | COMMAND_RESP, ESME_ROK, 5);
	far_expect(o.far, SUBMIT_SM | COMMAND_RESP, ESME_ROK, 5);
	owner_stop(&o);
}

static void a_pdu_that_drips_ends_the_session(void **state)
{
	struct owner o;
	uint8_t header[PDU_HEADER];

	(void)state;
	pdu_header(header, ENQUIRE_LINK, 0, 1);
	owner_start(&o);
	o.conf.bind_ms = 100000;
	owner_accept(&o);
	for (int i = 0; i < 14; i++) { /* an octet a second keeps the link alive, but not the PDU */
		wire_send(o.far, &header[i], 1);
		rig_pass(&o.rig, 1000);
		assert_int_equal(o.ends, 0);
	}
	rig_pass(&o.rig, 1100);
	owner_expect_end(&o, END_PARTIAL_PDU);
	owner_stop(&o);
}

static void a_new_partial_pdu_gets_its_own_time(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	far_hex(o.far, "00000010");
	rig_pass(&o.rig, 10000);
	far_hex(o.far, "00000015 00000000 00000001  00000010"); /* completes it, begins the next */
	rig_pass(&o.rig, 10000);
	far_expect(o.far, ENQUIRE_LINK | COMMAND_RESP, ESME_ROK, 1);
	assert_int_equal(o.ends, 0);
	rig_pass(&o.rig, 5100);
	owner_expect_end(&o, END_PARTIAL_PDU);
	owner_stop(&o);
}

/* The peer's window. */

static void at_the_window_reading_stops_until_answers_leave(void **state)
{
	struct owner o;
	struct view none = {NULL, 0};

	(void)state;
	owner_start(&o);
	o.answers = false;
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	for (uint32_t n = 2; n < 2 + 25; n++)
		far_sm(o.far, SUBMIT_SM, n, "x");
	far_header(o.far, ENQUIRE_LINK, 0, 99);
	rig_turn(&o.rig);
	assert_int_equal(o.requests, 10);
	assert_int_equal(session_unanswered(o.session), 10);
	far_expect_nothing(o.far);
	/* an answer lets one more in */
	session_answer(o.session, SUBMIT_SM, 2, ESME_ROK, view_of("1"), none);
	rig_turn(&o.rig);
	assert_int_equal(o.requests, 11);
	far_expect(o.far, SUBMIT_SM | COMMAND_RESP, ESME_ROK, 2);
	for (unsigned i = 1; i < 25; i++) {
		session_answer(o.session, SUBMIT_SM, o.request_sequence[i], ESME_ROK, view_of("1"), none);
		rig_turn(&o.rig);
		far_expect(o.far, SUBMIT_SM | COMMAND_RESP, ESME_ROK, 2 + i);
		if (i == 15) /* the last of the requests is in, and there is room behind it */
			far_expect(o.far, ENQUIRE_LINK | COMMAND_RESP, ESME_ROK, 99);
		far_expect_nothing(o.far);
	}
	assert_int_equal(o.requests, 25);
	assert_int_equal(session_unanswered(o.session), 0);
	owner_stop(&o);
}

static void a_held_peer_is_not_called_silent(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	o.answers = false;
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	for (uint32_t n = 2; n < 22; n++)
		far_sm(o.far, SUBMIT_SM, n, "x");
	rig_pass(&o.rig, 120000);
	assert_int_equal(o.ends, 0);
	for (unsigned i = 0; i < o.requests; i++)
		session_answer(o.session, SUBMIT_SM, o.request_sequence[i], ESME_ROK, view_of("1"),
			       (struct view){NULL, 0});
	o.answers = true;
	rig_turn(&o.rig);
	assert_int_equal(o.requests, 20);
	/* and now it is asked again when it is silent */
	while (wire_received(o.far) > 0)
		wire_take(o.far, wire_received(o.far));
	rig_pass(&o.rig, 30100);
	assert_int_equal(o.ends, 0);
	struct pdu pdu;
	assert_true(far_next(o.far, &pdu));
	assert_int_equal(pdu.command_id, ENQUIRE_LINK);
	owner_stop(&o);
}

/* Our window. */

static void our_window_fills_and_empties(void **state)
{
	struct owner o;
	struct pdu pdu;

	(void)state;
	owner_start(&o);
	owner_connect_bound(&o, BIND_TRANSCEIVER);
	assert_int_equal(session_room(o.session), 10);
	for (uint64_t i = 0; i < 10; i++)
		assert_int_equal(owner_send(&o, SUBMIT_SM, 100 + i), 0);
	assert_int_equal(session_room(o.session), 0);
	assert_int_equal(owner_send(&o, SUBMIT_SM, 111), -EAGAIN);
	assert_int_equal(o.rooms, 0);
	rig_turn(&o.rig);
	uint32_t sequence[10];
	for (int i = 0; i < 10; i++) {
		assert_true(far_next(o.far, &pdu));
		assert_int_equal(pdu.command_id, SUBMIT_SM);
		sequence[i] = pdu.sequence;
		assert_true(i == 0 || sequence[i] == sequence[i - 1] + 1);
	}
	/* answers out of order */
	for (int i = 9; i >= 0; i--)
		far_header(o.far, SUBMIT_SM | COMMAND_RESP, i == 3 ? ESME_RSUBMITFAIL : ESME_ROK, sequence[i]);
	rig_turn(&o.rig);
	assert_int_equal(o.nsettled, 10);
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(o.settled[i].cookie, 109 - i);
		assert_int_equal(o.settled[i].outcome, SESSION_ANSWERED);
		assert_int_equal(o.settled[i].status, 9 - i == 3 ? ESME_RSUBMITFAIL : ESME_ROK);
	}
	assert_int_equal(o.rooms, 1); /* once, after all that came */
	assert_int_equal(session_room(o.session), 10);
	owner_stop(&o);
}

static void no_answer_in_time_and_the_late_one(void **state)
{
	struct owner o;
	struct pdu pdu;

	(void)state;
	owner_start(&o);
	owner_connect_bound(&o, BIND_TRANSMITTER);
	assert_int_equal(owner_send(&o, SUBMIT_SM, 5), 0);
	rig_pass(&o.rig, 5000);
	assert_true(far_next(o.far, &pdu));
	assert_int_equal(owner_send(&o, SUBMIT_SM, 6), 0);
	rig_pass(&o.rig, 14900);
	assert_int_equal(o.nsettled, 0);
	far_header(o.far, ENQUIRE_LINK, 0, 1); /* the link is alive */
	rig_pass(&o.rig, 200);
	assert_int_equal(o.nsettled, 1);
	assert_int_equal(o.settled[0].cookie, 5);
	assert_int_equal(o.settled[0].outcome, SESSION_TIMEOUT);
	assert_int_equal(session_room(o.session), 9);
	far_header(o.far, SUBMIT_SM | COMMAND_RESP, ESME_ROK, pdu.sequence);
	far_header(o.far, SUBMIT_SM | COMMAND_RESP, ESME_ROK, pdu.sequence);
	rig_turn(&o.rig);
	assert_int_equal(o.nsettled, 2);
	assert_int_equal(o.settled[1].cookie, 5);
	assert_int_equal(o.settled[1].outcome, SESSION_LATE);
	assert_int_equal(o.stats.unsolicited, 1);
	assert_int_equal(o.stats.timeouts, 1);
	rig_pass(&o.rig, 5000);
	assert_int_equal(o.nsettled, 3);
	assert_int_equal(o.settled[2].cookie, 6);
	assert_int_equal(o.ends, 0);
	owner_stop(&o);
}

static void a_lost_connection_settles_in_order_of_sending(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_connect_bound(&o, BIND_TRANSCEIVER);
	for (uint64_t i = 0; i < 7; i++)
		assert_int_equal(owner_send(&o, SUBMIT_SM, i), 0);
	rig_turn(&o.rig);
	wire_drop(o.far);
	rig_turn(&o.rig);
	owner_expect_end(&o, END_IO_ERROR);
	assert_int_equal(o.nsettled, 7);
	for (unsigned i = 0; i < 7; i++) {
		assert_int_equal(o.settled[i].cookie, i);
		assert_int_equal(o.settled[i].outcome, SESSION_LOST);
	}
	owner_stop(&o);
}

static void only_binds_that_may_send_do(void **state)
{
	static const struct {
		bool esme;
		uint32_t bind;
		int result;
	} rows[] = {
		{true, BIND_TRANSMITTER, 0}, {true, BIND_RECEIVER, -ENOTCONN},	   {true, BIND_TRANSCEIVER, 0},
		{false, BIND_RECEIVER, 0},   {false, BIND_TRANSMITTER, -ENOTCONN}, {false, BIND_TRANSCEIVER, 0},
	};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct owner o;
		owner_start(&o);
		if (rows[i].esme)
			owner_connect_bound(&o, rows[i].bind);
		else
			owner_accept_bound(&o, rows[i].bind);
		assert_int_equal(owner_send(&o, rows[i].esme ? SUBMIT_SM : DELIVER_SM, 1), rows[i].result);
		owner_stop(&o);
	}
}

static void what_cannot_be_encoded_takes_no_number(void **state)
{
	struct owner o;
	struct pdu pdu = {.command_id = SUBMIT_SM};
	static uint8_t long_tlv[75000];

	(void)state;
	owner_start(&o);
	owner_connect_bound(&o, BIND_TRANSCEIVER);
	pdu.sm.dst.addr = view_of("123456789012345678901"); /* 22 octets with its NUL */
	assert_int_equal(session_send(o.session, &pdu, 1), -EMSGSIZE);
	pdu.sm.dst.addr = view_of("1");
	pdu.tlvs = (struct view){long_tlv, sizeof(long_tlv)};
	assert_int_equal(session_send(o.session, &pdu, 1), -EMSGSIZE);
	assert_int_equal(session_outstanding(o.session), 0);
	assert_int_equal(owner_send(&o, SUBMIT_SM, 2), 0);
	rig_turn(&o.rig);
	far_expect(o.far, SUBMIT_SM, 0, 2); /* 1 was the bind's */
	owner_stop(&o);
}

/* ESME side: binding. */

static void bind_responses_as_they_are_met(void **state)
{
	static const struct {
		const char *hex; /* the sequence is 1 */
		uint8_t version;
	} rows[] = {
		{"0000001a 80000009 00000000 00000001 736d736300 02100001 34", 0x34},
		{"00000015 80000009 00000000 00000001 736d736300", 0x33},    /* no version */
		{"00000010 80000009 00000000 00000001", 0x33},		     /* no body */
		{"00000016 80000009 00000000 00000001 736d736300 34", 0x33}, /* a stray octet for the TLV */
		{"0000001a 80000009 00000000 00000001 736d736300 02100001 50", 0x50},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct owner o;
		owner_start(&o);
		owner_connect(&o, BIND_TRANSCEIVER);
		far_hex(o.far, rows[i].hex);
		rig_turn(&o.rig);
		assert_int_equal(o.bounds, 1);
		assert_int_equal(session_peer_version(o.session), rows[i].version);
		owner_stop(&o);
	}
}

static void refused_binds_are_told_and_closed(void **state)
{
	static const char *const rows[] = {
		"00000010 80000009 0000000e 00000001",
		"00000015 80000009 0000000e 00000001 736d736300", /* with a body */
		"00000010 80000000 0000000e 00000001",		  /* as generic_nack */
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct owner o;
		owner_start(&o);
		owner_connect(&o, BIND_TRANSCEIVER);
		far_hex(o.far, rows[i]);
		rig_turn(&o.rig);
		owner_expect_end(&o, END_BIND_REFUSED);
		assert_int_equal(o.refusals, 1);
		assert_int_equal(o.refused_status, ESME_RINVPASWD);
		owner_stop(&o);
	}
}

static void no_bind_response_in_time(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_connect(&o, BIND_TRANSCEIVER);
	rig_pass(&o.rig, 9900);
	assert_int_equal(o.ends, 0);
	rig_pass(&o.rig, 200);
	wire_close(o.far);
	rig_turn(&o.rig);
	owner_expect_end(&o, END_BIND_TIMEOUT);
	owner_stop(&o);
}

static void a_connection_that_is_refused_or_swallowed(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	o.session = session_connect(o.rig.sessions, "127.0.0.1", 99, &o.conf, &owner_ops, &o, &o.stats);
	rig_turn(&o.rig);
	owner_expect_end(&o, END_CONNECT_FAILED);
	owner_stop(&o);

	owner_start(&o);
	wire_serve_nothing(o.rig.conns, 99);
	o.session = session_connect(o.rig.sessions, "127.0.0.1", 99, &o.conf, &owner_ops, &o, &o.stats);
	rig_pass(&o.rig, 9900);
	assert_int_equal(o.ends, 0);
	rig_pass(&o.rig, 200);
	owner_expect_end(&o, END_CONNECT_FAILED);
	owner_stop(&o);

	owner_start(&o);
	wire_unknown_host(o.rig.conns, "nowhere.invalid");
	o.session = session_connect(o.rig.sessions, "nowhere.invalid", 99, &o.conf, &owner_ops, &o, &o.stats);
	rig_turn(&o.rig);
	owner_expect_end(&o, END_RESOLVE_FAILED);
	owner_stop(&o);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(each_bind_type_is_accepted_and_answered),
	cmocka_unit_test(old_versions_get_no_tlv),
	cmocka_unit_test(a_refused_bind_may_be_tried_again_for_a_second),
	cmocka_unit_test(a_refused_peer_is_closed_after_a_second),
	cmocka_unit_test(guessing_on_one_connection_ends_with_session_init),
	cmocka_unit_test(nobody_binds_in_time),
	cmocka_unit_test(submits_pipelined_behind_the_bind_see_its_outcome),
	cmocka_unit_test(a_bind_judged_later_holds_what_follows),
	cmocka_unit_test(a_second_bind_is_refused_and_changes_nothing),
	cmocka_unit_test(the_stream_may_be_cut_anywhere),
	cmocka_unit_test(a_long_pdu_octet_by_octet),
	cmocka_unit_test(a_pdu_that_drips_ends_the_session),
	cmocka_unit_test(a_new_partial_pdu_gets_its_own_time),
	cmocka_unit_test(at_the_window_reading_stops_until_answers_leave),
	cmocka_unit_test(a_held_peer_is_not_called_silent),
	cmocka_unit_test(our_window_fills_and_empties),
	cmocka_unit_test(no_answer_in_time_and_the_late_one),
	cmocka_unit_test(a_lost_connection_settles_in_order_of_sending),
	cmocka_unit_test(only_binds_that_may_send_do),
	cmocka_unit_test(what_cannot_be_encoded_takes_no_number),
	cmocka_unit_test(bind_responses_as_they_are_met),
	cmocka_unit_test(refused_binds_are_told_and_closed),
	cmocka_unit_test(no_bind_response_in_time),
	cmocka_unit_test(a_connection_that_is_refused_or_swallowed),
};

UNIT_MAIN(cases)
