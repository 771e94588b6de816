/*
 * steps_campaign.c - what a script can say of campaigns and brakes: what the operator orders, what stands in the store,
 * and what another node has written there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_redis.h"
#include "steps.h"

static struct {
	unsigned times;
	bool done;
	unsigned cancelled, late;
} told;

static void on_told(void *arg, const struct flow_campaign_told *what)
{
	(void)arg;
	told.times++;
	told.done = what->now != NULL && what->done;
	told.cancelled = what->cancelled;
	told.late = what->too_late;
}

static const struct account *find_account(struct world *w, const struct step *s, const char *name)
{
	const struct account *a = accounts_find(flow_accounts(w->flow), view_of(name));

	if (a == NULL)
		step_fail(s, "there is no account %s", name);
	return a;
}

static bool give_order(struct world *w, struct step *s, const char *name, const char *account,
		       const struct campaign_order *order)
{
	const struct account *a = find_account(w, s, account);

	memset(&told, 0, sizeof(told));
	return a != NULL && (flow_campaign_order(w->flow, a, view_of(name), order, on_told, NULL) == 0 ||
			     step_fail(s, "the store is away"));
}

static bool do_order(struct world *w, struct step *s)
{
	struct campaign_order order = {.what = CAMPAIGN_PAUSE};

	if (strcmp(s->args[0], "resumes") == 0)
		order.what = CAMPAIGN_RESUME;
	else if (strcmp(s->args[0], "cancels") == 0)
		order.what = CAMPAIGN_CANCEL;
	else if (strcmp(s->args[0], "pauses") != 0)
		return step_fail(s, "an operator pauses, resumes or cancels a campaign");
	return give_order(w, s, s->args[1], s->args[2], &order);
}

/* The same, and nobody cares whether the store is away, or the state is another one. */
static bool do_maybe_order(struct world *w, struct step *s)
{
	struct flow_status status;

	flow_status(w->flow, &status);
	return !status.store_up || do_order(w, s);
}

/* "50" or "10%". */
static bool do_try(struct world *w, struct step *s)
{
	struct campaign_order order = {.what = CAMPAIGN_TRY};
	double n = strtod(s->args[0], NULL);

	if (strchr(s->args[0], '%') != NULL)
		order.share = n;
	else
		order.trial = (uint64_t)n;
	order.floor = (double)step_number(s, "floor", 0);
	order.ceiling = (double)step_number(s, "ceiling", 100);
	order.wait_s = step_number(s, "wait", 3600);
	return give_order(w, s, s->args[1], s->args[2], &order);
}

static bool do_ramp(struct world *w, struct step *s)
{
	struct campaign_order order = {.what = CAMPAIGN_RAMP};

	order.ramp = strtoll(s->args[2], NULL, 10);
	order.ramp_double_s = step_number(s, "double", 60);
	order.ramp_to = step_number(s, "to", 1000);
	return give_order(w, s, s->args[0], s->args[1], &order);
}

static bool expect_order(struct world *w, struct step *s)
{
	unsigned cancelled = (unsigned)step_number(s, "cancelled", 0), late = (unsigned)step_number(s, "late", 0);
	bool want = strcmp(s->args[0], "done") == 0;

	(void)w;
	if (told.times != 1 || told.done != want)
		return step_fail(s, "the operator was told %u times, and it was %s", told.times,
				 told.done ? "done" : "not done");
	return (told.cancelled == cancelled && told.late == late) ||
	       step_fail(s, "%u were cancelled, %u were too late", told.cancelled, told.late);
}

/* A reply to a text of the campaign: "replies", "stops", "complains". */
static bool do_reply(struct world *w, struct step *s)
{
	const struct account *a = find_account(w, s, s->args[2]);
	enum campaign_reply kind = strcmp(s->args[0], "stops") == 0	  ? CAMPAIGN_REPLY_STOP
				   : strcmp(s->args[0], "complains") == 0 ? CAMPAIGN_REPLY_COMPLAINT
									  : CAMPAIGN_REPLY_ANY;

	if (a == NULL)
		return false;
	for (long i = 0; i < step_number(s, "times", 1); i++)
		flow_campaign_reply(w->flow, account_number(a), view_of(s->args[1]),
				    view_of(step_option(s, "variant", "")), kind);
	return true;
}

/* -- the store -- */

static const char *field(struct world *w, const char *key, const char *name)
{
	static char text[256];
	struct blob argv[] = {{(uint8_t *)"HGET", 4},
			      {(uint8_t *)(uintptr_t)key, strlen(key)},
			      {(uint8_t *)(uintptr_t)name, strlen(name)}};
	redisReply *r = fake_data_run(fake_redis_data(), world_wall_ms(w), 3, argv);

	snprintf(text, sizeof(text), "%s", r->type == REDIS_REPLY_STRING ? r->str : "");
	freeReplyObject(r);
	return text;
}

static const char *key_of(const struct step *s, size_t name, size_t account)
{
	static char key[256];

	snprintf(key, sizeof(key), "campaign:%s:%s", s->args[account], s->args[name]);
	return key;
}

/* A counter that is not there is 0. */
static bool expect_field(struct world *w, struct step *s)
{
	const char *have = field(w, key_of(s, 0, 1), s->args[2]);
	bool same = strcmp(have, s->args[3]) == 0 || (!*have && strcmp(s->args[3], "0") == 0);

	return same || step_fail(s, "%s of the campaign is \"%s\", not %s", s->args[2], have, s->args[3]);
}

/* Of the hour that it is in China: yyyymmddhh. */
static bool expect_hour(struct world *w, struct step *s)
{
	char name[128];
	int64_t hour = world_wall_ms(w) / 3600000 + 8;

	snprintf(name, sizeof(name), "%s/202601%02d%02d/%s", s->args[2], (int)(hour / 24 - 20454 + 1), (int)(hour % 24),
		 s->args[3]);
	const char *have = field(w, key_of(s, 0, 1), name);
	return strcmp(have, s->args[4]) == 0 || step_fail(s, "%s is \"%s\", not %s", name, have, s->args[4]);
}

static bool expect_why(struct world *w, struct step *s)
{
	const char *have = field(w, key_of(s, 0, 1), "why");

	return strstr(have, s->args[2]) != NULL || step_fail(s, "it says \"%s\"", have);
}

/* As another node does it: the field, and the epoch that tells of it. */
static bool do_set_field(struct world *w, struct step *s)
{
	char epoch[32];

	fake_data_set_field(fake_redis_data(), key_of(s, 1, 2), s->args[0], s->args[3]);
	snprintf(epoch, sizeof(epoch), "%lld", strtoll(field(w, "campaign", "epoch"), NULL, 10) + 1);
	fake_data_set_field(fake_redis_data(), "campaign", "epoch", epoch);
	return true;
}

static bool expect_gate(struct world *w, struct step *s)
{
	const struct account *a = find_account(w, s, s->args[1]);
	struct flow_campaign_here here = {0};

	if (a == NULL)
		return false;
	(void)flow_campaign_here(w->flow, a, view_of(s->args[0]), &here);
	return here.waiting == strtoull(s->args[2], NULL, 10) ||
	       step_fail(s, "%llu wait at the gate", (unsigned long long)here.waiting);
}

/* -- brakes -- */

static void count_brake(void *arg, const struct flow_brake *what)
{
	(void)what;
	++*(unsigned *)arg;
}

static bool expect_brakes(struct world *w, struct step *s)
{
	unsigned n = 0, held = (unsigned)flow_brakes_held(w->flow);

	flow_brakes_each(w->flow, count_brake, &n);
	if (n != strtoul(s->args[0], NULL, 10))
		return step_fail(s, "%u brakes have tripped", n);
	return held == (unsigned)step_number(s, "held", 0) || step_fail(s, "%u messages wait", held);
}

static void on_released(void *arg, bool ok, bool done)
{
	(void)arg;
	told.times++;
	told.done = ok && done;
}

static bool do_release(struct world *w, struct step *s)
{
	memset(&told, 0, sizeof(told));
	return flow_brake_release(w->flow, s->args[0], on_released, NULL) == 0 || step_fail(s, "the store is away");
}

const struct step_row steps_campaign[] = {
	{"operator ORDERS campaign NAME of ACCOUNT", "", STEP_ACTS, do_order},
	{"operator maybe ORDERS campaign NAME of ACCOUNT", "", STEP_ACTS, do_maybe_order},
	{"operator tries SIZE of campaign NAME of ACCOUNT", "floor ceiling wait", STEP_ACTS, do_try},
	{"operator ramps campaign NAME of ACCOUNT from PACE", "double to", STEP_ACTS, do_ramp},
	{"expect order RESULT", "cancelled late", STEP_LOOKS, expect_order},
	{"reader REPLIES to campaign NAME of ACCOUNT", "variant times", STEP_SETS, do_reply},
	{"other node sets FIELD of campaign NAME of ACCOUNT to VALUE", "", STEP_SETS, do_set_field},
	{"expect campaign NAME of ACCOUNT why TEXT", "", STEP_LOOKS, expect_why},
	{"expect campaign NAME of ACCOUNT this hour VARIANT COUNTER COUNT", "", STEP_LOOKS, expect_hour},
	{"expect campaign NAME of ACCOUNT FIELD COUNT", "", STEP_LOOKS, expect_field},
	{"expect gate NAME of ACCOUNT COUNT", "", STEP_LOOKS, expect_gate},
	{"operator releases brake NAME", "", STEP_ACTS, do_release},
	{"expect brakes COUNT", "held", STEP_LOOKS, expect_brakes},
	{NULL, NULL, STEP_LOOKS, NULL},
};
