/*
 * test_json_read.c - members of JSON objects, and texts that are none.
 */
#include "unit.h"
#include "base/json_read.h"

static void check(const char *text, const char *name, enum json_kind kind, const char *value)
{
	char out[32];
	enum json_kind got = json_member(text, strlen(text), name, out, sizeof(out));

	if (got != kind || strcmp(out, value) != 0)
		fail_msg("%s: kind %d \"%s\", expected %d \"%s\"", text, (int)got, out, (int)kind, value);
}

static void members(void **state)
{
	(void)state;
	check("{\"text\":\"今日利率3.45%\",\"end\":true}", "text", JSON_STRING, "今日利率3.45%");
	check("{\"text\":\"今日利率\",\"end\":true}", "end", JSON_TRUE, "");
	check(" { \"end\" : false , \"a\" : [ 1 , -2.5e+3, null ] }\r\n", "end", JSON_FALSE, "");
	check("{\"end\":1}", "end", JSON_OTHER, "");
	check("{\"end\":null}", "end", JSON_OTHER, "");
	check("{}", "text", JSON_ABSENT, "");
	check("{\"a\":{\"text\":\"里面\"},\"b\":[{\"text\":\"里面\"}]}", "text", JSON_ABSENT, "");
	check("{\"text\":\"一\",\"text\":\"二\"}", "text", JSON_STRING, "二");
	check("{\"t\\u0065xt\":\"名\"}", "text", JSON_STRING, "名");
	check("{\"text\":\"\"}", "text", JSON_STRING, "");
}

static void escapes(void **state)
{
	(void)state;
	check("{\"t\":\"\\u5229\\u7387\"}", "t", JSON_STRING, "利率");
	check("{\"t\":\"\\uD83D\\uDE00\"}", "t", JSON_STRING, "😀");
	check("{\"t\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "t", JSON_STRING, "\"\\/\b\f\n\r\t");
	check("{\"t\":\"\\uD83D\"}", "t", JSON_BROKEN, "");
	check("{\"t\":\"\\uDE00\"}", "t", JSON_BROKEN, "");
	check("{\"t\":\"\\uD83D\\u0041\"}", "t", JSON_BROKEN, "");
	check("{\"t\":\"\\u12g4\"}", "t", JSON_BROKEN, "");
	check("{\"t\":\"\\u0000\"}", "t", JSON_BROKEN, "");
	check("{\"t\":\"\\x\"}", "t", JSON_BROKEN, "");
}

static void cut(void **state)
{
	(void)state;
	/* 31 octets and a NUL: ten characters of three octets, not a third of one more */
	check("{\"t\":\"一二三四五六七八九十甲乙\"}", "t", JSON_STRING, "一二三四五六七八九十");
	check("{\"t\":\"一二三四五六七八九十甲a\"}", "t", JSON_STRING, "一二三四五六七八九十");
}

static void broken(void **state)
{
	static const char *const texts[] = {
		"",
		"null",
		"\"文\"",
		"[1]",
		"{",
		"{\"t\"",
		"{\"t\":",
		"{\"t\":}",
		"{\"t\":1",
		"{\"t\":1,}",
		"{,}",
		"{\"t\":1}x",
		"{t:1}",
		"{\"t\":01}",
		"{\"t\":1.}",
		"{\"t\":-}",
		"{\"t\":tru}",
		"{\"t\":\"文}",
		"{\"t\":[}",
		"{\"t\":[1,]}",
		"{\"t\":1e}",
		"{\"t\":+1}",
		"<html></html>",
		"{\"t\":\"\n\"}",
		"{\"t\":\"\xB3\xA4\"}",
	};
	char deep[200];
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check(texts[i], "t", JSON_BROKEN, "");
	memset(deep, 0, sizeof(deep));
	memcpy(deep, "{\"t\":", 5);
	memset(deep + 5, '[', 31);
	memset(deep + 36, ']', 31);
	deep[67] = '}';
	check(deep, "t", JSON_OTHER, "");
	memset(deep + 5, '[', 60);
	memset(deep + 65, ']', 60);
	deep[125] = '}';
	check(deep, "t", JSON_BROKEN, "");
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(members),
	cmocka_unit_test(escapes),
	cmocka_unit_test(cut),
	cmocka_unit_test(broken),
};

UNIT_MAIN(cases)
