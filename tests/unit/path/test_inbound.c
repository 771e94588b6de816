/*
 * test_inbound.c - replies of phones as apps get them: the text is the same in every alphabet and in every kind of
 * parts, and a carrier's own TLVs stay with it.
 */
#include "path/inbound.h"

#include "samples.h"
#include "smpp/split.h"
#include "smpp/udh.h"
#include "path/dialect.h"
#include "unit.h"

#define TEXT_MAX 60000u

struct got {
	unsigned frames, stop_at;
	uint8_t text[TEXT_MAX], data_coding;
	uint32_t n, longest;
	bool parts, sar, ref16, payload;
	unsigned total;
	uint16_t ref;
};
static struct got got;
static struct carrier_conf carrier;
static struct account_conf account;

static int setup(void **state)
{
	(void)state;
	carrier = (struct carrier_conf){.name = "mobile", .dcs0 = CHARSET_GSM7};
	account = (struct account_conf){.system_id = "bank", .dcs0 = CHARSET_GSM7, .long_mode = SPLIT_PAYLOAD};
	return 0;
}

static bool take(void *arg, struct view frame)
{
	struct pdu pdu;
	struct udh_concat c;
	struct view text, v;
	(void)arg;
	got.frames++;
	assert_int_equal(pdu_decode(frame.p, frame.n, &pdu), ESME_ROK);
	assert_true(pdu_text(&pdu, &text));
	assert_view(pdu.sm.dst.addr, SAMPLE_CODE);
	assert_false(tlv_find(pdu.tlvs, 0x1403, &v));
	assert_false(tlv_find(pdu.tlvs, TLV_CAMPAIGN, &v));
	assert_true(tlv_find(pdu.tlvs, TLV_SOURCE_PORT, &v));
	got.payload |= tlv_find(pdu.tlvs, TLV_MESSAGE_PAYLOAD, &v);
	uint32_t skip = pdu.sm.esm_class & ESM_UDHI ? udh_length(text) : 0;
	if (udh_concat_pdu(&pdu, &c)) {
		assert_int_equal(c.seq, got.frames);
		assert_true(got.frames == 1 || (c.total == got.total && c.ref == got.ref));
		got.parts = true;
		got.total = c.total;
		got.ref = c.ref;
		got.sar = c.sar;
		got.ref16 = c.ref16;
		assert_true(text.n + (c.sar ? 6 : 0) <= (pdu.sm.data_coding == 0 ? 160 : 140));
	}
	assert_true(got.n + text.n - skip <= TEXT_MAX);
	memcpy(got.text + got.n, text.p + skip, text.n - skip);
	got.n += text.n - skip;
	got.data_coding = pdu.sm.data_coding;
	return got.frames != got.stop_at;
}

static bool reply(uint8_t data_coding, struct view octets, const struct account_conf *to)
{
	static uint8_t mem[70000];
	struct tlv_out o = {mem, 0, sizeof(mem), false};
	struct pdu pdu = sample_mo("", 0);
	tlv_put(&o, 0x1403, "theirs", 6);
	tlv_put_str(&o, TLV_CAMPAIGN, sample_view("不是我们的"));
	tlv_put_int(&o, TLV_SOURCE_PORT, 1, 2);
	pdu.sm.data_coding = data_coding;
	if (octets.n <= 254)
		pdu.sm.short_message = octets;
	else
		tlv_put(&o, TLV_MESSAGE_PAYLOAD, octets.p, octets.n);
	pdu.tlvs = (struct view){o.p, o.n};
	const struct inbound in = {&carrier, to, 0xABCD, {NULL, 0}};
	unsigned stop_at = got.stop_at;
	memset(&got, 0, sizeof(got));
	got.stop_at = stop_at;
	return inbound_frames(&in, &pdu, take, NULL);
}

static void check_text(const char *utf8)
{
	static uint8_t again[200000];
	long n = charset_convert(charset_of_dcs(got.data_coding, (enum charset)account.dcs0),
				 (struct view){got.text, got.n}, CHARSET_UTF8, false, again, sizeof(again));
	assert_int_equal(n, strlen(utf8));
	assert_memory_equal(again, utf8, (size_t)n);
}

static const enum charset sets[] = {CHARSET_GSM7, CHARSET_LATIN1, CHARSET_ASCII,
				    CHARSET_UTF8, CHARSET_UCS2,	  CHARSET_GBK};
static const char *const texts[] = {"TD", "退订", "好的，谢谢😀", "€[]{} @", "café"};

/* Each text under data_coding 0 of each carrier, for each account, in each mode, short and long. */
static void test_every_way(void **state)
{
	(void)state;
	static char utf8[4000];
	static uint8_t octets[16000];
	for (unsigned i = 0; i < 6 * 6 * 5 * 4 * 2; i++) {
		carrier.dcs0 = (int)sets[i % 6];
		account.dcs0 = (int)sets[i / 6 % 6];
		account.long_mode = (int)(i / 36 / 5 % 4);
		utf8[0] = '\0';
		for (unsigned k = 0; k < (i / 720 ? 60 : 1); k++)
			strcat(utf8, texts[i / 36 % 5]);
		long n = charset_convert(CHARSET_UTF8, view_of(utf8), (enum charset)carrier.dcs0, false, octets, 16000);
		if (n < 0)
			continue;
		assert_true(reply(0, (struct view){octets, (uint32_t)n}, &account));
		check_text(utf8);
		assert_true(got.data_coding == 0 || got.data_coding == 8);
		assert_false(got.parts && account.long_mode == SPLIT_PAYLOAD);
		if (!got.parts)
			continue;
		assert_int_equal(got.frames, got.total);
		assert_int_equal(got.sar, account.long_mode == SPLIT_SAR);
		assert_int_equal(got.ref16, account.long_mode != SPLIT_UDH8);
		assert_int_equal(got.ref, got.ref16 ? 0xABCD : 0xCD);
		assert_false(got.payload);
	}
}

static void test_long(void **state)
{
	(void)state;
	uint8_t ucs2[700];
	uint32_t n =
		sample_ucs2("您好，我想咨询一下这个月的账单，为什么比上个月多了三十二元五角？我没有开通任何新的业务，"
			    "也没有去过外地。请帮我查一下，谢谢。另外，我的住址变了，请告诉我怎么改，要带什么证件。",
			    ucs2, sizeof(ucs2));
	assert_true(n > 140);
	assert_true(reply(8, (struct view){ucs2, n}, &account));
	assert_int_equal(got.frames, 1);
	assert_int_equal(got.n, n);
	account.long_mode = SPLIT_UDH8;
	assert_true(reply(8, (struct view){ucs2, n}, &account));
	assert_int_equal(got.frames, 2);
	assert_memory_equal(got.text, ucs2, n);
	got.stop_at = 1;
	assert_false(reply(8, (struct view){ucs2, n}, &account));
	got.stop_at = 0;
	/* nobody's: as it came */
	assert_true(reply(8, (struct view){ucs2, n}, NULL));
	assert_int_equal(got.frames, 1);
	carrier.dcs0 = CHARSET_LATIN1;
	assert_true(reply(0, sample_view("caf\xE9"), NULL));
	assert_memory_equal(got.text, "caf\xE9", 4);
}

/* A carrier that is sent GBK sends GBK; from others data_coding 15 is what it is. */
static void test_gbk(void **state)
{
	(void)state;
	assert_true(reply(15, sample_view("\xCD\xCB\xB6\xA9"), &account));
	assert_int_equal(got.data_coding, 15);
	carrier.encoding = DIALECT_TO_GBK;
	assert_true(reply(15, sample_view("\xCD\xCB\xB6\xA9"), &account));
	assert_int_equal(got.data_coding, 8);
	check_text("退订");
	assert_true(reply(15, sample_view("\xCD\xCB\xB6"), &account)); /* no text: as it came */
	assert_int_equal(got.data_coding, 15);
	assert_int_equal(got.n, 3);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup(test_every_way, setup),
	cmocka_unit_test_setup(test_long, setup),
	cmocka_unit_test_setup(test_gbk, setup),
};

UNIT_MAIN(cases)
