/*
 * retry.h - what is done about a carrier's error: the operator's rows, and else the built-in ones (fault.h), take a
 * command_status or the words of a receipt to a class of faults, and a class to an action: fail, the same carrier
 * again, or the next one (smpp.md 12). Pure; asking allocates nothing. Knows carriers by number only.
 */
#ifndef POLICY_RETRY_H
#define POLICY_RETRY_H

#include "base/conf.h"
#include "policy/fault.h"

enum retry_action {
	RETRY_FAIL, /* the message ends */
	RETRY_SAME, /* again after the pause, by the carriers of its route in their order: as before */
	RETRY_NEXT, /* by the next carrier of its route; what if there is none is the caller's to decide */
	RETRY_ACTIONS
};

/* retry_conf.submit and .receipt: 0 keeps the built-in, else an enum retry_action and one. */
enum { RETRY_BUILTIN, RETRY_CONF_FAIL, RETRY_CONF_SAME, RETRY_CONF_NEXT };

struct error_conf { /* section errors: ( { carrier; status | stat, err; class; answer; operator } ) */
	struct conf_where where;
	char *carrier;	     /* "" = all */
	char *status;	     /* "0x14" or "20": a row for submits; "" = a row for receipts */
	char *stat;	     /* word, or prefix with * at its end, any case; "" = any */
	char *err;	     /* text, any case; "" = any */
	int fault;	     /* enum fault */
	char *answer;	     /* "" or a status: what an app that waits for it is answered; rows with status */
	char *operator_name; /* "" or who has the number now; class network */
};
extern const struct conf_row error_rows[];

struct retry_reading { /* what an error says */
	enum fault fault;
	uint32_t answer;	   /* for an app that waits for the answer to this submit; 0: the carrier's own */
	const char *operator_name; /* who has the number now; NULL: it does not say. Borrows the retries */
};

struct retry_conf { /* section retry: ( { class; submit; receipt; ... } ); zero members keep what is built in */
	struct conf_where where;
	int fault;		  /* enum fault */
	int submit, receipt;	  /* RETRY_BUILTIN or action + 1 */
	int64_t pause, pause_max; /* ms; 0: struct retry_limits */
	int64_t attempts;	  /* 0: struct retry_limits */
};
extern const struct conf_row retry_rows[];

/* What rows without their own values get; messages.retry, .retry_max, .attempts. */
struct retry_limits {
	int64_t pause_ms, pause_max_ms;
	unsigned attempts;
};

struct retry_row {
	enum retry_action submit;  /* after a refused submit */
	enum retry_action receipt; /* after a failed receipt */
	int64_t pause_ms, pause_max_ms;
	unsigned attempts; /* most submits of one message while its errors are of this class */
};

struct retries;

/*
 * Builds from the configuration (not kept); zero rows: what is built in. carrier_number() gives a carrier's number by
 * name or -1. NULL on faults, all added to *errors (conf_fault()): unknown carrier, a status that is no number or 0, a
 * row with both or neither of status and stat/err, an answer without status, an operator of another class than network,
 * a class named twice, a pause over its pause_max.
 */
struct retries *retries_new(const struct retry_conf *retry, size_t retry_n, const struct error_conf *errs,
			    size_t errs_n, const struct retry_limits *limits,
			    int (*carrier_number)(const char *name, void *arg), void *arg, char **errors);
void retries_free(struct retries *r);

/*
 * What a refused submit says, and the class alone: the first row of section errors that fits (rows that name the
 * carrier before rows for all), else fault_of_status(). carrier is its number; status is not ESME_ROK.
 */
struct retry_reading retries_read_status(const struct retries *r, size_t carrier, uint32_t status);
enum fault retries_of_status(const struct retries *r, size_t carrier, uint32_t status);
/*
 * What a failed receipt says, and the class alone: section errors in the same way, else fault_of_receipt(). state is
 * final and not STATE_DELIVERED; stat and err are the carrier's own text, both may be empty.
 */
struct retry_reading retries_read_receipt(const struct retries *r, size_t carrier, enum message_state state,
					  struct view stat, struct view err);
enum fault retries_of_receipt(const struct retries *r, size_t carrier, enum message_state state, struct view stat,
			      struct view err);
/* What is done about a class. Good as long as r. */
const struct retry_row *retries_row(const struct retries *r, enum fault fault);
/*
 * The pause in ms before the next submit, after attempt (1..) submits: pause, doubled for each attempt after the
 * first, not over pause_max; to that an eighth of it at most by random (any 64 bits), so that messages which failed
 * together do not come back together.
 */
int64_t retry_pause_ms(const struct retry_row *row, unsigned attempt, uint64_t random);

/* "fail", "same", "next". Static text. */
const char *retry_action_name(enum retry_action action);

#endif
