/*
 * test_charset.c - every character of every alphabet, both ways. The GSM table is written out a second time here, as
 * 3GPP TS 23.038 prints it, so that a slip in gsm7.c cannot hide.
 */
#include "unit.h"

#include "smpp/charset.h"

/* 3GPP TS 23.038 6.2.1, row by row in code order; NULL is the escape. */
static const char *const gsm_main[128] = {
	"@", "£", "$", "¥", "è", "é", "ù", "ì", "ò",  "Ç", "\n", "Ø", "ø", "\r", "Å", "å",  "Δ", "_", "Φ",
	"Γ", "Λ", "Ω", "Π", "Ψ", "Σ", "Θ", "Ξ", NULL, "Æ", "æ",	 "ß", "É", " ",	 "!", "\"", "#", "¤", "%",
	"&", "'", "(", ")", "*", "+", ",", "-", ".",  "/", "0",	 "1", "2", "3",	 "4", "5",  "6", "7", "8",
	"9", ":", ";", "<", "=", ">", "?", "¡", "A",  "B", "C",	 "D", "E", "F",	 "G", "H",  "I", "J", "K",
	"L", "M", "N", "O", "P", "Q", "R", "S", "T",  "U", "V",	 "W", "X", "Y",	 "Z", "Ä",  "Ö", "Ñ", "Ü",
	"§", "¿", "a", "b", "c", "d", "e", "f", "g",  "h", "i",	 "j", "k", "l",	 "m", "n",  "o", "p", "q",
	"r", "s", "t", "u", "v", "w", "x", "y", "z",  "ä", "ö",	 "ñ", "ü", "à",
};

/* 6.2.1.1 */
static const struct {
	uint8_t septet;
	const char *utf8;
} gsm_extension[] = {
	{0x0A, "\f"}, {0x14, "^"}, {0x28, "{"}, {0x29, "}"}, {0x2F, "\\"},
	{0x3C, "["},  {0x3D, "~"}, {0x3E, "]"}, {0x40, "|"}, {0x65, "€"},
};

#define NEXTENSION (sizeof gsm_extension / sizeof gsm_extension[0])

static struct view bytes(const void *p, size_t n)
{
	return (struct view){p, (uint32_t)n};
}

/* from -> to gives exactly want. */
static void converts(enum charset from, struct view s, enum charset to, struct view want)
{
	uint8_t out[64];
	long n = charset_convert(from, s, to, false, out, sizeof out);

	assert_int_equal(n, want.n);
	assert_memory_equal(out, want.p, want.n);
	assert_true(charset_fits(from, s, to));
}

static void refuses(enum charset from, struct view s, enum charset to)
{
	uint8_t out[64];

	assert_int_equal(charset_convert(from, s, to, false, out, sizeof out), -1);
	assert_false(charset_fits(from, s, to));
}

/* Octets that are no character, and how far the reader goes over them. */
static void bad(enum charset c, struct view s, uint32_t step)
{
	uint32_t pos = 0;

	assert_int_equal(charset_get(c, s, &pos), -1);
	assert_int_equal(pos, step);
	refuses(c, s, CHARSET_UTF8);
}

static void names_go_both_ways(void **state)
{
	static const char *const names[] = {"gsm7", "latin1", "ascii", "utf8", "ucs2", "binary", "gbk"};

	(void)state;
	for (int i = 0; i < 7; i++) {
		assert_string_equal(charset_name((enum charset)i), names[i]);
		assert_int_equal(charset_by_name(names[i]), i);
	}
	assert_int_equal(charset_by_name("gb18030"), -1);
	assert_int_equal(charset_by_name(""), -1);
	assert_int_equal(charset_by_name("GSM7"), -1);
	assert_int_equal(charset_by_name(NULL), -1);
}

static enum charset expected_of_dcs(unsigned dcs)
{
	static const enum charset low[16] = {
		CHARSET_UTF8 /* dcs0 of this test */,
		CHARSET_ASCII,
		CHARSET_BINARY,
		CHARSET_LATIN1,
		CHARSET_BINARY,
		CHARSET_BINARY,
		CHARSET_BINARY,
		CHARSET_BINARY,
		CHARSET_UCS2,
		CHARSET_BINARY,
		CHARSET_BINARY,
		CHARSET_BINARY,
		CHARSET_BINARY,
		CHARSET_BINARY,
		CHARSET_BINARY,
		CHARSET_GBK,
	};
	static const enum charset by_class[4] = {CHARSET_GSM7, CHARSET_BINARY, CHARSET_UCS2, CHARSET_BINARY};

	if (dcs < 0x10)
		return low[dcs];
	if (dcs < 0x20)
		return by_class[(dcs >> 2) & 3];
	if (dcs < 0xC0)
		return CHARSET_BINARY;
	if (dcs < 0xE0)
		return CHARSET_GSM7;
	if (dcs < 0xF0)
		return CHARSET_UCS2;
	return dcs & 4 ? CHARSET_BINARY : CHARSET_GSM7;
}

static void every_data_coding_has_an_alphabet(void **state)
{
	(void)state;
	for (unsigned dcs = 0; dcs < 256; dcs++)
		assert_int_equal(charset_of_dcs((uint8_t)dcs, CHARSET_UTF8), expected_of_dcs(dcs));
	assert_int_equal(charset_of_dcs(0, CHARSET_GSM7), CHARSET_GSM7);
	assert_int_equal(charset_of_dcs(0, CHARSET_LATIN1), CHARSET_LATIN1);
	assert_int_equal(charset_of_dcs(3, CHARSET_GSM7), CHARSET_LATIN1);
	assert_int_equal(charset_of_dcs(0xF0, CHARSET_LATIN1), CHARSET_GSM7);	/* flash */
	assert_int_equal(charset_of_dcs(0xF6, CHARSET_LATIN1), CHARSET_BINARY); /* SIM data */
}

static void every_septet_both_ways(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		uint8_t septet = (uint8_t)i;
		uint32_t pos = 0;

		if (i < 128 && gsm_main[i]) {
			converts(CHARSET_GSM7, bytes(&septet, 1), CHARSET_UTF8, view_of(gsm_main[i]));
			converts(CHARSET_UTF8, view_of(gsm_main[i]), CHARSET_GSM7, bytes(&septet, 1));
			continue;
		}
		assert_int_equal(charset_get(CHARSET_GSM7, bytes(&septet, 1), &pos), -1);
		assert_int_equal(pos, 1);
		refuses(CHARSET_GSM7, bytes(&septet, 1), CHARSET_UTF8);
	}
}

static const char *extension_of(unsigned septet)
{
	for (unsigned i = 0; i < NEXTENSION; i++)
		if (gsm_extension[i].septet == septet)
			return gsm_extension[i].utf8;
	return NULL;
}

static void every_escape_both_ways(void **state)
{
	unsigned known = 0;

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		uint8_t pair[2] = {0x1B, (uint8_t)i};
		const char *utf8 = extension_of(i);

		if (!utf8) {
			bad(CHARSET_GSM7, bytes(pair, 2), 2);
			continue;
		}
		known++;
		converts(CHARSET_GSM7, bytes(pair, 2), CHARSET_UTF8, view_of(utf8));
		converts(CHARSET_UTF8, view_of(utf8), CHARSET_GSM7, bytes(pair, 2));
	}
	assert_int_equal(known, 10);
	bad(CHARSET_GSM7, bytes("\x1B", 1), 1);
}

/* Of all scalar values just the 127 + 10 of the tables exist in GSM7, each under its own septets. */
static void gsm7_holds_nothing_else(void **state)
{
	unsigned found = 0;

	(void)state;
	for (int32_t v = -2; v <= 0x110001; v++) {
		uint8_t out[4];
		uint32_t n = charset_put(CHARSET_GSM7, v, out, sizeof out), pos = 0;

		if (n == 0)
			continue;
		found++;
		assert_int_equal(charset_get(CHARSET_GSM7, bytes(out, n), &pos), v);
		assert_int_equal(pos, n);
	}
	assert_int_equal(found, 127 + 10);
}

static void every_latin1_octet(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		uint8_t octet = (uint8_t)i, ucs2[2] = {0, octet}, utf8[2] = {octet};
		size_t n = 1;

		if (i >= 0x80) {
			utf8[0] = i < 0xC0 ? 0xC2 : 0xC3;
			utf8[1] = (uint8_t)(0x80 | (i & 0x3F));
			n = 2;
		}
		converts(CHARSET_LATIN1, bytes(&octet, 1), CHARSET_UTF8, bytes(utf8, n));
		converts(CHARSET_UTF8, bytes(utf8, n), CHARSET_LATIN1, bytes(&octet, 1));
		converts(CHARSET_LATIN1, bytes(&octet, 1), CHARSET_UCS2, bytes(ucs2, 2));
		converts(CHARSET_UCS2, bytes(ucs2, 2), CHARSET_LATIN1, bytes(&octet, 1));
		if (i < 0x80) {
			converts(CHARSET_ASCII, bytes(&octet, 1), CHARSET_LATIN1, bytes(&octet, 1));
			converts(CHARSET_LATIN1, bytes(&octet, 1), CHARSET_ASCII, bytes(&octet, 1));
		} else {
			bad(CHARSET_ASCII, bytes(&octet, 1), 1);
			refuses(CHARSET_LATIN1, bytes(&octet, 1), CHARSET_ASCII);
		}
	}
	refuses(CHARSET_UTF8, view_of("Ā"), CHARSET_LATIN1);
	refuses(CHARSET_UTF8, view_of("测"), CHARSET_LATIN1);
}

/* UTF-8 by the definition, written without charset.c's ways. */
static uint32_t utf8_of(uint32_t v, uint8_t out[4])
{
	if (v < 0x80) {
		out[0] = (uint8_t)v;
		return 1;
	}
	if (v < 0x800) {
		out[0] = (uint8_t)(192 + v / 64);
		out[1] = (uint8_t)(128 + v % 64);
		return 2;
	}
	if (v < 0x10000) {
		out[0] = (uint8_t)(224 + v / 4096);
		out[1] = (uint8_t)(128 + v / 64 % 64);
		out[2] = (uint8_t)(128 + v % 64);
		return 3;
	}
	out[0] = (uint8_t)(240 + v / 262144);
	out[1] = (uint8_t)(128 + v / 4096 % 64);
	out[2] = (uint8_t)(128 + v / 64 % 64);
	out[3] = (uint8_t)(128 + v % 64);
	return 4;
}

static uint32_t utf16_of(uint32_t v, uint8_t out[4])
{
	uint32_t high = 0xD800 + (v - 0x10000) / 1024, low = 0xDC00 + (v - 0x10000) % 1024;

	if (v < 0x10000) {
		out[0] = (uint8_t)(v / 256);
		out[1] = (uint8_t)(v % 256);
		return 2;
	}
	out[0] = (uint8_t)(high / 256);
	out[1] = (uint8_t)(high % 256);
	out[2] = (uint8_t)(low / 256);
	out[3] = (uint8_t)(low % 256);
	return 4;
}

static bool same(const uint8_t *a, uint32_t an, const uint8_t *b, uint32_t bn)
{
	return an == bn && memcmp(a, b, bn) == 0;
}

/* One scalar value in one encoding: written as it must be, refused one octet short, read back. */
static bool scalar_holds(enum charset c, int32_t v, const uint8_t *want, uint32_t n)
{
	uint8_t out[4];
	uint32_t pos = 0;

	if (!same(out, charset_put(c, v, out, 4), want, n) || charset_put(c, v, out, n - 1) != 0)
		return false;
	return charset_get(c, bytes(want, n), &pos) == v && pos == n;
}

static void every_scalar_in_utf8_and_utf16(void **state)
{
	uint32_t seen = 0;

	(void)state;
	for (uint32_t v = 0; v <= 0x10FFFF; v++) {
		uint8_t eight[4], sixteen[4], out[4];
		uint32_t n8, n16;

		if (v >= 0xD800 && v < 0xE000) {
			assert_int_equal(charset_put(CHARSET_UTF8, (int32_t)v, out, 4), 0);
			assert_int_equal(charset_put(CHARSET_UCS2, (int32_t)v, out, 4), 0);
			continue;
		}
		n8 = utf8_of(v, eight);
		n16 = utf16_of(v, sixteen);
		if (!scalar_holds(CHARSET_UTF8, (int32_t)v, eight, n8) ||
		    !scalar_holds(CHARSET_UCS2, (int32_t)v, sixteen, n16))
			fail_msg("U+%04X does not go both ways", v);
		if (!same(out, (uint32_t)charset_convert(CHARSET_UTF8, bytes(eight, n8), CHARSET_UCS2, false, out, 4),
			  sixteen, n16))
			fail_msg("U+%04X: UTF-8 to UTF-16", v);
		if (v != 0xFEFF && /* alone it is a byte order mark */
		    !same(out,
			  (uint32_t)charset_convert(CHARSET_UCS2, bytes(sixteen, n16), CHARSET_UTF8, false, out, 4),
			  eight, n8))
			fail_msg("U+%04X: UTF-16 to UTF-8", v);
		seen++;
	}
	assert_int_equal(seen, 0x110000 - 0x800);
	for (uint32_t c = 0; c <= CHARSET_GBK; c++) {
		uint8_t out[4];

		assert_int_equal(charset_put((enum charset)c, -1, out, 4), 0);
		assert_int_equal(charset_put((enum charset)c, 0x110000, out, 4), 0);
		assert_int_equal(charset_put((enum charset)c, INT32_MAX, out, 4), 0);
		assert_int_equal(charset_put((enum charset)c, INT32_MIN, out, 4), 0);
	}
}

static void every_surrogate_error(void **state)
{
	(void)state;
	for (uint32_t u = 0xD800; u < 0xE000; u++) {
		uint8_t alone[2] = {(uint8_t)(u >> 8), (uint8_t)u};
		uint8_t then_letter[4] = {alone[0], alone[1], 0, 'A'};
		uint8_t then_high[4] = {alone[0], alone[1], 0xD8, 0x3D};
		uint8_t cut[3] = {alone[0], alone[1], 0xDE};
		uint32_t pos = 0;

		bad(CHARSET_UCS2, bytes(alone, 2), 2);
		bad(CHARSET_UCS2, bytes(then_letter, 4), 2);
		bad(CHARSET_UCS2, bytes(then_high, 4), 2);
		bad(CHARSET_UCS2, bytes(cut, 3), 2);
		assert_int_equal(charset_get(CHARSET_UCS2, bytes(then_letter, 4), &pos), -1);
		assert_int_equal(charset_get(CHARSET_UCS2, bytes(then_letter, 4), &pos), 'A');
	}
	for (uint32_t low = 0xDC00; low < 0xE000; low++) { /* low before high */
		uint8_t swapped[4] = {(uint8_t)(low >> 8), (uint8_t)low, 0xD8, 0x00};

		bad(CHARSET_UCS2, bytes(swapped, 4), 2);
	}
	bad(CHARSET_UCS2, bytes("\x4E", 1), 1);
}

/* Writes v in exactly n octets, too many of them on purpose. */
static void overlong(uint32_t v, uint32_t n, uint8_t out[4])
{
	static const uint8_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};

	for (uint32_t i = n - 1; i > 0; i--, v >>= 6)
		out[i] = (uint8_t)(0x80 | (v & 0x3F));
	out[0] = (uint8_t)(lead[n] | v);
}

static void every_overlong_utf8(void **state)
{
	static const uint32_t shortest_of[] = {0, 0, 0x80, 0x800, 0x10000};

	(void)state;
	for (uint32_t n = 2; n <= 4; n++)
		for (uint32_t v = 0; v < shortest_of[n]; v++) {
			uint8_t s[4];
			uint32_t pos = 0;

			overlong(v, n, s);
			if (charset_get(CHARSET_UTF8, bytes(s, n), &pos) != -1 || pos != 1)
				fail_msg("U+%04X taken in %u octets", v, n);
		}
	for (uint32_t v = 0xD800; v < 0xE000; v++) { /* CESU-8 */
		uint8_t s[4];

		overlong(v, 3, s);
		bad(CHARSET_UTF8, bytes(s, 3), 1);
	}
	for (uint32_t v = 0x110000; v < 0x200000; v++) {
		uint8_t s[4];
		uint32_t pos = 0;

		overlong(v, 4, s);
		if (charset_get(CHARSET_UTF8, bytes(s, 4), &pos) != -1 || pos != 1)
			fail_msg("U+%X taken", v);
	}
}

static void broken_utf8(void **state)
{
	static const char whole[] = "\xF0\x9F\x98\x80"; /* U+1F600 */

	(void)state;
	for (unsigned i = 0x80; i < 0xC2; i++) {
		uint8_t s[2] = {(uint8_t)i, 0x80};

		bad(CHARSET_UTF8, bytes(s, 2), 1);
	}
	for (unsigned i = 0xF5; i <= 0xFF; i++) {
		uint8_t s[4] = {(uint8_t)i, 0x80, 0x80, 0x80};

		bad(CHARSET_UTF8, bytes(s, 4), 1);
	}
	for (uint32_t n = 1; n < 4; n++) {
		char s[4];

		bad(CHARSET_UTF8, bytes(whole, n), 1);
		memcpy(s, whole, 4);
		for (unsigned octet = 0; octet < 256; octet++) {
			if (octet >= 0x80 && octet < 0xC0)
				continue;
			s[n] = (char)octet;
			bad(CHARSET_UTF8, bytes(s, 4), 1);
		}
	}
	bad(CHARSET_UTF8, bytes("\xE4\xB8", 2), 1);
	bad(CHARSET_UTF8, bytes("\xE4\xB8g", 3), 1);
}

static void empty_and_past_the_end(void **state)
{
	uint8_t out[1];

	(void)state;
	for (uint32_t c = 0; c <= CHARSET_GBK; c++) {
		uint32_t pos = 0;

		assert_int_equal(charset_get((enum charset)c, bytes(NULL, 0), &pos), -1);
		assert_int_equal(pos, 0);
		pos = 9;
		assert_int_equal(charset_get((enum charset)c, bytes("ab", 2), &pos), -1);
		assert_int_equal(pos, 9);
		assert_int_equal(charset_units((enum charset)c, bytes(NULL, 0)), 0);
		for (uint32_t to = 0; to <= CHARSET_GBK; to++) {
			assert_int_equal(
				charset_convert((enum charset)c, bytes(NULL, 0), (enum charset)to, false, out, 0), 0);
			assert_true(charset_fits((enum charset)c, bytes(NULL, 0), (enum charset)to));
		}
	}
}

static void binary_has_no_characters(void **state)
{
	uint8_t out[8];

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		uint8_t octet = (uint8_t)i;

		bad(CHARSET_BINARY, bytes(&octet, 1), 1);
		refuses(CHARSET_LATIN1, bytes(&octet, 1), CHARSET_BINARY);
	}
	assert_int_equal(charset_put(CHARSET_BINARY, 'A', out, sizeof out), 0);
	assert_int_equal(charset_convert(CHARSET_BINARY, bytes("ab", 2), CHARSET_ASCII, true, out, sizeof out), 2);
	assert_memory_equal(out, "??", 2);
}

/* smpp.md 14, examples 7-9 */
static void golden_texts(void **state)
{
	(void)state;
	converts(CHARSET_UTF8, view_of("【测试】验证码1234"), CHARSET_UCS2,
		 bytes("\x30\x10\x6d\x4b\x8b\xd5\x30\x11\x9a\x8c\x8b\xc1\x78\x01\x00\x31\x00\x32\x00\x33\x00\x34", 22));
	converts(CHARSET_UTF8, view_of("OK😀"), CHARSET_UCS2, bytes("\x00\x4f\x00\x4b\xd8\x3d\xde\x00", 8));
	converts(CHARSET_UTF8, view_of("5€ [x]"), CHARSET_GSM7, bytes("\x35\x1b\x65\x20\x1b\x3c\x78\x1b\x3e", 9));
	converts(CHARSET_GSM7, bytes("\x35\x1b\x65\x20\x1b\x3c\x78\x1b\x3e", 9), CHARSET_UTF8, view_of("5€ [x]"));
	converts(CHARSET_GSM7, bytes("a\0b", 3), CHARSET_UTF8, view_of("a@b"));
	refuses(CHARSET_UTF8, view_of("您好"), CHARSET_GSM7);
	refuses(CHARSET_UTF8, view_of("ç"), CHARSET_GSM7);
	refuses(CHARSET_UTF8, view_of("`"), CHARSET_GSM7);
}

static void byte_order_mark(void **state)
{
	(void)state;
	converts(CHARSET_UCS2, bytes("\xFE\xFF\x6D\x4B", 4), CHARSET_UTF8, view_of("测"));
	converts(CHARSET_UCS2, bytes("\xFE\xFF\x00\x41", 4), CHARSET_GSM7, view_of("A"));
	converts(CHARSET_UCS2, bytes("\xFE\xFF", 2), CHARSET_UTF8, view_of(""));
	converts(CHARSET_UCS2, bytes("\x6D\x4B\xFE\xFF", 4), CHARSET_UTF8, view_of("测\xEF\xBB\xBF"));
	/* little-endian is not guessed: FF FE is U+FFFE */
	converts(CHARSET_UCS2, bytes("\xFF\xFE\x4B\x6D", 4), CHARSET_UTF8, view_of("\xEF\xBF\xBE䭭"));
}

static void lossy(enum charset from, struct view s, enum charset to, struct view want)
{
	uint8_t out[64];
	long n = charset_convert(from, s, to, true, out, sizeof out);

	assert_int_equal(n, want.n);
	assert_memory_equal(out, want.p, want.n);
	refuses(from, s, to);
}

static void lossy_puts_a_mark(void **state)
{
	(void)state;
	lossy(CHARSET_UTF8, view_of("验证码12"), CHARSET_GSM7, view_of("???12"));
	lossy(CHARSET_UTF8, view_of("é验"), CHARSET_ASCII, view_of("??"));
	lossy(CHARSET_UTF8, view_of("é验"), CHARSET_LATIN1, view_of("\xE9?"));
	lossy(CHARSET_UTF8,
	      view_of("a\xFF"
		      "b"),
	      CHARSET_UCS2, bytes("\0a\xFF\xFD\0b", 6));
	lossy(CHARSET_UCS2, bytes("\xD8\x00\0a\0", 5), CHARSET_UTF8,
	      view_of("\xEF\xBF\xBD"
		      "a\xEF\xBF\xBD"));
	lossy(CHARSET_GSM7, bytes("\x1B\x41z", 3), CHARSET_ASCII, view_of("?z"));
}

/* Each room from 0 to just enough: -1 until it fits, and not an octet beyond. */
static void small_rooms(enum charset from, struct view s, enum charset to, bool with_loss)
{
	uint8_t whole[64], out[64];
	long n = charset_convert(from, s, to, with_loss, whole, sizeof whole);

	assert_true(n > 0);
	for (uint32_t cap = 0; cap <= (uint32_t)n; cap++) {
		long got;

		memset(out, 0xA5, sizeof out);
		got = charset_convert(from, s, to, with_loss, out, cap);
		assert_int_equal(got, cap == (uint32_t)n ? n : -1);
		for (uint32_t i = cap; i < sizeof out; i++)
			assert_int_equal(out[i], 0xA5);
	}
	assert_memory_equal(out, whole, (size_t)n);
}

static void never_over_the_room(void **state)
{
	(void)state;
	for (int with_loss = 0; with_loss < 2; with_loss++) {
		small_rooms(CHARSET_UTF8, view_of("5€ [x]"), CHARSET_GSM7, with_loss);
		small_rooms(CHARSET_UTF8, view_of("测a😀é"), CHARSET_UCS2, with_loss);
		small_rooms(CHARSET_UCS2, bytes("\x6D\x4B\xD8\x3D\xDE\x00\0a", 8), CHARSET_UTF8, with_loss);
		small_rooms(CHARSET_LATIN1, view_of("a\xE9"), CHARSET_UTF8, with_loss);
		small_rooms(CHARSET_ASCII, view_of("abc"), CHARSET_LATIN1, with_loss);
	}
	small_rooms(CHARSET_UTF8, view_of("测€é"), CHARSET_GSM7, true);
}

/* The most that a conversion can need, claimed by the header: 4 octets for one. */
static void four_times_is_always_enough(void **state)
{
	uint32_t seed = 20260501;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		uint8_t s[16], out[64];
		uint32_t n = round % 17;
		enum charset from = (enum charset)(round % 7), to = (enum charset)(round / 7 % 5);

		for (uint32_t i = 0; i < n; i++) {
			seed = seed * 1664525u + 1013904223u;
			s[i] = (uint8_t)(seed >> 24);
		}
		assert_true(charset_convert(from, bytes(s, n), to, true, out, 4 * n) >= 0);
		assert_int_equal(charset_convert(from, bytes(s, n), to, false, out, 4 * n) >= 0,
				 charset_fits(from, bytes(s, n), to));
	}
}

static void units_are_what_limits_count(void **state)
{
	(void)state;
	assert_int_equal(charset_units(CHARSET_GSM7, bytes("5\x1b\x65", 3)), 3);
	assert_int_equal(charset_units(CHARSET_UCS2, bytes("\x6D\x4B\xD8\x3D\xDE\x00", 6)), 3);
	assert_int_equal(charset_units(CHARSET_UCS2, bytes("\x6D\x4B\x00", 3)), 2);
	assert_int_equal(charset_units(CHARSET_LATIN1, view_of("abc")), 3);
	assert_int_equal(charset_units(CHARSET_UTF8, view_of("测")), 3);
	assert_int_equal(charset_units(CHARSET_BINARY, bytes("\0\0", 2)), 2);
}

/* Written out from the code chart, not from a table of ours. */
static void golden_gbk(void **state)
{
	static const struct {
		const char *utf8, *gbk;
	} table[] = {
		{"中", "\xD6\xD0"},
		{"银行", "\xD2\xF8\xD0\xD0"},
		{"【", "\xA1\xBE"},
		{"】", "\xA1\xBF"},
		{"，", "\xA3\xAC"},
		{"。", "\xA1\xA3"},
		{"款", "\xBF\xEE"},
		{"繁體", "\xB7\xB1\xF3\x77"},
		{"丂", "\x81\x40"},
		{"①", "\xA2\xD9"},
		{"ａ", "\xA3\xE1"},
		{"年利率3.45%", "\xC4\xEA\xC0\xFB\xC2\xCA"
				"3.45%"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
		converts(CHARSET_UTF8, view_of(table[i].utf8), CHARSET_GBK, view_of(table[i].gbk));
		converts(CHARSET_GBK, view_of(table[i].gbk), CHARSET_UTF8, view_of(table[i].utf8));
	}
	refuses(CHARSET_UTF8, view_of("😀"), CHARSET_GBK);
	refuses(CHARSET_UTF8, view_of("ü€Ж한"), CHARSET_GBK);
	bad(CHARSET_GBK, bytes("\xD6", 1), 1);
	bad(CHARSET_GBK, bytes("\xD6\x7F", 2), 1);
	bad(CHARSET_GBK, bytes("\xD6 ", 2), 1);
	bad(CHARSET_GBK, bytes("\xFF\xD0", 2), 1);
	bad(CHARSET_GBK, bytes("\x80", 1), 1);
}

/* Every pair of octets: what reads as a character writes the same, and GB 2312 has its 6,763 ideographs. */
static void every_gbk_pair(void **state)
{
	unsigned characters = 0, gb2312 = 0;

	(void)state;
	for (unsigned i = 0x8000; i < 0x10000; i++) {
		uint8_t pair[2] = {(uint8_t)(i >> 8), (uint8_t)i}, out[4];
		uint32_t pos = 0;
		int32_t v = charset_get(CHARSET_GBK, bytes(pair, 2), &pos);

		if (v < 0)
			continue;
		assert_int_equal(pos, 2);
		assert_int_equal(charset_put(CHARSET_GBK, v, out, 4), 2);
		assert_memory_equal(out, pair, 2);
		assert_int_equal(charset_put(CHARSET_GBK, v, out, 1), 0);
		characters++;
		gb2312 += v >= 0x4E00 && v <= 0x9FA5 && pair[0] >= 0xB0 && pair[0] <= 0xF7 && pair[1] >= 0xA1;
	}
	assert_in_range(characters, 21700, 22100); /* tables differ by symbols */
	assert_int_equal(gb2312, 6763);
	for (unsigned i = 0; i < 0x80; i++) {
		uint8_t octet = (uint8_t)i;
		converts(CHARSET_GBK, bytes(&octet, 1), CHARSET_ASCII, bytes(&octet, 1));
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(golden_gbk),
	cmocka_unit_test(every_gbk_pair),
	cmocka_unit_test(names_go_both_ways),
	cmocka_unit_test(every_data_coding_has_an_alphabet),
	cmocka_unit_test(every_septet_both_ways),
	cmocka_unit_test(every_escape_both_ways),
	cmocka_unit_test(gsm7_holds_nothing_else),
	cmocka_unit_test(every_latin1_octet),
	cmocka_unit_test(every_scalar_in_utf8_and_utf16),
	cmocka_unit_test(every_surrogate_error),
	cmocka_unit_test(every_overlong_utf8),
	cmocka_unit_test(broken_utf8),
	cmocka_unit_test(empty_and_past_the_end),
	cmocka_unit_test(binary_has_no_characters),
	cmocka_unit_test(golden_texts),
	cmocka_unit_test(byte_order_mark),
	cmocka_unit_test(lossy_puts_a_mark),
	cmocka_unit_test(never_over_the_room),
	cmocka_unit_test(four_times_is_always_enough),
	cmocka_unit_test(units_are_what_limits_count),
};

UNIT_MAIN(cases)
