/*
 * store_recipient.c - helper D writes this file whole; until then: opt-outs only.
 */
#include "path/store_recipient.h"

#include "base/mem.h"

struct waiting {
	store_recipient_fn fn;
	uint64_t token;
};

static void on_checked(void *arg, uint64_t token, bool ok, bool member)
{
	struct waiting *w = (struct waiting *)(uintptr_t)token;
	struct recipient_answer answer = {.failed = member ? POLICY_BIT(POLICY_OPTED_OUT) : 0};
	w->fn(arg, w->token, ok, &answer);
	mem_free(w);
}

int store_recipient(struct store *s, const struct recipient_ask *ask, store_recipient_fn fn, uint64_t token)
{
	struct waiting *w = mem_zalloc(sizeof(*w));
	*w = (struct waiting){fn, token};
	if (store_optout_check(s, ask->account_name, ask->number, on_checked, (uint64_t)(uintptr_t)w) == 0)
		return 0;
	mem_free(w);
	return -1;
}

int store_recipient_refund(struct store *s, const struct recipient_ask *ask)
{
	(void)s;
	(void)ask;
	return 0;
}

int store_recipient_failed(struct store *s, const struct dead_rule *rule, const struct store_failure *f)
{
	(void)s;
	(void)rule;
	(void)f;
	return 0;
}

void store_recipient_delivered(struct store *s, struct view number)
{
	(void)s;
	(void)number;
}
