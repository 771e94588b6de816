/*
 * operate.c - the operator's hand on a carrier: pause, drain, run, another rate. Knows no messages and no console.
 *
 * A drained carrier's binds end when all that is out is answered; until then they take receipts and replies.
 */
#include "link/carrier_priv.h"

static const char *const command_events[] = {
	[CARRIER_RUN] = "resumed_by_operator",
	[CARRIER_PAUSED] = "paused_by_operator",
	[CARRIER_DRAINED] = "drained_by_operator",
};

void operate_settled(struct carrier *c)
{
	if (!carrier_unwanted(c) || c->in_flight > 0)
		return;
	for (size_t i = 0; i < c->nbinds; i++) {
		if (c->binds[i].session != NULL)
			session_end(c->binds[i].session, c->removed ? END_CONFIG : END_WE_UNBOUND);
	}
}

void carrier_set_command(struct carrier *c, enum carrier_command command, const char *who)
{
	enum carrier_command was = c->command;

	if (command == was)
		return;
	c->command = command;
	log_info(c->conf->name, "event=%s who=%s outstanding=%u", command_events[command], who, c->in_flight);
	carrier_tell_state(c);
	if (command == CARRIER_DRAINED) {
		loop_timer_clear(c->cs->loop, &c->bind_timer);
		operate_settled(c);
	} else if (was == CARRIER_DRAINED && !c->removed) {
		bind_next(c);
	}
	if (command == CARRIER_RUN)
		carrier_wake(c);
}

enum carrier_command carrier_command(const struct carrier *c)
{
	return c->command;
}

void carrier_set_tps(struct carrier *c, int64_t tps, const char *who)
{
	c->tps_live = tps;
	log_info(c->conf->name, "event=tps_by_operator who=%s tps=%lld configured=%lld", who, (long long)carrier_tps(c),
		 (long long)c->conf->tps);
	pump_follow(c);
	carrier_wake(c);
}

void operate_forget(struct carrier *c)
{
	if (c->tps_live < 0)
		return;
	c->tps_live = -1;
	log_info(c->conf->name, "event=tps_as_configured tps=%lld", (long long)c->conf->tps);
}

bool carrier_tps_live(const struct carrier *c)
{
	return c->tps_live >= 0;
}

int64_t carrier_tps(const struct carrier *c)
{
	return c->tps_live >= 0 ? c->tps_live : c->conf->tps;
}

uint32_t carrier_limit(struct carrier *c)
{
	return (uint32_t)(pace_limit(&c->pace, loop_now_us(c->cs->loop)) + 0.5);
}

uint32_t carrier_window_each(const struct carrier *c, uint32_t *needed)
{
	*needed = fit_needed(&c->fit, carrier_tps(c), (uint32_t)c->conf->binds);
	return c->window;
}

uint32_t carrier_window(const struct carrier *c)
{
	return (uint32_t)c->conf->binds * c->window;
}
