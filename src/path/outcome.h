/*
 * outcome.h - what a carrier's receipt PDU says of a message, by the rules of smpp.md 11 and the carrier's settings.
 * Pure.
 */
#ifndef PATH_OUTCOME_H
#define PATH_OUTCOME_H

#include "link/carrier.h"
#include "path/number.h"
#include "smpp/receipt.h"
#include "smpp/smpp_time.h"

#define OUTCOME_SCRATCH	 2048u
#define OUTCOME_WORD_MAX 64u /* octets of stat and err that are kept */

struct outcome {
	struct view id, other_id; /* TLV's id first, the text's when it differs; empty: none */
	enum message_state state; /* STATE_UNKNOWN and not final when it says none */
	bool final;
	/* the carrier's words as they came, at most OUTCOME_WORD_MAX; may be empty; err: else its network_error_code */
	struct view stat, err;
	int64_t done_ms;	 /* UTC: the done date that it gives; 0: none that can be read */
	struct view submit_date; /* as it stands there: outcome_submit_ms() */
	struct pdu_addr from;	 /* the phone, the message's destination: outcome_number() */
};

/*
 * False when the PDU is no receipt for this carrier (then it is a MO). scratch holds decoded text; views borrow pdu or
 * it. last: of receipts of any carrier, see smpp_time_read_receipt().
 */
bool outcome_read(const struct carrier_conf *conf, const struct pdu *pdu, char scratch[OUTCOME_SCRATCH],
		  struct smpp_time_read *last, struct outcome *out);

/* The number of the phone; false: its address is none. */
bool outcome_number(const struct outcome *o, struct number *out);
/* UTC: when the carrier says that it got the message; 0: it does not, or it cannot be read. */
int64_t outcome_submit_ms(const struct carrier_conf *conf, const struct outcome *o);

#endif
