/*
 * verb_complete.c - what the shell may offer next, a line each: commands and their words, names of what there is. A
 * line ":files" stands for names of files. Must not know sockets or shells.
 */
#include "noc/verb.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "noc/complete.h"
#include "policy/class.h"

#define OFFERS 2000 /* at most */

struct offering {
	struct buf *out;
	const struct snapshot_source *from;
	const struct console_command *table;
	char *begun; /* the word that is being typed */
	const char *const *words;
	size_t n, offers;
	bool campaigns;
	char account[64]; /* whose campaigns; "": all */
	struct console_later *later;
};

static void put(void *arg, const char *word)
{
	struct offering *o = arg;

	if (strncmp(word, o->begun, strlen(o->begun)) != 0 || o->offers >= OFFERS)
		return;
	o->offers++;
	buf_printf(o->out, "%s\n", word);
}

static void put_accounts(struct offering *o)
{
	struct accounts *all = flow_accounts(o->from->flow);

	for (size_t i = 0; i < accounts_count(all); i++) {
		if (!account_removed(accounts_at(all, i)))
			put(o, account_name(accounts_at(all, i)));
	}
}

static void put_carriers(struct offering *o)
{
	struct carriers *all = flow_carriers(o->from->flow);

	for (size_t i = 0; i < carriers_count(all); i++) {
		if (!carrier_removed(carriers_at(all, i)))
			put(o, carrier_name(carriers_at(all, i)));
	}
}

static void put_classes(struct offering *o)
{
	for (int i = 0; i < CLASSES; i++)
		put(o, class_name((enum class_id)i));
}

static void put_levels(struct offering *o)
{
	static const char *const levels[] = {"error", "warn", "info", "debug"};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		put(o, levels[i]);
}

static void put_commands(struct offering *o)
{
	for (const struct console_command *c = o->table; c->name; c++)
		put(o, c->name);
}

static void put_scopes(struct offering *o)
{
	put(o, "global");
	put_accounts(o);
}

static void put_brake(void *arg, const struct flow_brake *what)
{
	put(arg, what->name);
}

static void put_brakes(struct offering *o)
{
	flow_brakes_each(o->from->flow, put_brake, o);
}

static void put_alarm(void *arg, const struct alarm_view *v)
{
	put(arg, v->alarm);
}

static void put_alarms(struct offering *o)
{
	if (o->from->alarms)
		alarms_each(o->from->alarms, false, put_alarm, o);
}

/* Of the alarm that the word before names. */
static void put_object(void *arg, const struct alarm_view *v)
{
	const struct offering *o = arg;

	if (o->n > 1 && strcmp(v->alarm, o->words[o->n - 2]) == 0)
		put(arg, v->object);
}

static void put_objects(struct offering *o)
{
	if (o->from->alarms)
		alarms_each(o->from->alarms, false, put_object, o);
}

static void put_files(struct offering *o)
{
	buf_puts(o->out, ":files\n");
}

/* They are asked from the store, of the account that the line names. */
static void want_campaigns(struct offering *o)
{
	o->campaigns = true;
	for (size_t i = 0; i + 1 < o->n; i++) {
		if (accounts_find(flow_accounts(o->from->flow), view_of(o->words[i])))
			snprintf(o->account, sizeof(o->account), "%s", o->words[i]);
	}
}

static const struct {
	const char *kind;
	void (*put)(struct offering *o);
} kinds[] = {
	{"ACCOUNT", put_accounts}, {"CARRIER", put_carriers},	 {"CLASS", put_classes},
	{"LEVEL", put_levels},	   {"COMMAND", put_commands},	 {"SCOPE", put_scopes},
	{"FILE", put_files},	   {"CAMPAIGN", want_campaigns}, {"ACCOUNT/CARRIER/CLASS", put_brakes},
	{"ALARM", put_alarms},	   {"OBJECT", put_objects},
};

static void put_kind(void *arg, const char *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].kind, kind) == 0)
			kinds[i].put(arg);
	}
}

static void on_campaign(void *arg, struct view name, struct view value)
{
	struct offering *o = arg;
	char text[160];

	(void)value;
	snprintf(text, sizeof(text), "%.*s", (int)name.n, (const char *)name.p);
	char *colon = strchr(text, ':');
	if (!colon)
		return;
	*colon = '\0';
	if (!*o->account || strcmp(o->account, text) == 0)
		put(o, colon + 1);
}

static void offering_free(struct offering *o)
{
	mem_free(o->begun);
	mem_free(o);
}

static void on_campaigns(void *arg, bool ok)
{
	struct offering *o = arg;

	(void)ok; /* what is not known is not offered */
	console_finish(o->later, NULL);
	offering_free(o);
}

int verb_complete(struct console_call *call)
{
	static const struct complete_ops ops = {put, put_kind};
	static const struct store_hash_reader reader = {on_campaign, on_campaigns};
	struct offering *o = mem_zalloc(sizeof(*o));

	*o = (struct offering){.out = call->out,
			       .from = call->arg,
			       .table = call->table,
			       .begun = mem_strdup(call->words[call->n - 1]),
			       .words = call->words,
			       .n = call->n};
	complete_words(call->table, call->words, call->n, &ops, o);
	if (!o->campaigns) {
		offering_free(o);
		return 0;
	}
	o->later = console_later(call);
	o->out = console_later_out(o->later);
	o->words = NULL;
	if (flow_campaign_list(o->from->flow, &reader, o) == 0)
		return CONSOLE_LATER;
	offering_free(o);
	return 0;
}
