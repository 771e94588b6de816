/*
 * hours.h - the files of an archive's directory (archive.h), in the order of their hours, node by node. Knows no more
 * of their contents than where an hour begins.
 */
#ifndef AUDIT_HOURS_H
#define AUDIT_HOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOURS_NAME_MAX 40u

struct hour {
	unsigned node, part;	   /* of the hour, from 1 */
	int64_t from_ms;	   /* UTC */
	char day[12];		   /* name of the directory */
	char name[HOURS_NAME_MAX]; /* of the files, without what is behind the dot */
	bool json, csv, seal;	   /* which there are */
	uint64_t first;		   /* number of its first record, after hours_order() */
};
struct hours {
	struct hour *hour; /* by node, then by time */
	size_t n;
};

/* 0, or -1 with errno: the directory cannot be read. hours_free() in both cases. */
__attribute__((warn_unused_result)) int hours_list(const char *directory, struct hours *out);
/*
 * By node, then by their first records: a clock that was set back makes names in another order than records. What an
 * hour begins with its .seal says, or else its first record.
 */
void hours_order(const char *directory, struct hours *h);
void hours_free(struct hours *h);
/* "1-20261122T11+0800": its node and time; false: no name of an hour. */
bool hours_read_name(const char *name, struct hour *out);
/* "DIRECTORY/DAY/NAME.SUFFIX", freed with mem_free(). */
char *hours_path(const char *directory, const struct hour *h, const char *suffix);

#endif
