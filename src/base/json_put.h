/*
 * json_put.h - JSON written by hand, without printf, for lines that are made several times for each message. p is where
 * the next octet goes; the caller has made room: an octet of a value becomes JSON_ESCAPED at most. Knows no form.
 */
#ifndef BASE_JSON_PUT_H
#define BASE_JSON_PUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define JSON_ESCAPED 6u	 /* octets that one of a value becomes at most */
#define JSON_SECOND  19u /* octets of json_second() */

/* Octets that stand in a string as they are: printable ASCII without the quote and the backslash. */
extern const bool json_plain[256];

/* Goes on with a string that has something else in it; s[0, at) stands already. */
char *json_put_rest(char *p, const char *s, size_t n, size_t at);
/*
 * "2026-05-01T09:30:00" of a second since 1970 where clocks are so many seconds east of UTC; years 1970 to 9999. No
 * NUL.
 */
void json_second(int64_t second, int64_t east, char text[JSON_SECOND]);

static inline char *json_put(char *p, const void *s, size_t n)
{
	memcpy(p, s, n);
	return p + n;
}
#define JSON_PUT(p, literal) json_put(p, literal, sizeof(literal) - 1)

/* A string with its quotes, out of UTF-8; what is none stands as U+FFFD. */
static inline char *json_put_string(char *p, const void *v, size_t n)
{
	const char *s = v;
	size_t at = 0;
	*p++ = '"';
	while (at < n && json_plain[(uint8_t)s[at]])
		*p++ = s[at++];
	if (at < n)
		p = json_put_rest(p, s, n, at);
	*p++ = '"';
	return p;
}

/* "00" to "99": two digits for one division. */
extern const char json_pairs[201];

/* n digits of v. */
static inline char *json_put_digits(char *p, uint64_t v, unsigned n)
{
	unsigned i = n;
	for (; i > 1; v /= 100)
		memcpy(p + (i -= 2), json_pairs + 2 * (v % 100), 2);
	if (i > 0)
		*p = (char)('0' + v % 10);
	return p + n;
}

static inline char *json_put_u64(char *p, uint64_t v)
{
	unsigned n = 1;
	for (uint64_t x = v; x >= 10; x /= 10)
		n++;
	return json_put_digits(p, v, n);
}

#endif
