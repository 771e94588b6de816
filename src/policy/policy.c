/*
 * policy.c - the table of policies and the walk through it. Must not know sockets, Redis or the order of a message's
 * life; what each policy says is in the room of its name.
 */
#include "policy/policy.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/stats.h"
#include "policy/policy_priv.h"
#include "smpp/status.h"

/* What became of the messages that a policy was asked about. They outlive a reload. */
static struct policy_counters {
	uint64_t refused[POLICIES], changed[POLICIES], review[POLICIES], waited[POLICIES], dry[POLICIES];
	uint64_t open[POLICIES], closed[POLICIES];
} counters;

/* The rules about recipients that have rows for these, by POLICY_*. */
#define OF_RECIPIENT(id)                                                                                               \
	static bool concerns_##id(const struct policy *p, size_t account, enum class_id class_id)                      \
	{                                                                                                              \
		return recipient_concerns(p->recipient, POLICY_##id, account, class_id);                               \
	}
OF_RECIPIENT(OPTED_OUT)
OF_RECIPIENT(DEAD)
OF_RECIPIENT(CONSENT)
OF_RECIPIENT(FIRST)
OF_RECIPIENT(CAP)
OF_RECIPIENT(SIMILAR)

static bool concerns_window(const struct policy *p, size_t account, enum class_id class_id)
{
	return opening_concerns(p->opening, account, class_id);
}

static enum policy_effect judge_window(const struct policy *p, struct policy_subject *s)
{
	return opening_judge(p->opening, s);
}

/* The rules about the text, by their room. */
#define OF_TEXT(room, member)                                                                                          \
	static bool concerns_##room(const struct policy *p, size_t account, enum class_id class_id)                    \
	{                                                                                                              \
		return room##_concerns(p->texts->member, account, class_id);                                           \
	}                                                                                                              \
	static enum policy_effect judge_##room(const struct policy *p, struct policy_subject *s)                       \
	{                                                                                                              \
		return room##_judge(p->texts->member, s);                                                              \
	}
OF_TEXT(personal, personal)
OF_TEXT(signature, signature)
OF_TEXT(templates, templates)
OF_TEXT(must_match, must_match)
OF_TEXT(links, links)
OF_TEXT(optout_text, optout_text)
OF_TEXT(segments, segments)

static bool concerns_words(const struct policy *p, size_t account, enum class_id class_id)
{
	return words_concerns(p->words, account, class_id);
}

static enum policy_effect judge_words(const struct policy *p, struct policy_subject *s)
{
	return words_judge(p->words, s);
}

/* It is the operator who cancels one: no row of `policies` says anything of it. */
static bool concerns_campaign(const struct policy *p, size_t account, enum class_id class_id)
{
	(void)p;
	(void)account;
	(void)class_id;
	return false;
}

static bool concerns_all(const struct policy *p, size_t account, enum class_id class_id)
{
	(void)p;
	(void)account;
	(void)class_id;
	return true;
}

/* In the order in which they are asked. */
const struct policy_row policy_rows[] = {
	{.id = POLICY_SOURCE,
	 .status = ESME_RINVSRCADR,
	 .name = "source",
	 .plain = "the sender code is none that the account may use for this class",
	 .concerns = concerns_all},
	{.id = POLICY_CAMPAIGN,
	 .status = ESME_RSUBMITFAIL,
	 .name = "campaign",
	 .plain = "the campaign was cancelled",
	 .concerns = concerns_campaign},
	{.id = POLICY_OPTED_OUT,
	 .status = SGW_OPTED_OUT,
	 .name = "opted_out",
	 .plain = "the number has said stop, and the text is promotional",
	 .concerns = concerns_OPTED_OUT,
	 .of_recipient = true,
	 .closed = true},
	{.id = POLICY_PERSONAL,
	 .status = SGW_CONTENT_BLOCKED,
	 .name = "personal",
	 .plain = "the text holds a resident id or a bank card number",
	 .judge = judge_personal,
	 .concerns = concerns_personal,
	 .reads_text = true},
	{.id = POLICY_SIGNATURE,
	 .status = SGW_SIGNATURE_MISSING,
	 .name = "signature",
	 .plain = "the text has no signature that the account may use, at its place",
	 .judge = judge_signature,
	 .concerns = concerns_signature,
	 .reads_text = true},
	{.id = POLICY_TEMPLATE,
	 .status = SGW_TEMPLATE_NOT_APPROVED,
	 .name = "template",
	 .plain = "the text is not made of an approved template",
	 .judge = judge_templates,
	 .concerns = concerns_templates,
	 .reads_text = true},
	{.id = POLICY_MUST_MATCH,
	 .status = SGW_CONTENT_BLOCKED,
	 .name = "must_match",
	 .plain = "the text lacks what texts of its kind must say",
	 .judge = judge_must_match,
	 .concerns = concerns_must_match,
	 .reads_text = true},
	{.id = POLICY_LINK,
	 .status = SGW_CONTENT_BLOCKED,
	 .name = "links",
	 .plain = "the text has a link to a host that is not on the list",
	 .judge = judge_links,
	 .concerns = concerns_links,
	 .reads_text = true},
	{.id = POLICY_WORDS,
	 .status = SGW_CONTENT_BLOCKED,
	 .name = "words",
	 .plain = "the text has a sensitive word",
	 .judge = judge_words,
	 .concerns = concerns_words,
	 .reads_text = true},
	{.id = POLICY_OPT_OUT_TEXT,
	 .status = SGW_OPTOUT_TEXT_MISSING,
	 .name = "opt_out_text",
	 .plain = "the text does not say how to stop such texts",
	 .judge = judge_optout_text,
	 .concerns = concerns_optout_text,
	 .reads_text = true},
	{.id = POLICY_SEGMENTS,
	 .status = SGW_CONTENT_BLOCKED,
	 .name = "segments",
	 .plain = "the text takes more segments than are allowed",
	 .judge = judge_segments,
	 .concerns = concerns_segments,
	 .reads_text = true},
	{.id = POLICY_WINDOW,
	 .status = SGW_OUTSIDE_WINDOW,
	 .name = "window",
	 .plain = "outside the hours of contact",
	 .judge = judge_window,
	 .concerns = concerns_window},
	{.id = POLICY_DEAD,
	 .status = SGW_DEAD_NUMBER,
	 .name = "dead_number",
	 .plain = "carriers have said that the number does not exist",
	 .concerns = concerns_DEAD,
	 .of_recipient = true},
	{.id = POLICY_CONSENT,
	 .status = SGW_NO_CONSENT,
	 .name = "consent",
	 .plain = "the number has not agreed to promotional texts of this account",
	 .concerns = concerns_CONSENT,
	 .of_recipient = true,
	 .closed = true},
	{.id = POLICY_FIRST,
	 .status = SGW_FIRST_PROMO,
	 .name = "first_contact",
	 .plain = "the first text to a number must not be promotional",
	 .concerns = concerns_FIRST,
	 .of_recipient = true},
	{.id = POLICY_CAP,
	 .status = SGW_FREQUENCY_CAP,
	 .name = "cap",
	 .plain = "the number has had as many texts as it may get for now",
	 .concerns = concerns_CAP,
	 .of_recipient = true},
	{.id = POLICY_SIMILAR,
	 .status = SGW_SIMILAR_TOO_SOON,
	 .name = "similar",
	 .plain = "the number has had a similar text lately",
	 .concerns = concerns_SIMILAR,
	 .of_recipient = true},
};
const size_t policy_rows_n = sizeof(policy_rows) / sizeof(policy_rows[0]);

static const struct policy_row *row_of(enum policy_id id)
{
	if (id == POLICY_NONE)
		return NULL;
	for (size_t i = 0; i < policy_rows_n; i++) {
		if (policy_rows[i].id == id)
			return &policy_rows[i];
	}
	return NULL;
}

struct policy_verdict policy_verdict_of(enum policy_id id)
{
	const struct policy_row *row = row_of(id);
	return row ? (struct policy_verdict){row->id, row->status, row->name, row->plain}
		   : (struct policy_verdict){POLICY_NONE, ESME_ROK, "", "may go"};
}

const char *policy_name(enum policy_id id)
{
	const struct policy_row *row = row_of(id);
	return row ? row->name : NULL;
}

/* --- building --- */

static struct words *make_words(const struct policy_conf *conf, const struct policy_names *names,
				const struct policy *before, char **errors)
{
	if (before)
		return words_new(conf->filters, conf->filters_n, names, before->words, errors);
	if (!conf->running)
		return words_new(conf->filters, conf->filters_n, names, NULL, errors);
	bool good = words_check(conf->filters, conf->filters_n, names, errors);
	return good ? words_new(NULL, 0, names, NULL, errors) : NULL;
}

struct policy *policy_new(const struct policy_conf *conf, const struct policy_names *names, struct policy *before,
			  char **errors)
{
	struct policy *p = mem_zalloc(sizeof(*p));
	p->words = make_words(conf, names, before, errors);
	p->recipient = recipient_new(&conf->recipient, names, errors);
	p->opening = opening_new(&conf->opening, names, errors);
	p->texts = texts_new(&conf->texts, names, errors);
	p->modes = p->words && p->recipient && p->opening && p->texts ? policy_modes_new(p, conf, names, errors) : NULL;
	if (p->modes)
		return p;
	policy_free(p);
	return NULL;
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	policy_modes_free(p->modes);
	texts_free(p->texts);
	words_free(p->words);
	opening_free(p->opening);
	recipient_free(p->recipient);
	mem_free(p);
}

const struct recipient *policy_recipient(const struct policy *p)
{
	return p->recipient;
}

const struct opening *policy_opening(const struct policy *p)
{
	return p->opening;
}

const struct words *policy_words(const struct policy *p)
{
	return p->words;
}

bool policy_settle(struct policy *p)
{
	struct words_status now;
	words_settle(p->words);
	words_status(p->words, &now);
	return !now.pending;
}

/* --- what the message itself says --- */

/* Leaves the message as it was. */
static enum policy_effect try(const struct policy *p, const struct policy_row *row, struct policy_subject *s)
{
	char text[POLICY_TEXT_MAX];
	struct policy_subject before = *s;
	if (s->text_n && s->text_n <= sizeof(text))
		memcpy(text, s->text, s->text_n);
	enum policy_effect effect = row->judge(p, s);
	if (effect == POLICY_PASS)
		return effect;
	memcpy(s->text, text, before.text_n <= sizeof(text) ? before.text_n : sizeof(text));
	s->text_n = before.text_n;
	s->signature = before.signature;
	s->due_ms = before.due_ms;
	s->valid = before.valid;
	if (s->letters)
		s->letters->known = false;
	return effect;
}

static void note_dry(const struct policy_row *row, const struct policy_subject *s, enum policy_effect effect)
{
	static const char *const words[] = {"pass", "change", "refuse", "review", "wait"};
	counters.dry[row->id]++;
	log_peer_info(s->account_name, "event=dry_run policy=%s would=%s class=%s detail=\"%s\"", row->name,
		      words[effect], class_name(s->class_id), s->detail);
}

static void count(const struct policy_row *row, enum policy_effect effect)
{
	uint64_t *by_effect[] = {NULL, counters.changed, counters.refused, counters.review, counters.waited};
	if (by_effect[effect])
		by_effect[effect][row->id]++;
}

struct walk { /* through the table */
	struct policy *policy;
	struct policy_subject *subject;
	void (*fn)(void *arg, const struct policy_finding *found); /* NULL: this is no question, it is counted */
	void *arg;
	enum policy_effect effect;
	struct policy_verdict verdict;
	char why[POLICY_DETAIL_MAX]; /* detail of what decided */
};

/* False: it is refused, no more need be asked. */
static bool walk_on(struct walk *w, const struct policy_row *row, enum policy_mode mode)
{
	struct policy_subject *s = w->subject;
	s->detail[0] = '\0';
	enum policy_effect effect = mode == POLICY_ON ? row->judge(w->policy, s) : try(w->policy, row, s);
	if (w->fn) {
		struct policy_finding found = {policy_verdict_of(row->id), mode, effect, s->detail};
		w->fn(w->arg, &found);
	}
	if (effect == POLICY_PASS)
		return true;
	if (mode == POLICY_DRY_RUN) {
		if (!w->fn)
			note_dry(row, s, effect);
		return true;
	}
	if (!w->fn)
		count(row, effect);
	s->changed |= effect == POLICY_CHANGED;
	if (effect == POLICY_REFUSE || (effect == POLICY_REVIEW && w->effect != POLICY_REVIEW)) {
		w->effect = effect;
		w->verdict = policy_verdict_of(row->id);
		memcpy(w->why, s->detail, sizeof(w->why));
	} else if (w->effect == POLICY_PASS || w->effect == POLICY_CHANGED) {
		w->effect = effect;
	}
	return effect != POLICY_REFUSE || w->fn;
}

static enum policy_effect walk(struct walk *w)
{
	struct policy_subject *s = w->subject;
	w->verdict = policy_verdict_of(POLICY_NONE);
	struct policy_steps steps = policy_steps(w->policy, s->account, s->class_id, s->carrier);
	for (uint32_t left = steps.on | steps.dry; left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctz(left);
		const struct policy_row *row = &policy_rows[i];
		enum policy_mode mode = steps.on >> i & 1 ? POLICY_ON : POLICY_DRY_RUN;
		if (!(row->reads_text && s->binary) && !walk_on(w, row, mode))
			break;
	}
	memcpy(s->detail, w->why, sizeof(s->detail));
	return w->effect;
}

enum policy_effect policy_judge(struct policy *p, struct policy_subject *s, struct policy_verdict *verdict)
{
	struct policy_steps steps = policy_steps(p, s->account, s->class_id, s->carrier);
	if (!(steps.on | steps.dry)) {
		s->detail[0] = '\0';
		*verdict = policy_verdict_of(POLICY_NONE);
		return POLICY_PASS;
	}
	struct walk w = {.policy = p, .subject = s};
	enum policy_effect effect = walk(&w);
	*verdict = w.verdict;
	return effect;
}

bool policy_texts_by_carrier(const struct policy *p)
{
	return optout_text_any_carrier(p->texts->optout_text);
}

bool policy_text_by_carrier(const struct policy *p, size_t account, enum class_id class_id, size_t carrier)
{
	return optout_text_by_carrier(p->texts->optout_text, account, class_id) &&
	       policy_mode(p, POLICY_OPT_OUT_TEXT, account, class_id, carrier) == POLICY_ON;
}

enum policy_effect policy_judge_leaving(struct policy *p, struct policy_subject *s)
{
	s->detail[0] = '\0';
	enum policy_effect effect = s->binary ? POLICY_PASS : judge_optout_text(p, s);
	count(row_of(POLICY_OPT_OUT_TEXT), effect);
	return effect;
}

enum policy_effect policy_look(struct policy *p, struct policy_subject *s,
			       void (*fn)(void *arg, const struct policy_finding *found), void *arg)
{
	struct walk w = {.policy = p, .subject = s, .fn = fn, .arg = arg};
	s->asking = true;
	return walk(&w);
}

/* --- what the recipient's side says --- */

struct policy_verdict policy_decide(struct policy *p, const struct policy_asks *asked, uint32_t failed)
{
	struct policy_verdict v = policy_verdict_of(POLICY_NONE);
	(void)p;
	for (size_t i = 0; i < policy_rows_n; i++) {
		uint32_t bit = 1u << policy_rows[i].id;
		if (failed & asked->dry & bit)
			counters.dry[policy_rows[i].id]++;
		if (v.id == POLICY_NONE && (failed & asked->enforce & bit))
			v = policy_verdict_of(policy_rows[i].id);
	}
	if (v.id != POLICY_NONE)
		counters.refused[v.id]++;
	return v;
}

struct policy_verdict policy_unknown(struct policy *p, const struct policy_asks *asked)
{
	struct policy_verdict v = policy_verdict_of(POLICY_NONE);
	(void)p;
	for (size_t i = 0; i < policy_rows_n; i++) {
		uint32_t bit = 1u << policy_rows[i].id;
		if (v.id == POLICY_NONE && (asked->enforce & ~asked->open & bit))
			v = policy_verdict_of(policy_rows[i].id);
	}
	for (unsigned id = 0; v.id == POLICY_NONE && id < POLICIES; id++)
		counters.open[id] += asked->enforce >> id & 1;
	if (v.id != POLICY_NONE)
		counters.closed[v.id]++;
	return v;
}

void policy_count_dry(struct policy *p, enum policy_id id)
{
	(void)p;
	counters.dry[id]++;
}

void policy_count(struct policy *p, enum policy_id id)
{
	(void)p;
	counters.refused[id]++;
}

const char *policy_signed(const struct policy *p, size_t account, enum class_id class_id, const char *utf8, char *out,
			  size_t cap)
{
	if (policy_mode(p, POLICY_SIGNATURE, account, class_id, POLICY_NO_CARRIER) != POLICY_ON)
		return utf8;
	return signature_put(p->texts->signature, account, class_id, utf8, out, cap);
}

uint32_t policy_sign(struct view signature)
{
	uint32_t h = 2166136261u; /* FNV-1a */
	for (uint32_t i = 0; i < signature.n; i++)
		h = (h ^ signature.p[i]) * 16777619u;
	return signature.n == 0 ? 0 : h ? h : 1;
}

/* --- counters --- */

static const struct {
	const char *name, *help;
	size_t at;
} families[] = {
	{"smppgw_policy_refused_total", "Messages refused or ended by a policy.",
	 offsetof(struct policy_counters, refused)},
	{"smppgw_policy_changed_total", "Texts that a policy has changed (prepended, appended, masked).",
	 offsetof(struct policy_counters, changed)},
	{"smppgw_policy_review_total", "Messages held for review by a policy.",
	 offsetof(struct policy_counters, review)},
	{"smppgw_policy_waited_total", "Messages that a policy lets go later.",
	 offsetof(struct policy_counters, waited)},
	{"smppgw_policy_dry_run_total", "Messages that a policy would not have let go as they were, and that went.",
	 offsetof(struct policy_counters, dry)},
	{"smppgw_policy_open_total", "Messages that went although a policy could not be asked in time.",
	 offsetof(struct policy_counters, open)},
	{"smppgw_policy_closed_total", "Messages refused because a policy could not be asked in time.",
	 offsetof(struct policy_counters, closed)},
};
#define FAMILIES (sizeof(families) / sizeof(families[0]))

void policy_stats(struct stats *stats)
{
	static struct stats_row rows[FAMILIES * POLICIES];
	memset(&counters, 0, sizeof(counters));
	size_t n = 0;
	for (size_t f = 0; f < FAMILIES; f++) {
		for (size_t i = 0; i < policy_rows_n; i++)
			rows[n++] = (struct stats_row){
				families[f].name, families[f].help,
				STATS_COUNTER,	  families[f].at + policy_rows[i].id * sizeof(uint64_t),
				"policy",	  policy_rows[i].name};
	}
	stats_add(stats, rows, n, &counters, NULL, NULL, NULL);
	words_stats(stats);
}
