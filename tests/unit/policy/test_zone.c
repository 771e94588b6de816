/*
 * test_zone.c - clocks by calling code: single countries, and what must hold of all.
 */
#include "policy/zone.h"

#include "unit.h"

static void test_countries(void **state)
{
	(void)state;
	static const struct {
		const char *number;
		int minutes[ZONES_MAX];
		size_t n;
	} rows[] = {
		{"8613800138000", {480}, 1},
		{"85298765432", {480}, 1},
		{"85366123456", {480}, 1},
		{"886912345678", {480}, 1},
		{"6581234567", {480}, 1},
		{"60123456789", {480}, 1},
		{"819012345678", {540}, 1},
		{"821012345678", {540}, 1},
		{"66812345678", {420}, 1},
		{"84912345678", {420}, 1},
		{"6281234567890", {420, 480, 540}, 3},
		{"919812345678", {330}, 1},
		{"9779812345678", {345}, 1},
		{"97699112233", {420, 480}, 2},
		{"971501234567", {240}, 1},
		{"447400123456", {0, 60}, 2},
		{"4915112345678", {60, 120}, 2},
		{"12025550123", {-600, -540, -480, -420, -360, -300, -240}, 7},
		{"17095550123", {-240, -210, -180, -150}, 4}, /* Newfoundland */
		{"16715550123", {600}, 1},		      /* Guam */
		{"77011234567", {300}, 1},		      /* Kazakhstan, inside Russia's 7 */
		{"79161234567", {120, 180, 240, 300, 360, 420, 480, 540, 600, 660, 720}, 11},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct zones z = zone_of(view_of(rows[i].number));
		assert_int_equal(z.n, rows[i].n);
		for (size_t k = 0; k < z.n; k++)
			assert_int_equal(z.minutes[k], rows[i].minutes[k]);
	}
}

/* Codes that E.164 keeps spare or gives to no country, and 599, whose digits behind it say which island. */
static const char nobody[] =
	"210 214 215 217 219 259 280 281 282 283 284 285 286 287 288 289 292 293 294 295 296 384 388 422 424 425 426 "
	"427 428 429 599 671 672 684 693 694 695 696 697 698 699 800 801 802 803 804 805 806 807 808 809 830 831 832 "
	"833 834 835 836 837 838 839 851 854 857 858 859 870 871 872 873 874 875 876 877 878 879 881 882 883 884 885 "
	"887 888 889 890 891 892 893 894 895 896 897 898 899 969 978 979 990 991 997 999 ";

/* Ascending quarters of an hour within the world's zones; every other code has some. */
static void test_all(void **state)
{
	(void)state;
	char unknown[1024] = "";
	for (int code = 100; code < 1000; code++) {
		char number[32], word[16];
		snprintf(number, sizeof(number), "%d0000000", code);
		struct zones z = zone_of(view_of(number));
		snprintf(word, sizeof(word), "%d ", code);
		if (z.n == 0)
			strcat(unknown, word);
		assert_true(z.n <= ZONES_MAX);
		for (size_t k = 0; k < z.n; k++) {
			assert_true(z.minutes[k] >= -720 && z.minutes[k] <= 840 && z.minutes[k] % 15 == 0);
			assert_true(k == 0 || z.minutes[k - 1] < z.minutes[k]);
		}
	}
	assert_string_equal(unknown, nobody);
	assert_int_equal(zone_of(view_of("")).n, 0);
	assert_int_equal(zone_of(view_of("0")).n, 0);
	assert_int_equal(zone_of(view_of("5997123456")).n, 1);
}

static void test_china(void **state)
{
	(void)state;
	assert_true(zone_is_china(view_of("8613800138000")));
	assert_false(zone_is_china(view_of("85298765432")));
	assert_false(zone_is_china(view_of("886912345678")));
	assert_false(zone_is_china(view_of("86")));
	assert_false(zone_is_china(view_of("")));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_countries),
	cmocka_unit_test(test_all),
	cmocka_unit_test(test_china),
};

UNIT_MAIN(cases)
