/*
 * opening.h - send windows and slots: when a message may leave, by account, class and carrier, in the time of its
 * recipient. What may leave is what every window that concerns it lets leave. Pure; asking allocates nothing.
 */
#ifndef POLICY_OPENING_H
#define POLICY_OPENING_H

#include "policy/calendar.h"
#include "policy/scope.h"

struct window_conf { /* section windows: ( { name; class; account; carrier; workday ... } ) */
	struct scope_conf scope;
	char *name;
	struct conf_list days[DAY_KINDS]; /* "HH:MM-HH:MM" by enum day_kind; empty: closed on such days */
	int outside;			  /* 0 hold, 1 refuse */
	int64_t spread;			  /* s after the opening in which what was held leaves */
	char *zone;			  /* "number", or "+08:00" */
};
extern const struct conf_row window_rows[];

struct slot_conf { /* section slots: ( { name; class; account; campaign; workday ... } ) */
	struct scope_conf scope;
	char *name, *campaign;
	struct conf_list days[DAY_KINDS];
	int64_t within; /* s; a slot that begins later is not waited for */
	int64_t spread;
};
extern const struct conf_row slot_rows[];

struct opening_conf {
	const struct calendar_conf *calendar; /* NULL: all defaults */
	const struct window_conf *windows;
	size_t windows_n;
	const struct slot_conf *slots;
	size_t slots_n;
};

struct opening;

/*
 * Nothing of conf is kept. A class that is promotional has the window "08:00-21:00" on all days, hold, unless a row
 * without carrier that names the class concerns the account. NULL with faults (conf_fault()).
 */
struct opening *opening_new(const struct opening_conf *conf, const struct policy_names *names, char **errors);
void opening_free(struct opening *o);
/* Whether a window or slot may have something to say about these. */
bool opening_concerns(const struct opening *o, size_t account, enum class_id class_id);

/*
 * When the message arrives, or is looked at again before its time: asked for due_ms, or now when that is past.
 * POLICY_WAIT with due_ms in the next slot or opening, spread by seed; POLICY_REFUSE when its validity (expiry_ms; 0:
 * none) ends before, or a closed window says refuse. Detail names the window or slot and when it opens.
 */
enum policy_effect opening_judge(const struct opening *o, struct policy_subject *s);

/* --- before it leaves: windows only --- */

/* False: nothing to ask. */
bool opening_matters(const struct opening *o, size_t account, enum class_id class_id, size_t carrier);

struct opening_ask {
	size_t account, carrier;
	enum class_id class_id;
	struct view number;
	int64_t now_ms;
	uint64_t seed;
};
/*
 * Whether it may leave now. *opens_ms when not: when it may, spread by seed; 0: not within SPANS_DAYS. A compare, as a
 * rule, for numbers of China.
 */
bool opening_open(const struct opening *o, const struct opening_ask *ask, int64_t *opens_ms);

#endif
