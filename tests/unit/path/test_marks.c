/*
 * test_marks.c - parts marked one way read by a peer that marks them another way: which part it is stays the same, all
 * parts of a text are treated alike, and what else stands in a header is kept.
 */
#include "path/marks.h"

#include "samples.h"
#include "unit.h"

enum kind { HEADER8, HEADER16, SAR, PLAIN };

static uint8_t user[300], tlv_mem[64], mem[MARKS_HEADER_MAX];
static struct marks x;

/* A part as an app sends it; extra: more elements behind the mark. */
static struct pdu part_of(enum kind kind, uint16_t ref, uint8_t total, uint8_t seq, const char *extra, uint32_t extra_n,
			  struct view text)
{
	struct pdu pdu = sample_submit();
	struct tlv_out o = {tlv_mem, 0, sizeof(tlv_mem), false};
	struct udh_concat c = {ref, total, seq, kind == HEADER16, false};
	uint32_t n = 0;
	if (kind == SAR) {
		tlv_put_int(&o, TLV_SAR_MSG_REF_NUM, ref, 2);
		tlv_put_int(&o, TLV_SAR_TOTAL_SEGMENTS, total, 1);
		tlv_put_int(&o, TLV_SAR_SEGMENT_SEQNUM, seq, 1);
		pdu.tlvs = (struct view){o.p, o.n};
	} else if (kind != PLAIN) {
		n = udh_write(&c, user);
		memcpy(user + n, extra, extra_n);
		n += extra_n;
		user[0] = (uint8_t)(n - 1);
		pdu.sm.esm_class = ESM_UDHI;
	}
	memcpy(user + n, text.p, text.n);
	pdu.sm.short_message = (struct view){user, n + text.n};
	return pdu;
}

/* What a peer of this mode sees of it. */
static void check(const struct pdu *pdu, enum split_mode mode, bool tlvs, struct view text)
{
	struct udh_concat was, is;
	assert_true(marks_read(pdu, mode, tlvs, mem, &x));
	assert_true(udh_concat_pdu(pdu, &was));
	assert_true(x.part);
	if (x.sar)
		is = x.concat;
	else
		assert_true(udh_concat(x.header, &is));
	assert_int_equal(is.total, was.total);
	assert_int_equal(is.seq, was.seq);
	assert_int_equal(is.ref, is.ref16 ? was.ref : was.ref & 0xFF);
	assert_true(view_eq(x.text, text));
	assert_false(x.sar && x.header.n);
	assert_false(x.sar && !tlvs);
}

static void test_modes(void **state)
{
	(void)state;
	static const struct {
		enum kind kind;
		enum split_mode mode;
		bool tlvs;
		enum kind want;
	} table[] = {
		{HEADER8, SPLIT_UDH8, true, HEADER8},
		{HEADER16, SPLIT_UDH8, true, HEADER8},
		{SAR, SPLIT_UDH8, true, HEADER8},
		{HEADER8, SPLIT_UDH16, true, HEADER8},
		{HEADER16, SPLIT_UDH16, true, HEADER16},
		{SAR, SPLIT_UDH16, true, HEADER8},
		{HEADER8, SPLIT_SAR, true, SAR},
		{HEADER16, SPLIT_SAR, true, SAR},
		{SAR, SPLIT_SAR, true, SAR},
		{HEADER8, SPLIT_PAYLOAD, true, HEADER8},
		{HEADER16, SPLIT_PAYLOAD, true, HEADER16},
		{SAR, SPLIT_PAYLOAD, true, SAR},
		{SAR, SPLIT_SAR, false, HEADER8},
		{SAR, SPLIT_PAYLOAD, false, HEADER8},
		{HEADER8, SPLIT_SAR, false, HEADER8},
		{HEADER16, SPLIT_UDH8, false, HEADER8},
	};
	const struct view text = sample_view("一二三");
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		for (unsigned ref = 0; ref < 0x10000; ref += table[i].kind == HEADER8 ? 300 : 257) {
			for (uint8_t seq = 1; seq <= 3; seq++) {
				uint16_t sent = table[i].kind == HEADER8 ? ref & 0xFF : (uint16_t)ref;
				struct pdu pdu = part_of(table[i].kind, sent, 3, seq, "", 0, text);
				check(&pdu, table[i].mode, table[i].tlvs, text);
				assert_int_equal(x.sar, table[i].want == SAR);
				assert_int_equal(x.header.n, table[i].want == SAR	 ? 0
							     : table[i].want == HEADER16 ? 7
											 : 6);
				assert_int_equal(x.changed, table[i].kind != table[i].want);
				assert_int_equal(marks_on_air(&x), table[i].want == HEADER16 ? 7 : 6);
			}
		}
	}
}

/* Ports, and a national language: kept, and never in SAR TLVs beside a header. */
static void test_other_elements(void **state)
{
	(void)state;
	static const char ports[] = "\x05\x04\x0B\x84\x23\xF0";
	static const char language[] = "\x24\x01\x01";
	const struct view text = sample_view("一二三");
	struct pdu pdu = part_of(HEADER16, 0x1234, 2, 1, ports, 6, text);
	check(&pdu, SPLIT_UDH8, true, text);
	assert_true(x.changed && x.foreign);
	assert_int_equal(x.header.n, 12);
	assert_memory_equal(x.header.p, "\x0B\x00\x03\x34\x02\x01\x05\x04\x0B\x84\x23\xF0", 12);
	check(&pdu, SPLIT_SAR, true, text);
	assert_false(x.changed || x.sar);
	pdu = part_of(HEADER8, 7, 2, 2, language, 3, text);
	check(&pdu, SPLIT_SAR, true, text);
	assert_true(x.foreign);
	assert_int_equal(x.header.n, 9);
	check(&pdu, SPLIT_UDH8, true, text);
	assert_false(x.changed);
}

static void test_no_parts(void **state)
{
	(void)state;
	const struct view text = sample_view("一二三");
	struct pdu pdu = part_of(PLAIN, 0, 0, 0, "", 0, text);
	assert_true(marks_read(&pdu, SPLIT_UDH8, true, mem, &x));
	assert_false(x.part || x.sar || x.changed || x.foreign);
	assert_true(view_eq(x.text, text));
	assert_int_equal(marks_on_air(&x), -1);
	/* seq over total: read by nobody as a part, passed as it is */
	pdu = part_of(HEADER16, 7, 2, 3, "", 0, text);
	assert_true(marks_read(&pdu, SPLIT_UDH8, true, mem, &x));
	assert_false(x.part || x.changed);
	assert_int_equal(x.header.n, 7);
	/* a header that says more than there is */
	pdu.sm.short_message.p = (const uint8_t *)"\x7F\x00";
	pdu.sm.short_message.n = 2;
	assert_true(marks_read(&pdu, SPLIT_UDH8, true, mem, &x));
	assert_true(x.foreign && !x.changed);
	/* two texts */
	struct tlv_out o = {tlv_mem, 0, sizeof(tlv_mem), false};
	tlv_put(&o, TLV_MESSAGE_PAYLOAD, "x", 1);
	pdu = part_of(PLAIN, 0, 0, 0, "", 0, text);
	pdu.tlvs = (struct view){o.p, o.n};
	assert_false(marks_read(&pdu, SPLIT_UDH8, true, mem, &x));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_modes),
	cmocka_unit_test(test_other_elements),
	cmocka_unit_test(test_no_parts),
};

UNIT_MAIN(cases)
