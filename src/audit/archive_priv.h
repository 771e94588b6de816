/*
 * archive_priv.h - what the files of the archive's writer share: archive.c (records), archive_hour.c (the file of an
 * hour), archive_resume.c (where the last run ended), archive_keep.c (retention, the disk). For nobody else.
 */
#ifndef AUDIT_ARCHIVE_PRIV_H
#define AUDIT_ARCHIVE_PRIV_H

#include "audit/archive.h"
#include "audit/box.h"
#include "audit/hours.h"
#include "audit/keeper.h"
#include "audit/recent.h"
#include "audit/sealer.h"
#include "audit/sieve.h"
#include "base/wheel.h"

struct archive_counters {
	uint64_t kind[CDR_KINDS];
	uint64_t octets, lost, waiting, errors, statements, free_octets;
};

struct archive_hour { /* the one that is written */
	bool begun;   /* it has a name; its file is made with its first record */
	int fd, sieve_fd;
	bool gone; /* its name leads to another file or to none: it is opened anew before the next write */
	char day[12], name[HOURS_NAME_MAX];
	int64_t until_ms; /* UTC */
	int64_t floor_ms; /* UTC: a clock that is set back behind it by more than an hour ends the file */
	unsigned part;	  /* of the hour, from 1 */
	uint64_t size;	  /* octets of its records, with what waits */
	uint64_t stated;  /* records that the last statement is about */
	struct sieve_block block;
};

struct archive {
	struct loop *loop;
	struct loop_hook hooks[LOOP_STAGES];
	struct timer tick;
	struct stats *stats;
	struct keeper *keeper;
	struct box *box;
	struct sealer *sealer; /* NULL: no chain */
	bool on, chain, required;
	char *directory, *key; /* key: file */
	enum cdr_format format;
	enum cdr_numbers numbers;
	enum cdr_texts texts;
	enum seal_digest digest;
	uint32_t wanted; /* 1 << kind */
	int64_t retention, checkpoint;
	unsigned node;
	int lock_fd;

	struct archive_hour hour;
	char day[12];		    /* today, local time; the one before is added up */
	struct buf out;		    /* whole records, but for what of the first is written already */
	int64_t last_hour_ms;	    /* start of the last hour that was begun */
	int duty_error[DUTY_KINDS]; /* what the log knows of */
	uint64_t next;		    /* number of the next record */
	int error;		    /* errno of the last try to write; 0: it went well */
	char *why;		    /* what the log said of it; NULL */
	int64_t again_ms, stated_ms, cleaned_ms, looked_ms; /* monotonic */
	int64_t wall_ahead_ms;				    /* of the monotonic clock, at the last tick */
	int64_t trusted_ms;				    /* monotonic: before it nothing is deleted */
	uint64_t lost;					    /* not yet told in a record */
	void (*on_hour)(void *arg, const char *hour, const char *line);
	void *on_hour_arg;
	struct recent recent; /* of the last run */
	char *recent_path[2]; /* its last file is [1]; [0]: the one before, or NULL */
	char torn[160];	      /* what was amiss with the last run's records */
	struct archive_counters count;
};

/* --- archive_hour.c --- */
/* Whether it is time for another file. */
bool archive_hour_over(const struct archive *a, int64_t wall_ms);
/* Names the hour of that time; nothing may wait. A hour that has begun is over: archive_hour_end() first. */
void archive_hour_begin(struct archive *a, int64_t wall_ms);
/* The rest of the begun hour was told to the sealer: its file is opened to go on. 0 or errno. */
__attribute__((warn_unused_result)) int archive_hour_reopen(struct archive *a);
/* Writes what waits, at most so many octets of it: 0, or errno. */
__attribute__((warn_unused_result)) int archive_hour_write(struct archive *a, size_t octets);
/* Where the hour's records are; mem_free(). */
char *archive_hour_path(const struct archive *a);
/* A record stands in a->out, whole, and its keys are told to the block. */
void archive_hour_record(struct archive *a, int64_t at_ms, size_t octets);
/* States what was written: last: and the file is closed. Nothing may wait. */
void archive_hour_state(struct archive *a, bool last);
/* start of the local hour of a time, UTC ms; name[...] of its day and of its files without part. */
int64_t archive_hour_names(unsigned node, int64_t wall_ms, char day[12], char name[HOURS_NAME_MAX]);

/* --- archive_resume.c --- */
/* Takes the lock of the node's archive and finds its end. False with *why. */
__attribute__((warn_unused_result)) bool archive_resume(struct archive *a, char **why);

/* --- archive_keep.c --- */
void archive_keep_clean(struct archive *a);		      /* deletes days that are over */
void archive_keep_look(struct archive *a);		      /* at the disk */
void archive_keep_totals(struct archive *a, const char *day); /* of a day that is over */
/* fd is the duty's when last. Takes what is in text. */
void archive_keep_seal(struct archive *a, const char *path, int fd, bool last, struct buf *text);

/* --- archive_rows.c --- */
/* The set of kinds; false: *bad is a name that is none. */
bool archive_kinds(const struct conf_list *names, uint32_t *set, const char **bad);

#endif
