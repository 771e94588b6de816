/*
 * status.c - command_status as a table in ascending order of code: name, meaning, retry class, plain equivalent.
 * Knows no carrier: a carrier's own reading of a code is its configuration.
 */
#include "smpp/status.h"

#include <stddef.h>

struct status_row {
	uint16_t code;
	uint8_t retry; /* enum status_retry */
	uint8_t plain; /* the standard code for one of ours, 0 for a standard one */
	const char *name, *help;
};

#define NONE	  STATUS_NONE
#define TEMPORARY STATUS_TEMPORARY
#define PERMANENT STATUS_PERMANENT
#define SESSION	  STATUS_SESSION
#define ROW(code, retry, help)                                                                                         \
	{                                                                                                              \
		code, retry, 0, #code, help                                                                            \
	}
#define OURS(code, plain, help)                                                                                        \
	{                                                                                                              \
		code, PERMANENT, plain, #code, help                                                                    \
	}
#define SMPP5(code, name, help)                                                                                        \
	{                                                                                                              \
		code, PERMANENT, 0, name, help                                                                         \
	}

#define VENDOR_FIRST 0x400u
#define VENDOR_LAST  0x4FFu

static const struct status_row rows[] = {
	ROW(ESME_ROK, NONE, "accepted"),
	ROW(ESME_RINVMSGLEN, PERMANENT, "message length invalid"),
	ROW(ESME_RINVCMDLEN, PERMANENT, "command length invalid, or the body ends early"),
	ROW(ESME_RINVCMDID, PERMANENT, "command unknown or not offered"),
	ROW(ESME_RINVBNDSTS, SESSION, "command not legal in this bind state"),
	ROW(ESME_RALYBND, SESSION, "already bound, or too many binds"),
	ROW(ESME_RINVPRTFLG, PERMANENT, "priority_flag over 3"),
	ROW(ESME_RINVREGDLVFLG, PERMANENT, "registered_delivery has reserved bits"),
	ROW(ESME_RSYSERR, TEMPORARY, "internal fault, nothing was accepted"),
	ROW(ESME_RINVSRCADR, PERMANENT, "source address malformed or not allowed"),
	ROW(ESME_RINVDSTADR, PERMANENT, "destination address malformed, without route or refused"),
	ROW(ESME_RINVMSGID, PERMANENT, "message_id unknown"),
	ROW(ESME_RBINDFAIL, SESSION, "bind refused"),
	ROW(ESME_RINVPASWD, SESSION, "password wrong"),
	ROW(ESME_RINVSYSID, SESSION, "system_id unknown"),
	ROW(ESME_RCANCELFAIL, PERMANENT, "cancel failed: already final or not found"),
	ROW(ESME_RREPLACEFAIL, PERMANENT, "replace failed: already final or not found"),
	ROW(ESME_RMSGQFUL, TEMPORARY, "message queue full"),
	ROW(ESME_RINVSERTYP, PERMANENT, "service_type not offered"),
	ROW(ESME_RINVNUMDESTS, PERMANENT, "number_of_dests is 0 or over the limit"),
	ROW(ESME_RINVDLNAME, PERMANENT, "distribution list unknown"),
	ROW(ESME_RINVDESTFLAG, PERMANENT, "dest_flag is neither 1 nor 2"),
	ROW(ESME_RINVSUBREP, PERMANENT, "replace_if_present not possible"),
	ROW(ESME_RINVESMCLASS, PERMANENT, "esm_class not allowed, or its UDH is bad"),
	ROW(ESME_RCNTSUBDL, PERMANENT, "distribution lists not offered"),
	ROW(ESME_RSUBMITFAIL, PERMANENT, "submit refused"),
	ROW(ESME_RINVSRCTON, PERMANENT, "source TON invalid"),
	ROW(ESME_RINVSRCNPI, PERMANENT, "source NPI invalid"),
	ROW(ESME_RINVDSTTON, PERMANENT, "destination TON invalid"),
	ROW(ESME_RINVDSTNPI, PERMANENT, "destination NPI invalid"),
	ROW(ESME_RINVSYSTYP, SESSION, "system_type refused"),
	ROW(ESME_RINVREPFLAG, PERMANENT, "replace_if_present_flag over 1"),
	ROW(ESME_RINVNUMMSGS, PERMANENT, "number_of_messages over 99"),
	ROW(ESME_RTHROTTLED, TEMPORARY, "over the agreed rate, not accepted"),
	ROW(ESME_RINVSCHED, PERMANENT, "schedule_delivery_time invalid"),
	ROW(ESME_RINVEXPIRY, PERMANENT, "validity_period invalid or past"),
	ROW(ESME_RINVDFTMSGID, PERMANENT, "sm_default_msg_id unknown"),
	ROW(ESME_RX_T_APPN, TEMPORARY, "receiver asks for the message again later"),
	ROW(ESME_RX_P_APPN, PERMANENT, "receiver failed for good, do not resend"),
	ROW(ESME_RX_R_APPN, PERMANENT, "receiver rejects the message"),
	ROW(ESME_RQUERYFAIL, PERMANENT, "query_sm failed"),
	ROW(ESME_RINVOPTPARSTREAM, PERMANENT, "TLV area broken"),
	ROW(ESME_ROPTPARNOTALLWD, PERMANENT, "TLV not allowed here"),
	ROW(ESME_RINVPARLEN, PERMANENT, "TLV length wrong"),
	ROW(ESME_RMISSINGOPTPARAM, PERMANENT, "required TLV missing"),
	ROW(ESME_RINVOPTPARAMVAL, PERMANENT, "TLV value invalid"),
	ROW(ESME_RDELIVERYFAILURE, PERMANENT, "delivery failed in transaction mode"),
	/* worth one more try; the sender's retry limit makes it permanent */
	ROW(ESME_RUNKNOWNERR, TEMPORARY, "unknown error"),
	SMPP5(0x100, "ESME_RSERTYPUNAUTH", "5.0: service_type not authorised"),
	SMPP5(0x101, "ESME_RPROHIBITED", "5.0: operation prohibited"),
	SMPP5(0x102, "ESME_RSERTYPUNAVAIL", "5.0: service_type unavailable"),
	SMPP5(0x103, "ESME_RSERTYPDENIED", "5.0: service_type denied"),
	SMPP5(0x104, "ESME_RINVDCS", "5.0: data_coding invalid"),
	SMPP5(0x105, "ESME_RINVSRCADDRSUBUNIT", "5.0: source_addr_subunit invalid"),
	SMPP5(0x106, "ESME_RINVDSTADDRSUBUNIT", "5.0: dest_addr_subunit invalid"),
	OURS(SGW_OPTED_OUT, ESME_RINVDSTADR, "the number has opted out"),
	OURS(SGW_FREQUENCY_CAP, ESME_RTHROTTLED, "the number has had its share of messages"),
	OURS(SGW_SIMILAR_TOO_SOON, ESME_RTHROTTLED, "a similar text was sent too recently"),
	OURS(SGW_CONTENT_BLOCKED, ESME_RSUBMITFAIL, "the text holds blocked content"),
	OURS(SGW_SIGNATURE_MISSING, ESME_RSUBMITFAIL, "the signature is missing"),
	OURS(SGW_OPTOUT_TEXT_MISSING, ESME_RSUBMITFAIL, "the opt-out wording is missing"),
	OURS(SGW_OUTSIDE_WINDOW, ESME_RSUBMITFAIL, "outside the send window"),
	OURS(SGW_NO_CONSENT, ESME_RSUBMITFAIL, "no consent of the recipient"),
	OURS(SGW_DEAD_NUMBER, ESME_RINVDSTADR, "the number is dead"),
	OURS(SGW_NO_CREDIT, ESME_RSUBMITFAIL, "the account has no credit"),
	OURS(SGW_TEMPLATE_NOT_APPROVED, ESME_RSUBMITFAIL, "the text matches no approved template"),
	OURS(SGW_FIRST_PROMO, ESME_RSUBMITFAIL, "the first message to a number may not be promotional"),
};

#define NROWS (sizeof(rows) / sizeof(rows[0]))

static const struct status_row *status_row(uint32_t code)
{
	size_t low = 0, high = NROWS;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (rows[middle].code == code)
			return &rows[middle];
		if (rows[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static _Bool is_vendor(uint32_t code)
{
	return code >= VENDOR_FIRST && code <= VENDOR_LAST;
}

const char *status_name(uint32_t code)
{
	const struct status_row *row = status_row(code);

	if (row)
		return row->name;
	return is_vendor(code) ? "vendor" : "reserved";
}

const char *status_help(uint32_t code)
{
	const struct status_row *row = status_row(code);

	if (row)
		return row->help;
	return is_vendor(code) ? "a code of the peer's own: see its manual" : "a code that SMPP 3.4 does not define";
}

enum status_retry status_retry(uint32_t code)
{
	const struct status_row *row = status_row(code);

	return row ? (enum status_retry)row->retry : STATUS_PERMANENT;
}

uint32_t status_plain(uint32_t code)
{
	const struct status_row *row = status_row(code);

	return row && row->plain ? row->plain : code;
}

_Bool status_at(unsigned i, uint32_t *code)
{
	if (i >= NROWS)
		return 0;
	*code = rows[i].code;
	return 1;
}
