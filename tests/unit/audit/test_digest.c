/*
 * test_digest.c - digests against the examples of FIPS 180-4 and GB/T 32905-2016.
 */
#include "unit.h"

#include "audit/digest.h"

#include <stdio.h>
#include <string.h>

static void expect(enum seal_digest which, const char *hex)
{
	struct digest *d = digest_new(which);
	uint8_t out[DIGEST_OCTETS];
	char text[2 * DIGEST_OCTETS + 1];

	for (int again = 0; again < 2; again++) {
		digest_of(d, (struct digest_piece[]){{"a", 1}, {"", 0}, {"bc", 2}}, 3, out);
		for (size_t i = 0; i < DIGEST_OCTETS; i++)
			snprintf(text + 2 * i, 3, "%02x", out[i]);
		assert_string_equal(text, hex);
	}
	digest_free(d);
}

static void test_examples(void **state)
{
	(void)state;
	expect(SEAL_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	expect(SEAL_SM3, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
}

static void test_names(void **state)
{
	enum seal_digest d = SEAL_DIGESTS;

	(void)state;
	assert_true(digest_by_name("sm3", &d) && d == SEAL_SM3);
	assert_true(digest_by_name(digest_name(SEAL_SHA256), &d) && d == SEAL_SHA256);
	assert_false(digest_by_name("md5", &d));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_examples),
	cmocka_unit_test(test_names),
};
UNIT_MAIN(cases)
