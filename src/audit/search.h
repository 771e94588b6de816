/*
 * search.h - finds records in an archive's directory, of all nodes that write there. Blocking, for a worker's thread
 * (base/worker.h) or a tool; shares nothing with the archive that writes, whose last lines it may miss by a turn.
 */
#ifndef AUDIT_SEARCH_H
#define AUDIT_SEARCH_H

#include "audit/cdr.h"

struct search_query { /* borrowed; empty and 0: any */
	const char *directory;
	const char *key;	/* file that encrypted values are opened with; "" : they stay closed */
	uint64_t id;		/* the app's, or ours; also what points to it by `original` */
	const char *number;	/* digits, as apps write them; 86 and + are no matter */
	bool follow;		/* by number: also what other records say of these messages (follow.h), by their ids */
	int64_t from_ms, to_ms; /* UTC */
	const char *account, *carrier, *kind, *state, *campaign, *verdict;
	uint64_t limit; /* records; 0: all */
	bool newest;	/* the newest first, hour by hour */
};
struct search_hit { /* good for the call */
	struct cdr_line line;
	struct view whole;
	const char *file;
	uint64_t at;		  /* octet in the file where the line starts */
	struct view number, text; /* opened, as far as they can be; n 0: closed, erased or none */
};
/*
 * fn returns false to end. *stop, set by another thread, ends it too. 0, or -1 with *why (free()): the directory cannot
 * be read, or a file in it, and then all others were looked at. By id it starts at the id's time (ids_time_ms()).
 * follow: of the newest FOLLOW_MAX messages, accepted FOLLOW_LIFE_MS before from_ms or later; other conditions are
 * asked of each record. progress: NULL, or told hours done of all.
 */
__attribute__((warn_unused_result)) int search_run(const struct search_query *q,
						   bool (*fn)(void *arg, const struct search_hit *hit),
						   void (*progress)(void *arg, unsigned done, unsigned all), void *arg,
						   const volatile bool *stop, char **why);

#endif
