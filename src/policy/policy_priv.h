/*
 * policy_priv.h - what policy.c (the table and the walk) and policy_mode.c (which policy holds for whom) share. Nobody
 * else includes it.
 */
#ifndef POLICY_POLICY_PRIV_H
#define POLICY_POLICY_PRIV_H

#include "policy/policy.h"

struct policy_modes;

struct policy {
	struct policy_modes *modes;
	struct opening *opening;
	struct recipient *recipient;
	struct texts *texts;
	struct words *words;
};

struct policy_row {
	enum policy_id id;
	uint32_t status;
	const char *name, *plain;
	/* Judges the message by itself; NULL: the answer is with the recipient, or the policy acts elsewhere. */
	enum policy_effect (*judge)(const struct policy *p, struct policy_subject *s);
	/* Whether it is on where no row of `policies` says anything. */
	bool (*concerns)(const struct policy *p, size_t account, enum class_id class_id);
	bool reads_text;
	bool of_recipient;
	bool closed; /* when it is not known: refused, for promotional classes; else it goes */
};
extern const struct policy_row policy_rows[];
extern const size_t policy_rows_n;

/* What judges a message by itself, by its place in the table: kept, and tried. */
struct policy_steps {
	uint32_t on, dry;
};

/* policy_mode.c: NULL with faults. */
struct policy_modes *policy_modes_new(const struct policy *p, const struct policy_conf *conf,
				      const struct policy_names *names, char **errors);
void policy_modes_free(struct policy_modes *m);
struct policy_steps policy_steps(const struct policy *p, size_t account, enum class_id class_id, size_t carrier);

#endif
