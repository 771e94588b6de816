/*
 * engine.h - what every program with SMPP sessions starts and ends alike: loop, connections, sessions, signals.
 */
#ifndef TOOLS_ENGINE_H
#define TOOLS_ENGINE_H

#include "base/loop.h"
#include "link/conn.h"
#include "link/session.h"

struct event;

struct engine {
	struct loop *loop;
	struct conn_hub *conns;
	struct session_hub *sessions;
	struct event *sigint, *sigterm;
	void (*on_signal)(void *arg); /* SIGINT, SIGTERM */
	void *arg;
	unsigned signals; /* how many came */
};

/* Errors end the program with a message: there is nothing to clean up yet. A second signal stops the loop at once. */
void engine_open(struct engine *e, uint32_t max_sessions, void (*on_signal)(void *arg), void *arg);
void engine_close(struct engine *e);

/* Monotonic time now (not the turn's), in us: what latencies are measured with. */
int64_t engine_clock_us(void);
/* CPU time of this process so far, user and system, in us. */
int64_t engine_cpu_us(void);

#endif
