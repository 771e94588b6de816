/*
 * test_sim.c - what smppsim writes: ids in every form, receipts that our own parser reads back, tags, JSON.
 */
#include "unit.h"

#include <stdlib.h>

#include "smpp/receipt.h"
#include "tools/readable.h"
#include "tools/sim.h"

static const char *id(enum sim_id_form form, uint64_t v, bool in_receipt)
{
	static char text[SIM_ID_MAX];
	uint32_t n = sim_receipt_id(form, v, in_receipt, text);

	assert_int_equal(n, strlen(text));
	return text;
}

static void test_ids(void **state)
{
	char first[SIM_ID_MAX];

	(void)state;
	assert_string_equal(id(SIM_ID_DEC, 4139665, false), "4139665");
	assert_string_equal(id(SIM_ID_DEC, 0, true), "0");
	assert_string_equal(id(SIM_ID_HEX, 0x3f2a91, true), "3f2a91");
	assert_string_equal(id(SIM_ID_HEX, 0, true), "0");
	assert_string_equal(id(SIM_ID_HEX, UINT64_MAX, true), "ffffffffffffffff");
	assert_string_equal(id(SIM_ID_HEX_DEC, 0x3f2a91, false), "3f2a91");
	assert_string_equal(id(SIM_ID_HEX_DEC, 0x3f2a91, true), "0004139665");
	assert_string_equal(id(SIM_ID_DEC_HEX, 0x3f2a91, false), "4139665");
	assert_string_equal(id(SIM_ID_DEC_HEX, 0x3f2a91, true), "3f2a91");
	strcpy(first, id(SIM_ID_UUID, 1, false));
	assert_int_equal(strlen(first), 36);
	assert_string_equal(first, id(SIM_ID_UUID, 1, true));
	assert_string_not_equal(first, id(SIM_ID_UUID, 2, true));
}

static struct sim *sim_with(enum sim_receipt_form form)
{
	static struct sim sim;

	sim = (struct sim){.conf = {.receipt_form = (int)form, .fail_stat = "MK:0001", .fail_err = "MK01"}};
	sim.engine.loop = loop_new_simulated(1777599000000); /* 2026-05-01 01:30 UTC */
	return &sim;
}

static void test_receipts(void **state)
{
	struct sim_message m = {.id = 4139665, .taken_ms = 1777598940000, .src_n = 10, .dst_n = 13, .text_n = 5};
	struct sim *sim = sim_with(SIM_FORM_BOTH);
	struct receipt r;
	struct pdu pdu;
	struct view s;
	uint32_t number;

	(void)state;
	memcpy(m.src, "1069012345", 10);
	memcpy(m.dst, "8613800138000", 13);
	memcpy(m.text, "Hello", 5);
	sim_receipt_fill(sim, &m, true, &pdu);
	assert_int_equal(pdu.sm.esm_class, 4);
	assert_true(view_eq(pdu.sm.src.addr, view_of("8613800138000")));
	assert_true(receipt_parse(pdu.sm.short_message, &r));
	assert_true(view_eq(r.id, view_of("4139665")));
	assert_true(view_eq(r.stat, view_of("DELIVRD")));
	assert_true(view_eq(r.submit_date, view_of("2605010929")));
	assert_true(view_eq(r.done_date, view_of("2605010930")));
	assert_true(view_eq(r.err, view_of("000")));
	assert_true(view_eq(r.text, view_of("Hello")));
	assert_true(tlv_find_str(pdu.tlvs, TLV_RECEIPTED_MESSAGE_ID, &s) && view_eq(s, view_of("4139665")));
	assert_true(tlv_find_int(pdu.tlvs, TLV_MESSAGE_STATE, &number));
	assert_int_equal(number, STATE_DELIVERED);
	m.failed = true;
	sim_receipt_fill(sim, &m, true, &pdu);
	assert_true(receipt_parse(pdu.sm.short_message, &r));
	assert_true(view_eq(r.stat, view_of("MK:0001")));
	assert_true(view_eq(r.err, view_of("MK01")));
	assert_true(tlv_find_int(pdu.tlvs, TLV_MESSAGE_STATE, &number));
	assert_int_equal(number, STATE_UNDELIVERABLE);
	sim_receipt_fill(sim, &m, false, &pdu); /* a 3.3 peer takes no TLVs */
	assert_int_equal(pdu.tlvs.n, 0);
	loop_free(sim->engine.loop);
}

static void test_receipt_forms(void **state)
{
	struct sim_message m = {.id = 1};
	struct pdu pdu;
	struct sim *sim = sim_with(SIM_FORM_TLV);

	(void)state;
	sim_receipt_fill(sim, &m, true, &pdu);
	assert_int_equal(pdu.sm.short_message.n, 0);
	assert_true(pdu.tlvs.n > 0);
	sim_receipt_fill(sim, &m, false, &pdu);
	assert_true(pdu.sm.short_message.n > 0);
	loop_free(sim->engine.loop);
	sim = sim_with(SIM_FORM_TEXT);
	sim_receipt_fill(sim, &m, true, &pdu);
	assert_true(pdu.sm.short_message.n > 0);
	assert_int_equal(pdu.tlvs.n, 0);
	loop_free(sim->engine.loop);
}

/* What an app must be able to read of each form. */
static void test_receipts_in_every_form(void **state)
{
	static const struct {
		enum sim_receipt_form form;
		uint32_t command;
		uint8_t data_coding;
		bool short_message, payload, tlvs, dates;
	} rows[] = {
		{SIM_FORM_TEXT, DELIVER_SM, 0, true, false, false, true},
		{SIM_FORM_TLV, DELIVER_SM, 0, false, false, true, false},
		{SIM_FORM_BOTH, DELIVER_SM, 0, true, false, true, true},
		{SIM_FORM_UCS2, DELIVER_SM, 8, true, false, false, true},
		{SIM_FORM_PAYLOAD, DELIVER_SM, 0, false, true, false, true},
		{SIM_FORM_DATA_SM, DATA_SM, 0, false, true, true, true},
		{SIM_FORM_MINIMAL, DELIVER_SM, 0, true, false, false, false},
	};
	struct sim_message m = {.id = 4139665, .taken_ms = 1777598940000, .text_n = 5, .failed = true};
	char scratch[512];
	struct receipt r;
	struct pdu pdu;
	struct view v;

	(void)state;
	memcpy(m.text, "Hello", 5);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim *sim = sim_with(rows[i].form);

		sim_receipt_fill(sim, &m, true, &pdu);
		assert_int_equal(pdu.command_id, rows[i].command);
		assert_int_equal(pdu.sm.data_coding, rows[i].data_coding);
		assert_true(receipt_recognise(&pdu, true));
		assert_int_equal(pdu.sm.short_message.n > 0, rows[i].short_message);
		assert_int_equal(tlv_find(pdu.tlvs, TLV_MESSAGE_PAYLOAD, &v), rows[i].payload);
		assert_int_equal(tlv_find(pdu.tlvs, TLV_RECEIPTED_MESSAGE_ID, &v), rows[i].tlvs);
		if (rows[i].form != SIM_FORM_TLV) {
			assert_true(receipt_parse_pdu(&pdu, scratch, sizeof(scratch), &r));
			assert_true(view_eq(r.id, view_of("4139665")));
			assert_true(view_eq(r.stat, view_of("MK:0001")));
			assert_int_equal(r.done_date.n > 0, rows[i].dates);
			assert_int_equal(r.err.n > 0, rows[i].dates);
		}
		/* a 3.3 peer: a deliver_sm with its text */
		sim_receipt_fill(sim, &m, false, &pdu);
		assert_int_equal(pdu.command_id, DELIVER_SM);
		assert_int_equal(pdu.tlvs.n, 0);
		assert_true(receipt_parse_pdu(&pdu, scratch, sizeof(scratch), &r));
		loop_free(sim->engine.loop);
	}
}

static void test_states(void **state)
{
	struct sim *sim = sim_with(SIM_FORM_BOTH);
	struct sim_message m = {.id = 7};
	struct receipt r;
	struct pdu pdu;
	uint32_t number;

	(void)state;
	assert_int_equal(sim_receipt_state(sim, &m), STATE_DELIVERED);
	m.failed = true;
	assert_int_equal(sim_receipt_state(sim, &m), STATE_UNDELIVERABLE);
	sim->conf.fail_stat = "EXPIRED";
	assert_int_equal(sim_receipt_state(sim, &m), STATE_EXPIRED);
	m.cancelled = true;
	sim_receipt_fill(sim, &m, true, &pdu);
	assert_int_equal(pdu.sm.esm_class, ESM_RECEIPT);
	assert_true(receipt_parse(pdu.sm.short_message, &r));
	assert_true(view_eq(r.stat, view_of("DELETED")));
	assert_true(view_eq(r.dlvrd, view_of("000")));
	m.intermediate = true;
	sim_receipt_fill(sim, &m, true, &pdu);
	assert_int_equal(pdu.sm.esm_class, ESM_INTERMEDIATE);
	assert_true(receipt_parse(pdu.sm.short_message, &r));
	assert_true(view_eq(r.stat, view_of("ENROUTE")));
	assert_true(view_eq(r.dlvrd, view_of("000")));
	assert_true(tlv_find_int(pdu.tlvs, TLV_MESSAGE_STATE, &number));
	assert_int_equal(number, STATE_ENROUTE);
	loop_free(sim->engine.loop);
}

static void test_reading_ids_back(void **state)
{
	static const uint64_t ids[] = {1, 9, 10, 0x3f2a91, 4139665, 0x123456789abc, 0xfff123456789abc};
	static const struct {
		enum sim_id_form form;
		const char *text;
	} wrong[] = {
		{SIM_ID_DEC, ""},
		{SIM_ID_DEC, "3f"},
		{SIM_ID_DEC, "007"},
		{SIM_ID_HEX, "3G"},
		{SIM_ID_HEX, "3F2A91"},
		{SIM_ID_HEX_DEC, "0004139665"},
		{SIM_ID_DEC_HEX, "3f2a91"},
		{SIM_ID_DEC, "99999999999999999999999"},
		{SIM_ID_DEC, "-1"},
		{SIM_ID_UUID, "4139665"},
		{SIM_ID_UUID, "00000000-0000-4000-a000-000000000001"},
		{SIM_ID_DEC, "1234567890123456789012345678901234567890123456789012345678901234"},
	};
	uint64_t v;

	(void)state;
	for (int form = SIM_ID_DEC; form <= SIM_ID_UUID; form++) {
		for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
			assert_true(sim_operate_read_id((enum sim_id_form)form,
							view_of(id((enum sim_id_form)form, ids[i], false)), &v));
			assert_true(v == ids[i]);
		}
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(sim_operate_read_id(wrong[i].form, view_of(wrong[i].text), &v));
}

static struct pdu text_pdu(const void *p, size_t n, uint8_t data_coding)
{
	struct pdu pdu = {.command_id = 4};

	pdu.sm.short_message = (struct view){p, (uint32_t)n};
	pdu.sm.data_coding = data_coding;
	return pdu;
}

static void test_tags(void **state)
{
	struct sim_counts counts = {0};
	struct sim_tags *t = sim_tags_new();
	struct pdu ascii = text_pdu("No# #12 and #13", 15, 0), none = text_pdu("#x 12", 5, 0);
	struct pdu ucs2 = text_pdu("\x6d\x41\0#\0"
				   "1\0"
				   "2\x30\x02",
				   10, 8);
	struct pdu ucs2_13 = text_pdu("\0#\0"
				      "1\0"
				      "3",
				      6, 8);
	struct pdu huge = text_pdu("#99999999999999999999999", 24, 0), far = text_pdu("#1000000", 8, 0);

	(void)state;
	sim_tags_note(t, &ascii, &counts);
	sim_tags_note(t, &none, &counts);
	assert_int_equal(counts.tags, 1);
	sim_tags_note(t, &ucs2, &counts);
	assert_int_equal(counts.duplicates, 1);
	sim_tags_note(t, &ucs2_13, &counts);
	sim_tags_note(t, &huge, &counts);
	sim_tags_note(t, &far, &counts);
	sim_tags_note(t, &far, &counts);
	assert_int_equal(counts.tags, 3);
	assert_int_equal(counts.duplicates, 2);
	assert_int_equal(counts.tag_highest, 1000000);
	sim_tags_free(t);
}

static void test_json(void **state)
{
	struct buf b = {0};
	uint8_t area[64];
	struct tlv_out o = {.p = area, .cap = sizeof(area)};

	(void)state;
	readable_json(&b, "短\"信\\\n\xFF\x7F", 12 - 1);
	buf_put(&b, "", 1);
	assert_string_equal((char *)buf_data(&b), "\"短\\\"信\\\\\\u000a\\ufffd\\u007f\"");
	buf_free(&b);
	tlv_put_str(&o, TLV_CAMPAIGN, view_of("春节"));
	tlv_put_int(&o, TLV_MESSAGE_STATE, 2, 1);
	tlv_put(&o, 0x1500, "\x0a\xff", 2);
	tlv_put(&o, TLV_MESSAGE_PAYLOAD, "text", 4);
	readable_json_tlvs(&b, (struct view){area, o.n});
	buf_put(&b, "", 1);
	assert_string_equal((char *)buf_data(&b), "{\"campaign\":\"春节\",\"message_state\":2,\"0x1500\":\"0aff\"}");
	buf_free(&b);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_ids),	      cmocka_unit_test(test_receipts),
	cmocka_unit_test(test_receipt_forms), cmocka_unit_test(test_receipts_in_every_form),
	cmocka_unit_test(test_states),	      cmocka_unit_test(test_reading_ids_back),
	cmocka_unit_test(test_tags),	      cmocka_unit_test(test_json),
};

UNIT_MAIN(cases)
