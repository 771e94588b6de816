/*
 * must.h - what the fuzz targets share: the entry point, a check that ends the process, and octets taken off the front
 * of an input. Knows no target.
 */
#ifndef FUZZ_MUST_H
#define FUZZ_MUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "smpp/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                                                                \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                        \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

/* One octet; 0 when there is none left. */
static inline uint8_t take_octet(struct view *rest)
{
	if (rest->n == 0)
		return 0;
	rest->n--;
	return *rest->p++;
}

/* At most n octets. */
static inline struct view take_view(struct view *rest, uint32_t n)
{
	struct view part = {rest->p, n < rest->n ? n : rest->n};
	rest->p += part.n;
	rest->n -= part.n;
	return part;
}

#endif
