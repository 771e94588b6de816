/*
 * test_tlv.c - the table of tags against our own reading of smpp.md section 4, row by row, and the reading and
 * building of TLV areas: ends, strays, padding, repeats, wrong lengths, too little room.
 */
#include "unit.h"

#include "octets.h"

#define ANY 65535

/* Every row of smpp.md 4, of 5.0's that it names, and of design.md 6. */
static const struct {
	uint16_t tag;
	const char *name;
	uint16_t min, max;
	char type; /* i integer, s C-octet string, o octets, e empty */
	bool repeats;
} want[] = {
	{0x0005, "dest_addr_subunit", 1, 1, 'i', false},
	{0x0006, "dest_network_type", 1, 1, 'i', false},
	{0x0007, "dest_bearer_type", 1, 1, 'i', false},
	{0x0008, "dest_telematics_id", 2, 2, 'i', false},
	{0x000D, "source_addr_subunit", 1, 1, 'i', false},
	{0x000E, "source_network_type", 1, 1, 'i', false},
	{0x000F, "source_bearer_type", 1, 1, 'i', false},
	{0x0010, "source_telematics_id", 1, 1, 'i', false},
	{0x0017, "qos_time_to_live", 4, 4, 'i', false},
	{0x0019, "payload_type", 1, 1, 'i', false},
	{0x001D, "additional_status_info_text", 1, 256, 's', false},
	{0x001E, "receipted_message_id", 1, 65, 's', false},
	{0x0030, "ms_msg_wait_facilities", 1, 1, 'i', false},
	{0x0201, "privacy_indicator", 1, 1, 'i', false},
	{0x0202, "source_subaddress", 2, 23, 'o', false},
	{0x0203, "dest_subaddress", 2, 23, 'o', false},
	{0x0204, "user_message_reference", 2, 2, 'i', false},
	{0x0205, "user_response_code", 1, 1, 'i', false},
	{0x020A, "source_port", 2, 2, 'i', false},
	{0x020B, "destination_port", 2, 2, 'i', false},
	{0x020C, "sar_msg_ref_num", 2, 2, 'i', false},
	{0x020D, "language_indicator", 1, 1, 'i', false},
	{0x020E, "sar_total_segments", 1, 1, 'i', false},
	{0x020F, "sar_segment_seqnum", 1, 1, 'i', false},
	{0x0210, "sc_interface_version", 1, 1, 'i', false},
	{0x0302, "callback_num_pres_ind", 1, 1, 'i', true},
	{0x0303, "callback_num_atag", 0, 65, 'o', true},
	{0x0304, "number_of_messages", 1, 1, 'i', false},
	{0x0381, "callback_num", 4, 19, 'o', true},
	{0x0420, "dpf_result", 1, 1, 'i', false},
	{0x0421, "set_dpf", 1, 1, 'i', false},
	{0x0422, "ms_availability_status", 1, 1, 'i', false},
	{0x0423, "network_error_code", 3, 3, 'o', false},
	{0x0424, "message_payload", 0, ANY, 'o', false},
	{0x0425, "delivery_failure_reason", 1, 1, 'i', false},
	{0x0426, "more_messages_to_send", 1, 1, 'i', false},
	{0x0427, "message_state", 1, 1, 'i', false},
	{0x0428, "congestion_state", 1, 1, 'i', false},
	{0x0501, "ussd_service_op", 1, 1, 'i', false},
	{0x060B, "billing_identification", 1, 1024, 'o', false},
	{0x060D, "source_network_id", 1, 65, 's', false},
	{0x060E, "dest_network_id", 1, 65, 's', false},
	{0x060F, "source_node_id", 6, 6, 'o', false},
	{0x0610, "dest_node_id", 6, 6, 'o', false},
	{0x0611, "dest_addr_np_resolution", 1, 1, 'i', false},
	{0x0612, "dest_addr_np_information", 10, 10, 'o', false},
	{0x0613, "dest_addr_np_country", 1, 5, 'o', false},
	{0x1201, "display_time", 1, 1, 'i', false},
	{0x1203, "sms_signal", 2, 2, 'i', false},
	{0x1204, "ms_validity", 1, 1, 'i', false},
	{0x130C, "alert_on_message_delivery", 0, 1, 'e', false},
	{0x1380, "its_reply_type", 1, 1, 'i', false},
	{0x1383, "its_session_info", 2, 2, 'o', false},
	{0x3E00, "message_class", 1, 16, 's', false},
	{0x3E01, "campaign", 1, 64, 's', false},
	{0x3E02, "variant", 1, 16, 's', false},
	{0x3E03, "consent_ref", 1, 64, 's', false},
	{0x3E04, "group_key", 1, 64, 's', false},
	{0x3E05, "verdict", 1, 256, 's', false},
	{0x3E06, "carrier_status", 1, 65, 's', false},
	{0x3E07, "via", 1, 65, 's', false},
	{0x3E08, "original_message_id", 1, 65, 's', false},
};

static char type_letter(enum tlv_type type)
{
	switch (type) {
	case TLV_INT:
		return 'i';
	case TLV_CSTRING:
		return 's';
	case TLV_OCTETS:
		return 'o';
	case TLV_EMPTY:
		return 'e';
	}
	return '?';
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		const struct tlv_row *row = tlv_row(want[i].tag);

		print_message("0x%04X %s\n", want[i].tag, want[i].name);
		assert_non_null(row);
		assert_int_equal(row->tag, want[i].tag);
		assert_string_equal(row->name, want[i].name);
		assert_int_equal(row->min, want[i].min);
		assert_int_equal(row->max, want[i].max);
		assert_int_equal(type_letter(row->type), want[i].type);
		assert_int_equal(row->repeats, want[i].repeats);
	}
}

static bool is_broadcast(uint16_t tag)
{
	return tag >= 0x0600 && tag <= 0x060A;
}

/* The walk meets the rows above, the eleven broadcast tags and no others, in ascending order, and each finds itself. */
static void test_walk(void **state)
{
	const struct tlv_row *row;
	unsigned n = 0, broadcast = 0;
	uint32_t last = 0;

	(void)state;
	for (; (row = tlv_at(n)) != NULL; n++) {
		assert_true(row->tag > last);
		last = row->tag;
		assert_ptr_equal(tlv_row(row->tag), row);
		assert_true(row->min <= row->max);
		broadcast += is_broadcast(row->tag);
		if (is_broadcast(row->tag))
			assert_memory_equal(row->name, "broadcast_", 10);
	}
	assert_int_equal(broadcast, 11);
	assert_int_equal(n, sizeof(want) / sizeof(want[0]) + broadcast);
	assert_null(tlv_at(n + 1));
	assert_null(tlv_at(0xFFFFFFFFu));
}

static void test_unknown_tags(void **state)
{
	static const uint16_t tags[] = {0x0000, 0x0001, 0x0009, 0x0211, 0x0429, 0x060C,
					0x0614, 0x1402, 0x3DFF, 0x3E09, 0xFFFF};

	(void)state;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		assert_null(tlv_row(tags[i]));
}

/* Walks an area that lies in a block of exactly its size; gives the tags as text. */
static const char *walk(const char *hex, uint32_t *status)
{
	static char out[256];
	struct octets o = octets_hex(hex);
	struct view area = {o.p, (uint32_t)o.n};
	struct tlv tlv;
	uint32_t pos = 0;
	int n = 0;

	out[0] = 0;
	while (tlv_next(area, &pos, &tlv)) {
		assert_true(tlv.value.p >= area.p && tlv.value.p + tlv.value.n <= area.p + area.n);
		n += snprintf(out + n, sizeof(out) - (size_t)n, "%04x/%u ", tlv.tag, tlv.value.n);
	}
	assert_false(tlv_next(area, &pos, &tlv)); /* the end stays the end */
	*status = tlv_check(area);
	octets_free(&o);
	return out;
}

static void test_areas(void **state)
{
	static const struct {
		const char *hex, *tags;
		uint32_t status;
	} rows[] = {
		{"", "", ESME_ROK},
		{"00", "", ESME_ROK},
		{"0204", "", ESME_ROK},
		{"020400", "", ESME_ROK},
		{"02040000", "0204/0 ", ESME_ROK},
		{"02040001", "", ESME_RINVOPTPARSTREAM},
		{"0204000100", "0204/1 ", ESME_ROK},
		{"0204000200", "", ESME_RINVOPTPARSTREAM},
		{"0204ffff0007", "", ESME_RINVOPTPARSTREAM},
		{"020c000201a7020e000102020f000101", "020c/2 020e/1 020f/1 ", ESME_ROK},
		{"020c000201a7020e0001", "020c/2 ", ESME_RINVOPTPARSTREAM},
		{"020c000201a7020e00", "020c/2 ", ESME_ROK},
		{"00000000", "", ESME_ROK},
		{"000000000000000000", "", ESME_ROK},
		{"00000000020e000102", "020e/1 ", ESME_ROK},
		{"0000000200000204000107", "0000/2 0204/1 ", ESME_ROK},
		{"000000000000000100", "0000/1 ", ESME_ROK}, /* tag 0 with a value is just unknown */
		{"0000000000000002ff", "", ESME_RINVOPTPARSTREAM},
		{"1402000161fffe0000", "1402/1 fffe/0 ", ESME_ROK},
		{"130c0000", "130c/0 ", ESME_ROK},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t status;

		assert_string_equal(walk(rows[i].hex, &status), rows[i].tags);
		assert_int_equal(status, rows[i].status);
	}
}

/* The empty view has no octets to point to. */
static void test_null_area(void **state)
{
	struct view area = {0}, value;
	struct tlv tlv;
	uint32_t pos = 0;

	(void)state;
	assert_false(tlv_next(area, &pos, &tlv));
	assert_int_equal(tlv_check(area), ESME_ROK);
	assert_false(tlv_find(area, TLV_MESSAGE_PAYLOAD, &value));
}

static void test_find_first(void **state)
{
	struct octets o = octets_hex("04270001020427000105038100040041410403810004004242");
	struct view area = {o.p, (uint32_t)o.n}, value;
	uint32_t n = 0;

	(void)state;
	o.p[20] = 0x01;
	assert_true(tlv_find_int(area, TLV_MESSAGE_STATE, &n));
	assert_int_equal(n, 2);
	assert_true(tlv_find(area, TLV_CALLBACK_NUM, &value));
	assert_int_equal(value.n, 4);
	assert_ptr_equal(value.p, o.p + 14);
	assert_false(tlv_find(area, TLV_MESSAGE_PAYLOAD, &value));
	octets_free(&o);
}

static void test_find_int(void **state)
{
	static const struct {
		const char *hex;
		uint16_t tag;
		bool found;
		uint32_t value;
	} rows[] = {
		{"0427000102", 0x0427, true, 2},
		{"02040002beef", 0x0204, true, 0xBEEF},
		{"00170004ffffffff", 0x0017, true, 0xFFFFFFFFu},
		{"042700020002", 0x0427, false, 0}, /* 2 octets where 1 belongs */
		{"0204000107", 0x0204, false, 0},
		{"04270000", 0x0427, false, 0},
		{"0427000200020427000105", 0x0427, false, 0}, /* the first one counts */
		{"00080002012c", 0x0008, true, 300},
		{"001000012c", 0x0010, true, 44},
		{"1402000107", 0x1402, true, 7}, /* unknown tags: any width of an integer */
		{"140200020107", 0x1402, true, 0x107},
		{"1402000401020304", 0x1402, true, 0x01020304},
		{"14020003010203", 0x1402, false, 0},
		{"14020000", 0x1402, false, 0},
		{"130c000101", 0x130C, true, 1},
		{"130c0000", 0x130C, false, 0},
		{"", 0x0427, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct octets o = octets_hex(rows[i].hex);
		uint32_t value = 0;

		assert_int_equal(tlv_find_int((struct view){o.p, (uint32_t)o.n}, rows[i].tag, &value), rows[i].found);
		assert_int_equal(value, rows[i].value);
		octets_free(&o);
	}
}

static void test_find_str(void **state)
{
	static const struct {
		const char *hex, *text; /* text NULL: absent */
	} rows[] = {
		{"001e000733663261393100", "3f2a91"},
		{"001e0006336632613931", "3f2a91"}, /* without its NUL */
		{"001e0008336632613931"
		 "0000",
		 "3f2a91"}, /* with one too many */
		{"001e0007336600613931"
		 "00",
		 "3f"},
		{"001e000100", ""},
		{"001e0000", ""},
		{"0427000102", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct octets o = octets_hex(rows[i].hex);
		struct view value;
		bool found = tlv_find_str((struct view){o.p, (uint32_t)o.n}, TLV_RECEIPTED_MESSAGE_ID, &value);

		assert_int_equal(found, rows[i].text != NULL);
		if (found)
			assert_true(view_eq(value, view_of(rows[i].text)));
		octets_free(&o);
	}
}

static void test_put(void **state)
{
	uint8_t buf[64];
	struct tlv_out out = {.p = buf, .cap = sizeof(buf)};
	struct octets o = octets_hex("0427000102"
				     "02040002beef"
				     "0017000400015180"
				     "001e000733663261393100"
				     "130c0000"
				     "04230003030001");
	struct view want_area = {o.p, (uint32_t)o.n};

	(void)state;
	tlv_put_int(&out, TLV_MESSAGE_STATE, 2, 1);
	tlv_put_int(&out, TLV_USER_MESSAGE_REFERENCE, 0xBEEF, 2);
	tlv_put_int(&out, TLV_QOS_TIME_TO_LIVE, 86400, 4);
	tlv_put_str(&out, TLV_RECEIPTED_MESSAGE_ID, view_of("3f2a91"));
	tlv_put(&out, TLV_ALERT_ON_MESSAGE_DELIVERY, NULL, 0);
	tlv_put(&out, TLV_NETWORK_ERROR_CODE, "\3\0\1", 3);
	assert_false(out.full);
	assert_true(view_eq((struct view){out.p, out.n}, want_area));
	octets_free(&o);
}

/* Whatever the room: what is written is whole, nothing follows the first that did not fit. */
static void test_put_room(void **state)
{
	(void)state;
	for (uint32_t cap = 0; cap <= 32; cap++) {
		uint8_t *buf = malloc(cap ? cap : 1);
		struct tlv_out out = {.p = buf, .cap = cap};

		assert_non_null(buf);
		tlv_put_str(&out, TLV_VERDICT, view_of("退订"));       /* 4 + 7 */
		tlv_put_int(&out, TLV_QOS_TIME_TO_LIVE, 1, 4);	       /* 8 */
		tlv_put(&out, TLV_SOURCE_SUBADDRESS, "\x80\1", 2);     /* 6 */
		tlv_put(&out, TLV_ALERT_ON_MESSAGE_DELIVERY, NULL, 0); /* 4 */
		assert_int_equal(out.full, cap < 29);
		assert_int_equal(out.n, cap >= 29 ? 29 : cap >= 25 ? 25 : cap >= 19 ? 19 : cap >= 11 ? 11 : 0);
		assert_int_equal(tlv_check((struct view){buf, out.n}), ESME_ROK);
		free(buf);
	}
}

/* One call that has to fail, and a good one after it that has to change nothing. */
static void refuses(struct tlv_out *out)
{
	assert_true(out->full);
	assert_int_equal(out->n, 0);
	tlv_put_int(out, TLV_MESSAGE_STATE, 2, 1);
	assert_true(out->full);
	assert_int_equal(out->n, 0);
	out->full = false;
}

static void test_put_faults(void **state)
{
	static uint8_t buf[70000], big[65536];
	struct tlv_out out = {.p = buf, .cap = sizeof(buf)};

	(void)state;
	tlv_put_int(&out, TLV_MESSAGE_STATE, 256, 1);
	refuses(&out);
	tlv_put_int(&out, TLV_SOURCE_PORT, 65536, 2);
	refuses(&out);
	tlv_put_int(&out, TLV_SOURCE_PORT, 1, 3);
	refuses(&out);
	tlv_put_int(&out, TLV_SOURCE_PORT, 1, 0);
	refuses(&out);
	tlv_put_str(&out, TLV_VERDICT, (struct view){(const uint8_t *)"a\0b", 3});
	refuses(&out);
	tlv_put(&out, TLV_MESSAGE_PAYLOAD, big, 65536);
	refuses(&out);
	memset(big, 'x', sizeof(big));
	tlv_put_str(&out, TLV_VERDICT, (struct view){big, 65535}); /* no room for its NUL */
	refuses(&out);
	tlv_put(&out, TLV_MESSAGE_PAYLOAD, big, 0xFFFFFFFFu);
	refuses(&out);
	tlv_put(&out, TLV_MESSAGE_PAYLOAD, big, 65535);
	assert_false(out.full);
	assert_int_equal(out.n, 65539);
}

static void test_put_all_but(void **state)
{
	uint8_t from[64], to[64];
	struct tlv_out in = {from, 0, sizeof(from), false}, out = {to, 0, sizeof(to), false};
	struct view v;
	(void)state;
	tlv_put_str(&in, TLV_CAMPAIGN, view_of("五一理财"));
	tlv_put(&in, TLV_MESSAGE_PAYLOAD, "abc", 3);
	tlv_put_int(&in, TLV_SOURCE_PORT, 9, 2);
	tlv_put(&in, TLV_MESSAGE_PAYLOAD, "d", 1);
	tlv_put_all_but(&out, (struct view){in.p, in.n}, TLV_MESSAGE_PAYLOAD);
	assert_false(out.full);
	assert_int_equal(out.n, in.n - 7 - 5);
	assert_true(tlv_find_str((struct view){out.p, out.n}, TLV_CAMPAIGN, &v));
	assert_true(view_eq(v, view_of("五一理财")));
	assert_true(tlv_find((struct view){out.p, out.n}, TLV_SOURCE_PORT, &v));
	assert_false(tlv_find((struct view){out.p, out.n}, TLV_MESSAGE_PAYLOAD, &v));
	out = (struct tlv_out){to, 0, 10, false};
	tlv_put_all_but(&out, (struct view){in.p, in.n}, TLV_MESSAGE_PAYLOAD);
	assert_true(out.full);
	out = (struct tlv_out){to, 0, sizeof(to), false};
	tlv_put_all_but(&out, (struct view){NULL, 0}, TLV_MESSAGE_PAYLOAD);
	assert_int_equal(out.n, 0);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_rows),	 cmocka_unit_test(test_walk),	    cmocka_unit_test(test_unknown_tags),
	cmocka_unit_test(test_areas),	 cmocka_unit_test(test_null_area),  cmocka_unit_test(test_find_first),
	cmocka_unit_test(test_find_int), cmocka_unit_test(test_find_str),   cmocka_unit_test(test_put),
	cmocka_unit_test(test_put_room), cmocka_unit_test(test_put_faults), cmocka_unit_test(test_put_all_but),
};

UNIT_MAIN(cases)
