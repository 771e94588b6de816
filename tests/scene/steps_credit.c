/*
 * steps_credit.c - what a script can say of balances, reservations and usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_redis.h"
#include "path/credit.h"
#include "steps.h"

static bool do_set_credit(struct world *w, struct step *s)
{
	(void)w;
	fake_data_set_field(fake_redis_data(), "credit", s->args[0], s->args[1]);
	return true;
}

/* As if the gateway had been killed before it ended. */
static bool do_reserve(struct world *w, struct step *s)
{
	const struct label *l = labels_find(&w->labels, s->args[0]);

	if (l == NULL || l->id[0] == '\0')
		return step_fail(s, "%s has no id", s->args[0]);
	fake_data_set_field(fake_redis_data(), "reserved:1", l->id, s->args[1]);
	return true;
}

struct asked {
	bool done, ok;
	int64_t balance;
};
static struct asked asked;

static void on_balance(void *arg, bool ok, int64_t balance)
{
	(void)arg;
	asked = (struct asked){true, ok, balance};
}

static bool do_change(struct world *w, struct step *s)
{
	const struct account *a = accounts_find(flow_accounts(w->flow), view_of(s->args[2]));
	enum store_credit_what what = strcmp(s->args[0], "adds") == 0 ? STORE_CREDIT_ADD : STORE_CREDIT_SET;

	asked = (struct asked){0};
	if (a == NULL || flow_credit(w->flow, a, what, strtoll(s->args[1], NULL, 10), on_balance, NULL) < 0)
		return step_fail(s, "there is no account %s, or Redis is away", s->args[2]);
	return true;
}

static bool expect_answer(struct world *w, struct step *s)
{
	(void)w;
	return (asked.done && asked.ok && asked.balance == strtoll(s->args[0], NULL, 10)) ||
	       step_fail(s, "the operator was told %lld, not %s", (long long)asked.balance, s->args[0]);
}

static long long field(struct world *w, const char *key, const char *name)
{
	struct blob argv[] = {{(uint8_t *)"HGET", 4}, {(uint8_t *)key, strlen(key)}, {(uint8_t *)name, strlen(name)}};
	redisReply *r = fake_data_run(fake_redis_data(), world_wall_ms(w), 3, argv);
	long long v = r->type == REDIS_REPLY_STRING ? strtoll(r->str, NULL, 10) : 0;

	freeReplyObject(r);
	return v;
}

static bool expect_credit(struct world *w, struct step *s)
{
	long long have = field(w, "credit", s->args[0]);

	return have == strtoll(s->args[1], NULL, 10) ||
	       step_fail(s, "the balance of %s is %lld, not %s", s->args[0], have, s->args[1]);
}

/* What is left, used over three days, and reserved. */
static bool expect_money(struct world *w, struct step *s)
{
	static const char *const carriers[] = {"mobile", "unicom", "telecom", "-"};
	long long sum = field(w, "credit", s->args[0]);
	char key[40], name[160];

	for (int64_t back = 0; back < 3; back++) {
		snprintf(key, sizeof(key), "usage:%u", credit_day(world_wall_ms(w) - back * 86400000));
		for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++) {
			snprintf(name, sizeof(name), "%s/%s/amount", s->args[0], carriers[i]);
			sum += field(w, key, name);
		}
	}
	return sum == strtoll(s->args[1], NULL, 10) ||
	       step_fail(s, "%s has and has used %lld, not %s", s->args[0], sum, s->args[1]);
}

static bool expect_reserved(struct world *w, struct step *s)
{
	size_t have = fake_data_count_all(fake_redis_data(), "reserved:");

	(void)w;
	return have == strtoull(s->args[0], NULL, 10) || step_fail(s, "%zu reservations, not %s", have, s->args[0]);
}

/* Of today. */
static bool expect_usage(struct world *w, struct step *s)
{
	static const char *const names[] = {"messages", "segments", "amount"};
	char key[40], name[160];

	snprintf(key, sizeof(key), "usage:%u", credit_day(world_wall_ms(w)));
	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s/%s/%s", s->args[0], s->args[1], names[i]);
		long long have = field(w, key, name);
		if (have != strtoll(s->args[2 + i], NULL, 10))
			return step_fail(s, "%s of %s is %lld, not %s", name, key, have, s->args[2 + i]);
	}
	return fake_data_has_expiry(fake_redis_data(), key) || field(w, key, name) == 0 ||
	       step_fail(s, "%s does not expire", key);
}

const struct step_row steps_credit[] = {
	{"credit of ACCOUNT is AMOUNT", "", STEP_SETS, do_set_credit},
	{"reservation of MESSAGE is ENTRY", "", STEP_SETS, do_reserve},
	{"operator CHANGES credit AMOUNT of ACCOUNT", "", STEP_ACTS, do_change},
	{"expect operator told AMOUNT", "", STEP_LOOKS, expect_answer},
	{"expect credit ACCOUNT AMOUNT", "", STEP_LOOKS, expect_credit},
	{"expect money of ACCOUNT AMOUNT", "", STEP_LOOKS, expect_money},
	{"expect reserved COUNT", "", STEP_LOOKS, expect_reserved},
	{"expect usage of ACCOUNT at CARRIER messages COUNT parts COUNT price AMOUNT", "", STEP_LOOKS, expect_usage},
	{NULL, NULL, STEP_LOOKS, NULL},
};
