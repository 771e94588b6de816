/*
 * policy.h - verdicts: a message and a snapshot of what is known in, a verdict out. No I/O, no waiting: whoever asks
 * has fetched the snapshot. Each policy is a row with its name, its status, its counter and a plain sentence.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "policy/class.h"

struct policy_message {
	enum class_id class_id;
};

struct policy_snapshot {
	bool opted_out; /* the number stands on the account's or the global opt-out set */
};

struct policy_verdict {
	uint32_t status;   /* ESME_ROK: may go */
	const char *name;  /* of the policy that refused, "" when none; goes into the verdict TLV. Static text */
	const char *plain; /* one sentence for people. Static text */
};

/* Whether judging needs the recipient's part of the snapshot (one round trip to the store). */
bool policy_needs_recipient(const struct policy_message *m);
/* The first policy that refuses, in table order; counts it. */
struct policy_verdict policy_judge(const struct policy_message *m, const struct policy_snapshot *s);
/* The same for who only asks: counts nothing. */
struct policy_verdict policy_look(const struct policy_message *m, const struct policy_snapshot *s);

struct stats;
void policy_stats(struct stats *stats); /* registers the counters */

#endif
