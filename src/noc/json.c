/*
 * json.c - writes JSON. Must not know what it describes.
 */
#include "noc/json.h"

#include <math.h>
#include <string.h>

#include "noc/label.h"

#define JSON_DIGITS 20 /* of the greatest number */

/* Keys are ours: nothing in them is to be escaped. Pages have tens of thousands of these: no printf here. */
static void json_key(struct json *j, const char *key)
{
	size_t n = key ? strlen(key) : 0;
	uint8_t *p = buf_room(j->out, n + 4), *start = p;

	if (j->comma)
		*p++ = ',';
	j->comma = true;
	if (key) {
		*p++ = '"';
		memcpy(p, key, n);
		p += n;
		*p++ = '"';
		*p++ = ':';
	}
	buf_filled(j->out, (size_t)(p - start));
}

/* The digits of v, at least `least` of them. */
static void json_digits(struct json *j, uint64_t v, unsigned least)
{
	uint8_t digits[JSON_DIGITS], *p = digits + JSON_DIGITS;

	for (; v > 0 || least > 0; v /= 10) {
		*--p = (uint8_t)('0' + v % 10);
		least -= least > 0;
	}
	buf_put(j->out, p, (size_t)(digits + JSON_DIGITS - p));
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
	json_digits(j, v, 1);
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
	json_digits(j, (uint64_t)us / 1000, 1);
	buf_put(j->out, ".", 1);
	json_digits(j, (uint64_t)us % 1000, 3);
}

void json_real(struct json *j, const char *key, double v)
{
	json_key(j, key);
	if (!isfinite(v))
		buf_puts(j->out, "null");
	else if (v >= 0 && v < 1e9 && v == floor(v))
		json_digits(j, (uint64_t)v, 1);
	else
		buf_printf(j->out, "%.6g", v);
}
