/*
 * scan.c - takes words, numbers and strings off the front of a text. Must not know what they mean.
 */
#include "audit/scan.h"

#include <string.h>

#include "audit/octets.h"

bool scan_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return false;
	s->p += n;
	return true;
}

bool scan_number(struct scan *s, uint64_t max, uint64_t *out)
{
	const char *from = s->p;

	for (*out = 0; s->p < s->end && *s->p >= '0' && *s->p <= '9' && s->p - from < 19; s->p++)
		*out = *out * 10 + (uint64_t)(*s->p - '0');
	return s->p > from && (*from != '0' || s->p - from == 1) && *out <= max;
}

bool scan_plain(struct scan *s, char *out, size_t cap)
{
	size_t n = 0;

	for (; s->p < s->end && *s->p != '"'; s->p++) {
		char c = *s->p;

		if (n + 1 == cap || !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
				      (c && strchr("-+._:/=", c))))
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return n > 0 && scan_word(s, "\"");
}

bool scan_hex(struct scan *s, uint8_t *out, size_t n)
{
	if ((size_t)(s->end - s->p) < 2 * n || !octets_unhex(s->p, 2 * n, out, n))
		return false;
	s->p += 2 * n;
	return scan_word(s, "\"");
}

static bool scan_escape(struct scan *s, char *out)
{
	static const char from[] = "\"\\nrtbf", to[] = "\"\\\n\r\t\b\f";
	const char *at = s->p < s->end && *s->p ? strchr(from, *s->p) : NULL;
	uint8_t octet;

	if (at) {
		*out = to[at - from];
		s->p++;
		return true;
	}
	if (!scan_word(s, "u00") || s->end - s->p < 2 || !octets_unhex(s->p, 2, &octet, 1) || octet >= 0x80)
		return false;
	*out = (char)octet;
	s->p += 2;
	return true;
}

bool scan_string(struct scan *s, struct buf *out)
{
	while (s->p < s->end && *s->p != '"') {
		const char *from = s->p;
		char c;

		while (s->p < s->end && *s->p != '"' && *s->p != '\\' && (uint8_t)*s->p >= 0x20)
			s->p++;
		buf_put(out, from, (size_t)(s->p - from));
		if (s->p == s->end || *s->p == '"')
			break;
		if (!scan_word(s, "\\") || !scan_escape(s, &c))
			return false;
		buf_put(out, &c, 1);
	}
	return scan_word(s, "\"");
}
