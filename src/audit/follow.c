/*
 * follow.c - which messages are followed. Must not know files, nor why somebody looks for them.
 */
#include "audit/follow.h"

#include "base/ids.h"

#define AHEAD_MS 60000 /* an id may be a little ahead of the clock */

static uint64_t read_id(const struct cdr_line *l, const char *field)
{
	char text[32];
	uint64_t id;
	int n = cdr_get(l, field, text, sizeof(text));

	return n > 0 && ids_parse(text, (size_t)n, &id) ? id : 0;
}

/* Messages of one submit to several phones share the app's id: each has one of its own in msg, but for the first. */
static uint64_t own_id(const struct cdr_line *l)
{
	uint64_t id = read_id(l, "msg");

	return id ? id : read_id(l, "id");
}

static bool knows(const struct follow *f, uint64_t id)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->id[i] == id)
			return true;
	}
	return false;
}

bool follow_add(struct follow *f, const struct cdr_line *l)
{
	uint64_t id = own_id(l);

	if (!id)
		id = read_id(l, "original");
	if (!id || knows(f, id))
		return true;
	if (f->n == FOLLOW_MAX)
		return false;
	f->id[f->n] = id;
	f->key[f->n] = sieve_id(id);
	f->made_ms[f->n++] = ids_time_ms(id);
	return true;
}

bool follow_has(const struct follow *f, const struct cdr_line *l)
{
	uint64_t id = f->n ? own_id(l) : 0;

	return id && knows(f, id);
}

bool follow_may_be(const struct follow *f, const struct sieve_block *b)
{
	for (size_t i = 0; i < f->n; i++) {
		if (b->last_ms >= f->made_ms[i] - AHEAD_MS && sieve_may_have(b, f->key[i]))
			return true;
	}
	return false;
}
