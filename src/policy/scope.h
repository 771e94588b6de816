/*
 * scope.h - whom the rows of a section are for: account, classes, carrier. Compiled once, so that judging a message is
 * an array lookup. Pure.
 */
#ifndef POLICY_SCOPE_H
#define POLICY_SCOPE_H

#include "base/conf.h"
#include "policy/subject.h"

struct scope_conf { /* first member of the struct of each section that is compiled here */
	struct conf_where where;
	char *account;		  /* "" : every one */
	char *carrier;		  /* NULL: the section has no such key; "" : every one */
	struct conf_list classes; /* empty: all */
};

struct scope;

/* The rows for one account and class, by number, the most particular first. */
struct scope_list {
	const uint32_t *at;
	size_t n;
};

/*
 * rows: n structs of size octets, each of which begins with a struct scope_conf. More particular is, in this order: a
 * row that names the account, one that names the carrier, one that names classes; equals stay in their order.
 * one_choice: equals are a fault, as only one of them could hold. NULL with faults (conf_fault()), which begin with
 * section.
 */
struct scope *scope_new(const char *section, const void *rows, size_t size, size_t n, bool one_choice,
			const struct policy_names *names, char **errors);
void scope_free(struct scope *s);
struct scope_list scope_at(const struct scope *s, size_t account, enum class_id class_id);
/* Whether scope_at() would give the row. */
bool scope_row_fits(const struct scope *s, uint32_t row, size_t account, enum class_id class_id);
/* Whether a row that scope_at() gave is for the carrier; POLICY_NO_CARRIER: only when it is for every one. */
bool scope_carrier(const struct scope *s, uint32_t row, size_t carrier);

#endif
