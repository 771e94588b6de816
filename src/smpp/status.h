/*
 * status.h - command_status [S 5.1.3], one row each: code, name, what it means, retry class for a sender.
 */
#ifndef SMPP_STATUS_H
#define SMPP_STATUS_H

#include <stdint.h>

enum status_code {
	ESME_ROK = 0x00,
	ESME_RINVMSGLEN = 0x01,
	ESME_RINVCMDLEN = 0x02,
	ESME_RINVCMDID = 0x03,
	ESME_RINVBNDSTS = 0x04,
	ESME_RALYBND = 0x05,
	ESME_RINVPRTFLG = 0x06,
	ESME_RINVREGDLVFLG = 0x07,
	ESME_RSYSERR = 0x08,
	ESME_RINVSRCADR = 0x0A,
	ESME_RINVDSTADR = 0x0B,
	ESME_RINVMSGID = 0x0C,
	ESME_RBINDFAIL = 0x0D,
	ESME_RINVPASWD = 0x0E,
	ESME_RINVSYSID = 0x0F,
	ESME_RCANCELFAIL = 0x11,
	ESME_RREPLACEFAIL = 0x13,
	ESME_RMSGQFUL = 0x14,
	ESME_RINVSERTYP = 0x15,
	ESME_RINVNUMDESTS = 0x33,
	ESME_RINVDLNAME = 0x34,
	ESME_RINVDESTFLAG = 0x40,
	ESME_RINVSUBREP = 0x42,
	ESME_RINVESMCLASS = 0x43,
	ESME_RCNTSUBDL = 0x44,
	ESME_RSUBMITFAIL = 0x45,
	ESME_RINVSRCTON = 0x48,
	ESME_RINVSRCNPI = 0x49,
	ESME_RINVDSTTON = 0x50,
	ESME_RINVDSTNPI = 0x51,
	ESME_RINVSYSTYP = 0x53,
	ESME_RINVREPFLAG = 0x54,
	ESME_RINVNUMMSGS = 0x55,
	ESME_RTHROTTLED = 0x58,
	ESME_RINVSCHED = 0x61,
	ESME_RINVEXPIRY = 0x62,
	ESME_RINVDFTMSGID = 0x63,
	ESME_RX_T_APPN = 0x64,
	ESME_RX_P_APPN = 0x65,
	ESME_RX_R_APPN = 0x66,
	ESME_RQUERYFAIL = 0x67,
	ESME_RINVOPTPARSTREAM = 0xC0,
	ESME_ROPTPARNOTALLWD = 0xC1,
	ESME_RINVPARLEN = 0xC2,
	ESME_RMISSINGOPTPARAM = 0xC3,
	ESME_RINVOPTPARAMVAL = 0xC4,
	ESME_RDELIVERYFAILURE = 0xFE,
	ESME_RUNKNOWNERR = 0xFF,
	/* our vendor block, design.md 6; an account with plain_status gets status_plain() of it */
	SGW_OPTED_OUT = 0x400,
	SGW_FREQUENCY_CAP = 0x401,
	SGW_SIMILAR_TOO_SOON = 0x402,
	SGW_CONTENT_BLOCKED = 0x403,
	SGW_SIGNATURE_MISSING = 0x404,
	SGW_OPTOUT_TEXT_MISSING = 0x405,
	SGW_OUTSIDE_WINDOW = 0x406,
	SGW_NO_CONSENT = 0x407,
	SGW_DEAD_NUMBER = 0x408,
	SGW_NO_CREDIT = 0x409,
	SGW_TEMPLATE_NOT_APPROVED = 0x40A,
	SGW_FIRST_PROMO = 0x40B,
};

/* What a sender does with a non-zero status (smpp.md 5). */
enum status_retry {
	STATUS_NONE,	  /* not an answer to a submit */
	STATUS_TEMPORARY, /* retry later, keep the order */
	STATUS_PERMANENT, /* tell the application */
	STATUS_SESSION,	  /* stop submitting on this session */
};

/* The name ("ESME_RTHROTTLED"); reserved and unknown codes give "reserved" or "vendor" by block. Static text. */
const char *status_name(uint32_t code);

/* One line of what it means, for log and man pages. Static text, never NULL. */
const char *status_help(uint32_t code);

/* The retry class; unknown non-zero codes are STATUS_PERMANENT. */
enum status_retry status_retry(uint32_t code);

/* The standard code that stands for one of our vendor codes (design.md 6); other codes come back unchanged. */
uint32_t status_plain(uint32_t code);

/* Walk the table: the i-th code into *code, false past the end. For docs, checks and tests. */
_Bool status_at(unsigned i, uint32_t *code);

#endif
