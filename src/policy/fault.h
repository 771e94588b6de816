/*
 * fault.h - what a carrier's error is about, as far as it can be told without knowing the carrier: command_status of
 * submits, and the words of receipts that China's operators and platforms use (smpp.md 5, 11, 16). Pure.
 */
#ifndef POLICY_FAULT_H
#define POLICY_FAULT_H

#include "smpp/receipt.h"
#include "smpp/view.h"

/* doc/configuration.md explains them to the operator; test_fault checks that it does. */
enum fault {
	FAULT_TEMPORARY, /* too much at once, or a moment's trouble: try again */
	FAULT_FLOW,	 /* too fast for this carrier, sender code or moment: it passes by */
	FAULT_CARRIER,	 /* this carrier cannot, another may: route, sender code, its own trouble */
	FAULT_NETWORK,	 /* the wrong network: the number has moved to another operator */
	FAULT_PHONE,	 /* switched off, absent, memory full, suspended */
	FAULT_NUMBER,	 /* unknown or dead number */
	FAULT_CONTENT,	 /* the text, its form or its hour is refused */
	FAULT_SIGNATURE, /* the text's signature is missing, or this carrier does not know or want it */
	FAULT_BLOCKED,	 /* black list, the user said stop */
	FAULT_FREQUENCY, /* the number has had its share for the minute, hour or day */
	FAULT_SESSION,	 /* the link or our login, not the message */
	FAULT_PERMANENT, /* anything else for good */
	FAULTS
};

extern const char *const fault_names[FAULTS + 1]; /* ends with NULL: the choices of options */
/* "temporary" etc., as in the configuration, log and counters. Static text. */
const char *fault_name(enum fault fault);
bool fault_by_name(struct view name, enum fault *out); /* exact */

/* Of a refused submit: the built-in rows, then status_retry(). */
enum fault fault_of_status(uint32_t status);
/* Of a failed receipt: the built-in words, then the state, which is final and not STATE_DELIVERED. */
enum fault fault_of_receipt(enum message_state state, struct view stat);

/* Whether a word fits a pattern: equal in any case, or begins with it when it ends with "*". "" fits everything. */
bool fault_word_fits(const char *pattern, struct view word);

/* Walks what is built in, for the documentation's test; false past the end. */
struct fault_row {
	const char *text; /* "ESME_RINVDSTADR", or the stat word or prefix with "*" */
	enum fault fault;
};
bool fault_at(size_t i, struct fault_row *out);

#endif
