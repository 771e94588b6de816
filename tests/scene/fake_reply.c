/*
 * fake_reply.c - octets, and answers of the simulated Redis. Knows no command.
 */
#include "fake_reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/mem.h"

struct blob blob_of(const void *p, size_t n)
{
	struct blob b = {mem_zalloc(n + 1), n};

	if (n > 0)
		memcpy(b.p, p, n);
	return b;
}

bool blob_is(const struct blob *b, const char *text)
{
	return b->n == strlen(text) && strncasecmp((const char *)b->p, text, b->n) == 0;
}

bool blob_equal(const struct blob *a, const struct blob *b)
{
	return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/* hiredis frees replies with free(). */
static redisReply *reply_new(int type)
{
	redisReply *r = calloc(1, sizeof(*r));

	if (r == NULL)
		abort();
	r->type = type;
	return r;
}

static redisReply *reply_text(int type, const void *p, size_t n)
{
	redisReply *r = reply_new(type);

	r->str = malloc(n + 1);
	if (r->str == NULL)
		abort();
	memcpy(r->str, p, n);
	r->str[n] = '\0';
	r->len = n;
	return r;
}

redisReply *fake_reply_nil(void)
{
	return reply_new(REDIS_REPLY_NIL);
}

redisReply *fake_reply_error(const char *text)
{
	return reply_text(REDIS_REPLY_ERROR, text, strlen(text));
}

redisReply *fake_reply_status(const char *text)
{
	return reply_text(REDIS_REPLY_STATUS, text, strlen(text));
}

redisReply *fake_reply_text(const char *text)
{
	return reply_text(REDIS_REPLY_STRING, text, strlen(text));
}

redisReply *fake_reply_blob(const struct blob *b)
{
	return reply_text(REDIS_REPLY_STRING, b->p, b->n);
}

redisReply *fake_reply_score(double score)
{
	char text[32];

	snprintf(text, sizeof(text), "%.17g", score);
	return fake_reply_text(text);
}

redisReply *fake_reply_integer(long long v)
{
	redisReply *r = reply_new(REDIS_REPLY_INTEGER);

	r->integer = v;
	return r;
}

redisReply *fake_reply_array(size_t n)
{
	redisReply *r = reply_new(REDIS_REPLY_ARRAY);

	r->elements = n;
	r->element = calloc(n + 1, sizeof(*r->element));
	if (r->element == NULL)
		abort();
	return r;
}
