/*
 * test_story.c - records as the story of a message: order, times, words, masking, and the same as JSON and CSV; where a
 * message is now.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/ids.h"
#include "base/mem.h"
#include "noc/story.h"
#include "noc/story_now.h"

#define ID   763794001123000017u
#define TEXT "尊敬的客户，您的验证码是123456"

static const int64_t begin_ms = 1795348801123; /* 2026-11-22 20:00:01.123 +0800 */

static struct cdr record(enum cdr_kind kind, int64_t after_ms)
{
	return (struct cdr){.kind = kind,
			    .at_ms = begin_ms + after_ms,
			    .id = ID,
			    .account = view_of("bank"),
			    .class_name = view_of("otp"),
			    .number = view_of("8613800138000"),
			    .code = view_of("10690001"),
			    .wait_ms = -1,
			    .answer_ms = -1,
			    .price = -1};
}

static void add(struct story *s, const struct cdr *c, const char *text, enum cdr_format format)
{
	struct buf out = {0};
	struct search_hit hit = {.number = view_of("8613800138000"), .text = view_of(text)};

	cdr_write_core(c, s ? story_steps(s) + 1 : 1, "", "", format, &out);
	buf_puts(&out, format == CDR_JSON ? "}" : ",,,,,");
	hit.whole = (struct view){buf_data(&out), (uint32_t)buf_len(&out)};
	assert_true(cdr_cut(hit.whole, &hit.line));
	story_add(s, &hit);
	buf_free(&out);
}

/* A message with a refused attempt, one in doubt, one that is delivered; given in disorder. */
static struct story *life(void)
{
	struct story *s = story_new(ID);
	struct cdr c = record(CDR_ENDED, 9000);

	c.state = view_of("DELIVRD");
	c.how = view_of("delivered");
	c.attempt = 3;
	c.price = 45;
	add(s, &c, "", CDR_JSON);
	c = record(CDR_ACCEPTED, 0);
	c.segments = 2;
	c.campaign = view_of("双十一");
	add(s, &c, TEXT, CDR_JSON);
	c = record(CDR_ATTEMPT, 153);
	c.attempt = 1;
	c.carrier = view_of("移动");
	c.status = view_of("ESME_RSYSERR");
	c.fault = view_of("temporary");
	c.answer_ms = 12;
	c.wait_ms = 141;
	add(s, &c, "", CDR_JSON);
	c = record(CDR_DOUBT, 5200);
	c.attempt = 2;
	c.carrier = view_of("联通");
	c.why = view_of("link_lost");
	add(s, &c, "", CDR_CSV);
	c = record(CDR_ATTEMPT, 6000);
	c.attempt = 3;
	c.carrier = view_of("联通");
	c.status = view_of("ESME_ROK");
	c.carrier_id = view_of("8f3a");
	c.answer_ms = 5;
	add(s, &c, "", CDR_CSV);
	c = record(CDR_RECEIPT, 8999);
	c.carrier = view_of("联通");
	c.stat = view_of("DELIVRD");
	c.err = view_of("000");
	c.how = view_of("final");
	add(s, &c, "", CDR_JSON);
	c = record(CDR_TOLD, 3600000);
	c.how = view_of("app");
	add(s, &c, "", CDR_JSON);
	return s;
}

/* Times are shown as China's clocks show them, wherever the test runs. */
__attribute__((constructor)) static void set_zone(void)
{
	setenv("TZ", "Asia/Shanghai", 1);
	tzset();
}

static char *taken(struct buf *out)
{
	char *text = mem_strndup((const char *)buf_data(out), buf_len(out));

	buf_free(out);
	return text;
}

static void test_print(void **state)
{
	struct story *s = life();
	struct buf out = {0};

	(void)state;
	story_print(s, false, &out);
	char *text = taken(&out);
	assert_string_equal(
		text,
		"763794001123000017  bank  otp  10690001 -> 138****8000\n"
		"  2026-11-22 20:00:01.123 +0800     +0.000 s  accepted from bank, 2 segments, campaign 双十一, text "
		"of "
		"18 characters (--unmask shows it)\n"
		"  2026-11-22 20:00:01.276 +0800     +0.153 s  attempt 1: 移动 refused it with ESME_RSYSERR "
		"(temporary), "
		"answered after 12 ms, had waited 141 ms\n"
		"  2026-11-22 20:00:06.323 +0800     +5.200 s  attempt 2: no answer of 联通, the link was lost: it may "
		"have "
		"it\n"
		"  2026-11-22 20:00:07.123 +0800     +6.000 s  attempt 3: 联通 took it as 8f3a, answered after 5 ms\n"
		"  2026-11-22 20:00:10.122 +0800     +8.999 s  receipt of 联通: stat=DELIVRD err=000\n"
		"  2026-11-22 20:00:10.123 +0800     +9.000 s  ended as DELIVRD (delivered) after 3 attempts, 0.045 "
		"yuan\n"
		"  2026-11-22 21:00:01.123 +0800   +1 h 0 min  the app has it\n");
	mem_free(text);
	story_print(s, true, &out);
	text = taken(&out);
	assert_non_null(strstr(text, "10690001 -> 8613800138000\n"));
	assert_non_null(strstr(text, ": " TEXT "\n"));
	assert_null(strstr(text, "--unmask"));
	mem_free(text);
	story_free(s);
}

/* An end that was recorded and not stored when the gateway died is none. */
static void test_reopened(void **state)
{
	struct story *s = story_new(ID);
	struct cdr c = record(CDR_ENDED, 9000);
	struct buf out = {0};

	(void)state;
	c.state = view_of("DELIVRD");
	add(s, &c, "", CDR_JSON);
	assert_true(story_ended(s));
	c = record(CDR_REOPENED, 9500);
	c.state = view_of("DELIVRD");
	c.carrier = view_of("移动");
	add(s, &c, "", CDR_JSON);
	assert_false(story_ended(s));
	story_print(s, false, &out);
	buf_put(&out, "", 1);
	assert_non_null(strstr((const char *)buf_data(&out),
			       "it goes on: this end (DELIVRD) at 移动 was recorded and not stored"));
	buf_free(&out);
	c = record(CDR_ENDED, 9900);
	add(s, &c, "", CDR_JSON);
	assert_true(story_ended(s));
	story_free(s);
}

/* What others have written is obeyed by no terminal, and ends no JSON. */
static void test_hostile(void **state)
{
	struct story *s = story_new(ID);
	struct cdr c = record(CDR_RECEIPT, 0);
	struct buf out = {0};

	(void)state;
	c.stat = view_of("\x1b[2J\"}");
	add(s, &c, "一\n二\x1b[31m", CDR_JSON);
	story_print(s, true, &out);
	char *text = taken(&out);
	assert_null(strchr(text, '\x1b'));
	assert_non_null(strstr(text, "stat=?[2J\"}"));
	mem_free(text);
	story_json(s, true, &out);
	text = taken(&out);
	assert_null(strchr(text, '\x1b'));
	assert_non_null(strstr(text, "\\\"}"));
	mem_free(text);
	story_free(s);
}

static void test_forms(void **state)
{
	struct story *s = life();
	struct buf out = {0};

	(void)state;
	story_json(s, false, &out);
	char *text = taken(&out);
	assert_non_null(strstr(text, "\"id\":\"763794001123000017\",\"records\":[{\"n\":2,"));
	assert_non_null(strstr(text, "\"segments\":2}"));
	assert_non_null(strstr(text, "\"number\":\"138****8000\""));
	assert_null(strstr(text, "13800138000"));
	assert_null(strstr(text, "验证码"));
	mem_free(text);
	story_json(s, true, &out);
	text = taken(&out);
	assert_non_null(strstr(text, "\"number\":\"8613800138000\",\"text\":\"" TEXT "\""));
	assert_null(strstr(text, "138****"));
	mem_free(text);
	assert_int_equal(story_begin_ms(s), begin_ms);
	assert_int_equal(story_end_ms(s), begin_ms + 3600000);
	story_free(s);
}

static void test_csv(void **state)
{
	struct cdr c = record(CDR_ACCEPTED, 0);
	struct cdr_line line;
	struct buf core = {0}, out = {0};

	(void)state;
	c.campaign = view_of("a,\"b\"");
	cdr_write_core(&c, 7, "", "", CDR_JSON, &core);
	buf_puts(&core, "}");
	assert_true(cdr_cut((struct view){buf_data(&core), (uint32_t)buf_len(&core)}, &line));
	story_csv_head(true, &out);
	story_record_csv(&line, view_of("8613800138000"), view_of(TEXT), true, &out);
	char *text = taken(&out);
	assert_int_equal(strncmp(text, "n,at,kind,id,", 13), 0);
	assert_non_null(strstr(text, "\n7,2026-11-22T20:00:01.123+08:00,accepted,763794001123000017,"));
	assert_non_null(strstr(text, ",8613800138000,"));
	assert_non_null(strstr(text, ",\"a,\"\"b\"\"\","));
	assert_non_null(strstr(text, ",\"" TEXT "\"\n"));
	mem_free(text);
	buf_free(&core);
}

static struct flow_found found(enum msg_state state)
{
	return (struct flow_found){.id = ID,
				   .state = state,
				   .account = "bank",
				   .class_name = "promo",
				   .verdict = "",
				   .carrier = "",
				   .taker = "",
				   .final_state = "",
				   .number = view_of("8613800138000"),
				   .code = view_of("10690001"),
				   .text = view_of("优惠"),
				   .accepted_ms = begin_ms,
				   .expiry_ms = begin_ms + 172800000};
}

static void says(const struct flow_found *x, const char *wanted)
{
	struct buf out = {0};

	story_now(x, begin_ms + 60000, &out);
	char *text = taken(&out);
	if (!strstr(text, wanted))
		fail_msg("no \"%s\" in: %s", wanted, text);
	mem_free(text);
}

static void test_now(void **state)
{
	struct flow_found x = found(MSG_HELD);
	struct buf out = {0};

	(void)state;
	x.wait = LOOK_HOURS;
	x.due_ms = begin_ms + 3660000;
	x.verdict = "window";
	says(&x, "  now: held by the hours of contact, until 2026-11-22 21:01:01 +0800 (in 1 h 0 min), "
		 "policy window; its validity ends at 2026-11-24 20:00:01 +0800 (in 1 d 23 h)\n");
	x = found(MSG_QUEUED);
	x.taker = "联通";
	x.before = 37;
	x.lane = 4210;
	x.attempts = 1;
	says(&x, "waits for 联通, which is down; 37 of its account and class before it, 4210 in the lane; it has "
		 "waited 1 min "
		 "0 s; 1 attempt so far;");
	x = found(MSG_AWAITING);
	x.carrier = "移动";
	x.carrier_id = view_of("8f3a");
	x.sent_ms = begin_ms + 1000;
	says(&x, "  now: 移动 has it as 8f3a; its receipt has been awaited for 59 s\n");
	x.state = MSG_DOUBT;
	says(&x,
	     "in doubt for 59 s: 移动 has not answered the submit and may have it; a receipt settles it, or you: doubt "
	     "resend 763794001123000017, doubt fail 763794001123000017\n");
	x.part = 2;
	x.parts = 3;
	x.state = MSG_PAST;
	x.final_state = "DELIVRD";
	says(&x, "    part 2 of 3: ended as DELIVRD\n");
	x = found(MSG_DELIVERING);
	x.final_state = "UNDELIV";
	says(&x, "ended as UNDELIV; the receipt waits for the app, which is not bound\n");
	story_now_head(&x, false, &out);
	char *text = taken(&out);
	assert_string_equal(text, "763794001123000017  bank  promo  10690001 -> 138****8000\n");
	mem_free(text);
	story_now_json(&x, false, &out);
	text = taken(&out);
	assert_non_null(strstr(text, "\"state\":\"delivering\",\"final\":\"UNDELIV\""));
	assert_null(strstr(text, "优惠"));
	mem_free(text);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_print), cmocka_unit_test(test_reopened), cmocka_unit_test(test_hostile),
	cmocka_unit_test(test_forms), cmocka_unit_test(test_csv),      cmocka_unit_test(test_now),
};

UNIT_MAIN(cases)
