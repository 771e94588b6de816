/*
 * test_message.c - what the tools send: texts of smppload, composed and split texts, TLVs as people write them.
 */
#include "unit.h"

#include <stdlib.h>

#include "smpp/udh.h"
#include "tools/compose.h"
#include "tools/load.h"
#include "tools/readable.h"
#include "tools/send_tlv.h"

static struct load_conf conf_with(const char *text)
{
	return (struct load_conf){
		.source = "1069012345", .dest_prefix = "86138", .dest_digits = 13, .text = text, .receipts = true};
}

static void is_text(struct load_text *t, uint64_t i, const char *wanted)
{
	char text[2048];
	struct pdu pdu;
	long n;

	load_text_fill(t, i, &pdu);
	n = readable_text(&pdu, CHARSET_GSM7, text, sizeof(text));
	assert_int_equal(n, strlen(wanted));
	assert_memory_equal(text, wanted, (size_t)n);
}

static void test_load_text(void **state)
{
	struct load_conf conf = conf_with("【测试银行】流水#seq，余额1元。");
	const char *why;
	struct load_text *t = load_text_new(&conf, &why);
	struct pdu pdu;

	(void)state;
	assert_non_null(t);
	is_text(t, 1234567, "【测试银行】流水#1234567，余额1元。");
	is_text(t, 0, "【测试银行】流水#0，余额1元。");
	load_text_fill(t, 5, &pdu);
	assert_int_equal(pdu.sm.data_coding, 8);
	assert_int_equal(pdu.sm.registered_delivery, 1);
	assert_int_equal(pdu.sm.dst.addr.n, 13);
	assert_int_equal(pdu.sm.dst.ton, 1);
	assert_memory_equal(pdu.sm.dst.addr.p, "86138", 5);
	load_text_free(t);

	conf = conf_with("Balance [#seq] 1$");
	conf.message_class = "promo";
	t = load_text_new(&conf, &why);
	is_text(t, 42, "Balance [#42] 1$");
	load_text_fill(t, 42, &pdu);
	assert_int_equal(pdu.sm.data_coding, 0);
	assert_int_equal(pdu.tlvs.n, 4 + 6);
	load_text_free(t);
}

static void test_load_destinations(void **state)
{
	struct load_conf conf = conf_with("没有号码");
	uint8_t *seen = calloc(100000, 1);
	const char *why;
	struct load_text *t;

	(void)state;
	conf.dest_digits = 10;
	t = load_text_new(&conf, &why);
	assert_non_null(t);
	for (uint64_t i = 0; i < 100000; i++) {
		struct pdu pdu;
		char digits[6] = "";
		long v;

		load_text_fill(t, i, &pdu);
		assert_int_equal(pdu.sm.dst.addr.n, 10);
		memcpy(digits, pdu.sm.dst.addr.p + 5, 5);
		v = strtol(digits, NULL, 10);
		assert_int_equal(seen[v]++, 0); /* no number twice before all have been used */
	}
	is_text(t, 9, "没有号码");
	load_text_free(t);
	free(seen);
}

static void test_load_wrong(void **state)
{
	struct load_conf conf = conf_with("\xFF\xFE");
	const char *why = NULL;

	(void)state;
	assert_null(load_text_new(&conf, &why));
	assert_non_null(why);
	conf = conf_with("好");
	conf.dest_prefix = "8613800138000";
	assert_null(load_text_new(&conf, &why));
}

static void test_load_long(void **state)
{
	char text[1024] = "#seq";
	struct load_conf conf = conf_with(text);
	const char *why;
	struct load_text *t;
	struct pdu pdu;

	(void)state;
	for (int i = 0; i < 100; i++)
		strcat(text, "短信");
	t = load_text_new(&conf, &why);
	assert_non_null(t);
	load_text_fill(t, 1, &pdu);
	assert_int_equal(pdu.sm.short_message.n, 0); /* message_payload */
	memmove(text, "#1", 2);
	memmove(text + 2, text + 4, strlen(text + 4) + 1);
	is_text(t, 1, text);
	load_text_free(t);
}

/* Puts the parts of a composed text together again. */
static long joined(struct compose *c, char *out, uint32_t cap)
{
	long n = 0;

	for (uint32_t i = 0; i < c->parts; i++) {
		struct pdu pdu = {.command_id = 4};
		struct udh_concat concat;
		struct tlv_out none = {0};
		long got;

		compose_part(c, i, &pdu, &none);
		assert_true(pdu.sm.short_message.n <= 160);
		if (c->parts > 1) {
			assert_true(udh_concat_pdu(&pdu, &concat));
			assert_int_equal(concat.total, c->parts);
			assert_int_equal(concat.seq, i + 1);
			assert_int_equal(concat.ref, 77);
		}
		got = readable_text(&pdu, CHARSET_GSM7, out + n, cap - (uint32_t)n);
		assert_true(got > 0); /* a cut surrogate pair would not decode */
		n += got;
	}
	return n;
}

static void test_compose(void **state)
{
	static struct compose c;
	static char text[4096], out[4096];

	(void)state;
	assert_null(compose_text(&c, "Hello [1]", 9, false, 77));
	assert_int_equal(c.charset, CHARSET_GSM7);
	assert_int_equal(c.parts, 1);
	for (int pad = 0; pad < 4; pad++) {
		memset(text, 'x', (size_t)pad);
		text[pad] = 0;
		for (int i = 0; i < 100; i++)
			strcat(text, "😀退");
		assert_null(compose_text(&c, text, strlen(text), false, 77));
		assert_int_equal(c.charset, CHARSET_UCS2);
		assert_int_equal(joined(&c, out, sizeof(out)), strlen(text));
		assert_memory_equal(out, text, strlen(text));
	}
	assert_non_null(compose_text(&c, "\xE4\xBD", 2, false, 77));
	memset(text, 'a', sizeof(text));
	assert_null(compose_text(&c, text, 4000, true, 77));
	assert_int_equal(c.parts, 1);
	assert_int_equal(c.mode, SPLIT_PAYLOAD);
}

static void test_tlvs(void **state)
{
	uint8_t area[128];
	struct tlv_out o = {.p = area, .cap = sizeof(area)};
	struct view all, s;
	uint32_t number;

	(void)state;
	assert_null(send_tlv_put("campaign=春节", &o));
	assert_null(send_tlv_put("user_message_reference=513", &o));
	assert_null(send_tlv_put("privacy_indicator=0x02", &o));
	assert_null(send_tlv_put("0x1500=0x0aFF", &o));
	all = (struct view){area, o.n};
	assert_true(tlv_find_str(all, TLV_CAMPAIGN, &s) && view_eq(s, view_of("春节")));
	assert_true(tlv_find_int(all, TLV_USER_MESSAGE_REFERENCE, &number));
	assert_int_equal(number, 513);
	assert_true(tlv_find_int(all, TLV_PRIVACY_INDICATOR, &number));
	assert_int_equal(number, 2);
	assert_true(tlv_find(all, 0x1500, &s));
	assert_int_equal(s.n, 2);
	assert_int_equal(s.p[1], 0xFF);
	assert_non_null(send_tlv_put("campaign", &o));
	assert_non_null(send_tlv_put("nosuch=1", &o));
	assert_non_null(send_tlv_put("0x10000=1", &o));
	assert_non_null(send_tlv_put("privacy_indicator=256", &o));
	assert_non_null(send_tlv_put("privacy_indicator=two", &o));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_load_text), cmocka_unit_test(test_load_destinations), cmocka_unit_test(test_load_wrong),
	cmocka_unit_test(test_load_long), cmocka_unit_test(test_compose),	    cmocka_unit_test(test_tlvs),
};

UNIT_MAIN(cases)
