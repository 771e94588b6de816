/*
 * make_fold.c - writes the table of folding as C, at build time: what ICU says of each character. Not installed.
 *
 * A character is decomposed (NFKD), loses the accents of Latin, Greek and Cyrillic letters, is composed again, made a
 * capital and simplified Chinese. Of the result letters and digits are kept.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uclean.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "policy/fold_table.h"

#define ROOM  128
#define PAGES 256

struct tables {
	const UNormalizer2 *nfkd, *nfc;
	UTransliterator *simplify;
	uint16_t low[FOLD_HIGH_FIRST];
	uint8_t page[(FOLD_HIGH_END - FOLD_HIGH_FIRST) / FOLD_PAGE];
	uint32_t high[PAGES][FOLD_PAGE], more[FOLD_MORE_ROWS][3];
	uint32_t pages, mores;
};

static void need(UErrorCode e, const char *what)
{
	if (U_SUCCESS(e))
		return;
	fprintf(stderr, "make_fold: ICU: %s: %s\n", what, u_errorName(e));
	exit(1);
}

/* Letters that are none: fillers, strokes and marks that people put between characters. */
static bool noise(UChar32 c)
{
	static const UChar32 strokes[] = {0x30fc /* ー */, 0x4e28 /* 丨 */, 0x4e36 /* 丶 */};
	for (size_t i = 0; i < sizeof(strokes) / sizeof(strokes[0]); i++) {
		if (c == strokes[i])
			return true;
	}
	return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) || (c >= 0x02b0 && c <= 0x02ff);
}

static bool kept(UChar32 c)
{
	uint32_t type = U_GET_GC_MASK(c);
	return (type & (U_GC_L_MASK | U_GC_N_MASK | U_GC_MC_MASK)) && !noise(c);
}

/* Symbols that stand for a letter or a number, of which NFKD knows nothing. */
static UChar32 stands_for(UChar32 c)
{
	static const UChar32 alphabets[] = {0x1f150 /* 🅐 */, 0x1f170 /* 🅰 */, 0x1f1e6 /* 🇦 */};
	for (size_t i = 0; i < sizeof(alphabets) / sizeof(alphabets[0]); i++) {
		if (c >= alphabets[i] && c < alphabets[i] + 26)
			return 'A' + (c - alphabets[i]);
	}
	if (u_charType(c) == U_DECIMAL_DIGIT_NUMBER)
		return '0' + u_charDigitValue(c);
	double number = u_charType(c) == U_OTHER_NUMBER ? u_getNumericValue(c) : -1;
	return number >= 0 && number <= 9 && number == (int)number ? '0' + (int)number : c;
}

/* Signs made of letters, such as ™ and ℃: they are signs. */
static bool sign(UChar32 c)
{
	return c >= 0x2100 && c <= 0x214f && u_charType(c) == U_OTHER_SYMBOL;
}

static int32_t drop_accents(const UChar *from, int32_t n, UChar *to)
{
	int32_t len = 0;
	for (int32_t i = 0; i < n; i++) {
		if (from[i] < 0x0300 || from[i] > 0x036f)
			to[len++] = from[i];
	}
	return len;
}

static UChar32 simpler(const struct tables *t, UChar32 c)
{
	UChar text[ROOM];
	UChar32 to[ROOM];
	UErrorCode e = U_ZERO_ERROR;
	int32_t n = 0, limit;
	u_strFromUTF32(text, ROOM, &n, &c, 1, &e);
	limit = n;
	utrans_transUChars(t->simplify, text, &n, ROOM, 0, &limit, &e);
	u_strToUTF32(to, ROOM, &n, text, n, &e);
	need(e, "simplifying a character");
	return n == 1 ? to[0] : c;
}

/* To the end: some simplified forms are the traditional ones of others, and 苎 and 苧 are each other's. */
static UChar32 simple(const struct tables *t, UChar32 c)
{
	UChar32 next;
	while ((next = simpler(t, c)) != c) {
		if (simpler(t, next) == c)
			return c < next ? c : next;
		c = next;
	}
	return c;
}

/* Folds c; how many characters of `to` there are, at most 3. */
static int fold(struct tables *t, UChar32 c, uint32_t to[3])
{
	UChar a[ROOM], b[ROOM];
	UChar32 result[ROOM];
	UErrorCode e = U_ZERO_ERROR;
	int32_t n = 0;
	int count = 0;
	if (sign(c))
		return 0;
	u_strFromUTF32(a, ROOM, &n, &c, 1, &e);
	n = unorm2_normalize(t->nfkd, a, n, b, ROOM, &e);
	n = drop_accents(b, n, a);
	n = unorm2_normalize(t->nfc, a, n, b, ROOM, &e);
	n = u_strToUpper(a, ROOM, b, n, "", &e);
	n = drop_accents(a, n, b);
	u_strToUTF32(result, ROOM, &n, b, n, &e);
	need(e, "folding a character");
	for (int32_t i = 0; i < n && count < 3; i++) {
		UChar32 one = stands_for(simple(t, result[i]));
		if (kept(one))
			to[count++] = (uint32_t)one;
	}
	return count;
}

/* One number for what c folds to: 0, a character, or a row of `more`. */
static uint32_t value(struct tables *t, UChar32 c)
{
	uint32_t to[3] = {0, 0, 0};
	int n = c >= (UChar32)FOLD_MORE_FIRST && c < (UChar32)(FOLD_MORE_FIRST + FOLD_MORE_ROWS) ? 0 : fold(t, c, to);
	if (n == 0 || (n == 1 && (to[0] < FOLD_HIGH_FIRST || c >= (UChar32)FOLD_HIGH_FIRST)))
		return to[0];
	for (uint32_t i = 0; i < t->mores; i++) {
		if (memcmp(t->more[i], to, sizeof(to)) == 0)
			return FOLD_MORE_FIRST + i;
	}
	if (t->mores == FOLD_MORE_ROWS) {
		fprintf(stderr, "make_fold: more than %u sequences\n", FOLD_MORE_ROWS);
		exit(1);
	}
	memcpy(t->more[t->mores], to, sizeof(to));
	return FOLD_MORE_FIRST + t->mores++;
}

/* The number of a page of `high` with these values. */
static uint8_t page_of(struct tables *t, const uint32_t values[FOLD_PAGE])
{
	uint32_t i = 0;
	while (i < t->pages && memcmp(t->high[i], values, sizeof(t->high[i])) != 0)
		i++;
	if (i == PAGES) {
		fprintf(stderr, "make_fold: more than %d pages\n", PAGES);
		exit(1);
	}
	if (i == t->pages)
		memcpy(t->high[t->pages++], values, sizeof(t->high[i]));
	return (uint8_t)i;
}

static void fill(struct tables *t)
{
	uint32_t values[FOLD_PAGE];
	for (uint32_t c = 0; c < FOLD_HIGH_FIRST; c++)
		t->low[c] = (uint16_t)value(t, (UChar32)c);
	for (uint32_t c = FOLD_HIGH_FIRST; c < FOLD_HIGH_END; c++) {
		uint32_t to = value(t, (UChar32)c);
		values[c % FOLD_PAGE] = to == c ? 1 : to;
		if (c % FOLD_PAGE == FOLD_PAGE - 1)
			t->page[(c - FOLD_HIGH_FIRST) / FOLD_PAGE] = page_of(t, values);
	}
}

static void print(const struct tables *t)
{
	printf("/* fold_table.c - written by make_fold, from ICU %s, Unicode %s. */\n", U_ICU_VERSION,
	       U_UNICODE_VERSION);
	printf("#include \"policy/fold_table.h\"\n\nconst uint16_t fold_low[FOLD_HIGH_FIRST] = {");
	for (uint32_t c = 0; c < FOLD_HIGH_FIRST; c++)
		printf("%s%u,", c % 24 == 0 ? "\n" : "", t->low[c]);
	printf("\n};\n\nconst uint8_t fold_high_page[(FOLD_HIGH_END - FOLD_HIGH_FIRST) / FOLD_PAGE] = {");
	for (uint32_t i = 0; i < sizeof(t->page); i++)
		printf("%s%u,", i % 24 == 0 ? "\n" : "", t->page[i]);
	printf("\n};\n\nconst uint32_t fold_high[][FOLD_PAGE] = {");
	for (uint32_t i = 0; i < t->pages; i++) {
		printf("\n{");
		for (uint32_t k = 0; k < FOLD_PAGE; k++)
			printf("%s%u,", k % 24 == 0 ? "\n" : "", t->high[i][k]);
		printf("},");
	}
	printf("\n};\n\nconst uint32_t fold_more[][3] = {");
	for (uint32_t i = 0; i < t->mores; i++)
		printf("%s{%u,%u,%u},", i % 8 == 0 ? "\n" : "", t->more[i][0], t->more[i][1], t->more[i][2]);
	printf("\n};\n");
}

int main(void)
{
	static struct tables t;
	UErrorCode e = U_ZERO_ERROR;
	UChar name[64];
	u_uastrcpy(name, "Traditional-Simplified");
	t.nfkd = unorm2_getNFKDInstance(&e);
	t.nfc = unorm2_getNFCInstance(&e);
	t.simplify = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &e);
	need(e, "its data");
	fill(&t);
	utrans_close(t.simplify);
	u_cleanup();
	print(&t);
	return fflush(stdout) != 0;
}
