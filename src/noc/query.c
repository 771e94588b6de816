/*
 * query.c - splits and decodes a query string. Must not know what is asked.
 */
#include "noc/query.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One decoded octet of *in, which goes on; -1: a broken %XX. */
static int next_octet(const char **in)
{
	const char *p = *in;

	(*in)++;
	if (*p == '+')
		return ' ';
	if (*p != '%')
		return (uint8_t)*p;
	int high = hex_digit(p[1]), low = high < 0 ? -1 : hex_digit(p[2]);
	*in += 2;
	return low < 0 ? -1 : high * 16 + low;
}

/* Decodes up to one of the octets in `ends` to *out, which goes on behind its NUL. NULL, or why not. */
static const char *decode(const char **in, const char *ends, char **out)
{
	char *start = *out;

	while (**in && !strchr(ends, **in)) {
		int octet = next_octet(in);
		if (octet < 0)
			return "The query has a % without two hexadecimal digits.";
		if (octet < 0x20 || octet == 0x7f)
			return "The query has a control character.";
		*(*out)++ = (char)octet;
	}
	*(*out)++ = '\0';
	return text_valid(start, strlen(start)) ? NULL : "The query is not UTF-8.";
}

const char *query_parse(struct query *q, const char *text)
{
	char *out = q->text;
	const char *in = text ? text : "", *why;

	q->n = 0;
	if (strlen(in) >= QUERY_MAX - QUERY_PAIRS)
		return "The query is too long.";
	while (*in) {
		if (q->n == QUERY_PAIRS)
			return "The query has too many values.";
		q->names[q->n] = out;
		if ((why = decode(&in, "=&", &out)))
			return why;
		in += *in == '=';
		q->values[q->n] = out;
		if ((why = decode(&in, "&", &out)))
			return why;
		in += *in == '&';
		if (query_get(q, q->names[q->n]))
			return "The query names a value twice.";
		q->n++;
	}
	return NULL;
}

const char *query_get(const struct query *q, const char *name)
{
	for (size_t i = 0; i < q->n; i++) {
		if (strcmp(q->names[i], name) == 0)
			return q->values[i];
	}
	return NULL;
}
