/*
 * sim_dial.c - connections that the simulator makes itself: --bind-in binds in to a gateway as an ESME that carries
 * messages on, --outbind calls a gateway, which then binds. As many as asked for are kept up. Knows no messages.
 */
#include "tools/sim.h"

#include "base/log.h"
#include "base/mem.h"
#include "smpp/command.h"

struct sim_dials {
	struct sim *sim;
	struct timer timer; /* the pause after one that ended */
	int64_t up;	    /* connections, bound or not */
};

bool sim_dials_wanted(const struct sim *sim)
{
	return sim->conf.bind_in.port != 0 || sim->conf.outbind.port != 0;
}

static void dial(struct sim_dials *d)
{
	struct sim *sim = d->sim;
	bool in = sim->conf.bind_in.port != 0;
	const struct opts_address *to = in ? &sim->conf.bind_in : &sim->conf.outbind;

	while (d->up < sim->conf.binds && !sim->ending) {
		if (!sim_binds_dial(sim, to->host, to->port, in)) {
			loop_timer(sim->engine.loop, &d->timer, sim->conf.reconnect / 1000);
			return;
		}
		d->up++;
	}
}

static void on_timer(struct timer *t)
{
	dial(LIST_OF(t, struct sim_dials, timer));
}

struct sim_dials *sim_dials_new(struct sim *sim)
{
	struct sim_dials *d = mem_zalloc(sizeof(*d));

	d->sim = sim;
	d->timer.fn = on_timer;
	return d;
}

void sim_dials_start(struct sim *sim)
{
	dial(sim->dials);
}

void sim_dials_free(struct sim_dials *d)
{
	mem_free(d);
}

void sim_dials_stop(struct sim *sim)
{
	loop_timer_clear(sim->engine.loop, &sim->dials->timer);
}

void sim_dials_ended(struct sim *sim)
{
	struct sim_dials *d = sim->dials;

	d->up--;
	if (!sim->ending && !wheel_isset(&d->timer))
		loop_timer(sim->engine.loop, &d->timer, sim->conf.reconnect / 1000);
}

void sim_dials_open(struct sim *sim, struct session *s)
{
	const struct sim_conf *c = &sim->conf;
	struct pdu bind = {.command_id = BIND_TRANSCEIVER};

	if (c->outbind.port != 0) {
		session_outbind(s, c->name, c->outbind_password);
		return;
	}
	bind.command_id = c->bind_as == SIM_AS_TRANSMITTER ? BIND_TRANSMITTER
			  : c->bind_as == SIM_AS_RECEIVER  ? BIND_RECEIVER
							   : BIND_TRANSCEIVER;
	bind.bind.system_id = view_of(c->system_id ? c->system_id : "");
	bind.bind.password = view_of(c->password ? c->password : "");
	bind.bind.interface_version = 0x34;
	session_bind(s, &bind);
}
