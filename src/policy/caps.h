/*
 * caps.h - how often a number is contacted: at most so many messages in any so long time, by class and scope. The rows
 * and which of them are for whom; who counts is path/store_recipient.c. Pure.
 */
#ifndef POLICY_CAPS_H
#define POLICY_CAPS_H

#include "base/conf.h"
#include "policy/subject.h"

#define CAP_NAME_MAX 32u
#define CAPS_MAX     64u /* rows */

/* What is counted together. */
enum cap_scope {
	CAP_ACCOUNT,   /* what the account sends */
	CAP_SIGNATURE, /* what it sends under one signature */
	CAP_GLOBAL     /* what all accounts send */
};

struct cap_conf { /* section caps: ( { name; class; account; scope; limit; window } ) */
	struct conf_where where;
	char *name;		/* rows of one name count the same messages: several windows of one cap */
	struct conf_list class; /* names of classes; empty: all */
	char *account;		/* system_id; "" = all */
	int scope;		/* enum cap_scope */
	int64_t limit;		/* messages; 0: none may go */
	int64_t window;		/* s */
};
extern const struct conf_row caps_rows[];

struct cap {
	char name[CAP_NAME_MAX + 1];
	enum cap_scope scope;
	int64_t limit, window_ms;
	int64_t keep_ms; /* the longest window of its name: how long what it counts must be remembered */
	bool first;	 /* of its name */
};

struct caps;
/*
 * NULL with faults added to *errors: an account or class that is not there, more than CAPS_MAX rows, a name with ':' or
 * braces, rows of one name that differ in class, account or scope. Nothing of rows or names is kept.
 */
struct caps *caps_new(const struct cap_conf *rows, size_t n, const struct policy_names *names, char **errors);
void caps_free(struct caps *c);
/* The rows that are for messages of this class and account, as bits. */
uint64_t caps_for(const struct caps *c, size_t account, enum class_id class_id);
const struct cap *caps_at(const struct caps *c, unsigned i); /* bit i. Good as long as c */
bool caps_concerns(const struct caps *c, size_t account, enum class_id class_id);

#endif
