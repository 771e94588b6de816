/*
 * test_cdr.c - records as lines: both formats, what people write, lines that are broken, foreign decoders
 * (tests/unit/audit/cdr_foreign.py reads what `test_cdr FORMAT` prints).
 */
#include <stdlib.h>
#include <time.h>
#include "unit.h"
#include "audit/cdr.h"

#define AT	  INT64_C(1795318801123) /* 2026-11-22T11:40:01.123+08:00 */
#define CHAIN	  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define ID	  UINT64_C(318000000123010002)
#define NASTY	  "您的\"验证码\"是\\1234\n请勿,泄露\t😀\x01\x7f;='结束"
#define TEXT_HASH "aabbccddeeff00112233445566778899"

static struct buf line;

static struct cdr full(void)
{
	return (struct cdr){.kind = CDR_ATTEMPT,
			    .at_ms = AT,
			    .id = ID,
			    .msg = ID + 1,
			    .original = ID + 2,
			    .account = view_of("银行"),
			    .class_name = view_of("验证码"),
			    .code = view_of("10690001"),
			    .campaign = view_of("双十一, \"早鸟\""),
			    .variant = view_of("甲"),
			    .group = view_of("第1组"),
			    .consent = view_of("合同#7"),
			    .number = view_of("8613800138000"),
			    .text = view_of(NASTY),
			    .part = 1,
			    .parts = 2,
			    .segments = 2,
			    .attempt = 3,
			    .operator_ = view_of("移动"),
			    .carrier = view_of("mobile"),
			    .carrier_id = view_of(" 00A1"),
			    .bind = view_of("mobile#1"),
			    .status = view_of("ESME_ROK"),
			    .state = view_of("DELIVRD"),
			    .how = view_of("receipt"),
			    .stat = view_of("DELIVRD"),
			    .err = view_of("000"),
			    .fault = view_of("-"),
			    .verdict = view_of("words"),
			    .why = view_of(NASTY),
			    .who = view_of("张三"),
			    .accepted_ms = AT - 60000,
			    .due_ms = AT + 1,
			    .done_ms = AT + 1000,
			    .wait_ms = 0,
			    .answer_ms = 17,
			    .price = 45};
}

static void write_line(const struct cdr *c, uint64_t n, enum cdr_format format, const char *tail)
{
	buf_consume(&line, buf_len(&line), 1 << 20);
	cdr_write_core(c, n, c->number.n ? TEXT_HASH : "", c->text.n ? TEXT_HASH : "", format, &line);
	buf_puts(&line, tail);
}

static struct view whole(void)
{
	return (struct view){buf_data(&line), (uint32_t)buf_len(&line)};
}

static void expect(const struct cdr_line *l, const char *field, const char *want)
{
	char out[1024];
	int n = cdr_get(l, field, out, sizeof(out));

	if (!want) {
		assert_int_equal(n, -1);
		return;
	}
	assert_string_equal(out, want);
	assert_int_equal(n, (int)strlen(want));
}

static const char *const tails[] = {
	[CDR_JSON] = ",\"chain\":\"" CHAIN "\",\"personal\":{\"salt\":\"00\",\"text\":\"退订\\n\"}}\n",
	[CDR_CSV] = "," CHAIN ",00,,\"退订\\n\",\n",
};

static void test_round(void **state)
{
	struct cdr c = full();
	char out[64];

	(void)state;
	for (int f = CDR_JSON; f <= CDR_CSV; f++) {
		struct cdr_line l;
		write_line(&c, 17, (enum cdr_format)f, tails[f]);
		assert_true(cdr_cut(whole(), &l));
		assert_int_equal(l.format, f);
		assert_memory_equal(l.chain.p, CHAIN, 64);
		expect(&l, "n", "17");
		expect(&l, "at", "2026-11-22T11:40:01.123+08:00");
		expect(&l, "kind", "attempt");
		expect(&l, "id", "318000000123010002");
		expect(&l, "original", "318000000123010004");
		expect(&l, "account", "银行");
		expect(&l, "number", "138****8000");
		expect(&l, "campaign", "双十一, \"早鸟\"");
		expect(&l, "carrier_id", " 00A1");
		expect(&l, "why", NASTY);
		expect(&l, "wait_ms", "0");
		expect(&l, "price", "45");
		expect(&l, "done", "2026-11-22T11:40:02.123+08:00");
		expect(&l, "number_hash", TEXT_HASH);
		expect(&l, "personal", NULL);
		assert_int_equal(cdr_get_personal(&l, "text", out, sizeof(out)), 7);
		assert_string_equal(out, "退订\n");
		assert_int_equal(cdr_get_personal(&l, "number", out, sizeof(out)), -1);
		assert_false(cdr_erased(&l));
		assert_int_equal(cdr_get(&l, "account", out, 6), 3); /* cut at a character */
		assert_string_equal(out, "银");
	}
}

/* What is not there stands nowhere; each form's line is what it is. */
static void test_small(void **state)
{
	struct cdr c = {.kind = CDR_STOP, .at_ms = AT, .wait_ms = -1, .answer_ms = -1, .price = -1};
	struct cdr_line l;

	(void)state;
	write_line(&c, 1, CDR_JSON, "}");
	assert_int_equal(buf_len(&line),
			 strlen("{\"n\":1,\"at\":\"2026-11-22T11:40:01.123+08:00\",\"kind\":\"stop\"}"));
	assert_memory_equal(buf_data(&line), "{\"n\":1,\"at\":\"2026-11-22T11:40:01.123+08:00\",\"kind\":\"stop\"}",
			    buf_len(&line));
	assert_true(cdr_cut(whole(), &l));
	assert_int_equal(l.chain.n, 0);
	assert_int_equal(l.personal.n, 0);
	expect(&l, "id", NULL);
	write_line(&c, 1, CDR_CSV, ",,,,,");
	assert_true(cdr_cut(whole(), &l));
	assert_int_equal(l.personal.n, 0);
	expect(&l, "price", NULL);
	expect(&l, "kind", "stop");
	buf_consume(&line, buf_len(&line), 1 << 20);
	cdr_write_head(&line);
	assert_false(cdr_cut(whole(), &l));
}

static void test_erased(void **state)
{
	struct cdr c = full();
	struct cdr_line l;
	char out[16];

	(void)state;
	write_line(&c, 2, CDR_JSON, ",\"chain\":\"" CHAIN "\",\"personal\":null      }");
	assert_true(cdr_cut(whole(), &l) && cdr_erased(&l));
	assert_int_equal(cdr_get_personal(&l, "salt", out, sizeof(out)), -1);
	write_line(&c, 2, CDR_JSON, ",\"personal\":null}");
	assert_true(cdr_cut(whole(), &l) && cdr_erased(&l));
	write_line(&c, 2, CDR_JSON, ",\"personal\":null x}");
	assert_false(cdr_cut(whole(), &l));
	write_line(&c, 2, CDR_CSV, "," CHAIN ",,,,    ");
	assert_true(cdr_cut(whole(), &l) && cdr_erased(&l));
	assert_int_equal(cdr_get_personal(&l, "box", out, sizeof(out)), -1);
}

/* Cut off at every octet, with any octet changed: never read beyond, never taken for more than it is. */
static void test_broken(void **state)
{
	struct cdr c = full();
	char out[256];

	(void)state;
	for (int f = CDR_JSON; f <= CDR_CSV; f++) {
		write_line(&c, 17, (enum cdr_format)f, tails[f]);
		size_t n = buf_len(&line) - 1;
		for (size_t cut = 0; cut < n; cut++) {
			uint8_t *copy = malloc(cut ? cut : 1); /* of its very size, for the sanitizer */
			struct cdr_line l;
			memcpy(copy, buf_data(&line), cut);
			bool is = cdr_cut((struct view){copy, (uint32_t)cut}, &l);
			/* A CSV line may lose columns' ends, but not its commas. */
			assert_false(is);
			free(copy);
		}
		uint8_t *copy = malloc(n);
		for (size_t at = 0; at < n; at++) {
			static const uint8_t octets[] = {'"', '\\', ',', '}', 0, 0xff, 'u'};
			for (size_t o = 0; o < sizeof(octets); o++) {
				struct cdr_line l;
				memcpy(copy, buf_data(&line), n);
				copy[at] = octets[o];
				if (!cdr_cut((struct view){copy, (uint32_t)n}, &l))
					continue;
				(void)cdr_get(&l, "why", out, sizeof(out));
				(void)cdr_get_personal(&l, "text", out, 5);
			}
		}
		free(copy);
	}
}

static void test_no_utf8(void **state)
{
	struct cdr c = {.kind = CDR_REFUSED, .at_ms = AT, .why = view_of("坏\xff字\xe4\xb8"), .wait_ms = -1};
	struct cdr_line l;

	(void)state;
	for (int f = CDR_JSON; f <= CDR_CSV; f++) {
		write_line(&c, 3, (enum cdr_format)f, f == CDR_JSON ? "}" : ",,,,,");
		assert_true(cdr_cut(whole(), &l));
		expect(&l, "why", "坏\xEF\xBF\xBD字\xEF\xBF\xBD\xEF\xBF\xBD");
	}
}

static void test_escapes_of_others(void **state)
{
	static const char text[] = "{\"n\":4,\"why\":\"\\u4f60\\ud83d\\ude00\\/\\ud800\",\"who\":\"\\u12\"}";
	struct cdr_line l;

	(void)state;
	assert_true(cdr_cut(view_of(text), &l));
	expect(&l, "why", "你😀/\xEF\xBF\xBD");
	expect(&l, "who", "u12");
	assert_false(cdr_cut(view_of("{\"n\":4,\"chain\":\"" CHAIN "\",\"n\":5}"), &l));
	assert_false(cdr_cut(view_of("{\"n\":4,\"chain\":\"" CHAIN "\",\"personal\":{}x}"), &l));
	assert_false(cdr_cut(view_of("{\"n\":4}}"), &l));
	assert_false(cdr_cut(view_of("{\"id\":4}"), &l));
	assert_false(cdr_cut(view_of(""), &l));
}

static void test_times(void **state)
{
	(void)state;
	assert_true(cdr_time_ms("2026-11-22T11:40:01.123+08:00") == AT);
	assert_true(cdr_time_ms("2026-11-21T22:10:01.123-05:30") == AT);
	assert_true(cdr_time_ms("1970-01-01T00:00:00.000+00:00") == 0);
	assert_true(cdr_time_ms("2024-02-29T23:59:59.999+00:00") == INT64_C(1709251199999));
	assert_true(cdr_time_ms("2026-11-22 11:40:01.123+08:00") == -1);
	assert_true(cdr_time_ms("2026-11-22T11:40:01.123+08:0") == -1);
	assert_true(cdr_time_ms("") == -1);
}

static void test_names(void **state)
{
	enum cdr_kind k;

	(void)state;
	for (int i = 0; i < CDR_KINDS; i++) {
		assert_true(cdr_kind_by_name(cdr_kind_name((enum cdr_kind)i), &k));
		assert_int_equal(k, i);
		assert_true(strlen(cdr_kind_help(k)) > 10);
	}
	assert_false(cdr_kind_by_name("all", &k));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_round),  cmocka_unit_test(test_small),   cmocka_unit_test(test_erased),
	cmocka_unit_test(test_broken), cmocka_unit_test(test_no_utf8), cmocka_unit_test(test_escapes_of_others),
	cmocka_unit_test(test_times),  cmocka_unit_test(test_names),
};

/* For a foreign decoder: a line or two, with a head for CSV. */
static int print_lines(enum cdr_format format)
{
	struct cdr c = full();

	if (format == CDR_CSV) {
		cdr_write_head(&line);
		fwrite(buf_data(&line), 1, buf_len(&line), stdout);
	}
	for (uint64_t n = 1; n <= 2; n++) {
		write_line(&c, n, format, tails[format]);
		fwrite(buf_data(&line), 1, buf_len(&line), stdout);
		c = (struct cdr){.kind = CDR_STOP, .at_ms = AT, .wait_ms = -1, .answer_ms = -1, .price = -1};
	}
	buf_free(&line);
	return 0;
}

static int print_names(void)
{
	for (const struct cdr_field *f = cdr_fields; f->name; f++)
		printf("field %s\n", f->name);
	for (int i = 0; i < CDR_KINDS; i++)
		printf("kind %s\n", cdr_kind_name((enum cdr_kind)i));
	return 0;
}

int main(int argc, char **argv)
{
	setenv("TZ", "Asia/Shanghai", 1);
	tzset();
	if (argc > 1 && strcmp(argv[1], "names") == 0)
		return print_names();
	if (argc > 1)
		return print_lines(strcmp(argv[1], "csv") == 0 ? CDR_CSV : CDR_JSON);

	int all = (int)(sizeof(cases) / sizeof(cases[0])), failed = cmocka_run_group_tests(cases, NULL, NULL);
	buf_free(&line);
	if (failed < 0 || failed > all)
		failed = all;
	fflush(stderr);
	printf("%d passed, %d failed, 0 skipped\n", all - failed, failed);
	return failed != 0;
}
