/*
 * signature.h - policy: a text says who sends it, by a name in 【】 that the account may use (smpp.md 16). Pure.
 */
#ifndef POLICY_SIGNATURE_H
#define POLICY_SIGNATURE_H

#include "policy/scope.h"

struct signature_conf { /* section signatures: ( { account; classes; names; position; on_missing; default } ) */
	struct scope_conf scope;
	struct conf_list names; /* without 【】; "" in the list: none */
	char *name;		/* key default: the one to prepend; "" : the first of names */
	int position;		/* enum signature_place */
	int on_missing;		/* 0 reject, 1 prepend */
};
extern const struct conf_row signature_rows[];

enum signature_place { SIGNATURE_START, SIGNATURE_END, SIGNATURE_ANY };

struct signature;
struct signature *signature_new(const struct signature_conf *rows, size_t n, const struct policy_names *names,
				char **errors);
void signature_free(struct signature *x);
bool signature_concerns(const struct signature *x, size_t account, enum class_id class_id);
/* Sets subject.signature too, when the text has one where the account may have it. */
enum policy_effect signature_judge(const struct signature *x, struct policy_subject *s);

/*
 * The text's signature, for whoever goes by it: the name between 【 and 】 at the start (after blanks), else at the
 * end. At most 64 characters. n 0: none. place (may be NULL) is where it stands.
 */
struct view signature_find(struct view text, enum signature_place *place);
/*
 * A text of ours, which nobody judges, with the account's own signature (default, else the first of names) at its
 * place: in out, or utf8 itself when it has a signature, no row is for these, or out has no room.
 */
const char *signature_put(const struct signature *x, size_t account, enum class_id class_id, const char *utf8,
			  char *out, size_t cap);
/* The text without the signature that signature_find() gives, and without blanks at that end. */
struct view signature_without(struct view text);
/* Both. */
struct view signature_split(struct view text, struct view *rest);

#endif
