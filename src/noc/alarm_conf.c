/*
 * alarm_conf.c - the options of alarms: sections alarm and alarms, checked against the table, laid over it. Must not
 * know states.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "noc/alarm_priv.h"

static const char *const modes[] = {"table", "on", "off", NULL};
static const char *const severities[] = {"table", "warning", "critical", NULL};

const struct conf_row alarm_rows[] = {
	{"alarm", CONF_STRING, offsetof(struct alarm_conf, alarm), "", 1, 32, NULL, true,
	 "Which alarm; smppgwctl alarms --all lists them.", NULL},
	{"carriers", CONF_LIST, offsetof(struct alarm_conf, carriers), "", 0, 0, "", true,
	 "Carriers that the row is for; empty for all.", NULL},
	{"accounts", CONF_LIST, offsetof(struct alarm_conf, accounts), "", 0, 0, "", true,
	 "Accounts that the row is for; empty for all.", NULL},
	{"mode", CONF_CHOICE, offsetof(struct alarm_conf, mode), "", 0, 0, "table", true,
	 "Whether the alarm is judged at all; table: as by default.", modes},
	{"threshold", CONF_FLOAT, offsetof(struct alarm_conf, threshold), "", 0, 1000000000, "-1", true,
	 "Value at which it is raised, in the alarm's unit; -1: as by default.", NULL},
	{"clear", CONF_FLOAT, offsetof(struct alarm_conf, clear), "", 0, 1000000000, "-1", true,
	 "Value at which it is not cleared yet; -1: as far from threshold as by default.", NULL},
	{"after", CONF_INT, offsetof(struct alarm_conf, after), "s", 0, 86400, "-1", true,
	 "How long the value must stay there before it is raised; -1: as by default.", NULL},
	{"clear_after", CONF_INT, offsetof(struct alarm_conf, clear_after), "s", 0, 86400, "-1", true,
	 "How long the value must be good again before it is cleared; -1: as by default.", NULL},
	{"min", CONF_INT, offsetof(struct alarm_conf, min), "messages", 0, 1000000000, "-1", true,
	 "With fewer messages in its time a share is not judged; -1: as by default.", NULL},
	{"severity", CONF_CHOICE, offsetof(struct alarm_conf, severity), "", 0, 0, "table", true,
	 "How bad it is; table: as by default.", severities},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

const struct conf_row alarm_post_rows[] = {
	{"webhook", CONF_STRING, offsetof(struct alarm_post_conf, webhook), "", 0, 31, "", true,
	 "Webhook that is told of alarms that are raised and cleared; empty: none.", NULL},
	{"repeat", CONF_INT, offsetof(struct alarm_post_conf, repeat), "s", 0, 86400, "1800", true,
	 "A critical alarm that nobody has acknowledged is told again so often; 0: never.", NULL},
	{"grace", CONF_INT, offsetof(struct alarm_post_conf, grace), "s", 0, 3600, "30", true,
	 "So long after the start nothing is raised.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

/* --- settings --- */

static bool is_named(const struct conf_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->at[i], name) == 0)
			return true;
	}
	return false;
}

static bool fits(const struct alarm_conf *c, const struct alarm_row *row, const char *object)
{
	if (strcmp(c->alarm, row->name) != 0)
		return false;
	if (c->carriers.n == 0 && c->accounts.n == 0)
		return true;
	return is_named(row->scope == ALARM_CARRIER ? &c->carriers : &c->accounts, object);
}

/* What is a share and should be large is measured from the top: 99 % has to be cleared below 100 %. */
static double clear_of(const struct alarm_row *row, double threshold)
{
	const struct alarm_setting *d = &row->by_default;
	double top = row->below && strcmp(row->unit, "%") == 0 ? 100 : 0;
	return top + (threshold - top) * (d->clear - top) / (d->threshold - top);
}

static void take(const struct alarm_row *row, const struct alarm_conf *c, struct alarm_setting *s)
{
	if (c->mode)
		s->on = c->mode == 1;
	if (c->severity)
		s->severity = c->severity == 1 ? ALARM_WARNING : ALARM_CRITICAL;
	if (c->threshold >= 0) {
		s->threshold = c->threshold;
		s->clear = clear_of(row, c->threshold);
	}
	if (c->clear >= 0)
		s->clear = c->clear;
	if (c->after >= 0)
		s->after = c->after;
	if (c->clear_after >= 0)
		s->clear_after = c->clear_after;
	if (c->min >= 0)
		s->min = (uint64_t)c->min;
}

void alarm_setting_of(const struct alarm_row *row, const char *object, const struct alarm_conf *confs, size_t n,
		      struct alarm_setting *out)
{
	*out = row->by_default;
	for (size_t i = 0; i < n; i++) {
		if (fits(&confs[i], row, object))
			take(row, &confs[i], out);
	}
}

/* --- checks --- */

static const struct alarm_row *row_of(const char *name)
{
	for (size_t i = 0; i < alarm_table_n; i++) {
		if (strcmp(alarm_table[i].name, name) == 0)
			return &alarm_table[i];
	}
	return NULL;
}

static bool check_objects(const struct alarm_conf *c, const struct conf_list *list, const char *what,
			  enum alarm_scope scope, const struct alarm_row *row,
			  bool (*known)(const void *arg, const char *name), const void *arg, char **errors)
{
	bool good = true;
	if (list->n && row->scope != scope) {
		conf_fault(errors, &c->where, "alarms: %s is about the %s; %ss must not be named with it", row->name,
			   alarm_scope_name(row->scope), what);
		return false;
	}
	for (size_t i = 0; i < list->n; i++) {
		if (known(arg, list->at[i]))
			continue;
		conf_fault(errors, &c->where, "alarms: %s names %s \"%s\", which is not in %ss", row->name, what,
			   list->at[i], what);
		good = false;
	}
	return good;
}

static bool check_row(const struct alarm_conf *c, const struct alarm_names *names, char **errors)
{
	const struct alarm_row *row = row_of(c->alarm);
	if (!row) {
		conf_fault(errors, &c->where, "alarms: there is no alarm \"%s\"; doc/operations.md lists them",
			   c->alarm);
		return false;
	}
	bool good = check_objects(c, &c->carriers, "carrier", ALARM_CARRIER, row, names->carrier, names->arg, errors);
	good = check_objects(c, &c->accounts, "account", ALARM_ACCOUNT, row, names->account, names->arg, errors) &&
	       good;
	struct alarm_setting s = row->by_default;
	take(row, c, &s);
	if (row->below ? s.clear >= s.threshold : s.clear <= s.threshold)
		return good;
	conf_fault(errors, &c->where,
		   "alarms: %s is raised at %g and %s and would be cleared at %g: clear must not be %s", row->name,
		   s.threshold, row->below ? "below" : "above", s.clear, row->below ? "lower" : "higher");
	return false;
}

bool alarms_check(const struct alarm_conf *rows, size_t n, const struct alarm_post_conf *post,
		  const struct alarm_names *names, char **errors)
{
	bool good = true;
	for (size_t i = 0; i < n; i++)
		good = check_row(&rows[i], names, errors) && good;
	if (*post->webhook && !names->webhook(names->arg, post->webhook)) {
		conf_fault(errors, &post->where, "alarm.webhook \"%s\" is not in webhooks", post->webhook);
		good = false;
	}
	return good;
}

/* --- words --- */

const char *alarm_severity_name(enum alarm_severity s)
{
	return s == ALARM_CRITICAL ? "critical" : "warning";
}

const char *alarm_scope_name(enum alarm_scope s)
{
	static const char *const names[ALARM_SCOPES] = {"gateway", "carrier", "account", "listener"};
	return names[s];
}

const char *alarm_value_text(double value, const char *unit, char out[48])
{
	if (isnan(value))
		snprintf(out, 48, "-");
	else if (*unit == '\0')
		snprintf(out, 48, "%s", value != 0 ? "yes" : "no");
	else if (value >= 1000 || value <= -1000 || value == (double)(int)value)
		snprintf(out, 48, "%.0f %s", value, unit);
	else
		snprintf(out, 48, "%.1f %s", value, unit);
	return out;
}

void alarm_print_table(void)
{
	for (size_t i = 0; i < alarm_table_n; i++) {
		const struct alarm_row *r = &alarm_table[i];
		const struct alarm_setting *s = &r->by_default;
		printf("%s\t%s\t%s\t%g\t%lld\t%g\t%lld\t%llu\t%s\t%s\t%s\t%s\n", r->name, alarm_scope_name(r->scope),
		       alarm_severity_name(s->severity), s->threshold, (long long)s->after, s->clear,
		       (long long)s->clear_after, (unsigned long long)s->min, r->unit, r->zh, r->en, r->todo);
	}
}
