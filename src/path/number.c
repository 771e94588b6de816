/*
 * number.c - normalises phone numbers (smpp.md 3, 16). Must not know routes or accounts.
 */
#include "path/number.h"

#include <string.h>

#include "smpp/eight.h"

#define BARE_MOBILE 11u	      /* digits */
#define TAIL_RANGE  10000000u /* of NUMBER_TAIL digits */

/* A bare Chinese mobile number: 1, then 3-9, 11 digits in all. */
static bool is_bare_mobile(const char *d, unsigned n)
{
	return n == BARE_MOBILE && d[0] == '1' && d[1] >= '3' && d[1] <= '9';
}

/* International access code 00 in front of a country code; a number of 00 alone is not one. */
static unsigned access_code(const char *d, unsigned n, bool plus)
{
	return !plus && n > 4 && d[0] == '0' && d[1] == '0' ? 2 : 0;
}

/* Whether there are only digits, without 0 in front: then what stands there is the number, but for a bare mobile. */
static bool is_plain(struct view v)
{
	return v.n >= 3 && v.n <= NUMBER_MAX && v.p[0] != '0' && eight_all_digits(v.p, v.n);
}

bool number_parse(struct pdu_addr addr, struct number *out)
{
	char raw[NUMBER_MAX + 3]; /* with 00 in front */
	unsigned n = 0;
	bool plus = false;
	if (addr.addr.n != BARE_MOBILE && is_plain(addr.addr)) {
		out->n = (uint8_t)addr.addr.n;
		memcpy(out->digits, addr.addr.p, out->n);
		out->digits[out->n] = '\0';
		return true;
	}
	for (uint32_t i = 0; i < addr.addr.n; i++) {
		uint8_t c = addr.addr.p[i];
		if (c == '+' && n == 0 && !plus) {
			plus = true;
			continue;
		}
		if (c == ' ' || c == '-')
			continue;
		if (c < '0' || c > '9' || n == sizeof(raw) - 1)
			return false;
		raw[n++] = (char)c;
	}
	unsigned skip = access_code(raw, n, plus);
	const char *d = raw + skip;
	n -= skip;
	bool china = !plus && skip == 0 && is_bare_mobile(d, n);
	unsigned prefix = china ? 2 : 0;
	if (n < 3 || n + prefix > NUMBER_MAX)
		return false;
	memcpy(out->digits, "86", prefix);
	memcpy(out->digits + prefix, d, n);
	out->n = (uint8_t)(n + prefix);
	out->digits[out->n] = '\0';
	return true;
}

bool number_parse_text(const char *s, struct number *out)
{
	return number_parse((struct pdu_addr){0, 0, view_of(s)}, out);
}

bool number_same(struct pdu_addr a, struct pdu_addr b)
{
	struct number x, y;
	if (view_eq(a.addr, b.addr))
		return true;
	return number_parse(a, &x) && number_parse(b, &y) && x.n == y.n && memcmp(x.digits, y.digits, x.n) == 0;
}

#define ABROAD_LEAST 8u /* digits of a whole number, its country code among them */

bool number_is_phone(const struct number *n)
{
	if (n->n >= 2 && memcmp(n->digits, "86", 2) == 0)
		return is_bare_mobile(n->digits + 2, n->n - 2u);
	return n->n >= ABROAD_LEAST && n->n <= 15 && n->digits[0] != '0' && memcmp(n->digits, "106", 3) != 0 &&
	       memcmp(n->digits, "95", 2) != 0;
}

uint32_t number_tail(struct view addr)
{
	uint32_t tail = 0, digits = 0;
	uint64_t last = addr.n >= 8 ? eight_at(addr.p + addr.n - 8) : 0;
	if (eight_are_digits(last)) /* nearly all */
		return eight_number(last) % TAIL_RANGE;
	for (uint32_t i = addr.n, weight = 1; i > 0 && digits < NUMBER_TAIL; i--) {
		unsigned d = (unsigned)(addr.p[i - 1] - '0');
		if (d > 9)
			continue;
		tail += d * weight;
		weight *= 10;
		digits++;
	}
	return tail;
}

uint64_t number_seed(const struct number *n)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */
	for (unsigned i = 0; i < n->n; i++)
		h = (h ^ (uint8_t)n->digits[i]) * 0x100000001b3u;
	return h;
}
