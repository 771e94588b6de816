/*
 * test_event.c - the table of events and their JSON, judged by another parser (python3).
 */
#include "path/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/ids.h"
#include "base/text.h"
#include "unit.h"

#define AT 1777599000123 /* 2026-05-01 09:30:00.123 in China */

static struct event_clock ticks; /* "clock" is libc's */
static struct buf out;

static const char *written(const struct event *e)
{
	buf_consume(&out, buf_len(&out), SIZE_MAX);
	event_write(e, &ticks, &out);
	buf_put(&out, "", 1);
	return (const char *)buf_data(&out);
}

static void test_whole(void **state)
{
	(void)state;
	const struct event e = {
		.kind = EVENT_DELIVERED,
		.at_ms = AT,
		.id = 612345678901200001,
		.account = view_of("信用卡"),
		.class_name = view_of("promo"),
		.number = view_of("8613800138000"),
		.code = view_of("10690001"),
		.campaign = view_of("五一 \"理财\""),
		.variant = view_of("A"),
		.carrier = view_of("移动"),
		.state = view_of("DELIVRD"),
		.how = view_of("delivered"),
		.stat = view_of("DELIVRD"),
		.err = view_of("000"),
		.attempts = 2,
		.parts = 3,
	};
	assert_string_equal(written(&e), "{\"e\":\"delivered\",\"at\":\"2026-05-01T09:30:00.123+08:00\","
					 "\"id\":\"612345678901200001\",\"account\":\"信用卡\",\"class\":\"promo\","
					 "\"number\":\"8613800138000\",\"code\":\"10690001\","
					 "\"campaign\":\"五一 \\\"理财\\\"\",\"variant\":\"A\",\"carrier\":\"移动\","
					 "\"attempts\":2,\"parts\":3,\"state\":\"DELIVRD\",\"how\":\"delivered\","
					 "\"stat\":\"DELIVRD\",\"err\":\"000\"}");
	const struct event bare = {.kind = EVENT_CAMPAIGN_PAUSED, .at_ms = AT + 1877};
	assert_string_equal(written(&bare), "{\"e\":\"campaign_paused\",\"at\":\"2026-05-01T09:30:02.000+08:00\"}");
}

static void test_masked(void **state)
{
	(void)state;
	const struct event e = {.kind = EVENT_HELD,
				.at_ms = AT,
				.due_ms = AT + 86400000,
				.number = view_of("8613800138000"),
				.mask = true};
	assert_string_equal(written(&e), "{\"e\":\"held\",\"at\":\"2026-05-01T09:30:00.123+08:00\","
					 "\"number\":\"138****8000\",\"due\":\"2026-05-02T09:30:00.123+08:00\"}");
}

/* Midnight, leap days, ends of years: against the C library. */
static void test_dates(void **state)
{
	(void)state;
	static const int64_t seconds[] = {0,	      951753600,  951839999,  1709135999, 1709136000,  1709222400,
					  1798732799, 1798732800, 4102415999, 4107513600, 253402271999};
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		char expected[64];
		time_t local = (time_t)(seconds[i] + 28800);
		struct tm tm;
		strftime(expected, sizeof(expected), "\"at\":\"%Y-%m-%dT%H:%M:%S.007+08:00\"", gmtime_r(&local, &tm));
		const struct event e = {.kind = EVENT_SENT, .at_ms = seconds[i] * 1000 + 7};
		if (!strstr(written(&e), expected))
			fail_msg("%s has no %s", written(&e), expected);
	}
}

static void test_names(void **state)
{
	(void)state;
	for (int i = 0; i < EVENTS; i++) {
		enum event_kind e;
		assert_true(event_by_name(event_name((enum event_kind)i), &e));
		assert_int_equal(e, i);
		assert_true(strlen(event_help(e)) > 5);
	}
}

static void test_sets(void **state)
{
	(void)state;
	static const struct {
		const char *names[4];
		bool good;
		uint32_t set;
	} table[] = {
		{{NULL}, true, 0},
		{{"none"}, true, 0},
		{{"all"}, true, (1u << EVENTS) - 1},
		{{"sent", "delivered"}, true, 1u << EVENT_SENT | 1u << EVENT_DELIVERED},
		{{"all", "-sent", "-accepted"},
		 true,
		 ((1u << EVENTS) - 1) & ~(1u << EVENT_SENT | 1u << EVENT_ACCEPTED)},
		{{"送达"}, false, 0},
		{{"sent", ""}, false, 0},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct conf_list list = {(char **)(uintptr_t)table[i].names, 0};
		uint32_t set = 0;
		const char *bad = NULL;
		while (list.n < 4 && table[i].names[list.n])
			list.n++;
		assert_int_equal(event_set(&list, &set, &bad), table[i].good);
		assert_int_equal(set, table[i].set);
		if (!table[i].good)
			assert_string_equal(bad, list.at[list.n - 1]);
	}
}

/* --- another parser --- */

#define LINES 3000

static struct rng rng;

/* Any octets, or any characters. */
static struct view random_value(char *mem, size_t max, bool valid)
{
	size_t n = 0, want = rng_below(&rng, max + 1);
	while (n + 4 <= want) {
		uint64_t r = rng_next(&rng);
		if (!valid)
			mem[n++] = (char)r;
		else if (r % 3 == 0)
			n += text_put((int32_t)(r >> 8) & 0x7F, mem + n);
		else if (r % 3 == 1)
			n += text_put(0x4E00 + ((int32_t)(r >> 8) & 0x3FFF), mem + n);
		else
			n += text_put(0x1F300 + ((int32_t)(r >> 8) & 0xFF), mem + n);
	}
	return (struct view){(const uint8_t *)mem, (uint32_t)n};
}

static void put_hex(FILE *to, struct view v)
{
	for (uint32_t i = 0; i < v.n; i++)
		fprintf(to, "%02x", v.p[i]);
}

/* A line of JSON, then the same values as hex: campaign, text. */
static void put_pair(FILE *to, bool valid)
{
	static char mem[2][4200];
	struct event e = {
		.kind = (enum event_kind)rng_below(&rng, EVENTS),
		.at_ms = (int64_t)rng_below(&rng, 4102415999000),
		.due_ms = (int64_t)rng_below(&rng, 4102415999000),
		.id = 612345678901200001 + rng_below(&rng, 1000),
		.original = 612345678901200000,
		.account = view_of("商户\"营销\""),
		.campaign = random_value(mem[0], 255, valid),
		.text = random_value(mem[1], sizeof(mem[1]), valid),
		.attempts = (unsigned)rng_below(&rng, 300),
	};
	fprintf(to, "%s\n", written(&e));
	assert_null(strchr((const char *)buf_data(&out), '\n'));
	if (valid) {
		put_hex(to, e.campaign);
		fputc(' ', to);
		e.text.n = (uint32_t)text_cut((const char *)e.text.p, e.text.n, EVENT_TEXT_MAX);
		put_hex(to, e.text);
	}
	fputc('\n', to);
}

static const char judge[] =
	"import json,sys\n"
	"lines=open(sys.argv[1],'rb').read().split(b'\\n')\n"
	"n=0\n"
	"for j,h in zip(lines[0::2],lines[1::2]):\n"
	"  e=json.loads(j.decode('utf-8'))\n"
	"  assert e['account']=='商户\"营销\"' and e['original']=='612345678901200000' and len(e['id'])==18, j\n"
	"  assert e['at'].endswith('+08:00'), j\n"
	"  if h:\n"
	"    c,t=[bytes.fromhex(x.decode()).decode('utf-8') for x in h.split(b' ')]\n"
	"    assert e.get('campaign','')==c and e.get('text','')==t, j\n"
	"  n+=1\n"
	"sys.exit(0 if n==3000 else 1)\n";

static void test_parser(void **state)
{
	(void)state;
	char file[] = "/tmp/smppgw-event-XXXXXX", program[] = "/tmp/smppgw-judge-XXXXXX", command[200];
	FILE *to = fdopen(mkstemp(file), "w"), *py = fdopen(mkstemp(program), "w");
	rng_seed(&rng, 5);
	for (int i = 0; i < LINES; i++)
		put_pair(to, i % 2);
	fputs(judge, py);
	fclose(to);
	fclose(py);
	snprintf(command, sizeof(command), "python3 %s %s", program, file);
	int status = system(command);
	unlink(program);
	if (status == 0)
		unlink(file);
	assert_int_equal(status, 0);
}

static int free_all(void **state)
{
	(void)state;
	buf_free(&out);
	return 0;
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_whole), cmocka_unit_test(test_masked), cmocka_unit_test(test_dates),
	cmocka_unit_test(test_names), cmocka_unit_test(test_sets),   cmocka_unit_test_teardown(test_parser, free_all),
};

UNIT_MAIN(cases)
