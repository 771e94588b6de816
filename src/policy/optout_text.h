/*
 * optout_text.h - policy: a promotional text says how to stop it: 拒收请回复R (smpp.md 16). Pure.
 */
#ifndef POLICY_OPTOUT_TEXT_H
#define POLICY_OPTOUT_TEXT_H

#include "policy/scope.h"

struct optout_text_conf { /* section opt_out_texts: ( { account; carrier; classes; texts; on_missing; append } ) */
	struct scope_conf scope;
	struct conf_list texts;
	int on_missing; /* 0 reject, 1 append */
	char *append;	/* "" : the first of texts */
};
extern const struct conf_row optout_text_rows[];

struct optout_text;
/* The rows are borrowed as long as what is built of them. */
struct optout_text *optout_text_new(const struct optout_text_conf *rows, size_t n, const struct policy_names *names,
				    char **errors);
void optout_text_free(struct optout_text *x);
bool optout_text_concerns(const struct optout_text *x, size_t account, enum class_id class_id);
/* Whether rows for these, or any rows at all, name a carrier: the answer is another one for another carrier. */
bool optout_text_by_carrier(const struct optout_text *x, size_t account, enum class_id class_id);
bool optout_text_any_carrier(const struct optout_text *x);
/*
 * The most particular row counts. A carrier that is not known: the row for every one, and a text with the words of
 * another carrier's row passes, as it will be judged again when the carrier is known.
 */
enum policy_effect optout_text_judge(const struct optout_text *x, struct policy_subject *s);
/* The text without words of these rows at its end. */
struct view optout_text_without(const struct optout_text *x, const struct policy_subject *s, struct view text);

#endif
