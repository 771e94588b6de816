/* archive_rig.h - an archive in a directory of its own, on a simulated loop in Chinese time. */
#ifndef TESTS_ARCHIVE_RIG_H
#define TESTS_ARCHIVE_RIG_H

#include "audit/archive.h"
#include "base/worker.h"

#define RIG_START INT64_C(1795318801123) /* 2026-11-22T11:40:01.123+08:00 */
#define RIG_ID	  UINT64_C(121748200112301000)

struct rig {
	char directory[64];
	struct loop *loop;
	struct worker *worker;
	struct archive *archive;
	struct stats *stats;
	struct records_conf records;
	struct evidence_conf evidence;
	char *kinds[1];
	int64_t at_ms; /* where time goes on at the next start */
};

void rig_make(struct rig *r); /* defaults; an empty directory */
void rig_start(struct rig *r);
void rig_stop(struct rig *r);
/* As after kill -9 at a turn's end: nothing is stated, no stop. */
void rig_kill(struct rig *r);
void rig_end(struct rig *r); /* deletes the directory */

/* A record of a message with number and text. */
void rig_put(struct rig *r, enum cdr_kind kind, uint64_t id, const char *number, const char *text);

/* The only or i-th file with that suffix, in the order of names: its path ("" when there is none), good until the next
 * call. */
const char *rig_file(const struct rig *r, const char *suffix, unsigned i);
char *rig_read(const char *path, size_t *n); /* free() */
/* Walks the chain of all records in the order of files: the number of records, or -1 when it is broken anywhere, or
 * numbers have gaps. */
long rig_chain(const struct rig *r);
/* 0: whole, as smppevidence verify has it; what it finds goes to stderr. */
int rig_verify(const struct rig *r);
uint64_t rig_counter(const struct rig *r, const char *name, const char *value);

#endif
