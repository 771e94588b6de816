/*
 * steps_backlog.c - what a script can say of dead letters and of the operator who looks at them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_redis.h"
#include "steps.h"

#define WORD 64u

static struct { /* the last replay */
	bool done;
	uint64_t moved;
	const char *error;
} replay;

static struct { /* the last list */
	bool done, ok;
	size_t n;
	struct {
		char why[WORD], kind[WORD], number[WORD];
	} letters[32];
} list;

static const struct account *find_account(struct world *w, const struct step *s, int64_t *since_ms)
{
	const struct account *a = accounts_find(flow_accounts(w->flow), view_of(s->args[0]));
	int64_t ms = script_ms(s->args[1]);

	if (a == NULL)
		step_fail(s, "there is no account %s", s->args[0]);
	if (ms < 0) {
		step_fail(s, "\"%s\" is no time: 200ms, 5s, 3m, 2h, 1d", s->args[1]);
		return NULL;
	}
	*since_ms = loop_wall_ms(w->loop) - ms;
	return a;
}

static void on_replayed(void *arg, uint64_t moved, const char *error)
{
	(void)arg;
	replay.done = true;
	replay.moved = moved;
	replay.error = error;
}

static bool do_replay(struct world *w, struct step *s)
{
	int64_t since_ms;
	const struct account *a = find_account(w, s, &since_ms);

	replay.done = false;
	if (a == NULL)
		return false;
	if (flow_replay(w->flow, a, since_ms, on_replayed, w) < 0)
		on_replayed(w, 0, "not begun");
	return true;
}

static bool expect_replay(struct world *w, struct step *s)
{
	bool failed = step_number(s, "failed", 0) != 0;

	(void)w;
	if (!replay.done)
		return step_fail(s, "the replay has not ended");
	if (failed != (replay.error != NULL))
		return step_fail(s, "the replay ended with: %s", replay.error != NULL ? replay.error : "no error");
	return replay.moved == strtoull(s->args[0], NULL, 10) ||
	       step_fail(s, "%llu dead letters were put back, not %s", (unsigned long long)replay.moved, s->args[0]);
}

static void on_letter(void *arg, const struct dead_letter *d)
{
	(void)arg;
	if (list.n == sizeof(list.letters) / sizeof(list.letters[0]))
		return;
	snprintf(list.letters[list.n].why, WORD, "%.*s", (int)d->why.n, (const char *)d->why.p);
	snprintf(list.letters[list.n].number, WORD, "%.*s", (int)d->number.n, (const char *)d->number.p);
	snprintf(list.letters[list.n++].kind, WORD, "%s", d->reply ? "reply" : "receipt");
}

static void on_letters(void *arg, bool ok, bool more)
{
	(void)arg;
	(void)more;
	list.done = true;
	list.ok = ok;
}

static bool do_list(struct world *w, struct step *s)
{
	static const struct dead_reader reader = {on_letter, on_letters};
	int64_t since_ms;
	const struct account *a = find_account(w, s, &since_ms);

	list.done = false;
	list.n = 0;
	return a != NULL && (flow_deadletters(w->flow, a, since_ms, &reader, w) == 0 ||
			     step_fail(s, "the list cannot be made: the store is away"));
}

static bool expect_list(struct world *w, struct step *s)
{
	const char *why = step_option(s, "why", NULL), *kind = step_option(s, "kind", NULL),
		   *number = step_option(s, "number", NULL);
	size_t n = 0;

	(void)w;
	if (!list.done || !list.ok)
		return step_fail(s, "the list has not ended well");
	for (size_t i = 0; i < list.n; i++)
		n += (why == NULL || strcmp(why, list.letters[i].why) == 0) &&
		     (kind == NULL || strcmp(kind, list.letters[i].kind) == 0) &&
		     (number == NULL || strcmp(number, list.letters[i].number) == 0);
	return n == strtoull(s->args[0], NULL, 10) ||
	       step_fail(s, "%zu such dead letters are listed, not %s; the first says %s %s %s", n, s->args[0],
			 list.letters[0].kind, list.letters[0].number, list.letters[0].why);
}

static bool expect_deadletters(struct world *w, struct step *s)
{
	char key[64];

	(void)w;
	snprintf(key, sizeof(key), "deadletter:%s", s->args[0]);
	size_t have = fake_data_count(fake_redis_data(), key);
	return have == strtoull(s->args[1], NULL, 10) || step_fail(s, "%s: %zu entries, not %s", key, have, s->args[1]);
}

const struct step_row steps_backlog[] = {
	{"operator replays ACCOUNT since TIME", "", STEP_ACTS, do_replay},
	{"expect replay COUNT", "failed", STEP_LOOKS, expect_replay},
	{"operator lists ACCOUNT since TIME", "", STEP_ACTS, do_list},
	{"expect listed COUNT", "why kind number", STEP_LOOKS, expect_list},
	{"expect deadletters ACCOUNT COUNT", "", STEP_LOOKS, expect_deadletters},
	{NULL, NULL, STEP_LOOKS, NULL},
};
