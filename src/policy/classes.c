/*
 * classes.c - rules per message class: what is built in, and the operator's rows. Must not know messages, nor what is
 * done by the rules.
 */
#include "policy/classes.h"

#include <string.h>

static const char *const doubts[] = {"default", "resend", "hold", NULL};

const struct conf_row class_rows[] = {
	{"name", CONF_STRING, offsetof(struct class_conf, name), "", 1, 16, NULL, true,
	 "Class that the row is for: otp, alert, notice, remind, collect or promo.", NULL},
	{"validity", CONF_INT, offsetof(struct class_conf, validity), "s", 0, 2592000, "-1", true,
	 "How long a message may wait when the app gives no validity_period; 0 for messages.validity.", NULL},
	{"in_doubt", CONF_CHOICE, offsetof(struct class_conf, in_doubt), "", 0, 0, "default", true,
	 "When nobody knows whether a carrier has a message: send it once more, or hold it until that is settled.",
	 doubts},
	{"max_price", CONF_INT, offsetof(struct class_conf, max_price), "yuan/1000", 0, 1000000, "0", true,
	 "Most that all attempts of one message may cost together; 0 for no bound.", NULL},
	{"floor", CONF_INT, offsetof(struct class_conf, floor), "%", 0, 90, "-1", true,
	 "Part of a carrier's pace that the class is sure of while it waits, whatever is more urgent.", NULL},
	{"ceiling", CONF_INT, offsetof(struct class_conf, ceiling), "%", 1, 100, "100", true,
	 "Part of a carrier's tps that the class does not pass; 100 for no bound.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

/*
 * A code is of no use after ten minutes. Who waits for a code or an alert is served better by two than by none; a
 * second dunning letter or advertisement makes complaints. What is less urgent is never starved.
 */
static const struct class_rule builtin[CLASSES] = {
	[CLASS_OTP] = {.validity_ms = 600000, .hold_in_doubt = false, .ceiling = 100},
	[CLASS_ALERT] = {.hold_in_doubt = false, .ceiling = 100},
	[CLASS_NOTICE] = {.hold_in_doubt = false, .floor = 5, .ceiling = 100},
	[CLASS_REMIND] = {.hold_in_doubt = false, .floor = 5, .ceiling = 100},
	[CLASS_COLLECT] = {.hold_in_doubt = true, .floor = 3, .ceiling = 100},
	[CLASS_PROMO] = {.hold_in_doubt = true, .floor = 3, .ceiling = 100},
};

static void set_rule(struct class_rule *rule, const struct class_conf *c)
{
	if (c->validity != CLASS_VALIDITY_BUILTIN)
		rule->validity_ms = c->validity * 1000;
	if (c->in_doubt != CLASS_DOUBT_BUILTIN)
		rule->hold_in_doubt = c->in_doubt == CLASS_DOUBT_HOLD;
	rule->max_price = c->max_price;
	if (c->floor != CLASS_FLOOR_BUILTIN)
		rule->floor = (uint8_t)c->floor;
	rule->ceiling = (uint8_t)c->ceiling;
	if (c->floor == CLASS_FLOOR_BUILTIN && rule->floor > rule->ceiling)
		rule->floor = rule->ceiling;
}

/* Floors can be kept only when they leave room for what is more urgent. */
static bool check_floors(const struct class_rule rules[CLASSES], const struct class_conf *conf, char **errors)
{
	unsigned sum = 0;
	bool good = true;
	for (int c = 0; c < CLASSES; c++) {
		sum += rules[c].floor;
		if (rules[c].floor <= rules[c].ceiling)
			continue;
		conf_fault(errors, &conf->where, "classes: the floor of %s (%u %%) is over its ceiling (%u %%)",
			   class_name((enum class_id)c), rules[c].floor, rules[c].ceiling);
		good = false;
	}
	if (sum <= 90)
		return good;
	conf_fault(errors, &conf->where,
		   "classes: the floors are %u %% together; at most 90 %% leaves room for urgent ones", sum);
	return false;
}

bool classes_build(const struct class_conf *confs, size_t n, struct class_rule out[CLASSES], char **errors)
{
	bool good = true, named[CLASSES] = {false};
	memcpy(out, builtin, sizeof(builtin));
	for (size_t i = 0; i < n; i++) {
		enum class_id id;
		if (!class_by_name(view_of(confs[i].name), &id)) {
			conf_fault(errors, &confs[i].where,
				   "classes: \"%s\" is none of otp, alert, notice, remind, collect, promo",
				   confs[i].name);
			good = false;
			continue;
		}
		if (named[id]) {
			conf_fault(errors, &confs[i].where, "classes names %s twice", confs[i].name);
			good = false;
		}
		named[id] = true;
		set_rule(&out[id], &confs[i]);
	}
	return (n == 0 || check_floors(out, confs, errors)) && good;
}
