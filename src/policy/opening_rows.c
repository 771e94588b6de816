/*
 * opening_rows.c - the options of send windows and slots, and what is built from them. Must not know how they are
 * asked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "policy/hours.h"
#include "policy/opening_priv.h"

static const char *const outsides[] = {"hold", "refuse", NULL};

#define WINDOW(member) offsetof(struct window_conf, member)
#define SLOT(member)   offsetof(struct slot_conf, member)

const struct conf_row window_rows[] = {
	{"name", CONF_STRING, WINDOW(name), "", 1, 48, NULL, true, "What explain and the log call it.", NULL},
	{"classes", CONF_LIST, WINDOW(scope.classes), "", 0, CLASSES, "", true,
	 "Classes that it holds for; none named: all.", NULL},
	{"account", CONF_STRING, WINDOW(scope.account), "", 0, 0, "", true,
	 "Account that it holds for; empty: every one.", NULL},
	{"carrier", CONF_STRING, WINDOW(scope.carrier), "", 0, 0, "", true,
	 "Carrier that it holds for; empty: every one.", NULL},
	{"workday", CONF_LIST, WINDOW(days[DAY_WORKDAY]), "", 0, 24, "", true,
	 "Times of workdays in which messages may leave, such as 08:00-21:00; none: closed on workdays.", NULL},
	{"weekend", CONF_LIST, WINDOW(days[DAY_WEEKEND]), "", 0, 24, "", true,
	 "The same of Saturdays and Sundays on which nobody makes up for a holiday.", NULL},
	{"holiday", CONF_LIST, WINDOW(days[DAY_HOLIDAY]), "", 0, 24, "", true,
	 "The same of holidays that the calendar names.", NULL},
	{"outside", CONF_CHOICE, WINDOW(outside), "", 0, 0, "hold", true,
	 "What becomes of a message outside these times: held until they begin, or refused.", outsides},
	{"spread", CONF_INT, WINDOW(spread), "s", 0, 14400, "600", true,
	 "Time after the opening over which what was held leaves, evenly.", NULL},
	{"zone", CONF_STRING, WINDOW(zone), "", 1, 8, "number", true,
	 "Whose clock: \"number\", where the number is from, in all zones of its country; or a fixed one, +08:00.",
	 NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

const struct conf_row slot_rows[] = {
	{"name", CONF_STRING, SLOT(name), "", 1, 48, NULL, true, "What explain and the log call it.", NULL},
	{"classes", CONF_LIST, SLOT(scope.classes), "", 0, CLASSES, "", true,
	 "Classes that it is for; none named: all.", NULL},
	{"account", CONF_STRING, SLOT(scope.account), "", 0, 0, "", true, "Account that it is for; empty: every one.",
	 NULL},
	{"campaign", CONF_STRING, SLOT(campaign), "", 0, 64, "", true,
	 "Campaign (TLV 0x3E01) that it is for; empty: every one.", NULL},
	{"workday", CONF_LIST, SLOT(days[DAY_WORKDAY]), "", 0, 24, "", true,
	 "Times of workdays that are preferred, such as 10:00-11:30.", NULL},
	{"weekend", CONF_LIST, SLOT(days[DAY_WEEKEND]), "", 0, 24, "", true, "The same of weekends.", NULL},
	{"holiday", CONF_LIST, SLOT(days[DAY_HOLIDAY]), "", 0, 24, "", true, "The same of holidays.", NULL},
	{"within", CONF_INT, SLOT(within), "s", 1, 1209600, "86400", true,
	 "How long a message may be delayed to reach the slot; one that begins later is not waited for.", NULL},
	{"spread", CONF_INT, SLOT(spread), "s", 0, 14400, "600", true,
	 "Time after the slot's start over which what waited for it leaves, evenly.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

/* "number", or "+08:00" */
static bool read_zone(const char *s, struct opening_rule *rule)
{
	unsigned hours, minutes;
	char end;
	if (strcmp(s, "number") == 0)
		return true;
	if (strlen(s) != 6 || (s[0] != '+' && s[0] != '-') || sscanf(s + 1, "%2u:%2u%c", &hours, &minutes, &end) != 2 ||
	    strspn(s + 1, "0123456789:") != 5)
		return false;
	unsigned zone = hours * 60 + minutes;
	rule->own_zone = true;
	rule->zone = (int16_t)(s[0] == '-' ? -(int)zone : (int)zone);
	return minutes < 60 && zone <= HOURS_ZONE_MAX;
}

static bool read_days(const char *section, const struct conf_where *where, const struct conf_list days[DAY_KINDS],
		      struct opening_rule *rule, char **errors)
{
	const struct conf_list *lists[DAY_KINDS] = {&days[0], &days[1], &days[2]};
	if (days[0].n + days[1].n + days[2].n == 0) {
		conf_fault(errors, where, "%s: %s never opens; give it workday, weekend or holiday", section,
			   rule->name);
		return false;
	}
	rule->spans = spans_new(section, where, lists, errors);
	return rule->spans != NULL;
}

static bool read_window(const struct window_conf *conf, struct opening_rule *rule, char **errors)
{
	const struct conf_where *where = &conf->scope.where;
	*rule = (struct opening_rule){.name = mem_strdup(conf->name),
				      .campaign = mem_strdup(""),
				      .spread_ms = conf->spread * 1000,
				      .refuse = conf->outside == 1,
				      .names_class = conf->scope.classes.n > 0 && !*conf->scope.carrier};
	bool good = read_zone(conf->zone, rule);
	if (!good)
		conf_fault(errors, where, "windows: zone \"%s\" must be number, or like +08:00", conf->zone);
	return read_days("windows", where, conf->days, rule, errors) && good;
}

static bool read_slot(const struct slot_conf *conf, struct opening_rule *rule, char **errors)
{
	*rule = (struct opening_rule){.name = mem_strdup(conf->name),
				      .campaign = mem_strdup(conf->campaign),
				      .spread_ms = conf->spread * 1000,
				      .within_ms = conf->within * 1000};
	return read_days("slots", &conf->scope.where, conf->days, rule, errors);
}

/* What holds for promotional classes when no row says anything. */
static bool build_in(struct opening_rule *rule, char **errors)
{
	static const struct conf_where nowhere = {"", 0};
	char *times[] = {(char *)"08:00-21:00"};
	const struct conf_list list = {times, 1}, lists[DAY_KINDS] = {list, list, list};
	*rule = (struct opening_rule){.name = mem_strdup("built in"), .campaign = mem_strdup(""), .spread_ms = 600000};
	return read_days("windows", &nowhere, lists, rule, errors);
}

struct opening *opening_new(const struct opening_conf *conf, const struct policy_names *names, char **errors)
{
	struct opening *o = mem_zalloc(sizeof(*o));
	bool good = build_in(&o->builtin, errors);
	o->windows = mem_zalloc((conf->windows_n + 1) * sizeof(*o->windows));
	o->slots = mem_zalloc((conf->slots_n + 1) * sizeof(*o->slots));
	for (; o->windows_n < conf->windows_n; o->windows_n++)
		good = read_window(&conf->windows[o->windows_n], &o->windows[o->windows_n], errors) && good;
	for (; o->slots_n < conf->slots_n; o->slots_n++)
		good = read_slot(&conf->slots[o->slots_n], &o->slots[o->slots_n], errors) && good;
	o->window_scope =
		scope_new("windows", conf->windows, sizeof(*conf->windows), conf->windows_n, false, names, errors);
	o->slot_scope = scope_new("slots", conf->slots, sizeof(*conf->slots), conf->slots_n, false, names, errors);
	o->calendar = calendar_new(conf->calendar, errors);
	o->cells = mem_zalloc(OPENING_CACHE * sizeof(*o->cells));
	if (good && o->window_scope && o->slot_scope && o->calendar)
		return o;
	opening_free(o);
	return NULL;
}

static void rule_free(struct opening_rule *rule)
{
	spans_free(rule->spans);
	mem_free(rule->name);
	mem_free(rule->campaign);
}

void opening_free(struct opening *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->windows_n; i++)
		rule_free(&o->windows[i]);
	for (size_t i = 0; i < o->slots_n; i++)
		rule_free(&o->slots[i]);
	rule_free(&o->builtin);
	mem_free(o->windows);
	mem_free(o->slots);
	mem_free(o->cells);
	scope_free(o->window_scope);
	scope_free(o->slot_scope);
	calendar_free(o->calendar);
	mem_free(o);
}
