/*
 * json.c - writes JSON. Must not know what it describes.
 */
#include "noc/json.h"

#include <inttypes.h>

#include "noc/label.h"

static void json_key(struct json *j, const char *key)
{
	if (j->comma)
		buf_puts(j->out, ",");
	j->comma = true;
	if (key) {
		label_json(j->out, key);
		buf_puts(j->out, ":");
	}
}

void json_open(struct json *j, const char *key, char bracket)
{
	json_key(j, key);
	buf_put(j->out, &bracket, 1);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	buf_put(j->out, &bracket, 1);
	j->comma = true;
}

void json_text(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	if (text)
		label_json(j->out, text);
	else
		buf_puts(j->out, "null");
}

void json_raw(struct json *j, const char *key, const void *value, size_t n)
{
	json_key(j, key);
	buf_put(j->out, value, n);
}

void json_u64(struct json *j, const char *key, uint64_t v)
{
	json_key(j, key);
	buf_printf(j->out, "%" PRIu64, v);
}

void json_bool(struct json *j, const char *key, bool v)
{
	json_key(j, key);
	buf_puts(j->out, v ? "true" : "false");
}

void json_ms(struct json *j, const char *key, int64_t us)
{
	json_key(j, key);
	if (us < 0)
		us = 0;
	buf_printf(j->out, "%" PRId64 ".%03d", us / 1000, (int)(us % 1000));
}
