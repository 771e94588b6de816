/*
 * actions.h - who did what at the console, and when: every request for a command that changes something, also those
 * refused. Each goes to the log (event=action), to the archive (kind action), and the latest are kept in memory.
 */
#ifndef NOC_ACTIONS_H
#define NOC_ACTIONS_H

#include <sys/types.h>

#include "base/buf.h"

#define ACTIONS_KEPT 1000u

struct archive;
struct action {
	int64_t at_ms; /* UTC, of the answer */
	uid_t uid;
	char user[33];	   /* name of uid; "" when it has none */
	char token[33];	   /* name; "": none was shown */
	char command[256]; /* masked, cut */
	char outcome[200]; /* "ok", or why not */
};

struct actions;
struct actions *actions_new(struct archive *archive /* borrowed; NULL: none */);
void actions_free(struct actions *a); /* NULL does no harm */
/* Fills in user; logs, records, keeps and counts. */
void actions_put(struct actions *a, struct action *what);
/* The oldest first, from since_ms on. */
void actions_each(const struct actions *a, int64_t since_ms, void (*fn)(const struct action *what, void *arg),
		  void *arg);
/* When the oldest one in memory was; 0: none. */
int64_t actions_oldest_ms(const struct actions *a);
const uint64_t *actions_count(const struct actions *a);
/* Fills in user. */
void actions_name(struct actions *a, struct action *what);
/* "zhang uid 1000 token ops": who it was, for people and records. */
const char *actions_who(const struct action *what, char out[128]);

#endif
