/*
 * totals.h - what a day's records add up to, by account and carrier. Blocking, for a worker's thread or a tool.
 */
#ifndef AUDIT_TOTALS_H
#define AUDIT_TOTALS_H

#include "audit/cdr.h"

struct totals_row {
	const char *account, *carrier; /* carrier "": of no carrier, as what was accepted or refused */
	int64_t accepted, refused;     /* messages */
	int64_t sent, segments;	       /* submits that a carrier took: messages or parts, and short messages in them */
	int64_t delivered, failed;     /* messages that ended, by their carrier; less those that were reopened */
	int64_t price;		       /* thousandths of a yuan, of the messages that ended */
};
/*
 * Of the records of a day ("2026-11-22", local time) of one node, or of all (node -1); rows in the order of their
 * names, good for the call. A file that is deleted meanwhile is left out. 0, or -1 with *why (free()).
 */
__attribute__((warn_unused_result)) int totals_run(const char *directory, const char *day, int node,
						   void (*fn)(void *arg, const struct totals_row *row), void *arg,
						   const volatile bool *stop, char **why);
/* The same into directory/DAY/totals-NODE.csv, a row for each; replaced as a whole. */
__attribute__((warn_unused_result)) int totals_write(const char *directory, const char *day, unsigned node, char **why);

#endif
