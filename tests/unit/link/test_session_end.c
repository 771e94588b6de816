/*
 * test_session_end.c - how sessions end: silence, unbind both ways, slow readers, ends from within callbacks (smpp.md
 * 6).
 */
#include <errno.h>
#include "owner.h"

/* enquire_link. */

static void silence_is_asked_and_then_ended(void **state)
{
	(void)state;
	for (int esme = 0; esme < 2; esme++) {
		struct owner o;
		struct pdu pdu;
		owner_start(&o);
		if (esme) {
			owner_connect_bound(&o, BIND_TRANSCEIVER);
			assert_true(far_next(o.far, &pdu) || true);
		} else {
			owner_accept_bound(&o, BIND_TRANSCEIVER);
		}
		wire_take(o.far, wire_received(o.far));
		rig_pass(&o.rig, 29900);
		assert_false(far_next(o.far, &pdu));
		rig_pass(&o.rig, 200);
		assert_true(far_next(o.far, &pdu));
		assert_int_equal(pdu.command_id, ENQUIRE_LINK);
		far_header(o.far, ENQUIRE_LINK | COMMAND_RESP, 0, pdu.sequence);
		rig_pass(&o.rig, 29900);
		assert_false(far_next(o.far, &pdu));
		rig_pass(&o.rig, 200);
		assert_true(far_next(o.far, &pdu));
		assert_int_equal(pdu.command_id, ENQUIRE_LINK);
		/* another octet is as good as an answer */
		far_header(o.far, ENQUIRE_LINK, 0, 4);
		rig_pass(&o.rig, 29900);
		far_expect(o.far, ENQUIRE_LINK | COMMAND_RESP, 0, 4);
		assert_int_equal(o.stats.unsolicited, 0);
		rig_pass(&o.rig, 200);
		assert_true(far_next(o.far, &pdu));
		assert_int_equal(pdu.command_id, ENQUIRE_LINK);
		rig_pass(&o.rig, 19700);
		assert_int_equal(o.ends, 0);
		rig_pass(&o.rig, 400);
		owner_expect_end(&o, END_SILENT);
		owner_stop(&o);
	}
}

static void a_busy_link_is_not_asked(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	for (uint32_t i = 2; i < 50; i++) {
		far_sm(o.far, SUBMIT_SM, i, "x");
		rig_pass(&o.rig, 20000);
		far_expect(o.far, SUBMIT_SM | COMMAND_RESP, ESME_ROK, i);
		far_expect_nothing(o.far);
	}
	owner_stop(&o);
}

static void a_probe_finds_the_dead(void **state)
{
	struct owner o;
	struct pdu pdu;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	session_probe(o.session, 2000);
	assert_true(session_probing(o.session));
	rig_turn(&o.rig);
	assert_true(far_next(o.far, &pdu));
	assert_int_equal(pdu.command_id, ENQUIRE_LINK);
	far_header(o.far, ENQUIRE_LINK | COMMAND_RESP, 0, pdu.sequence);
	rig_turn(&o.rig);
	assert_false(session_probing(o.session));
	rig_pass(&o.rig, 3000);
	assert_int_equal(o.ends, 0);
	wire_black_hole(o.far);
	session_probe(o.session, 2000);
	rig_pass(&o.rig, 1900);
	assert_int_equal(o.ends, 0);
	rig_pass(&o.rig, 200);
	owner_expect_end(&o, END_DISPLACED);
	owner_stop(&o);
}

/* unbind. */

static void the_peer_unbinds_and_is_answered(void **state)
{
	(void)state;
	for (int esme = 0; esme < 2; esme++) {
		struct owner o;
		owner_start(&o);
		if (esme)
			owner_connect_bound(&o, BIND_TRANSCEIVER);
		else
			owner_accept_bound(&o, BIND_TRANSCEIVER);
		wire_take(o.far, wire_received(o.far));
		far_header(o.far, UNBIND, 0, 77);
		rig_turn(&o.rig);
		far_expect(o.far, UNBIND | COMMAND_RESP, ESME_ROK, 77);
		assert_true(wire_closed(o.far));
		assert_int_equal(o.ends, 0); /* until it has read it */
		wire_close(o.far);
		rig_turn(&o.rig);
		owner_expect_end(&o, END_PEER_UNBOUND);
		owner_stop(&o);
	}
}

static void outstanding_answers_go_before_the_unbind_resp(void **state)
{
	struct owner o;
	uint64_t handle;

	(void)state;
	owner_start(&o);
	o.answers = false;
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	handle = session_handle(o.session);
	far_sm(o.far, SUBMIT_SM, 2, "x");
	far_header(o.far, UNBIND, 0, 3);
	far_sm(o.far, SUBMIT_SM, 4, "after the unbind");
	rig_pass(&o.rig, 1000);
	far_expect(o.far, SUBMIT_SM | COMMAND_RESP, ESME_RINVBNDSTS, 4);
	far_expect_nothing(o.far);
	assert_ptr_equal(session_get(o.rig.sessions, handle), o.session);
	session_answer(o.session, SUBMIT_SM, 2, ESME_ROK, view_of("9"), (struct view){NULL, 0});
	rig_turn(&o.rig);
	far_expect(o.far, SUBMIT_SM | COMMAND_RESP, ESME_ROK, 2);
	far_expect(o.far, UNBIND | COMMAND_RESP, ESME_ROK, 3);
	assert_null(session_get(o.rig.sessions, handle));
	assert_int_equal(o.requests, 1);
	rig_pass(&o.rig, 5100); /* a peer that does not close */
	owner_expect_end(&o, END_PEER_UNBOUND);
	owner_stop(&o);
}

static void an_unbind_is_answered_even_if_we_never_answer_the_rest(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	o.answers = false;
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	far_sm(o.far, SUBMIT_SM, 2, "x");
	far_header(o.far, UNBIND, 0, 3);
	rig_pass(&o.rig, 5100);
	far_expect(o.far, UNBIND | COMMAND_RESP, ESME_ROK, 3);
	wire_close(o.far);
	rig_turn(&o.rig);
	owner_expect_end(&o, END_PEER_UNBOUND);
	owner_stop(&o);
}

static void we_unbind_after_our_answers_are_in(void **state)
{
	struct owner o;
	struct pdu pdu;

	(void)state;
	owner_start(&o);
	owner_connect_bound(&o, BIND_TRANSCEIVER);
	wire_take(o.far, wire_received(o.far));
	assert_int_equal(owner_send(&o, SUBMIT_SM, 1), 0);
	session_end(o.session, END_SHUTDOWN);
	assert_int_equal(owner_send(&o, SUBMIT_SM, 2), -ENOTCONN);
	rig_pass(&o.rig, 1000);
	assert_true(far_next(o.far, &pdu));
	assert_int_equal(pdu.command_id, SUBMIT_SM);
	far_expect_nothing(o.far);
	far_header(o.far, SUBMIT_SM | COMMAND_RESP, 0, pdu.sequence);
	rig_turn(&o.rig);
	assert_int_equal(o.nsettled, 1);
	assert_int_equal(o.settled[0].outcome, SESSION_ANSWERED);
	assert_true(far_next(o.far, &pdu));
	assert_int_equal(pdu.command_id, UNBIND);
	/* what comes now is still answered */
	far_sm(o.far, DELIVER_SM, 50, "receipt");
	far_header(o.far, ENQUIRE_LINK, 0, 51);
	rig_turn(&o.rig);
	far_expect(o.far, DELIVER_SM | COMMAND_RESP, ESME_ROK, 50);
	far_expect(o.far, ENQUIRE_LINK | COMMAND_RESP, ESME_ROK, 51);
	assert_int_equal(o.requests, 1);
	far_header(o.far, UNBIND | COMMAND_RESP, 0, pdu.sequence);
	rig_turn(&o.rig);
	owner_expect_end(&o, END_SHUTDOWN);
	owner_stop(&o);
}

static void our_unbind_is_not_waited_for_without_end(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_connect_bound(&o, BIND_TRANSCEIVER);
	wire_take(o.far, wire_received(o.far));
	assert_int_equal(owner_send(&o, SUBMIT_SM, 1), 0);
	session_end(o.session, END_WE_UNBOUND);
	rig_pass(&o.rig, 5100); /* no answer to the submit: the unbind goes out all the same */
	struct pdu pdu;
	assert_true(far_next(o.far, &pdu));
	assert_int_equal(pdu.command_id, SUBMIT_SM);
	assert_true(far_next(o.far, &pdu));
	assert_int_equal(pdu.command_id, UNBIND);
	assert_int_equal(o.ends, 0);
	rig_pass(&o.rig, 5100);
	owner_expect_end(&o, END_WE_UNBOUND);
	assert_int_equal(o.settled[0].outcome, SESSION_LOST);
	owner_stop(&o);
}

static void both_unbind_at_once(void **state)
{
	struct owner o;
	struct pdu pdu;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	session_end(o.session, END_SHUTDOWN);
	far_header(o.far, UNBIND, 0, 2);
	rig_turn(&o.rig);
	assert_true(far_next(o.far, &pdu));
	assert_int_equal(pdu.command_id, UNBIND);
	far_expect(o.far, UNBIND | COMMAND_RESP, ESME_ROK, 2);
	wire_close(o.far);
	rig_turn(&o.rig);
	owner_expect_end(&o, END_SHUTDOWN);
	owner_stop(&o);
}

static void no_rebind_after_an_unbind(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	o.answers = false;
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	far_sm(o.far, SUBMIT_SM, 2, "keeps the session for a moment");
	far_header(o.far, UNBIND, 0, 3);
	far_bind(o.far, BIND_TRANSCEIVER, 4, "bank", "secret", 0x34);
	rig_turn(&o.rig);
	far_expect(o.far, BIND_TRANSCEIVER | COMMAND_RESP, ESME_RINVBNDSTS, 4);
	assert_int_equal(o.binds, 1);
	owner_stop(&o);
}

/* The ends. */

static void the_peer_closes(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	far_sm(o.far, SUBMIT_SM, 2, "read before the end");
	wire_close(o.far);
	rig_turn(&o.rig);
	owner_expect_end(&o, END_PEER_CLOSED);
	assert_int_equal(o.requests, 1);
	owner_stop(&o);
}

static void who_does_not_read_is_not_read_from_and_ends(void **state)
{
	struct owner o;
	uint32_t sent = 2;

	(void)state;
	owner_start(&o);
	o.conf.window_in = 10000;
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	wire_stall(o.far, 1000);
	for (int i = 0; i < 40; i++) {
		for (int j = 0; j < 1000; j++)
			far_sm(o.far, SUBMIT_SM, sent++, "x");
		rig_turn(&o.rig);
	}
	assert_true(wire_unread(o.far) > 0); /* back-pressure */
	assert_int_equal(o.ends, 0);
	rig_pass(&o.rig, 60000);
	owner_expect_end(&o, END_SLOW_READER);
	owner_stop(&o);
}

static void a_stalled_peer_that_reads_on_gets_everything(void **state)
{
	struct owner o;
	uint32_t sent = 2;

	(void)state;
	owner_start(&o);
	o.conf.window_in = 10000;
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	wire_stall(o.far, 1000);
	for (int j = 0; j < 30000; j++)
		far_sm(o.far, SUBMIT_SM, sent++, "x");
	rig_pass(&o.rig, 2000);
	assert_true(wire_unread(o.far) > 0);
	wire_read_on(o.far);
	rig_pass(&o.rig, 1000);
	for (uint32_t n = 2; n < sent; n++)
		far_expect(o.far, SUBMIT_SM | COMMAND_RESP, ESME_ROK, n);
	far_expect_nothing(o.far);
	owner_stop(&o);
}

static void full_output_says_no_and_then_tells_of_room(void **state)
{
	struct owner o;
	struct pdu pdu = {.command_id = DELIVER_SM};
	static uint8_t area[60004];
	struct tlv_out tlvs = {.p = area, .cap = sizeof(area)};
	static uint8_t payload[60000];
	int sent = 0;

	(void)state;
	owner_start(&o);
	o.conf.window_out = 1000;
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	wire_stall(o.far, 0);
	tlv_put(&tlvs, TLV_MESSAGE_PAYLOAD, payload, sizeof(payload));
	pdu.tlvs = (struct view){area, tlvs.n};
	while (session_room(o.session) > 0) {
		assert_int_equal(session_send(o.session, &pdu, 1), 0);
		sent++;
	}
	assert_true(sent >= 6 && sent < 9);
	session_want_room(o.session);
	rig_pass(&o.rig, 100);
	assert_int_equal(o.rooms, 0);
	wire_read_on(o.far);
	rig_turn(&o.rig);
	assert_int_equal(o.rooms, 1);
	assert_true(session_room(o.session) > 0);
	owner_stop(&o);
}

static void a_session_may_be_ended_in_any_callback(void **state)
{
	(void)state;
	for (enum owner_moment moment = AT_BIND; moment <= AT_ROOM; moment++) {
		struct owner o;
		bool esme = moment == AT_OPEN || moment == AT_SETTLED || moment == AT_ROOM;
		owner_start(&o);
		o.ends_at = moment;
		if (esme) {
			owner_connect(&o, BIND_TRANSCEIVER);
		} else {
			owner_accept(&o);
			far_bind(o.far, BIND_TRANSCEIVER, 1, "bank", "secret", 0x34);
			far_sm(o.far, SUBMIT_SM, 2, "x");
			far_sm(o.far, SUBMIT_SM, 3, "x");
			far_header(o.far, ENQUIRE_LINK, 0, 4);
			rig_turn(&o.rig);
		}
		if (moment == AT_SETTLED || moment == AT_ROOM) {
			far_hex(o.far, "00000010 80000009 00000000 00000001");
			rig_turn(&o.rig);
			for (uint64_t i = 0; i < 10; i++)
				assert_int_equal(owner_send(&o, SUBMIT_SM, i), 0);
			assert_int_equal(owner_send(&o, SUBMIT_SM, 11), -EAGAIN);
			for (uint32_t i = 2; i < 12; i++)
				far_header(o.far, SUBMIT_SM | COMMAND_RESP, 0, i);
			rig_turn(&o.rig);
		}
		owner_expect_end(&o, END_DISPLACED);
		owner_stop(&o);
	}
}

static void ends_while_requests_time_out(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_connect_bound(&o, BIND_TRANSCEIVER);
	for (uint64_t i = 0; i < 5; i++)
		assert_int_equal(owner_send(&o, SUBMIT_SM, i), 0);
	o.ends_at = AT_SETTLED;
	rig_pass(&o.rig, 21000);
	owner_expect_end(&o, END_DISPLACED);
	assert_int_equal(o.nsettled, 5);
	assert_int_equal(o.settled[0].outcome, SESSION_TIMEOUT);
	assert_int_equal(o.settled[1].outcome, SESSION_LOST);
	owner_stop(&o);
}

/* Much that is outstanding is settled over several turns, in order; only behind the last is the end told. */
static void what_is_lost_is_told_in_steps(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	o.conf.window_out = 40;
	owner_connect_bound(&o, BIND_TRANSCEIVER);
	for (uint64_t i = 0; i < 40; i++)
		assert_int_equal(owner_send(&o, SUBMIT_SM, i), 0);
	rig_turn(&o.rig);
	uint64_t handle = session_handle(o.session);
	loop_tire(o.rig.loop, 1);
	wire_drop(o.far);
	for (unsigned turns = 0, before = 0; o.ends == 0; turns++, before = o.nsettled) {
		assert_true(turns < 40);
		loop_turn(o.rig.loop);
		assert_true(o.nsettled - before <= 10);
		assert_int_equal(o.ends, o.nsettled == 40);
		if (o.nsettled > 0 && o.ends == 0) {
			assert_null(session_get(o.rig.sessions, handle));
			assert_int_equal(session_state(o.session), SESSION_ENDING);
			assert_int_equal(session_outstanding(o.session), 40 - o.nsettled);
			assert_int_equal(owner_send(&o, SUBMIT_SM, 99), -ENOTCONN);
			session_end(o.session, END_SHUTDOWN); /* does no harm */
		}
	}
	for (unsigned i = 0; i < 40; i++) {
		assert_int_equal(o.settled[i].cookie, i);
		assert_int_equal(o.settled[i].outcome, SESSION_LOST);
	}
	owner_expect_end(&o, END_IO_ERROR);
	owner_stop(&o);
}

static void what_times_out_is_told_in_steps(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	o.conf.window_out = 40;
	owner_connect_bound(&o, BIND_TRANSCEIVER);
	for (uint64_t i = 0; i < 40; i++)
		assert_int_equal(owner_send(&o, SUBMIT_SM, i), 0);
	rig_turn(&o.rig);
	loop_tire(o.rig.loop, 1);
	rig_pass(&o.rig, 21000);
	assert_int_equal(o.nsettled, 40);
	for (unsigned i = 0; i < 40; i++) {
		assert_int_equal(o.settled[i].cookie, i);
		assert_int_equal(o.settled[i].outcome, SESSION_TIMEOUT);
	}
	assert_int_equal(session_outstanding(o.session), 0);
	assert_int_equal(o.stats.timeouts, 40);
	assert_int_equal(owner_send(&o, SUBMIT_SM, 40), 0);
	owner_stop(&o);
}

static void answers_to_an_ended_session_are_dropped(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	o.answers = false;
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	far_sm(o.far, SUBMIT_SM, 2, "x");
	rig_turn(&o.rig);
	uint64_t handle = session_handle(o.session);
	session_end(o.session, END_DISPLACED);
	session_answer(o.session, SUBMIT_SM, 2, ESME_ROK, view_of("1"), (struct view){NULL, 0});
	assert_null(session_get(o.rig.sessions, handle));
	rig_turn(&o.rig);
	assert_null(session_get(o.rig.sessions, handle));
	far_expect_nothing(o.far);
	owner_expect_end(&o, END_DISPLACED);
	owner_stop(&o);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(silence_is_asked_and_then_ended),
	cmocka_unit_test(a_busy_link_is_not_asked),
	cmocka_unit_test(a_probe_finds_the_dead),
	cmocka_unit_test(the_peer_unbinds_and_is_answered),
	cmocka_unit_test(outstanding_answers_go_before_the_unbind_resp),
	cmocka_unit_test(an_unbind_is_answered_even_if_we_never_answer_the_rest),
	cmocka_unit_test(we_unbind_after_our_answers_are_in),
	cmocka_unit_test(our_unbind_is_not_waited_for_without_end),
	cmocka_unit_test(both_unbind_at_once),
	cmocka_unit_test(no_rebind_after_an_unbind),
	cmocka_unit_test(the_peer_closes),
	cmocka_unit_test(who_does_not_read_is_not_read_from_and_ends),
	cmocka_unit_test(a_stalled_peer_that_reads_on_gets_everything),
	cmocka_unit_test(full_output_says_no_and_then_tells_of_room),
	cmocka_unit_test(a_session_may_be_ended_in_any_callback),
	cmocka_unit_test(ends_while_requests_time_out),
	cmocka_unit_test(what_is_lost_is_told_in_steps),
	cmocka_unit_test(what_times_out_is_told_in_steps),
	cmocka_unit_test(answers_to_an_ended_session_are_dropped),
};

UNIT_MAIN(cases)
