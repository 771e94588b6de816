/*
 * eight.h - eight octets of a text in one word, for what looks at every octet of every message. Pure; knows no text.
 */
#ifndef SMPP_EIGHT_H
#define SMPP_EIGHT_H

#include <stdbool.h>
#include <stdint.h>

#define EIGHT_ONES UINT64_C(0x0101010101010101)
#define EIGHT_HIGH (EIGHT_ONES << 7)

/* The octets at p, the first one lowest; written so that the compiler sees one load. */
static inline uint64_t eight_at(const uint8_t *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
	       (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

/* One store, for the same reason. */
static inline void eight_put(uint8_t *p, uint64_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
	p[4] = (uint8_t)(v >> 32);
	p[5] = (uint8_t)(v >> 40);
	p[6] = (uint8_t)(v >> 48);
	p[7] = (uint8_t)(v >> 56);
}

/*
 * Marks octets below least, 1 to 128, by their highest bit. Right for the first marked one only: what follows it may be
 * marked wrongly. Marks of several questions may be put together by |.
 */
static inline uint64_t eight_below(uint64_t v, uint8_t least)
{
	return (v - EIGHT_ONES * least) & ~v & EIGHT_HIGH;
}

/* Marks octets that are c, in the same way. */
static inline uint64_t eight_equal(uint64_t v, uint8_t c)
{
	return eight_below(v ^ (EIGHT_ONES * c), 1);
}

/* Which octet is the first one marked, 0 to 7; there must be one. */
static inline unsigned eight_first(uint64_t marks)
{
	return (unsigned)__builtin_ctzll(marks) / 8;
}

static inline bool eight_are_digits(uint64_t v)
{
	const uint64_t upper_half = EIGHT_ONES * 0xf0, digits = EIGHT_ONES * 0x30;

	return (v & upper_half) == digits && ((v + EIGHT_ONES * 6) & upper_half) == digits;
}

/* The number that eight digits are, the first of them the highest: pairs, then fours, then all. */
static inline uint32_t eight_number(uint64_t v)
{
	v = ((v & EIGHT_ONES * 0x0f) * (10 * 0x100 + 1)) >> 8;
	v = ((v & UINT64_C(0x00ff00ff00ff00ff)) * (100 * 0x10000 + 1)) >> 16;
	return (uint32_t)(((v & UINT64_C(0x0000ffff0000ffff)) * (UINT64_C(10000) * 0x100000000 + 1)) >> 32);
}

/* Small letters of ASCII as capital ones, all else as it is. */
static inline uint64_t eight_upper(uint64_t v)
{
	uint64_t low = v & ~EIGHT_HIGH;
	uint64_t from_a = low + EIGHT_ONES * (0x80 - 'a'), over_z = low + EIGHT_ONES * (0x7f - 'z');

	return v - (((from_a ^ over_z) & ~v & EIGHT_HIGH) >> 2); /* 0x80 >> 2 is what lies between the two letters */
}

/* Whether n octets are all digits '0' to '9'. */
static inline bool eight_all_digits(const uint8_t *p, uint32_t n)
{
	uint32_t i = 0;

	if (n >= 8) { /* the last word begins where it ends with the text */
		for (; n - i > 8; i += 8) {
			if (!eight_are_digits(eight_at(p + i)))
				return false;
		}
		return eight_are_digits(eight_at(p + n - 8));
	}
	while (i < n && p[i] >= '0' && p[i] <= '9')
		i++;
	return i == n;
}

#endif
