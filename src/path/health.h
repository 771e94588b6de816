/*
 * health.h - how well each carrier does: links lost, submits refused, receipts that say delivered. One that does badly
 * is to be left while another can do its work, tried with a little after a while, and trusted again when that went
 * well. Told what happened and the time; knows no messages and sends none.
 */
#ifndef PATH_HEALTH_H
#define PATH_HEALTH_H

#include <stddef.h>
#include "base/conf.h"

struct health_conf { /* section health */
	struct conf_where where;
	int64_t window;			     /* s: what counts */
	int64_t samples;		     /* submits or receipts in the window before they are judged */
	int64_t delivery_low, delivery_high; /* percent delivered: under it left, over it trusted again; low 0: off */
	int64_t refused_high, refused_low; /* percent of submits refused for the carrier's own reasons; high 100: off */
	int64_t flaps;			   /* links lost in the window; 0: off */
	int64_t away, away_max;		   /* s: how long it is left; doubles while it goes on badly */
	int64_t probe;			   /* percent of the messages while it is being tried */
};
extern const struct conf_row health_rows[];

/* Low and high limits the wrong way round; adds to *errors (conf_fault()). */
void health_check(const struct health_conf *conf, char **errors);

enum health_state { HEALTH_GOOD, HEALTH_AWAY, HEALTH_PROVING, HEALTH_STATES };
enum health_cause { HEALTH_NO_CAUSE, HEALTH_DELIVERY, HEALTH_REFUSED, HEALTH_FLAPS };

struct health;
/* conf borrowed until health_use(). on_change: a carrier's state has changed. */
struct health *health_new(const struct health_conf *conf,
			  void (*on_change)(void *arg, size_t carrier, enum health_state now, enum health_cause why),
			  void *arg);
void health_free(struct health *h);
void health_use(struct health *h, const struct health_conf *conf); /* after a reload */
void health_grow(struct health *h, size_t carriers);		   /* more than before; new ones are good */

/* now_ms: any clock that does not go back. */
void health_submitted(struct health *h, size_t carrier, int64_t now_ms, bool refused);
void health_ended(struct health *h, size_t carrier, int64_t now_ms, bool delivered);
void health_link_lost(struct health *h, size_t carrier, int64_t now_ms);
/* Once a second: what has happened long ago does not count any more, who was left is tried again. */
void health_tick(struct health *h, int64_t now_ms);

enum health_state health_state(const struct health *h, size_t carrier);
/* Percent of the receipts in the window that said delivered; -1 while there are fewer than samples. */
int health_delivery(const struct health *h, size_t carrier);
struct health_view {
	enum health_state state;
	enum health_cause why;
	uint64_t submits, refused, receipts, delivered, flaps; /* in the window */
	int64_t until_ms;				       /* AWAY: until then */
	int delivery;					       /* as health_delivery() */
};
void health_look(const struct health *h, size_t carrier, struct health_view *out);
const char *health_state_name(enum health_state s);
const char *health_cause_name(enum health_cause c);

#endif
