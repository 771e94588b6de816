/*
 * caps.h - how often a number is contacted: at most so many messages in any so long time, by class and scope. The rows
 * and which of them are for whom; who counts is path/store_recipient.c. Pure.
 */
#ifndef POLICY_CAPS_H
#define POLICY_CAPS_H

#include "policy/scope.h"

#define CAP_NAME_MAX 32u

/* What is counted together. */
enum cap_scope {
	CAP_ACCOUNT,   /* what the account sends */
	CAP_SIGNATURE, /* what it sends under one signature */
	CAP_GLOBAL     /* what all accounts send */
};

struct cap_conf { /* section caps: ( { name; account; classes; scope; limit; window } ) */
	struct scope_conf to;
	char *name;	/* rows of one name count the same messages: several windows of one cap */
	int scope;	/* enum cap_scope */
	int64_t limit;	/* messages; 0: none may go */
	int64_t window; /* s */
};
extern const struct conf_row caps_rows[];

struct cap {
	char name[CAP_NAME_MAX + 1];
	enum cap_scope scope;
	int64_t limit, window_ms;
	int64_t keep_ms; /* the longest window of its name: how long what it counts must be remembered */
	uint32_t group;	 /* the same for rows of one name */
};

struct caps;
/*
 * NULL with faults added to *errors: an account or class that is not there, a name that is not of letters, digits, '-'
 * and '_', rows of one name that differ in account, classes or scope. Nothing of rows or names is kept.
 */
struct caps *caps_new(const struct cap_conf *rows, size_t n, const struct policy_names *names, char **errors);
void caps_free(struct caps *c);
/* The caps for messages of this account and class, for caps_at(); those of one name stand together. */
struct scope_list caps_for(const struct caps *c, size_t account, enum class_id class_id);
const struct cap *caps_at(const struct caps *c, uint32_t i); /* good as long as c */
bool caps_concerns(const struct caps *c, size_t account, enum class_id class_id);

#endif
