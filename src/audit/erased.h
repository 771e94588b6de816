/*
 * erased.h - an erasure is on record itself: who has erased leaves a note in the archive's directory, and the gateway,
 * which alone may write records, makes a record of it. Holds no whole number: it would be what was to go.
 */
#ifndef AUDIT_ERASED_H
#define AUDIT_ERASED_H

#include <stdint.h>

struct erased {
	int64_t at_ms; /* UTC */
	uint64_t records, files;
	const char *who, *what; /* who has done it; of whom and of when, in words. Tabs and line ends become blanks */
};
/* 0 or errno. The note is on the disk then; a gateway that has its directory may read it. */
__attribute__((warn_unused_result)) int erased_leave(const char *directory, const struct erased *e);
/* Takes each note once: it is gone then. After a crash in between it comes again. */
void erased_take(const char *directory, void (*fn)(void *arg, const struct erased *e), void *arg);

#endif
