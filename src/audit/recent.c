/*
 * recent.c - ids of the messages that the last run recorded as accepted in its last minute, and places of the ends that
 * it recorded. Must not know files.
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
	r->n = r->ends = 0;
	r->first_ms = r->last_ms = 0;
}

/* The oldest half goes when there are too many. */
static void add_end(struct recent *r, const struct recent_place *e)
{
	if (r->ends == 2 * (size_t)RECENT_ENDS) {
		memcpy(r->end, r->end + RECENT_ENDS, RECENT_ENDS * sizeof(*r->end));
		r->ends = RECENT_ENDS;
	}
	if (r->ends == r->ends_cap) {
		r->ends_cap = r->ends_cap ? 2 * r->ends_cap : FIRST_CAP;
		r->end = mem_realloc(r->end, r->ends_cap * sizeof(*r->end));
	}
	r->end[r->ends++] = *e;
}

static bool is(const char *kind, enum cdr_kind k)
{
	return strcmp(kind, cdr_kind_name(k)) == 0;
}

void recent_record(struct recent *r, const struct cdr_line *l, unsigned file, uint64_t place)
{
	char text[40];
	int64_t at = cdr_get(l, "at", text, sizeof(text)) > 0 ? cdr_time_ms(text) : 0;

	if (!r->first_ms) /* nothing was before record 1 */
		r->first_ms = record_number(l) > 1 ? at + AHEAD_MS : at;
	r->last_ms = at > r->last_ms ? at : r->last_ms;
	if (cdr_get(l, "kind", text, sizeof(text)) < 1)
		return;
	bool accepted = is(text, CDR_ACCEPTED), ended = is(text, CDR_ENDED);
	if ((!accepted && !ended && !is(text, CDR_REOPENED)) ||
	    (cdr_get(l, "msg", text, sizeof(text)) < 1 && cdr_get(l, "id", text, sizeof(text)) < 1))
		return;
	if (!accepted) {
		add_end(r, &(struct recent_place){strtoull(text, NULL, 10), place, file, ended});
		return;
	}
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

/* Of one message the last record counts: it comes first. */
static int by_end(const void *a, const void *b)
{
	const struct recent_place *x = a, *y = b;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->file != y->file)
		return x->file > y->file ? -1 : 1;
	return x->at > y->at ? -1 : x->at < y->at;
}

bool recent_minute(const struct recent *r)
{
	return r->last_ms - r->first_ms >= MINUTE_MS;
}

void recent_end(struct recent *r)
{
	int64_t floor = r->last_ms - MINUTE_MS;

	if (r->first_ms < floor)
		r->first_ms = floor;
	keep_from(r, r->first_ms);
	if (r->n)
		qsort(r->id, r->n, sizeof(*r->id), by_id);
	if (r->ends > RECENT_ENDS) {
		memmove(r->end, r->end + (r->ends - RECENT_ENDS), RECENT_ENDS * sizeof(*r->end));
		r->ends = RECENT_ENDS;
	}
	if (r->ends)
		qsort(r->end, r->ends, sizeof(*r->end), by_end);
}

bool recent_missed(const struct recent *r, uint64_t id)
{
	return r->last_ms && ids_time_ms(id) >= r->first_ms && !(r->n && bsearch(&id, r->id, r->n, sizeof(id), by_id));
}

const struct recent_place *recent_ended(const struct recent *r, uint64_t id)
{
	size_t from = 0, to = r->ends;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (r->end[middle].id < id)
			from = middle + 1;
		else
			to = middle;
	}
	return from < r->ends && r->end[from].id == id && r->end[from].ended ? &r->end[from] : NULL;
}

void recent_free(struct recent *r)
{
	mem_free(r->end);
	mem_free(r->id);
	*r = (struct recent){0};
}
