/*
 * policy.h - the rules of contact: one table of policies, each a row with its name, its status, its plain sentence and
 * its counters; by account, class and carrier each is off, only tried (dry run), or kept. A message and what is known
 * go in, a verdict comes out. No I/O, no waiting.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "base/conf.h"
#include "policy/opening.h"
#include "policy/recipient.h"
#include "policy/subject.h"
#include "policy/texts.h"
#include "policy/words.h"

enum policy_mode { POLICY_OFF, POLICY_DRY_RUN, POLICY_ON };

struct policy_mode_conf { /* section policies: ( { policy; account; class; carrier; mode; fail } ) */
	struct conf_where where;
	char *policy;
	char *account, *class_name, *carrier; /* "" : every one */
	int mode;			      /* as enum policy_mode + 1; 0: as it is built in */
	int fail;			      /* 0 as it is built in, 1 open, 2 closed */
};
extern const struct conf_row policy_mode_rows[];

/* What main has read from the configuration; borrowed until the policy that was built from it is freed. */
struct policy_conf {
	const struct policy_mode_conf *modes;
	size_t modes_n;
	struct opening_conf opening;
	struct recipient_conf recipient;
	struct texts_conf texts;
	const struct words_conf *filters;
	size_t filters_n;
	/* The gateway runs: without `before` this is only a check, for which no large file is read. */
	bool running;
};

struct policy;
/* NULL with faults (conf_fault()). before: the one that it takes the place of, for what is shared; may be NULL. */
struct policy *policy_new(const struct policy_conf *conf, const struct policy_names *names, struct policy *before,
			  char **errors);
void policy_free(struct policy *p);
/* The rules about recipients; good as long as the policy. */
const struct recipient *policy_recipient(const struct policy *p);
const struct opening *policy_opening(const struct policy *p);
const struct words *policy_words(const struct policy *p);
/*
 * To be called every now and then: words that policy_new() has left to a thread take effect, or are given up, when they
 * are ready. True: there is nothing to wait for (any more).
 */
bool policy_settle(struct policy *p);

struct policy_verdict {
	enum policy_id id; /* POLICY_NONE: it may go */
	uint32_t status;   /* ESME_ROK, or what the app is answered */
	const char *name;  /* for the verdict TLV and the log, "" when none. Static text */
	const char *plain; /* one sentence for people. Static text */
};
struct policy_verdict policy_verdict_of(enum policy_id id);
/* The names and sentences by number; NULL past the last. */
const char *policy_name(enum policy_id id);

/* carrier: POLICY_NO_CARRIER: what holds whichever it is. */
enum policy_mode policy_mode(const struct policy *p, enum policy_id id, size_t account, enum class_id class_id,
			     size_t carrier);
/* What becomes of a message when it cannot be known in time whether the policy would refuse it: true, it goes. */
bool policy_fails_open(const struct policy *p, enum policy_id id, size_t account, enum class_id class_id,
		       size_t carrier);

/* Whether a policy that is not off reads the texts of an account's class: else they need not be decoded. */
bool policy_reads_text(const struct policy *p, size_t account, enum class_id class_id);
/* Whether any policy is kept or tried there, or reads the text: else nothing that is asked here says anything. */
bool policy_concerns(const struct policy *p, size_t account, enum class_id class_id, size_t carrier);
/*
 * All policies that need nothing but the message, in the table's order, each counted. The first that refuses ends it;
 * what holds for review goes on to those that may refuse. Text, signature, due_ms of the subject are what they made of
 * them: also of a text that is refused.
 */
enum policy_effect policy_judge(struct policy *p, struct policy_subject *s, struct policy_verdict *verdict);
/*
 * Before it leaves by a carrier (of the subject), which may be another one than the text was judged for: those whose
 * rows name carriers, that is the words that say how to stop it. Counted. POLICY_PASS when it is not for them.
 */
bool policy_texts_by_carrier(const struct policy *p); /* there are any such rows */
bool policy_text_by_carrier(const struct policy *p, size_t account, enum class_id class_id, size_t carrier);
enum policy_effect policy_judge_leaving(struct policy *p, struct policy_subject *s);
/* The same for who only asks: counts nothing; each policy that concerns it is told with what it says. */
struct policy_finding {
	struct policy_verdict policy;
	enum policy_mode mode;
	enum policy_effect effect;
	const char *detail;
};
enum policy_effect policy_look(struct policy *p, struct policy_subject *s,
			       void (*fn)(void *arg, const struct policy_finding *found), void *arg);

/* Policies whose answer is with the recipient (one call to the store), as bits 1 << enum policy_id. */
struct policy_asks {
	uint32_t enforce, dry;
	uint32_t open; /* of enforce: those that let it go when the answer does not come in time */
};
struct policy_asks policy_asks(const struct policy *p, size_t account, enum class_id class_id, size_t carrier);
/* What the recipient's answer means, counted: failed as bits. The first in the table's order that is enforced. */
struct policy_verdict policy_decide(struct policy *p, const struct policy_asks *asked, uint32_t failed);
/* The answer did not come in time: POLICY_NONE when all are open, else the first that is closed. Counted. */
struct policy_verdict policy_unknown(struct policy *p, const struct policy_asks *asked);
/* A message that was refused or ended elsewhere by the policy's rule (before leaving): counted. */
void policy_count(struct policy *p, enum policy_id id);
void policy_count_dry(struct policy *p, enum policy_id id); /* would have been */

/* A text of ours (an answer), which policies do not judge, signed where they ask for it: out, or utf8 itself. */
const char *policy_signed(const struct policy *p, size_t account, enum class_id class_id, const char *utf8, char *out,
			  size_t cap);
/* A number for a signature, the same in every process; 0: none. */
uint32_t policy_sign(struct view signature);

struct stats;
void policy_stats(struct stats *stats); /* registers the counters, all 0 */

#endif
