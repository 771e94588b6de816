/*
 * recent.c - ids of the messages that the last run recorded as accepted in its last minute. Must not know files.
 */
#include "audit/recent.h"

#include <stdlib.h>
#include <string.h>

#include "audit/record.h"
#include "base/ids.h"
#include "base/mem.h"

#define MINUTE_MS 60000
#define AHEAD_MS  100 /* ids may be a little ahead of the clock: their record may stand in the file before */
#define FIRST_CAP 1024u

static void keep_from(struct recent *r, int64_t ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (ids_time_ms(r->id[i]) >= ms)
			r->id[kept++] = r->id[i];
	}
	r->n = kept;
}

void recent_begin(struct recent *r)
{
	r->n = 0;
	r->first_ms = r->last_ms = 0;
}

void recent_record(struct recent *r, const struct cdr_line *l)
{
	char text[40];
	int64_t at = cdr_get(l, "at", text, sizeof(text)) > 0 ? cdr_time_ms(text) : 0;

	if (!r->first_ms) /* nothing was before record 1 */
		r->first_ms = record_number(l) > 1 ? at + AHEAD_MS : at;
	r->last_ms = at > r->last_ms ? at : r->last_ms;
	if (cdr_get(l, "kind", text, sizeof(text)) < 1 || strcmp(text, cdr_kind_name(CDR_ACCEPTED)) != 0 ||
	    (cdr_get(l, "msg", text, sizeof(text)) < 1 && cdr_get(l, "id", text, sizeof(text)) < 1))
		return;
	if (r->n == r->cap) {
		keep_from(r, r->last_ms - MINUTE_MS);
		if (r->n >= r->cap / 2) {
			r->cap = r->cap ? 2 * r->cap : FIRST_CAP;
			r->id = mem_realloc(r->id, r->cap * sizeof(*r->id));
		}
	}
	r->id[r->n++] = strtoull(text, NULL, 10);
}

static int by_id(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

void recent_end(struct recent *r)
{
	int64_t floor = r->last_ms - MINUTE_MS;

	if (r->first_ms < floor)
		r->first_ms = floor;
	keep_from(r, r->first_ms);
	if (r->n)
		qsort(r->id, r->n, sizeof(*r->id), by_id);
}

bool recent_missed(const struct recent *r, uint64_t id)
{
	return r->last_ms && ids_time_ms(id) >= r->first_ms && !(r->n && bsearch(&id, r->id, r->n, sizeof(id), by_id));
}

void recent_free(struct recent *r)
{
	mem_free(r->id);
	*r = (struct recent){0};
}
