/*
 * search.c - finds records: which hours, which blocks of them (sieve.h), which lines. Reads only what may have what is
 * looked for. Must not know who asks, nor who writes.
 */
#include "audit/search.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit/box.h"
#include "audit/follow.h"
#include "audit/hours.h"
#include "audit/lines.h"
#include "audit/phone.h"
#include "audit/sieve.h"
#include "base/ids.h"
#include "base/mem.h"

#define HOUR_MS	   INT64_C(3600000)
#define SLACK_MS   (2 * HOUR_MS) /* a file may go on beyond its hour: a disk that was full, a clock that was set */
#define ID_MS	   60000	 /* an id may be a little ahead of the clock */
#define CHUNK	   (1u << 20)	 /* octets of a file without a sieve that are looked at together */
#define LINE_GUESS 8192u
#define VALUE_MAX  544u

struct range {
	uint64_t from, to; /* lines that start there */
};

struct run {
	const struct search_query *q;
	struct phone phone;
	struct follow *follow; /* NULL: nobody is followed */
	bool finding;	       /* who is to be followed, nothing else */
	char id[IDS_DIGITS + 1];
	int64_t from_ms, to_ms;
	struct box *box;
	bool (*fn)(void *arg, const struct search_hit *hit);
	void *arg;
	const volatile bool *stop;
	uint64_t hits;
	bool ended;
	char *unread;	      /* which file could not be read, and why: the first */
	struct range *ranges; /* of the file at hand */
	size_t n, cap;
	struct buf octets, opened;
};

static bool given(const char *s)
{
	return s && *s;
}

/* What cannot be read may hold what is looked for, and is told when all else has been looked at. */
static void leave_unread(struct run *r, const char *path, int error)
{
	if (!r->unread &&
	    asprintf(&r->unread, "%s: cannot be read: %s; its records were not looked at", path, strerror(error)) < 0)
		r->unread = NULL;
}

/* --- one line --- */

static bool has(struct view v, const char *text)
{
	return v.n && memmem(v.p, v.n, text, strlen(text)) != NULL;
}

static bool is(const struct cdr_line *l, const char *field, const char *wanted)
{
	char value[VALUE_MAX];
	return !given(wanted) || (cdr_get(l, field, value, sizeof(value)) > 0 && strcmp(value, wanted) == 0);
}

static bool has_id(const struct run *r, const struct cdr_line *l)
{
	return !r->q->id || is(l, "id", r->id) || is(l, "msg", r->id) || is(l, "original", r->id);
}

static bool in_time(const struct run *r, const struct cdr_line *l)
{
	char at[40];
	int64_t ms;

	if (!r->from_ms && !r->to_ms)
		return true;
	ms = cdr_get(l, "at", at, sizeof(at)) > 0 ? cdr_time_ms(at) : -1;
	return ms >= r->from_ms && (!r->to_ms || ms <= r->to_ms);
}

/* The mask says that it may be; the number itself, when it can be read, says that it is. One that was erased is not. */
static bool has_number(const struct run *r, const struct cdr_line *l, struct view number)
{
	char masked[64];

	if (!given(r->q->number))
		return true;
	if (cdr_erased(l) || cdr_get(l, "number", masked, sizeof(masked)) < 1 || !phone_masks(&r->phone, masked))
		return false;
	return number.n == 0 || phone_is(&r->phone, number);
}

/* What can be told without a look at the fields: most lines are none. */
static bool may_be(const struct run *r, struct view line)
{
	if (r->q->id && !has(line, r->id))
		return false;
	if (r->follow && r->follow->n && !r->finding)
		return true;
	return !given(r->q->number) || phone_in(&r->phone, line);
}

static bool has_rest(const struct run *r, const struct cdr_line *l)
{
	const struct search_query *q = r->q;

	return is(l, "kind", q->kind) && is(l, "carrier", q->carrier) && is(l, "state", q->state) &&
	       is(l, "campaign", q->campaign) && is(l, "verdict", q->verdict);
}

static void look_at(struct run *r, struct view whole, const char *file, uint64_t at)
{
	const struct search_query *q = r->q;
	struct search_hit hit = {.whole = whole, .file = file, .at = at};
	const struct cdr_line *l = &hit.line;

	if (!may_be(r, whole) || !cdr_cut(whole, &hit.line))
		return;
	bool followed = r->follow && !r->finding && follow_has(r->follow, l);
	if ((!followed && given(q->number) && !phone_in(&r->phone, whole)) || !has_id(r, l) || !in_time(r, l) ||
	    !is(l, "account", q->account) || (!r->finding && !has_rest(r, l)))
		return;
	buf_consume(&r->opened, buf_len(&r->opened), CHUNK);
	(void)box_read(r->box, l, &r->opened, &hit.number, &hit.text);
	if (!followed && !has_number(r, l, hit.number))
		return;
	if (r->finding) {
		r->ended = !follow_add(r->follow, l);
		return;
	}
	r->hits++;
	if (!r->fn(r->arg, &hit) || (q->limit && r->hits >= q->limit))
		r->ended = true;
}

/* --- lines of a range --- */

/* Octets of the file from `from` to the end of the line in which `to` lies, in r->octets. False: it cannot be read. */
static bool load(struct run *r, int fd, uint64_t from, uint64_t to)
{
	size_t wanted = (size_t)(to - from) + LINE_GUESS;

	buf_consume(&r->octets, buf_len(&r->octets), 4 * CHUNK);
	for (;;) {
		size_t had = buf_len(&r->octets);
		ssize_t n = had < wanted
				    ? pread(fd, buf_room(&r->octets, wanted - had), wanted - had, (off_t)(from + had))
				    : 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0 && had < wanted)
			return true; /* the end of the file */
		buf_filled(&r->octets, (size_t)n);
		if (buf_len(&r->octets) < wanted)
			continue;
		size_t over = (size_t)(to - from);
		if (over == 0 || memchr(buf_data(&r->octets) + over - 1, '\n', wanted - over + 1))
			return true;
		wanted += CHUNK;
	}
}

struct starts { /* of lines, in the octets that were loaded */
	size_t *at;
	size_t n, cap;
};

static void add_start(struct starts *s, size_t at)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 1024;
		s->at = mem_realloc(s->at, s->cap * sizeof(size_t));
	}
	s->at[s->n++] = at;
}

/* A line belongs to the range in which it starts; it starts at 0 and behind each line break. */
static void look_in(struct run *r, int fd, const char *file, const struct range *range)
{
	struct starts s = {0};
	uint64_t base = range->from ? range->from - 1 : 0;
	size_t first = range->from ? 1 : 0;
	bool newest = r->finding || r->q->newest;

	if (!load(r, fd, base, range->to)) {
		leave_unread(r, file, errno);
		return;
	}
	const uint8_t *p = buf_data(&r->octets);
	size_t n = buf_len(&r->octets), end = (size_t)(range->to - base);
	if (!first)
		add_start(&s, 0);
	for (size_t at = 0; at < n;) {
		const uint8_t *line_break = memchr(p + at, '\n', n - at);
		if (!line_break)
			break;
		at = (size_t)(line_break - p) + 1;
		if (at >= end)
			break;
		add_start(&s, at);
	}
	for (size_t i = 0; i < s.n && !r->ended; i++) {
		size_t at = s.at[newest ? s.n - 1 - i : i];
		const uint8_t *line_break = memchr(p + at, '\n', n - at);
		if (line_break) /* what is not whole is still being written */
			look_at(r, (struct view){p + at, (uint32_t)(line_break - p - (ptrdiff_t)at)}, file, base + at);
		if (r->stop && *r->stop)
			r->ended = true;
	}
	mem_free(s.at);
}

/* --- ranges of a file --- */

static void add_range(struct run *r, uint64_t from, uint64_t to)
{
	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 256;
		r->ranges = mem_realloc(r->ranges, r->cap * sizeof(*r->ranges));
	}
	r->ranges[r->n++] = (struct range){from, to};
}

static bool block_may_have(const struct run *r, const struct sieve_block *b)
{
	if (b->last_ms < r->from_ms || (r->to_ms && b->first_ms > r->to_ms))
		return false;
	if (r->q->id && !sieve_may_have(b, sieve_id(r->q->id)))
		return false;
	if (!given(r->q->number) || phone_may_be(&r->phone, b))
		return true;
	return r->follow && !r->finding && follow_may_be(r->follow, b);
}

/* The blocks that go on from each other; returns where they end. */
static uint64_t read_sieve(struct run *r, const char *path, uint64_t size)
{
	FILE *f = fopen(path, "re");
	struct sieve_block *b = mem_zalloc(sizeof(*b));
	uint64_t end = 0;

	/* The first one starts behind the head of a CSV file. */
	while (f && fread(b, sizeof(*b), 1, f) == 1 && sieve_follows(b, end || b->from > LINE_GUESS ? end : b->from) &&
	       b->to <= size) {
		if (block_may_have(r, b))
			add_range(r, b->from, b->to);
		end = b->to;
	}
	if (f)
		fclose(f);
	mem_free(b);
	return end;
}

static bool in_the_past(const struct hour *h)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 > h->from_ms + HOUR_MS + SLACK_MS;
}

static void search_file(struct run *r, const struct hour *h, bool json)
{
	char *path = hours_path(r->q->directory, h, json ? "jsonl" : "csv");
	char *sieve = hours_path(r->q->directory, h, "idx");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool newest = r->finding || r->q->newest;
	struct stat s;

	r->n = 0;
	if (fd >= 0 && fstat(fd, &s) == 0) {
		uint64_t size = (uint64_t)s.st_size, end = read_sieve(r, sieve, size);
		for (uint64_t at = end; at < size; at += CHUNK)
			add_range(r, at, at + CHUNK < size ? at + CHUNK : size);
		for (size_t i = 0; i < r->n && !r->ended; i++)
			look_in(r, fd, path, &r->ranges[newest ? r->n - 1 - i : i]);
		if (size - end > CHUNK && s.st_uid == geteuid() && in_the_past(h) && !r->ended)
			sieve_make(path, sieve);
	} else if (fd >= 0 || errno != ENOENT) { /* its time was over since the directory was read: nothing is there */
		leave_unread(r, path, errno);
	}
	if (fd >= 0)
		close(fd);
	mem_free(path);
	mem_free(sieve);
}

/* --- hours --- */

static int by_time(const void *a, const void *b)
{
	const struct hour *x = a, *y = b;
	if (x->from_ms != y->from_ms)
		return x->from_ms < y->from_ms ? -1 : 1;
	return x->node != y->node ? (x->node < y->node ? -1 : 1) : strcmp(x->name, y->name);
}

/* When the first record of a file was made; -1: there is none. CSV has a head. */
static int64_t first_ms(const char *directory, const struct hour *h)
{
	char *path = hours_path(directory, h, h->json ? "jsonl" : "csv"), at[40];
	struct lines *lines = lines_open(path, 0);
	struct cdr_line l;
	struct view line;
	int64_t ms = -1;

	while (lines && ms < 0 && lines_number(lines) < 2 && lines_next(lines, &line)) {
		if (cdr_cut(line, &l) && cdr_get(&l, "at", at, sizeof(at)) > 0)
			ms = cdr_time_ms(at);
	}
	lines_close(lines);
	mem_free(path);
	return ms;
}

/* A clock that was set back: what comes then stands in a part of its own of the last hour that there was. */
static bool reaches(const struct run *r, const struct hour *h)
{
	if (r->to_ms && h->from_ms > r->to_ms + SLACK_MS &&
	    (h->part < 2 || first_ms(r->q->directory, h) > r->to_ms + SLACK_MS))
		return false;
	return h->from_ms + HOUR_MS + SLACK_MS >= r->from_ms;
}

static void search_hours(struct run *r, struct hours *all, void (*progress)(void *arg, unsigned done, unsigned all))
{
	bool newest = r->finding || r->q->newest;
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		if (reaches(r, &all->hour[i]))
			all->hour[n++] = all->hour[i];
	}
	if (n)
		qsort(all->hour, n, sizeof(*all->hour), by_time);
	for (size_t i = 0; i < n && !r->ended; i++) {
		const struct hour *h = &all->hour[newest ? n - 1 - i : i];
		if (h->json)
			search_file(r, h, true);
		if (h->csv)
			search_file(r, h, false);
		if (progress)
			progress(r->arg, (unsigned)i + 1, (unsigned)n);
	}
}

/* Which messages of the number are followed: the newest. all is as it was. */
static void find_messages(struct run *r, const struct hours *all,
			  void (*progress)(void *arg, unsigned done, unsigned all))
{
	struct hours copy = {mem_zalloc(all->n * sizeof(*all->hour) + 1), all->n};
	int64_t from_ms = r->from_ms;

	if (all->n)
		memcpy(copy.hour, all->hour, all->n * sizeof(*all->hour));
	r->follow = mem_zalloc(sizeof(*r->follow));
	r->from_ms = from_ms > FOLLOW_LIFE_MS ? from_ms - FOLLOW_LIFE_MS : 0;
	r->finding = true;
	search_hours(r, &copy, progress);
	r->finding = false;
	r->from_ms = from_ms;
	r->ended = r->stop && *r->stop;
	mem_free(copy.hour);
}

int search_run(const struct search_query *q, bool (*fn)(void *arg, const struct search_hit *hit),
	       void (*progress)(void *arg, unsigned done, unsigned all), void *arg, const volatile bool *stop,
	       char **why)
{
	struct run r = {.q = q, .fn = fn, .arg = arg, .stop = stop, .from_ms = q->from_ms, .to_ms = q->to_ms};
	struct hours all;
	int result = 0;

	r.box = box_new(q->key, SEAL_SHA256, why);
	if (!r.box)
		return -1;
	if (q->id) {
		ids_print(q->id, r.id);
		int64_t made = ids_time_ms(q->id) - ID_MS;
		if (made > r.from_ms)
			r.from_ms = made;
	}
	if (given(q->number))
		phone_set(&r.phone, q->number);
	if (hours_list(q->directory, &all) == 0) {
		if (given(q->number) && q->follow && !q->id)
			find_messages(&r, &all, progress);
		search_hours(&r, &all, progress);
		result = r.unread ? -1 : 0;
		*why = r.unread ? r.unread : *why;
	} else {
		if (asprintf(why, "%s: %s", q->directory, strerror(errno)) < 0)
			*why = NULL;
		result = -1;
	}
	hours_free(&all);
	box_free(r.box);
	buf_free(&r.octets);
	buf_free(&r.opened);
	mem_free(r.ranges);
	mem_free(r.follow);
	return result;
}
