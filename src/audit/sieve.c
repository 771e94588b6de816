/*
 * sieve.c - Bloom filters over blocks of records. Must not know who writes or searches.
 */
#include "audit/sieve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/cdr.h"
#include "audit/lines.h"
#include "base/mem.h"

#define OCTETS	 (256u << 10) /* of records that a block is for */
#define KEYS_MAX 2000u	      /* 16 bits each */
#define PROBES	 8u
#define BITS	 (8u * (uint32_t)sizeof(((struct sieve_block *)0)->bits))

static const char magic[8] = "sieve 1";
_Static_assert(sizeof(struct sieve_block) == SIEVE_BLOCK, "a block is a page");

static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

uint64_t sieve_id(uint64_t id)
{
	return mix(id);
}

uint64_t sieve_number(struct view masked)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (uint32_t i = 0; i < masked.n; i++)
		h = (h ^ masked.p[i]) * UINT64_C(0x100000001b3);
	return mix(h ^ UINT64_C(0x9e3779b97f4a7c15));
}

void sieve_begin(struct sieve_block *b, uint64_t from)
{
	memset(b, 0, sizeof(*b));
	memcpy(b->magic, magic, sizeof(magic));
	b->from = b->to = from;
	b->first_ms = INT64_MAX;
	b->last_ms = INT64_MIN;
}

/* The i-th bit of a key. */
static uint32_t probe(uint64_t key, unsigned i)
{
	uint32_t x = (uint32_t)key + i * ((uint32_t)(key >> 32) | 1);
	return (uint32_t)((uint64_t)x * BITS >> 32);
}

void sieve_key(struct sieve_block *b, uint64_t key)
{
	bool had = true;
	for (unsigned i = 0; i < PROBES; i++) {
		uint32_t bit = probe(key, i);
		had &= b->bits[bit >> 3] >> (bit & 7) & 1;
		b->bits[bit >> 3] |= (uint8_t)(1u << (bit & 7));
	}
	b->keys += !had;
}

bool sieve_may_have(const struct sieve_block *b, uint64_t key)
{
	for (unsigned i = 0; i < PROBES; i++) {
		uint32_t bit = probe(key, i);
		if (!(b->bits[bit >> 3] >> (bit & 7) & 1))
			return false;
	}
	return true;
}

bool sieve_record(struct sieve_block *b, int64_t at_ms, uint64_t to)
{
	if (at_ms < b->first_ms)
		b->first_ms = at_ms;
	if (at_ms > b->last_ms)
		b->last_ms = at_ms;
	b->records++;
	b->to = to;
	return b->to - b->from >= OCTETS || b->keys >= KEYS_MAX;
}

static uint64_t check_of(const struct sieve_block *b)
{
	uint64_t words[SIEVE_BLOCK / 8], sum = 0;
	memcpy(words, b, sizeof(words));
	words[offsetof(struct sieve_block, check) / 8] = 0;
	for (size_t i = 0; i < SIEVE_BLOCK / 8; i++)
		sum = (sum ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15) + i;
	return mix(sum);
}

void sieve_end(struct sieve_block *b)
{
	b->check = check_of(b);
}

bool sieve_follows(const struct sieve_block *b, uint64_t from)
{
	return memcmp(b->magic, magic, sizeof(magic)) == 0 && b->from == from && b->to > from &&
	       b->check == check_of(b);
}

static void add_id(struct sieve_block *b, const struct cdr_line *l, const char *field)
{
	char text[32];
	if (cdr_get(l, field, text, sizeof(text)) > 0)
		sieve_key(b, sieve_id(strtoull(text, NULL, 10)));
}

void sieve_line(struct sieve_block *b, const struct cdr_line *l)
{
	char text[64];

	add_id(b, l, "id");
	add_id(b, l, "msg");
	add_id(b, l, "original");
	if (cdr_get(l, "number", text, sizeof(text)) > 0)
		sieve_key(b, sieve_number(view_of(text)));
}

static int64_t time_of(const struct cdr_line *l)
{
	char text[40];
	return cdr_get(l, "at", text, sizeof(text)) > 0 ? cdr_time_ms(text) : 0;
}

static bool make(struct lines *l, FILE *out)
{
	struct sieve_block *b = mem_zalloc(sizeof(*b));
	struct cdr_line cut;
	struct view line;
	bool begun = false, good = true;

	while (good && lines_next(l, &line)) {
		if (!lines_whole(l) || !cdr_cut(line, &cut))
			continue;
		if (!begun)
			sieve_begin(b, lines_at(l));
		begun = true;
		sieve_line(b, &cut);
		uint64_t end = lines_at(l) + line.n + 1;
		if (!sieve_record(b, time_of(&cut), end))
			continue;
		sieve_end(b);
		good = fwrite(b, sizeof(*b), 1, out) == 1;
		sieve_begin(b, end);
	}
	if (good && begun && b->records > 0) {
		sieve_end(b);
		good = fwrite(b, sizeof(*b), 1, out) == 1;
	}
	mem_free(b);
	return good && lines_error(l) == 0;
}

void sieve_make(const char *records, const char *sieve)
{
	struct lines *l = lines_open(records, 0);
	char *part;

	if (!l || asprintf(&part, "%s.part", sieve) < 0) {
		lines_close(l);
		return;
	}
	FILE *out = fopen(part, "we");
	bool good = out && make(l, out);
	if (out && fclose(out) != 0)
		good = false;
	if (out && (!good || rename(part, sieve) != 0))
		unlink(part);
	free(part);
	lines_close(l);
}
