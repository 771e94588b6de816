/*
 * campaign_control.c - how a campaign stands: its first state by the rows of the configuration, what the store says of
 * it, trials judged, the operator's orders. Every change is one script that looks at the state it changes, so that of
 * several nodes one makes it. Must not know messages, nor how counters are written.
 */
#include "path/campaign_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "policy/wilson.h"

static const char *const state_names[CAMPAIGN_STATES] = {
	[CAMPAIGN_UNKNOWN] = "unknown",	    [CAMPAIGN_RUNNING] = "running", [CAMPAIGN_COLLECTING] = "collecting",
	[CAMPAIGN_TRIAL] = "trial",	    [CAMPAIGN_WAITING] = "waiting", [CAMPAIGN_PAUSED] = "paused",
	[CAMPAIGN_CANCELLED] = "cancelled",
};

const struct conf_row campaign_rows[] = {
	{"name", CONF_STRING, offsetof(struct campaign_conf, name), "", 1, CAMPAIGN_NAME_MAX, NULL, true,
	 "Campaigns that the row is for; may end in *. The first row that fits counts.", NULL},
	{"account", CONF_STRING, offsetof(struct campaign_conf, account), "", 0, 15, "", true,
	 "Whose campaigns; without it every account's.", NULL},
	{"trial", CONF_STRING, offsetof(struct campaign_conf, trial), "", 0, 12, "", true,
	 "How many texts go first: 200, or 5% of those accepted in the first collect seconds; without it no trial.",
	 NULL},
	{"collect", CONF_INT, offsetof(struct campaign_conf, collect), "s", 1, 86400, "60", true,
	 "How long texts are gathered before a trial of so many percent begins.", NULL},
	{"floor", CONF_FLOAT, offsetof(struct campaign_conf, floor), "percent", 0, 100, "0", true,
	 "The campaign goes on after its trial only when the delivery rate is surely above this: by the lower end of "
	 "its interval of 95 %; 0: whatever it is.",
	 NULL},
	{"ceiling", CONF_FLOAT, offsetof(struct campaign_conf, ceiling), "percent", 0, 100, "100", true,
	 "And only when no more of those delivered said stop or complained; 100: however many.", NULL},
	{"wait", CONF_INT, offsetof(struct campaign_conf, wait), "s", 1, 604800, "3600", true,
	 "How long the receipts of a trial are awaited at most; what has none then was not delivered.", NULL},
	{"ramp", CONF_INT, offsetof(struct campaign_conf, ramp), "messages/s", 0, 100000, "0", true,
	 "The campaign's pace at first, over all nodes; 0: as fast as carriers take it.", NULL},
	{"ramp_double", CONF_INT, offsetof(struct campaign_conf, ramp_double), "s", 1, 86400, "60", true,
	 "In which time that pace doubles.", NULL},
	{"ramp_to", CONF_INT, offsetof(struct campaign_conf, ramp_to), "messages/s", 1, 100000, "1000", true,
	 "The pace at which the ramp is over.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

const char *campaign_state_name(enum campaign_state s)
{
	return state_names[s];
}

/* --- rows --- */

/* "200", "5%", "0.5%"; false when it is neither, or nothing would be tried. */
static bool read_trial(const char *text, uint64_t *n, double *percent)
{
	char *end;
	*n = 0;
	*percent = 0;
	double v = strtod(text, &end);
	if (end == text || !(v > 0))
		return false;
	if (strcmp(end, "%") == 0) {
		*percent = v;
		return v <= 100;
	}
	*n = (uint64_t)v;
	return *end == '\0' && v >= 1 && v <= 1e9 && v == floor(v) && strspn(text, "0123456789") == strlen(text);
}

void campaigns_check(const struct campaign_conf *confs, size_t n, bool (*account)(const void *arg, const char *name),
		     const void *arg, char **errors)
{
	for (size_t i = 0; i < n; i++) {
		const struct campaign_conf *c = &confs[i];
		const char *star = strchr(c->name, '*');
		uint64_t trial = 0;
		double percent;
		if (*c->account && !account(arg, c->account))
			conf_fault(errors, &c->where, "campaigns names account \"%s\", which is not in accounts",
				   c->account);
		if (star && star[1])
			conf_fault(errors, &c->where, "campaign \"%s\": a * may stand only at the end", c->name);
		if (*c->trial && !read_trial(c->trial, &trial, &percent))
			conf_fault(errors, &c->where, "campaign \"%s\": trial \"%s\" is neither a number nor percent",
				   c->name, c->trial);
		if (trial && c->floor > 0 && wilson_interval(trial, trial).low * 100 < c->floor)
			conf_fault(
				errors, &c->where,
				"campaign \"%s\": a trial of %llu can show at best %.1f %% delivered, which is under "
				"the floor; make the trial larger or the floor lower",
				c->name, (unsigned long long)trial, wilson_interval(trial, trial).low * 100);
		if (c->ramp && c->ramp >= c->ramp_to)
			conf_fault(errors, &c->where, "campaign \"%s\": ramp begins at ramp_to or above", c->name);
	}
}

static const struct campaign_conf *row_of(const struct campaign *c)
{
	for (size_t i = 0; i < c->owner->confs_n; i++) {
		const struct campaign_conf *r = &c->owner->confs[i];
		size_t n = strcspn(r->name, "*");
		bool fits = r->name[n] ? strncmp(c->name, r->name, n) == 0 : strcmp(c->name, r->name) == 0;
		if (fits && (!*r->account || strcmp(r->account, c->account_name) == 0))
			return r;
	}
	return NULL;
}

void campaigns_set(struct campaigns *cs, const struct campaign_conf *confs, size_t n, int64_t keep_s)
{
	cs->confs = confs;
	cs->confs_n = n;
	cs->keep_s = keep_s;
}

/* --- pairs --- */

static void put(struct campaign_pairs *p, enum store_campaign_field field, const char *value)
{
	p->at[p->n++] = (struct store_campaign_pair){store_campaign_field_name(field), value};
}

static void put_number(struct campaign_pairs *p, enum store_campaign_field field, double value)
{
	char *text = p->text[p->n];
	snprintf(text, sizeof(p->text[0]), "%.15g", value);
	put(p, field, text);
}

/* Since now. */
static void put_state(struct campaign_pairs *p, const struct campaigns *cs, enum campaign_state state, const char *by,
		      const char *why)
{
	put(p, SC_STATE, state_names[state]);
	put_number(p, SC_SINCE, (double)loop_wall_ms(cs->loop));
	put(p, SC_BY, by);
	put(p, SC_WHY, why);
}

static void put_ramp(struct campaign_pairs *p, const struct campaigns *cs, int64_t start, int64_t seconds, int64_t to)
{
	put_number(p, SC_RAMP, (double)start);
	put_number(p, SC_RAMP_DOUBLE, (double)seconds);
	put_number(p, SC_RAMP_TO, (double)to);
	put_number(p, SC_RAMP_SINCE, (double)loop_wall_ms(cs->loop));
}

/* What the counters are now is where the trial begins. */
static void put_trial(struct campaign_pairs *p, double n)
{
	put_number(p, SC_TRIAL, n);
	put(p, SC_LET, "0");
	put(p, SC_BASE_SENT, "@sent");
	put(p, SC_BASE_ENDED, "@ended");
	put(p, SC_BASE_DELIVERED, "@delivered");
	put(p, SC_BASE_OUT, "@out");
}

void campaign_first_state(const struct campaign *c, struct campaign_pairs *out)
{
	const struct campaign_conf *r = row_of(c);
	enum campaign_state state = CAMPAIGN_RUNNING;
	uint64_t n = 0;
	double share = 0;
	out->n = 0;
	if (r && *r->trial && read_trial(r->trial, &n, &share))
		state = n ? CAMPAIGN_TRIAL : CAMPAIGN_COLLECTING;
	put_state(out, c->owner, state, "config", "");
	put(out, SC_WAS, state_names[CAMPAIGN_RUNNING]);
	if (r && r->ramp)
		put_ramp(out, c->owner, r->ramp, r->ramp_double, r->ramp_to);
	if (state == CAMPAIGN_RUNNING)
		return;
	put_number(out, SC_TRIAL, (double)n);
	put_number(out, SC_SHARE, share);
	put_number(out, SC_FLOOR, r->floor);
	put_number(out, SC_CEILING, r->ceiling);
	put_number(out, SC_WAIT, (double)r->wait);
	put_number(out, SC_COLLECT, (double)r->collect);
}

/* --- what the store says --- */

static double number(const struct view *v)
{
	char text[40];
	snprintf(text, sizeof(text), "%.*s", (int)v->n, (const char *)v->p);
	return v->n ? strtod(text, NULL) : 0;
}

static uint64_t count(const struct view *v)
{
	double n = number(v);
	return n > 0 ? (uint64_t)n : 0;
}

static enum campaign_state state_of(const struct view *v)
{
	for (int i = CAMPAIGN_RUNNING; i < CAMPAIGN_STATES; i++) {
		if (view_eq(*v, view_of(state_names[i])))
			return (enum campaign_state)i;
	}
	return v->n ? CAMPAIGN_RUNNING : CAMPAIGN_UNKNOWN;
}

static enum campaign_gate_mode gate_of(const struct campaign_control *c)
{
	if (c->state == CAMPAIGN_RUNNING)
		return c->ramp > 0 ? CAMPAIGN_TICKETS : CAMPAIGN_OPEN;
	return c->state == CAMPAIGN_TRIAL ? CAMPAIGN_TICKETS : CAMPAIGN_SHUT;
}

void campaign_control_read(const struct view state[STORE_CAMPAIGN_FIELDS], struct campaign_control *out)
{
	memset(out, 0, sizeof(*out));
	out->state = state_of(&state[SC_STATE]);
	out->since_ms = (int64_t)number(&state[SC_SINCE]);
	snprintf(out->by, sizeof(out->by), "%.*s", (int)state[SC_BY].n, (const char *)state[SC_BY].p);
	snprintf(out->why, sizeof(out->why), "%.*s", (int)state[SC_WHY].n, (const char *)state[SC_WHY].p);
	out->trial = count(&state[SC_TRIAL]);
	out->let = count(&state[SC_LET]);
	out->share = number(&state[SC_SHARE]);
	out->floor = number(&state[SC_FLOOR]);
	out->ceiling = state[SC_CEILING].n ? number(&state[SC_CEILING]) : 100;
	out->wait_s = (int64_t)number(&state[SC_WAIT]);
	out->collect_s = (int64_t)number(&state[SC_COLLECT]);
	out->base_sent = count(&state[SC_BASE_SENT]);
	out->base_ended = count(&state[SC_BASE_ENDED]);
	out->base_delivered = count(&state[SC_BASE_DELIVERED]);
	out->base_out = count(&state[SC_BASE_OUT]);
	out->ramp = number(&state[SC_RAMP]);
	out->ramp_to = number(&state[SC_RAMP_TO]);
	out->ramp_double_s = (int64_t)number(&state[SC_RAMP_DOUBLE]);
	out->ramp_since_ms = (int64_t)number(&state[SC_RAMP_SINCE]);
	out->accepted = count(&state[SC_ACCEPTED]);
	out->sent = count(&state[SC_SENT]);
	out->ended = count(&state[SC_ENDED]);
	out->delivered = count(&state[SC_DELIVERED]);
	out->out = count(&state[SC_OUT]);
	out->unsent = count(&state[SC_UNSENT]);
	out->gate = gate_of(out);
}

double campaign_pace(const struct campaign_control *c, int64_t now_ms)
{
	if (c->ramp <= 0 || c->ramp_double_s <= 0)
		return 0;
	double pace = c->ramp * exp2((double)(now_ms - c->ramp_since_ms) / 1000 / (double)c->ramp_double_s);
	return pace < c->ramp_to ? pace : 0;
}

/* --- trials --- */

static void change(struct campaign *c, const char *from, const struct campaign_pairs *p, store_campaign_fn fn,
		   void *arg)
{
	struct campaigns *cs = c->owner;
	struct store_campaign_change what = {campaign_id(c), cs->keep_s, from, c->control.since_ms, p->at, p->n};
	c->flying++;
	if (store_campaign_change(cs->store, &what, fn, arg) < 0)
		fn(arg, false, 0, NULL);
}

static void on_collected(void *arg, bool ok, int64_t done, const struct view *state)
{
	struct campaign *c = arg;
	c->flying--;
	c->judging = false;
	if (!ok)
		return; /* a second later once more */
	if (done)
		log_info(c->account_name, "event=campaign_trial campaign=%s of=%.*s", c->name, (int)state[SC_TRIAL].n,
			 (const char *)state[SC_TRIAL].p);
	campaign_heard(c, state);
}

/* So many percent of what has been accepted until now. */
static void begin_trial(struct campaign *c)
{
	struct campaign_pairs p = {.n = 0};
	double n = ceil((double)c->control.accepted * c->control.share / 100);
	put_state(&p, c->owner, CAMPAIGN_TRIAL, c->control.by, "");
	put_trial(&p, n > 1 ? n : 1);
	c->judging = true;
	change(c, ",collecting,", &p, on_collected, c);
}

/* It was stopped, or goes on: by this node's doing, so that it is told once. */
static void tell_made(struct campaign *c, enum campaign_state before)
{
	enum campaign_state now = c->control.state;
	bool stopped = now == CAMPAIGN_PAUSED || now == CAMPAIGN_CANCELLED;
	if (now != before && (stopped || before == CAMPAIGN_PAUSED || before == CAMPAIGN_WAITING))
		c->owner->ops->on_made(c->owner->arg, c);
}

static void tell_judgement(struct campaign *c, const struct view *state)
{
	bool passed = state_of(&state[SC_STATE]) == CAMPAIGN_RUNNING;
	if (passed) {
		c->owner->counters.passed++;
		log_info(c->account_name, "event=campaign_trial_passed campaign=%s why=\"%.*s\"", c->name,
			 (int)state[SC_WHY].n, (const char *)state[SC_WHY].p);
		return;
	}
	c->owner->counters.failed++;
	log_warn(c->account_name,
		 "event=campaign_trial_failed campaign=%s why=\"%.*s\" action=\"it is paused; look at smppgwctl "
		 "campaign "
		 "show %s %s, then resume or cancel it\"",
		 c->name, (int)state[SC_WHY].n, (const char *)state[SC_WHY].p, c->account_name, c->name);
}

static void on_judged(void *arg, bool ok, int64_t done, const struct view *state)
{
	struct campaign *c = arg;
	c->flying--;
	c->judging = false;
	if (!ok)
		return;
	if (done)
		tell_judgement(c, state);
	enum campaign_state before = c->control.state;
	campaign_heard(c, state);
	if (done)
		tell_made(c, before);
}

static uint64_t since(uint64_t now, uint64_t base)
{
	return now > base ? now - base : 0;
}

/* A text without a receipt by now counts as not delivered. */
static void judge(struct campaign *c)
{
	const struct campaign_control *k = &c->control;
	uint64_t sent = since(k->sent, k->base_sent), delivered = since(k->delivered, k->base_delivered);
	uint64_t out = since(k->out, k->base_out);
	double low = wilson_interval(delivered, sent).low * 100;
	double outs = delivered ? 100 * (double)out / (double)delivered : out ? 100 : 0;
	bool passed = sent > 0 && (k->floor <= 0 || low >= k->floor) && (k->ceiling >= 100 || outs <= k->ceiling);
	struct campaign_pairs p = {.n = 0};
	char why[160];
	snprintf(
		why, sizeof(why),
		"trial: %llu of %llu delivered, surely %.1f %% (floor %g %%); %llu stop or complaint, %.1f %% (ceiling "
		"%g %%)",
		(unsigned long long)delivered, (unsigned long long)sent, low, k->floor, (unsigned long long)out, outs,
		k->ceiling);
	put_state(&p, c->owner, passed ? CAMPAIGN_RUNNING : CAMPAIGN_PAUSED, "trial", why);
	put(&p, SC_WAS, state_names[CAMPAIGN_RUNNING]);
	put_number(&p, SC_RAMP_SINCE, (double)loop_wall_ms(c->owner->loop));
	c->judging = true;
	change(c, ",waiting,", &p, on_judged, c);
}

static void look_at_time(struct campaign *c)
{
	const struct campaign_control *k = &c->control;
	int64_t past_ms = loop_wall_ms(c->owner->loop) - k->since_ms;
	if (c->judging)
		return;
	if (k->state == CAMPAIGN_COLLECTING && past_ms >= k->collect_s * 1000)
		begin_trial(c);
	else if (k->state == CAMPAIGN_WAITING &&
		 (past_ms >= k->wait_s * 1000 || since(k->ended, k->base_ended) >= k->trial))
		judge(c);
}

void campaign_heard(struct campaign *c, const struct view *state)
{
	struct campaign_control before = c->control;
	campaign_control_read(state, &c->control);
	if (c->control.state == CAMPAIGN_UNKNOWN)
		c->control.gate = CAMPAIGN_SHUT; /* its hash has expired or is gone: the next flush begins it anew */
	if (c->control.state != before.state && before.state != CAMPAIGN_UNKNOWN)
		log_info(c->account_name, "event=campaign_state campaign=%s state=%s by=%s why=\"%s\"", c->name,
			 state_names[c->control.state], c->control.by, c->control.why);
	if (c->control.state != before.state || c->control.gate != before.gate)
		c->owner->ops->on_state(c->owner->arg, c);
	look_at_time(c);
}

/* --- tickets --- */

static void on_let(void *arg, bool ok, int64_t done, const struct view *state)
{
	struct campaign *c = arg;
	c->flying--;
	c->gate.asking = false;
	if (!ok)
		return; /* some may have been granted: a trial is smaller then, not larger */
	campaign_heard(c, state);
	c->gate.tickets += (uint64_t)done;
	if (done)
		c->owner->ops->on_state(c->owner->arg, c);
}

void campaign_ask(struct campaigns *cs, struct campaign *c)
{
	struct store_campaign_id id = campaign_id(c);
	if (c->gate.asking || c->gate.n <= c->gate.tickets)
		return;
	c->gate.asking = true;
	c->flying++;
	if (store_campaign_let(cs->store, &id, c->gate.n - c->gate.tickets, on_let, c) < 0)
		on_let(c, false, 0, NULL);
}

/* --- the operator --- */

static const struct {
	const char *name, *from; /* states that it is for */
	enum campaign_state to;
} orders[] = {
	[CAMPAIGN_PAUSE] = {"pause", ",running,collecting,trial,waiting,", CAMPAIGN_PAUSED},
	[CAMPAIGN_RESUME] = {"resume", ",paused,", CAMPAIGN_RUNNING},
	[CAMPAIGN_CANCEL] = {"cancel", ",running,collecting,trial,waiting,paused,", CAMPAIGN_CANCELLED},
	[CAMPAIGN_TRY] = {"trial", ",running,collecting,trial,waiting,paused,", CAMPAIGN_TRIAL},
	[CAMPAIGN_RAMP] = {"ramp", ",running,collecting,trial,waiting,paused,", CAMPAIGN_UNKNOWN /* stays */},
};

const char *campaign_order_name(const struct campaign_order *order)
{
	return orders[order->what].name;
}

struct telling {
	struct campaign *campaign;
	campaign_told_fn fn;
	void *arg;
};

static void on_ordered(void *arg, bool ok, int64_t done, const struct view *state)
{
	struct telling *t = arg;
	struct campaign *c = t->campaign;
	c->flying--;
	enum campaign_state before = c->control.state;
	if (ok)
		campaign_heard(c, state);
	if (ok && done)
		tell_made(c, before);
	t->fn(t->arg, ok && done, ok ? &c->control : NULL);
	mem_free(t);
}

static void order_pairs(const struct campaigns *cs, const struct campaign_order *o, struct campaign_pairs *p)
{
	enum campaign_state to = orders[o->what].to;
	if (o->what == CAMPAIGN_TRY && !o->trial)
		to = CAMPAIGN_COLLECTING;
	if (o->what == CAMPAIGN_PAUSE)
		put(p, SC_WAS, "@state");
	if (o->what != CAMPAIGN_RAMP)
		put_state(p, cs, to, "operator", "");
	if (o->what == CAMPAIGN_RESUME) {
		p->at[0].value = "@was"; /* the state is put first */
		put_number(p, SC_RAMP_SINCE, (double)loop_wall_ms(cs->loop));
	}
	if (o->what == CAMPAIGN_RAMP)
		put_ramp(p, cs, o->ramp, o->ramp_double_s, o->ramp_to);
	if (o->what != CAMPAIGN_TRY)
		return;
	put_trial(p, (double)o->trial);
	put(p, SC_WAS, state_names[CAMPAIGN_RUNNING]);
	put_number(p, SC_SHARE, o->share);
	put_number(p, SC_FLOOR, o->floor);
	put_number(p, SC_CEILING, o->ceiling);
	put_number(p, SC_WAIT, (double)o->wait_s);
	put(p, SC_COLLECT, "0"); /* what has been accepted until now */
}

int campaigns_order(struct campaigns *cs, const struct campaign_of *which, const struct campaign_order *order,
		    campaign_told_fn fn, void *arg)
{
	struct campaign *c = store_up(cs->store) ? campaigns_get(cs, which) : NULL;
	struct campaign_pairs p = {.n = 0};
	if (!c)
		return -1;
	campaign_sync(c); /* what was counted, and its first state if it has none, are there before it */
	order_pairs(cs, order, &p);
	struct telling *t = mem_zalloc(sizeof(*t));
	*t = (struct telling){c, fn, arg};
	struct store_campaign_change what = {campaign_id(c), cs->keep_s, orders[order->what].from, 0, p.at, p.n};
	c->flying++;
	if (store_campaign_change(cs->store, &what, on_ordered, t) == 0)
		return 0;
	c->flying--;
	mem_free(t);
	return -1;
}
