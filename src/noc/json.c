/*
 * json.c - writes JSON. Must not know what it describes.
 */
#include "noc/json.h"

#include <math.h>
#include <string.h>

#include "noc/label.h"

#define JSON_DIGITS 20 /* of the greatest number */

/*
 * Pages have tens of thousands of values: no printf here, and the room is asked for once. Room for the key and n octets
 * more; keys are ours: nothing in them is to be escaped.
 */
static uint8_t *json_room(struct json *j, const char *key, size_t n)
{
	size_t length = key ? strlen(key) : 0;
	uint8_t *p = buf_room(j->out, length + 4 + n);

	if (j->comma)
		*p++ = ',';
	j->comma = true;
	if (key) {
		*p++ = '"';
		memcpy(p, key, length);
		p += length;
		*p++ = '"';
		*p++ = ':';
	}
	return p;
}

/* The room is written up to p. */
static void json_filled(struct json *j, const uint8_t *p)
{
	buf_filled(j->out, (size_t)(p - (j->out->mem + j->out->end)));
}

/* The digits of v, at least `least` of them. */
static uint8_t *json_digits(uint8_t *p, uint64_t v, unsigned least)
{
	uint8_t digits[JSON_DIGITS], *first = digits + JSON_DIGITS;

	for (; v > 0 || least > 0; v /= 10) {
		*--first = (uint8_t)('0' + v % 10);
		least -= least > 0;
	}
	size_t n = (size_t)(digits + JSON_DIGITS - first);
	memcpy(p, first, n);
	return p + n;
}

static void json_word(struct json *j, const char *key, const char *word, size_t n)
{
	uint8_t *p = json_room(j, key, n);

	memcpy(p, word, n);
	json_filled(j, p + n);
}

void json_open(struct json *j, const char *key, char bracket)
{
	json_word(j, key, &bracket, 1);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	buf_put(j->out, &bracket, 1);
	j->comma = true;
}

void json_text(struct json *j, const char *key, const char *text)
{
	if (!text) {
		json_word(j, key, "null", 4);
		return;
	}
	json_filled(j, json_room(j, key, 0));
	label_json(j->out, text);
}

void json_raw(struct json *j, const char *key, const void *value, size_t n)
{
	json_word(j, key, value, n);
}

void json_u64(struct json *j, const char *key, uint64_t v)
{
	json_filled(j, json_digits(json_room(j, key, JSON_DIGITS), v, 1));
}

void json_bool(struct json *j, const char *key, bool v)
{
	json_word(j, key, v ? "true" : "false", v ? 4 : 5);
}

void json_ms(struct json *j, const char *key, int64_t us)
{
	uint8_t *p = json_room(j, key, 2 * JSON_DIGITS);

	if (us < 0)
		us = 0;
	p = json_digits(p, (uint64_t)us / 1000, 1);
	*p++ = '.';
	json_filled(j, json_digits(p, (uint64_t)us % 1000, 3));
}

void json_real(struct json *j, const char *key, double v)
{
	double most = 1e12;

	if (!isfinite(v)) {
		json_text(j, key, NULL);
		return;
	}
	uint8_t *p = json_room(j, key, 2 * JSON_DIGITS);
	if (v < 0)
		*p++ = '-';
	uint64_t millionths = (uint64_t)llround(fmin(fabs(v), most) * 1e6);
	p = json_digits(p, millionths / 1000000, 1);
	if (millionths % 1000000) {
		*p++ = '.';
		p = json_digits(p, millionths % 1000000, 6);
		while (p[-1] == '0')
			p--;
	}
	json_filled(j, p);
}
