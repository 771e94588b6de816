/*
 * test_class.c - which class a message has: TLV, service_type, the account's.
 */
#include "policy/class.h"

#include <ctype.h>

#include "smpp/tlv.h"
#include "unit.h"

static const char *const names[CLASSES] = {"otp", "alert", "notice", "remind", "collect", "promo"};

static void test_table(void **state)
{
	(void)state;
	for (int i = 0; i < CLASSES; i++) {
		enum class_id id;
		assert_string_equal(class_name((enum class_id)i), names[i]);
		assert_true(class_by_name(view_of(names[i]), &id));
		assert_int_equal(id, i);
		assert_int_equal(class_promotional((enum class_id)i), i == CLASS_PROMO);
	}
	/* the order in which they leave */
	assert_true(CLASS_OTP < CLASS_ALERT && CLASS_ALERT < CLASS_NOTICE && CLASS_NOTICE < CLASS_REMIND);
	assert_true(CLASS_REMIND < CLASS_COLLECT && CLASS_COLLECT < CLASS_PROMO);
}

static void test_names(void **state)
{
	(void)state;
	static const char *const none[] = {"", "OTP", "Notice", "notic", "promo ", "promotion", "通知", "notice\n"};
	enum class_id id = CLASS_OTP;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(class_by_name(view_of(none[i]), &id));
	assert_int_equal(id, CLASS_OTP);
}

/* Every class name and every start of it, in three cases, as service_type: five characters tell it, fewer do not. */
static void test_service_type(void **state)
{
	(void)state;
	const struct view no_tlvs = {NULL, 0};
	for (int i = 0; i < CLASSES; i++) {
		size_t whole = strlen(names[i]);
		for (size_t n = 0; n <= whole; n++) {
			for (int way = 0; way < 3; way++) {
				char type[16] = "";
				enum class_id id = CLASSES;
				for (size_t k = 0; k < n; k++)
					type[k] = (char)(way == 0 || (way == 2 && k % 2) ? names[i][k]
											 : toupper(names[i][k]));
				assert_true(class_resolve(no_tlvs, (struct view){(uint8_t *)type, (uint32_t)n},
							  CLASS_COLLECT, &id));
				bool named = n == (whole < 5 ? whole : 5);
				assert_int_equal(id, named ? i : CLASS_COLLECT);
			}
		}
	}
	static const char *const others[] = {"CMT", "WAP", "USSD", "VMN", "otpx", "abcde"};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		enum class_id id;
		assert_true(class_resolve(no_tlvs, view_of(others[i]), CLASS_NOTICE, &id));
		assert_int_equal(id, CLASS_NOTICE);
	}
}

static bool resolve_tlv(const char *value, uint32_t n, const char *type, enum class_id *id)
{
	uint8_t mem[200];
	struct tlv_out o = {mem, 0, sizeof(mem), false};
	tlv_put_int(&o, TLV_USER_MESSAGE_REFERENCE, 7, 2);
	tlv_put(&o, TLV_MESSAGE_CLASS, value, n);
	return class_resolve((struct view){o.p, o.n}, view_of(type), CLASS_NOTICE, id);
}

static void test_tlv(void **state)
{
	(void)state;
	for (int i = 0; i < CLASSES; i++) {
		enum class_id id = CLASSES;
		uint32_t n = (uint32_t)strlen(names[i]);
		/* with and without its NUL; it wins over service_type */
		assert_true(resolve_tlv(names[i], n + 1, "otp", &id));
		assert_int_equal(id, i);
		assert_true(resolve_tlv(names[i], n, "promo", &id));
		assert_int_equal(id, i);
	}
	enum class_id id;
	assert_false(resolve_tlv("ads", 3, "otp", &id));
	assert_false(resolve_tlv("PROMO", 5, "otp", &id));
	assert_false(resolve_tlv("", 0, "otp", &id));
	assert_false(resolve_tlv("营销", 6, "", &id));
	/* other TLVs alone */
	uint8_t mem[32];
	struct tlv_out o = {mem, 0, sizeof(mem), false};
	tlv_put_int(&o, TLV_USER_MESSAGE_REFERENCE, 7, 2);
	assert_true(class_resolve((struct view){o.p, o.n}, view_of("alert"), CLASS_NOTICE, &id));
	assert_int_equal(id, CLASS_ALERT);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_table),
	cmocka_unit_test(test_names),
	cmocka_unit_test(test_service_type),
	cmocka_unit_test(test_tlv),
};

UNIT_MAIN(cases)
