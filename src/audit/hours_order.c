/*
 * hours_order.c - puts an archive's hours in the order of their records. Must not judge what it reads: a false number
 * makes a false order, which who verifies will find.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/hours.h"
#include "audit/lines.h"
#include "audit/record.h"
#include "audit/statement.h"
#include "base/mem.h"

static uint64_t first_stated(const char *path)
{
	struct lines *lines = lines_open(path, 0);
	struct statement s;
	struct view line;
	uint64_t first = 0;

	if (lines && lines_next(lines, &line) && statement_read(line, &s))
		first = s.first;
	lines_close(lines);
	return first;
}

/* Of the first two lines: CSV has a head. */
static uint64_t first_record(const char *path)
{
	struct lines *lines = lines_open(path, 0);
	struct cdr_line l;
	struct view line;
	uint64_t first = 0;

	while (lines && !first && lines_number(lines) < 2 && lines_next(lines, &line))
		first = cdr_cut(line, &l) ? record_number(&l) : 0;
	lines_close(lines);
	return first;
}

static uint64_t first_of(const char *directory, const struct hour *h)
{
	static const char *const suffixes[] = {"seal", "jsonl", "csv"};
	const bool there[] = {h->seal, h->json, h->csv};
	uint64_t first = 0;

	for (size_t i = 0; i < 3 && !first; i++) {
		char *path = there[i] ? hours_path(directory, h, suffixes[i]) : NULL;

		if (path)
			first = i == 0 ? first_stated(path) : first_record(path);
		mem_free(path);
	}
	return first;
}

static int by_first(const void *a, const void *b)
{
	const struct hour *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->from_ms != y->from_ms)
		return x->from_ms < y->from_ms ? -1 : 1;
	return strcmp(x->name, y->name);
}

void hours_order(const char *directory, struct hours *h)
{
	for (size_t i = 0; i < h->n; i++) {
		struct hour *x = &h->hour[i];

		x->first = first_of(directory, x);
		if (!x->first && i > 0 && x[-1].node == x->node) /* stays behind the one before it in time */
			x->first = x[-1].first;
	}
	if (h->n > 0)
		qsort(h->hour, h->n, sizeof(*h->hour), by_first);
}
