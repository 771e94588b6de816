/*
 * octets.c - hex and base64, strict. Must not know what the octets are.
 */
#include "audit/octets.h"

#include <string.h>

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void octets_hex(const void *p, size_t n, char *out)
{
	const uint8_t *from = p;

	for (size_t i = 0; i < n; i++) {
		*out++ = hex_digits[from[i] >> 4];
		*out++ = hex_digits[from[i] & 15];
	}
	*out = '\0';
}

/* A digit's value and 16; 0: none. */
static const uint8_t hex_values[256] = {
	['0'] = 16, ['1'] = 17, ['2'] = 18, ['3'] = 19, ['4'] = 20, ['5'] = 21, ['6'] = 22, ['7'] = 23,
	['8'] = 24, ['9'] = 25, ['a'] = 26, ['b'] = 27, ['c'] = 28, ['d'] = 29, ['e'] = 30, ['f'] = 31,
};

bool octets_unhex(const char *s, size_t digits, uint8_t *out, size_t n)
{
	uint8_t all = 16;

	if (digits != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint8_t high = hex_values[(uint8_t)s[2 * i]], low = hex_values[(uint8_t)s[2 * i + 1]];

		all &= high & low;
		out[i] = (uint8_t)(high << 4 | (low & 15));
	}
	return all != 0;
}

size_t octets_base64(const void *p, size_t n, char *out)
{
	const uint8_t *from = p;
	char *to = out;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)from[i] << 16;

		if (i + 1 < n)
			v |= (uint32_t)from[i + 1] << 8;
		if (i + 2 < n)
			v |= from[i + 2];
		*to++ = base64_digits[v >> 18];
		*to++ = base64_digits[v >> 12 & 63];
		*to++ = base64_digits[v >> 6 & 63];
		*to++ = base64_digits[v & 63];
		if (i + 1 >= n)
			to[-2] = '=';
		if (i + 2 >= n)
			to[-1] = '=';
	}
	*to = '\0';
	return (size_t)(to - out);
}

static int unbase64_digit(char c)
{
	const char *at = c ? strchr(base64_digits, c) : NULL;

	return at ? (int)(at - base64_digits) : -1;
}

int octets_unbase64(const char *s, size_t chars, uint8_t *out, size_t cap)
{
	size_t pads = 0, n;

	if (chars % 4 != 0)
		return -1;
	while (pads < 2 && pads < chars && s[chars - 1 - pads] == '=')
		pads++;
	n = chars / 4 * 3 - pads;
	if (n > cap)
		return -1;
	for (size_t i = 0, at = 0; i < chars; i += 4) {
		uint32_t v = 0;

		for (size_t k = 0; k < 4; k++) {
			int digit = i + k >= chars - pads ? 0 : unbase64_digit(s[i + k]);

			if (digit < 0)
				return -1;
			v = v << 6 | (uint32_t)digit;
		}
		for (size_t k = 0; k < 3; k++, at++) {
			uint8_t octet = (uint8_t)(v >> (16 - 8 * k));

			if (at < n)
				out[at] = octet;
			else if (octet)
				return -1;
		}
	}
	return (int)n;
}
