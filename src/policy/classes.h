/*
 * classes.h - what the operator sets per message class: how long it may wait, what is done when nobody knows whether a
 * carrier has it, what it may cost, its part of a carrier's pace. Pure.
 */
#ifndef POLICY_CLASSES_H
#define POLICY_CLASSES_H

#include "base/conf.h"
#include "policy/class.h"

/* class_conf.in_doubt */
enum { CLASS_DOUBT_BUILTIN, CLASS_DOUBT_RESEND, CLASS_DOUBT_HOLD };

#define CLASS_VALIDITY_BUILTIN (-1)
#define CLASS_FLOOR_BUILTIN    (-1)

struct class_conf { /* section classes: ( { name; validity; in_doubt; max_price; floor; ceiling } ) */
	struct conf_where where;
	char *name;
	int64_t validity;  /* s; 0: messages.validity; CLASS_VALIDITY_BUILTIN: not given */
	int in_doubt;	   /* CLASS_DOUBT_* */
	int64_t max_price; /* thousandths of a yuan; 0: none */
	int64_t floor;	   /* percent; CLASS_FLOOR_BUILTIN: not given */
	int64_t ceiling;   /* percent */
};
extern const struct conf_row class_rows[];

struct class_rule {
	int64_t validity_ms; /* how long a message may wait when the app gives no validity_period; 0: messages.validity
			      */
	bool hold_in_doubt;  /* a submit whose outcome is not known: held until a receipt or the operator settles it,
				else  sent once more */
	int64_t max_price;   /* thousandths of a yuan that all attempts of one message may cost together; 0: no bound */
	uint8_t floor;	     /* percent of a carrier's pace that the class is sure of while it waits */
	uint8_t ceiling;     /* percent of a carrier's tps that it does not pass; 100: no bound */
};

/*
 * Fills all rules: what is built in, then the rows. False with faults, added to *errors (conf_fault()): a name that is
 * no class, a class named twice, floors that are more than 90 percent together, a floor over its ceiling.
 */
bool classes_build(const struct class_conf *confs, size_t n, struct class_rule out[CLASSES], char **errors);

#endif
