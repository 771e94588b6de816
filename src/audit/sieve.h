/*
 * sieve.h - which part of a file of records may have what is looked for: a block for each 256 KiB of it, with a Bloom
 * filter of the ids and masked numbers that stand there, and its times. A block that says no is right; one that says
 * yes is wrong in one case of 2,000. It says nothing that the cores do not: no personal data is in it. Knows no search.
 *
 * The file is a run of blocks of SIEVE_BLOCK octets in the order of their places, in the octet order of the machine; a
 * reader goes as far as they follow upon each other and are whole, and reads the rest of the records as they are.
 */
#ifndef AUDIT_SIEVE_H
#define AUDIT_SIEVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smpp/view.h"

#define SIEVE_BLOCK 4096u

struct sieve_block {
	char magic[8];
	uint64_t from, to;	   /* octets of the file of records */
	int64_t first_ms, last_ms; /* UTC: the least and the greatest time of its records */
	uint64_t check;
	uint32_t records, keys;
	uint8_t bits[SIEVE_BLOCK - 56];
};

uint64_t sieve_id(uint64_t id);
uint64_t sieve_number(struct view masked); /* as a core has it */

/* An empty block that starts at an octet. */
void sieve_begin(struct sieve_block *b, uint64_t from);
void sieve_key(struct sieve_block *b, uint64_t key);
/* The keys that were told are of a record of that time, which ends at that octet. True: the block is full. */
bool sieve_record(struct sieve_block *b, int64_t at_ms, uint64_t to);
/* Before it is written. */
void sieve_end(struct sieve_block *b);
/* Whether a block that was read is whole and goes on at that octet. */
bool sieve_follows(const struct sieve_block *b, uint64_t from);
bool sieve_may_have(const struct sieve_block *b, uint64_t key);

struct cdr_line;
/* The keys of a record that was read: the same as who has written it told. */
void sieve_line(struct sieve_block *b, const struct cdr_line *l);

/* Makes a lost sieve anew from a file of records that nobody writes any more; what fails leaves none. */
void sieve_make(const char *records, const char *sieve);

#endif
