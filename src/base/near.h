/*
 * near.h - "did you mean ...?": of some names the one that is most like a word that is none of them. Pure.
 */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stddef.h>

#define NEAR_MAX 80u /* octets of a name */

struct near {
	const char *word; /* borrowed */
	unsigned distance;
	char best[NEAR_MAX + 1];
};

void near_start(struct near *n, const char *word);
void near_try(struct near *n, const char *name, size_t len); /* name need not end at len */
const char *near_best(const struct near *n);		     /* NULL: none is like it */

#endif
