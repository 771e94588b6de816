/*
 * record.c - journal records. Must not know Redis, messages in memory or the meaning of a state.
 */
#include "path/record.h"

#include <endian.h>

#include "smpp/pdu.h"

#define FORMAT 1u

/* Offsets of the numbers; lengths of the views stand in LEN_*, the frame's in four octets. */
enum {
	AT_VERSION = 0,
	AT_KIND = 1,
	AT_CLASS = 2,
	AT_FLAGS = 3,
	AT_STATE = 4,
	AT_ATTEMPTS = 5,
	AT_LEN_ACCOUNT = 6,
	AT_LEN_STAT = 7,
	AT_LEN_ERR = 8,
	AT_LEN_VIA = 9,
	AT_VERDICT = 10,
	AT_ZERO = 11,
	AT_LEN_FRAME = 12,
	AT_ACCEPT = 16,
	AT_EXPIRY = 24,
	AT_DONE = 32,
	AT_APP_ID = 40,
};

static void put64(uint8_t *p, int64_t v)
{
	uint64_t octets = htole64((uint64_t)v);
	memcpy(p, &octets, sizeof(octets));
}

static int64_t get64(const uint8_t *p)
{
	uint64_t octets;
	memcpy(&octets, p, sizeof(octets));
	return (int64_t)le64toh(octets);
}

static void put32(uint8_t *p, uint32_t v)
{
	uint32_t octets = htole32(v);
	memcpy(p, &octets, sizeof(octets));
}

static uint32_t get32(const uint8_t *p)
{
	uint32_t octets;
	memcpy(&octets, p, sizeof(octets));
	return le32toh(octets);
}

static uint8_t *append(uint8_t *to, struct view v)
{
	if (v.n)
		memcpy(to, v.p, v.n);
	return to + v.n;
}

size_t record_size(const struct record *r)
{
	if (r->account.n > 255 || r->stat.n > 255 || r->err.n > 255 || r->via.n > 255 || r->frame.n > PDU_MAX_DEFAULT)
		return 0;
	return (size_t)RECORD_HEADER + r->account.n + r->stat.n + r->err.n + r->via.n + r->frame.n;
}

size_t record_encode(const struct record *r, uint8_t *buf, size_t cap)
{
	size_t n = record_size(r);
	if (n == 0 || n > cap)
		return 0;
	record_write(r, buf);
	return n;
}

void record_write(const struct record *r, uint8_t *buf)
{
	memset(buf, 0, RECORD_HEADER);
	buf[AT_VERSION] = FORMAT;
	buf[AT_KIND] = r->kind;
	buf[AT_CLASS] = r->class_id;
	buf[AT_FLAGS] = r->flags;
	buf[AT_STATE] = r->final_state;
	buf[AT_ATTEMPTS] = r->attempts;
	buf[AT_VERDICT] = r->verdict;
	buf[AT_LEN_ACCOUNT] = (uint8_t)r->account.n;
	buf[AT_LEN_STAT] = (uint8_t)r->stat.n;
	buf[AT_LEN_ERR] = (uint8_t)r->err.n;
	buf[AT_LEN_VIA] = (uint8_t)r->via.n;
	put32(buf + AT_LEN_FRAME, r->frame.n);
	put64(buf + AT_ACCEPT, r->accept_ms);
	put64(buf + AT_EXPIRY, r->expiry_ms);
	put64(buf + AT_DONE, r->done_ms);
	put64(buf + AT_APP_ID, (int64_t)r->app_id);
	uint8_t *p = buf + RECORD_HEADER;
	p = append(p, r->account);
	p = append(p, r->stat);
	p = append(p, r->err);
	p = append(p, r->via);
	append(p, r->frame);
}

static const uint8_t *take(const uint8_t *p, uint32_t n, struct view *out)
{
	*out = (struct view){p, n};
	return p + n;
}

/* What version 1 keeps free must be zero: with something in it, it is not a record that can be written again as it was.
 */
static bool is_known(struct view b)
{
	return b.n >= RECORD_HEADER && b.p[AT_VERSION] == FORMAT && b.p[AT_KIND] <= RECORD_MO && b.p[AT_ZERO] == 0;
}

struct view record_frame(struct view b)
{
	uint32_t n = get32(b.p + AT_LEN_FRAME);
	return (struct view){b.p + b.n - n, n}; /* it stands last */
}

bool record_decode(struct view b, struct record *out)
{
	if (!is_known(b))
		return false;
	uint32_t account = b.p[AT_LEN_ACCOUNT], stat = b.p[AT_LEN_STAT], err = b.p[AT_LEN_ERR], via = b.p[AT_LEN_VIA];
	uint32_t frame = get32(b.p + AT_LEN_FRAME);
	if (frame > PDU_MAX_DEFAULT || b.n != RECORD_HEADER + account + stat + err + via + frame)
		return false;
	*out = (struct record){
		.kind = b.p[AT_KIND],
		.class_id = b.p[AT_CLASS],
		.flags = b.p[AT_FLAGS],
		.final_state = b.p[AT_STATE],
		.attempts = b.p[AT_ATTEMPTS],
		.verdict = b.p[AT_VERDICT],
		.accept_ms = get64(b.p + AT_ACCEPT),
		.expiry_ms = get64(b.p + AT_EXPIRY),
		.done_ms = get64(b.p + AT_DONE),
		.app_id = (uint64_t)get64(b.p + AT_APP_ID),
	};
	const uint8_t *p = b.p + RECORD_HEADER;
	p = take(p, account, &out->account);
	p = take(p, stat, &out->stat);
	p = take(p, err, &out->err);
	p = take(p, via, &out->via);
	take(p, frame, &out->frame);
	return true;
}
