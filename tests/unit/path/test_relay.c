/*
 * test_relay.c - the submit_sm that a carrier gets: what passes, what is ours to decide, and what a receipt needs
 * later.
 */
#include "path/relay.h"

#include "samples.h"
#include "smpp/smpp_time.h"
#include "smpp/udh.h"
#include "unit.h"

static struct msgs *ms;
static struct relay_scratch scratch;

static int setup(void **state)
{
	(void)state;
	ms = msgs_new(10);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	msgs_free(ms);
	return 0;
}

/* Fills and reads what goes over the wire. */
static bool wire(const struct pdu *sent, bool with_tlvs, struct pdu *out)
{
	static uint8_t frame[70000];
	struct pdu pdu;
	struct msg *m = sample_msg(ms, sent, RECORD_MT);
	bool good = relay_fill(m, SAMPLE_NOW, &(struct relay_peer){.tlvs = with_tlvs}, &scratch, &pdu);
	if (good) {
		size_t n = pdu_encode(&pdu, frame, sizeof(frame));
		assert_true(n > 0);
		assert_int_equal(pdu_decode(frame, n, out), ESME_ROK);
	}
	msgs_give(ms, m);
	return good;
}

static void test_passes(void **state)
{
	(void)state;
	uint8_t text[200];
	struct pdu sent = sample_submit(), pdu;
	sent.sm.service_type = sample_view("CMT");
	sent.sm.data_coding = 8;
	sent.sm.protocol_id = 0x41;
	sent.sm.priority_flag = 2;
	sent.sm.short_message =
		(struct view){text, sample_ucs2("【示例银行】您的贷款将于12月5日到期", text, sizeof(text))};
	assert_true(wire(&sent, true, &pdu));
	assert_int_equal(pdu.command_id, SUBMIT_SM);
	assert_int_equal(pdu.command_status, 0);
	assert_view(pdu.sm.service_type, "CMT");
	assert_view(pdu.sm.src.addr, SAMPLE_CODE);
	assert_view(pdu.sm.dst.addr, SAMPLE_TO);
	assert_int_equal(pdu.sm.data_coding, 8);
	assert_int_equal(pdu.sm.protocol_id, 0x41);
	assert_int_equal(pdu.sm.priority_flag, 2);
	assert_true(view_eq(pdu.sm.short_message, sent.sm.short_message));
}

/* Every octet of what we decide. */
static void test_decides(void **state)
{
	(void)state;
	for (unsigned v = 0; v < 256; v++) {
		struct pdu sent = sample_submit(), pdu;
		sent.sm.esm_class = sent.sm.registered_delivery = (uint8_t)v;
		sent.sm.replace_if_present_flag = 1;
		sent.sm.schedule = sample_view("000000010000000R");
		assert_true(wire(&sent, true, &pdu));
		assert_int_equal(pdu.sm.esm_class, v & 0xFC); /* store and forward; UDHI and the rest stay */
		assert_int_equal(pdu.sm.registered_delivery, (v & 0x1C) | 1); /* we always want to know the end */
		assert_int_equal(pdu.sm.replace_if_present_flag, 0);
		assert_int_equal(pdu.sm.schedule.n, 0); /* we have held it */
	}
}

static void test_validity(void **state)
{
	(void)state;
	static const struct {
		int64_t left_ms;
		const char *want;
	} table[] = {
		{600000, "000000001000000R"}, {599001, "000000001000000R"}, {86400000, "000001000000000R"},
		{1, "000000000001000R"},      {0, "000000000001000R"},	    {-5000, "000000000001000R"},
	};
	struct pdu sent = sample_submit(), pdu;
	assert_true(wire(&sent, true, &pdu));
	assert_int_equal(pdu.sm.validity.n, 0); /* the app gave none: the carrier gets none */
	sent.sm.validity = sample_view("000000010000000R");
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct msg *m = sample_msg(ms, &sent, RECORD_MT);
		m->ends_ms = SAMPLE_NOW + table[i].left_ms;
		assert_true(relay_fill(m, SAMPLE_NOW, &(struct relay_peer){.tlvs = true}, &scratch, &pdu));
		assert_view(pdu.sm.validity, table[i].want);
		msgs_give(ms, m);
	}
}

static void test_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
		uint8_t ton_in, ton_out;
	} table[] = {
		{"+8613800138000", SAMPLE_TO, 0, 1},
		{"008613800138000", SAMPLE_TO, 0, 1},
		{"+8613800138000", SAMPLE_TO, 1, 1},
		{SAMPLE_TO, SAMPLE_TO, 1, 1},
		{SAMPLE_TO, SAMPLE_TO, 0, 0},
		{"13800138000", "13800138000", 2, 2},
		{"+85291234567", "85291234567", 0, 1},
		{"00", "00", 0, 0},
		{"10086", "10086", 3, 3},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct pdu sent = sample_submit(), pdu;
		sent.sm.dst = (struct pdu_addr){table[i].ton_in, 1, sample_view(table[i].in)};
		assert_true(wire(&sent, true, &pdu));
		assert_view(pdu.sm.dst.addr, table[i].out);
		assert_int_equal(pdu.sm.dst.ton, table[i].ton_out);
	}
}

static void test_tlvs(void **state)
{
	(void)state;
	uint8_t mem[300];
	struct tlv_out o = {mem, 0, sizeof(mem), false};
	tlv_put_int(&o, TLV_SOURCE_PORT, 5000, 2);
	tlv_put_str(&o, TLV_MESSAGE_CLASS, sample_view("promo"));
	tlv_put_str(&o, TLV_CAMPAIGN, sample_view("春节"));
	tlv_put_str(&o, TLV_GROUP_KEY, sample_view("g"));
	tlv_put_str(&o, 0x3EFF, sample_view("ours too"));
	tlv_put_str(&o, 0x1402, sample_view("another vendor's"));
	tlv_put_int(&o, TLV_USER_MESSAGE_REFERENCE, 1, 2);
	tlv_put(&o, TLV_CALLBACK_NUM,
		"\x01\x01\x01"
		"10086",
		8);
	tlv_put(&o, TLV_CALLBACK_NUM,
		"\x01\x01\x01"
		"95588",
		8);
	struct pdu sent = sample_submit(), pdu;
	sent.tlvs = (struct view){o.p, o.n};
	assert_true(wire(&sent, true, &pdu));
	static const uint16_t want[] = {TLV_SOURCE_PORT, TLV_USER_MESSAGE_REFERENCE, TLV_CALLBACK_NUM,
					TLV_CALLBACK_NUM};
	struct tlv t;
	uint32_t pos = 0;
	size_t n = 0;
	while (tlv_next(pdu.tlvs, &pos, &t))
		assert_int_equal(t.tag, n < 4 ? want[n++] : 0);
	assert_int_equal(n, 4);
	assert_true(wire(&sent, false, &pdu));
	assert_int_equal(pdu.tlvs.n, 0);
	assert_view(pdu.sm.short_message, "hi");
}

/* The other way, too: what a carrier's vendor means by our tags must not reach an app as ours. */
static void test_vendor_tlvs(void **state)
{
	(void)state;
	static const struct pass all;
	uint8_t mem[300], kept[300];
	struct tlv_out o = {mem, 0, sizeof(mem), false};
	struct view v;
	for (unsigned tag = 0x1400; tag <= 0x3FFF; tag += 0xFF) {
		o.n = 0;
		tlv_put_str(&o, (uint16_t)tag, sample_view("x"));
		tlv_put_int(&o, TLV_SOURCE_PORT, 1, 2);
		struct view out = pass_tlvs((struct view){mem, o.n}, &all, false, kept, sizeof(kept));
		assert_false(tlv_find(out, (uint16_t)tag, &v));
		assert_true(tlv_find(out, TLV_SOURCE_PORT, &v));
	}
	o.n = 0;
	for (unsigned tag = TLV_MESSAGE_CLASS; tag <= TLV_ORIGINAL_MESSAGE_ID; tag++)
		tlv_put_str(&o, (uint16_t)tag, sample_view("promo"));
	assert_int_equal(pass_tlvs((struct view){mem, o.n}, &all, false, kept, sizeof(kept)).n, 0);
	assert_int_equal(pass_tlvs((struct view){NULL, 0}, &all, false, kept, sizeof(kept)).n, 0);
}

static void test_payload(void **state)
{
	(void)state;
	static uint8_t payload[60000], mem[60010];
	memset(payload, 'p', sizeof(payload));
	static const uint32_t sizes[] = {1, 140, 254, 255, 1000, 60000};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct tlv_out o = {mem, 0, sizeof(mem), false};
		struct pdu sent = sample_submit(), pdu;
		struct view v;
		tlv_put(&o, TLV_MESSAGE_PAYLOAD, payload, sizes[i]);
		sent.sm.short_message = (struct view){NULL, 0};
		sent.tlvs = (struct view){o.p, o.n};
		assert_true(wire(&sent, true, &pdu));
		assert_true(tlv_find(pdu.tlvs, TLV_MESSAGE_PAYLOAD, &v));
		assert_int_equal(v.n, sizes[i]);
		/* without TLVs: as short_message, or not at all */
		assert_int_equal(wire(&sent, false, &pdu), sizes[i] <= 254);
		if (sizes[i] <= 254) {
			assert_int_equal(pdu.sm.short_message.n, sizes[i]);
			assert_int_equal(pdu.tlvs.n, 0);
		}
	}
}

/* The frame of a finished message: short, and all that its receipt shows is in it. */
static void test_shorten(void **state)
{
	(void)state;
	static uint8_t payload[50000], mem[50300], buf[70000];
	memset(payload, 'p', sizeof(payload));
	for (int kind = 0; kind < 4; kind++) {
		struct tlv_out o = {mem, 0, sizeof(mem), false};
		struct pdu sent = sample_submit(), pdu;
		tlv_put_int(&o, TLV_USER_MESSAGE_REFERENCE, 4711, 2);
		tlv_put_str(&o, TLV_CAMPAIGN, sample_view("春节"));
		sent.sm.registered_delivery = 2;
		sent.sm.short_message = (struct view){payload, 254};
		if (kind == 1) {
			tlv_put(&o, TLV_MESSAGE_PAYLOAD, payload, sizeof(payload));
			sent.sm.short_message = (struct view){NULL, 0};
		} else if (kind == 2) {
			sent.sm.esm_class = ESM_UDHI;
		} else if (kind == 3) {
			sent.sm.short_message = sample_view("short");
		}
		sent.tlvs = (struct view){o.p, o.n};
		struct msg *m = sample_msg(ms, &sent, RECORD_MT);
		size_t n = relay_shorten(m, buf, sizeof(buf));
		assert_in_range(n, 60, 200);
		assert_int_equal(relay_shorten(m, buf, n - 1), 0);
		assert_int_equal(relay_shorten(m, buf, sizeof(buf)), n);
		assert_int_equal(pdu_decode(buf, n, &pdu), ESME_ROK);
		struct view text, v;
		uint32_t reference;
		assert_true(pdu_text(&pdu, &text));
		if (kind == 2)
			assert_int_equal(text.n, 0);
		else if (kind == 3)
			assert_view(text, "short");
		else
			assert_true(text.n >= 20 && memcmp(text.p, payload, 20) == 0);
		assert_view(pdu.sm.dst.addr, SAMPLE_TO);
		assert_view(pdu.sm.src.addr, SAMPLE_CODE);
		assert_int_equal(pdu.sm.registered_delivery, 2);
		assert_true(tlv_find_int(pdu.tlvs, TLV_USER_MESSAGE_REFERENCE, &reference));
		assert_true(tlv_find_str(pdu.tlvs, TLV_CAMPAIGN, &v));
		assert_view(v, "春节");
		assert_false(tlv_find(pdu.tlvs, TLV_MESSAGE_PAYLOAD, &v));
		msgs_give(ms, m);
	}
}

/* Without TLVs a part that its app has marked with SAR gets a header, in octets of the same reference. */
static void test_sar_without_tlvs(void **state)
{
	(void)state;
	uint8_t text[140], tlv_mem[32];
	struct tlv_out o = {tlv_mem, 0, sizeof(tlv_mem), false};
	struct pdu sent = sample_submit(), pdu;
	struct udh_concat concat;
	uint32_t n = sample_ucs2("您的贷款将于12月5日到期", text, sizeof(text));
	sent.sm.data_coding = 8;
	sent.sm.short_message = (struct view){text, n};
	tlv_put_int(&o, TLV_SAR_MSG_REF_NUM, 0x1234, 2);
	tlv_put_int(&o, TLV_SAR_TOTAL_SEGMENTS, 3, 1);
	sent.tlvs = (struct view){o.p, o.n};
	assert_true(wire(&sent, false, &pdu)); /* two of the three say nothing */
	assert_int_equal(pdu.sm.esm_class & ESM_UDHI, 0);
	assert_int_equal(pdu.sm.short_message.n, n);
	tlv_put_int(&o, TLV_SAR_SEGMENT_SEQNUM, 2, 1);
	sent.tlvs = (struct view){o.p, o.n};
	assert_true(wire(&sent, false, &pdu));
	assert_true(udh_concat_pdu(&pdu, &concat));
	assert_false(concat.sar || concat.ref16);
	assert_int_equal(concat.ref, 0x34);
	assert_int_equal(concat.total, 3);
	assert_int_equal(concat.seq, 2);
	assert_int_equal(pdu.sm.short_message.n, n + 6);
	assert_memory_equal(pdu.sm.short_message.p + 6, text, n);
	assert_int_equal(pdu.tlvs.n, 0);
	assert_true(wire(&sent, true, &pdu)); /* nor does one want it that marks parts by headers */
	assert_true(udh_concat_pdu(&pdu, &concat));
	assert_false(concat.sar);
	assert_int_equal(pdu.tlvs.n, 0);
}

/* A short message, a UDH part, a SAR part and a payload in another alphabet: all else of the PDU is as before. */
static void test_alphabet(void **state)
{
	(void)state;
	static const char *const texts[] = {"\x80 3,45 \xA3", "caf\xE9 {5}", "rate"}; /* Latin-1 */
	static const char *const wants[] = {NULL,
					    "caf\x05 \x1B\x28"
					    "5\x1B\x29",
					    "rate"};
	const struct relay_peer peer = {.tlvs = true, .dcs0 = CHARSET_GSM7, .app_dcs0 = CHARSET_LATIN1};
	for (unsigned kind = 0; kind < 3; kind++) {
		for (size_t i = 0; i < 3; i++) {
			uint8_t user[64], tlv_mem[128], frame[512], ucs2[64];
			struct tlv_out o = {tlv_mem, 0, sizeof(tlv_mem), false};
			struct udh_concat mark = {7, 2, 1, false, false};
			uint32_t header = kind == 1 ? udh_write(&mark, user) : 0, n = (uint32_t)strlen(texts[i]);
			struct pdu sent = sample_submit(), pdu;
			struct view text;
			memcpy(user + header, texts[i], n);
			sent.sm.short_message = (struct view){user, header + n};
			sent.sm.esm_class = kind == 1 ? ESM_UDHI : 0;
			if (kind == 2) {
				sent.sm.short_message = (struct view){NULL, 0};
				tlv_put(&o, TLV_MESSAGE_PAYLOAD, user, n);
			}
			tlv_put_int(&o, TLV_SOURCE_PORT, 5000, 2);
			sent.tlvs = (struct view){o.p, o.n};
			struct msg *m = sample_msg(ms, &sent, RECORD_MT);
			assert_true(relay_fill(m, SAMPLE_NOW, &peer, &scratch, &pdu));
			assert_true(pdu_encode(&pdu, frame, sizeof(frame)) > 0);
			assert_int_equal(pdu.sm.data_coding, wants[i] ? 0 : 8);
			assert_int_equal(pdu.sm.esm_class, sent.sm.esm_class);
			assert_true(pdu_text(&pdu, &text));
			assert_memory_equal(text.p, user, header);
			text = (struct view){text.p + header, text.n - header};
			/* 0x80 of Latin-1 is a control character, which only UCS-2 has */
			uint32_t ucs2_n = sample_ucs2("\xC2\x80 3,45 £", ucs2, sizeof(ucs2));
			assert_int_equal(text.n, wants[i] ? strlen(wants[i]) : ucs2_n);
			assert_memory_equal(text.p, wants[i] ? (const void *)wants[i] : ucs2, text.n);
			assert_true(tlv_find(pdu.tlvs, TLV_SOURCE_PORT, &text));
			assert_false(tlv_find(pdu.tlvs, TLV_MESSAGE_PAYLOAD, &text)); /* it fits */
			msgs_give(ms, m);
		}
	}
}

/* A text that grows beyond short_message goes as payload; where there are no TLVs it must be cut, in its new words. */
static void test_grows(void **state)
{
	(void)state;
	static uint8_t frame[4096];
	struct relay_peer peer = {.tlvs = true, .encoding = DIALECT_TO_UCS2, .long_mode = SPLIT_PAYLOAD};
	struct pdu sent = sample_submit(), pdu;
	char text[200];
	struct view v;
	memset(text, 'a', sizeof(text));
	sent.sm.short_message = (struct view){(uint8_t *)text, sizeof(text)};
	struct msg *m = sample_msg(ms, &sent, RECORD_MT);
	assert_true(relay_fill(m, SAMPLE_NOW, &peer, &scratch, &pdu));
	assert_int_equal(pdu.sm.short_message.n, 0);
	assert_true(tlv_find(pdu.tlvs, TLV_MESSAGE_PAYLOAD, &v));
	assert_int_equal(v.n, 400);
	assert_int_equal(pdu.sm.data_coding, 8);
	assert_true(pdu_encode(&pdu, frame, sizeof(frame)) > 0);
	peer.tlvs = false;
	assert_false(relay_fill(m, SAMPLE_NOW, &peer, &scratch, &pdu));
	assert_null(scratch.why);
	assert_true(pdu_text(&pdu, &v));
	assert_int_equal(v.n, 400);
	msgs_give(ms, m);
}

/* A part that fits in none of the carrier's alphabets is not cut, and says why. */
static void test_no_form(void **state)
{
	(void)state;
	const struct relay_peer peer = {.tlvs = true, .dcs0 = CHARSET_LATIN1, .app_dcs0 = CHARSET_GSM7};
	struct udh_concat mark = {7, 2, 1, false, false};
	struct pdu sent = sample_submit(), pdu;
	uint8_t user[159];
	uint32_t header = udh_write(&mark, user);
	memset(user + header, 'a', sizeof(user) - header);
	user[20] = 0x1B; /* a euro, which Latin-1 lacks, and 152 characters are too many for UCS-2 */
	user[21] = 0x65;
	sent.sm.esm_class = ESM_UDHI;
	sent.sm.short_message = (struct view){user, sizeof(user)};
	struct msg *m = sample_msg(ms, &sent, RECORD_MT);
	assert_false(relay_fill(m, SAMPLE_NOW, &peer, &scratch, &pdu));
	assert_non_null(scratch.why);
	msgs_give(ms, m);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
static const struct CMUnitTest cases[] = {
	CASE(test_passes),  CASE(test_decides),	    CASE(test_validity), CASE(test_numbers),
	CASE(test_tlvs),    CASE(test_vendor_tlvs), CASE(test_payload),	 CASE(test_sar_without_tlvs),
	CASE(test_shorten), CASE(test_alphabet),    CASE(test_grows),	 CASE(test_no_form),
};

UNIT_MAIN(cases)
