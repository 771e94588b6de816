/*
 * ported_table.h - a compact table in memory from phone numbers to small values: eight octets a number and at most an
 * eighth of that as slack. Knows not what the values mean; no I/O.
 */
#ifndef PATH_PORTED_TABLE_H
#define PATH_PORTED_TABLE_H

#include <stddef.h>
#include "path/number.h"

#define PORTED_DIGITS_MAX 15u	  /* E.164; longer numbers are not kept */
#define PORTED_VALUE_MAX  0x1fffu /* of a value */
#define PORTED_BUCKETS	  131072u /* of the table in Redis */

struct ported_table;
struct ported_table *ported_table_new(void);
void ported_table_free(struct ported_table *t);
/* Adds a value to a number, which may have several; 0: added, or there already; -1: the number is too long. */
__attribute__((warn_unused_result)) int ported_table_put(struct ported_table *t, const struct number *number,
							 uint16_t value);
/* The values of a number, up to max of them; returns how many. */
size_t ported_table_find(const struct ported_table *t, const struct number *number, uint16_t *values, size_t max);
/* Takes out all values of a number. */
void ported_table_clear(struct ported_table *t, const struct number *number);
size_t ported_table_count(const struct ported_table *t);  /* values */
size_t ported_table_octets(const struct ported_table *t); /* of memory */

/* The bucket of a number in Redis, the same in every process; a number that is too long has none: -1. */
int ported_bucket(const struct number *number);

#endif
