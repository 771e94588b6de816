/*
 * test_udh.c - concatenation read and written: all references, bad elements, other elements beside it, the SAR trio,
 * and examples 10-13 of smpp.md 14 from the octets of the whole PDU.
 */
#include "unit.h"

#include "smpp/udh.h"

static struct view bytes(const void *p, size_t n)
{
	return (struct view){p, (uint32_t)n};
}

#define BYTES(literal) bytes(literal, sizeof literal - 1)

static void same_concat(const struct udh_concat *a, const struct udh_concat *b)
{
	assert_int_equal(a->ref, b->ref);
	assert_int_equal(a->total, b->total);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->ref16, b->ref16);
	assert_int_equal(a->sar, b->sar);
}

/* Written as 23.040 has it, and read back; only 1 <= seq <= total is a part. */
static void one_combination(uint16_t ref, uint8_t total, uint8_t seq, bool ref16)
{
	const uint8_t narrow[] = {5, 0, 3, (uint8_t)ref, total, seq};
	const uint8_t wide[] = {6, 8, 4, (uint8_t)(ref >> 8), (uint8_t)ref, total, seq};
	struct udh_concat c = {.ref = ref, .total = total, .seq = seq, .ref16 = ref16}, got;
	uint8_t out[7];
	uint32_t n = udh_write(&c, out);

	if (n != (ref16 ? 7 : 6) || memcmp(out, ref16 ? wide : narrow, n) != 0)
		fail_msg("written wrongly: ref %u, %u of %u", ref, seq, total);
	if (udh_concat(bytes(out, n), &got) != (seq >= 1 && seq <= total))
		fail_msg("judged wrongly: ref %u, %u of %u", ref, seq, total);
	if (seq >= 1 && seq <= total)
		same_concat(&got, &c);
}

static void every_total_and_sequence(void **state)
{
	(void)state;
	for (unsigned total = 0; total < 256; total++)
		for (unsigned seq = 0; seq < 256; seq++) {
			one_combination(0xA7, (uint8_t)total, (uint8_t)seq, false);
			one_combination(0x01A7, (uint8_t)total, (uint8_t)seq, true);
		}
}

static void every_reference(void **state)
{
	(void)state;
	for (unsigned ref = 0; ref < 256; ref++)
		one_combination((uint16_t)ref, 2, 1, false);
	for (unsigned ref = 0; ref < 65536; ref++)
		one_combination((uint16_t)ref, 255, 255, true);
}

static void length_of_a_header(void **state)
{
	(void)state;
	assert_int_equal(udh_length(bytes(NULL, 0)), 0);
	assert_int_equal(udh_length(BYTES("\0")), 1);
	assert_int_equal(udh_length(BYTES("\5\0\3\1\2\1")), 6);
	assert_int_equal(udh_length(BYTES("\5\0\3\1\2\1text")), 6);
	assert_int_equal(udh_length(BYTES("\5\0\3\1\2")), 0);
	for (unsigned udhl = 0; udhl < 256; udhl++)
		for (uint32_t n = 1; n <= 256; n++) {
			uint8_t data[256] = {(uint8_t)udhl};

			assert_int_equal(udh_length(bytes(data, n)), udhl + 1 <= n ? udhl + 1 : 0);
		}
}

static void elements_in_turn(void **state)
{
	/* ports, concatenation, national single shift, an empty element */
	struct view data = BYTES("\x10\x05\x04\x0B\x84\x23\xF0\x00\x03\xA7\x02\x01\x24\x01\x02\x70\x00rest");
	struct udh_ie ie;
	uint32_t pos = 0;

	(void)state;
	assert_true(udh_next(data, &pos, &ie));
	assert_int_equal(ie.id, 0x05);
	assert_true(view_eq(ie.value, BYTES("\x0B\x84\x23\xF0")));
	assert_true(udh_next(data, &pos, &ie));
	assert_int_equal(ie.id, 0x00);
	assert_true(view_eq(ie.value, BYTES("\xA7\x02\x01")));
	assert_true(udh_next(data, &pos, &ie));
	assert_int_equal(ie.id, 0x24);
	assert_true(view_eq(ie.value, BYTES("\x02")));
	assert_true(udh_next(data, &pos, &ie));
	assert_int_equal(ie.id, 0x70);
	assert_int_equal(ie.value.n, 0);
	assert_false(udh_next(data, &pos, &ie));
	assert_int_equal(pos, udh_length(data));
	assert_int_equal(data.p[pos], 'r');
}

static void broken_elements_end_the_walk(void **state)
{
	struct udh_ie ie;
	uint32_t pos = 0;

	(void)state;
	assert_false(udh_next(bytes(NULL, 0), &pos, &ie));
	assert_false(udh_next(BYTES("\0abc"), &pos, &ie));
	assert_false(udh_next(BYTES("\1\0"), &pos, &ie));	    /* no length */
	assert_false(udh_next(BYTES("\4\0\3\1\2text"), &pos, &ie)); /* over the header's end, not the data's */
	assert_false(udh_next(BYTES("\2\0\xFF"), &pos, &ie));
	assert_false(udh_next(BYTES("\x50\0\3\1\2\1"), &pos, &ie)); /* UDHL over the data */
	assert_int_equal(pos, 0);
	pos = 200;
	assert_false(udh_next(BYTES("\5\0\3\1\2\1"), &pos, &ie));
}

static void reads(struct view data, uint16_t ref, uint8_t total, uint8_t seq, bool ref16)
{
	struct udh_concat want = {.ref = ref, .total = total, .seq = seq, .ref16 = ref16}, got;

	assert_true(udh_concat(data, &got));
	same_concat(&got, &want);
}

static void refused(struct view data)
{
	struct udh_concat got = {.ref = 0x7777};

	assert_false(udh_concat(data, &got));
	assert_int_equal(got.ref, 0x7777);
}

static void beside_other_elements(void **state)
{
	(void)state;
	reads(BYTES("\x0B\x05\x04\x0B\x84\x23\xF0\x00\x03\xA7\x02\x01"), 0xA7, 2, 1, false);
	reads(BYTES("\x0B\x00\x03\xA7\x02\x01\x05\x04\x0B\x84\x23\xF0"), 0xA7, 2, 1, false);
	reads(BYTES("\x08\x08\x04\x01\xA7\x03\x02\x25\x00text"), 0x01A7, 3, 2, true);
	reads(BYTES("\x0B\x24\x01\x02\x25\x01\x02\x00\x03\x07\x01\x01"), 0x07, 1, 1, false);
}

/* 23.040: of elements that may stand once the last counts */
static void the_last_one_counts(void **state)
{
	(void)state;
	reads(BYTES("\x0A\x00\x03\x01\x02\x01\x00\x03\x09\x03\x02"), 9, 3, 2, false);
	reads(BYTES("\x0B\x00\x03\x01\x02\x01\x08\x04\x12\x34\x03\x02"), 0x1234, 3, 2, true);
	refused(BYTES("\x0A\x00\x03\x01\x02\x01\x00\x03\x09\x03\x00"));
}

static void bad_elements(void **state)
{
	(void)state;
	refused(bytes(NULL, 0));
	refused(BYTES("\0"));
	refused(BYTES("Hello"));
	refused(BYTES("\4\0\2\1\2"));	  /* one octet short */
	refused(BYTES("\6\0\4\1\2\1\0")); /* one too long */
	refused(BYTES("\5\x08\3\1\2\1")); /* 16-bit element with an 8-bit length */
	refused(BYTES("\6\0\4\0\1\2\1")); /* 8-bit element with a 16-bit length */
	refused(BYTES("\2\0\0"));	  /* empty */
	refused(BYTES("\5\0\3\1\2\0"));	  /* seq 0 */
	refused(BYTES("\5\0\3\1\0\0"));	  /* total 0 */
	refused(BYTES("\5\0\3\1\2\3"));	  /* seq > total */
	refused(BYTES("\6\x08\4\1\2\0\1"));
	refused(BYTES("\5\0\3\1\2"));		      /* UDHL over the data */
	refused(BYTES("\4\0\3\1\2\1"));		      /* element over the header */
	refused(BYTES("\6\0\3\1\2\1\5"));	      /* half an element behind it */
	refused(BYTES("\7\0\3\1\2\1\5\4text"));	      /* an element over the header behind it */
	refused(BYTES("\6\5\4\x0B\x84\x23\xF0text")); /* ports only */
}

/* Example PDUs */
static struct pdu decode(const char *hex, uint8_t *buf)
{
	struct pdu pdu;
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++) {
		unsigned octet;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &octet), 1);
		buf[i] = (uint8_t)octet;
	}
	assert_int_equal(pdu_decode(buf, n, &pdu), ESME_ROK);
	return pdu;
}

static void example(const char *hex, struct udh_concat want, struct view text)
{
	uint8_t buf[128];
	struct pdu pdu = decode(hex, buf);
	struct udh_concat got;
	struct view all;
	uint32_t header = 0;

	assert_true(udh_concat_pdu(&pdu, &got));
	same_concat(&got, &want);
	assert_true(pdu_text(&pdu, &all));
	if (!want.sar) {
		uint8_t out[7];

		header = udh_length(all);
		assert_int_equal(udh_write(&want, out), header);
		assert_memory_equal(all.p, out, header);
	}
	assert_true(view_eq(bytes(all.p + header, all.n - header), text));
}

static void golden_10_to_13(void **state)
{
	(void)state;
	example("0000004200000004000000000000000700010131303639303132333435000101383631333830303133383030300040000000"
		"00000008000a050003a7020175324e59",
		(struct udh_concat){.ref = 0xA7, .total = 2, .seq = 1}, BYTES("\x75\x32\x4e\x59"));
	example("0000004000000004000000000000000800010131303639303132333435000101383631333830303133383030300040000000"
		"000000080008050003a702024e19",
		(struct udh_concat){.ref = 0xA7, .total = 2, .seq = 2}, BYTES("\x4e\x19"));
	example("0000004100000004000000000000000900010131303639303132333435000101383631333830303133383030300040000000"
		"00000000000906080401a702014142",
		(struct udh_concat){.ref = 0x01A7, .total = 2, .seq = 1, .ref16 = true}, BYTES("AB"));
	example("0000004a00000004000000000000000a00010131303639303132333435000101383631333830303133383030300000000000"
		"0000000000024142020c000201a7020e000102020f000101",
		(struct udh_concat){.ref = 0x01A7, .total = 2, .seq = 1, .ref16 = true, .sar = true}, BYTES("AB"));
}

/* A submit_sm whose TLV area is put together from the parts asked for. */
static struct pdu submit(struct view text, uint8_t esm_class, const struct tlv_out *tlvs)
{
	struct pdu pdu = {.command_id = SUBMIT_SM, .has_body = true};

	pdu.sm.esm_class = esm_class;
	pdu.sm.short_message = text;
	if (tlvs)
		pdu.tlvs = bytes(tlvs->p, tlvs->n);
	return pdu;
}

static void put_trio(struct tlv_out *o, unsigned which, uint32_t ref, uint32_t total, uint32_t seq)
{
	o->n = 0;
	if (which & 1)
		tlv_put_int(o, TLV_SAR_MSG_REF_NUM, ref, 2);
	if (which & 2)
		tlv_put_int(o, TLV_SAR_TOTAL_SEGMENTS, total, 1);
	if (which & 4)
		tlv_put_int(o, TLV_SAR_SEGMENT_SEQNUM, seq, 1);
	assert_false(o->full);
}

static void only_a_whole_trio_counts(void **state)
{
	uint8_t area[64];
	struct tlv_out o = {.p = area, .cap = sizeof area};
	struct udh_concat got, want = {.ref = 0xBEEF, .total = 3, .seq = 2, .ref16 = true, .sar = true};

	(void)state;
	for (unsigned which = 0; which < 8; which++) {
		struct pdu pdu;

		put_trio(&o, which, 0xBEEF, 3, 2);
		pdu = submit(BYTES("text"), 0, &o);
		assert_int_equal(udh_concat_pdu(&pdu, &got), which == 7);
		if (which == 7)
			same_concat(&got, &want);
	}
}

static void every_trio(void **state)
{
	uint8_t area[64];
	struct tlv_out o = {.p = area, .cap = sizeof area};

	(void)state;
	for (uint32_t total = 0; total < 256; total++)
		for (uint32_t seq = 0; seq < 256; seq++) {
			struct udh_concat got, want = {.ref = 0x1234, .total = (uint8_t)total, .seq = (uint8_t)seq};
			struct pdu pdu;
			bool good = seq >= 1 && seq <= total;

			want.ref16 = want.sar = true;
			put_trio(&o, 7, 0x1234, total, seq);
			pdu = submit(BYTES("text"), 0, &o);
			if (udh_concat_pdu(&pdu, &got) != good)
				fail_msg("SAR %u of %u", seq, total);
			if (good)
				same_concat(&got, &want);
		}
}

static void trio_of_wrong_widths(void **state)
{
	uint8_t area[64];
	struct tlv_out o = {.p = area, .cap = sizeof area};
	struct udh_concat got;
	struct pdu pdu;

	(void)state;
	tlv_put_int(&o, TLV_SAR_MSG_REF_NUM, 0x10001, 4); /* fits no reference */
	tlv_put_int(&o, TLV_SAR_TOTAL_SEGMENTS, 2, 1);
	tlv_put_int(&o, TLV_SAR_SEGMENT_SEQNUM, 1, 1);
	pdu = submit(BYTES("text"), 0, &o);
	assert_false(udh_concat_pdu(&pdu, &got));
	o.n = 0;
	tlv_put_int(&o, TLV_SAR_MSG_REF_NUM, 1, 2);
	tlv_put_int(&o, TLV_SAR_TOTAL_SEGMENTS, 0x102, 2);
	tlv_put_int(&o, TLV_SAR_SEGMENT_SEQNUM, 1, 1);
	pdu = submit(BYTES("text"), 0, &o);
	assert_false(udh_concat_pdu(&pdu, &got));
	o.n = 0;
	tlv_put(&o, TLV_SAR_MSG_REF_NUM, "\1\2\3", 3);
	tlv_put_int(&o, TLV_SAR_TOTAL_SEGMENTS, 2, 1);
	tlv_put_int(&o, TLV_SAR_SEGMENT_SEQNUM, 1, 1);
	pdu = submit(BYTES("text"), 0, &o);
	assert_false(udh_concat_pdu(&pdu, &got));
}

static void header_before_trio(void **state)
{
	uint8_t area[64];
	struct tlv_out o = {.p = area, .cap = sizeof area};
	struct udh_concat got, by_udh = {.ref = 1, .total = 2, .seq = 1};
	struct udh_concat by_sar = {.ref = 9, .total = 3, .seq = 3, .ref16 = true, .sar = true};
	struct view data = BYTES("\5\0\3\1\2\1text");
	struct pdu pdu;

	(void)state;
	put_trio(&o, 7, 9, 3, 3);
	pdu = submit(data, ESM_UDHI, &o);
	assert_true(udh_concat_pdu(&pdu, &got));
	same_concat(&got, &by_udh);
	pdu = submit(data, 0, &o); /* not marked: those octets are text */
	assert_true(udh_concat_pdu(&pdu, &got));
	same_concat(&got, &by_sar);
	pdu = submit(BYTES("\6\5\4\x0B\x84\x23\xF0text"), ESM_UDHI, &o); /* ports in the header, parts by SAR */
	assert_true(udh_concat_pdu(&pdu, &got));
	same_concat(&got, &by_sar);
	pdu = submit(data, 0, NULL);
	assert_false(udh_concat_pdu(&pdu, &got));
}

static void header_in_a_payload(void **state)
{
	uint8_t area[64];
	struct tlv_out o = {.p = area, .cap = sizeof area};
	struct udh_concat got, want = {.ref = 1, .total = 2, .seq = 1};
	struct pdu pdu;

	(void)state;
	tlv_put(&o, TLV_MESSAGE_PAYLOAD, "\5\0\3\1\2\1text", 10);
	pdu = submit(bytes(NULL, 0), ESM_UDHI, &o);
	assert_true(udh_concat_pdu(&pdu, &got));
	same_concat(&got, &want);
}

static void only_pdus_with_user_data(void **state)
{
	static const uint32_t with[] = {SUBMIT_SM, SUBMIT_MULTI, DELIVER_SM, DATA_SM};
	struct pdu pdu = submit(BYTES("\5\0\3\1\2\1text"), ESM_UDHI, NULL);
	struct udh_concat got;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		pdu.command_id = with[i];
		assert_true(udh_concat_pdu(&pdu, &got));
		pdu.command_id |= COMMAND_RESP;
		assert_false(udh_concat_pdu(&pdu, &got));
	}
	pdu.command_id = REPLACE_SM;
	assert_false(udh_concat_pdu(&pdu, &got));
	pdu.command_id = ENQUIRE_LINK;
	assert_false(udh_concat_pdu(&pdu, &got));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(every_total_and_sequence),
	cmocka_unit_test(every_reference),
	cmocka_unit_test(length_of_a_header),
	cmocka_unit_test(elements_in_turn),
	cmocka_unit_test(broken_elements_end_the_walk),
	cmocka_unit_test(beside_other_elements),
	cmocka_unit_test(the_last_one_counts),
	cmocka_unit_test(bad_elements),
	cmocka_unit_test(golden_10_to_13),
	cmocka_unit_test(only_a_whole_trio_counts),
	cmocka_unit_test(every_trio),
	cmocka_unit_test(trio_of_wrong_widths),
	cmocka_unit_test(header_before_trio),
	cmocka_unit_test(header_in_a_payload),
	cmocka_unit_test(only_pdus_with_user_data),
};

UNIT_MAIN(cases)
