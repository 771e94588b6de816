/*
 * charset.c - reading, writing and converting SMS alphabets (smpp.md 8). Knows nothing of PDUs; what is done about a
 * text that does not convert is the caller's business.
 */
#include "smpp/charset.h"
#include "smpp/gbk.h"
#include "smpp/gsm7.h"

#define REPLACEMENT 0xFFFD
#define SCALAR_MAX  0x10FFFF

static const char *const names[] = {
	[CHARSET_GSM7] = "gsm7", [CHARSET_LATIN1] = "latin1", [CHARSET_ASCII] = "ascii", [CHARSET_UTF8] = "utf8",
	[CHARSET_UCS2] = "ucs2", [CHARSET_BINARY] = "binary", [CHARSET_GBK] = "gbk",
};

#define NCHARSETS (sizeof names / sizeof names[0])

const char *charset_name(enum charset c)
{
	return (unsigned)c < NCHARSETS ? names[c] : "unknown";
}

int charset_by_name(const char *name)
{
	for (unsigned i = 0; name && i < NCHARSETS; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

enum charset charset_of_dcs(uint8_t data_coding, enum charset dcs0)
{
	switch (data_coding >> 4) {
	case 0x0:
		break;
	case 0x1: /* 23.038's general group with a message class: 0x11, 0x18 are met */
		if ((data_coding & 0x0C) == 0x00)
			return CHARSET_GSM7;
		return (data_coding & 0x0C) == 0x08 ? CHARSET_UCS2 : CHARSET_BINARY;
	case 0xC: /* message waiting: discard, store */
	case 0xD:
		return CHARSET_GSM7;
	case 0xE: /* message waiting, store, UCS-2 in newer 03.38 */
		return CHARSET_UCS2;
	case 0xF: /* message class */
		return data_coding & 0x04 ? CHARSET_BINARY : CHARSET_GSM7;
	default:
		return CHARSET_BINARY;
	}
	switch (data_coding) {
	case 0x00:
		return dcs0;
	case 0x01:
		return CHARSET_ASCII;
	case 0x03:
		return CHARSET_LATIN1;
	case 0x08:
		return CHARSET_UCS2;
	case 0x0F: /* reserved, and GBK with Chinese carriers */
		return CHARSET_GBK;
	default:
		return CHARSET_BINARY;
	}
}

static inline bool is_surrogate(int32_t v)
{
	return (v & ~0x7FF) == 0xD800;
}

static inline int32_t get_gsm7(struct view s, uint32_t *pos)
{
	uint8_t septet = s.p[(*pos)++];

	if (septet != GSM7_ESCAPE)
		return gsm7_scalar(septet);
	if (*pos == s.n)
		return -1;
	return gsm7_extended_scalar(s.p[(*pos)++]);
}

static inline int32_t unit_at(struct view s, uint32_t pos)
{
	return s.p[pos] << 8 | s.p[pos + 1];
}

static inline int32_t get_ucs2(struct view s, uint32_t *pos)
{
	int32_t high, low;

	if (s.n - *pos < 2) {
		*pos = s.n;
		return -1;
	}
	high = unit_at(s, *pos);
	*pos += 2;
	if (!is_surrogate(high))
		return high;
	if (high >= 0xDC00 || s.n - *pos < 2)
		return -1;
	low = unit_at(s, *pos);
	if (low < 0xDC00 || low > 0xDFFF)
		return -1;
	*pos += 2;
	return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/* Strict: the shortest form only, no surrogates, nothing over U+10FFFF. A bad octet costs one octet. */
static inline int32_t get_utf8(struct view s, uint32_t *pos)
{
	const uint8_t *p = s.p + *pos;
	uint32_t left = s.n - *pos;
	uint32_t more;
	int32_t v, least;

	if (p[0] < 0x80) {
		*pos += 1;
		return p[0];
	}
	if (p[0] >= 0xE0 && p[0] < 0xF0) {
		more = 2, v = p[0] & 0x0F, least = 0x800;
	} else if (p[0] >= 0xC2 && p[0] < 0xE0) {
		more = 1, v = p[0] & 0x1F, least = 0x80;
	} else if (p[0] >= 0xF0 && p[0] < 0xF5) {
		more = 3, v = p[0] & 0x07, least = 0x10000;
	} else {
		*pos += 1;
		return -1;
	}
	for (uint32_t i = 1; i <= more; i++) {
		if (i >= left || (p[i] & 0xC0) != 0x80) {
			*pos += 1;
			return -1;
		}
		v = v << 6 | (p[i] & 0x3F);
	}
	if (v < least || is_surrogate(v) || v > SCALAR_MAX) {
		*pos += 1;
		return -1;
	}
	*pos += more + 1;
	return v;
}

static inline int32_t get_gbk(struct view s, uint32_t *pos)
{
	uint8_t lead = s.p[(*pos)++];

	if (lead < 0x80)
		return lead;
	if (*pos == s.n || !gbk_is_pair(lead, s.p[*pos]))
		return -1;
	return gbk_scalar(lead, s.p[(*pos)++]);
}

static inline int32_t get_one(enum charset c, struct view s, uint32_t *pos)
{
	int32_t v;

	switch (c) {
	case CHARSET_GSM7:
		return get_gsm7(s, pos);
	case CHARSET_UTF8:
		return get_utf8(s, pos);
	case CHARSET_UCS2:
		return get_ucs2(s, pos);
	case CHARSET_LATIN1:
		return s.p[(*pos)++];
	case CHARSET_ASCII:
		v = s.p[(*pos)++];
		return v < 0x80 ? v : -1;
	case CHARSET_GBK:
		return get_gbk(s, pos);
	case CHARSET_BINARY:
	default:
		*pos += 1;
		return -1;
	}
}

int32_t charset_get(enum charset c, struct view s, uint32_t *pos)
{
	if (*pos >= s.n)
		return -1;
	return get_one(c, s, pos);
}

static inline uint32_t put_gsm7(int32_t v, uint8_t *out, uint32_t cap)
{
	int septets = gsm7_septets(v);

	if (septets < 0)
		return 0;
	if (septets < 0x80) {
		if (cap < 1)
			return 0;
		out[0] = (uint8_t)septets;
		return 1;
	}
	if (cap < 2)
		return 0;
	out[0] = GSM7_ESCAPE;
	out[1] = (uint8_t)(septets & 0x7F);
	return 2;
}

static inline void put_unit(int32_t unit, uint8_t *out)
{
	out[0] = (uint8_t)(unit >> 8);
	out[1] = (uint8_t)(unit & 0xFF);
}

static inline uint32_t put_ucs2(int32_t v, uint8_t *out, uint32_t cap)
{
	if (v < 0x10000) {
		if (cap < 2)
			return 0;
		put_unit(v, out);
		return 2;
	}
	if (cap < 4)
		return 0;
	put_unit(0xD800 + ((v - 0x10000) >> 10), out);
	put_unit(0xDC00 + ((v - 0x10000) & 0x3FF), out + 2);
	return 4;
}

static inline uint8_t continuation(int32_t bits)
{
	return (uint8_t)(0x80 | (bits & 0x3F));
}

static inline uint32_t put_utf8(int32_t v, uint8_t *out, uint32_t cap)
{
	uint32_t need = v < 0x80 ? 1 : v < 0x800 ? 2 : v < 0x10000 ? 3 : 4;

	if (cap < need)
		return 0;
	switch (need) {
	case 1:
		out[0] = (uint8_t)v;
		break;
	case 2:
		out[0] = (uint8_t)(0xC0 | v >> 6);
		out[1] = continuation(v);
		break;
	case 3:
		out[0] = (uint8_t)(0xE0 | v >> 12);
		out[1] = continuation(v >> 6);
		out[2] = continuation(v);
		break;
	default:
		out[0] = (uint8_t)(0xF0 | v >> 18);
		out[1] = continuation(v >> 12);
		out[2] = continuation(v >> 6);
		out[3] = continuation(v);
		break;
	}
	return need;
}

static inline uint32_t put_gbk(int32_t v, uint8_t *out, uint32_t cap)
{
	uint16_t pair = gbk_pair(v); /* 0 for ASCII, which is one octet */

	if (v < 0x80 && cap >= 1) {
		out[0] = (uint8_t)v;
		return 1;
	}
	if (v < 0x80 || pair == 0 || cap < 2)
		return 0;
	put_unit(pair, out);
	return 2;
}

/* v is a scalar value. */
static inline uint32_t put_one(enum charset c, int32_t v, uint8_t *out, uint32_t cap)
{
	int32_t most = c == CHARSET_ASCII ? 0x7F : 0xFF;

	switch (c) {
	case CHARSET_GSM7:
		return put_gsm7(v, out, cap);
	case CHARSET_UTF8:
		return put_utf8(v, out, cap);
	case CHARSET_UCS2:
		return put_ucs2(v, out, cap);
	case CHARSET_LATIN1:
	case CHARSET_ASCII:
		if (v > most || cap < 1)
			return 0;
		out[0] = (uint8_t)v;
		return 1;
	case CHARSET_GBK:
		return put_gbk(v, out, cap);
	case CHARSET_BINARY:
	default:
		return 0;
	}
}

uint32_t charset_put(enum charset c, int32_t scalar, uint8_t *out, uint32_t cap)
{
	if (scalar < 0 || scalar > SCALAR_MAX || is_surrogate(scalar))
		return 0;
	return put_one(c, scalar, out, cap);
}

/* A byte order mark says nothing about a text that is big-endian anyway. */
static uint32_t text_start(enum charset c, struct view s)
{
	return c == CHARSET_UCS2 && s.n >= 2 && unit_at(s, 0) == 0xFEFF ? 2 : 0;
}

bool charset_fits(enum charset from, struct view s, enum charset to)
{
	uint8_t room[4];

	for (uint32_t pos = text_start(from, s); pos < s.n;) {
		int32_t v = get_one(from, s, &pos);

		if (v < 0 || put_one(to, v, room, sizeof room) == 0)
			return false;
	}
	return true;
}

/* Writes what stands for v; 0 when v was there and only room is short, or when room is short for this too. */
static uint32_t put_substitute(enum charset to, int32_t v, uint8_t *out, uint32_t cap)
{
	bool unicode = to == CHARSET_UTF8 || to == CHARSET_UCS2;
	uint8_t room[4];

	if (v >= 0 && put_one(to, v, room, sizeof room) != 0)
		return 0;
	return put_one(to, unicode ? REPLACEMENT : '?', out, cap);
}

/*
 * What most texts are: UCS-2 to UTF-8, as far as it is plain (no surrogates) and there is room. Both positions go on.
 */
static void ucs2_to_utf8(struct view s, uint32_t *pos, uint8_t *out, uint32_t *n, uint32_t cap)
{
	const uint8_t *p = s.p + *pos, *end = s.p + s.n;
	uint8_t *o = out + *n, *last = out + cap;

	for (; end - p >= 2 && last - o >= 3; p += 2) {
		unsigned v = (unsigned)p[0] << 8 | p[1];
		if (v < 0x80) {
			*o++ = (uint8_t)v;
		} else if (v < 0x800) {
			*o++ = (uint8_t)(0xC0 | v >> 6);
			*o++ = (uint8_t)(0x80 | (v & 0x3F));
		} else if ((v & 0xF800) != 0xD800) {
			o[0] = (uint8_t)(0xE0 | v >> 12);
			o[1] = (uint8_t)(0x80 | (v >> 6 & 0x3F));
			o[2] = (uint8_t)(0x80 | (v & 0x3F));
			o += 3;
		} else {
			break;
		}
	}
	*pos = (uint32_t)(p - s.p);
	*n = (uint32_t)(o - out);
}

long charset_convert(enum charset from, struct view s, enum charset to, bool lossy, uint8_t *out, uint32_t cap)
{
	bool plain = from == CHARSET_UCS2 && to == CHARSET_UTF8;
	uint32_t n = 0;

	for (uint32_t pos = text_start(from, s); pos < s.n;) {
		if (plain)
			ucs2_to_utf8(s, &pos, out, &n, cap);
		if (pos == s.n)
			break;
		int32_t v = get_one(from, s, &pos);
		uint32_t wrote = v < 0 ? 0 : put_one(to, v, out + n, cap - n);

		if (wrote == 0 && lossy)
			wrote = put_substitute(to, v, out + n, cap - n);
		if (wrote == 0)
			return -1;
		n += wrote;
	}
	return (long)n;
}

uint32_t charset_units(enum charset c, struct view s)
{
	return c == CHARSET_UCS2 ? s.n / 2 + s.n % 2 : s.n;
}
