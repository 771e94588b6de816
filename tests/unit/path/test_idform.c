/*
 * test_idform.c - carriers' ids: canonical text, hexadecimal and decimal of any length against numbers computed
 * elsewhere.
 */
#include "path/idform.h"

#include <stdlib.h>

#include "samples.h"
#include "unit.h"

static void check_canonical(const char *in, size_t n, const char *want)
{
	char out[IDFORM_MAX];
	size_t len = idform_canonical((struct view){(const uint8_t *)in, (uint32_t)n}, out);
	assert_int_equal(len, strlen(want));
	assert_memory_equal(out, want, len);
}

static void test_canonical(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} table[] = {
		{"3f2a91", "3F2A91"},
		{"3F2A91", "3F2A91"},
		{"abcdefg", "ABCDEFG"}, /* around eight octets, which are read at once */
		{"abcdefgh", "ABCDEFGH"},
		{"abcdefgh-i", "ABCDEFGH-I"},
		{"xabcdefghijklmno", "XABCDEFGHIJKLMNO"},
		{"xabcdefghijklmnopz{`@[", "XABCDEFGHIJKLMNOPZ{`@["},
		{"0004139665", "4139665"},
		{"4139665", "4139665"},
		{" 42 ", "42"},
		{"\t42\t", "42"},
		{"0", "0"},
		{"0000", "0"},
		{"", ""},
		{"  ", ""},
		{" 007 ", "7"},
		{"0x1f", "1F"},
		{"0X3F2A91", "3F2A91"},
		{" 0x003f2a91\r\n", "3F2A91"},
		{"0x0", "0"},
		{"0x", "X"}, /* no digits, not a number: as it stands */
		{"0x1G", "X1G"},
		{"0x1f-2", "X1F-2"},
		{"x1f", "X1F"},
		{"\r\n42\r\n", "42"},
		{"550e8400-e29b-41d4-a716-446655440000", "550E8400-E29B-41D4-A716-446655440000"},
		{"消息01", "消息01"},
		{"a b", "A B"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		check_canonical(table[i].in, strlen(table[i].in), table[i].out);
	check_canonical("42\0\0", 4, "42"); /* a TLV with its NUL */
	check_canonical("\0\0", 2, "");
	/* 64 characters, the longest that SMPP has: as they are, with their zeros, and with 0x in front */
	static const char *const longest = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF";
	check_canonical(longest, 64, "123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF");
	check_canonical("0xF123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF", 66,
			"F123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF");
}

static void test_canonical_bounds(void **state)
{
	(void)state;
	char in[IDFORM_MAX + 30], out[IDFORM_MAX];
	memset(in, '9', sizeof(in));
	assert_int_equal(idform_canonical((struct view){(uint8_t *)in, IDFORM_MAX}, out), IDFORM_MAX);
	assert_int_equal(idform_canonical((struct view){(uint8_t *)in, IDFORM_MAX + 1}, out), 0);
	memset(in, '0', 20); /* leading zeros do not count */
	assert_int_equal(idform_canonical((struct view){(uint8_t *)in, IDFORM_MAX + 20}, out), IDFORM_MAX);
	assert_int_equal(idform_canonical((struct view){(uint8_t *)in, IDFORM_MAX + 21}, out), 0);
}

/* Computed by Python. */
static const struct {
	const char *hex, *dec;
} big[] = {
	{"0", "0"},
	{"1", "1"},
	{"9", "9"},
	{"A", "10"},
	{"F", "15"},
	{"10", "16"},
	{"FF", "255"},
	{"100", "256"},
	{"9F767C", "10450556"},
	{"60B26C1C", "1622305820"},
	{"BDE5C099", "3185950873"},
	{"15BC8FBBC", "5834865596"},
	{"78A235F5B0C11FDE", "8692569560127184862"},
	{"BD69FE29D76D4330", "13648719601384375088"},
	{"1EC1D7DA0A6EB8C9E", "35460637169933847710"},
	{"F7330BDBD7210DFF076CE2EF", "76504508644042528552798446319"},
	{"5311992A3FC1EA36F17FD374C6A53877", "110417299252727278174591441520518576247"},
	{"9CFB10F62827688DE6A16A3B0D464138", "208663177875047797087051474174986305848"},
	{"E17959CE3F1F65A8DE5271007814E8A25F2DD97F", "1287229136779905997567429105995919121096809240959"},
	{"B7BB2EDB20035B73993FD4235992EDCF451A1AFE878B33E968",
	 "1153299332143128322801141983498104214849960363587412075735400"},
	{"546DE92F63B229F1C4069545DE11CC9DEA959C212E9C82B1478C281D687C966C",
	 "38188474995570725302762176081396572075971303335534039315489314391788680418924"},
	{"A06F5C6671E0C07E9E115E4B9E30691C238642EA126A1E48CC11D357C30D8B76",
	 "72566813520084234122201393010579631133836007524560498373157249867165784181622"},
	{"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
	 "115792089237316195423570985008687907853269984665640564039457584007913129639935"},
	{"8000000000000000000000000000000000000000000000000000000000000000",
	 "57896044618658097711785492504343953926634992332820282019728792003956564819968"},
	{"DD15FE86AFFAD91249EF0EB713F39EBEAA987B6E6FD2A0000000000000000000",
	 "100000000000000000000000000000000000000000000000000000000000000000000000000000"},
	{"1000000000000000000000000000000000000000000000000000000000000000",
	 "7237005577332262213973186563042994240829374041602535252466099000494570602496"},
	{"184F03E93FF9F4DAA797ED6E38ED64BF6A1F00FFFFFFFFFFFFFFFF",
	 "9999999999999999999999999999999999999999999999999999999999999999"},
	{"3F2A91", "4139665"},
	{"DE0B6B3A7640000", "1000000000000000000"},
};

static void check(enum idform f, const char *in, const char *want)
{
	char out[IDFORM_MAX + 1];
	size_t n = idform_convert(f, sample_view(in), out);
	out[n] = '\0';
	assert_string_equal(out, want);
}

static void test_big(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(big) / sizeof(big[0]); i++) {
		check(IDFORM_DEC_TO_HEX, big[i].dec, big[i].hex);
		check(IDFORM_HEX_TO_DEC, big[i].hex, big[i].dec);
		check(IDFORM_TEXT, big[i].hex, big[i].hex);
	}
}

static void test_small_exhaustively(void **state)
{
	(void)state;
	char hex[16], dec[16];
	for (unsigned i = 0; i < 70000; i++) {
		snprintf(hex, sizeof(hex), "%X", i);
		snprintf(dec, sizeof(dec), "%u", i);
		check(IDFORM_DEC_TO_HEX, dec, hex);
		check(IDFORM_HEX_TO_DEC, hex, dec);
	}
}

/* Up to 64 digits of either base, there and back. */
static void test_round_trips(void **state)
{
	(void)state;
	uint64_t seed = 5;
	for (int i = 0; i < 5000; i++) {
		char id[65], once[IDFORM_MAX], twice[IDFORM_MAX];
		bool hex = i % 2;
		unsigned n = 1 + sample_below(&seed, 64);
		for (unsigned k = 0; k < n; k++)
			id[k] = "0123456789ABCDEF"[sample_below(&seed, hex ? 16 : 10)];
		if (id[0] == '0')
			id[0] = '7';
		size_t m = idform_convert(hex ? IDFORM_HEX_TO_DEC : IDFORM_DEC_TO_HEX, (struct view){(uint8_t *)id, n},
					  once);
		assert_true(m > 0);
		size_t back = idform_convert(hex ? IDFORM_DEC_TO_HEX : IDFORM_HEX_TO_DEC,
					     (struct view){(uint8_t *)once, (uint32_t)m}, twice);
		assert_int_equal(back, n);
		assert_memory_equal(twice, id, n);
	}
}

static void test_no_digits(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "G", "12G", "550E8400-E29B", " 1", "+1", "-1", "1.5", "一二三"};
	char out[IDFORM_MAX];
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(idform_convert(IDFORM_DEC_TO_HEX, sample_view(bad[i]), out), 0);
		assert_int_equal(idform_convert(IDFORM_HEX_TO_DEC, sample_view(bad[i]), out), 0);
	}
	assert_int_equal(idform_convert(IDFORM_DEC_TO_HEX, sample_view("3F2A91"), out), 0);
	/* the longest that fits: 66 hexadecimal digits have up to 80 decimal ones */
	char hex[IDFORM_MAX];
	memset(hex, 'F', sizeof(hex));
	assert_int_equal(idform_convert(IDFORM_HEX_TO_DEC, (struct view){(uint8_t *)hex, 66}, out), 80);
	assert_int_equal(idform_convert(IDFORM_HEX_TO_DEC, (struct view){(uint8_t *)hex, 67}, out), 0);
	memset(hex, '9', sizeof(hex));
	assert_int_equal(idform_convert(IDFORM_TEXT, (struct view){(uint8_t *)hex, IDFORM_MAX}, out), IDFORM_MAX);
	assert_int_equal(idform_convert(IDFORM_DEC_TO_HEX, (struct view){(uint8_t *)hex, IDFORM_MAX}, out), 67);
}

/* What carriers write in the response and in the receipt: the same text after canonical() and convert(). */
static void test_pairs_of_the_field(void **state)
{
	(void)state;
	static const struct {
		enum idform form;
		const char *response, *receipt;
	} pairs[] = {
		{IDFORM_TEXT, "3f2a91", "3F2A91"},
		{IDFORM_TEXT, "0004139665", "4139665"},
		{IDFORM_TEXT, "0x3f2a91", "003F2A91"},
		{IDFORM_TEXT, "550e8400-e29b-41d4-a716-446655440000", "550E8400-E29B-41D4-A716-446655440000"},
		{IDFORM_TEXT, "123456789012345678901234567890", "123456789012345678901234567890"},
		{IDFORM_TEXT, "消息-0001", "消息-0001"},
		{IDFORM_DEC_TO_HEX, "3f2a91", "0004139665"},
		{IDFORM_DEC_TO_HEX, "0x3F2A91", "4139665"},
		{IDFORM_DEC_TO_HEX, "100000000000000000", "295147905179352825856"}, /* over 64 bits */
		{IDFORM_HEX_TO_DEC, "0004139665", "3f2a91"},
		{IDFORM_HEX_TO_DEC, "4139665", "0x003F2A91"},
		{IDFORM_HEX_TO_DEC, "340282366920938463463374607431768211456", "100000000000000000000000000000000"},
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		char want[IDFORM_MAX], got[IDFORM_MAX], id[IDFORM_MAX];
		size_t n = idform_canonical(sample_view(pairs[i].response), want);
		size_t m = idform_canonical(sample_view(pairs[i].receipt), id);
		m = idform_convert(pairs[i].form, (struct view){(uint8_t *)id, (uint32_t)m}, got);
		assert_int_equal(m, n);
		assert_memory_equal(got, want, n);
	}
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(idform_name(IDFORM_TEXT), "text");
	assert_string_equal(idform_name(IDFORM_DEC_TO_HEX), "hex_resp_dec_dlr");
	assert_string_equal(idform_name(IDFORM_HEX_TO_DEC), "dec_resp_hex_dlr");
}

static void test_by_name(void **state)
{
	(void)state;
	enum idform form;
	for (int i = 0; i < IDFORMS; i++) {
		assert_true(idform_by_name(sample_view(idform_name((enum idform)i)), &form));
		assert_int_equal(form, i);
	}
	assert_false(idform_by_name(sample_view("hex"), &form));
	assert_false(idform_by_name(sample_view(""), &form));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_canonical),
	cmocka_unit_test(test_canonical_bounds),
	cmocka_unit_test(test_big),
	cmocka_unit_test(test_small_exhaustively),
	cmocka_unit_test(test_round_trips),
	cmocka_unit_test(test_no_digits),
	cmocka_unit_test(test_pairs_of_the_field),
	cmocka_unit_test(test_names),
	cmocka_unit_test(test_by_name),
};

UNIT_MAIN(cases)
