/*
 * test_pdu_tolerance.c - what peers do that the specification does not foresee (smpp.md 6, 13, 17): each row is a PDU
 * as it was seen in the field, and what has to be made of it.
 */
#include "unit.h"

#include "octets.h"

#define RESP COMMAND_RESP
#define T(text)                                                                                                        \
	{                                                                                                              \
		(const uint8_t *)(text), sizeof(text) - 1                                                              \
	}
#define SM_HEAD                                                                                                        \
	"\0"                                                                                                           \
	"\1\1"                                                                                                         \
	"1069012345\0"                                                                                                 \
	"\1\1"                                                                                                         \
	"8613800138000\0"                                                                                              \
	"\0\0\0"                                                                                                       \
	"\0\0"                                                                                                         \
	"\0\0\0\0"
#define SM_HI SM_HEAD "\2Hi"
#define BIND                                                                                                           \
	"gw01\0"                                                                                                       \
	"s3cret\0"                                                                                                     \
	"\0"                                                                                                           \
	"\x34"                                                                                                         \
	"\0\0\0"

struct row {
	const char *what;
	uint32_t id, command_status;
	struct view body;
	uint32_t status; /* what decoding gives */
	bool has_body;
	struct view tlvs;
	struct view id_field; /* of a response: message_id or system_id */
};

static const struct row requests[] = {
	{"a NUL behind short_message", SUBMIT_SM, 0, T(SM_HI "\0"), ESME_ROK, true, T(""), T("")},
	{"two stray octets", SUBMIT_SM, 0, T(SM_HI "\1\2"), ESME_ROK, true, T(""), T("")},
	{"three stray octets", SUBMIT_SM, 0, T(SM_HI "\xFF\xFF\xFF"), ESME_ROK, true, T(""), T("")},
	{"four octets that are no TLV", SUBMIT_SM, 0, T(SM_HI "\1\2\3\4"), ESME_RINVOPTPARSTREAM, true, T(""), T("")},
	{"zero padding, a whole empty TLV", SUBMIT_SM, 0, T(SM_HI "\0\0\0\0"), ESME_ROK, true, T(""), T("")},
	{"zero padding of 11", SUBMIT_SM, 0, T(SM_HI "\0\0\0\0\0\0\0\0\0\0\0"), ESME_ROK, true, T(""), T("")},
	{"a stray octet behind a TLV", SUBMIT_SM, 0,
	 T(SM_HI "\2\4\0\2\0\7"
		 "\0"),
	 ESME_ROK, true, T("\2\4\0\2\0\7"), T("")},
	{"zeros in front of a TLV", SUBMIT_SM, 0,
	 T(SM_HI "\0\0\0\0"
		 "\2\4\0\2\0\7"),
	 ESME_ROK, true,
	 T("\0\0\0\0"
	   "\2\4\0\2\0\7"),
	 T("")},
	{"an unknown TLV", SUBMIT_SM, 0, T(SM_HI "\x14\2\0\1x"), ESME_ROK, true, T("\x14\2\0\1x"), T("")},
	{"a TLV that overruns by one", SUBMIT_SM, 0, T(SM_HI "\2\4\0\3\0\7"), ESME_RINVOPTPARSTREAM, true, T(""),
	 T("")},
	{"an intact TLV, then one that overruns", DELIVER_SM, 0,
	 T(SM_HI "\4\x27\0\1\2"
		 "\0\x1E\0\x20"
		 "3f"),
	 ESME_RINVOPTPARSTREAM, true, T("\4\x27\0\1\2"), T("")},
	{"a request with a command_status", SUBMIT_SM, 0x58, T(SM_HI), ESME_ROK, true, T(""), T("")},
	{"text longer than sm_length says", SUBMIT_SM, 0, T(SM_HEAD "\1Hi"), ESME_ROK, true, T(""), T("")},
	{"sm_length 255", SUBMIT_SM, 0, T(SM_HEAD "\xFF"), ESME_RINVMSGLEN, false, T(""), T("")},
	{"sm_length over what is left", SUBMIT_SM, 0, T(SM_HEAD "\3Hi"), ESME_RINVMSGLEN, false, T(""), T("")},
	{"sm_length over what is left", DELIVER_SM, 0, T(SM_HEAD "\3Hi"), ESME_RINVMSGLEN, false, T(""), T("")},
	{"sm_length missing", SUBMIT_SM, 0, T(SM_HEAD), ESME_RINVCMDLEN, false, T(""), T("")},
	{"no body at all", SUBMIT_SM, 0, T(""), ESME_RINVCMDLEN, false, T(""), T("")},
	{"no body at all", BIND_TRANSCEIVER, 0, T(""), ESME_RINVCMDLEN, false, T(""), T("")},
	{"a bind that ends in address_range", BIND_TRANSMITTER, 0, T(BIND), ESME_ROK, true, T(""), T("")},
	{"a bind without address_range", BIND_TRANSMITTER, 0,
	 T("gw01\0"
	   "s3cret\0"
	   "\0"
	   "\x34"
	   "\0\0"),
	 ESME_RINVCMDLEN, false, T(""), T("")},
	{"a bind without any NUL", BIND_TRANSMITTER, 0, T("gw01"), ESME_RINVSYSID, false, T(""), T("")},
	{"a bind whose password has no NUL", BIND_TRANSMITTER, 0,
	 T("gw01\0"
	   "s3cret"),
	 ESME_RINVPASWD, false, T(""), T("")},
	{"enquire_link with a stray octet", ENQUIRE_LINK, 0, T("\0"), ESME_ROK, false, T(""), T("")},
	{"unbind with a TLV", UNBIND, 0, T("\2\4\0\2\0\7"), ESME_ROK, false, T("\2\4\0\2\0\7"), T("")},
	{"enquire_link with something else behind it", ENQUIRE_LINK, 0, T("what is this?"), ESME_RINVOPTPARSTREAM,
	 false, T(""), T("")},
};

static const struct row responses[] = {
	{"success without a body", SUBMIT_SM | RESP, 0, T(""), ESME_ROK, false, T(""), T("")},
	{"error with a body", SUBMIT_SM | RESP, 0x58, T("3f2a91\0"), ESME_ROK, true, T(""), T("3f2a91")},
	{"error with an empty message_id", SUBMIT_SM | RESP, 0x58, T("\0"), ESME_ROK, true, T(""), T("")},
	{"error with its header alone", SUBMIT_SM | RESP, 0x58, T(""), ESME_ROK, false, T(""), T("")},
	{"error with TLVs alone, tag 0x001D", DATA_SM | RESP, 0x45,
	 T("\0\x1D\0\5"
	   "full\0"),
	 ESME_ROK, false,
	 T("\0\x1D\0\5"
	   "full\0"),
	 T("")},
	{"error with TLVs alone, tag 0x001D, empty", DATA_SM | RESP, 0x45, T("\0\x1D\0\0"), ESME_ROK, false,
	 T("\0\x1D\0\0"), T("")},
	{"error with TLVs alone, tag 0x0425", DATA_SM | RESP, 0xFE, T("\4\x25\0\1\2"), ESME_ROK, false,
	 T("\4\x25\0\1\2"), T("")},
	{"error with TLVs alone, tag 0x0423, its end like a TLV", DATA_SM | RESP, 0xFE, T("\4\x23\0\3\3\0\0"), ESME_ROK,
	 false, T("\4\x23\0\3\3\0\0"), T("")},
	{"error with TLVs alone, tag 0x0428", SUBMIT_SM | RESP, 0x58, T("\4\x28\0\1\x5A"), ESME_ROK, false,
	 T("\4\x28\0\1\x5A"), T("")},
	{"error with TLVs alone, our verdict", SUBMIT_SM | RESP, 0x400,
	 T("\x3E\5\0\4"
	   "opt\0"),
	 ESME_ROK, false,
	 T("\x3E\5\0\4"
	   "opt\0"),
	 T("")},
	{"error with message_id and TLVs", DATA_SM | RESP, 0xFE,
	 T("3f2a91\0"
	   "\4\x25\0\1\2"),
	 ESME_ROK, true, T("\4\x25\0\1\2"), T("3f2a91")},
	{"error with an empty message_id and TLVs", DATA_SM | RESP, 0xFE,
	 T("\0"
	   "\4\x25\0\1\2"),
	 ESME_ROK, true, T("\4\x25\0\1\2"), T("")},
	{"error with text that is neither", SUBMIT_SM | RESP, 0x45, T("no credit"), ESME_ROK, false, T(""), T("")},
	{"success with message_id and TLVs", SUBMIT_SM | RESP, 0,
	 T("3f2a91\0"
	   "\4\x28\0\1\x5A"),
	 ESME_ROK, true, T("\4\x28\0\1\x5A"), T("3f2a91")},
	{"message_id without NUL", SUBMIT_SM | RESP, 0, T("3f2a91"), ESME_ROK, false, T(""), T("")},
	{"message_id and a stray octet", SUBMIT_SM | RESP, 0, T("3f2a91\0\0"), ESME_ROK, true, T(""), T("3f2a91")},
	{"a short message_id and stray octets, as a tag", SUBMIT_SM | RESP, 0, T("12\0\0"), ESME_ROK, true, T(""),
	 T("12")},
	{"empty message_id and stray octets", SUBMIT_SM | RESP, 0, T("\0\0\0"), ESME_ROK, true, T(""), T("")},
	{"message_id and broken TLVs: the id counts", SUBMIT_SM | RESP, 0,
	 T("3f2a91\0"
	   "\4\x28\0\x10\x5A"),
	 ESME_ROK, true, T(""), T("3f2a91")},
	{"message_id over its maximum", SUBMIT_SM | RESP, 0,
	 T("12345678901234567890123456789012345678901234567890123456789012345\0"), ESME_ROK, false, T(""), T("")},
	{"message_id with octets over 0x7F", SUBMIT_SM | RESP, 0, T("编号\0"), ESME_ROK, true, T(""), T("编号")},
	{"deliver_sm_resp with an echoed id", DELIVER_SM | RESP, 0, T("3f2a91\0"), ESME_ROK, true, T(""), T("3f2a91")},
	{"deliver_sm_resp without its octet", DELIVER_SM | RESP, 0, T(""), ESME_ROK, false, T(""), T("")},
	{"deliver_sm_resp error with body", DELIVER_SM | RESP, 0x64, T("\0"), ESME_ROK, true, T(""), T("")},
	{"bind response without a body", BIND_TRANSCEIVER | RESP, 0, T(""), ESME_ROK, false, T(""), T("")},
	{"bind response with an error and a body", BIND_TRANSCEIVER | RESP, 0x0E, T("SMSC\0"), ESME_ROK, true, T(""),
	 T("SMSC")},
	{"bind response with a stray octet for the TLV", BIND_TRANSCEIVER | RESP, 0, T("SMSC\0\x34"), ESME_ROK, true,
	 T(""), T("SMSC")},
	{"bind response with its TLV alone", BIND_TRANSCEIVER | RESP, 0, T("\2\x10\0\1\x34"), ESME_ROK, false,
	 T("\2\x10\0\1\x34"), T("")},
	{"bind response with a system_id over its maximum", BIND_RECEIVER | RESP, 0,
	 T("ThisIsALongSystemId\0"
	   "\2\x10\0\1\x34"),
	 ESME_ROK, true, T("\2\x10\0\1\x34"), T("ThisIsALongSystemId")},
	{"query_sm_resp with an error and no body", QUERY_SM | RESP, 0x67, T(""), ESME_ROK, false, T(""), T("")},
	{"query_sm_resp that ends early", QUERY_SM | RESP, 0, T("3f2a91\0\0\2"), ESME_ROK, false, T(""), T("")},
	{"query_sm_resp with a date of 12 digits", QUERY_SM | RESP, 0,
	 T("3f2a91\0"
	   "260501093100\0"
	   "\2\0"),
	 ESME_ROK, true, T(""), T("3f2a91")},
	{"query_sm_resp with free text for a date", QUERY_SM | RESP, 0,
	 T("3f2a91\0"
	   "Fri May  1 09:31:00 2026\0"
	   "\2\0"),
	 ESME_ROK, true, T(""), T("3f2a91")},
	{"submit_multi_resp that counts more than it has", SUBMIT_MULTI | RESP, 0,
	 T("3f2a91\0"
	   "\2"
	   "\1\1"
	   "86\0"
	   "\0\0\0\x0B"),
	 ESME_ROK, false, T(""), T("")},
	{"submit_multi_resp with an error and no body", SUBMIT_MULTI | RESP, 0x45, T(""), ESME_ROK, false, T(""),
	 T("")},
	{"unbind_resp with a stray octet", UNBIND | RESP, 0, T("\0"), ESME_ROK, false, T(""), T("")},
	{"cancel_sm_resp with a body", CANCEL_SM | RESP, 0, T("3f2a91\0"), ESME_ROK, false, T(""), T("")},
	{"generic_nack with a body", GENERIC_NACK, 3, T("bad\0"), ESME_ROK, false, T(""), T("")},
};

static void decodes_as_row(const struct row *row)
{
	struct octets frame = octets_frame(row->id, row->command_status, row->body.p, row->body.n);
	struct pdu pdu;
	uint32_t status;

	memset(&pdu, 0xA5, sizeof(pdu));
	status = pdu_decode(frame.p, frame.n, &pdu);
	print_message("%s: %s\n", command_name(row->id), row->what);
	assert_int_equal(status, row->status);
	assert_int_equal(pdu.command_id, row->id);
	assert_int_equal(pdu.command_status, row->command_status);
	assert_int_equal(pdu.sequence, 7);
	assert_int_equal(pdu.has_body, row->has_body);
	assert_true(view_eq(pdu.tlvs, row->tlvs));
	if (row->id & COMMAND_RESP)
		assert_true(view_eq(pdu.resp.id, row->id_field));
	octets_free(&frame);
}

static void test_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		decodes_as_row(&requests[i]);
}

static void test_responses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(responses) / sizeof(responses[0]); i++)
		decodes_as_row(&responses[i]);
}

/* A response without a usable body has no field of it: nothing half-read may be taken for an id. */
static void test_dropped_body_is_empty(void **state)
{
	static const struct pdu_multi_resp empty;
	struct octets frame = octets_frame(SUBMIT_MULTI | RESP, 0,
					   "3f2a91\0\2\1\1"
					   "86\0\0\0\0\x0B",
					   17);
	struct pdu pdu;

	(void)state;
	assert_int_equal(pdu_decode(frame.p, frame.n, &pdu), ESME_ROK);
	assert_false(pdu.has_body);
	assert_int_equal(pdu.multi_resp.no_unsuccess, empty.no_unsuccess);
	assert_int_equal(pdu.multi_resp.unsuccess.n, 0);
	octets_free(&frame);
}

/* With broken TLVs the receipt itself can still be used. */
static void test_receipt_with_broken_tlvs(void **state)
{
	static const char body[] = SM_HEAD "\5Hello"
					   "\0\x1E\0\7"
					   "3f2a91\0"
					   "\4\x27\0\x09\2";
	struct octets frame = octets_frame(DELIVER_SM, 0, body, sizeof(body) - 1);
	struct pdu pdu;
	struct view text, id;
	uint32_t state_value;

	(void)state;
	assert_int_equal(pdu_decode(frame.p, frame.n, &pdu), ESME_RINVOPTPARSTREAM);
	assert_true(pdu.has_body);
	assert_true(pdu_text(&pdu, &text));
	assert_true(view_eq(text, view_of("Hello")));
	assert_true(view_eq(pdu.sm.dst.addr, view_of("8613800138000")));
	assert_true(tlv_find_str(pdu.tlvs, TLV_RECEIPTED_MESSAGE_ID, &id));
	assert_true(view_eq(id, view_of("3f2a91")));
	assert_false(tlv_find_int(pdu.tlvs, TLV_MESSAGE_STATE, &state_value));
	assert_int_equal(tlv_check(pdu.tlvs), ESME_ROK);
	octets_free(&frame);
}

/* The fields in front of the fault are there for the log. */
static void test_fields_before_the_fault(void **state)
{
	static const char body[] = "\0"
				   "\1\1"
				   "1069012345\0"
				   "\1\1"
				   "861380013800012345678901234567890\0";
	struct octets frame = octets_frame(SUBMIT_SM, 0, body, sizeof(body) - 1);
	struct pdu pdu;

	(void)state;
	assert_int_equal(pdu_decode(frame.p, frame.n, &pdu), ESME_RINVDSTADR);
	assert_true(view_eq(pdu.sm.src.addr, view_of("1069012345")));
	assert_int_equal(pdu.sm.dst.addr.n, 0);
	assert_int_equal(pdu.sm.short_message.n, 0);
	octets_free(&frame);
}

/* An over-long secret fails the bind by itself, it does not make the PDU malformed. */
static void test_long_secrets(void **state)
{
	static const char body[] = "an-id-of-more-than-15\0"
				   "a-password-of-more-than-8\0"
				   "\0"
				   "\x34"
				   "\0\0\0";
	struct octets frame = octets_frame(BIND_TRANSCEIVER, 0, body, sizeof(body) - 1);
	struct pdu pdu;

	(void)state;
	assert_int_equal(pdu_decode(frame.p, frame.n, &pdu), ESME_ROK);
	assert_true(view_eq(pdu.bind.system_id, view_of("an-id-of-more-than-15")));
	assert_true(view_eq(pdu.bind.password, view_of("a-password-of-more-than-8")));
	assert_int_equal(pdu.bind.interface_version, 0x34);
	octets_free(&frame);
}

/* Which responses are their header alone when they tell of an error (smpp.md 2). */
static void test_error_responses(void **state)
{
	static const struct {
		uint32_t id;
		size_t n;
	} rows[] = {
		{BIND_RECEIVER | RESP, 16},
		{BIND_TRANSMITTER | RESP, 16},
		{BIND_TRANSCEIVER | RESP, 16},
		{SUBMIT_SM | RESP, 16},
		{GENERIC_NACK, 16},
		{UNBIND | RESP, 16},
		{CANCEL_SM | RESP, 16},
		{REPLACE_SM | RESP, 16},
		{ENQUIRE_LINK | RESP, 16},
		{DELIVER_SM | RESP, 17},
		{DATA_SM | RESP, 17},
		{SUBMIT_MULTI | RESP, 18},
		{QUERY_SM | RESP, 20},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pdu pdu = {.command_id = rows[i].id, .command_status = ESME_RSYSERR, .sequence = 0x7FFFFFFF};
		uint8_t out[32];
		struct pdu got;

		assert_int_equal(pdu_encode(&pdu, out, sizeof(out)), rows[i].n);
		assert_int_equal(pdu_decode(out, rows[i].n, &got), ESME_ROK);
		assert_int_equal(got.command_status, ESME_RSYSERR);
		assert_int_equal(got.sequence, 0x7FFFFFFF);
	}
}

/* A message_payload of the most octets that a TLV holds, in the longest PDU. */
static void test_largest(void **state)
{
	static uint8_t area[65600], out[PDU_MAX_DEFAULT];
	static uint8_t payload[65535];
	struct pdu pdu = {.command_id = SUBMIT_SM, .sequence = 1}, got;
	struct tlv_out tlvs = {.p = area, .cap = sizeof(area)};
	struct view text;
	size_t n;

	(void)state;
	memset(payload, 'x', sizeof(payload));
	tlv_put(&tlvs, TLV_MESSAGE_PAYLOAD, payload, sizeof(payload));
	assert_false(tlvs.full);
	pdu.tlvs = (struct view){area, tlvs.n};
	n = pdu_encode(&pdu, out, sizeof(out));
	assert_int_equal(n, 16 + 17 + 4 + 65535);
	assert_int_equal(pdu_decode(out, n, &got), ESME_ROK);
	assert_true(pdu_text(&got, &text));
	assert_true(view_eq(text, (struct view){payload, sizeof(payload)}));
}

/* A request's frame stands for it only when all of its octets do. */
static void test_whole_frame(void **state)
{
	static const struct {
		const char *behind;
		uint32_t n;
		bool whole;
	} ends[] = {
		{"", 0, true},	  {"\2\4\0\2\0\7", 6, true}, {"\0\0\0\0\2\4\0\2\0\7", 10, true},
		{"\1", 1, false}, {"\0\0\0\0", 4, false},    {"\2\4\0\2\0\7\0", 7, false},
	};
	struct pdu pdu = {.command_id = SUBMIT_SM, .sequence = 1}, got;
	uint8_t out[64];
	size_t n = pdu_encode(&pdu, out, sizeof(out));

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		memcpy(out + n, ends[i].behind, ends[i].n);
		out[3] = (uint8_t)(n + ends[i].n);
		assert_int_equal(pdu_decode(out, n + ends[i].n, &got), ESME_ROK);
		assert_int_equal(got.frame.n, ends[i].whole ? n + ends[i].n : 0);
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_whole_frame),
	cmocka_unit_test(test_requests),
	cmocka_unit_test(test_responses),
	cmocka_unit_test(test_dropped_body_is_empty),
	cmocka_unit_test(test_receipt_with_broken_tlvs),
	cmocka_unit_test(test_fields_before_the_fault),
	cmocka_unit_test(test_long_secrets),
	cmocka_unit_test(test_error_responses),
	cmocka_unit_test(test_largest),
};

UNIT_MAIN(cases)
