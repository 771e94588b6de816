/*
 * test_status.c - the table of command_status against our own reading of smpp.md section 5 and design.md section 6.
 */
#include "unit.h"

#include "smpp/status.h"

/* Letters as in smpp.md 5: T temporary, P permanent, S session, - none. */
static const struct {
	uint32_t code;
	const char *name;
	char retry;
	uint32_t plain;
} want[] = {
	{0x00, "ESME_ROK", '-', 0x00},
	{0x01, "ESME_RINVMSGLEN", 'P', 0x01},
	{0x02, "ESME_RINVCMDLEN", 'P', 0x02},
	{0x03, "ESME_RINVCMDID", 'P', 0x03},
	{0x04, "ESME_RINVBNDSTS", 'S', 0x04},
	{0x05, "ESME_RALYBND", 'S', 0x05},
	{0x06, "ESME_RINVPRTFLG", 'P', 0x06},
	{0x07, "ESME_RINVREGDLVFLG", 'P', 0x07},
	{0x08, "ESME_RSYSERR", 'T', 0x08},
	{0x0A, "ESME_RINVSRCADR", 'P', 0x0A},
	{0x0B, "ESME_RINVDSTADR", 'P', 0x0B},
	{0x0C, "ESME_RINVMSGID", 'P', 0x0C},
	{0x0D, "ESME_RBINDFAIL", 'S', 0x0D},
	{0x0E, "ESME_RINVPASWD", 'S', 0x0E},
	{0x0F, "ESME_RINVSYSID", 'S', 0x0F},
	{0x11, "ESME_RCANCELFAIL", 'P', 0x11},
	{0x13, "ESME_RREPLACEFAIL", 'P', 0x13},
	{0x14, "ESME_RMSGQFUL", 'T', 0x14},
	{0x15, "ESME_RINVSERTYP", 'P', 0x15},
	{0x33, "ESME_RINVNUMDESTS", 'P', 0x33},
	{0x34, "ESME_RINVDLNAME", 'P', 0x34},
	{0x40, "ESME_RINVDESTFLAG", 'P', 0x40},
	{0x42, "ESME_RINVSUBREP", 'P', 0x42},
	{0x43, "ESME_RINVESMCLASS", 'P', 0x43},
	{0x44, "ESME_RCNTSUBDL", 'P', 0x44},
	{0x45, "ESME_RSUBMITFAIL", 'P', 0x45},
	{0x48, "ESME_RINVSRCTON", 'P', 0x48},
	{0x49, "ESME_RINVSRCNPI", 'P', 0x49},
	{0x50, "ESME_RINVDSTTON", 'P', 0x50},
	{0x51, "ESME_RINVDSTNPI", 'P', 0x51},
	{0x53, "ESME_RINVSYSTYP", 'S', 0x53},
	{0x54, "ESME_RINVREPFLAG", 'P', 0x54},
	{0x55, "ESME_RINVNUMMSGS", 'P', 0x55},
	{0x58, "ESME_RTHROTTLED", 'T', 0x58},
	{0x61, "ESME_RINVSCHED", 'P', 0x61},
	{0x62, "ESME_RINVEXPIRY", 'P', 0x62},
	{0x63, "ESME_RINVDFTMSGID", 'P', 0x63},
	{0x64, "ESME_RX_T_APPN", 'T', 0x64},
	{0x65, "ESME_RX_P_APPN", 'P', 0x65},
	{0x66, "ESME_RX_R_APPN", 'P', 0x66},
	{0x67, "ESME_RQUERYFAIL", 'P', 0x67},
	{0xC0, "ESME_RINVOPTPARSTREAM", 'P', 0xC0},
	{0xC1, "ESME_ROPTPARNOTALLWD", 'P', 0xC1},
	{0xC2, "ESME_RINVPARLEN", 'P', 0xC2},
	{0xC3, "ESME_RMISSINGOPTPARAM", 'P', 0xC3},
	{0xC4, "ESME_RINVOPTPARAMVAL", 'P', 0xC4},
	{0xFE, "ESME_RDELIVERYFAILURE", 'P', 0xFE},
	{0xFF, "ESME_RUNKNOWNERR", 'T', 0xFF},
	{0x100, "ESME_RSERTYPUNAUTH", 'P', 0x100},
	{0x101, "ESME_RPROHIBITED", 'P', 0x101},
	{0x102, "ESME_RSERTYPUNAVAIL", 'P', 0x102},
	{0x103, "ESME_RSERTYPDENIED", 'P', 0x103},
	{0x104, "ESME_RINVDCS", 'P', 0x104},
	{0x105, "ESME_RINVSRCADDRSUBUNIT", 'P', 0x105},
	{0x106, "ESME_RINVDSTADDRSUBUNIT", 'P', 0x106},
	{0x400, "SGW_OPTED_OUT", 'P', 0x0B},
	{0x401, "SGW_FREQUENCY_CAP", 'P', 0x58},
	{0x402, "SGW_SIMILAR_TOO_SOON", 'P', 0x58},
	{0x403, "SGW_CONTENT_BLOCKED", 'P', 0x45},
	{0x404, "SGW_SIGNATURE_MISSING", 'P', 0x45},
	{0x405, "SGW_OPTOUT_TEXT_MISSING", 'P', 0x45},
	{0x406, "SGW_OUTSIDE_WINDOW", 'P', 0x45},
	{0x407, "SGW_NO_CONSENT", 'P', 0x45},
	{0x408, "SGW_DEAD_NUMBER", 'P', 0x0B},
	{0x409, "SGW_NO_CREDIT", 'P', 0x45},
	{0x40A, "SGW_TEMPLATE_NOT_APPROVED", 'P', 0x45},
	{0x40B, "SGW_FIRST_PROMO", 'P', 0x45},
};

#define NWANT (sizeof(want) / sizeof(want[0]))

static char retry_letter(enum status_retry retry)
{
	switch (retry) {
	case STATUS_NONE:
		return '-';
	case STATUS_TEMPORARY:
		return 'T';
	case STATUS_PERMANENT:
		return 'P';
	case STATUS_SESSION:
		return 'S';
	}
	return '?';
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < NWANT; i++) {
		print_message("0x%03X %s\n", want[i].code, want[i].name);
		assert_string_equal(status_name(want[i].code), want[i].name);
		assert_int_equal(retry_letter(status_retry(want[i].code)), want[i].retry);
		assert_int_equal(status_plain(want[i].code), want[i].plain);
		assert_true(strlen(status_help(want[i].code)) > 5);
	}
}

/* The walk gives exactly the codes above, ascending: the search relies on it. */
static void test_walk(void **state)
{
	uint32_t code = 0;

	(void)state;
	for (unsigned i = 0; i < NWANT; i++) {
		assert_true(status_at(i, &code));
		assert_int_equal(code, want[i].code);
	}
	assert_false(status_at(NWANT, &code));
	assert_false(status_at(0xFFFFFFFFu, &code));
}

/* Any value can arrive. What is not in the table is a permanent failure, never a success, and keeps its number. */
static void test_every_other_code(void **state)
{
	size_t next = 0;

	(void)state;
	for (uint32_t code = 0; code < 0x600; code++) {
		if (next < NWANT && want[next].code == code) {
			next++;
			continue;
		}
		assert_string_equal(status_name(code), code >= 0x400 && code <= 0x4FF ? "vendor" : "reserved");
		assert_int_equal(status_retry(code), STATUS_PERMANENT);
		assert_int_equal(status_plain(code), code);
		assert_non_null(status_help(code));
	}
	assert_int_equal(next, NWANT);
	assert_string_equal(status_name(0xFFFFFFFFu), "reserved");
	assert_int_equal(status_retry(0x80000000u), STATUS_PERMANENT);
	assert_int_equal(status_retry(0x10000u), STATUS_PERMANENT); /* not cut to 0 */
}

/* No two codes share a name or an explanation. */
static void test_distinct(void **state)
{
	(void)state;
	for (size_t i = 0; i < NWANT; i++) {
		for (size_t k = i + 1; k < NWANT; k++) {
			assert_string_not_equal(status_name(want[i].code), status_name(want[k].code));
			assert_string_not_equal(status_help(want[i].code), status_help(want[k].code));
		}
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_rows),
	cmocka_unit_test(test_walk),
	cmocka_unit_test(test_every_other_code),
	cmocka_unit_test(test_distinct),
};

UNIT_MAIN(cases)
