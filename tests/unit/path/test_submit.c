/*
 * test_submit.c - what a submit_sm is answered before anything is done about it: one row per fault, times, modes,
 * classes.
 */
#include "path/submit.h"

#include <stdlib.h>

#include "samples.h"
#include "smpp/smpp_time.h"
#include "unit.h"

static const struct submit_limits limits = {172800000, 1209600000, NULL};

static struct submit out;
static const char *why;

static uint32_t judge(const struct pdu *pdu)
{
	why = NULL;
	out = (struct submit){.route = 0};
	return submit_judge(pdu, &limits, CLASS_NOTICE, SAMPLE_NOW, &out, &why);
}

static void check(const struct pdu *pdu, uint32_t want)
{
	uint32_t status = judge(pdu);
	if (status != want)
		print_error("%s, why: %s\n", status_name(status), why);
	assert_int_equal(status, want);
	assert_non_null(why);
	assert_int_equal(*why != '\0', want != ESME_ROK);
}

static void test_good(void **state)
{
	(void)state;
	struct pdu pdu = sample_submit();
	check(&pdu, ESME_ROK);
	assert_string_equal(out.to.digits, SAMPLE_TO);
	assert_int_equal(out.class_id, CLASS_NOTICE);
	assert_int_equal(out.mode, SUBMIT_STORE);
	assert_true(out.due_ms == 0);
	assert_true(out.expiry_ms == SAMPLE_NOW + limits.validity_ms);
}

/* Every value of each judged octet. */
static void test_octets(void **state)
{
	(void)state;
	for (unsigned v = 0; v < 256; v++) {
		struct pdu pdu = sample_submit();
		pdu.sm.priority_flag = (uint8_t)v;
		check(&pdu, v <= 3 ? ESME_ROK : ESME_RINVPRTFLG);
		pdu = sample_submit();
		pdu.sm.registered_delivery = (uint8_t)v;
		check(&pdu, (v & 3) == 3 ? ESME_RINVREGDLVFLG : ESME_ROK);
		pdu = sample_submit();
		pdu.sm.replace_if_present_flag = (uint8_t)v;
		check(&pdu, v <= 1 ? ESME_ROK : ESME_RINVREPFLAG);
		pdu = sample_submit();
		pdu.sm.sm_default_msg_id = (uint8_t)v;
		check(&pdu, v == 0 ? ESME_ROK : ESME_RINVDFTMSGID);
		pdu = sample_submit();
		pdu.sm.esm_class = (uint8_t)v;
		static const enum submit_mode modes[] = {SUBMIT_STORE, SUBMIT_DATAGRAM, SUBMIT_FORWARD, SUBMIT_STORE};
		check(&pdu, v & ESM_UDHI ? ESME_RINVESMCLASS : ESME_ROK);
		if (!(v & ESM_UDHI))
			assert_int_equal(out.mode, modes[v & 3]);
		pdu = sample_submit();
		pdu.sm.data_coding = pdu.sm.protocol_id = (uint8_t)v;
		check(&pdu, ESME_ROK);
	}
}

static void test_udh(void **state)
{
	(void)state;
	struct pdu pdu = sample_submit();
	pdu.sm.esm_class = ESM_UDHI;
	pdu.sm.short_message = (struct view){(const uint8_t *)"\x05\x00\x03\x2a\x02\x01\x5b\x57", 8};
	check(&pdu, ESME_ROK);
	pdu.sm.short_message = (struct view){(const uint8_t *)"\xFF\x00\x03", 3};
	check(&pdu, ESME_RINVESMCLASS);
	pdu.sm.short_message = (struct view){NULL, 0};
	check(&pdu, ESME_ROK);
}

static void test_text(void **state)
{
	(void)state;
	uint8_t mem[64];
	struct tlv_out o = {mem, 0, sizeof(mem), false};
	tlv_put(&o, TLV_MESSAGE_PAYLOAD, "你好", 6);
	struct pdu pdu = sample_submit();
	pdu.tlvs = (struct view){o.p, o.n};
	check(&pdu, ESME_RINVMSGLEN); /* both */
	pdu.sm.short_message = (struct view){NULL, 0};
	check(&pdu, ESME_ROK);
	pdu.tlvs = (struct view){NULL, 0};
	check(&pdu, ESME_ROK); /* an empty text is legal */
}

static void test_destination(void **state)
{
	(void)state;
	static const struct {
		const char *to;
		uint32_t status;
		const char *why;
	} table[] = {
		{"13800138000", ESME_ROK, ""},
		{"+86 138 0013 8000", ESME_ROK, ""},
		{"", ESME_RINVDSTADR, "not a phone number"},
		{"银行", ESME_RINVDSTADR, "not a phone number"},
		{"Bank", ESME_RINVDSTADR, "not a phone number"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct pdu pdu = sample_submit();
		pdu.sm.dst.addr = sample_view(table[i].to);
		check(&pdu, table[i].status);
		assert_non_null(strstr(why, table[i].why));
	}
}

static void test_class(void **state)
{
	(void)state;
	uint8_t mem[64];
	struct tlv_out o = {mem, 0, sizeof(mem), false};
	struct pdu pdu = sample_submit();
	pdu.sm.service_type = sample_view("OTP");
	check(&pdu, ESME_ROK);
	assert_int_equal(out.class_id, CLASS_OTP);
	tlv_put_str(&o, TLV_MESSAGE_CLASS, sample_view("promo"));
	pdu.tlvs = (struct view){o.p, o.n};
	check(&pdu, ESME_ROK);
	assert_int_equal(out.class_id, CLASS_PROMO);
	o.n = 0;
	tlv_put_str(&o, TLV_MESSAGE_CLASS, sample_view("营销"));
	pdu.tlvs = (struct view){o.p, o.n};
	check(&pdu, ESME_RINVOPTPARAMVAL);
}

static const struct {
	const char *schedule, *validity;
	uint32_t status;
	int64_t due_s, expiry_s; /* after SAMPLE_NOW; due 0: now */
} times[] = {
	{"", "", ESME_ROK, 0, 172800},
	{"", "000000001000000R", ESME_ROK, 0, 600},
	{"", "000001000000000R", ESME_ROK, 0, 86400},
	{"000000010000000R", "", ESME_ROK, 3600, 3600 + 172800},
	{"000000010000000R", "000000020000000R", ESME_ROK, 3600, 7200},
	/* validity counts from now, not from the schedule */
	{"000000020000000R", "000000010000000R", ESME_RINVEXPIRY, 0, 0},
	{"000000010000000R", "000000010000000R", ESME_RINVEXPIRY, 0, 0},
	/* 10:30 in China, and the same in UTC */
	{"260501103000032+", "", ESME_ROK, 3600, 3600 + 172800},
	{"260501023000000+", "", ESME_ROK, 3600, 3600 + 172800},
	/* a past schedule is now, a past validity an error */
	{"260501093000000-", "", ESME_ROK, 8 * 3600, 8 * 3600 + 172800},
	{"260430103000032+", "", ESME_ROK, 0, 172800},
	{"", "260430103000032+", ESME_RINVEXPIRY, 0, 0},
	{"", "000000000000000R", ESME_RINVEXPIRY, 0, 0},
	/* 14 days ahead, and a second more */
	{"000014000000000R", "", ESME_ROK, 1209600, 1209600 + 172800},
	{"000014000001000R", "", ESME_RINVSCHED, 0, 0},
	{"270501103000032+", "", ESME_RINVSCHED, 0, 0},
	{"261301103000032+", "", ESME_RINVSCHED, 0, 0},
	{"2605011030000320", "", ESME_RINVSCHED, 0, 0},
	{"明天上午九点", "", ESME_RINVSCHED, 0, 0},
	{"", "26050110300003+", ESME_RINVEXPIRY, 0, 0},
	{"", "tomorrow", ESME_RINVEXPIRY, 0, 0},
};

static void test_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct pdu pdu = sample_submit();
		pdu.sm.schedule = sample_view(times[i].schedule);
		pdu.sm.validity = sample_view(times[i].validity);
		check(&pdu, times[i].status);
		if (times[i].status)
			continue;
		assert_true(out.due_ms == (times[i].due_s ? SAMPLE_NOW + times[i].due_s * 1000 : 0));
		assert_true(out.expiry_ms == SAMPLE_NOW + times[i].expiry_s * 1000);
	}
}

/* With several faults the first field decides. */
static void test_order(void **state)
{
	(void)state;
	struct pdu pdu = sample_submit();
	pdu.sm.validity = sample_view("x");
	pdu.sm.schedule = sample_view("x");
	check(&pdu, ESME_RINVSCHED);
	pdu.sm.dst.addr = sample_view("x");
	check(&pdu, ESME_RINVDSTADR);
	pdu.sm.sm_default_msg_id = 1;
	check(&pdu, ESME_RINVDFTMSGID);
	pdu.sm.replace_if_present_flag = 2;
	check(&pdu, ESME_RINVREPFLAG);
	pdu.sm.registered_delivery = 3;
	check(&pdu, ESME_RINVREGDLVFLG);
	pdu.sm.priority_flag = 4;
	check(&pdu, ESME_RINVPRTFLG);
	pdu.sm.esm_class = ESM_UDHI;
	check(&pdu, ESME_RINVESMCLASS);
}

/* A class' own validity counts when the app gives none. */
static void test_class_validity(void **state)
{
	(void)state;
	struct class_rule rules[CLASSES] = {[CLASS_OTP] = {.validity_ms = 60000}};
	const struct submit_limits own = {172800000, 1209600000, rules};
	struct pdu pdu = sample_submit();
	pdu.sm.service_type = sample_view("OTP");
	assert_int_equal(submit_judge(&pdu, &own, CLASS_NOTICE, SAMPLE_NOW, &out, &why), ESME_ROK);
	assert_true(out.expiry_ms == SAMPLE_NOW + 60000);
	pdu.sm.schedule = sample_view("000000010000000R");
	assert_int_equal(submit_judge(&pdu, &own, CLASS_NOTICE, SAMPLE_NOW, &out, &why), ESME_ROK);
	assert_true(out.expiry_ms == SAMPLE_NOW + 3600000 + 60000);
	pdu.sm.validity = sample_view("000000020000000R");
	assert_int_equal(submit_judge(&pdu, &own, CLASS_NOTICE, SAMPLE_NOW, &out, &why), ESME_ROK);
	assert_true(out.expiry_ms == SAMPLE_NOW + 7200000);
	pdu = sample_submit();
	assert_int_equal(submit_judge(&pdu, &own, CLASS_NOTICE, SAMPLE_NOW, &out, &why), ESME_ROK);
	assert_true(out.expiry_ms == SAMPLE_NOW + own.validity_ms);
}

/* replace_sm: what is empty stays; what is given counts from now. Seconds after SAMPLE_NOW. */
static void test_kept_times(void **state)
{
	(void)state;
	static const struct {
		int64_t due_s, expiry_s; /* kept; due 0: now */
		const char *schedule, *validity;
		uint32_t status;
		int64_t want_due_s, want_expiry_s;
	} table[] = {
		{3600, 7200, "", "", ESME_ROK, 3600, 7200},
		{3600, 7200, "000000003000000R", "", ESME_ROK, 1800, 7200},
		{3600, 7200, "", "000000013000000R", ESME_ROK, 3600, 5400},
		{3600, 7200, "260430103000032+", "", ESME_ROK, 0, 7200},
		{0, 7200, "", "000000000100000R", ESME_ROK, 0, 60},
		{-60, 7200, "", "", ESME_ROK, -60, 7200},
		{3600, 7200, "000000030000000R", "", ESME_RINVEXPIRY, 0, 0},
		{3600, 7200, "", "000000003000000R", ESME_RINVEXPIRY, 0, 0},
		{3600, 7200, "000015000000000R", "", ESME_RINVSCHED, 0, 0},
		{3600, 7200, "明天", "", ESME_RINVSCHED, 0, 0},
		{3600, 7200, "", "明天", ESME_RINVEXPIRY, 0, 0},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct submit_times keep = {table[i].due_s ? SAMPLE_NOW + table[i].due_s * 1000 : 0,
						  SAMPLE_NOW + table[i].expiry_s * 1000};
		struct submit_times got;
		assert_int_equal(submit_times(sample_view(table[i].schedule), sample_view(table[i].validity), &limits,
					      0, SAMPLE_NOW, &keep, &got, &why),
				 table[i].status);
		if (table[i].status)
			continue;
		assert_true(got.due_ms == (table[i].want_due_s ? SAMPLE_NOW + table[i].want_due_s * 1000 : 0));
		assert_true(got.expiry_ms == SAMPLE_NOW + table[i].want_expiry_s * 1000);
	}
}

static struct submit_scratch scratch;
static uint8_t payload[60000], area[60200];

/* A data_sm with a text of n octets, and what else it may carry. */
static struct pdu data_sm(uint32_t n, bool with_text)
{
	struct tlv_out o = {area, 0, sizeof(area), false};
	struct pdu pdu = {.command_id = DATA_SM, .sequence = 9};
	pdu.sm.src.addr = sample_view(SAMPLE_CODE);
	pdu.sm.dst.addr = sample_view(SAMPLE_TO);
	pdu.sm.registered_delivery = 1;
	pdu.sm.data_coding = 8;
	memset(payload, 0x4f, sizeof(payload));
	tlv_put_int(&o, TLV_DEST_NETWORK_TYPE, 1, 1);
	tlv_put_int(&o, TLV_QOS_TIME_TO_LIVE, 600, 4);
	if (with_text)
		tlv_put(&o, TLV_MESSAGE_PAYLOAD, payload, n);
	tlv_put_int(&o, TLV_SET_DPF, 1, 1);
	tlv_put_str(&o, TLV_GROUP_KEY, sample_view("还款提醒"));
	pdu.tlvs = (struct view){o.p, o.n};
	return pdu;
}

static void test_data_sm(void **state)
{
	(void)state;
	for (uint32_t n = 0; n <= sizeof(payload); n = n * 2 + 2) {
		struct pdu data = data_sm(n, true), pdu;
		struct view text, v;
		assert_int_equal(submit_from_data(&data, &scratch, &pdu, &why), ESME_ROK);
		assert_int_equal(pdu.command_id, SUBMIT_SM);
		assert_true(pdu_text(&pdu, &text));
		assert_int_equal(text.n, n);
		assert_memory_equal(text.p, payload, n);
		assert_int_equal(pdu.sm.short_message.n, n <= 254 ? n : 0);
		assert_int_equal(tlv_find(pdu.tlvs, TLV_MESSAGE_PAYLOAD, &v), n > 254);
		assert_false(tlv_find(pdu.tlvs, TLV_QOS_TIME_TO_LIVE, &v));
		assert_false(tlv_find(pdu.tlvs, TLV_DEST_NETWORK_TYPE, &v));
		assert_false(tlv_find(pdu.tlvs, TLV_SET_DPF, &v));
		assert_true(tlv_find_str(pdu.tlvs, TLV_GROUP_KEY, &v));
		assert_view(v, "还款提醒");
		check(&pdu, ESME_ROK);
		assert_true(out.expiry_ms == SAMPLE_NOW + 600000);
	}
}

static void test_data_sm_refused(void **state)
{
	(void)state;
	struct pdu data = data_sm(2, false), pdu;
	assert_int_equal(submit_from_data(&data, &scratch, &pdu, &why), ESME_RMISSINGOPTPARAM);
	data = data_sm(2, true);
	data.sm.dst.addr = sample_view("861380013800013800138");
	assert_int_equal(submit_from_data(&data, &scratch, &pdu, &why), ESME_RINVDSTADR);
	data.sm.src.addr = sample_view("106900010001000100010");
	assert_int_equal(submit_from_data(&data, &scratch, &pdu, &why), ESME_RINVSRCADR);
	assert_true(*why != '\0');
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_good),	   cmocka_unit_test(test_octets),      cmocka_unit_test(test_udh),
	cmocka_unit_test(test_text),	   cmocka_unit_test(test_destination), cmocka_unit_test(test_class),
	cmocka_unit_test(test_times),	   cmocka_unit_test(test_order),       cmocka_unit_test(test_class_validity),
	cmocka_unit_test(test_kept_times), cmocka_unit_test(test_data_sm),     cmocka_unit_test(test_data_sm_refused),
};

UNIT_MAIN(cases)
