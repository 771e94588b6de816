/*
 * noc.h - what the NOC staff see: the stats port (HTTP) and the console socket. Starts both; reads the gateway's state,
 * changes nothing of it but what a console command asks for.
 */
#ifndef NOC_NOC_H
#define NOC_NOC_H

#include "base/buf.h"
#include "base/conf.h"
#include "base/loop.h"
#include "base/stats.h"
#include "noc/alarm_duty.h"
#include "noc/console.h"
#include "noc/rights.h"

struct archive;
struct flow;
struct worker;

struct stats_port_conf { /* section stats */
	struct conf_where where;
	char *address; /* numeric, or a name resolved once at start */
	int64_t port;  /* 0: off */
};
extern const struct conf_row stats_port_rows[];

/* Reads the configuration again; fn is told, in a later turn: 0 with what has changed in out, or -1 with faults. */
typedef void (*noc_reloaded_fn)(void *arg, int result, const struct buf *out, const char *errors);
typedef void (*noc_reload_fn)(void *arg, bool check, noc_reloaded_fn fn, void *fn_arg);

/*
 * Everything goes to a process that asks for it: 0, and later is owed console_finish(), or goes with the console; or -1
 * with the reason in why.
 */
typedef int (*noc_hand_over_fn)(void *arg, struct console_later *later, char why[CONSOLE_MAX_MESSAGE]);

struct noc_conf { /* all borrowed for the call, but version for life, alarms until noc_use() */
	const struct stats_port_conf *stats;
	const struct console_conf *console;
	const struct token_conf *tokens;
	size_t tokens_n;
	const char *version;
	unsigned node;
	struct alarm_duty_conf alarms;
	struct archive *archive; /* borrowed for life */
	struct worker *worker;	 /* the same */
	noc_reload_fn reload;
	noc_hand_over_fn hand_over;
	void *reload_arg; /* of both */
};

/* What the room counts by itself; one object, no label. */
extern const struct stats_row noc_stat_rows[];
extern const size_t noc_stat_rows_n;
/* One gauge, 1, labelled version="..." (Prometheus' way to show a text). */
extern const struct stats_row noc_build_rows[];
extern const size_t noc_build_rows_n;

/* Checks what the rows cannot: mode, group, length of the path; alarms against what flow has. Adds "file:line:
 * message"; false with faults. */
bool noc_check(const struct noc_conf *conf, const struct flow_conf *flow, char **errors);

struct noc;
/*
 * Listens and serves from the next turn on. flow and stats are borrowed until noc_free(), which must come before
 * flow_free(). NULL with *why (owned by the caller, free()) when it cannot listen.
 */
struct noc *noc_new(struct loop *loop, const struct noc_conf *conf, struct flow *flow, struct stats *stats, char **why);
/* After a reload: the tokens of the console, alarms; what these borrow is borrowed until the next. */
void noc_use(struct noc *n, const struct noc_conf *conf);
void noc_free(struct noc *n); /* NULL does no harm; removes the socket file */

#endif
