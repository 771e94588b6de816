/*
 * engine.c - loop, connections, sessions and signals of a tool, opened and closed in one order. Knows no tool's work.
 */
#include "tools/engine.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define MAX_OUTPUT  (4u << 20)	 /* octets per connection */
#define READ_BUDGET (256u << 10) /* octets per connection and turn */

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	struct engine *e = arg;

	(void)number;
	(void)what;
	if (e->signals++ > 0)
		loop_stop(e->loop);
	else
		e->on_signal(e->arg);
}

static struct event *catch_signal(struct engine *e, int number)
{
	struct event *ev = evsignal_new(loop_base(e->loop), number, on_signal, e);

	if (!ev || event_add(ev, NULL) != 0) {
		fprintf(stderr, "cannot watch for signal %d: out of memory\n", number);
		exit(1);
	}
	return ev;
}

void engine_open(struct engine *e, uint32_t max_sessions, void (*signalled)(void *arg), void *arg)
{
	signal(SIGPIPE, SIG_IGN);
	e->on_signal = signalled;
	e->arg = arg;
	e->signals = 0;
	e->loop = loop_new();
	e->conns = conn_hub_new(e->loop, MAX_OUTPUT, READ_BUDGET);
	e->sessions = session_hub_new(e->loop, e->conns, max_sessions);
	e->sigint = catch_signal(e, SIGINT);
	e->sigterm = catch_signal(e, SIGTERM);
}

void engine_close(struct engine *e)
{
	event_free(e->sigint);
	event_free(e->sigterm);
	session_hub_free(e->sessions);
	conn_hub_free(e->conns);
	loop_free(e->loop);
}

int64_t engine_clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t engine_cpu_us(void)
{
	struct rusage ru;

	getrusage(RUSAGE_SELF, &ru);
	return ((int64_t)ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000000 + ru.ru_utime.tv_usec + ru.ru_stime.tv_usec;
}
