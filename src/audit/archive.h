/*
 * archive.h - the archive of records: files of an hour each, written once per turn; numbered, chained, sealed
 * (sealer.h), indexed for search (search.h), deleted when their time is over. Knows no message.
 *
 * directory/<YYYY-MM-DD>/<node>-<YYYYMMDDTHH+zone>.jsonl (.csv)   the records, mode 0640; local time
 *                       the same name with .seal                  what was stated of them, a line of JSON each
 *                       the same name with .idx                   for search (sieve.h); made again when it is lost
 *                       totals-<node>.csv                         of a day that is over (totals.h)
 * directory/<node>.lock 0600: one process writes a node's records
 * An hour whose files cannot go on (another format or digest, a clock that was set back) gets a second part: "-02"
 * behind the zone.
 *
 * A start goes on behind the last whole line; a torn one is cut off and told in the record `start`, which archive_new()
 * puts itself, as archive_free() puts `stop`: nobody else does. Records that the disk does not take wait in memory up
 * to ARCHIVE_WAIT_MAX octets; then they are counted and told in `lost`; with records.required the gateway refuses
 * submits as long as the disk takes none (archive_full()).
 */
#ifndef AUDIT_ARCHIVE_H
#define AUDIT_ARCHIVE_H

#include "audit/cdr.h"
#include "base/conf.h"
#include "base/loop.h"
#include "base/stats.h"

#define ARCHIVE_WAIT_MAX (64u << 20) /* octets */

struct records_conf { /* section records */
	struct conf_where where;
	char *directory;	/* "": no records */
	int format;		/* enum cdr_format */
	struct conf_list kinds; /* names, "all", "-name" */
	int numbers, texts;	/* enum cdr_numbers, cdr_texts */
	char *key;		/* file: what is encrypted is so with it (64 hex digits); "" */
	int64_t retention;	/* days; 0: for ever */
	bool required;		/* no record, no message */
};
struct evidence_conf { /* section evidence */
	struct conf_where where;
	bool chain;	    /* records are chained */
	int digest;	    /* enum seal_digest: sha256, sm3 */
	char *key;	    /* PEM file of the private key (Ed25519; SM2 with sm3); "": nothing is signed */
	int64_t checkpoint; /* s between signed checkpoints within an hour */
};
extern const struct conf_row records_rows[], evidence_rows[];
extern const struct stats_row archive_stat_rows[]; /* for who only names the counters */
extern const size_t archive_stat_rows_n;

/* Faults of both sections: files, keys, names. Adds "file:line: message"; false with faults. */
bool archive_check(const struct records_conf *r, const struct evidence_conf *e, char **errors);
/* Keys that everybody may read. */
void archive_warn(const struct records_conf *r, const struct evidence_conf *e, char **warnings);

struct worker;
struct archive;
/*
 * Statements, fdatasync, deleting and totals are the worker's; archive_free() does what of it is left to state, whether
 * the worker is gone already or goes later.
 */
/* NULL with *why (free()). With directory "" it takes and forgets everything at no cost. */
struct archive *archive_new(struct loop *loop, struct worker *worker, const struct records_conf *r,
			    const struct evidence_conf *e, unsigned node, struct stats *stats, char **why);
void archive_use(struct archive *a, const struct records_conf *r); /* after a reload: kinds, retention, required */
/* fn is told the head of each hour that is over, as the log is: "node=... hour=... records=... last=... chain=...".
 * NULL: nobody. */
void archive_on_hour(struct archive *a, void (*fn)(void *arg, const char *hour, const char *line), void *arg);
void archive_write(struct archive *a); /* what this turn has put so far; each stage begins with it */
void archive_free(struct archive *a);  /* writes what waits */

/* Whether a record of the kind is written at all: ask before making one. */
bool archive_wants(const struct archive *a, enum cdr_kind k);
void archive_put(struct archive *a, const struct cdr *c); /* borrowed for the call; hot */
/* At a start, of a message that was stored: the last run came to its end before it recorded it as accepted. */
bool archive_missed(const struct archive *a, uint64_t id);
struct archive_end { /* what the record `ended` says; "": nothing */
	char account[128], carrier[128], state[32], how[48];
	int64_t price; /* -1: none */
};
/* The same of a message that was stored as not ended: the last run has recorded its end, and did not live to store it.
 * Of the newest 2 million ends of the last file, and of the last minute. */
__attribute__((warn_unused_result)) bool archive_ended(const struct archive *a, uint64_t id, struct archive_end *out);
/* All that was stored has been asked about: what the last run recorded is forgotten. */
void archive_restored(struct archive *a);
/* Records are required and cannot be written now. */
bool archive_full(const struct archive *a);

struct archive_view {
	bool on, signing;
	const char *directory, *why; /* why: the last failure, "" when there is none */
	const char *key;	     /* file that encrypted values are opened with; "": none */
	uint64_t next;		     /* number of the next record */
	uint64_t waiting, lost;	     /* octets; records */
	uint64_t free_octets;	     /* of the disk */
	char head[65];		     /* hex: the chain's head */
};
void archive_look(const struct archive *a, struct archive_view *out);

#endif
