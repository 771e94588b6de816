/*
 * test_deliver.c - what an app receives: its receipt, octet for octet, and a phone's reply; for 3.4 and for older apps.
 */
#include "path/deliver.h"

#include "samples.h"
#include "smpp/charset.h"
#include "smpp/receipt.h"
#include "unit.h"

static struct msgs *ms;
static struct deliver_scratch scratch;
static const struct account_conf china = {.zone = 480};

#define ID	260501013000001234LL
#define ID_TEXT "260501013000001234"

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

/* A message that has ended; submitted at 09:30 in China, done two minutes later. */
static struct msg *ended(const struct pdu *sent, enum message_state how, const char *stat, const char *err)
{
	struct msg *m = sample_msg(ms, sent, RECORD_MT);
	struct record r;
	msg_record(m, &r);
	r.kind = RECORD_FINAL;
	r.done_ms = SAMPLE_NOW + 120000;
	r.stat = sample_view(stat);
	r.err = sample_view(err);
	r.via = sample_view("mobile");
	assert_int_equal(msg_set_record(ms, m, &r), 0);
	m->id = ID;
	m->final_state = (uint8_t)how;
	m->attempts = 2;
	return m;
}

/* Fills, and reads what goes over the wire: an app gets octets, not structs. */
static void wire(struct msg *m, const struct account_conf *conf, uint8_t version, struct pdu *out)
{
	static uint8_t frame[70000];
	struct pdu pdu = {.command_id = DELIVER_SM};
	deliver_fill(m, conf, version, &scratch, &pdu);
	pdu.sequence = 1;
	size_t n = pdu_encode(&pdu, frame, sizeof(frame));
	assert_true(n > 0);
	assert_int_equal(pdu_decode(frame, n, out), ESME_ROK);
	msgs_give(ms, m);
}

static void check_tlv(const struct pdu *pdu, uint16_t tag, const char *want)
{
	struct view v;
	assert_int_equal(tlv_find_str(pdu->tlvs, tag, &v), want != NULL);
	if (want)
		assert_view(v, want);
}

static void test_receipt(void **state)
{
	(void)state;
	static const struct {
		enum message_state how;
		const char *err, *dlvrd, *stat, *err_out;
	} table[] = {
		{STATE_DELIVERED, "000", "001", "DELIVRD", "000"},
		{STATE_EXPIRED, "", "000", "EXPIRED", "000"},
		{STATE_DELETED, "1", "000", "DELETED", "001"},
		{STATE_UNDELIVERABLE, "0a1", "000", "UNDELIV", "0a1"},
		{STATE_REJECTED, "0x0b", "000", "REJECTD", "0x0b"},
		{STATE_UNKNOWN, "MK:0001", "000", "UNKNOWN", "MK:0001"},
		{STATE_ACCEPTED, "", "000", "ACCEPTD", "000"},
		{STATE_SKIPPED, "", "000", "SKIPPED", "000"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char want[300];
		struct pdu sent = sample_submit(), pdu;
		sent.sm.service_type = sample_view("CMT");
		sent.sm.short_message = sample_view("Your code is 123456, valid for 5 minutes");
		wire(ended(&sent, table[i].how, "X", table[i].err), &china, 0x34, &pdu);
		snprintf(want, sizeof(want),
			 "id:" ID_TEXT " sub:001 dlvrd:%s submit date:2605010930 done date:2605010932 stat:%s err:%s "
			 "text:Your code is 123456,",
			 table[i].dlvrd, table[i].stat, table[i].err_out);
		assert_view(pdu.sm.short_message, want);
		assert_int_equal(pdu.command_id, DELIVER_SM);
		assert_int_equal(pdu.sm.esm_class, ESM_RECEIPT);
		assert_int_equal(pdu.sm.data_coding, 0);
		assert_int_equal(pdu.sm.registered_delivery, 0);
		assert_view(pdu.sm.service_type, "CMT");
		assert_view(pdu.sm.src.addr, SAMPLE_TO); /* the addresses swapped, as the app wrote them */
		assert_view(pdu.sm.dst.addr, SAMPLE_CODE);
		assert_int_equal(pdu.sm.src.ton, 1);
		assert_int_equal(pdu.sm.dst.ton, 0);
		uint32_t value;
		assert_true(tlv_find_int(pdu.tlvs, TLV_MESSAGE_STATE, &value));
		assert_int_equal(value, table[i].how);
		check_tlv(&pdu, TLV_RECEIPTED_MESSAGE_ID, ID_TEXT);
		check_tlv(&pdu, TLV_VIA, "mobile 2");
	}
}

static void test_zones(void **state)
{
	(void)state;
	static const struct {
		int64_t zone;
		const char *submit;
	} table[] = {
		{480, "2605010930"}, {0, "2605010130"}, {-720, "2604301330"}, {330, "2605010700"}, {720, "2605011330"}};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct account_conf conf = {.zone = table[i].zone};
		char want[64];
		struct pdu sent = sample_submit(), pdu;
		wire(ended(&sent, STATE_DELIVERED, "", ""), &conf, 0x34, &pdu);
		snprintf(want, sizeof(want), "submit date:%s ", table[i].submit);
		assert_non_null(memmem(pdu.sm.short_message.p, pdu.sm.short_message.n, want, strlen(want)));
	}
}

/* TLVs of the app come back; those of the wire's own do not; the carrier's words are told as they came. */
static void test_tlvs(void **state)
{
	(void)state;
	uint8_t mem[300];
	struct tlv_out o = {mem, 0, sizeof(mem), false};
	tlv_put_int(&o, TLV_USER_MESSAGE_REFERENCE, 4711, 2);
	tlv_put_str(&o, TLV_MESSAGE_CLASS, sample_view("collect"));
	tlv_put_str(&o, TLV_CAMPAIGN, sample_view("十二月还款"));
	tlv_put_str(&o, TLV_VARIANT, sample_view("B"));
	tlv_put_str(&o, TLV_CONSENT_REF, sample_view("c-2026-05-01"));
	tlv_put_str(&o, TLV_GROUP_KEY, sample_view("loan-77"));
	tlv_put_int(&o, TLV_SOURCE_PORT, 5000, 2);
	tlv_put_str(&o, 0x1402, sample_view("vendor"));
	assert_false(o.full);
	struct pdu sent = sample_submit(), pdu;
	sent.tlvs = (struct view){o.p, o.n};
	wire(ended(&sent, STATE_UNDELIVERABLE, "MK:0001", "045"), &china, 0x34, &pdu);
	uint32_t reference;
	struct view v;
	assert_true(tlv_find_int(pdu.tlvs, TLV_USER_MESSAGE_REFERENCE, &reference));
	assert_int_equal(reference, 4711);
	check_tlv(&pdu, TLV_MESSAGE_CLASS, "collect");
	check_tlv(&pdu, TLV_CAMPAIGN, "十二月还款");
	check_tlv(&pdu, TLV_VARIANT, "B");
	check_tlv(&pdu, TLV_CONSENT_REF, "c-2026-05-01");
	check_tlv(&pdu, TLV_GROUP_KEY, "loan-77");
	check_tlv(&pdu, TLV_CARRIER_STATUS, "MK:0001 045");
	assert_false(tlv_find(pdu.tlvs, TLV_SOURCE_PORT, &v));
	assert_false(tlv_find(pdu.tlvs, 0x1402, &v));
	/* an older app gets none */
	wire(ended(&sent, STATE_DELIVERED, "DELIVRD", "000"), &china, 0x33, &pdu);
	assert_int_equal(pdu.tlvs.n, 0);
	assert_true(pdu.sm.short_message.n > 0);
	/* no words of a carrier: no TLV of them */
	sent.tlvs = (struct view){NULL, 0};
	wire(ended(&sent, STATE_EXPIRED, "", ""), &china, 0x34, &pdu);
	check_tlv(&pdu, TLV_CARRIER_STATUS, NULL);
	wire(ended(&sent, STATE_DELIVERED, "DELIVRD", ""), &china, 0x34, &pdu);
	check_tlv(&pdu, TLV_CARRIER_STATUS, "DELIVRD");
}

/* The start of the text is shown only when it is plain; half a Chinese character never is. */
static void test_excerpt(void **state)
{
	(void)state;
	uint8_t chinese[100], english[100];
	uint32_t n = sample_ucs2("您的验证码123456", chinese, sizeof(chinese));
	uint32_t m = sample_ucs2("Code 123456 from the bank", english, sizeof(english));
	const struct {
		struct view text;
		uint8_t data_coding, esm_class;
		const char *want;
	} table[] = {
		{{chinese, n}, 8, 0, "text:"},
		{{english, m}, 8, 0, "text:Code 123456 from the"},
		{sample_view("short"), 0, 0, "text:short"},
		{sample_view("12345678901234567890and more 中文"), 0, 0, "text:12345678901234567890"},
		{sample_view("a\nb"), 0, 0, "text:"},
		{{(const uint8_t *)"\0abc", 4}, 0, 0, "text:@abc"}, /* GSM: octet 0 is @ */
		{{(const uint8_t *)"\x05\x00\x03\x01\x02\x01part", 10}, 0, ESM_UDHI, "text:"},
		{sample_view("bin"), 4, 0, "text:"},
		{{NULL, 0}, 0, 0, "text:"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct pdu sent = sample_submit(), pdu;
		sent.sm.short_message = table[i].text;
		sent.sm.data_coding = table[i].data_coding;
		sent.sm.esm_class = table[i].esm_class;
		wire(ended(&sent, STATE_DELIVERED, "", ""), &china, 0x34, &pdu);
		size_t len = strlen(table[i].want);
		assert_true(pdu.sm.short_message.n >= len);
		assert_memory_equal(pdu.sm.short_message.p + pdu.sm.short_message.n - len, table[i].want, len);
		/* our own parser reads it back */
		struct receipt back;
		assert_true(receipt_parse(pdu.sm.short_message, &back));
		assert_view(back.id, ID_TEXT);
		assert_view(back.stat, "DELIVRD");
	}
}

/* However long the carrier's words are that a record may hold, the receipt goes out. */
static void test_long_words(void **state)
{
	(void)state;
	char word[256];
	memset(word, 'E', 255);
	for (size_t n = 0; n <= 255; n++) {
		struct pdu sent = sample_submit(), pdu;
		word[n] = '\0';
		sent.sm.short_message = sample_view("12345678901234567890");
		wire(ended(&sent, STATE_REJECTED, word, word), &china, 0x34, &pdu);
		assert_true(pdu.sm.short_message.n <= 254);
		struct receipt back;
		assert_true(receipt_parse(pdu.sm.short_message, &back));
		assert_view(back.id, ID_TEXT);
		assert_view(back.stat, "REJECTD");
		word[n] = 'E';
	}
}

static struct msg *reply(const struct pdu *pdu)
{
	struct msg *m = sample_msg(ms, pdu, RECORD_MO);
	m->mo = true;
	return m;
}

static void test_mo(void **state)
{
	(void)state;
	uint8_t text[100], mem[64];
	struct tlv_out o = {mem, 0, sizeof(mem), false};
	struct pdu mo = sample_mo("", 0), pdu;
	tlv_put_int(&o, TLV_SOURCE_PORT, 5000, 2);
	mo.sm.short_message = (struct view){text, sample_ucs2("我要查询余额", text, sizeof(text))};
	mo.sm.data_coding = 8;
	mo.sm.registered_delivery = 1;
	mo.tlvs = (struct view){o.p, o.n};
	wire(reply(&mo), &china, 0x34, &pdu);
	assert_int_equal(pdu.command_id, DELIVER_SM);
	assert_int_equal(pdu.sm.esm_class, 0);
	assert_int_equal(pdu.sm.data_coding, 8);
	assert_int_equal(pdu.sm.registered_delivery, 0);
	assert_view(pdu.sm.src.addr, SAMPLE_TO);
	assert_view(pdu.sm.dst.addr, SAMPLE_CODE);
	assert_true(view_eq(pdu.sm.short_message, mo.sm.short_message));
	assert_true(view_eq(pdu.tlvs, mo.tlvs));
	wire(reply(&mo), &china, 0x33, &pdu);
	assert_int_equal(pdu.tlvs.n, 0);
	assert_true(view_eq(pdu.sm.short_message, mo.sm.short_message));
}

/* What a deliver_sm does not use is empty, whatever the carrier has put there: an app may read it strictly. */
static void test_mo_unused_fields(void **state)
{
	(void)state;
	struct pdu mo = sample_mo("T", 1), pdu;
	mo.sm.schedule = sample_view("9");
	mo.sm.validity = sample_view("20261122");
	mo.sm.replace_if_present_flag = 7;
	mo.sm.sm_default_msg_id = 255;
	wire(reply(&mo), &china, 0x34, &pdu);
	assert_int_equal(pdu.sm.schedule.n, 0);
	assert_int_equal(pdu.sm.validity.n, 0);
	assert_int_equal(pdu.sm.replace_if_present_flag, 0);
	assert_int_equal(pdu.sm.sm_default_msg_id, 0);
	assert_true(view_eq(pdu.sm.short_message, mo.sm.short_message));
}

/* A long reply comes as message_payload; an app without TLVs gets what fits, at a character's border. */
static void test_long_mo(void **state)
{
	(void)state;
	char utf8[700] = "";
	uint8_t text[700], mem[700];
	for (unsigned chars = 1; chars <= 200; chars += 7) {
		while (strlen(utf8) < 3 * chars)
			strcat(utf8, "利");
		strcat(utf8, "😀");
		uint32_t n = sample_ucs2(utf8, text, sizeof(text));
		struct tlv_out o = {mem, 0, sizeof(mem), false};
		tlv_put(&o, TLV_MESSAGE_PAYLOAD, text, n);
		struct pdu mo = sample_mo("", 0), pdu;
		mo.sm.data_coding = 8;
		mo.tlvs = (struct view){o.p, o.n};
		struct view payload;
		wire(reply(&mo), &china, 0x34, &pdu);
		assert_true(tlv_find(pdu.tlvs, TLV_MESSAGE_PAYLOAD, &payload));
		assert_int_equal(payload.n, n);
		wire(reply(&mo), &china, 0x33, &pdu);
		assert_int_equal(pdu.tlvs.n, 0);
		uint32_t have = pdu.sm.short_message.n;
		assert_true(n <= 254 ? have == n : have >= 250 && have <= 254);
		assert_memory_equal(pdu.sm.short_message.p, text, have);
		uint32_t pos = 0;
		while (pos < have)
			assert_true(charset_get(CHARSET_UCS2, pdu.sm.short_message, &pos) >= 0);
	}
}

/* What is no end of the message: the state is the record's, the id the one that the app knows. */
static struct msg *note(const struct pdu *sent, uint8_t flags, enum message_state how)
{
	struct msg *m = ended(sent, STATE_UNDELIVERABLE, "", "");
	struct record r;
	msg_record(m, &r);
	r.final_state = (uint8_t)how;
	r.flags = flags;
	r.app_id = ID + 7;
	assert_int_equal(msg_set_record(ms, m, &r), 0);
	m->note = m->aliased = true;
	return m;
}

static void test_intermediate(void **state)
{
	(void)state;
	struct pdu sent = sample_submit(), pdu;
	struct receipt back;
	uint32_t value;
	wire(note(&sent, RECORD_INTERMEDIATE, STATE_ENROUTE), &china, 0x34, &pdu);
	assert_int_equal(pdu.sm.esm_class, ESM_INTERMEDIATE);
	assert_true(receipt_parse(pdu.sm.short_message, &back));
	assert_view(back.stat, "ENROUTE");
	assert_view(back.dlvrd, "000");
	assert_view(back.id, "260501013000001241");
	check_tlv(&pdu, TLV_RECEIPTED_MESSAGE_ID, "260501013000001241");
	assert_true(tlv_find_int(pdu.tlvs, TLV_MESSAGE_STATE, &value));
	assert_int_equal(value, STATE_ENROUTE);
	check_tlv(&pdu, TLV_SAR_TOTAL_SEGMENTS, NULL);
}

/* The receipt of one part says which; a whole message's never does, whatever its app sent. */
static void test_part(void **state)
{
	(void)state;
	uint8_t mem[64];
	struct tlv_out o = {mem, 0, sizeof(mem), false};
	struct pdu sent = sample_submit(), pdu;
	uint32_t value;
	tlv_put_int(&o, TLV_SAR_MSG_REF_NUM, 77, 2);
	tlv_put_int(&o, TLV_SAR_TOTAL_SEGMENTS, 3, 1);
	tlv_put_int(&o, TLV_SAR_SEGMENT_SEQNUM, 2, 1);
	sent.tlvs = (struct view){o.p, o.n};
	wire(note(&sent, RECORD_PART, STATE_DELIVERED), &china, 0x34, &pdu);
	assert_int_equal(pdu.sm.esm_class, ESM_RECEIPT);
	assert_true(tlv_find_int(pdu.tlvs, TLV_SAR_TOTAL_SEGMENTS, &value));
	assert_int_equal(value, 3);
	assert_true(tlv_find_int(pdu.tlvs, TLV_SAR_SEGMENT_SEQNUM, &value));
	assert_int_equal(value, 2);
	assert_true(tlv_find_int(pdu.tlvs, TLV_MESSAGE_STATE, &value));
	assert_int_equal(value, STATE_DELIVERED);
	wire(ended(&sent, STATE_DELIVERED, "", ""), &china, 0x34, &pdu);
	check_tlv(&pdu, TLV_SAR_TOTAL_SEGMENTS, NULL);
	check_tlv(&pdu, TLV_SAR_SEGMENT_SEQNUM, NULL);
}

/* As data_sm: the same text in message_payload, the same TLVs; apps below 3.4 get deliver_sm. */
static void test_data_sm(void **state)
{
	(void)state;
	static const struct account_conf data = {.zone = 480, .deliver = ACCOUNT_WITH_DATA_SM};
	struct pdu sent = sample_submit(), plain, pdu;
	struct view text;
	char want[300];
	wire(ended(&sent, STATE_DELIVERED, "DELIVRD", "000"), &china, 0x34, &plain);
	snprintf(want, sizeof(want), "%.*s", (int)plain.sm.short_message.n, (const char *)plain.sm.short_message.p);
	wire(ended(&sent, STATE_DELIVERED, "DELIVRD", "000"), &data, 0x34, &pdu);
	assert_int_equal(pdu.command_id, DATA_SM);
	assert_int_equal(pdu.sm.esm_class, ESM_RECEIPT);
	assert_true(tlv_find(pdu.tlvs, TLV_MESSAGE_PAYLOAD, &text));
	assert_view(text, want);
	check_tlv(&pdu, TLV_RECEIPTED_MESSAGE_ID, ID_TEXT);
	check_tlv(&pdu, TLV_CARRIER_STATUS, "DELIVRD 000");
	assert_view(pdu.sm.src.addr, SAMPLE_TO);
	wire(ended(&sent, STATE_DELIVERED, "DELIVRD", "000"), &data, 0x33, &pdu);
	assert_int_equal(pdu.command_id, DELIVER_SM);
	assert_view(pdu.sm.short_message, want);
}

/* Replies of every length, short or as payload. */
static void test_mo_data_sm(void **state)
{
	(void)state;
	static const struct account_conf data = {.deliver = ACCOUNT_WITH_DATA_SM};
	static uint8_t text[60000], mem[60100];
	for (uint32_t n = 0; n <= sizeof(text); n = n * 3 + 1) {
		struct tlv_out o = {mem, 0, sizeof(mem), false};
		struct pdu mo = sample_mo("", 0), pdu;
		struct view have;
		uint32_t port;
		memset(text, 'a', sizeof(text));
		tlv_put_int(&o, TLV_SOURCE_PORT, 5000, 2);
		if (n > 254)
			tlv_put(&o, TLV_MESSAGE_PAYLOAD, text, n);
		else
			mo.sm.short_message = (struct view){text, n};
		mo.tlvs = (struct view){o.p, o.n};
		wire(reply(&mo), &data, 0x34, &pdu);
		assert_int_equal(pdu.command_id, DATA_SM);
		assert_true(tlv_find(pdu.tlvs, TLV_MESSAGE_PAYLOAD, &have));
		assert_int_equal(have.n, n);
		assert_memory_equal(have.p, text, n);
		assert_true(tlv_find_int(pdu.tlvs, TLV_SOURCE_PORT, &port));
		assert_int_equal(port, 5000);
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
static const struct CMUnitTest cases[] = {
	CASE(test_receipt),    CASE(test_zones),   CASE(test_tlvs),	  CASE(test_excerpt),
	CASE(test_long_words), CASE(test_mo),	   CASE(test_long_mo),	  CASE(test_intermediate),
	CASE(test_part),       CASE(test_data_sm), CASE(test_mo_data_sm), CASE(test_mo_unused_fields),
};

UNIT_MAIN(cases)
