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
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

/*
 * A code is of no use after ten minutes. Who waits for a code or an alert is served better by two than by none; a
 * second dunning letter or advertisement makes complaints.
 */
static const struct class_rule builtin[CLASSES] = {
	[CLASS_OTP] = {.validity_ms = 600000, .hold_in_doubt = false},
	[CLASS_ALERT] = {.hold_in_doubt = false},
	[CLASS_NOTICE] = {.hold_in_doubt = false},
	[CLASS_REMIND] = {.hold_in_doubt = false},
	[CLASS_COLLECT] = {.hold_in_doubt = true},
	[CLASS_PROMO] = {.hold_in_doubt = true},
};

static void set_rule(struct class_rule *rule, const struct class_conf *c)
{
	if (c->validity != CLASS_VALIDITY_BUILTIN)
		rule->validity_ms = c->validity * 1000;
	if (c->in_doubt != CLASS_DOUBT_BUILTIN)
		rule->hold_in_doubt = c->in_doubt == CLASS_DOUBT_HOLD;
	rule->max_price = c->max_price;
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
	return good;
}
