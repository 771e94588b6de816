/*
 * verb_campaign.c - the operator looks at campaigns, pauses, resumes, cancels them, tries them out and slows them down;
 * releases brakes. Answers come from the store, in later turns. Must not know sockets.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/campaign_page.h"
#include "noc/status.h"
#include "noc/table.h"

#define LIST_MOST 50u /* the latest */

static const char store_away[] = "the store (Redis) is away; try again when smppgwctl status says that it is up";
static const char usage[] =
	"usage: campaign list [ACCOUNT] | show|pause|resume|cancel ACCOUNT NAME | trial ACCOUNT NAME "
	"SIZE [--floor PERCENT] [--ceiling PERCENT] [--wait SECONDS] | ramp ACCOUNT NAME PACE|off "
	"[--double SECONDS] [--to PACE]";

/* --- list --- */

struct listed {
	struct listing *of;
	char account[64], name[CAMPAIGN_NAME_MAX + 1];
	int64_t changed_ms;
	struct campaign_page *page;
};

struct listing {
	struct console_later *later;
	struct flow *flow;
	char account[64]; /* "": all */
	struct listed *at;
	size_t n, cap, left;
	bool failed;
};

static void list_end(struct listing *l)
{
	struct table *t =
		table_new("ACCOUNT CAMPAIGN STATE SINCE BY +ACCEPTED +SENT +DELIVERED +STOP_OR_COMPLAINT +WAIT");
	char stamp[STATUS_STAMP];
	for (size_t i = 0; i < l->n; i++) {
		const struct campaign_control *k = campaign_page_control(l->at[i].page);
		uint64_t gone = k->sent + k->unsent;
		if (k->state != CAMPAIGN_UNKNOWN) {
			table_text(t, l->at[i].account);
			table_text(t, l->at[i].name);
			table_text(t, campaign_state_name(k->state));
			table_text(t, status_time(k->since_ms, false, stamp));
			table_text(t, k->by);
			table_cell(t, "%" PRIu64, k->accepted);
			table_cell(t, "%" PRIu64, k->sent);
			table_cell(t, "%" PRIu64, k->delivered);
			table_cell(t, "%" PRIu64, k->out);
			table_cell(t, "%" PRIu64, k->accepted > gone ? k->accepted - gone : 0);
		}
		campaign_page_free(l->at[i].page);
	}
	table_print(t, console_later_out(l->later));
	table_free(t);
	console_finish(l->later, l->failed ? store_away : NULL);
	mem_free(l->at);
	mem_free(l);
}

static void on_listed_field(void *arg, struct view name, struct view value)
{
	campaign_page_field(((struct listed *)arg)->page, name, value);
}

static void on_listed(void *arg, bool ok)
{
	struct listed *x = arg;
	struct listing *l = x->of;
	l->failed |= !ok;
	if (ok && campaign_page_control(x->page)->state == CAMPAIGN_UNKNOWN)
		flow_campaign_forget(l->flow, x->account, x->name); /* it has expired */
	if (--l->left == 0)
		list_end(l);
}

static int latest_first(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;
	return x->changed_ms < y->changed_ms ? 1 : x->changed_ms > y->changed_ms ? -1 : 0;
}

static void on_member(void *arg, struct view name, struct view value)
{
	struct listing *l = arg;
	char text[160], ms[24];
	snprintf(text, sizeof(text), "%.*s", (int)name.n, (const char *)name.p);
	snprintf(ms, sizeof(ms), "%.*s", (int)value.n, (const char *)value.p);
	char *colon = strchr(text, ':');
	if (!colon)
		return;
	*colon = '\0';
	if (*l->account && strcmp(l->account, text) != 0)
		return;
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		l->at = mem_realloc(l->at, l->cap * sizeof(*l->at));
	}
	struct listed *x = &l->at[l->n++];
	*x = (struct listed){.changed_ms = strtoll(ms, NULL, 10)};
	snprintf(x->account, sizeof(x->account), "%.63s", text);
	snprintf(x->name, sizeof(x->name), "%s", colon + 1);
}

static void on_members(void *arg, bool ok)
{
	static const struct store_hash_reader reader = {on_listed_field, on_listed};
	struct listing *l = arg;
	l->failed = !ok;
	if (l->n)
		qsort(l->at, l->n, sizeof(*l->at), latest_first);
	if (l->n > LIST_MOST)
		buf_printf(console_later_out(l->later), "the latest %u of %zu\n", LIST_MOST, l->n);
	l->n = l->n < LIST_MOST ? l->n : LIST_MOST;
	l->left = 1;
	for (size_t i = 0; i < l->n; i++) {
		struct listed *x = &l->at[i];
		const struct account *a = accounts_find(flow_accounts(l->flow), view_of(x->account));
		x->of = l;
		x->page = campaign_page_new();
		l->left++;
		if (!a || flow_campaign_read(l->flow, a, view_of(x->name), &reader, x) < 0)
			l->left--;
	}
	if (--l->left == 0)
		list_end(l);
}

static int list(struct console_call *call)
{
	static const struct store_hash_reader reader = {on_member, on_members};
	const struct snapshot_source *from = call->arg;
	struct listing *l = mem_zalloc(sizeof(*l));
	l->flow = from->flow;
	if (call->n > 1)
		snprintf(l->account, sizeof(l->account), "%s", call->words[1]);
	l->later = console_later(call);
	if (flow_campaign_list(from->flow, &reader, l) == 0)
		return CONSOLE_LATER;
	mem_free(l);
	return console_fail(call, "%s", store_away);
}

/* --- show --- */

struct showing {
	struct console_later *later;
	struct flow *flow;
	const struct account *account;
	char name[CAMPAIGN_NAME_MAX + 1];
	int64_t now_ms;
	struct campaign_page *page;
};

static void on_field(void *arg, struct view name, struct view value)
{
	campaign_page_field(((struct showing *)arg)->page, name, value);
}

static void on_shown(void *arg, bool ok)
{
	struct showing *s = arg;
	struct flow_campaign_here here = {0};
	struct campaign_about about = {.account = account_name(s->account), .name = s->name, .now_ms = s->now_ms};
	bool known = campaign_page_control(s->page)->state != CAMPAIGN_UNKNOWN;
	about.here = flow_campaign_here(s->flow, s->account, view_of(s->name), &here);
	about.waiting = here.waiting;
	about.rate = about.here ? here.rate : -1;
	if (ok && known)
		campaign_page_print(s->page, &about, console_later_out(s->later));
	console_finish(s->later, !ok ? store_away : known ? NULL : "no such campaign; campaign list shows them");
	campaign_page_free(s->page);
	mem_free(s);
}

static int show(struct console_call *call, const struct account *a)
{
	static const struct store_hash_reader reader = {on_field, on_shown};
	const struct snapshot_source *from = call->arg;
	struct showing *s = mem_zalloc(sizeof(*s));
	*s = (struct showing){.later = console_later(call),
			      .flow = from->flow,
			      .account = a,
			      .now_ms = loop_wall_ms(from->loop),
			      .page = campaign_page_new()};
	campaign_clean(view_of(call->words[2]), s->name);
	if (flow_campaign_read(from->flow, a, view_of(s->name), &reader, s) == 0)
		return CONSOLE_LATER;
	campaign_page_free(s->page);
	mem_free(s);
	return console_fail(call, "%s", store_away);
}

/* --- orders --- */

static void on_told(void *arg, const struct flow_campaign_told *told)
{
	char why[128];
	struct buf *out = console_later_out(arg);
	if (!told->now) {
		console_finish(arg, store_away);
		return;
	}
	if (!told->done) {
		snprintf(why, sizeof(why), "it is %s; that cannot be ordered now",
			 campaign_state_name(told->now->state));
		console_finish(arg, why);
		return;
	}
	buf_printf(out, "%s", campaign_state_name(told->now->state));
	if (told->now->accepted == 0)
		buf_puts(out, ": no text of it has been accepted yet");
	if (told->now->state == CAMPAIGN_CANCELLED)
		buf_printf(out, ": %u texts of this node cancelled, %u too late; other nodes follow within a second",
			   told->cancelled, told->too_late);
	buf_puts(out, "\n");
	console_finish(arg, NULL);
}

static bool read_number(const char *text, double min, double max, double *out)
{
	char *end;
	*out = strtod(text, &end);
	return end != text && *end == '\0' && *out >= min && *out <= max;
}

static bool read_trial(const char *text, struct campaign_order *o)
{
	char number[24];
	size_t n = strlen(text);
	double v;
	bool percent = n > 1 && text[n - 1] == '%';
	snprintf(number, sizeof(number), "%.*s", (int)(n - percent), text);
	if (!read_number(number, 0.000001, percent ? 100 : 1e9, &v) || (!percent && v != floor(v)))
		return false;
	if (percent)
		o->share = v;
	else
		o->trial = (uint64_t)v;
	return true;
}

/* Options behind ACCOUNT NAME VALUE. */
static bool read_options(const struct console_call *call, struct campaign_order *o)
{
	double v;
	for (size_t i = 4; i < call->n; i += 2) {
		const char *name = call->words[i];
		bool try = o->what == CAMPAIGN_TRY;
		if (i + 1 == call->n || !read_number(call->words[i + 1], 0, 1e9, &v))
			return false;
		if (try && strcmp(name, "--floor") == 0 && v <= 100)
			o->floor = v;
		else if (try && strcmp(name, "--ceiling") == 0 && v <= 100)
			o->ceiling = v;
		else if (try && strcmp(name, "--wait") == 0 && v >= 1)
			o->wait_s = (int64_t)v;
		else if (!try && strcmp(name, "--double") == 0 && v >= 1)
			o->ramp_double_s = (int64_t)v;
		else if (!try && strcmp(name, "--to") == 0 && v >= 1)
			o->ramp_to = (int64_t)v;
		else
			return false;
	}
	return true;
}

static bool read_order(const struct console_call *call, struct campaign_order *o)
{
	static const char *const plain[] = {
		[CAMPAIGN_PAUSE] = "pause", [CAMPAIGN_RESUME] = "resume", [CAMPAIGN_CANCEL] = "cancel"};
	const char *word = call->words[0];
	double pace;
	*o = (struct campaign_order){.ceiling = 100, .wait_s = 3600, .ramp_double_s = 60, .ramp_to = 1000};
	for (unsigned i = 0; i < 3; i++) {
		o->what = i;
		if (strcmp(word, plain[i]) == 0)
			return call->n == 3;
	}
	if (call->n < 4)
		return false;
	if (strcmp(word, "trial") == 0) {
		o->what = CAMPAIGN_TRY;
		return read_trial(call->words[3], o) && read_options(call, o);
	}
	o->what = CAMPAIGN_RAMP;
	if (strcmp(word, "ramp") != 0 || !read_options(call, o))
		return false;
	if (strcmp(call->words[3], "off") == 0)
		return true;
	bool good = read_number(call->words[3], 1, 100000, &pace);
	o->ramp = (int64_t)pace;
	return good;
}

int verb_campaign(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	struct campaign_order order;

	if (strcmp(call->words[0], "list") == 0 && call->n <= 2)
		return list(call);
	if (call->n < 3)
		return console_fail(call, "%s", usage);
	const struct account *a = accounts_find(flow_accounts(from->flow), view_of(call->words[1]));
	struct view name = view_of(call->words[2]);
	if (!a)
		return console_fail(call, "no account %.100s; accounts lists them", call->words[1]);
	if (name.n == 0)
		return console_fail(call, "a campaign's name is missing");
	if (strcmp(call->words[0], "show") == 0 && call->n == 3)
		return show(call, a);
	if (!read_order(call, &order))
		return console_fail(call, "%s", usage);
	if (flow_campaign_order(from->flow, a, name, &order, on_told, console_later(call)) == 0)
		return CONSOLE_LATER;
	return console_fail(call, "%s", store_away);
}

/* --- brakes --- */

static void put_brake(void *arg, const struct flow_brake *what)
{
	char stamp[STATUS_STAMP];
	table_text(arg, what->name);
	table_text(arg, status_time(what->since_ms, false, stamp));
	table_text(arg, what->why);
}

static void on_released(void *arg, bool ok, bool done)
{
	if (ok && done)
		buf_puts(console_later_out(arg), "released\n");
	console_finish(arg, !ok ? store_away : done ? NULL : "it is not braked; brake list shows what is");
}

int verb_brake(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;

	if (strcmp(call->words[0], "list") == 0 && call->n == 1) {
		struct table *t = table_new("BRAKE SINCE WHY");
		flow_brakes_each(from->flow, put_brake, t);
		table_print(t, call->out);
		table_free(t);
		buf_printf(call->out, "%" PRIu64 " texts wait on this node\n", flow_brakes_held(from->flow));
		return 0;
	}
	if (strcmp(call->words[0], "release") != 0 || call->n != 2)
		return console_fail(call, "usage: brake list|release ACCOUNT/CARRIER/CLASS");
	if (flow_brake_release(from->flow, call->words[1], on_released, console_later(call)) == 0)
		return CONSOLE_LATER;
	return console_fail(call, "%s", store_away);
}
