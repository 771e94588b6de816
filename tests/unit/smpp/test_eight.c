/*
 * test_eight.c - eight octets in one word: every octet at every place says what it says alone.
 */
#include "unit.h"

#include "smpp/eight.h"

static void in_and_out(void **state)
{
	static const uint8_t in[] = {1, 2, 3, 4, 5, 6, 7, 0xff};
	uint8_t out[8];

	(void)state;
	assert_true(eight_at(in) == UINT64_C(0xff07060504030201));
	eight_put(out, eight_at(in));
	assert_memory_equal(in, out, 8);
}

/* Any octet c at place i of eight others. */
static void with(uint8_t octets[8], uint8_t others, unsigned i, uint8_t c)
{
	memset(octets, others, 8);
	octets[i] = c;
}

static void the_first_of_them(void **state)
{
	uint8_t octets[8];

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		for (unsigned c = 0; c < 256; c++) {
			with(octets, 'x', i, (uint8_t)c);
			uint64_t v = eight_at(octets), below = eight_below(v, '!'), equal = eight_equal(v, ':');
			assert_int_equal(below != 0, c < '!');
			assert_int_equal(equal != 0, c == ':');
			if (below | equal)
				assert_int_equal(eight_first(below | equal), i);
			with(octets, 0xff, i, (uint8_t)c);
			assert_int_equal(eight_below(eight_at(octets), 128) != 0, c < 128);
		}
	}
	for (unsigned i = 0; i < 8; i++) { /* marked ones behind the first do not hide it */
		memset(octets, 'x', 8);
		memset(octets + i, ' ', 8 - i);
		assert_int_equal(eight_first(eight_below(eight_at(octets), '!')), i);
		memset(octets + i, ':', 8 - i);
		assert_int_equal(eight_first(eight_equal(eight_at(octets), ':')), i);
	}
}

static void digits(void **state)
{
	uint8_t octets[8], long_one[40];

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		for (unsigned c = 0; c < 256; c++) {
			bool digit = c >= '0' && c <= '9';
			with(octets, '0', i, (uint8_t)c);
			assert_int_equal(eight_are_digits(eight_at(octets)), digit);
			with(octets, '9', i, (uint8_t)c);
			assert_int_equal(eight_are_digits(eight_at(octets)), digit);
		}
	}
	assert_true(eight_all_digits(long_one, 0));
	for (uint32_t n = 1; n <= sizeof long_one; n++) {
		memset(long_one, 'x', sizeof long_one);
		memset(long_one, '5', n);
		assert_true(eight_all_digits(long_one, n));
		for (uint32_t i = 0; i < n; i++) {
			long_one[i] = '/';
			assert_false(eight_all_digits(long_one, n));
			long_one[i] = '5';
		}
	}
}

static void numbers(void **state)
{
	static const uint32_t some[] = {0, 1, 9, 10, 12345678, 87654321, 99999999, 90000001, 10203040};
	char text[9];

	(void)state;
	for (unsigned i = 0; i < sizeof some / sizeof some[0]; i++) {
		snprintf(text, sizeof text, "%08u", some[i]);
		assert_int_equal(eight_number(eight_at((const uint8_t *)text)), some[i]);
	}
	for (uint32_t v = 0; v < 100000000; v += 9973) {
		snprintf(text, sizeof text, "%08u", v);
		assert_int_equal(eight_number(eight_at((const uint8_t *)text)), v);
	}
}

static void capitals(void **state)
{
	static const uint8_t around[] = {0, 'a', 'z', 'A', 0x7f, 0x80, 0xe1, 0xff};
	uint8_t octets[8];

	(void)state;
	for (unsigned k = 0; k < sizeof around; k++) {
		for (unsigned i = 0; i < 8; i++) {
			for (unsigned c = 0; c < 256; c++) {
				with(octets, around[k], i, (uint8_t)c);
				eight_put(octets, eight_upper(eight_at(octets)));
				assert_int_equal(octets[i], c >= 'a' && c <= 'z' ? c - 32 : c);
				assert_int_equal(octets[(i + 1) % 8],
						 around[k] >= 'a' && around[k] <= 'z' ? around[k] - 32 : around[k]);
			}
		}
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(in_and_out), cmocka_unit_test(the_first_of_them), cmocka_unit_test(digits),
	cmocka_unit_test(numbers),    cmocka_unit_test(capitals),
};

UNIT_MAIN(cases)
