/*
 * test_compose.c - our own texts as an app would submit them: in the account's alphabet or UCS-2, whole.
 */
#include "path/compose.h"

#include <stdlib.h>

#include "samples.h"
#include "unit.h"

static struct number to;
static uint8_t frame[COMPOSE_MAX];
static struct pdu pdu;
static struct view text;

static bool compose(const char *utf8, enum charset dcs0)
{
	struct compose c = {SAMPLE_CODE, &to, utf8, dcs0, 1};
	struct view v;
	size_t n = compose_text(&c, frame);
	if (n == 0)
		return false;
	assert_int_equal(pdu_decode(frame, n, &pdu), ESME_ROK);
	assert_int_equal(pdu.command_id, SUBMIT_SM);
	assert_view(pdu.sm.src.addr, SAMPLE_CODE);
	assert_view(pdu.sm.dst.addr, SAMPLE_TO);
	assert_int_equal(pdu.sm.dst.ton, 1);
	assert_int_equal(pdu.sm.registered_delivery, 1);
	assert_int_equal(pdu.sm.esm_class, 0);
	assert_true(pdu_text(&pdu, &text));
	assert_int_equal(tlv_find(pdu.tlvs, TLV_MESSAGE_PAYLOAD, &v), text.n > 254);
	return true;
}

/* What came, in UTF-8. */
static void check_text(const char *utf8, enum charset dcs0)
{
	static uint8_t again[200000];
	enum charset c = charset_of_dcs(pdu.sm.data_coding, dcs0);
	long n = charset_convert(c, text, CHARSET_UTF8, false, again, sizeof(again));
	assert_int_equal(n, strlen(utf8));
	assert_memory_equal(again, utf8, (size_t)n);
}

static int setup(void **state)
{
	(void)state;
	return !number_parse_text(SAMPLE_TO, &to);
}

static void test_alphabets(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum charset dcs0;
		uint8_t data_coding;
		uint32_t octets;
	} table[] = {
		{"rate 3.45%", CHARSET_GSM7, 0, 10},
		{"rate 3.45 €", CHARSET_GSM7, 0, 12}, /* escape and its second octet */
		{"éà", CHARSET_LATIN1, 0, 2},
		{"éà", CHARSET_ASCII, 8, 4},
		{"éà", CHARSET_UTF8, 0, 4},
		{"利率", CHARSET_GSM7, 8, 4},
		{"利率", CHARSET_LATIN1, 8, 4},
		{"利率", CHARSET_UTF8, 0, 6},
		{"利率", CHARSET_UCS2, 8, 4},
		{"利率", CHARSET_GBK, 0, 4},
		{"利率", CHARSET_BINARY, 8, 4},
		{"😀", CHARSET_GSM7, 8, 4},
		{"😀", CHARSET_GBK, 8, 4},
		{"今日年利率3.45%。", CHARSET_GSM7, 8, 22},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_true(compose(table[i].text, table[i].dcs0));
		assert_int_equal(pdu.sm.data_coding, table[i].data_coding);
		assert_int_equal(text.n, table[i].octets);
		check_text(table[i].text, table[i].dcs0);
	}
}

static const char *const characters[] = {"a", "利", "率", "€", "{", "😀", "é", "。", "3", "\xCC\x81", "退"};

static void test_random(void **state)
{
	(void)state;
	static const enum charset sets[] = {CHARSET_GSM7, CHARSET_LATIN1, CHARSET_ASCII,
					    CHARSET_UTF8, CHARSET_UCS2,	  CHARSET_GBK};
	uint64_t seed = 8;
	char utf8[6000];
	for (int i = 0; i < 3000; i++) {
		unsigned n = 1 + sample_below(&seed, 700), kinds = 1 + sample_below(&seed, 11),
			 from = sample_below(&seed, 11);
		utf8[0] = '\0';
		size_t at = 0;
		for (unsigned k = 0; k < n; k++)
			at += (size_t)sprintf(utf8 + at, "%s", characters[(from + sample_below(&seed, kinds)) % 11]);
		enum charset dcs0 = sets[sample_below(&seed, 6)];
		assert_true(compose(utf8, dcs0));
		check_text(utf8, dcs0);
	}
}

static void test_refused(void **state)
{
	(void)state;
	assert_false(compose("", CHARSET_GSM7));
	assert_false(compose("\xB3\xA4", CHARSET_GSM7)); /* GBK */
	assert_false(compose("利\xE7", CHARSET_UTF8));
	/* 255 parts and one more, where a part holds least */
	char *long_text = calloc(1, 3 * 66 * 256 + 1);
	for (unsigned i = 0; i < 66 * 255; i++)
		memcpy(long_text + 3 * i, "利", 3);
	assert_true(compose(long_text, CHARSET_GSM7));
	check_text(long_text, CHARSET_GSM7);
	strcat(long_text, "率");
	assert_false(compose(long_text, CHARSET_GSM7));
	free(long_text);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup(test_alphabets, setup),
	cmocka_unit_test_setup(test_random, setup),
	cmocka_unit_test_setup(test_refused, setup),
};

UNIT_MAIN(cases)
