/*
 * test_pdu.c - the codec against the worked examples of smpp.md section 14: both ways, cut short at every octet,
 * written into too little room; and framing, header-only PDUs, the walks over lists, the choice of the text.
 */
#include "unit.h"

#include "golden.h"
#include "octets.h"

/* Runs with the golden example that *state points to; octets are its frame. */
static void decodes_as_told(const struct golden *g, struct octets frame)
{
	struct pdu pdu;

	memset(&pdu, 0xA5, sizeof(pdu)); /* nothing of an earlier PDU may shine through */
	assert_int_equal(pdu_decode(frame.p, frame.n, &pdu), g->status);
	if (g->status == ESME_ROK || g->status == ESME_RINVOPTPARSTREAM) {
		pdu_same(&pdu, &g->pdu);
		return;
	}
	assert_int_equal(pdu.command_id, g->pdu.command_id);
	assert_int_equal(pdu.command_status, g->pdu.command_status);
	assert_int_equal(pdu.sequence, g->pdu.sequence);
	assert_false(pdu.has_body);
	assert_int_equal(pdu.tlvs.n, 0);
}

static void encodes_as_told(const struct golden *g, struct octets frame)
{
	uint8_t out[256];

	memset(out, 0xA5, sizeof(out));
	assert_int_equal(pdu_encode(&g->pdu, out, sizeof(out)), frame.n);
	assert_memory_equal(out, frame.p, frame.n);
	assert_int_equal(out[frame.n], 0xA5);
}

static void fits_exactly_or_not_at_all(const struct golden *g, struct octets frame)
{
	for (size_t cap = 0; cap <= frame.n; cap++) {
		struct octets room = octets_copy(frame.p, cap);

		assert_int_equal(pdu_encode(&g->pdu, room.p, cap), cap == frame.n ? cap : 0);
		octets_free(&room);
	}
}

/* A frame that ends after n octets and says so. */
static void ends_early(const struct golden *g, struct octets frame, size_t n)
{
	struct octets cut = octets_copy(frame.p, n);
	struct pdu pdu;
	uint32_t status, need;

	status = pdu_frame(cut.p, n, PDU_MAX_DEFAULT, &need);
	assert_int_equal(status, need < PDU_HEADER ? ESME_RINVCMDLEN : ESME_ROK);
	assert_int_equal(pdu_decode(cut.p, n, &pdu), ESME_RINVCMDLEN); /* command_length does not fit */
	if (n < PDU_HEADER) {
		octets_free(&cut);
		return;
	}
	cut.p[2] = 0;
	cut.p[3] = (uint8_t)n;
	status = pdu_decode(cut.p, n, &pdu);
	assert_int_equal(pdu.sequence, g->pdu.sequence);
	if (g->pdu.command_id & COMMAND_RESP)
		assert_int_equal(status, ESME_ROK);
	else if (status == ESME_ROK)
		assert_true(n + g->pdu.tlvs.n >= frame.n || g->status == ESME_RINVOPTPARSTREAM); /* only of the TLVs */
	else
		assert_true(n < frame.n || g->status != ESME_ROK);
	octets_free(&cut);
}

static void survives_every_end(const struct golden *g, struct octets frame)
{
	for (size_t n = 0; n < frame.n; n++)
		ends_early(g, frame, n);
}

static void each_golden(void (*check)(const struct golden *, struct octets), bool only_encodable)
{
	for (int i = 0; i < GOLDEN_COUNT; i++) {
		struct octets frame = octets_hex(golden[i].hex);

		if (!only_encodable || golden[i].encodes) {
			print_message("%d. %s\n", golden[i].number, golden[i].title);
			check(&golden[i], frame);
		}
		octets_free(&frame);
	}
}

static void test_golden_decode(void **state)
{
	(void)state;
	each_golden(decodes_as_told, false);
}

static void test_golden_encode(void **state)
{
	(void)state;
	each_golden(encodes_as_told, true);
}

static void test_golden_room(void **state)
{
	(void)state;
	each_golden(fits_exactly_or_not_at_all, true);
}

static void test_golden_cut(void **state)
{
	(void)state;
	each_golden(survives_every_end, false);
}

static void test_frame(void **state)
{
	static const struct {
		const char *hex;
		uint32_t max, status, need;
	} rows[] = {
		{"00000010", 70000, ESME_ROK, 16},
		{"0000000f", 70000, ESME_RINVCMDLEN, 15},
		{"00000000", 70000, ESME_RINVCMDLEN, 0},
		{"00011170", 70000, ESME_ROK, 70000},
		{"00011171", 70000, ESME_RINVCMDLEN, 70001},
		{"80000010", 70000, ESME_RINVCMDLEN, 0x80000010u}, /* not negative: gigabytes */
		{"ffffffff", 70000, ESME_RINVCMDLEN, 0xFFFFFFFFu},
		{"47455420", 70000, ESME_RINVCMDLEN, 0x47455420u}, /* "GET " */
		{"16030100", 70000, ESME_RINVCMDLEN, 0x16030100u}, /* a TLS hello */
		{"000000", 70000, ESME_ROK, 16},		   /* too little to tell */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct octets head = octets_hex(rows[i].hex);
		uint32_t need = 1;

		assert_int_equal(pdu_frame(head.p, head.n, rows[i].max, &need), rows[i].status);
		assert_int_equal(need, rows[i].need);
		octets_free(&head);
	}
}

static void test_header(void **state)
{
	struct octets want = octets_hex("00000010800000150000000000000011");
	uint8_t out[PDU_HEADER];

	(void)state;
	pdu_header(out, ENQUIRE_LINK | COMMAND_RESP, ESME_ROK, 17);
	assert_memory_equal(out, want.p, PDU_HEADER);
	octets_free(&want);
	want = octets_hex("00000010800000040000040affffffff");
	pdu_header(out, SUBMIT_SM | COMMAND_RESP, SGW_TEMPLATE_NOT_APPROVED, 0xFFFFFFFFu);
	assert_memory_equal(out, want.p, PDU_HEADER);
	octets_free(&want);
}

/* Every id of 3.4 is decoded and encoded, no other is; names and answers agree. */
static void test_command_set(void **state)
{
	static const struct {
		uint32_t id;
		const char *name;
		bool has_resp;
	} rows[] = {
		{0x80000000u, "generic_nack", false},
		{0x00000001u, "bind_receiver", true},
		{0x80000001u, "bind_receiver_resp", false},
		{0x00000002u, "bind_transmitter", true},
		{0x80000002u, "bind_transmitter_resp", false},
		{0x00000003u, "query_sm", true},
		{0x80000003u, "query_sm_resp", false},
		{0x00000004u, "submit_sm", true},
		{0x80000004u, "submit_sm_resp", false},
		{0x00000005u, "deliver_sm", true},
		{0x80000005u, "deliver_sm_resp", false},
		{0x00000006u, "unbind", true},
		{0x80000006u, "unbind_resp", false},
		{0x00000007u, "replace_sm", true},
		{0x80000007u, "replace_sm_resp", false},
		{0x00000008u, "cancel_sm", true},
		{0x80000008u, "cancel_sm_resp", false},
		{0x00000009u, "bind_transceiver", true},
		{0x80000009u, "bind_transceiver_resp", false},
		{0x0000000Bu, "outbind", false},
		{0x00000015u, "enquire_link", true},
		{0x80000015u, "enquire_link_resp", false},
		{0x00000021u, "submit_multi", true},
		{0x80000021u, "submit_multi_resp", false},
		{0x00000102u, "alert_notification", false},
		{0x00000103u, "data_sm", true},
		{0x80000103u, "data_sm_resp", false},
		{0x00000000u, NULL, false},
		{0x0000000Au, NULL, false},
		{0x8000000Bu, NULL, false},
		{0x80000102u, NULL, false},
		{0x00000101u, NULL, false},
		{0x00000104u, NULL, false},
		{0x00000111u, NULL, false}, /* 5.0 broadcast_sm */
		{0x00010200u, NULL, false}, /* vendor */
		{0x01000001u, NULL, false}, /* SMPP+ */
		{0xFFFFFFFFu, NULL, false},
		{0x7FFFFFFFu, NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct octets frame = octets_frame(rows[i].id, 0, "", 0);
		struct pdu pdu;
		uint32_t status = pdu_decode(frame.p, frame.n, &pdu);
		uint8_t out[PDU_HEADER];

		assert_string_equal(command_name(rows[i].id), rows[i].name ? rows[i].name : "unknown");
		assert_int_equal(command_known(rows[i].id), rows[i].name != NULL);
		assert_int_equal(command_has_resp(rows[i].id), rows[i].has_resp);
		assert_int_equal(status == ESME_RINVCMDID, rows[i].name == NULL);
		assert_int_equal(pdu.command_id, rows[i].id);
		assert_int_equal(pdu.sequence, 7);
		if (!rows[i].name)
			assert_int_equal(pdu_encode(&pdu, out, sizeof(out)), 0);
		octets_free(&frame);
	}
}

static void test_dests(void **state)
{
	static const struct pdu_dest number = {.flag = PDU_DEST_SME,
					       .addr = {1, 1, {(const uint8_t *)"8613800138000", 13}}};
	static const struct pdu_dest list = {.flag = PDU_DEST_LIST, .list = {(const uint8_t *)"vip", 3}};
	struct pdu_dest neither = {.flag = 3}, got;
	uint8_t buf[64];
	uint32_t n = 0, pos = 0;

	(void)state;
	assert_true(pdu_put_dest(buf, sizeof(buf), &n, &number));
	assert_int_equal(n, 17);
	assert_true(pdu_put_dest(buf, sizeof(buf), &n, &list));
	assert_int_equal(n, 22);
	assert_memory_equal(buf,
			    "\1\1\1"
			    "8613800138000\0"
			    "\2vip",
			    22);
	assert_false(pdu_put_dest(buf, sizeof(buf), &n, &neither));
	assert_false(pdu_put_dest(buf, n + 16, &n, &number)); /* one octet short */
	assert_false(pdu_put_dest(buf, n + 4, &n, &list));
	assert_int_equal(n, 22);

	assert_true(pdu_next_dest((struct view){buf, n}, &pos, &got));
	assert_int_equal(got.flag, PDU_DEST_SME);
	addr_same(got.addr, number.addr);
	assert_true(pdu_next_dest((struct view){buf, n}, &pos, &got));
	assert_int_equal(got.flag, PDU_DEST_LIST);
	assert_true(view_eq(got.list, list.list));
	assert_false(pdu_next_dest((struct view){buf, n}, &pos, &got));
	pos = 0;
	assert_false(pdu_next_dest((struct view){buf, 10}, &pos, &got)); /* cut inside the first */
	assert_false(pdu_next_dest((struct view){buf, 10}, &pos, &got));
}

static void test_unsuccess(void **state)
{
	static const struct pdu_unsuccess entry = {{1, 1, {(const uint8_t *)"8618600000000", 13}}, 0x0000040Bu};
	static const struct pdu_unsuccess lengthy = {{1, 1, {(const uint8_t *)"861860000000000000000", 21}}, 1};
	struct pdu_unsuccess got;
	uint8_t buf[64];
	uint32_t n = 0, pos = 0;

	(void)state;
	assert_true(pdu_put_unsuccess(buf, sizeof(buf), &n, &entry));
	assert_int_equal(n, 20);
	assert_memory_equal(buf,
			    "\1\1"
			    "8618600000000\0"
			    "\0\0\4\x0b",
			    20);
	assert_false(pdu_put_unsuccess(buf, sizeof(buf), &n, &lengthy));
	assert_false(pdu_put_unsuccess(buf, n + 19, &n, &entry));
	assert_int_equal(n, 20);
	assert_true(pdu_next_unsuccess((struct view){buf, n}, &pos, &got));
	addr_same(got.addr, entry.addr);
	assert_int_equal(got.status, 0x40B);
	assert_false(pdu_next_unsuccess((struct view){buf, n}, &pos, &got));
	pos = 0;
	assert_false(pdu_next_unsuccess((struct view){buf, 19}, &pos, &got));
}

static void test_text(void **state)
{
	static const struct {
		const char *short_message, *tlvs, *text; /* text NULL: both, refused */
		uint32_t tlvs_n;
	} rows[] = {
		{"还款提醒", "", "还款提醒", 0},
		{"",
		 "\x04\x24\x00\x0c"
		 "还款提醒",
		 "还款提醒", 16},
		{"", "", "", 0},
		{"还款",
		 "\x04\x24\x00\x06"
		 "提醒",
		 NULL, 10},
		{"还款", "\x04\x24\x00\x00", "还款", 4}, /* an empty payload does no harm */
		{"", "\x04\x24\x00\x00", "", 4},
		{"",
		 "\x02\x04\x00\x02\x00\x01\x04\x24\x00\x06"
		 "提醒",
		 "提醒", 16},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pdu pdu = {.command_id = SUBMIT_SM, .sm.short_message = view_of(rows[i].short_message)};
		struct view text;

		pdu.tlvs = (struct view){(const uint8_t *)rows[i].tlvs, rows[i].tlvs_n};
		assert_int_equal(pdu_text(&pdu, &text), rows[i].text != NULL);
		if (rows[i].text)
			assert_true(view_eq(text, view_of(rows[i].text)));
	}
}

/* C-octet strings are read and written by words: every length, and a NUL at every place. */
static void test_string_lengths(void **state)
{
	uint8_t number[64], frame[128];
	struct pdu pdu = {.command_id = DATA_SM}, back;

	(void)state;
	for (uint32_t n = 0; n < sizeof(number) + 1; n++) {
		memset(number, 0x80, sizeof(number));
		memset(number, 0x01, n / 2); /* both are next to a NUL in the arithmetic of a word */
		struct octets from = octets_copy(number, n);
		pdu.sm.dst.addr = (struct view){from.p, n};
		size_t size = pdu_encode(&pdu, frame, sizeof(frame));
		assert_int_equal(size, PDU_HEADER + 6 + n + 1 + 3);
		assert_memory_equal(frame + PDU_HEADER + 6, number, n);
		assert_int_equal(frame[PDU_HEADER + 6 + n], 0);
		struct octets whole = octets_copy(frame, size);
		assert_int_equal(pdu_decode(whole.p, whole.n, &back), ESME_ROK);
		assert_true(view_eq(back.sm.dst.addr, pdu.sm.dst.addr));
		octets_free(&whole);
		for (uint32_t at = 0; at < n; at++) {
			uint8_t was = from.p[at];
			from.p[at] = 0;
			assert_int_equal(pdu_encode(&pdu, frame, sizeof(frame)), 0);
			from.p[at] = was;
		}
		octets_free(&from);
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_string_lengths), cmocka_unit_test(test_golden_decode),
	cmocka_unit_test(test_golden_encode),  cmocka_unit_test(test_golden_room),
	cmocka_unit_test(test_golden_cut),     cmocka_unit_test(test_frame),
	cmocka_unit_test(test_header),	       cmocka_unit_test(test_command_set),
	cmocka_unit_test(test_dests),	       cmocka_unit_test(test_unsuccess),
	cmocka_unit_test(test_text),
};

UNIT_MAIN(cases)
