/*
 * sorter.h - puts millions of values in the order of their keys without ever taking long: they are sorted in runs while
 * they come, and the runs are merged while they are taken. Knows neither keys' meaning nor values'.
 */
#ifndef BASE_SORTER_H
#define BASE_SORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sorter_item {
	uint64_t key, then; /* ascending; then decides between equal keys */
	uint64_t value;
};

struct sorter;
struct sorter *sorter_new(void);
void sorter_free(struct sorter *s); /* with what was not taken */
/* Before the first sorter_take() only. At most SORTER_RUN items are looked at. */
#define SORTER_RUN 4096u
void sorter_add(struct sorter *s, const struct sorter_item *item);
/* The least that is left; false: there is none. Memory of what was taken is freed on the way. */
bool sorter_take(struct sorter *s, uint64_t *value);
size_t sorter_count(const struct sorter *s); /* not taken yet */

#endif
