/*
 * share.h - which class of messages a carrier takes next: the most urgent that waits, but each class has a floor of the
 * carrier's pace that it is sure of, and may have a ceiling that it does not pass. Pure; one per carrier.
 */
#ifndef PATH_SHARE_H
#define PATH_SHARE_H

#include "link/throttle.h"
#include "policy/classes.h"

struct share {
	double due[CLASSES];		  /* messages that a class is owed by its floor */
	struct throttle ceiling[CLASSES]; /* rate 0: none */
	int64_t tps;			  /* that the ceilings were made for */
	uint8_t percent[CLASSES];	  /* the ceilings in force */
	uint8_t saved;			  /* bits: the classes that may be owed anything */
};

void share_init(struct share *s);
/* The carrier's rate is tps (0: none, ceilings do not count then), the classes' rules are these. Cheap when nothing has
 * changed. */
void share_use(struct share *s, const struct class_rule rules[CLASSES], int64_t tps, int64_t now_us);
/*
 * The class to take from; waiting has bit 1 << class for each that waits. -1: none may; *wait_us is then how long until
 * a ceiling lets one, INT64_MAX when nothing waits. Changes nothing until share_spend().
 */
int share_choose(struct share *s, uint8_t waiting, int64_t now_us, int64_t *wait_us);
/* n messages of this class were taken while these waited (itself among them). */
void share_spend(struct share *s, const struct class_rule rules[CLASSES], uint8_t waiting, enum class_id class_id,
		 unsigned n);

#endif
