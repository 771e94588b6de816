/*
 * recipient.c - the rules about the recipient, compiled, and what of them is to be asked for one message. Must not know
 * who asks, nor how it is remembered.
 */
#include "policy/recipient.h"

#include "base/mem.h"

#define DAY_MS 86400000

static const char promo[] = "[ \"promo\" ]";

const struct conf_row consent_rows[] = {
	{"account", CONF_STRING, offsetof(struct consent_conf, to.account), "", 0, 15, "", true,
	 "system_id of the account that the row is for; empty for every one.", NULL},
	{"classes", CONF_LIST, offsetof(struct consent_conf, to.classes), "", 0, CLASSES, promo, true,
	 "Classes that need consent; empty for all.", NULL},
	{"accept_ref", CONF_BOOL, offsetof(struct consent_conf, accept_ref), "", 0, 0, "true", true,
	 "Whether the TLV consent_ref is proof enough; else the number must stand in the consent archive.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

const struct conf_row first_contact_rows[] = {
	{"account", CONF_STRING, offsetof(struct first_contact_conf, to.account), "", 0, 15, "", true,
	 "system_id of the account that the row is for; empty for every one.", NULL},
	{"days", CONF_INT, offsetof(struct first_contact_conf, days), "days", 1, 3650, "365", true,
	 "How long a message that is not promotional makes a number known to the account.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

const struct conf_row dead_rows[] = {
	{"failures", CONF_INT, offsetof(struct dead_conf, failures), "", 0, 100, "0", true,
	 "So many failures of class dead-number make a number dead; 0: numbers are not learnt and not refused.", NULL},
	{"days", CONF_INT, offsetof(struct dead_conf, days), "days", 1, 365, "30", true,
	 "The failures must lie within so many days.", NULL},
	{"keep", CONF_INT, offsetof(struct dead_conf, keep), "days", 1, 3650, "90", true,
	 "How long a number stays dead: numbers are given to other people.", NULL},
	{"classes", CONF_LIST, offsetof(struct dead_conf, to.classes), "", 0, CLASSES,
	 "[ \"notice\", \"remind\", \"collect\", \"promo\" ]", true, "Classes that are refused; empty for all.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct recipient {
	struct caps *caps;
	struct similar *similar;
	struct scope *consent, *first, *dead; /* dead NULL: off */
	bool *accept_ref;		      /* by number of the row */
	int64_t *met_ms;
	struct dead_rule dead_rule;
};

static bool build_dead(struct recipient *r, const struct dead_conf *conf, const struct policy_names *names,
		       char **errors)
{
	if (!conf || conf->failures == 0)
		return true;
	struct dead_conf row = *conf;
	row.to.account = (char *)(uintptr_t) "";
	r->dead_rule = (struct dead_rule){(unsigned)conf->failures, conf->days * DAY_MS, conf->keep * DAY_MS};
	r->dead = scope_new("dead", &row, sizeof(row), 1, false, names, errors);
	return r->dead != NULL;
}

static void read_rows(struct recipient *r, const struct recipient_conf *conf)
{
	r->accept_ref = mem_zalloc((conf->consents_n + 1) * sizeof(*r->accept_ref));
	for (size_t i = 0; i < conf->consents_n; i++)
		r->accept_ref[i] = conf->consents[i].accept_ref;
	r->met_ms = mem_zalloc((conf->firsts_n + 1) * sizeof(*r->met_ms));
	for (size_t i = 0; i < conf->firsts_n; i++)
		r->met_ms[i] = conf->firsts[i].days * DAY_MS;
}

struct recipient *recipient_new(const struct recipient_conf *conf, const struct policy_names *names, char **errors)
{
	struct recipient *r = mem_zalloc(sizeof(*r));
	read_rows(r, conf);
	r->caps = caps_new(conf->caps, conf->caps_n, names, errors);
	r->similar = similar_new(conf->similars, conf->similars_n, names, errors);
	r->consent =
		scope_new("consent", conf->consents, sizeof(*conf->consents), conf->consents_n, true, names, errors);
	r->first = scope_new("first_contact", conf->firsts, sizeof(*conf->firsts), conf->firsts_n, true, names, errors);
	if (build_dead(r, conf->dead, names, errors) && r->caps && r->similar && r->consent && r->first)
		return r;
	recipient_free(r);
	return NULL;
}

void recipient_free(struct recipient *r)
{
	if (!r)
		return;
	caps_free(r->caps);
	similar_free(r->similar);
	scope_free(r->consent);
	scope_free(r->first);
	scope_free(r->dead);
	mem_free(r->accept_ref);
	mem_free(r->met_ms);
	mem_free(r);
}

bool recipient_concerns(const struct recipient *r, enum policy_id id, size_t account, enum class_id class_id)
{
	switch (id) {
	case POLICY_OPTED_OUT:
		return class_promotional(class_id);
	case POLICY_DEAD:
		return r->dead && scope_at(r->dead, account, class_id).n > 0;
	case POLICY_CONSENT:
		return scope_at(r->consent, account, class_id).n > 0;
	case POLICY_FIRST:
		return class_promotional(class_id) && recipient_met_ms(r, account) > 0;
	case POLICY_CAP:
		return caps_concerns(r->caps, account, class_id);
	case POLICY_SIMILAR:
		return similar_concerns(r->similar, account, class_id);
	default:
		return false;
	}
}

bool recipient_reads_text(const struct recipient *r, enum policy_id id, size_t account, enum class_id class_id)
{
	if (id == POLICY_SIMILAR)
		return similar_concerns(r->similar, account, class_id);
	struct scope_list caps = caps_for(r->caps, account, class_id);
	for (size_t i = 0; id == POLICY_CAP && i < caps.n; i++) {
		if (caps_at(r->caps, caps.at[i])->scope == CAP_SIGNATURE)
			return true;
	}
	return false;
}

/* Policies among those asked that the store must judge. */
static uint32_t to_ask(const struct recipient *r, const struct policy_subject *s, uint32_t mask)
{
	uint32_t out = 0;
	for (uint32_t left = mask & RECIPIENT_POLICIES; left; left &= left - 1) {
		enum policy_id id = (enum policy_id)__builtin_ctz(left);
		if (recipient_concerns(r, id, s->account, s->class_id))
			out |= POLICY_BIT(id);
	}
	/* a policy can be put on for whom it is not by itself: opt-outs of other classes */
	out |= mask & POLICY_BIT(POLICY_OPTED_OUT);
	if ((out & POLICY_BIT(POLICY_CONSENT)) && s->consent_ref.n > 0 &&
	    r->accept_ref[scope_at(r->consent, s->account, s->class_id).at[0]])
		out &= ~POLICY_BIT(POLICY_CONSENT);
	return out;
}

static bool print(const struct policy_subject *s, uint64_t *out)
{
	if (s->binary || s->text_n == 0)
		return false;
	const struct subject_letters *l = subject_letters(s);
	return l ? similar_print_of(l->cp, l->n, out) : similar_print(s->text, s->text_n, out);
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
				      .now_ms = s->now_ms};
	out->enforce = to_ask(r, s, enforce);
	out->dry = to_ask(r, s, dry & ~enforce);
	if ((out->enforce | out->dry) & POLICY_BIT(POLICY_SIMILAR))
		out->printed = print(s, &out->print);
	if (!out->printed) {
		out->enforce &= ~POLICY_BIT(POLICY_SIMILAR);
		out->dry &= ~POLICY_BIT(POLICY_SIMILAR);
	}
	out->meets = recipient_meets(r, s->account, s->class_id);
	return (out->enforce | out->dry) || out->meets;
}

const struct dead_rule *recipient_dead(const struct recipient *r)
{
	return r->dead ? &r->dead_rule : NULL;
}

const struct caps *recipient_caps(const struct recipient *r)
{
	return r->caps;
}

const struct similar_rule *recipient_similar(const struct recipient *r, size_t account, enum class_id class_id)
{
	return similar_for(r->similar, account, class_id);
}

bool recipient_meets(const struct recipient *r, size_t account, enum class_id class_id)
{
	return !class_promotional(class_id) && recipient_met_ms(r, account) > 0;
}

int64_t recipient_met_ms(const struct recipient *r, size_t account)
{
	struct scope_list list = scope_at(r->first, account, CLASS_PROMO);
	return list.n ? r->met_ms[list.at[0]] : 0;
}
