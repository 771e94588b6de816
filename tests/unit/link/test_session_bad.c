/*
 * test_session_bad.c - the table of bad input (smpp.md 13), line by line, and the table of what is legal in which state
 * (smpp.md 2). Octets are written by hand where the fault is in them.
 */
#include <stdlib.h>
#include "owner.h"

#define SM_HEAD "00 00 00 31303600 00 00 31333800 00 00 00 00 00 00 00 00 00" /* service_type .. sm_default_msg_id */

/* A frame: header with the true length, then body. */
static void far_frame(struct wire *w, uint32_t command_id, uint32_t status, uint32_t sequence, const char *body_hex)
{
	uint8_t header[PDU_HEADER];
	size_t digits = 0;

	for (const char *p = body_hex; *p != '\0'; p++)
		digits += *p != ' ';
	pdu_header(header, command_id, status, sequence);
	uint32_t n = PDU_HEADER + (uint32_t)(digits / 2);
	header[0] = (uint8_t)(n >> 24);
	header[1] = (uint8_t)(n >> 16);
	header[2] = (uint8_t)(n >> 8);
	header[3] = (uint8_t)n;
	wire_send(w, header, sizeof(header));
	far_hex(w, body_hex);
}

static void still_there(struct owner *o)
{
	far_header(o->far, ENQUIRE_LINK, 0, 4242);
	rig_turn(&o->rig);
	far_expect(o->far, ENQUIRE_LINK | COMMAND_RESP, ESME_ROK, 4242);
	far_expect_nothing(o->far);
	assert_int_equal(o->ends, 0);
}

static void is_closed(struct owner *o, enum end_reason reason)
{
	assert_true(wire_closed(o->far));
	wire_close(o->far);
	rig_turn(&o->rig);
	owner_expect_end(o, reason);
}

static void a_length_out_of_range_is_nacked_and_closed(void **state)
{
	static const struct {
		const char *hex;
		uint32_t sequence; /* that the nack must carry */
	} rows[] = {
		{"0000000f 00000015 00000000 00000007", 7},
		{"00000000 00000015 00000000 00000007", 7},
		{"00000004", 0},
		{"00011171 00000004 00000000 000000ff", 255}, /* 70,001 */
		{"80000010 00000004 00000000 00000009", 9},   /* not negative: gigabytes */
		{"ffffffff 00000004 00000000", 0},	      /* no 16 octets */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct owner o;
		owner_start(&o);
		owner_accept_bound(&o, BIND_TRANSCEIVER);
		far_hex(o.far, rows[i].hex);
		far_header(o.far, ENQUIRE_LINK, 0, 1); /* not looked at any more */
		rig_turn(&o.rig);
		if (i != 2 && i != 5)
			far_expect(o.far, GENERIC_NACK, ESME_RINVCMDLEN, rows[i].sequence);
		else /* the 16 octets are there after all, with what follows: any sequence */
			assert_int_equal(wire_received(o.far), PDU_HEADER);
		wire_take(o.far, wire_received(o.far));
		is_closed(&o, END_BAD_LENGTH);
		owner_stop(&o);
	}
}

static void a_length_alone_is_nacked_with_sequence_0(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	far_hex(o.far, "00000003");
	rig_turn(&o.rig);
	far_expect(o.far, GENERIC_NACK, ESME_RINVCMDLEN, 0);
	is_closed(&o, END_BAD_LENGTH);
	owner_stop(&o);
}

static void the_longest_pdu_is_no_fault(void **state)
{
	static uint8_t area[69941], payload[69900];
	struct tlv_out tlvs = {.p = area, .cap = sizeof(area)};
	struct pdu pdu = {.command_id = SUBMIT_SM, .sequence = 2};
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	tlv_put(&tlvs, TLV_MESSAGE_PAYLOAD, payload, 65535);
	tlv_put(&tlvs, 0x1500, payload, 70000 - 33 - 65539 - 4);
	pdu.tlvs = (struct view){area, tlvs.n};
	far_pdu(o.far, &pdu);
	rig_turn(&o.rig);
	far_expect(o.far, SUBMIT_SM | COMMAND_RESP, ESME_ROK, 2);
	owner_stop(&o);
}

static void an_unknown_request_is_nacked_and_skipped(void **state)
{
	static const uint32_t ids[] = {
		0x00000000, 0x0000000A, 0x00000111, 0x00000112, 0x01000001, 0x00010200, 0x7FFFFFFF,
	};
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	for (uint32_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		far_frame(o.far, ids[i], 0, 20 + i, "00112233 00000004");
		rig_turn(&o.rig);
		far_expect(o.far, GENERIC_NACK, ESME_RINVCMDID, 20 + i);
	}
	still_there(&o);
	assert_int_equal(o.stats.unknown_command, sizeof(ids) / sizeof(ids[0]));
	owner_stop(&o);
}

static void an_unknown_response_is_logged_only(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	far_frame(o.far, 0x80000111, 0, 9, "00");
	far_frame(o.far, 0x81000001, 0, 9, "");
	still_there(&o);
	assert_int_equal(o.stats.unknown_command, 2);
	owner_stop(&o);
}

static void a_nack_settles_its_request_and_is_never_answered(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	assert_int_equal(owner_send(&o, DELIVER_SM, 31), 0);
	rig_turn(&o.rig);
	far_expect(o.far, DELIVER_SM, 0, 1);
	far_header(o.far, GENERIC_NACK, ESME_RINVCMDID, 1);
	far_header(o.far, GENERIC_NACK, ESME_RINVCMDLEN, 0);
	far_header(o.far, GENERIC_NACK, ESME_RINVCMDLEN, 777);
	still_there(&o);
	assert_int_equal(o.nsettled, 1);
	assert_int_equal(o.settled[0].cookie, 31);
	assert_int_equal(o.settled[0].outcome, SESSION_NACKED);
	assert_int_equal(o.settled[0].status, ESME_RINVCMDID);
	assert_int_equal(o.stats.nacks, 3);
	owner_stop(&o);
}

static void bodies_that_end_early_are_answered_with_their_response(void **state)
{
	static const uint32_t ids[] = {SUBMIT_SM, SUBMIT_MULTI, DATA_SM, QUERY_SM, CANCEL_SM, REPLACE_SM};

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct owner o;
		struct pdu pdu;
		owner_start(&o);
		owner_accept_bound(&o, BIND_TRANSCEIVER);
		far_frame(o.far, ids[i], 0, 5, "");
		far_frame(o.far, ids[i], 0, 6, "41"); /* a string without its NUL */
		rig_turn(&o.rig);
		for (uint32_t sequence = 5; sequence <= 6; sequence++) {
			assert_true(far_next(o.far, &pdu));
			assert_int_equal(pdu.command_id, ids[i] | COMMAND_RESP);
			assert_int_equal(pdu.sequence, sequence);
			assert_int_not_equal(pdu.command_status, ESME_ROK);
			if (sequence == 5)
				assert_int_equal(pdu.command_status, ESME_RINVCMDLEN);
		}
		assert_int_equal(o.requests, 0);
		assert_int_equal(o.stats.malformed, 2);
		still_there(&o);
		owner_stop(&o);
	}
}

static void fields_over_their_maximum_get_their_status(void **state)
{
	static const struct {
		const char *body;
		uint32_t status;
	} rows[] = {
		/* service_type of 7 octets with its NUL */
		{"41414141414100 00 00 31303600 00 00 31333800 00 00 00 00 00 00 00 00 00 00", ESME_RINVSERTYP},
		/* source_addr of 22 */
		{"00 00 00 313131313131313131313131313131313131313131 00 00 00 31333800 00 00 00 00 00 00 00 00 00 00",
		 ESME_RINVSRCADR},
		/* destination_addr of 22 */
		{"00 00 00 31303600 00 00 313131313131313131313131313131313131313131 00 00 00 00 00 00 00 00 00 00 00",
		 ESME_RINVDSTADR},
		/* schedule_delivery_time of 3 characters */
		{"00 00 00 31303600 00 00 31333800 00 00 00 31323300 00 00 00 00 00 00", ESME_RINVSCHED},
		/* validity_period of 3 characters */
		{"00 00 00 31303600 00 00 31333800 00 00 00 00 31323300 00 00 00 00 00", ESME_RINVEXPIRY},
		/* sm_length over what is left, and 255 */
		{SM_HEAD "05 41414141", ESME_RINVMSGLEN},
		{SM_HEAD "ff 41414141", ESME_RINVMSGLEN},
		/* a TLV that overruns the PDU */
		{SM_HEAD "01 41 0424 0010 00", ESME_RINVOPTPARSTREAM},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct owner o;
		owner_start(&o);
		owner_accept_bound(&o, BIND_TRANSCEIVER);
		far_frame(o.far, SUBMIT_SM, 0, 5, rows[i].body);
		rig_turn(&o.rig);
		far_expect(o.far, SUBMIT_SM | COMMAND_RESP, rows[i].status, 5);
		assert_int_equal(o.requests, 0);
		still_there(&o);
		owner_stop(&o);
	}
}

static void an_over_long_password_simply_fails_the_bind(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept(&o);
	o.bind_status = ESME_RINVPASWD;
	far_frame(o.far, BIND_TRANSCEIVER, 0, 5, "62616e6b00 3132333435363738393031323334353600 00 34 00 00 00");
	rig_turn(&o.rig);
	far_expect(o.far, BIND_TRANSCEIVER | COMMAND_RESP, ESME_RINVPASWD, 5);
	assert_int_equal(o.binds, 1);
	owner_stop(&o);
}

static void a_malformed_bind_is_answered_and_closed(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept(&o);
	far_frame(o.far, BIND_TRANSMITTER, 0, 5, "62616e6b00 73656372657400");
	rig_turn(&o.rig);
	far_expect(o.far, BIND_TRANSMITTER | COMMAND_RESP, ESME_RINVCMDLEN, 5);
	assert_int_equal(o.binds, 0);
	rig_pass(&o.rig, 1100);
	is_closed(&o, END_BIND_REFUSED);
	owner_stop(&o);
}

static void a_receipt_with_broken_tlvs_is_still_used(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_connect_bound(&o, BIND_TRANSCEIVER);
	far_frame(o.far, DELIVER_SM, 0, 5, SM_HEAD "01 41 0424 0010 00");
	rig_turn(&o.rig);
	far_expect(o.far, DELIVER_SM | COMMAND_RESP, ESME_ROK, 5);
	assert_int_equal(o.requests, 1);
	assert_int_equal(o.stats.malformed, 1);
	still_there(&o);
	owner_stop(&o);
}

static void what_is_tolerated(void **state)
{
	static const char *const bodies[] = {
		SM_HEAD "01 41 00", /* 1 to 3 stray octets: clients append a NUL to the text */
		SM_HEAD "01 41 0000",
		SM_HEAD "01 41 000000",
		SM_HEAD "01 41 00000000", /* zeros that parse as TLVs of length 0 */
		SM_HEAD "01 41 0000000000000000",
		SM_HEAD "01 41 1234 0002 aabb", /* an unknown TLV */
	};
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	for (uint32_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		/* a request with a status: it is ignored */
		far_frame(o.far, SUBMIT_SM, i == 0 ? 0x58 : 0, i, bodies[i]);
		rig_turn(&o.rig);
		far_expect(o.far, SUBMIT_SM | COMMAND_RESP, ESME_ROK, i);
	}
	assert_int_equal(o.stats.malformed, 0);
	still_there(&o);
	owner_stop(&o);
}

static void responses_are_settled_by_their_status_alone(void **state)
{
	static const struct {
		uint32_t status;
		const char *body;
	} rows[] = {
		{ESME_ROK, "313200"},	       /* as it should be */
		{ESME_ROK, ""},		       /* success without a body */
		{ESME_ROK, "414243"},	       /* no NUL */
		{0x45, ""},		       /* an error, alone */
		{0x45, "313200"},	       /* an error with a body */
		{0x45, "00 001d 0003 414200"}, /* and with a TLV */
		{0x45, "ffffffff"},	       /* and with anything */
		{0x12345678, ""},	       /* a status that nobody knows */
	};
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_connect_bound(&o, BIND_TRANSCEIVER);
	wire_take(o.far, wire_received(o.far));
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pdu pdu;
		assert_int_equal(owner_send(&o, SUBMIT_SM, i), 0);
		rig_turn(&o.rig);
		assert_true(far_next(o.far, &pdu));
		far_frame(o.far, SUBMIT_SM | COMMAND_RESP, rows[i].status, pdu.sequence, rows[i].body);
		rig_turn(&o.rig);
		assert_int_equal(o.nsettled, i + 1);
		assert_int_equal(o.settled[i].cookie, i);
		assert_int_equal(o.settled[i].outcome, SESSION_ANSWERED);
		assert_int_equal(o.settled[i].status, rows[i].status);
		assert_int_equal(o.settled[i].has_body, i == 0 || i == 4 || i == 5);
	}
	still_there(&o);
	owner_stop(&o);
}

static void an_unsolicited_response_is_dropped(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	far_frame(o.far, DELIVER_SM | COMMAND_RESP, 0, 55, "00");
	far_header(o.far, ENQUIRE_LINK | COMMAND_RESP, 0, 56);
	far_header(o.far, UNBIND | COMMAND_RESP, 0, 57);
	far_header(o.far, BIND_TRANSCEIVER | COMMAND_RESP, 0, 58);
	still_there(&o);
	assert_int_equal(o.stats.unsolicited, 4);
	assert_int_equal(o.nsettled, 0);
	owner_stop(&o);
}

static void the_same_sequence_twice_is_answered_twice(void **state)
{
	static const uint32_t odd[] = {8, 8, 0, 0, 0x80000001, 0xFFFFFFFF};
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	for (size_t i = 0; i < 6; i++)
		far_sm(o.far, SUBMIT_SM, odd[i], "x");
	rig_turn(&o.rig);
	for (size_t i = 0; i < 6; i++)
		far_expect(o.far, SUBMIT_SM | COMMAND_RESP, ESME_ROK, odd[i]);
	assert_int_equal(o.requests, 6);
	owner_stop(&o);
}

static void other_protocols_are_closed(void **state)
{
	static const char *const rows[] = {
		"474554202f20485454502f312e310d0a486f73743a20780d0a0d0a", /* GET / HTTP/1.1 */
		"16030100a5010000a1030300000000000000000000000000000000", /* TLS hello */
		"0d0a0d0a",
		"0a",
		"5353482d322e302d4f70656e5353480d0a", /* SSH-2.0- */
		"deadbeef deadbeef deadbeef deadbeef",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct owner o;
		owner_start(&o);
		owner_accept(&o);
		far_hex(o.far, rows[i]);
		rig_turn(&o.rig);
		if (i != 3) {
			struct pdu nack;
			assert_true(far_next(o.far, &nack));
			assert_int_equal(nack.command_id, GENERIC_NACK);
			assert_int_equal(nack.command_status, ESME_RINVCMDLEN);
			is_closed(&o, END_BAD_LENGTH);
		} else { /* too little to judge: the timer does */
			rig_pass(&o.rig, 10100);
			is_closed(&o, END_BIND_TIMEOUT);
		}
		assert_int_equal(o.binds, 0);
		owner_stop(&o);
	}
}

/* CMPP 2.0 CMPP_CONNECT: length 39, id 1, sequence 1, Source_Addr 6, AuthenticatorSource 16, version, timestamp. */
static void cmpp_never_gets_bound(void **state)
{
	struct owner o;
	struct pdu pdu;

	(void)state;
	owner_start(&o);
	owner_accept(&o);
	o.bind_status = ESME_RINVSYSID;
	far_hex(o.far, "00000027 00000001 00000001 393031323334 "
		       "00112233445566778899aabbccddeeff 20 12345678");
	rig_turn(&o.rig);
	assert_true(far_next(o.far, &pdu));
	assert_int_not_equal(pdu.command_status, ESME_ROK);
	rig_pass(&o.rig, 1100);
	is_closed(&o, END_BIND_REFUSED);
	assert_int_equal(o.bounds, 0);
	owner_stop(&o);
}

static void a_flood_of_enquire_link_is_slowed_down(void **state)
{
	struct owner o;
	uint32_t answered = 0;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	for (uint32_t i = 1; i <= 250; i++)
		far_header(o.far, ENQUIRE_LINK, 0, i);
	rig_turn(&o.rig);
	while (wire_received(o.far) >= PDU_HEADER)
		far_expect(o.far, ENQUIRE_LINK | COMMAND_RESP, ESME_ROK, ++answered);
	assert_int_equal(answered, 100);
	rig_pass(&o.rig, 990);
	assert_int_equal(wire_received(o.far), 0);
	rig_pass(&o.rig, 1100);
	while (wire_received(o.far) >= PDU_HEADER)
		far_expect(o.far, ENQUIRE_LINK | COMMAND_RESP, ESME_ROK, ++answered);
	assert_int_equal(answered, 250);
	assert_int_equal(o.ends, 0);
	owner_stop(&o);
}

static void ten_malformed_in_a_row_end_it(void **state)
{
	struct owner o;
	struct pdu pdu;

	(void)state;
	owner_start(&o);
	owner_accept_bound(&o, BIND_TRANSCEIVER);
	for (uint32_t i = 0; i < 9; i++)
		far_frame(o.far, SUBMIT_SM, 0, i, "");
	far_sm(o.far, SUBMIT_SM, 9, "a good one in between");
	for (uint32_t i = 10; i < 20; i++)
		far_frame(o.far, SUBMIT_SM, 0, i, "");
	far_sm(o.far, SUBMIT_SM, 20, "too late");
	rig_turn(&o.rig);
	for (uint32_t i = 0; i < 20; i++)
		far_expect(o.far, SUBMIT_SM | COMMAND_RESP, i == 9 ? ESME_ROK : ESME_RINVCMDLEN, i);
	assert_true(far_next(o.far, &pdu));
	assert_int_equal(pdu.command_id, UNBIND);
	far_expect_nothing(o.far);
	is_closed(&o, END_MALFORMED);
	owner_stop(&o);
}

/* A valid stream with some octets changed, cut at random, to both roles: it ends or goes on, and nothing else
 * happens. */
static void damaged_streams_do_no_harm(void **state)
{
	unsigned alive = 0, ended = 0;

	(void)state;
	srand(4);
	for (int round = 0; round < 3000; round++) {
		struct owner o;
		uint8_t stream[2048];
		size_t n = 0;
		owner_start(&o);
		if (round % 2 == 0)
			owner_accept_bound(&o, BIND_TRANSCEIVER);
		else
			owner_connect_bound(&o, BIND_TRANSCEIVER);
		for (uint64_t i = 0; i < 5; i++)
			assert_int_equal(owner_send(&o, round % 2 == 0 ? DELIVER_SM : SUBMIT_SM, i), 0);
		for (uint32_t i = 0; i < 12; i++) {
			static const uint32_t ids[] = {SUBMIT_SM,
						       DELIVER_SM,
						       SUBMIT_SM | COMMAND_RESP,
						       ENQUIRE_LINK,
						       DELIVER_SM | COMMAND_RESP,
						       UNBIND,
						       QUERY_SM,
						       GENERIC_NACK};
			struct pdu pdu = {.command_id = ids[(unsigned)rand() % 8], .sequence = i};
			n += pdu_encode(&pdu, stream + n, sizeof(stream) - n);
		}
		for (int i = rand() % 6; i > 0; i--) /* seldom in a command_length, which ends it at once */
			stream[(size_t)rand() % n] ^= (uint8_t)(1 << rand() % 8);
		wire_fragment(o.far, (size_t)(1 + rand() % 60));
		wire_send(o.far, stream, n);
		rig_turn(&o.rig);
		rig_pass(&o.rig, 100000); /* every timer */
		alive += o.ends == 0;
		ended += o.ends == 1;
		owner_stop(&o);
		assert_int_equal(o.ends, 1);
		unsigned settled = 0; /* each once; late answers come on top */
		for (unsigned i = 0; i < o.nsettled; i++)
			settled += o.settled[i].outcome != SESSION_LATE ? 1u << (o.settled[i].cookie * 4) : 0;
		assert_int_equal(settled, 0x11111);
	}
	assert_int_equal(alive + ended, 3000);
}

/* smpp.md 2: what is legal in which state. */

static const uint32_t all_requests[] = {
	SUBMIT_SM, DELIVER_SM, DATA_SM, SUBMIT_MULTI, QUERY_SM, CANCEL_SM, REPLACE_SM, ALERT_NOTIFICATION, OUTBIND,
};

static void far_request(struct wire *w, uint32_t command, uint32_t sequence)
{
	struct pdu pdu = {.command_id = command, .sequence = sequence};
	uint8_t dests[64];
	uint32_t n = 0;
	struct pdu_dest dest = {.flag = PDU_DEST_SME, .addr = {.addr = {(const uint8_t *)"138", 3}}};

	if (command == SUBMIT_MULTI) {
		assert_true(pdu_put_dest(dests, sizeof(dests), &n, &dest));
		pdu.sm.ndests = 1;
		pdu.sm.dests = (struct view){dests, n};
	}
	far_pdu(w, &pdu);
}

/* t r x: legal when bound as transmitter, receiver, transceiver */
static bool legal_in(const char *states, uint32_t bind)
{
	char c = bind == BIND_TRANSMITTER ? 't' : bind == BIND_RECEIVER ? 'r' : 'x';

	return strchr(states, c) != NULL;
}

static const char *legal_states(uint32_t command, bool esme)
{
	switch (command) {
	case SUBMIT_SM:
	case SUBMIT_MULTI:
	case QUERY_SM:
	case CANCEL_SM:
	case REPLACE_SM:
		return esme ? "" : "tx";
	case DELIVER_SM:
	case ALERT_NOTIFICATION:
		return esme ? "rx" : "";
	case DATA_SM:
		return esme ? "rx" : "trx";
	default:
		return "";
	}
}

static void each_request_in_each_state(void **state)
{
	static const uint32_t binds[] = {BIND_TRANSMITTER, BIND_RECEIVER, BIND_TRANSCEIVER};

	(void)state;
	for (int esme = 0; esme < 2; esme++) {
		for (size_t b = 0; b < 3; b++) {
			struct owner o;
			unsigned legal = 0;
			owner_start(&o);
			if (esme)
				owner_connect_bound(&o, binds[b]);
			else
				owner_accept_bound(&o, binds[b]);
			wire_take(o.far, wire_received(o.far));
			for (size_t i = 0; i < sizeof(all_requests) / sizeof(all_requests[0]); i++) {
				bool ok = legal_in(legal_states(all_requests[i], esme), binds[b]);
				far_request(o.far, all_requests[i], (uint32_t)i);
				rig_turn(&o.rig);
				legal += ok;
				assert_int_equal(o.requests, legal);
				if (command_has_resp(all_requests[i]))
					far_expect(o.far, all_requests[i] | COMMAND_RESP,
						   ok ? ESME_ROK : ESME_RINVBNDSTS, (uint32_t)i);
				far_expect_nothing(o.far);
			}
			if (esme) { /* an SMSC does not bind to us */
				far_bind(o.far, BIND_TRANSCEIVER, 3, "x", "y", 0x34);
				rig_turn(&o.rig);
				far_expect(o.far, BIND_TRANSCEIVER | COMMAND_RESP, ESME_RINVBNDSTS, 3);
			}
			still_there(&o);
			owner_stop(&o);
		}
	}
}

static void nothing_but_binds_before_the_bind(void **state)
{
	struct owner o;

	(void)state;
	owner_start(&o);
	owner_accept(&o);
	for (uint32_t i = 0; i < sizeof(all_requests) / sizeof(all_requests[0]); i++) {
		far_request(o.far, all_requests[i], i);
		rig_turn(&o.rig);
		if (command_has_resp(all_requests[i]))
			far_expect(o.far, all_requests[i] | COMMAND_RESP, ESME_RINVBNDSTS, i);
		far_expect_nothing(o.far);
	}
	far_header(o.far, UNBIND, 0, 40);
	rig_turn(&o.rig);
	far_expect(o.far, UNBIND | COMMAND_RESP, ESME_RINVBNDSTS, 40);
	assert_int_equal(o.requests, 0);
	still_there(&o);
	owner_stop(&o);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(a_length_out_of_range_is_nacked_and_closed),
	cmocka_unit_test(a_length_alone_is_nacked_with_sequence_0),
	cmocka_unit_test(the_longest_pdu_is_no_fault),
	cmocka_unit_test(an_unknown_request_is_nacked_and_skipped),
	cmocka_unit_test(an_unknown_response_is_logged_only),
	cmocka_unit_test(a_nack_settles_its_request_and_is_never_answered),
	cmocka_unit_test(bodies_that_end_early_are_answered_with_their_response),
	cmocka_unit_test(fields_over_their_maximum_get_their_status),
	cmocka_unit_test(an_over_long_password_simply_fails_the_bind),
	cmocka_unit_test(a_malformed_bind_is_answered_and_closed),
	cmocka_unit_test(a_receipt_with_broken_tlvs_is_still_used),
	cmocka_unit_test(what_is_tolerated),
	cmocka_unit_test(responses_are_settled_by_their_status_alone),
	cmocka_unit_test(an_unsolicited_response_is_dropped),
	cmocka_unit_test(the_same_sequence_twice_is_answered_twice),
	cmocka_unit_test(other_protocols_are_closed),
	cmocka_unit_test(cmpp_never_gets_bound),
	cmocka_unit_test(a_flood_of_enquire_link_is_slowed_down),
	cmocka_unit_test(ten_malformed_in_a_row_end_it),
	cmocka_unit_test(damaged_streams_do_no_harm),
	cmocka_unit_test(each_request_in_each_state),
	cmocka_unit_test(nothing_but_binds_before_the_bind),
};

UNIT_MAIN(cases)
