/*
 * cursor.h - a reader and a writer over octets whose error sticks: after the first fault every further step does
 * nothing, so that a caller looks once, at the end. Private to src/smpp. Knows octets and C-octet strings, no PDU.
 */
#ifndef SMPP_CURSOR_H
#define SMPP_CURSOR_H

#include "smpp/eight.h"
#include "smpp/status.h"
#include "smpp/view.h"

/* The number whose octets in memory are those of v, the highest first. */
static inline uint32_t octets_big(uint32_t v)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap32(v) : v;
}

/* Big-endian integers at p; the caller has checked that 2 or 4 octets are there [S 3.1]. */
static inline uint32_t octets_u16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t octets_u32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return octets_big(v);
}

static inline void octets_put_u16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void octets_put_u32(uint8_t *p, uint32_t v)
{
	v = octets_big(v); /* octet by octet gcc does not see one store */
	memcpy(p, &v, sizeof(v));
}

/* How many octets stand before the first NUL at p; max when there is none. By eights: most strings are no two long. */
static inline uint32_t octets_before_nul(const uint8_t *p, uint32_t max)
{
	uint32_t n = 0;

	for (; max - n >= 8; n += 8) {
		uint64_t nul = eight_equal(eight_at(p + n), 0);
		if (nul != 0)
			return n + eight_first(nul);
	}
	while (n < max && p[n] != 0)
		n++;
	return n;
}

/* Not 0 when a NUL is among the eight octets. */
static inline uint64_t octets_copy_eight(uint8_t *to, const uint8_t *from)
{
	uint64_t v = eight_at(from);

	eight_put(to, v);
	return eight_equal(v, 0);
}

/* Copies n octets unless a NUL is among them: then false, and anything in to. The last eight overlap those before. */
static inline bool octets_copy_string(uint8_t *to, const uint8_t *from, uint32_t n)
{
	uint64_t nul = 0;

	if (n < 8) {
		for (uint32_t i = 0; i < n; i++) {
			if (from[i] == 0)
				return false;
			to[i] = from[i];
		}
		return true;
	}
	for (uint32_t i = 0; i + 8 < n; i += 8)
		nul |= octets_copy_eight(to + i, from + i);
	nul |= octets_copy_eight(to + n - 8, from + n - 8);
	return nul == 0;
}

struct reader {
	const uint8_t *p, *end; /* borrowed; p == end after a fault */
	uint32_t status;	/* ESME_ROK, or the command_status of the first fault */
};

static inline uint32_t reader_left(const struct reader *r)
{
	return (uint32_t)(r->end - r->p);
}

static inline struct view reader_rest(const struct reader *r)
{
	return (struct view){r->p, reader_left(r)};
}

static inline void reader_fail(struct reader *r, uint32_t status)
{
	if (r->status == ESME_ROK)
		r->status = status;
	r->p = r->end;
}

static inline uint8_t reader_u8(struct reader *r)
{
	if (r->p == r->end) {
		reader_fail(r, ESME_RINVCMDLEN);
		return 0;
	}
	return *r->p++;
}

static inline uint32_t reader_u32(struct reader *r)
{
	const uint8_t *p = r->p;

	if (reader_left(r) < 4) {
		reader_fail(r, ESME_RINVCMDLEN);
		return 0;
	}
	r->p += 4;
	return octets_u32(p);
}

/* n integers of an octet each; what is not there is left as it is. */
static inline void reader_u8s(struct reader *r, uint8_t *to, uint32_t n)
{
	if (reader_left(r) >= n) {
		memcpy(to, r->p, n);
		r->p += n;
		return;
	}
	while (r->p < r->end)
		*to++ = *r->p++;
	reader_fail(r, ESME_RINVCMDLEN);
}

/* n octets; status is the fault when fewer are left. */
static inline struct view reader_octets(struct reader *r, uint32_t n, uint32_t status)
{
	const uint8_t *p = r->p;

	if (reader_left(r) < n) {
		reader_fail(r, status);
		return (struct view){0};
	}
	r->p += n;
	return (struct view){p, n};
}

/* A C-octet string of at most max octets with its NUL; status is the fault when there is no NUL among them. */
static inline struct view reader_cstring(struct reader *r, uint32_t max, uint32_t status)
{
	const uint8_t *p = r->p;
	uint32_t left = reader_left(r), n;

	if (left == 0) {
		reader_fail(r, ESME_RINVCMDLEN);
		return (struct view){0};
	}
	if (left < max)
		max = left;
	if (*p == 0) {
		r->p++;
		return (struct view){p, 0};
	}
	n = octets_before_nul(p, max);
	if (n == max) {
		reader_fail(r, status);
		return (struct view){0};
	}
	r->p = p + n + 1;
	return (struct view){p, n};
}

struct writer {
	uint8_t *p, *end; /* borrowed */
	bool failed;	  /* something did not fit, or may not be written */
};

static inline void writer_fail(struct writer *w)
{
	w->failed = true;
	w->end = w->p;
}

static inline void writer_u8(struct writer *w, uint8_t v)
{
	if (w->p == w->end)
		writer_fail(w);
	else
		*w->p++ = v;
}

static inline void writer_u32(struct writer *w, uint32_t v)
{
	if (w->end - w->p < 4) {
		writer_fail(w);
		return;
	}
	octets_put_u32(w->p, v);
	w->p += 4;
}

static inline void writer_u8s(struct writer *w, const uint8_t *from, uint32_t n)
{
	if ((size_t)(w->end - w->p) < n) {
		writer_fail(w);
		return;
	}
	memcpy(w->p, from, n);
	w->p += n;
}

static inline void writer_octets(struct writer *w, struct view v)
{
	if (v.n == 0)
		return;
	if ((size_t)(w->end - w->p) < v.n) {
		writer_fail(w);
		return;
	}
	memcpy(w->p, v.p, v.n);
	w->p += v.n;
}

/* A C-octet string of at most max octets with its NUL. A NUL inside would shift every later field: a fault too. */
static inline void writer_cstring(struct writer *w, struct view v, uint32_t max)
{
	if (v.n >= max || (size_t)(w->end - w->p) <= v.n || (v.n > 0 && !octets_copy_string(w->p, v.p, v.n))) {
		writer_fail(w);
		return;
	}
	w->p[v.n] = 0;
	w->p += v.n + 1;
}

#endif
