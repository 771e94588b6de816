/*
 * templates.h - policy: a text must be made of a template that was approved for its account and signature. Pure but for
 * reading files of templates when it is built.
 */
#ifndef POLICY_TEMPLATES_H
#define POLICY_TEMPLATES_H

#include "policy/scope.h"

struct templates_conf { /* section templates: ( { account; classes; signature; name; text; file } ) */
	struct scope_conf scope;
	char *signature; /* "" : any, and texts without one */
	char *name;
	char *text; /* "" : none */
	char *file; /* "" : none; one template in each line, # begins a remark. Relative to the configuration's folder
		     */
};
extern const struct conf_row templates_rows[];

struct templates;
struct templates *templates_new(const struct templates_conf *rows, size_t n, const struct policy_names *names,
				char **errors);
void templates_free(struct templates *x);
/* The words at the end that are no part of a template: of these rows, borrowed; NULL: none. */
struct optout_text;
void templates_leave_out(struct templates *x, const struct optout_text *words);
bool templates_concerns(const struct templates *x, size_t account, enum class_id class_id);
enum policy_effect templates_judge(const struct templates *x, struct policy_subject *s);
size_t templates_count(const struct templates *x);

#endif
