/*
 * steps_policy.c - steps about the rules of contact: what is held for review, and what the operator says of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_redis.h"
#include "steps.h"

static bool expect_reviews(struct world *w, struct step *s)
{
	unsigned long n = 0, want = strtoul(s->args[0], NULL, 10);

	struct flow_reviews *l = flow_reviews_begin(w->flow);
	struct flow_review r;
	const struct account *whose;
	while (flow_reviews_next(l, &whose)) {
		flow_reviews_read(l, &r);
		n += whose == NULL || strcmp(r.account, account_name(whose)) == 0;
	}
	flow_reviews_end(l);
	return n == want || step_fail(s, "%lu messages are held for review, expected %lu", n, want);
}

static void on_settled(void *arg, unsigned n)
{
	struct world *w = arg;

	w->settled.told++;
	w->settled.n += n;
}

static bool begin_to_settle(struct world *w, struct step *s, bool go)
{
	const char *message = step_option(s, "message", NULL), *account = step_option(s, "account", NULL);
	const struct label *l = message != NULL ? labels_find(&w->labels, message) : NULL;
	const struct account *a = account != NULL ? accounts_find(flow_accounts(w->flow), view_of(account)) : NULL;

	if ((message != NULL && l == NULL) || (account != NULL && a == NULL))
		return step_fail(s, "there is no such message or account");
	if (w->settled.told == w->settled.asked)
		memset(&w->settled, 0, sizeof(w->settled));
	w->settled.asked++;
	flow_review_settle(w->flow, l != NULL ? strtoull(l->id, NULL, 10) : 0, a, go, on_settled, w);
	return true;
}

static bool settle_reviews(struct world *w, struct step *s, bool go)
{
	unsigned long want = strtoul(s->args[0], NULL, 10);

	if (!begin_to_settle(w, s, go))
		return false;
	do
		loop_turn(w->loop); /* the console is heard in a turn: what it leads to is stored at its end */
	while (w->settled.told < w->settled.asked);
	return strcmp(s->args[0], "any") == 0 || w->settled.n == want ||
	       step_fail(s, "%u messages were concerned, not %lu", w->settled.n, want);
}

static bool do_begin_to_approve(struct world *w, struct step *s)
{
	return begin_to_settle(w, s, true);
}

static bool do_begin_to_reject(struct world *w, struct step *s)
{
	return begin_to_settle(w, s, false);
}

static bool do_approve(struct world *w, struct step *s)
{
	return settle_reviews(w, s, true);
}

static bool do_reject(struct world *w, struct step *s)
{
	return settle_reviews(w, s, false);
}

/* What its neighbour has written into Redis. */
static bool do_stop_elsewhere(struct world *w, struct step *s)
{
	char key[64];

	(void)w;
	snprintf(key, sizeof(key), "optout:%s", s->args[1]);
	fake_data_add_member(fake_redis_data(), key, s->args[0]);
	return true;
}

/* What an import, or another gateway, has written into Redis. */
static bool do_hash(struct world *w, struct step *s)
{
	(void)w;
	fake_data_set_field(fake_redis_data(), s->args[0], s->args[1], s->args[2]);
	return true;
}

static bool do_no_field(struct world *w, struct step *s)
{
	char verb[] = "HDEL";
	const struct blob argv[] = {{(uint8_t *)verb, strlen(verb)},
				    {(uint8_t *)s->args[0], strlen(s->args[0])},
				    {(uint8_t *)s->args[1], strlen(s->args[1])}};

	freeReplyObject(fake_data_run(fake_redis_data(), loop_wall_ms(w->loop), 3, argv));
	return true;
}

static bool expect_holds(struct world *w, struct step *s)
{
	size_t have = fake_data_count(fake_redis_data(), s->args[0]);

	(void)w;
	return have == strtoul(s->args[1], NULL, 10) ||
	       step_fail(s, "%s holds %zu, not %s", s->args[0], have, s->args[1]);
}

/* A tag of the lines that are kept of a number (store_recipient_script.c). */
static bool expect_counted(struct world *w, struct step *s)
{
	char key[64], tag[128];

	(void)w;
	snprintf(key, sizeof(key), "to:{%s}:past", s->args[0]);
	snprintf(tag, sizeof(tag), " %s ", s->args[2]);
	size_t have = fake_data_times(fake_redis_data(), key, tag);
	return have == strtoul(s->args[1], NULL, 10) ||
	       step_fail(s, "%s has %zu lines with %s, not %s", key, have, s->args[2], s->args[1]);
}

const struct step_row steps_policy[] = {
	{"another gateway hears a stop of NUMBER for ACCOUNT", "", STEP_SETS, do_stop_elsewhere},
	{"operator approves COUNT", "message account", STEP_ACTS, do_approve},
	{"operator rejects COUNT", "message account", STEP_ACTS, do_reject},
	{"operator begins to approve", "message account", STEP_ACTS, do_begin_to_approve},
	{"operator begins to reject", "message account", STEP_ACTS, do_begin_to_reject},
	{"expect reviews COUNT", "", STEP_LOOKS, expect_reviews},
	{"redis hash KEY has FIELD TEXT", "", STEP_SETS, do_hash},
	{"redis hash KEY loses FIELD", "", STEP_SETS, do_no_field},
	{"expect key KEY holds COUNT", "", STEP_LOOKS, expect_holds},
	{"expect NUMBER has had COUNT of TAG", "", STEP_LOOKS, expect_counted},
	{NULL, NULL, STEP_LOOKS, NULL},
};
