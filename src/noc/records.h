/*
 * records.h - what the questions to the archive share: their options, and the record of who has seen whole numbers and
 * texts. Knows no sockets.
 */
#ifndef NOC_RECORDS_H
#define NOC_RECORDS_H

#include "noc/find.h"

/* "--from 2h", "--limit 10", ...: one row each. Words are kept by f. */
struct records_options {
	bool unmask, csv, json_lines, masked, dry_run;
	uint64_t limit; /* what holds when the words do not say; changed by --limit */
	uint64_t limit_max;
};
/*
 * Reads words[0, n): options of the query into f->query, others into *o. False after console_fail(). allowed: names of
 * the options, with blanks around each: " --since --limit ".
 */
bool records_read(struct console_call *call, struct find *f, const char *const *words, size_t n, const char *allowed,
		  struct records_options *o);
/* Whole numbers and texts were asked for: false after console_fail() when who asks may not; else it is recorded. */
bool records_unmask(struct console_call *call, const char *command);

#endif
