/*
 * zone.h - what the clock may show where a phone number is from, by its calling code. Pure; does not look at the
 * machine's own zone.
 */
#ifndef POLICY_ZONE_H
#define POLICY_ZONE_H

#include "smpp/view.h"

#define ZONES_MAX 11 /* Russia */

struct zones { /* minutes east of UTC, ascending; every one that is in use somewhere there at some time of the year */
	const int16_t *minutes;
	size_t n; /* 0: the calling code is nobody's */
};

/* number: digits with country code. Static. */
struct zones zone_of(struct view number);
/* A number of mainland China: one zone, no summer time. */
bool zone_is_china(struct view number);

#endif
