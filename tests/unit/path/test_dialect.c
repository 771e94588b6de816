/*
 * test_dialect.c - every character of every alphabet to every carrier: nothing is lost, nothing is invented. What came
 * out is read by the C library's iconv, not by our own decoder, wherever iconv knows the alphabet; GSM 03.38 by a table
 * written out here.
 */
#include "path/dialect.h"

#include <iconv.h>

#include "samples.h"
#include "unit.h"

/* 3GPP TS 23.038 6.2.1 in code order; the escape is a blank that no test writes. */
static const char *const gsm[128] = {
	"@", "£", "$", "¥", "è", "é", "ù", "ì", "ò", "Ç", "\n", "Ø", "ø",  "\r", "Å", "å", "Δ", "_", "Φ", "Γ", "Λ", "Ω",
	"Π", "Ψ", "Σ", "Θ", "Ξ", "",  "Æ", "æ", "ß", "É", " ",	"!", "\"", "#",	 "¤", "%", "&", "'", "(", ")", "*", "+",
	",", "-", ".", "/", "0", "1", "2", "3", "4", "5", "6",	"7", "8",  "9",	 ":", ";", "<", "=", ">", "?", "¡", "A",
	"B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L",	"M", "N",  "O",	 "P", "Q", "R", "S", "T", "U", "V", "W",
	"X", "Y", "Z", "Ä", "Ö", "Ñ", "Ü", "§", "¿", "a", "b",	"c", "d",  "e",	 "f", "g", "h", "i", "j", "k", "l", "m",
	"n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x",	"y", "z",  "ä",	 "ö", "ñ", "ü", "à",
};
static const struct {
	uint8_t septet;
	const char *utf8;
} escaped[] = {{0x0A, "\f"}, {0x14, "^"}, {0x28, "{"}, {0x29, "}"}, {0x2F, "\\"},
	       {0x3C, "["},  {0x3D, "~"}, {0x3E, "]"}, {0x40, "|"}, {0x65, "€"}};

#define MEM 70000u
static uint8_t mem[MEM];
static struct dialect_said said;

static size_t read_gsm7(struct view v, char *out)
{
	size_t n = 0;
	for (uint32_t i = 0; i < v.n; i++) {
		const char *c = "";
		assert_true(v.p[i] < 0x80);
		if (v.p[i] == 0x1B) {
			i++;
			for (size_t k = 0; k < sizeof(escaped) / sizeof(escaped[0]); k++)
				c = escaped[k].septet == v.p[i] ? escaped[k].utf8 : c;
		} else {
			c = gsm[v.p[i]];
		}
		assert_true(*c);
		memcpy(out + n, c, strlen(c));
		n += strlen(c);
	}
	return n;
}

static size_t read_by_iconv(const char *name, struct view v, char *out, size_t cap)
{
	iconv_t cd = iconv_open("UTF-8", name);
	char *from = (char *)v.p, *to = out;
	size_t from_n = v.n, to_n = cap;
	assert_true(cd != (iconv_t)-1);
	assert_int_equal(iconv(cd, &from, &from_n, &to, &to_n), 0);
	assert_int_equal(from_n, 0);
	iconv_close(cd);
	return cap - to_n;
}

/* What a phone behind the carrier reads. */
static size_t read_as(uint8_t data_coding, enum charset dcs0, struct view v, char *out, size_t cap)
{
	static const char *const names[] = {
		[CHARSET_LATIN1] = "ISO-8859-1", [CHARSET_ASCII] = "ASCII", [CHARSET_UTF8] = "UTF-8",
		[CHARSET_UCS2] = "UTF-16BE",	 [CHARSET_GBK] = "GBK",	    [CHARSET_GSM7] = NULL};
	enum charset c = data_coding == 0    ? dcs0
			 : data_coding == 1  ? CHARSET_ASCII
			 : data_coding == 3  ? CHARSET_LATIN1
			 : data_coding == 15 ? CHARSET_GBK
					     : CHARSET_UCS2;
	assert_true(data_coding == 0 || data_coding == 1 || data_coding == 3 || data_coding == 8 || data_coding == 15);
	return names[c] ? read_by_iconv(names[c], v, out, cap) : read_gsm7(v, out);
}

static uint32_t write_utf8(const char *utf8, enum charset c, uint8_t *out, uint32_t cap)
{
	long n = charset_convert(CHARSET_UTF8, view_of(utf8), c, false, out, cap);
	return n < 0 ? UINT32_MAX : (uint32_t)n;
}

static const enum charset sets[] = {CHARSET_GSM7, CHARSET_LATIN1, CHARSET_ASCII,
				    CHARSET_UTF8, CHARSET_UCS2,	  CHARSET_GBK};
#define SETS (sizeof(sets) / sizeof(sets[0]))

/* A text under a data_coding arrives as the same text. */
static void check_same(const struct dialect *d, uint8_t data_coding, const char *utf8, int header)
{
	uint8_t octets[2000];
	char again[8000];
	enum charset from = charset_of_dcs(data_coding, d->from);
	uint32_t n = write_utf8(utf8, from, octets, sizeof(octets));
	if (n == UINT32_MAX)
		return; /* the app cannot say it so */
	dialect_say(d, data_coding, (struct view){octets, n}, header, mem, MEM, &said);
	if (header >= 0 && said.form == DIALECT_LOST)
		return;
	assert_int_not_equal(said.form, DIALECT_LOST);
	size_t got = read_as(said.data_coding, d->to, said.text, again, sizeof(again));
	assert_int_equal(got, strlen(utf8));
	assert_memory_equal(again, utf8, got);
	if (header >= 0 && said.form != DIALECT_STAYS && said.data_coding == 8)
		assert_true(said.text.n + (uint32_t)header <= 140);
}

/* Every pair of alphabets, every wish, every way to say it, for each character up to U+FFFF and some beyond. */
static void test_every_character(void **state)
{
	(void)state;
	static const uint8_t codings[] = {0, 1, 3, 8, 15};
	for (size_t a = 0; a < SETS; a++) {
		for (size_t b = 0; b < SETS; b++) {
			for (int e = DIALECT_AS_IS; e <= DIALECT_TO_GBK; e++) {
				const struct dialect d = {sets[a], sets[b], (enum dialect_encoding)e, DIALECT_OPEN};
				for (int32_t v = 0x20; v < 0x11000; v += v < 0x500 ? 1 : 97) {
					char utf8[8] = {0};
					if ((v & ~0x7FF) == 0xD800 || v == 0xFEFF)
						continue;
					utf8[charset_put(CHARSET_UTF8, v, (uint8_t *)utf8, 4)] = '\0';
					check_same(&d, codings[(size_t)v % 5], utf8, -1);
				}
			}
		}
	}
}

static const char *const texts[] = {
	"【某某银行】您尾号1234的账户支出3.45元",
	"€[]{}~^|\\ @£$¥",
	"😀您好😀",
	"plain text",
	"Ωμέγα ΔΦΓ",
	"naïve café Ørsted ß",
	"",
};

static void test_texts(void **state)
{
	(void)state;
	static const uint8_t codings[] = {0, 1, 3, 8, 15};
	for (size_t a = 0; a < SETS; a++) {
		for (size_t b = 0; b < SETS; b++) {
			for (int e = DIALECT_AS_IS; e <= DIALECT_TO_UTF8; e++) {
				struct dialect d = {sets[a], sets[b], (enum dialect_encoding)e, DIALECT_OPEN};
				if (e == DIALECT_TO_GSM7)
					d.to = CHARSET_GSM7;
				else if (e == DIALECT_TO_UTF8)
					d.to = CHARSET_UTF8;
				for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++) {
					for (size_t c = 0; c < sizeof(codings); c++) {
						check_same(&d, codings[c], texts[t], -1);
						check_same(&d, codings[c], texts[t], 6);
						check_same(&d, codings[c], texts[t], 7);
					}
				}
			}
		}
	}
}

/* Which form it gets. */
static void test_forms(void **state)
{
	(void)state;
	static const struct {
		enum charset from, to;
		enum dialect_encoding encoding;
		uint8_t data_coding;
		const char *utf8;
		uint8_t want;
		enum dialect_form form;
	} table[] = {
		{CHARSET_GSM7, CHARSET_GSM7, DIALECT_AS_IS, 0, "rate", 0, DIALECT_STAYS},
		{CHARSET_GSM7, CHARSET_LATIN1, DIALECT_AS_IS, 0, "rate @", 0, DIALECT_DEFAULT},
		{CHARSET_GSM7, CHARSET_LATIN1, DIALECT_AS_IS, 0, "3 €", 8, DIALECT_UCS2},
		{CHARSET_LATIN1, CHARSET_GSM7, DIALECT_AS_IS, 0, "ê", 8, DIALECT_UCS2},
		{CHARSET_LATIN1, CHARSET_GSM7, DIALECT_AS_IS, 3, "ê", 3, DIALECT_STAYS},
		{CHARSET_UTF8, CHARSET_GSM7, DIALECT_AS_IS, 0, "银行", 8, DIALECT_UCS2},
		{CHARSET_UTF8, CHARSET_GBK, DIALECT_AS_IS, 0, "银行", 0, DIALECT_DEFAULT},
		{CHARSET_GSM7, CHARSET_LATIN1, DIALECT_AS_IS, 8, "银行", 8, DIALECT_STAYS},
		{CHARSET_GSM7, CHARSET_GSM7, DIALECT_TO_UCS2, 0, "rate", 8, DIALECT_UCS2},
		{CHARSET_GSM7, CHARSET_GSM7, DIALECT_TO_UCS2, 1, "rate", 8, DIALECT_UCS2},
		{CHARSET_GSM7, CHARSET_GSM7, DIALECT_TO_UCS2, 15, "银行", 8, DIALECT_UCS2},
		{CHARSET_GSM7, CHARSET_GSM7, DIALECT_TO_GBK, 8, "银行", 15, DIALECT_GBK},
		{CHARSET_GSM7, CHARSET_GSM7, DIALECT_TO_GBK, 0, "rate", 15, DIALECT_GBK},
		{CHARSET_GSM7, CHARSET_GSM7, DIALECT_TO_GBK, 8, "银行😀", 8, DIALECT_STAYS},
		{CHARSET_GSM7, CHARSET_GSM7, DIALECT_TO_GBK, 0, "Ø", 8, DIALECT_UCS2},
		{CHARSET_GSM7, CHARSET_GSM7, DIALECT_TO_GSM7, 8, "rate €", 0, DIALECT_DEFAULT},
		{CHARSET_GSM7, CHARSET_GSM7, DIALECT_TO_GSM7, 8, "银行", 8, DIALECT_STAYS},
		{CHARSET_GSM7, CHARSET_GSM7, DIALECT_TO_GSM7, 15, "银行", 8, DIALECT_UCS2},
		{CHARSET_GSM7, CHARSET_UTF8, DIALECT_TO_UTF8, 8, "银行", 0, DIALECT_DEFAULT},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct dialect d = {table[i].from, table[i].to, table[i].encoding, DIALECT_OPEN};
		uint8_t octets[100];
		uint32_t n = write_utf8(table[i].utf8, charset_of_dcs(table[i].data_coding, d.from), octets, 100);
		dialect_say(&d, table[i].data_coding, (struct view){octets, n}, -1, mem, MEM, &said);
		assert_int_equal(said.data_coding, table[i].want);
		assert_int_equal(said.form, table[i].form);
		check_same(&d, table[i].data_coding, table[i].utf8, -1);
	}
}

static void stays(const struct dialect *d, uint8_t data_coding, const char *octets, uint32_t n)
{
	const struct view text = {(const uint8_t *)octets, n};
	dialect_say(d, data_coding, text, -1, mem, MEM, &said);
	assert_int_equal(said.form, DIALECT_STAYS);
	assert_int_equal(said.data_coding, data_coding);
	assert_ptr_equal(said.text.p, text.p);
	assert_int_equal(said.text.n, n);
}

/* Binary, classes, reserved data_codings, and what is no text: as it came. */
static void test_untouched(void **state)
{
	(void)state;
	for (int e = DIALECT_AS_IS; e <= DIALECT_TO_UTF8; e++) {
		const struct dialect d = {CHARSET_LATIN1, e == DIALECT_TO_UTF8 ? CHARSET_UTF8 : CHARSET_GSM7,
					  (enum dialect_encoding)e, DIALECT_OPEN};
		for (unsigned dcs = 0; dcs < 256; dcs++) {
			if (dcs != 0 && dcs != 1 && dcs != 3 && dcs != 8 && dcs != 15)
				stays(&d, (uint8_t)dcs, "rate", 4);
		}
		stays(&d, 8, "\x4E\x2D\x4E", 3);     /* half a character */
		stays(&d, 8, "\xD8\x3D\x4E\x2D", 4); /* a lone surrogate */
		stays(&d, 1, "caf\xE9", 4);	     /* no ASCII */
		stays(&d, 15, "\xD6", 1);	     /* half a pair */
	}
	const struct dialect gsm7 = {CHARSET_GSM7, CHARSET_LATIN1, DIALECT_AS_IS, DIALECT_OPEN};
	stays(&gsm7, 0, "\x80", 1);
	const struct dialect binary = {CHARSET_BINARY, CHARSET_LATIN1, DIALECT_TO_UCS2, DIALECT_OPEN};
	stays(&binary, 0, "rate", 4);
	const struct dialect decided = {CHARSET_LATIN1, CHARSET_GSM7, DIALECT_TO_UCS2, DIALECT_STAYS};
	stays(&decided, 0, "caf\xE9", 4);
}

/* A part stays one part. */
static void test_parts(void **state)
{
	(void)state;
	static const struct {
		enum charset from, to;
		enum dialect_encoding encoding;
		uint8_t data_coding;
		const char *unit;
		unsigned units;
		int header;
		enum dialect_form form;
	} table[] = {
		{CHARSET_GSM7, CHARSET_LATIN1, DIALECT_AS_IS, 0, "a", 153, 6, DIALECT_DEFAULT}, /* GSM on the air */
		{CHARSET_GSM7, CHARSET_UTF8, DIALECT_AS_IS, 0, "a", 134, 6, DIALECT_DEFAULT},
		{CHARSET_GSM7, CHARSET_UTF8, DIALECT_AS_IS, 0, "a", 135, 6, DIALECT_LOST},
		{CHARSET_GSM7, CHARSET_LATIN1, DIALECT_AS_IS, 0, "€", 66, 6, DIALECT_UCS2},
		{CHARSET_GSM7, CHARSET_LATIN1, DIALECT_AS_IS, 0, "€", 67, 7, DIALECT_LOST},
		{CHARSET_GSM7, CHARSET_LATIN1, DIALECT_AS_IS, 0, "€", 68, 6, DIALECT_LOST},
		{CHARSET_LATIN1, CHARSET_GSM7, DIALECT_AS_IS, 0, "a", 134, 6, DIALECT_DEFAULT},
		{CHARSET_LATIN1, CHARSET_GSM7, DIALECT_AS_IS, 0, "ê", 67, 6, DIALECT_UCS2},
		{CHARSET_LATIN1, CHARSET_GSM7, DIALECT_AS_IS, 0, "ê", 134, 6, DIALECT_LATIN1}, /* by its own name */
		{CHARSET_ASCII, CHARSET_BINARY, DIALECT_AS_IS, 0, "a", 134, 6, DIALECT_ASCII},
		{CHARSET_UTF8, CHARSET_GSM7, DIALECT_AS_IS, 0, "银", 44, 6, DIALECT_UCS2},
		{CHARSET_GSM7, CHARSET_GSM7, DIALECT_TO_UCS2, 0, "a", 67, 6, DIALECT_UCS2},
		{CHARSET_GSM7, CHARSET_GSM7, DIALECT_TO_UCS2, 0, "a", 153, 6, DIALECT_STAYS},
		{CHARSET_LATIN1, CHARSET_GSM7, DIALECT_TO_UCS2, 0, "a", 134, 6, DIALECT_DEFAULT},
		{CHARSET_GSM7, CHARSET_GSM7, DIALECT_TO_GBK, 8, "银", 67, 6, DIALECT_GBK},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct dialect d = {table[i].from, table[i].to, table[i].encoding, DIALECT_OPEN};
		char utf8[1000] = "";
		uint8_t octets[1000];
		for (unsigned k = 0; k < table[i].units; k++)
			strcat(utf8, table[i].unit);
		uint32_t n = write_utf8(utf8, charset_of_dcs(table[i].data_coding, d.from), octets, sizeof(octets));
		dialect_say(&d, table[i].data_coding, (struct view){octets, n}, table[i].header, mem, MEM, &said);
		assert_int_equal(said.form, table[i].form);
		if (said.form == DIALECT_LATIN1)
			assert_int_equal(said.data_coding, 3);
		check_same(&d, table[i].data_coding, utf8, table[i].header);
	}
}

/* What was decided once is done again, whatever the carrier wants now. */
static void test_decided(void **state)
{
	(void)state;
	static const enum dialect_form forms[] = {DIALECT_UCS2, DIALECT_GBK, DIALECT_DEFAULT};
	static const uint8_t codings[] = {8, 15, 0};
	for (size_t i = 0; i < 3; i++) {
		const struct dialect d = {CHARSET_UTF8, CHARSET_GBK, DIALECT_AS_IS, forms[i]};
		dialect_say(&d, 0, view_of("银行"), -1, mem, MEM, &said);
		assert_int_equal(said.form, forms[i]);
		assert_int_equal(said.data_coding, codings[i]);
		check_same(&d, 0, "银行", -1);
	}
}

static void test_room(void **state)
{
	(void)state;
	assert_int_equal(dialect_room(CHARSET_GSM7, 0), 160);
	assert_int_equal(dialect_room(CHARSET_GSM7, 6), 153);
	assert_int_equal(dialect_room(CHARSET_GSM7, 7), 152);
	assert_int_equal(dialect_room(CHARSET_UCS2, 6), 134);
	assert_int_equal(dialect_room(CHARSET_UCS2, 7), 132);
	assert_int_equal(dialect_room(CHARSET_LATIN1, 7), 133);
	assert_int_equal(dialect_room(CHARSET_LATIN1, 140), 0);
	assert_int_equal(dialect_room(CHARSET_UCS2, 300), 0);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_every_character),
	cmocka_unit_test(test_texts),
	cmocka_unit_test(test_forms),
	cmocka_unit_test(test_untouched),
	cmocka_unit_test(test_parts),
	cmocka_unit_test(test_decided),
	cmocka_unit_test(test_room),
};

UNIT_MAIN(cases)
