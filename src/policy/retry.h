/*
 * retry.h - what a carrier's error means and what is done about it: a command_status, or the words of a receipt, to a
 * class of faults; a class of faults to fail, the same carrier again, or the next one (smpp.md 5, 11, 12). Pure;
 * reading allocates nothing. Knows carriers by number only.
 */
#ifndef POLICY_RETRY_H
#define POLICY_RETRY_H

#include "base/conf.h"
#include "smpp/receipt.h"
#include "smpp/view.h"

/* What an error is about. doc/configuration.md explains them to the operator; test_retry checks that it does. */
enum fault {
	FAULT_TEMPORARY, /* try again */
	FAULT_CARRIER,	 /* this carrier cannot, another may: wrong network, route, sender code, its own trouble */
	FAULT_PHONE,	 /* switched off, absent, memory full */
	FAULT_NUMBER,	 /* unknown or dead number */
	FAULT_CONTENT,	 /* the text or its form is refused */
	FAULT_BLOCKED,	 /* black list, the user said stop */
	FAULT_SESSION,	 /* the link or our login, not the message */
	FAULT_PERMANENT, /* anything else for good */
	FAULTS
};

enum retry_action {
	RETRY_FAIL, /* the message ends */
	RETRY_SAME, /* again after the pause, by the carriers of its route in their order: as before */
	RETRY_NEXT, /* by the next carrier of its route; what if there is none is the caller's to decide */
	RETRY_ACTIONS
};

/* retry_conf.submit and .receipt: 0 keeps the built-in, else an enum retry_action and one. */
enum { RETRY_BUILTIN, RETRY_CONF_FAIL, RETRY_CONF_SAME, RETRY_CONF_NEXT };

struct error_conf { /* section errors: ( { carrier; status | stat, err; class } ) */
	struct conf_where where;
	char *carrier; /* "" = all */
	char *status;  /* "0x14" or "20": a row for submits; "" = a row for receipts */
	char *stat;    /* word, or prefix with * at its end, any case; "" = any */
	char *err;     /* text, any case; "" = any */
	int fault;     /* enum fault */
};
extern const struct conf_row error_rows[];

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
 * row with both or neither of status and stat/err, a class named twice, a pause over its pause_max.
 */
struct retries *retries_new(const struct retry_conf *retry, size_t retry_n, const struct error_conf *errs,
			    size_t errs_n, const struct retry_limits *limits,
			    int (*carrier_number)(const char *name, void *arg), void *arg, char **errors);
void retries_free(struct retries *r);

/*
 * The class of a refused submit: the first row of section errors that fits (rows that name the carrier first), then
 * the built-in rows, then status_retry(). carrier is its number. status is not ESME_ROK.
 */
enum fault retries_of_status(const struct retries *r, size_t carrier, uint32_t status);
/*
 * The class of a failed receipt: section errors, then the built-in words, then the state. state is final and not
 * STATE_DELIVERED; stat and err are the carrier's own text, both may be empty.
 */
enum fault retries_of_receipt(const struct retries *r, size_t carrier, enum message_state state, struct view stat,
			      struct view err);
/* What is done about a class. Good as long as r. */
const struct retry_row *retries_row(const struct retries *r, enum fault fault);
/*
 * The pause in ms before the next submit, after attempt (1..) submits: pause doubled with each, not over pause_max,
 * a quarter more or less by random (any 64 bits), at least 1.
 */
int64_t retry_pause_ms(const struct retry_row *row, unsigned attempt, uint64_t random);

/* "temporary" etc., as in the configuration, log and counters. Static text. */
const char *fault_name(enum fault fault);
bool fault_by_name(struct view name, enum fault *out); /* exact */
/* "fail", "same", "next". Static text. */
const char *retry_action_name(enum retry_action action);

/* Walks what is built in, for documentation and its test; false past the end. */
struct retry_builtin {
	const char *text; /* "0x0B" or the stat word / prefix with * */
	enum fault fault;
};
bool retry_builtin_at(size_t i, struct retry_builtin *out);

#endif
