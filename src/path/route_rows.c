/*
 * route_rows.c - the options of routing. Must not know what becomes of them.
 */
#include "path/route.h"
#include "policy/hours.h"

const struct conf_row operator_rows[] = {
	{"name", CONF_STRING, offsetof(struct operator_conf, name), "", 1, 32, NULL, true,
	 "Name of the operator, used by routes and ported numbers.", NULL},
	{"prefixes", CONF_LIST, offsetof(struct operator_conf, prefixes), "", 0, 100000, "", true,
	 "Number prefixes with country code, digits only.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

static const char *const choices[] = {"order", "weight", "price", NULL};

#define AT(member) offsetof(struct route_conf, member)

const struct conf_row route_rows[] = {
	{"name", CONF_STRING, AT(name), "", 0, 64, "", true, "What explain and route test call this rule.", NULL},
	{"prefix", CONF_STRING, AT(prefix), "", 0, 20, "", true,
	 "Number prefix with country code, digits only; empty for all numbers.", NULL},
	{"operator", CONF_STRING, AT(operator), "", 0, 32, "", true,
	 "Operator whose prefixes and ported numbers this rule is for, instead of one prefix.", NULL},
	{"country", CONF_LIST, AT(country), "", 0, 300, "", true,
	 "Countries instead of one prefix: calling codes or ISO names such as \"CN\".", NULL},
	{"account", CONF_STRING, AT(account), "", 0, 15, "", true, "Only messages of this account (its system_id).",
	 NULL},
	{"class", CONF_LIST, AT(class_names), "", 0, CLASSES, "", true, "Only messages of these classes.", NULL},
	{"source", CONF_LIST, AT(source), "", 0, 200, "", true,
	 "Only messages whose source address begins with one of these.", NULL},
	{"hours", CONF_LIST, AT(hours), "", 0, 24, "", true,
	 "Only at these times of the day, such as \"08:00-21:00\"; over midnight too.", NULL},
	{"carriers", CONF_LIST, AT(carriers), "", 1, ROUTE_MAX_CARRIERS, NULL, true,
	 "Carriers in order of preference; the next one is used while the first is down.", NULL},
	{"choose", CONF_CHOICE, AT(choose), "", 0, 0, "order", true,
	 "Who of the carriers gets a message: the first that can, shares by weight, or the cheapest.", choices},
	{"weights", CONF_LIST, AT(weights), "", 0, ROUTE_MAX_CARRIERS, "", true,
	 "With choose = \"weight\": the share of each carrier, whole numbers; none given: equal shares.", NULL},
	{"floor", CONF_INT, AT(floor), "percent", 0, 100, "0", true,
	 "With choose = \"price\": only carriers that deliver at least this share of their messages.", NULL},
	{"max_price", CONF_INT, AT(max_price), "yuan/1000", 0, 1000000, "0", true,
	 "Leaves out carriers whose price for one part is higher; 0: none.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

const struct conf_row routing_rows[] = {
	{"zone", CONF_INT, offsetof(struct routing_conf, zone), "min", -720, HOURS_ZONE_MAX, "480", true,
	 "Minutes east of UTC of the hours of routes.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};
