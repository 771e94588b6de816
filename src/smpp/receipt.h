/*
 * receipt.h - delivery receipt text both ways [S app. B], with the deviations of the field (smpp.md 11).
 */
#ifndef SMPP_RECEIPT_H
#define SMPP_RECEIPT_H

#include "smpp/pdu.h"
#include "smpp/smpp_time.h"

enum message_state { /* [S 5.2.28] */
		     STATE_SCHEDULED = 0,
		     STATE_ENROUTE = 1,
		     STATE_DELIVERED = 2,
		     STATE_EXPIRED = 3,
		     STATE_DELETED = 4,
		     STATE_UNDELIVERABLE = 5,
		     STATE_ACCEPTED = 6,
		     STATE_UNKNOWN = 7,
		     STATE_REJECTED = 8,
		     STATE_SKIPPED = 9,
};

/* "DELIVRD" etc.; "UNKNOWN" for a value outside the table. Static text. */
const char *receipt_stat_name(enum message_state state);

/*
 * stat word -> state, case-insensitive, seven-letter and full words. False for a word that the specification does not
 * have (FAILED, MK:0001, MBBLACK ...): the caller's table decides; default failure with the raw word kept.
 */
bool receipt_stat_state(struct view stat, enum message_state *state);

/* Whether a state ends a message (smpp.md 11). ACCEPTED is not final here; ENROUTE and SCHEDULED never are. */
bool receipt_state_final(enum message_state state);

/* What a text said; a view of length 0 = the field was missing or empty. All views borrow the text given. */
struct receipt {
	struct view id, sub, dlvrd, submit_date, done_date, stat, err, text;
};

/*
 * Parses receipt text by the rules of smpp.md 11 (keys in any order and case, all optional, junk before id:, text:
 * takes the rest, trailing NULs). text is single-octet text: for data_coding 8 use receipt_parse_pdu().
 * What stands before text: wins; keys behind it count only for fields that are missing before it. Blanks between a
 * colon and its value are skipped. True when id: or stat: was found with a value; out is always filled.
 */
bool receipt_parse(struct view text, struct receipt *out);

/*
 * The same for the user data of a deliver_sm or data_sm: skips a UDH when UDHI is set (and it is one), decodes UTF-16BE
 * to UTF-8 when data_coding is 8 and retries as octets (and the other way round), takes message_payload too. scratch
 * (>= 512 octets useful) holds decoded text; out borrows pdu or scratch.
 */
bool receipt_parse_pdu(const struct pdu *pdu, char *scratch, size_t cap, struct receipt *out);

/*
 * Whether a deliver_sm / data_sm is a receipt: esm type 0x04 or 0x20, or TLV receipted_message_id; never by its text
 * unless by_text (a handset could forge it), which wants both id: and stat:. False for other PDUs.
 */
bool receipt_recognise(const struct pdu *pdu, bool by_text);

struct receipt_out {
	struct view id; /* ours */
	enum message_state state;
	bool dlvrd;		    /* dlvrd:001 or 000 */
	int64_t submit_ms, done_ms; /* UTC */
	int zone_quarters;
	struct smpp_time_written *written; /* a date that is kept for the next receipt; NULL: none is */
	struct view err;		   /* raw; written at least 3 wide, "000" when empty */
	struct view text; /* start of the message as printable UTF-8; cut to 20 octets at a character's border */
};

/* Writes exactly the form of smpp.md 11 "G emits"; returns octets written (no NUL), 0 when cap is too small. */
size_t receipt_format(const struct receipt_out *r, char *buf, size_t cap);

#endif
