/*
 * recipient.h - the rules about the recipient: opt-out, dead numbers, consent, first contact, frequency caps, similar
 * text. What is to be asked for a message; who asks the memory of all gateways is path/store_recipient.h. Pure.
 */
#ifndef POLICY_RECIPIENT_H
#define POLICY_RECIPIENT_H

#include "policy/caps.h"
#include "policy/similar.h"

struct consent_conf { /* section consent: ( { account; classes; accept_ref } ) */
	struct scope_conf to;
	bool accept_ref; /* the TLV consent_ref is proof enough */
};
extern const struct conf_row consent_rows[];

struct first_contact_conf {   /* section first_contact: ( { account; days } ) */
	struct scope_conf to; /* its classes are not read */
	int64_t days;	      /* so long after a message that is not promotional the number counts as met */
};
extern const struct conf_row first_contact_rows[];

struct dead_conf {	      /* section dead */
	struct scope_conf to; /* account NULL */
	int64_t failures;     /* so many make a number dead; 0: numbers are not learnt and not refused */
	int64_t days;	      /* within so many */
	int64_t keep;	      /* days that it stays dead */
};
extern const struct conf_row dead_rows[];

struct recipient_conf {
	const struct cap_conf *caps;
	const struct similar_conf *similars;
	const struct consent_conf *consents;
	const struct first_contact_conf *firsts;
	const struct dead_conf *dead; /* NULL: off */
	size_t caps_n, similars_n, consents_n, firsts_n;
};

struct recipient;
/* NULL with faults added to *errors. conf and names are not kept. */
struct recipient *recipient_new(const struct recipient_conf *conf, const struct policy_names *names, char **errors);
void recipient_free(struct recipient *r);

/* Policies as bits of a mask. */
#define POLICY_BIT(id) (1u << (id))
#define RECIPIENT_POLICIES                                                                                             \
	(POLICY_BIT(POLICY_OPTED_OUT) | POLICY_BIT(POLICY_DEAD) | POLICY_BIT(POLICY_CONSENT) |                         \
	 POLICY_BIT(POLICY_FIRST) | POLICY_BIT(POLICY_CAP) | POLICY_BIT(POLICY_SIMILAR))

/* Whether a policy (one of RECIPIENT_POLICIES) has something to say about these; X_concerns() of each. */
bool recipient_concerns(const struct recipient *r, enum policy_id id, size_t account, enum class_id class_id);

/* Whether one of them goes by the text: by what it says, or by its signature. */
bool recipient_reads_text(const struct recipient *r, enum policy_id id, size_t account, enum class_id class_id);

struct recipient_ask { /* views are borrowed */
	const struct recipient *rules;
	size_t account; /* number */
	enum class_id class_id;
	struct view number, account_name, signature; /* signature.n 0: none */
	uint64_t id;				     /* of the message: counts once, however often it is asked */
	int64_t now_ms;				     /* UTC */
	uint32_t enforce, dry; /* policies that are judged; those of dry do not keep a message from being counted */
	bool printed;	       /* print is there: the text can be compared */
	uint64_t print;
	bool meets; /* the message makes the number one that the account has met */
	bool look;  /* judge only: nothing is counted or remembered, whatever comes out */
};
/*
 * What is to be asked about a message. enforce and dry: masks of policies that are on and in dry run for it; those that
 * do not concern it, or are settled without asking (a consent_ref that is accepted), are left out. False: there is
 * nothing to ask, it passes.
 */
bool recipient_ask_for(const struct recipient *r, const struct policy_subject *s, uint64_t id, uint32_t enforce,
		       uint32_t dry, struct recipient_ask *out);

struct recipient_answer {
	uint32_t failed, dry; /* policies that fail: enforced, in dry run */
	/* Of the cap that frees last of those that fail; cap "": none fails. */
	char cap[CAP_NAME_MAX + 1];
	int64_t limit, window_ms;
	int64_t free_ms; /* UTC ms at which caps and similar text would let it pass, as far as is known now; 0: never */
};

/* How dead numbers are learnt; NULL: they are not. Good as long as r. */
struct dead_rule {
	unsigned failures;
	int64_t within_ms, keep_ms;
};
const struct dead_rule *recipient_dead(const struct recipient *r);
/* The rules behind an ask. */
const struct caps *recipient_caps(const struct recipient *r);
const struct similar_rule *recipient_similar(const struct recipient *r, size_t account, enum class_id class_id);
int64_t recipient_met_ms(const struct recipient *r, size_t account); /* 0: first contact is of no interest */
/* Whether such a message makes its number known to the account, which is asked too where no policy is on. */
bool recipient_meets(const struct recipient *r, size_t account, enum class_id class_id);

#endif
