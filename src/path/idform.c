/*
 * idform.c - forms of a carrier's message id. Must not know carriers or messages.
 */
#include "path/idform.h"

#include <ctype.h>

#include "smpp/eight.h"

#define DIGITS	  "0123456789ABCDEF"
#define SHORT_HEX 16u /* digits of a number below 2^64 */
#define SHORT_DEC 19u
#define SHORT_MAX 20u /* digits of 2^64 - 1 in either base */

const char *idform_name(enum idform f)
{
	static const char *const names[IDFORMS] = {"text", "hex_resp_dec_dlr", "dec_resp_hex_dlr"};
	return names[f];
}

bool idform_by_name(struct view name, enum idform *out)
{
	for (int i = 0; i < IDFORMS; i++) {
		*out = (enum idform)i;
		if (view_eq(name, view_of(idform_name(*out))))
			return true;
	}
	return false;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

/* toupper() of the C locale, without a call into libc for each octet. */
static uint8_t upper(uint8_t c)
{
	return (uint8_t)(c - 'a') <= 'z' - 'a' ? (uint8_t)(c - ('a' - 'A')) : c;
}

static void copy_upper(const uint8_t *p, size_t n, uint8_t *out)
{
	size_t i = 0;
	for (; n - i > 8; i += 8)
		eight_put(out + i, eight_upper(eight_at(p + i)));
	if (n >= 8) { /* the last eight, some of them once more */
		eight_put(out + n - 8, eight_upper(eight_at(p + n - 8)));
		return;
	}
	for (; i < n; i++)
		out[i] = upper(p[i]);
}

/* Whether it is "0x" and hexadecimal digits: some carriers write one of the two ids so. */
static bool has_0x(const uint8_t *p, const uint8_t *end)
{
	if (end - p < 3 || p[0] != '0' || upper(p[1]) != 'X')
		return false;
	for (p += 2; p < end && isxdigit(*p);)
		p++;
	return p == end;
}

size_t idform_canonical(struct view id, char out[IDFORM_MAX])
{
	if (id.n == 0)
		return 0;
	const uint8_t *p = id.p, *end = id.p + id.n;
	while (p < end && is_blank(*p))
		p++;
	while (end > p && is_blank(end[-1]))
		end--;
	if (has_0x(p, end))
		p += 2;
	while (end - p > 1 && *p == '0')
		p++;
	size_t n = (size_t)(end - p);
	if (n > IDFORM_MAX)
		return 0;
	copy_upper(p, n, (uint8_t *)out);
	return n;
}

static int digit(uint8_t c, unsigned base)
{
	int v = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
	return v < (int)base ? v : -1;
}

/* number = number * base + add, over little-endian digits of base `to`; false when it gets too long. */
static bool multiply_add(uint8_t number[IDFORM_MAX], size_t *n, unsigned base, unsigned to, unsigned add)
{
	unsigned carry = add;
	for (size_t i = 0; i < *n; i++) {
		unsigned v = number[i] * base + carry;
		number[i] = (uint8_t)(v % to);
		carry = v / to;
	}
	for (; carry; carry /= to) {
		if (*n == IDFORM_MAX)
			return false;
		number[(*n)++] = (uint8_t)(carry % to);
	}
	return true;
}

/* rebase() of a number that fits into 64 bits: nearly every carrier's do. */
static size_t rebase_short(struct view id, unsigned from, unsigned to, char out[IDFORM_MAX])
{
	char text[SHORT_MAX], *at = text + sizeof(text);
	uint64_t v = 0;
	for (uint32_t i = 0; i < id.n; i++) {
		int d = digit(id.p[i], from);
		if (d < 0)
			return 0;
		v = v * from + (unsigned)d;
	}
	if (to == 16) {
		do
			*--at = DIGITS[v & 15];
		while ((v >>= 4) > 0);
	} else {
		do
			*--at = DIGITS[v % 10];
		while ((v /= 10) > 0);
	}
	size_t n = (size_t)(text + sizeof(text) - at);
	memcpy(out, at, n);
	return n;
}

/* A number of one base in another; 0 when it is none. */
static size_t rebase(struct view id, unsigned from, unsigned to, char out[IDFORM_MAX])
{
	uint8_t number[IDFORM_MAX];
	size_t n = 0;
	if (id.n == 0)
		return 0;
	if (id.n <= (from == 16 ? SHORT_HEX : SHORT_DEC))
		return rebase_short(id, from, to, out);
	for (uint32_t i = 0; i < id.n; i++) {
		int d = digit(id.p[i], from);
		if (d < 0 || !multiply_add(number, &n, from, to, (unsigned)d))
			return 0;
	}
	if (n == 0)
		number[n++] = 0;
	for (size_t i = 0; i < n; i++)
		out[i] = DIGITS[number[n - 1 - i]];
	return n;
}

size_t idform_convert(enum idform f, struct view id, char out[IDFORM_MAX])
{
	switch (f) {
	case IDFORM_DEC_TO_HEX:
		return rebase(id, 10, 16, out);
	case IDFORM_HEX_TO_DEC:
		return rebase(id, 16, 10, out);
	case IDFORM_TEXT:
	case IDFORMS:
		break;
	}
	if (id.n > IDFORM_MAX)
		return 0;
	memcpy(out, id.p, id.n);
	return id.n;
}
