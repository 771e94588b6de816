/*
 * alarm_rig.h - a gateway of numbers for the tests of alarms: two carriers, two accounts and a listener that nothing is
 * wrong with, the alarms that judge them, a clock, and what was told. Knows no loop and no console.
 */
#ifndef ALARM_RIG_H
#define ALARM_RIG_H

#include "unit.h"

#include "noc/alarm.h"
#include "noc/alarm_inputs.h"

#define ALARM_RIG_WALL_MS 1763800000000 /* 2025-11-22 */
#define ALARM_RIG_GRACE	  30

struct alarm_rig_told {
	enum alarm_change what;
	char alarm[40], object[64];
	double value;
};

struct alarm_rig {
	struct stats *stats;
	struct alarms *alarms;
	struct alarm_inputs in;
	struct alarm_carrier carriers[2];
	struct alarm_account accounts[2];
	struct alarm_listener listeners[1];
	struct alarm_rig_told told[64];
	size_t n;
};

/* Nothing is posted; as long a grace at the start as the tests wait. */
extern const struct alarm_post_conf alarm_rig_no_post;

/* A gateway that nothing is wrong with. */
void alarm_rig_well(struct alarm_rig *s);
/* With n rows of settings, borrowed for the call. */
struct alarm_rig *alarm_rig_new(const struct alarm_conf *rows, size_t n);
void alarm_rig_free(struct alarm_rig *s);
/* n seconds go by; judged once in each. */
void alarm_rig_seconds(struct alarm_rig *s, int64_t n);
/* n changes have been told so far, this one the last of them. */
void alarm_rig_expect(const struct alarm_rig *s, size_t n, enum alarm_change what, const char *alarm,
		      const char *object);
/* As a list shows it now; no more than the names when it is not in the list. */
struct alarm_view alarm_rig_look(const struct alarm_rig *s, const char *alarm, const char *object);

#endif
