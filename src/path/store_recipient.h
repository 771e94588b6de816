/*
 * store_recipient.h - the rules about the recipient, judged and counted in Redis by one script call, so that several
 * gateways agree. Knows keys; what the rules are is policy/recipient.h's.
 *
 * Keys, all behind the configured prefix; those of one number expire by themselves:
 *   optout:<account>, optout:<account>/<signature>, optout:global   sets of numbers
 *   dead                        hash number -> <until UTC ms>,<failures>,<class of the fault>
 *   consent:<account>           hash number -> the app's proof
 *   to:{<number>}:past                string, a line for each message that caps or similar text have counted:
 *                                     <UTC ms> <until> <id> <tags>; a tag is <cap>:<scope> (scope: account,
 *                                     account/signature, or global) or <print>@<account>
 *   to:{<number>}:cap:<name>:<scope>  sorted set of message ids by time, of a cap of more than 100 messages
 *   to:{<number>}:met:<account>       string: ids of the oldest messages (at most 4) that were not promotional and have
 *                                     not failed, blanks between
 *   to:{<number>}:failed              sorted set of message ids: failures that may make the number dead
 */
#ifndef PATH_STORE_RECIPIENT_H
#define PATH_STORE_RECIPIENT_H

#include "path/store.h"
#include "policy/recipient.h"

/* ok false: the link was lost or the script failed; nobody knows whether the message was counted. answer borrowed. */
typedef void (*store_recipient_fn)(void *arg, uint64_t token, bool ok, const struct recipient_answer *answer);
/*
 * Judges everything asked; only when no enforced policy fails it counts the message (caps, print, first contact), all
 * in one script call. Asks of a turn leave together (stage store), in their order. Asked again for the same id, a
 * message is not counted twice and does not stand in its own way. ask and all it points to is borrowed for the call.
 * 0, and fn is called once later; -1 when the store is down (fn is not called).
 */
STORE_MUST int store_recipient(struct store *s, const struct recipient_ask *ask, store_recipient_fn fn, uint64_t token);
/*
 * The message did not reach anybody: what caps and prints have counted of it is given back, and it has not met the
 * number. Repeated or not counted: no harm. The same ask as before (print, enforce and dry do not matter); no answer.
 * -1 when the store is down.
 */
STORE_MUST int store_recipient_refund(struct store *s, const struct recipient_ask *ask);
/*
 * The message has another text, which has no print: the one that was counted of it is in nobody's way any more. What
 * caps have counted stays. Repeated or not counted: no harm. No answer; -1 when the store is down.
 */
STORE_MUST int store_recipient_reprint(struct store *s, const struct recipient_ask *ask);

/* A final failure says that the number does not exist. word: name of the fault's class. No answer. -1: store down. */
struct store_failure {
	struct view number;
	uint64_t id; /* of the message: counts once */
	const char *word;
	int64_t now_ms;
};
STORE_MUST int store_recipient_failed(struct store *s, const struct dead_rule *rule, const struct store_failure *f);
/*
 * A message was delivered: the number lives. To be called for every delivery; it asks Redis only when this process has
 * learnt of a failure of that number (from store_recipient_failed() or an answer).
 */
void store_recipient_delivered(struct store *s, struct view number);

#endif
