/*
 * erase.h - takes personal data out of records for ever: salt, number, text, box are overwritten where they stand, with
 * as many octets, so that the chain, the statements and all places stay as they are. What the core says (the masked
 * number, hashes that without their salt say nothing) stays. Works while the gateway writes, also in the open hour.
 * Blocking, for a worker's thread or a tool. Whoever calls leaves a note of it (erased.h).
 */
#ifndef AUDIT_ERASE_H
#define AUDIT_ERASE_H

#include <stdbool.h>
#include <stdint.h>

struct erase_query { /* borrowed; an id, a number, a time: never all of an archive by mistake */
	const char *directory;
	const char *key;    /* as in struct search_query: without it, numbers in boxes cannot be told apart */
	const char *number; /* "" or NULL: all numbers */
	bool masked;	    /* also what only looks the same masked: others' data, too */
	uint64_t id;	    /* that the app was given, or ours; also replies to it; 0: all messages */
	int64_t before_ms;  /* UTC: records before it; 0: of any time */
	bool dry;	    /* only counts */
};
struct erase_result {
	uint64_t records; /* erased (dry: that would be) */
	uint64_t files;
	uint64_t closed; /* records that may be the number's, by its masked form, but cannot be read: they stay unless
			    masked */
};
#define ERASE_WORDS 200u
/* Whose data, of when, in words for a note; the number masked, for it was to go. */
void erase_words(const struct erase_query *q, char out[ERASE_WORDS]);
/* 0, or -1 with *why (free()): what was erased until then stays so. A file that cannot be read is left, and told when
 * all others are done; one that is deleted meanwhile, because its time is over, is no fault. */
__attribute__((warn_unused_result)) int erase_run(const struct erase_query *q,
						  void (*progress)(void *arg, unsigned done, unsigned all), void *arg,
						  const volatile bool *stop, struct erase_result *result, char **why);

#endif
