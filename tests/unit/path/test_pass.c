/*
 * test_pass.c - which optional parameters pass, tag by tag, for lists on either side.
 */
#include "path/pass.h"

#include <stdlib.h>

#include "samples.h"
#include "unit.h"

static uint8_t in[16], out[16];

static bool passes(uint16_t tag, const struct pass *pass, bool without_text)
{
	struct tlv_out o = {in, 0, sizeof(in), false};
	tlv_put(&o, tag, "1", 1);
	return pass_tlvs((struct view){o.p, o.n}, pass, without_text, out, sizeof(out)).n == o.n;
}

static bool is_text(unsigned tag)
{
	return tag == 0x0424 || tag == 0x020C || tag == 0x020E || tag == 0x020F;
}

static void test_every_tag(void **state)
{
	(void)state;
	static char *words[] = {"user_message_reference", "0x1403", "5124", "none"}, *nothing[] = {"none"};
	const struct conf_list list = {words, 4}, none = {nothing, 1}, empty = {NULL, 0};
	for (unsigned tag = 1; tag <= UINT16_MAX; tag++) {
		bool ours = tag >= 0x3E00 && tag <= 0x3EFF, known = tlv_row((uint16_t)tag) && !ours;
		bool listed = tag == TLV_USER_MESSAGE_REFERENCE || tag == 0x1403 || tag == 5124;
		const struct pass all = {NULL, &empty}, one = {&list, NULL}, both = {&list, &list},
				  shut = {&list, &none}, half = {&empty, &list};
		uint16_t t = (uint16_t)tag;
		assert_int_equal(passes(t, &all, false), known || is_text(tag));
		assert_int_equal(passes(t, &both, false), listed || is_text(tag));
		assert_int_equal(passes(t, &one, false), tag == TLV_USER_MESSAGE_REFERENCE || is_text(tag));
		assert_int_equal(passes(t, &half, true), tag == TLV_USER_MESSAGE_REFERENCE);
		assert_int_equal(passes(t, &shut, false), is_text(tag));
		assert_int_equal(passes(t, &all, true), known && !is_text(tag));
	}
}

static void test_check(void **state)
{
	(void)state;
	static char *good[] = {"source_port", "0x1403", "5123", "none", "callback_num"};
	static char *const bad[] = {"sourceport", "0x3E00", "campaign", "0x10000", "", "15872", "来源"};
	const struct conf_where where = {"网关.conf", 3};
	char *errors = NULL;
	pass_check(&(struct conf_list){good, 5}, &where, "carrier", "mobile", &errors);
	assert_null(errors);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *list[] = {bad[i]};
		errors = NULL;
		pass_check(&(struct conf_list){list, 1}, &where, "account", "bank", &errors);
		assert_non_null(errors);
		assert_non_null(strstr(errors, "account bank: relay_tlvs"));
		free(errors);
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_every_tag),
	cmocka_unit_test(test_check),
};

UNIT_MAIN(cases)
