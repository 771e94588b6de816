/*
 * similar.h - similar text too soon: a print of 64 bits for a text, so that prints of texts that differ in an amount, a
 * date or a name differ in few bits (SimHash). Which rule is for whom; who remembers prints is path/store_recipient.c.
 * Pure.
 */
#ifndef POLICY_SIMILAR_H
#define POLICY_SIMILAR_H

#include "policy/scope.h"

struct similar_conf { /* section similar: ( { account; classes; distance; age; keep } ) */
	struct scope_conf to;
	int64_t distance; /* bits that may differ: so many and fewer are similar */
	int64_t age;	  /* s: an older text does not count */
	int64_t keep;	  /* prints per number and account: the youngest */
};
extern const struct conf_row similar_rows[];

struct similar_rule {
	unsigned distance;
	int64_t age_ms;
	/* What must be remembered for the rows of all classes, which share prints. */
	unsigned keep;
	int64_t remember_ms;
};

struct similar;
/* NULL with faults added to *errors: an account or class that is not there. Nothing of rows or names is kept. */
struct similar *similar_new(const struct similar_conf *rows, size_t n, const struct policy_names *names, char **errors);
void similar_free(struct similar *x);
bool similar_concerns(const struct similar *x, size_t account, enum class_id class_id);
/* The row that is for them; NULL: none. Good as long as x. */
const struct similar_rule *similar_for(const struct similar *x, size_t account, enum class_id class_id);

/*
 * The print of a text in UTF-8: the same for texts that differ only in width, case, blanks, punctuation and digits.
 * False when there is too little text to compare (fewer than SIMILAR_LEAST characters are left).
 */
#define SIMILAR_LEAST 8u
bool similar_print(const char *text, size_t n, uint64_t *out);
bool similar_print_of(const uint32_t *letters, size_t n, uint64_t *out); /* of a text that is folded (policy/fold.h) */
unsigned similar_distance(uint64_t a, uint64_t b);			 /* bits that differ: 0..64 */

#endif
