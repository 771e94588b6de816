/*
 * make_archive.h - a small archive as the gateway would write it, for tests that break it.
 */
#ifndef TESTS_MAKE_ARCHIVE_H
#define TESTS_MAKE_ARCHIVE_H

#include "audit/cdr.h"
#include "audit/sealer.h"
#include "audit/signer.h"

#define MADE_HOURS 4u  /* 22:00 to 01:00: two days */
#define MADE_EACH  10u /* records of an hour; a checkpoint behind the 5th */

struct made {
	char dir[64];
	char key_file[80];
	struct signer *key;
	bool back; /* the clock was set back: the last hour is a second part of the first one */
};

/* Record n is of message 100...00 + n / 4, and has a number and a text; those that 7 divides are erased. */
void made_new(struct made *m, enum signer_type type, enum seal_digest digest, enum cdr_format format);
void made_free(struct made *m);
/* A file's path: hour 0..3, suffix. Good until the next call. */
const char *made_path(const struct made *m, unsigned hour, const char *suffix);
/* The file's text (mem_free()), and putting it back. */
char *made_read(const struct made *m, unsigned hour, const char *suffix, size_t *n);
void made_write(const struct made *m, unsigned hour, const char *suffix, const char *text, size_t n);
/* Where line number i (from 1) begins; its length without line break. */
char *made_line(char *text, unsigned line, size_t *n);

#endif
