/*
 * test_campaign_page.c - a campaign as people read it: state, progress, variants, intervals, hours, which is better.
 */
#include "unit.h"

#include "base/buf.h"
#include "noc/campaign_page.h"
#include "path/store_campaign.h"

#define NOW_MS INT64_C(1795316400000) /* 2026-11-22 03:00 UTC */

static const struct campaign_about about = {"银行", "双十一", NOW_MS, false, 0, -1};

static void field(struct campaign_page *p, const char *name, const char *value)
{
	campaign_page_field(p, view_of(name), view_of(value));
}

static void control(struct campaign_page *p, enum store_campaign_field f, const char *value)
{
	field(p, store_campaign_field_name(f), value);
}

/* Counters of a variant, or of one in an hour ("乙/2026112210"), in pairs of name and value. */
static void counters(struct campaign_page *p, const char *of, const char *const *pairs)
{
	for (; *pairs; pairs += 2) {
		char name[128];
		snprintf(name, sizeof(name), "%s/%s", of, pairs[0]);
		field(p, name, pairs[1]);
	}
}
#define COUNTERS(p, of, ...) counters(p, of, (const char *const[]){__VA_ARGS__, NULL})

/* The page with one blank where a table has several. */
static const char *printed(struct campaign_page *p, const struct campaign_about *what)
{
	static char text[8192];
	struct buf out = {0};
	size_t n = 0;

	campaign_page_print(p, what, &out);
	assert_true(buf_len(&out) < sizeof(text));
	for (size_t i = 0; i < buf_len(&out); i++) {
		char c = (char)buf_data(&out)[i];
		if (c != ' ' || n == 0 || (text[n - 1] != ' ' && text[n - 1] != '\n'))
			text[n++] = c;
	}
	text[n] = '\0';
	buf_consume(&out, buf_len(&out), 0);
	buf_free(&out);
	return text;
}

static void shows(struct campaign_page *p, const struct campaign_about *what, const char *wanted)
{
	const char *page = printed(p, what);
	if (!strstr(page, wanted))
		fail_msg("\"%s\" is not on the page:\n%s", wanted, page);
}

static void hides(struct campaign_page *p, const char *unwanted)
{
	const char *page = printed(p, &about);
	if (strstr(page, unwanted))
		fail_msg("\"%s\" is on the page:\n%s", unwanted, page);
}

static struct campaign_page *page_in(const char *state)
{
	struct campaign_page *p = campaign_page_new();
	control(p, SC_STATE, state);
	control(p, SC_SINCE, "1795312800000");
	control(p, SC_ACCEPTED, "2000");
	control(p, SC_SENT, "1500");
	control(p, SC_UNSENT, "20");
	return p;
}

static void test_running(void **state)
{
	struct campaign_page *p = page_in("running");
	struct campaign_about what = about;

	(void)state;
	shows(p, &about, "campaign 双十一 of 银行: running since ");
	shows(p, &about, ", by -\n2000 accepted, 1500 sent (75.0 %), 20 ended before, 480 wait\n");
	hides(p, "gate");
	what.rate = 8;
	shows(p, &what, "480 wait, 8.0/s: done in about 1 min 0 s\n");
	what.here = true;
	shows(p, &what, "about 1 min 0 s\n");
	what.waiting = 7;
	shows(p, &what, "7 wait at its gate on this node\n");
	campaign_page_free(p);
}

static void test_ramp(void **state)
{
	struct campaign_page *p = page_in("running");

	(void)state;
	control(p, SC_RAMP, "10");
	control(p, SC_RAMP_DOUBLE, "60");
	control(p, SC_RAMP_TO, "500");
	control(p, SC_RAMP_SINCE, "1795316280000"); /* two minutes ago: doubled twice */
	shows(p, &about, "ramp: 40.0/s now, doubles every 60 s, over at 500/s\n");
	control(p, SC_RAMP_TO, "40");
	hides(p, "ramp");
	campaign_page_free(p);
}

static void test_paused(void **state)
{
	struct campaign_page *p = page_in("paused");
	struct campaign_about what = about;

	(void)state;
	control(p, SC_BY, "王工");
	control(p, SC_WHY, "投诉过多");
	what.rate = 8;
	shows(p, &what, ", by 王工\n投诉过多\n2000 accepted");
	shows(p, &what, "480 wait\n");
	campaign_page_free(p);
}

static void test_trial(void **state)
{
	struct campaign_page *p = page_in("collecting");

	(void)state;
	control(p, SC_SHARE, "2.5");
	control(p, SC_COLLECT, "90");
	shows(p, &about, "trial of 2.5 %: texts are gathered for 90 s\n");
	control(p, SC_STATE, "trial");
	control(p, SC_TRIAL, "200");
	control(p, SC_LET, "180");
	control(p, SC_ENDED, "1100");
	control(p, SC_BASE_ENDED, "1000");
	control(p, SC_DELIVERED, "990");
	control(p, SC_BASE_DELIVERED, "900");
	control(p, SC_OUT, "5");
	control(p, SC_BASE_OUT, "3");
	control(p, SC_FLOOR, "80");
	control(p, SC_CEILING, "1.5");
	control(p, SC_WAIT, "600");
	shows(p, &about,
	      "trial: 180 of 200 went, 100 of these ended, 90 delivered, 2 said stop or complained (floor 80 %, "
	      "ceiling 1.5 %, wait 600 s)\n");
	campaign_page_free(p);
}

/* Two variants: 甲 is delivered more often, 乙 is stopped more often, replies do not differ. */
static struct campaign_page *two_variants(void)
{
	struct campaign_page *p = page_in("running");

	COUNTERS(p, "乙", "accepted", "1000", "sent", "1000", "delivered", "880", "ended", "1010", "unsent", "10",
		 "failed", "120", "replied", "36", "opted_out", "20", "complained", "10");
	COUNTERS(p, "甲", "accepted", "1000", "refused", "3", "sent", "1000", "delivered", "930", "ended", "1000",
		 "failed", "40", "expired", "10", "no_receipt", "9", "cancelled", "5", "stopped", "4", "other", "2",
		 "segments", "2000", "cost", "90500", "replied", "40", "opted_out", "1", "complained", "1",
		 "latency_ms", "1860000", "within_5s", "900", "later", "30");
	COUNTERS(p, "乙/2026112210", "accepted", "400", "sent", "300");
	COUNTERS(p, "甲/2026112210", "accepted", "600");
	COUNTERS(p, "乙/2026112209", "accepted", "600", "replied", "3", "opted_out", "2", "complained", "1");
	return p;
}

static void test_tables(void **state)
{
	struct campaign_page *p = two_variants();

	(void)state;
	assert_false(campaign_page_empty(p));
	shows(p, &about, "\n甲 1000 3 1000 930 93.0 % (91.2-94.4) 40 10 9 5 4 2 2000 90.500\n");
	shows(p, &about, "\n乙 1000 0 1000 880 88.0 % (85.8-89.9) 120 0 0 0 0 0 0 0.000\n");
	shows(p, &about, "\n甲 40 4.3 % (3.2-5.8) 1 0.1 % (0.0-0.6) 1 0.1 % (0.0-0.6)\n");
	shows(p, &about, "\n甲 2.0 900 0 0 0 0 0 30\n");
	shows(p, &about, "\n乙 0.0 0 0 0 0 0 0 0\n");
	/* hours in their order, the variants within each */
	shows(p, &about,
	      "\n2026-11-22 09 乙 600 0 0 0 0 3 2 1\n2026-11-22 10 乙 400 0 300 0 0 0 0 0\n"
	      "2026-11-22 10 甲 600 0 0 0 0 0 0 0\n");
	hides(p, "VARIANT FAILED TEXTS");
	campaign_page_free(p);
}

static void test_failures(void **state)
{
	struct campaign_page *p = two_variants();

	(void)state;
	COUNTERS(p, "甲", campaign_counter_name((enum campaign_counter)(CAMPAIGN_FAULT + FAULT_PHONE)), "25",
		 campaign_counter_name((enum campaign_counter)(CAMPAIGN_FAULT + FAULT_NUMBER)), "15");
	shows(p, &about, "\nVARIANT FAILED TEXTS\n甲 phone 25\n甲 number 15\n");
	campaign_page_free(p);
}

static void test_comparison(void **state)
{
	struct campaign_page *p = two_variants();

	(void)state;
	shows(p, &about, "\ndelivered: 甲 is better than 乙 (+");
	shows(p, &about, "\nreplied: no difference shown between 乙 and 甲 (");
	shows(p, &about, "\nstop or complaint: 乙 is worse than 甲 (+");
	campaign_page_free(p);

	p = page_in("running"); /* one alone is compared with nothing, and nothing with none */
	COUNTERS(p, "甲", "accepted", "10", "ended", "10", "delivered", "9");
	hides(p, "better");
	hides(p, "difference");
	COUNTERS(p, "乙", "accepted", "10");
	hides(p, "difference");
	shows(p, &about, "\n乙 10 0 0 0 - 0 0 0 0 0 0 0 0.000\n");
	campaign_page_free(p);
}

static void test_fields_that_are_none(void **state)
{
	struct campaign_page *p = campaign_page_new();
	char variant[CAMPAIGN_VARIANT_MAX + 2], name[sizeof(variant) + 16];

	(void)state;
	assert_true(campaign_page_control(p)->state == CAMPAIGN_UNKNOWN);
	field(p, "accepted of nobody", "5");
	COUNTERS(p, "甲", "unheard_of", "5");
	memset(variant, 'x', sizeof(variant) - 1);
	variant[sizeof(variant) - 1] = '\0';
	snprintf(name, sizeof(name), "%s/accepted", variant);
	field(p, name, "5");
	assert_true(campaign_page_empty(p));
	control(p, SC_STATE, "running");
	assert_null(strstr(printed(p, &about), "VARIANT"));
	field(p, "甲/2026/accepted", "7"); /* no hour: a part of the name */
	shows(p, &about, "\n甲/2026 7 0 ");
	control(p, SC_STATE, "cancelled"); /* the last word holds */
	assert_true(campaign_page_control(p)->state == CAMPAIGN_CANCELLED);
	campaign_page_free(p);
	campaign_page_free(NULL);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_running),	   cmocka_unit_test(test_ramp),
	cmocka_unit_test(test_paused),	   cmocka_unit_test(test_trial),
	cmocka_unit_test(test_tables),	   cmocka_unit_test(test_failures),
	cmocka_unit_test(test_comparison), cmocka_unit_test(test_fields_that_are_none),
};

UNIT_MAIN(cases)
