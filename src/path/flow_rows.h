/*
 * flow_rows.h - how a message may end, and what the flow counts. For flow.c only.
 */
#ifndef PATH_FLOW_ROWS_H
#define PATH_FLOW_ROWS_H

#include "base/stats.h"
#include "path/flow.h"
#include "smpp/receipt.h"

/* How a message ends: log word, counter and final state in one. */
enum finish {
	FINISH_DELIVERED,  /* a receipt said so */
	FINISH_FAILED,	   /* a receipt said so; the state is the receipt's */
	FINISH_REFUSED,	   /* the carrier refused the submit for good */
	FINISH_EXPIRED,	   /* its validity ended before it could be sent */
	FINISH_NO_RECEIPT, /* no receipt within the horizon */
	FINISH_ATTEMPTS,   /* temporary errors for too long */
	FINISH_UNSENDABLE, /* cannot be encoded for its carrier */
	FINISH_OPTED_OUT,  /* the number said stop while it waited */
	FINISH_POLICY,	   /* another policy said no after it was accepted: msg.verdict */
	FINISH_NO_ROUTE,   /* after a restart with another configuration */
	FINISH_CANCELLED,  /* cancel_sm, or the operator */
	FINISH_REPLACED,   /* a later submit with replace_if_present_flag took its place */
	FINISH_IN_DOUBT,   /* a carrier may have it, and nothing more was heard */
	FINISHES
};

const char *finish_name(enum finish f);
enum message_state finish_state(enum finish f);
/* What an app is answered that still waits for the carrier's answer (mode 2); ESME_ROK: none can wait any more. */
uint32_t finish_status(enum finish f);

#define FLOW_REFUSALS 23u

/* What may be full: answered with ESME_RMSGQFUL. */
enum flow_bound { BOUND_MESSAGES, BOUND_BYTES, BOUND_ACCOUNT, BOUND_CARRIER, BOUND_BACKLOG, FLOW_BOUNDS };

struct flow_stats {
	uint64_t accepted, refused[FLOW_REFUSALS], finished[FINISHES], bounds[FLOW_BOUNDS];
	uint64_t retries, put_back, in_doubt, late;
	uint64_t receipts, receipts_intermediate, parked, receipts_unknown, receipts_duplicate;
	uint64_t doubtful, restored;
	uint64_t health[HEALTH_STATES]; /* carriers that came into the state */
	uint64_t rerouted, decided_again;
	uint64_t faults[FAULTS]; /* errors of carriers */
	uint64_t resent, late_success, doubts_settled, alerts, alerts_dropped;
	uint64_t by_state[MSG_STATES], bytes, parked_now; /* gauges */
	struct histogram accept, receipt, send[CLASSES];
};
extern const struct stats_row flow_stat_rows[];
extern const size_t flow_stat_rows_n;

void flow_count_refusal(struct flow_stats *stats, uint32_t status);

#endif
