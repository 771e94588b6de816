/*
 * spans.c - times of the day by kinds of days. Must not know what they open.
 */
#include "policy/spans.h"

#include <string.h>

#include "base/mem.h"
#include "policy/hours.h"

#define MINUTE_MS 60000
#define DAY_MS	  ((int64_t)HOURS_DAY * MINUTE_MS)

struct list {
	struct hours_span *at; /* ascending, none touches another */
	size_t n;
};

struct spans {
	struct list kinds[DAY_KINDS];
	bool same; /* all kinds have the same times: the calendar need not be asked */
};

static void insert(struct list *l, struct hours_span span)
{
	size_t i = l->n++;
	for (; i > 0 && l->at[i - 1].from > span.from; i--)
		l->at[i] = l->at[i - 1];
	l->at[i] = span;
}

/* Spans that overlap or touch become one. */
static void merge(struct list *l)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++) {
		if (n && l->at[i].from <= l->at[n - 1].to) {
			if (l->at[i].to > l->at[n - 1].to)
				l->at[n - 1].to = l->at[i].to;
		} else {
			l->at[n++] = l->at[i];
		}
	}
	l->n = n;
}

static bool same_times(const struct list *a, const struct list *b)
{
	return a->n == b->n && memcmp(a->at, b->at, a->n * sizeof(*a->at)) == 0;
}

struct spans *spans_new(const char *section, const struct conf_where *where,
			const struct conf_list *const lists[DAY_KINDS], char **errors)
{
	struct spans *s = mem_zalloc(sizeof(*s));
	bool good = true;
	for (int k = 0; k < DAY_KINDS; k++) {
		struct list *l = &s->kinds[k];
		l->at = mem_zalloc((lists[k]->n + 1) * sizeof(*l->at));
		for (size_t i = 0; i < lists[k]->n; i++) {
			struct hours_span span;
			if (hours_parse(lists[k]->at[i], &span) && span.from < span.to) {
				insert(l, span);
				continue;
			}
			conf_fault(errors, where,
				   "%s: %s \"%s\" must be like \"08:00-21:00\"; over midnight write two: "
				   "\"20:00-24:00\", \"00:00-02:00\"",
				   section, calendar_kind_name((enum day_kind)k), lists[k]->at[i]);
			good = false;
		}
		merge(l);
	}
	s->same = same_times(&s->kinds[0], &s->kinds[1]) && same_times(&s->kinds[0], &s->kinds[2]);
	if (good)
		return s;
	spans_free(s);
	return NULL;
}

void spans_free(struct spans *s)
{
	if (!s)
		return;
	for (int k = 0; k < DAY_KINDS; k++)
		mem_free(s->kinds[k].at);
	mem_free(s);
}

bool spans_open(const struct spans *s, struct calendar *c, int zone, int64_t at_ms, int64_t *edge_ms)
{
	int64_t day = calendar_day(at_ms, zone);
	int64_t midnight = day * DAY_MS - (int64_t)zone * MINUTE_MS; /* UTC ms of the day's start */
	for (int i = 0; i <= SPANS_DAYS; i++, day++, midnight += DAY_MS) {
		const struct list *l = &s->kinds[s->same ? DAY_WORKDAY : calendar_kind(c, day)];
		for (size_t k = 0; k < l->n; k++) {
			int64_t from = midnight + (int64_t)l->at[k].from * MINUTE_MS;
			int64_t to = midnight + (int64_t)l->at[k].to * MINUTE_MS;
			if (to <= at_ms)
				continue;
			*edge_ms = from > at_ms ? from : to;
			return from <= at_ms;
		}
	}
	*edge_ms = INT64_MAX;
	return false;
}
