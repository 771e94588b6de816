/*
 * fuzz_record.c - any octets as a journal record: what is read lies inside them, and written again it is the same
 * octets. The first octets also serve as the fields of a record that is written and read back.
 */
#include <stdlib.h>
#include <string.h>

#include "must.h"
#include "path/record.h"

static bool inside(struct view part, struct view whole)
{
	return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static bool same(const struct record *a, const struct record *b)
{
	return a->kind == b->kind && a->class_id == b->class_id && a->flags == b->flags &&
	       a->final_state == b->final_state && a->attempts == b->attempts && a->accept_ms == b->accept_ms &&
	       a->expiry_ms == b->expiry_ms && a->done_ms == b->done_ms && view_eq(a->account, b->account) &&
	       view_eq(a->stat, b->stat) && view_eq(a->err, b->err) && view_eq(a->via, b->via) &&
	       view_eq(a->frame, b->frame);
}

/* Reads; what can be read must be written as it was. */
static void check_read(struct view data)
{
	static uint8_t again[RECORD_MAX];
	struct record r;

	if (!record_decode(data, &r))
		return;
	MUST(r.kind <= RECORD_MO);
	MUST(inside(r.account, data) && inside(r.stat, data) && inside(r.err, data) && inside(r.via, data));
	MUST(inside(r.frame, data));
	MUST(record_encode(&r, again, sizeof(again)) == data.n && memcmp(again, data.p, data.n) == 0);
	MUST(record_encode(&r, again, data.n) == data.n);
	MUST(record_encode(&r, again, data.n - 1) == 0);
}

static struct view take(struct view *rest, uint32_t n)
{
	struct view part = {rest->p, n < rest->n ? n : rest->n};

	rest->p += part.n;
	rest->n -= part.n;
	return part;
}

/* Writes a record of these octets; what could be written must be read as it was, and no truncation of it. */
static void check_written(struct view data)
{
	static uint8_t buf[RECORD_MAX];
	struct view head = take(&data, 10);
	struct record again, r = {.kind = head.p[0] % 3,
				  .class_id = head.p[1],
				  .flags = head.p[2],
				  .final_state = head.p[3],
				  .attempts = head.p[4],
				  .accept_ms = (int64_t)head.p[5] << 40,
				  .expiry_ms = -(int64_t)head.p[5],
				  .done_ms = head.p[5]};

	r.account = take(&data, head.p[6]);
	r.stat = take(&data, head.p[7] * 2u); /* may be longer than a record holds */
	r.err = take(&data, head.p[8]);
	r.via = take(&data, head.p[9]);
	r.frame = data;
	size_t n = record_encode(&r, buf, sizeof(buf));
	MUST((n == 0) == (r.stat.n > 255 || r.frame.n > 70000));
	if (n == 0)
		return;
	MUST(record_decode((struct view){buf, (uint32_t)n}, &again) && same(&r, &again));
	MUST(!record_decode((struct view){buf, (uint32_t)n - 1}, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > RECORD_MAX)
		return 0;
	check_read((struct view){data, (uint32_t)size});
	if (size >= 10)
		check_written((struct view){data, (uint32_t)size});
	return 0;
}
