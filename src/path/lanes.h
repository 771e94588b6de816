/*
 * lanes.h - which carriers take from which lane of the queue now: the first that is up and healthy, several by weight,
 * or the cheapest whose delivery is good enough; a carrier that is being tried gets a little. Knows routes, and
 * carriers by number; no messages.
 */
#ifndef PATH_LANES_H
#define PATH_LANES_H

#include "path/health.h"
#include "path/route.h"

#define LANES_NOBODY 0xFFFFu

struct lanes_ops {				  /* what is known of a carrier */
	bool (*up)(void *arg, size_t carrier);	  /* it can send, or will soon (a pause is no reason to go elsewhere) */
	bool (*ready)(void *arg, size_t carrier); /* it could send a message in this turn */
	int64_t (*price)(void *arg, size_t carrier);
};

struct lanes;
/* routes and health borrowed for life. probe: percent of a lane's messages for who is being tried. */
struct lanes *lanes_new(const struct routes *routes, const struct health *health, const struct lanes_ops *ops,
			void *arg);
void lanes_free(struct lanes *l);
/* To be called when a carrier went up or down, its health or price has changed, a route was added. */
void lanes_update(struct lanes *l, size_t carriers, unsigned probe);

/* The one who takes first, or shares; LANES_NOBODY: none is up. */
uint16_t lanes_first(const struct lanes *l, size_t lane);
/* All who take; returns how many. */
unsigned lanes_takers(const struct lanes *l, size_t lane, const uint16_t **carriers);
/* The lanes that a carrier takes from; returns how many. */
size_t lanes_of(const struct lanes *l, size_t carrier, const uint16_t **lanes);
/*
 * Whether it is this carrier's turn: with several takers, none that is ready has had less than its weight's part of
 * what was taken. waiting: messages in the lane, which allow for that many to be taken at once.
 */
bool lanes_turn(struct lanes *l, size_t lane, size_t carrier, uint64_t waiting);
void lanes_took(struct lanes *l, size_t lane, size_t carrier, unsigned n);

#endif
