/*
 * steps_watch.c - what a script can say of numbers that are watched. How many lines there are stands for what they say:
 * a scene's log goes nowhere.
 */
#include <stdlib.h>
#include "path/flow_watch.h"
#include "steps.h"

static bool read_number(const struct step *s, const char *word, struct number *n)
{
	return number_parse_text(word, n) || step_fail(s, "%s is no number", word);
}

static bool do_watch(struct world *w, struct step *s)
{
	int64_t ms = script_ms(s->args[1]);
	struct number n;

	if (ms < 0)
		return step_fail(s, "\"%s\" is no time: 200ms, 5s, 3m, 2h, 1d", s->args[1]);
	if (w->flow == NULL)
		return step_fail(s, "no gateway runs");
	return read_number(s, s->args[0], &n) &&
	       (flow_watch_start(w->flow, &n, ms, true, "scene") || step_fail(s, "too many are watched"));
}

static bool do_not_watch(struct world *w, struct step *s)
{
	struct number n;

	if (w->flow == NULL)
		return step_fail(s, "no gateway runs");
	return read_number(s, s->args[0], &n) && (flow_watch_stop(w->flow, &n) || step_fail(s, "it is not watched"));
}

static bool expect_lines(struct world *w, struct step *s)
{
	struct flow_watched rows[FLOW_WATCHED_MAX];
	size_t n = w->flow != NULL ? flow_watch_list(w->flow, rows) : 0;
	uint64_t least = strtoull(s->args[1], NULL, 10);
	struct number number;

	if (!read_number(s, s->args[0], &number))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].number.digits, number.digits) == 0)
			return (least > 0 ? rows[i].lines >= least : rows[i].lines == 0) ||
			       step_fail(s, "there are %llu lines", (unsigned long long)rows[i].lines);
	}
	return step_fail(s, "it is not watched");
}

static bool expect_watched(struct world *w, struct step *s)
{
	struct flow_watched rows[FLOW_WATCHED_MAX];
	size_t n = w->flow != NULL ? flow_watch_list(w->flow, rows) : 0;

	return n == strtoull(s->args[0], NULL, 10) || step_fail(s, "%zu numbers are watched", n);
}

const struct step_row steps_watch[] = {
	{"operator watches NUMBER for TIME", "", STEP_ACTS, do_watch},
	{"operator watches NUMBER no more", "", STEP_ACTS, do_not_watch},
	{"expect NUMBER watched with COUNT lines", "", STEP_LOOKS, expect_lines}, /* so many at least; 0: none */
	{"expect COUNT watched", "", STEP_LOOKS, expect_watched},
	{NULL, NULL, STEP_LOOKS, NULL},
};
