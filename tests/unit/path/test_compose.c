/*
 * test_compose.c - our own texts in parts: put together again they are the text, in every alphabet and mode.
 */
#include "path/compose.h"

#include <stdlib.h>

#include "samples.h"
#include "smpp/udh.h"
#include "unit.h"

struct got {
	struct compose want;
	unsigned parts, stop_at; /* stop_at: part() says no then; 0 never */
	uint8_t text[45000];
	uint32_t n, longest;
	uint8_t data_coding;
	unsigned total;
};

static struct number to;

static bool take(void *arg, struct view frame)
{
	struct got *g = arg;
	struct pdu pdu;
	struct udh_concat c = {0, 1, 1, false, false};
	g->parts++;
	assert_int_equal(pdu_decode(frame.p, frame.n, &pdu), ESME_ROK);
	assert_int_equal(pdu.command_id, SUBMIT_SM);
	assert_view(pdu.sm.src.addr, SAMPLE_CODE);
	assert_view(pdu.sm.dst.addr, SAMPLE_TO);
	assert_int_equal(pdu.sm.dst.ton, 1);
	assert_int_equal(pdu.sm.registered_delivery, g->want.registered_delivery);
	bool concat = udh_concat_pdu(&pdu, &c);
	bool sar = g->want.mode == SPLIT_SAR;
	if (concat) {
		assert_int_equal(c.sar, sar);
		assert_int_equal(c.ref16, g->want.mode == SPLIT_UDH16 || sar);
		assert_int_equal(c.ref, c.ref16 ? g->want.ref : (g->want.ref & 0xFF));
	}
	assert_int_equal(!!(pdu.sm.esm_class & ESM_UDHI), concat && !sar);
	assert_int_equal(c.seq, g->parts);
	assert_true(g->parts == 1 || (concat && c.total == g->total));
	g->total = c.total;
	uint32_t skip = pdu.sm.esm_class & ESM_UDHI ? udh_length(pdu.sm.short_message) : 0;
	struct view part = {pdu.sm.short_message.p + skip, pdu.sm.short_message.n - skip};
	memcpy(g->text + g->n, part.p, part.n);
	g->n += part.n;
	g->longest = part.n > g->longest ? part.n : g->longest;
	assert_true(g->parts == 1 || pdu.sm.data_coding == g->data_coding);
	g->data_coding = pdu.sm.data_coding;
	return g->parts != g->stop_at;
}

static struct got got;

static unsigned compose(const char *utf8, enum charset dcs0, enum split_mode mode)
{
	got = (struct got){.want = {SAMPLE_CODE, &to, utf8, dcs0, mode, 0xABCD, 1}};
	return compose_parts(&got.want, take, &got);
}

/* What came, in UTF-8. */
static void check_text(const char *utf8, enum charset dcs0)
{
	static uint8_t again[200000];
	enum charset c = charset_of_dcs(got.data_coding, dcs0);
	long n = charset_convert(c, (struct view){got.text, got.n}, CHARSET_UTF8, false, again, sizeof(again));
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
		{"利率", CHARSET_BINARY, 8, 4},
		{"😀", CHARSET_GSM7, 8, 4},
		{"今日年利率3.45%。", CHARSET_GSM7, 8, 22},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(compose(table[i].text, table[i].dcs0, SPLIT_UDH8), 1);
		assert_int_equal(got.data_coding, table[i].data_coding);
		assert_int_equal(got.n, table[i].octets);
		check_text(table[i].text, table[i].dcs0);
	}
}

static void test_limits(void **state)
{
	(void)state;
	char text[4000];
	/* Chinese: 70 alone, then 67 a part */
	static const struct {
		unsigned characters, parts;
	} table[] = {{70, 1}, {71, 2}, {134, 2}, {135, 3}, {201, 3}, {202, 4}};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		text[0] = '\0';
		for (unsigned k = 0; k < table[i].characters; k++)
			strcat(text, k % 2 ? "率" : "利");
		assert_int_equal(compose(text, CHARSET_GSM7, SPLIT_UDH8), table[i].parts);
		check_text(text, CHARSET_GSM7);
		assert_true(got.longest <= 140);
	}
}

static const char *const characters[] = {"a", "利", "率", "€", "{", "😀", "é", "。", "3", "\xCC\x81", "退"};

static void test_random(void **state)
{
	(void)state;
	static const enum split_mode modes[] = {SPLIT_UDH8, SPLIT_UDH16, SPLIT_SAR, SPLIT_PAYLOAD};
	static const enum charset sets[] = {CHARSET_GSM7, CHARSET_LATIN1, CHARSET_ASCII, CHARSET_UTF8, CHARSET_UCS2};
	uint64_t seed = 8;
	char text[6000];
	for (int i = 0; i < 3000; i++) {
		unsigned n = 1 + sample_below(&seed, 700), kinds = 1 + sample_below(&seed, 11),
			 from = sample_below(&seed, 11);
		text[0] = '\0';
		size_t at = 0;
		for (unsigned k = 0; k < n; k++)
			at += (size_t)sprintf(text + at, "%s", characters[(from + sample_below(&seed, kinds)) % 11]);
		enum charset dcs0 = sets[sample_below(&seed, 5)];
		enum split_mode mode = modes[sample_below(&seed, 4)];
		unsigned parts = compose(text, dcs0, mode);
		assert_int_equal(parts, got.parts);
		assert_true(parts > 0 && parts == got.total);
		check_text(text, dcs0);
	}
}

static void test_refused(void **state)
{
	(void)state;
	assert_int_equal(compose("", CHARSET_GSM7, SPLIT_UDH8), 0);
	assert_int_equal(compose("\xB3\xA4", CHARSET_GSM7, SPLIT_UDH8), 0); /* GBK */
	assert_int_equal(compose("利\xE7", CHARSET_UTF8, SPLIT_UDH8), 0);
	assert_int_equal(got.parts, 0);
	/* 255 parts and one more */
	char *text = calloc(1, 3 * 67 * 256 + 1);
	for (unsigned i = 0; i < 67 * 255; i++)
		memcpy(text + 3 * i, "利", 3);
	assert_int_equal(compose(text, CHARSET_GSM7, SPLIT_UDH8), 255);
	check_text(text, CHARSET_GSM7);
	strcat(text, "率");
	assert_int_equal(compose(text, CHARSET_GSM7, SPLIT_UDH8), 0);
	assert_int_equal(got.parts, 0);
	free(text);
}

static void test_stops(void **state)
{
	(void)state;
	char text[1000] = "";
	for (unsigned i = 0; i < 200; i++)
		strcat(text, "月");
	got = (struct got){.want = {SAMPLE_CODE, &to, text, CHARSET_GSM7, SPLIT_UDH8, 1, 0}, .stop_at = 2};
	assert_int_equal(compose_parts(&got.want, take, &got), 0);
	assert_int_equal(got.parts, 2);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup(test_alphabets, setup), cmocka_unit_test_setup(test_limits, setup),
	cmocka_unit_test_setup(test_random, setup),    cmocka_unit_test_setup(test_refused, setup),
	cmocka_unit_test_setup(test_stops, setup),
};

UNIT_MAIN(cases)
