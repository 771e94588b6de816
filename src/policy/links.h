/*
 * links.h - policy: texts may link only to hosts on the account's list. Pure.
 */
#ifndef POLICY_LINKS_H
#define POLICY_LINKS_H

#include "policy/scope.h"

struct links_conf { /* section links: ( { account; classes; hosts } ) */
	struct scope_conf scope;
	struct conf_list hosts; /* "cmbchina.com" : that one; "*.bank.cn" : all below it, not itself; empty: no links */
};
extern const struct conf_row links_rows[];

struct links;
struct links *links_new(const struct links_conf *rows, size_t n, const struct policy_names *names, char **errors);
void links_free(struct links *x);
bool links_concerns(const struct links *x, size_t account, enum class_id class_id);
/* All rows for account and class count together: a host may stand in any of them. */
enum policy_effect links_judge(const struct links *x, struct policy_subject *s);

#endif
