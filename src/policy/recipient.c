/*
 * recipient.c - helper D writes this file whole; until then: opt-outs only.
 */
#include "policy/recipient.h"

#include "base/mem.h"

struct recipient {
	int nothing;
};

struct recipient *recipient_new(const struct recipient_conf *conf, const struct policy_names *names, char **errors)
{
	(void)conf;
	(void)names;
	(void)errors;
	return mem_zalloc(sizeof(struct recipient));
}

void recipient_free(struct recipient *r)
{
	mem_free(r);
}

bool recipient_concerns(const struct recipient *r, enum policy_id id, size_t account, enum class_id class_id)
{
	(void)r;
	(void)account;
	return id == POLICY_OPTED_OUT && class_promotional(class_id);
}

bool recipient_ask_for(const struct recipient *r, const struct policy_subject *s, uint64_t id, uint32_t enforce,
		       uint32_t dry, struct recipient_ask *out)
{
	*out = (struct recipient_ask){.rules = r,
				      .account = s->account,
				      .class_id = s->class_id,
				      .number = s->number,
				      .account_name = view_of(s->account_name),
				      .signature = s->signature,
				      .id = id,
				      .now_ms = s->now_ms,
				      .enforce = enforce & POLICY_BIT(POLICY_OPTED_OUT),
				      .dry = dry & POLICY_BIT(POLICY_OPTED_OUT)};
	return out->enforce | out->dry;
}

const struct dead_rule *recipient_dead(const struct recipient *r)
{
	(void)r;
	return NULL;
}
