/*
 * must_match.h - policy: what texts must hold, as patterns: a hotline, the last day of an offer. Pure.
 */
#ifndef POLICY_MUST_MATCH_H
#define POLICY_MUST_MATCH_H

#include "policy/scope.h"

struct must_match_conf { /* section must_match: ( { account; classes; campaign; pattern; when; explain } ) */
	struct scope_conf scope;
	char *campaign; /* "" : all */
	char *pattern;	/* PCRE2, UTF-8 */
	char *when;	/* "" : every text */
	char *explain;
};
extern const struct conf_row must_match_rows[];

struct must_match;
struct must_match *must_match_new(const struct must_match_conf *rows, size_t n, const struct policy_names *names,
				  char **errors);
void must_match_free(struct must_match *x);
bool must_match_concerns(const struct must_match *x, size_t account, enum class_id class_id);
/*
 * All rows count. A pattern that gives up (its limits of work) did not match; such a `when` did: who cannot be read is
 * not let through. Texts that are not UTF-8 match nothing.
 */
enum policy_effect must_match_judge(const struct must_match *x, struct policy_subject *s);

#endif
