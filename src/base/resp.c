/*
 * resp.c - Redis commands as octets: "*<args>\r\n", then "$<octets>\r\n<octets>\r\n" for each; parts of replies.
 */
#include "base/resp.h"

#include <string.h>
#include "base/redis.h"

#define RESP_NUMBER_MAX 20 /* digits of a 64-bit number */
#define RESP_HEADER_MAX (RESP_NUMBER_MAX + 3)
#define RESP_KEEP	((size_t)1 << 20) /* octets of memory a batch keeps */

/* Writes the digits of v so that they end before end; returns where they begin. */
static char *resp_digits(uint64_t v, char *end)
{
	do {
		*--end = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	return end;
}

/* mark, number, CR LF */
static void resp_head(struct buf *b, char mark, uint64_t v)
{
	char text[RESP_HEADER_MAX], *end = text + sizeof(text);

	*--end = '\n';
	*--end = '\r';
	end = resp_digits(v, end);
	*--end = mark;
	buf_put(b, end, (size_t)(text + sizeof(text) - end));
}

void resp_start(struct buf *b, size_t args)
{
	resp_head(b, '*', args);
}

/* Length and octets in one piece: ten of them for each message. */
void resp_arg(struct buf *b, const void *p, size_t n)
{
	char text[RESP_NUMBER_MAX], *end = text + sizeof(text);
	uint8_t *start = buf_room(b, n + RESP_HEADER_MAX + 2), *to = start;

	*to++ = '$';
	if (n < 10) {
		*to++ = (uint8_t)('0' + n);
	} else if (n < 100) {
		*to++ = (uint8_t)('0' + n / 10);
		*to++ = (uint8_t)('0' + n % 10);
	} else {
		for (const char *digit = resp_digits(n, end); digit < end;)
			*to++ = (uint8_t)*digit++;
	}
	*to++ = '\r';
	*to++ = '\n';
	if (n > 0)
		memcpy(to, p, n);
	to[n] = '\r';
	to[n + 1] = '\n';
	buf_filled(b, (size_t)(to - start) + n + 2);
}

void resp_str(struct buf *b, const char *s)
{
	resp_arg(b, s, strlen(s));
}

void resp_u64(struct buf *b, uint64_t v)
{
	char text[RESP_NUMBER_MAX], *end = text + sizeof(text);
	char *digits = resp_digits(v, end);

	resp_arg(b, digits, (size_t)(end - digits));
}

/* Before the first arg: leaves room for the header. */
static void resp_batch_begin(struct resp_batch *c)
{
	if (c->args++ > 0)
		return;
	memset(buf_room(&c->body, RESP_HEADER_MAX), 0, RESP_HEADER_MAX);
	buf_filled(&c->body, RESP_HEADER_MAX);
}

void resp_batch_arg(struct resp_batch *c, const void *p, size_t n)
{
	resp_batch_begin(c);
	resp_arg(&c->body, p, n);
}

void resp_batch_str(struct resp_batch *c, const char *s)
{
	resp_batch_arg(c, s, strlen(s));
}

void resp_batch_u64(struct resp_batch *c, uint64_t v)
{
	resp_batch_begin(c);
	resp_u64(&c->body, v);
}

int resp_batch_send(struct redis *r, struct resp_batch *c, redis_fn fn, void *arg)
{
	if (c->args == 0)
		return -1;

	char *end = (char *)buf_data(&c->body) + RESP_HEADER_MAX, *head = end;
	*--head = '\n';
	*--head = '\r';
	head = resp_digits(c->args, head);
	*--head = '*';
	size_t n = (size_t)(end - head) + buf_len(&c->body) - RESP_HEADER_MAX;
	int rc = redis_send(r, (const uint8_t *)head, n, fn, arg);
	buf_consume(&c->body, buf_len(&c->body), RESP_KEEP);
	c->args = 0;
	return rc;
}

/* --- replies --- */

const char *redis_text(const redisReply *r)
{
	return r->str ? r->str : "";
}

const redisReply *redis_at(const redisReply *r, size_t i)
{
	static const redisReply none = {.type = REDIS_REPLY_NIL};

	return i < r->elements && r->element[i] ? r->element[i] : &none;
}
