/*
 * test_split.c - where long texts are cut: each length around each limit, cuts beside escapes, surrogate pairs and
 * combining marks, and properties over many random texts.
 */
#include "unit.h"

#include "smpp/split.h"

#define ROOM 70000u

static uint8_t text[ROOM];
static uint32_t ends[SPLIT_MAX];

static const enum charset charsets[] = {CHARSET_GSM7, CHARSET_LATIN1, CHARSET_ASCII, CHARSET_UTF8,
					CHARSET_UCS2, CHARSET_BINARY, CHARSET_GBK};
static const enum split_mode modes[] = {SPLIT_UDH8, SPLIT_UDH16, SPLIT_SAR};

static struct view first(uint32_t n)
{
	return (struct view){text, n};
}

/* smpp.md 9, in octets */
static uint32_t limit_of(enum charset c, enum split_mode mode)
{
	if (c == CHARSET_GSM7)
		return mode == SPLIT_UDH16 ? 152 : 153;
	if (c == CHARSET_UCS2)
		return mode == SPLIT_UDH16 ? 132 : 134;
	return mode == SPLIT_UDH16 ? 133 : 134;
}

static void limits(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		assert_int_equal(split_single(charsets[i]), charsets[i] == CHARSET_GSM7 ? 160 : 140);
		for (unsigned m = 0; m < 3; m++)
			assert_int_equal(split_part(charsets[i], modes[m]), limit_of(charsets[i], modes[m]));
	}
	assert_int_equal(split_part(CHARSET_LATIN1, SPLIT_PAYLOAD), 65535);
	assert_int_equal(split_part(CHARSET_UCS2, SPLIT_PAYLOAD), 65534);
}

/* Plain letters: nothing moves a cut. */
static void fill_letters(enum charset c, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		text[i] = c == CHARSET_UCS2 ? (i % 2 ? 0x2D : 0x4E) : 'a'; /* 中 */
}

static void plain_plan(enum charset c, enum split_mode mode, uint32_t n)
{
	uint32_t part = limit_of(c, mode), alone = c == CHARSET_GSM7 ? 160 : 140;
	uint32_t want = n <= alone ? 1 : (n + part - 1) / part;

	if (want > 255)
		want = 0;
	assert_int_equal(split_plan(c, first(n), mode, ends), want);
	assert_int_equal(split_plan(c, first(n), mode, NULL), want);
	for (uint32_t i = 0; i < want; i++)
		assert_int_equal(ends[i], i + 1 == want ? n : (i + 1) * part);
}

static void every_length_around_every_border(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		enum charset c = charsets[i];
		uint32_t step = c == CHARSET_UCS2 ? 2 : 1;

		fill_letters(c, ROOM);
		for (unsigned m = 0; m < 3; m++) {
			uint32_t part = limit_of(c, modes[m]);

			for (uint32_t n = 0; n <= 700; n += step)
				plain_plan(c, modes[m], n);
			for (uint32_t parts = 5; parts <= 256; parts++)
				for (uint32_t n = parts * part - 2 * step; n <= parts * part + 2 * step; n += step)
					plain_plan(c, modes[m], n);
		}
	}
}

static void parts_255_and_256(void **state)
{
	(void)state;
	fill_letters(CHARSET_GSM7, ROOM);
	assert_int_equal(split_plan(CHARSET_GSM7, first(255 * 153), SPLIT_UDH8, ends), 255);
	assert_int_equal(ends[254], 255 * 153);
	assert_int_equal(split_plan(CHARSET_GSM7, first(255 * 153 + 1), SPLIT_UDH8, ends), 0);
	assert_int_equal(split_plan(CHARSET_GSM7, first(256 * 153), SPLIT_UDH8, ends), 0);
	/* counted after the cuts moved: one escape more and the 255 parts are 256 */
	text[152] = 0x1B;
	text[153] = 0x65;
	assert_int_equal(split_plan(CHARSET_GSM7, first(255 * 153), SPLIT_UDH8, ends), 0);
	assert_int_equal(split_plan(CHARSET_GSM7, first(255 * 153 - 1), SPLIT_UDH8, ends), 255);
}

static uint32_t chinese(uint32_t characters, enum split_mode mode)
{
	fill_letters(CHARSET_UCS2, 2 * characters);
	return split_plan(CHARSET_UCS2, first(2 * characters), mode, ends);
}

static void seventy_and_sixty_seven_for_chinese(void **state)
{
	(void)state;
	assert_int_equal(chinese(70, SPLIT_UDH8), 1);
	assert_int_equal(chinese(71, SPLIT_UDH8), 2);
	assert_int_equal(ends[0], 67 * 2);
	assert_int_equal(ends[1], 71 * 2);
	assert_int_equal(chinese(134, SPLIT_UDH8), 2);
	assert_int_equal(chinese(135, SPLIT_UDH8), 3);
	assert_int_equal(chinese(500, SPLIT_UDH8), 8);
	assert_int_equal(chinese(71, SPLIT_SAR), 2);
	assert_int_equal(ends[0], 67 * 2);
	assert_int_equal(chinese(132, SPLIT_UDH16), 2);
	assert_int_equal(ends[0], 66 * 2);
	assert_int_equal(chinese(133, SPLIT_UDH16), 3);
}

static void payload_is_one_message(void **state)
{
	(void)state;
	fill_letters(CHARSET_GSM7, ROOM);
	assert_int_equal(split_plan(CHARSET_GSM7, first(0), SPLIT_PAYLOAD, ends), 1);
	assert_int_equal(split_plan(CHARSET_GSM7, first(161), SPLIT_PAYLOAD, ends), 1);
	assert_int_equal(ends[0], 161);
	assert_int_equal(split_plan(CHARSET_GSM7, first(65535), SPLIT_PAYLOAD, ends), 1);
	assert_int_equal(ends[0], 65535);
	assert_int_equal(split_plan(CHARSET_GSM7, first(65536), SPLIT_PAYLOAD, ends), 0);
	assert_int_equal(split_plan(CHARSET_UCS2, first(65535), SPLIT_PAYLOAD, NULL), 1);
}

static void never_inside_an_escape(void **state)
{
	(void)state;
	for (unsigned m = 0; m < 2; m++)
		for (uint32_t at = 140; at < 160; at++) {
			uint32_t part = limit_of(CHARSET_GSM7, modes[m]);

			fill_letters(CHARSET_GSM7, 200);
			text[at] = 0x1B;
			text[at + 1] = 0x65;
			assert_int_equal(split_plan(CHARSET_GSM7, first(200), modes[m], ends), 2);
			assert_int_equal(ends[0], at + 1 == part ? at : part);
		}
}

/* A run of escapes is read in pairs from its start, so the cut knows which octet is a second one. */
static void escapes_in_a_row(void **state)
{
	(void)state;
	for (uint32_t run = 1; run < 20; run++)
		for (uint32_t at = 130; at < 160; at++) {
			uint32_t moved = at < 153 && at + run >= 153 && (153 - at) % 2 == 1;

			fill_letters(CHARSET_GSM7, 200);
			memset(text + at, 0x1B, run);
			split_plan(CHARSET_GSM7, first(200), SPLIT_UDH8, ends);
			assert_int_equal(ends[0], 153 - moved);
		}
	memset(text, 0x1B, 200);
	assert_int_equal(split_plan(CHARSET_GSM7, first(200), SPLIT_UDH8, ends), 2);
	assert_int_equal(ends[0], 152);
}

static void never_inside_a_pair(void **state)
{
	static const uint8_t emoji[] = {0xD8, 0x3D, 0xDE, 0x00};

	(void)state;
	for (unsigned m = 0; m < 2; m++)
		for (uint32_t at = 120; at < 140; at += 2) {
			uint32_t part = limit_of(CHARSET_UCS2, modes[m]);

			fill_letters(CHARSET_UCS2, 200);
			memcpy(text + at, emoji, 4);
			assert_int_equal(split_plan(CHARSET_UCS2, first(200), modes[m], ends), 2);
			assert_int_equal(ends[0], at + 2 == part ? at : part);
		}
}

/* Lone surrogates belong to nobody: they move no cut. */
static void lone_surrogates_are_cut_anywhere(void **state)
{
	(void)state;
	fill_letters(CHARSET_UCS2, 200);
	text[132] = 0xD8; /* high, then a letter */
	split_plan(CHARSET_UCS2, first(200), SPLIT_UDH8, ends);
	assert_int_equal(ends[0], 134);
	text[132] = 0xDC; /* low, low */
	text[134] = 0xDC;
	split_plan(CHARSET_UCS2, first(200), SPLIT_UDH8, ends);
	assert_int_equal(ends[0], 134);
	text[132] = 0xD8; /* high at the very end, half a unit behind it */
	assert_int_equal(split_plan(CHARSET_UCS2, first(135), SPLIT_UDH8, ends), 1);
	assert_int_equal(split_next(CHARSET_UCS2, first(135), 0, 134), 134);
}

static void odd_octets(void **state)
{
	(void)state;
	fill_letters(CHARSET_UCS2, 1000);
	assert_int_equal(split_plan(CHARSET_UCS2, first(139), SPLIT_UDH8, ends), 1);
	assert_int_equal(split_plan(CHARSET_UCS2, first(141), SPLIT_UDH8, ends), 2);
	assert_int_equal(ends[0], 134);
	assert_int_equal(ends[1], 141);
	assert_int_equal(split_next(CHARSET_UCS2, first(999), 0, 133), 132); /* an odd limit stays on units */
	assert_int_equal(split_next(CHARSET_UCS2, first(999), 132, 133), 264);
}

static void utf8_is_cut_between_characters(void **state)
{
	(void)state;
	for (uint32_t shift = 0; shift < 4; shift++) {
		memset(text, 'a', shift);
		for (uint32_t i = shift; i + 3 <= 303; i += 3)
			memcpy(text + i, "中", 3);
		split_plan(CHARSET_UTF8, first(300), SPLIT_UDH8, ends);
		assert_int_equal(ends[0], 134 - (134 - shift) % 3);
		for (uint32_t i = shift; i + 4 <= 304; i += 4)
			memcpy(text + i, "😀", 4);
		split_plan(CHARSET_UTF8, first(300), SPLIT_UDH8, ends);
		assert_int_equal(ends[0], 134 - (134 - shift) % 4);
	}
	memset(text, 0x80, 300); /* no UTF-8 at all */
	split_plan(CHARSET_UTF8, first(300), SPLIT_UDH8, ends);
	assert_int_equal(ends[0], 134);
	memset(text, 0xE4, 300);
	split_plan(CHARSET_UTF8, first(300), SPLIT_UDH8, ends);
	assert_int_equal(ends[0], 134);
}

static void put_units(uint32_t at, const uint16_t *units, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		text[at + 2 * i] = (uint8_t)(units[i] >> 8);
		text[at + 2 * i + 1] = (uint8_t)units[i];
	}
}

/* The sequence, put so that the part's limit falls behind its nth unit, moves to the next part as a whole. */
static void keeps_together(const uint16_t *units, uint32_t n)
{
	for (uint32_t inside = 0; inside <= n; inside++) {
		uint32_t at = 134 - 2 * inside;

		fill_letters(CHARSET_UCS2, 300);
		put_units(at, units, n);
		split_plan(CHARSET_UCS2, first(300), SPLIT_UDH8, ends);
		assert_int_equal(ends[0], inside == 0 || inside == n ? 134 : at);
	}
}

static void marks_stay_with_their_base(void **state)
{
	static const uint16_t accent[] = {'e', 0x0301};
	static const uint16_t two[] = {'a', 0x0323, 0x0302};
	static const uint16_t keycap[] = {'1', 0xFE0F, 0x20E3};
	static const uint16_t thumb[] = {0xD83D, 0xDC4D, 0xD83C, 0xDFFD};	   /* skin tone */
	static const uint16_t family[] = {0xD83D, 0xDC69, 0x200D, 0xD83D, 0xDC67}; /* joined */
	static const uint16_t variant[] = {0x845B, 0xDB40, 0xDD00};		   /* 葛 with a selector */
	static const uint16_t kana[] = {0x304B, 0x3099};
	static const uint16_t tibetan[] = {0x0F40, 0x0F74};

	(void)state;
	keeps_together(accent, 2);
	keeps_together(two, 3);
	keeps_together(keycap, 3);
	keeps_together(thumb, 4);
	keeps_together(family, 5);
	keeps_together(variant, 3);
	keeps_together(kana, 2);
	keeps_together(tibetan, 2);
}

/* UTF-8: the base and its marks, 1 + 2 + 3 octets, with the limit behind each of its octets. */
static void marks_in_utf8(void **state)
{
	static const char sequence[] = "e\xCC\x81\xEF\xB8\x8F"; /* e, U+0301, U+FE0F */

	(void)state;
	for (uint32_t inside = 0; inside <= 6; inside++) {
		uint32_t at = 134 - inside;

		fill_letters(CHARSET_UTF8, 300);
		memcpy(text + at, sequence, 6);
		split_plan(CHARSET_UTF8, first(300), SPLIT_UDH8, ends);
		assert_int_equal(ends[0], inside == 0 || inside == 6 ? 134 : at);
	}
}

/* At most 16 characters are given up for a sequence: a base with 15 marks moves, one with 16 is cut. */
static void how_far_a_cut_moves(void **state)
{
	static const uint16_t mark[] = {0x0301};

	(void)state;
	for (uint32_t count = 1; count < 30; count++) {
		uint32_t base = 134 - 2 * count; /* all but the last mark are before the limit */

		fill_letters(CHARSET_UCS2, 300);
		for (uint32_t i = 1; i <= count; i++)
			put_units(base + 2 * i, mark, 1);
		split_plan(CHARSET_UCS2, first(300), SPLIT_UDH8, ends);
		assert_int_equal(ends[0], count <= 15 ? base : 134);
	}
}

static void a_heap_of_marks_is_cut_all_the_same(void **state)
{
	static const uint16_t mark[] = {0x0301};

	(void)state;
	fill_letters(CHARSET_UCS2, 400);
	for (uint32_t at = 2; at < 400; at += 2)
		put_units(at, mark, 1);
	assert_int_equal(split_plan(CHARSET_UCS2, first(400), SPLIT_UDH8, ends), 3);
	assert_int_equal(ends[0], 134);
	put_units(0, mark, 1); /* nothing but marks */
	assert_int_equal(split_plan(CHARSET_UCS2, first(400), SPLIT_UDH8, ends), 3);
	assert_int_equal(ends[0], 134);
	assert_int_equal(split_next(CHARSET_UCS2, first(400), 398, 134), 400);
}

static void small_limits_go_on(void **state)
{
	static const uint8_t pairs[] = {0xD8, 0x3D, 0xDE, 0x00, 0xD8, 0x3D, 0xDE, 0x00};

	(void)state;
	memcpy(text, pairs, sizeof pairs);
	for (uint32_t limit = 0; limit < 4; limit++)
		assert_int_equal(split_next(CHARSET_UCS2, first(8), 0, limit), 4);
	assert_int_equal(split_next(CHARSET_UCS2, first(8), 0, 4), 4);
	memcpy(text, "\x1B\x65\x1B\x65", 4);
	assert_int_equal(split_next(CHARSET_GSM7, first(4), 0, 0), 2);
	assert_int_equal(split_next(CHARSET_GSM7, first(4), 0, 1), 2);
	assert_int_equal(split_next(CHARSET_GSM7, first(4), 2, 1), 4);
	memcpy(text, "中中", 6);
	assert_int_equal(split_next(CHARSET_UTF8, first(6), 0, 1), 3);
	assert_int_equal(split_next(CHARSET_BINARY, first(6), 0, 0), 1);
	assert_int_equal(split_next(CHARSET_BINARY, first(6), 6, 3), 6);
	assert_int_equal(split_next(CHARSET_BINARY, first(6), 9, 3), 6);
}

static uint32_t seed = 74;

static uint32_t draw(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 16) % below;
}

/* One random character in the octets of c, marks now and then. Returns its octets. */
static uint32_t random_character(enum charset c, uint8_t *at, bool marks)
{
	static const int32_t some[] = {'a', 0x4E2D, 0x1F600, 0x3010, 0xE9, 0x20BB7};
	static const int32_t mark[] = {0x0301, 0x200D, 0xFE0F, 0x1F3FD};

	if (c == CHARSET_GSM7 && draw(3) == 0) {
		at[0] = 0x1B;
		at[1] = draw(4) ? 0x65 : 0x1B;
		return 2;
	}
	if (c == CHARSET_UCS2 || c == CHARSET_UTF8)
		return charset_put(c, marks && draw(3) == 0 ? mark[draw(4)] : some[draw(6)], at, 4);
	at[0] = (uint8_t)('a' + draw(26));
	return 1;
}

/* Builds a text of about n octets; border[i] tells whether a character begins at i. */
static uint32_t random_text(enum charset c, uint32_t n, bool marks, bool *border)
{
	uint32_t at = 0;

	memset(border, 0, ROOM);
	while (at < n) {
		border[at] = true;
		at += random_character(c, text + at, marks);
	}
	border[at] = true;
	return at;
}

/* No part is over the limit or cuts a character; without marks none could have held one character more. */
static void check_parts(enum charset c, uint32_t n, uint32_t count, uint32_t limit, bool marks, const bool *border)
{
	uint32_t from = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t next = ends[i];

		assert_true(ends[i] > from);
		assert_true(ends[i] - from <= limit);
		assert_true(border[ends[i]]);
		assert_int_equal(split_next(c, first(n), from, limit), ends[i]);
		while (ends[i] < n && !border[++next])
			;
		if (ends[i] < n && !marks)
			assert_true(next - from > limit);
		else if (ends[i] < n)
			assert_true(ends[i] - from + 17 * 4 > limit);
		from = ends[i];
	}
	assert_int_equal(from, n); /* the parts put together are the text */
}

static void random_texts(void **state)
{
	static bool border[ROOM];

	(void)state;
	for (unsigned round = 0; round < 6000; round++) {
		enum charset c = charsets[round % 6];
		enum split_mode mode = modes[round / 6 % 3];
		bool marks = round / 18 % 2;
		uint32_t n = random_text(c, draw(1200), marks, border);
		uint32_t count = split_plan(c, first(n), mode, ends);

		if (n <= (c == CHARSET_GSM7 ? 160u : 140u)) {
			assert_int_equal(count, 1);
			assert_int_equal(ends[0], n);
			continue;
		}
		check_parts(c, n, count, limit_of(c, mode), marks, border);
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(limits),
	cmocka_unit_test(every_length_around_every_border),
	cmocka_unit_test(parts_255_and_256),
	cmocka_unit_test(seventy_and_sixty_seven_for_chinese),
	cmocka_unit_test(payload_is_one_message),
	cmocka_unit_test(never_inside_an_escape),
	cmocka_unit_test(escapes_in_a_row),
	cmocka_unit_test(never_inside_a_pair),
	cmocka_unit_test(lone_surrogates_are_cut_anywhere),
	cmocka_unit_test(odd_octets),
	cmocka_unit_test(utf8_is_cut_between_characters),
	cmocka_unit_test(marks_stay_with_their_base),
	cmocka_unit_test(marks_in_utf8),
	cmocka_unit_test(how_far_a_cut_moves),
	cmocka_unit_test(a_heap_of_marks_is_cut_all_the_same),
	cmocka_unit_test(small_limits_go_on),
	cmocka_unit_test(random_texts),
};

UNIT_MAIN(cases)
