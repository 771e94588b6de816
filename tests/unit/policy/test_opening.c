/*
 * test_opening.c - send windows and slots: every minute of a year against a second, simple implementation; then what is
 * said about single messages.
 */
#include "policy/opening.h"

#include <stdlib.h>
#include <time.h>

#include "unit.h"

#define MINUTE	    INT64_C(60000)
#define YEAR_BEGINS INT64_C(1767225600000) /* 2026-01-01 00:00 UTC */
#define YEAR_DAYS   365
#define SPREAD_MAX  (600 * 1000)

/* UTC ms of a time of 2026 in China. */
static int64_t china(int month, int day, int hour, int minute)
{
	struct tm tm = {.tm_year = 126, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour - 8, .tm_min = minute};
	return (int64_t)timegm(&tm) * 1000;
}

/* --- building --- */

static const char *const accounts[] = {"bank", "shop"}, *const carriers[] = {"mobile", "unicom"};
enum { BANK, SHOP };
enum { MOBILE, UNICOM };

static int number_of(const char *const *names, const char *name)
{
	for (int i = 0; i < 2; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -1;
}

static int account_number(const void *arg, const char *name)
{
	(void)arg;
	return number_of(accounts, name);
}

static int carrier_number(const void *arg, const char *name)
{
	(void)arg;
	return number_of(carriers, name);
}

static const struct policy_names names = {NULL, account_number, carrier_number, 2, 2};

#define ROWS_MAX  4
#define SPANS_MAX 4

/* A row in words; times "08:00-11:30 14:00-21:00", "" closed. */
struct row {
	const char *name, *classes, *account, *carrier, *days[DAY_KINDS], *zone;
	int outside;
	int64_t spread;
};

struct slot_row {
	const char *name, *classes, *account, *campaign, *days[DAY_KINDS];
	int64_t within;
};

struct texts { /* what lists of a configuration point into */
	char text[64][128];
	char *words[64][SPANS_MAX + CLASSES];
	size_t n;
};

static struct conf_list list_of(struct texts *t, const char *words)
{
	struct conf_list list = {t->words[t->n], 0};
	char *text = t->text[t->n], *rest;
	snprintf(text, sizeof(t->text[0]), "%s", words ? words : "");
	for (char *w = strtok_r(text, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
		list.at[list.n++] = w;
	t->n++;
	return list;
}

static struct scope_conf scope_of(struct texts *t, const char *account, const char *carrier, const char *classes)
{
	return (struct scope_conf){{"gw.conf", 30},
				   (char *)(account ? account : ""),
				   carrier ? (char *)carrier : NULL,
				   list_of(t, classes)};
}

static struct calendar_conf calendar = {{NULL, 1}, NULL, 480};

static struct opening *build(const struct row *rows, size_t n, const struct slot_row *slots, size_t slots_n,
			     char **errors)
{
	static char file[1024];
	struct texts *t = calloc(1, sizeof(*t));
	struct window_conf w[ROWS_MAX];
	struct slot_conf s[ROWS_MAX];
	const char *src = getenv("SMPPGW_SRC");
	snprintf(file, sizeof(file), "%s/etc/calendar-cn.conf", src ? src : ".");
	calendar.file = file;
	for (size_t i = 0; i < n; i++) {
		w[i] = (struct window_conf){
			.scope = scope_of(t, rows[i].account, rows[i].carrier ? rows[i].carrier : "", rows[i].classes),
			.name = (char *)rows[i].name,
			.outside = rows[i].outside,
			.spread = rows[i].spread,
			.zone = (char *)(rows[i].zone ? rows[i].zone : "number")};
		for (int k = 0; k < DAY_KINDS; k++)
			w[i].days[k] = list_of(t, rows[i].days[k]);
	}
	for (size_t i = 0; i < slots_n; i++) {
		s[i] = (struct slot_conf){.scope = scope_of(t, slots[i].account, NULL, slots[i].classes),
					  .name = (char *)slots[i].name,
					  .campaign = (char *)(slots[i].campaign ? slots[i].campaign : ""),
					  .within = slots[i].within,
					  .spread = 600};
		for (int k = 0; k < DAY_KINDS; k++)
			s[i].days[k] = list_of(t, slots[i].days[k]);
	}
	*errors = NULL;
	struct opening *o = opening_new(&(struct opening_conf){&calendar, w, n, s, slots_n}, &names, errors);
	free(t);
	return o;
}

static struct opening *must(const struct row *rows, size_t n, const struct slot_row *slots, size_t slots_n)
{
	char *errors;
	struct opening *o = build(rows, n, slots, slots_n, &errors);
	if (!o)
		fail_msg("%s", errors);
	return o;
}

/* --- the model: a table of minutes, libc's calendar, holidays read with sscanf --- */

static char model_day[366 + 4]; /* 'w', 'e', 'h' by day from the last of 2025 */

static void model_calendar(void)
{
	for (int i = 0; i < 369; i++) {
		time_t t = (time_t)(YEAR_BEGINS / 1000) + (i - 2) * 86400;
		struct tm tm;
		gmtime_r(&t, &tm);
		model_day[i] = tm.tm_wday == 0 || tm.tm_wday == 6 ? 'e' : 'w';
	}
	FILE *f = fopen(calendar.file, "re");
	assert_non_null(f);
	char line[256], kind[16];
	while (fgets(line, sizeof(line), f)) {
		struct tm tm = {0};
		if (sscanf(line, "%d-%d-%d %15s", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, kind) != 4 || line[0] == '#')
			continue;
		tm.tm_year -= 1900;
		tm.tm_mon -= 1;
		long day = (long)(timegm(&tm) - YEAR_BEGINS / 1000) / 86400 + 2;
		if (day >= 0 && day < 369)
			model_day[day] = kind[0];
	}
	fclose(f);
}

struct model_row { /* by kind of day as in "weh" and minute */
	bool open[DAY_KINDS][1440];
};

static void model_read(struct model_row *out, const struct row *row)
{
	memset(out, 0, sizeof(*out));
	for (int k = 0; k < DAY_KINDS; k++) {
		const char *spans = row->days[k] ? row->days[k] : "";
		int fh, fm, th, tm, used;
		for (; *spans && sscanf(spans, " %d:%d-%d:%d%n", &fh, &fm, &th, &tm, &used) == 4; spans += used) {
			for (int m = fh * 60 + fm; m < th * 60 + tm; m++)
				out->open[k][m] = true;
		}
	}
}

static bool model_row_open(const struct model_row *row, const int *zones, int n, int64_t utc_minute)
{
	for (int i = 0; i < n; i++) {
		int64_t local = utc_minute + zones[i] + 2 * 1440;
		char day = model_day[local / 1440];
		if (!row->open[day == 'w' ? 0 : day == 'e' ? 1 : 2][local % 1440])
			return false;
	}
	return true;
}

struct country {
	const char *number;
	int zones[12], n;
};

struct play { /* one configuration, one question, all minutes */
	const char *what;
	struct row rows[ROWS_MAX];
	size_t rows_n;
	enum class_id class_id;
	size_t account, carrier;
	unsigned concerned; /* bits of rows; bit 31: what is built in */
	struct country where;
};

static const struct row built_in = {.days = {"08:00-21:00", "08:00-21:00", "08:00-21:00"}};

static struct model_row model_rows[ROWS_MAX + 1]; /* the last: what is built in */

static void model_build(const struct play *p)
{
	model_calendar();
	for (size_t i = 0; i < p->rows_n; i++)
		model_read(&model_rows[i], &p->rows[i]);
	model_read(&model_rows[ROWS_MAX], &built_in);
}

static bool model_open(const struct play *p, int64_t utc_minute)
{
	const struct country *c = &p->where;
	if (p->concerned >> 31 && !model_row_open(&model_rows[ROWS_MAX], c->zones, c->n, utc_minute))
		return false;
	for (size_t i = 0; i < p->rows_n; i++) {
		int own = p->rows[i].zone ? 480 : 0;
		if (!(p->concerned >> i & 1u))
			continue;
		if (p->rows[i].zone ? !model_row_open(&model_rows[i], &own, 1, utc_minute)
				    : !model_row_open(&model_rows[i], c->zones, c->n, utc_minute))
			return false;
	}
	return true;
}

#define CHINA                                                                                                          \
	{                                                                                                              \
		"8613800138000", {480}, 1                                                                              \
	}
#define BUILT_IN (1u << 31)

static const struct play plays[] = {
	{"promo, nothing configured", {{0}}, 0, CLASS_PROMO, BANK, MOBILE, BUILT_IN, CHINA},
	{"three kinds of days",
	 {{"营销", "promo", "", "", {"08:00-11:30 14:00-21:00", "10:00-20:00", ""}, NULL, 0, 0}},
	 1,
	 CLASS_PROMO,
	 BANK,
	 MOBILE,
	 1,
	 CHINA},
	{"class, carrier and account together",
	 {{"营销", "promo collect", "", "", {"08:00-21:00", "09:00-21:00", "10:00-18:00"}, NULL, 0, 0},
	  {"移动", "", "", "mobile", {"00:00-20:00", "00:00-20:00", "12:00-24:00"}, NULL, 0, 0},
	  {"联通", "", "", "unicom", {"00:00-01:00", "", ""}, NULL, 0, 0},
	  {"商城", "promo", "shop", "", {"13:00-15:00 19:00-23:00", "13:00-15:00", "13:00-15:00"}, NULL, 0, 0}},
	 4,
	 CLASS_PROMO,
	 SHOP,
	 MOBILE,
	 1 | 2 | 8,
	 CHINA},
	{"the same for another account and class",
	 {{"营销", "promo collect", "", "", {"08:00-21:00", "09:00-21:00", "10:00-18:00"}, NULL, 0, 0},
	  {"移动", "", "", "mobile", {"00:00-20:00", "00:00-20:00", "12:00-24:00"}, NULL, 0, 0},
	  {"联通", "", "", "unicom", {"00:00-01:00", "", ""}, NULL, 0, 0},
	  {"商城", "promo", "shop", "", {"13:00-15:00 19:00-23:00", "13:00-15:00", "13:00-15:00"}, NULL, 0, 0}},
	 4,
	 CLASS_COLLECT,
	 BANK,
	 UNICOM,
	 1 | 4,
	 CHINA},
	{"all day on workdays, holidays never",
	 {{"通知", "notice", "", "", {"00:00-24:00", "00:00-00:01 23:59-24:00", ""}, NULL, 0, 0}},
	 1,
	 CLASS_NOTICE,
	 BANK,
	 MOBILE,
	 1,
	 CHINA},
	{"a row of a carrier leaves what is built in",
	 {{"移动", "promo", "", "mobile", {"00:00-12:00", "00:00-12:00", "00:00-12:00"}, NULL, 0, 0}},
	 1,
	 CLASS_PROMO,
	 BANK,
	 MOBILE,
	 1 | BUILT_IN,
	 CHINA},
	{"a country of three zones",
	 {{0}},
	 0,
	 CLASS_PROMO,
	 BANK,
	 MOBILE,
	 BUILT_IN,
	 {"6281234567890", {420, 480, 540}, 3}},
	{"America, with summer time",
	 {{0}},
	 0,
	 CLASS_PROMO,
	 BANK,
	 MOBILE,
	 BUILT_IN,
	 {"12025550123", {-600, -540, -480, -420, -360, -300, -240}, 7}},
	{"Russia, whose zones leave two hours",
	 {{"营销", "promo", "", "", {"08:00-20:00", "08:00-20:00", ""}, NULL, 0, 0}},
	 1,
	 CLASS_PROMO,
	 BANK,
	 MOBILE,
	 1,
	 {"79161234567", {120, 180, 240, 300, 360, 420, 480, 540, 600, 660, 720}, 11}},
	{"half hours", {{0}}, 0, CLASS_PROMO, BANK, MOBILE, BUILT_IN, {"919812345678", {330}, 1}},
	{"nobody's calling code: the calendar's zone",
	 {{0}},
	 0,
	 CLASS_PROMO,
	 BANK,
	 MOBILE,
	 BUILT_IN,
	 {"999123456", {480}, 1}},
	{"a fixed clock, whatever the number",
	 {{"营销", "promo", "", "", {"08:00-21:00", "10:00-12:00", ""}, "+08:00", 0, 0}},
	 1,
	 CLASS_PROMO,
	 BANK,
	 MOBILE,
	 1,
	 {"12025550123", {0}, 0}},
};

static bool got_open(const struct opening *o, const struct play *p, int64_t now_ms, int64_t *opens_ms)
{
	struct opening_ask ask = {.account = p->account,
				  .carrier = p->carrier,
				  .class_id = p->class_id,
				  .number = view_of(p->where.number),
				  .now_ms = now_ms,
				  .seed = (uint64_t)now_ms};
	return opening_open(o, &ask, opens_ms);
}

/* What is said of a minute at its first and last ms; what is closed opens at the next minute that the model has open.
 */
static void check_minute(const struct opening *o, const struct play *p, int64_t m, bool open, int64_t next)
{
	int64_t from = YEAR_BEGINS + m * MINUTE, want = YEAR_BEGINS + next * MINUTE, opens = 0;
	for (int64_t at = from; at < from + MINUTE; at += MINUTE - 1) {
		if (got_open(o, p, at, &opens) != open)
			fail_msg("%s: minute %lld is not as the model says", p->what, (long long)m);
		if (open || next < 0)
			continue;
		if (opens != want && !(p->concerned & BUILT_IN))
			fail_msg("%s: minute %lld opens at another time", p->what, (long long)m);
		if (opens < want || opens >= want + SPREAD_MAX)
			fail_msg("%s: minute %lld is spread too far", p->what, (long long)m);
	}
}

/* All minutes of the year as time goes, with what is remembered; then backwards, without, each edge and each 17th. */
static void run_play(const struct play *p)
{
	static bool open[YEAR_DAYS * 1440 + 1];
	struct opening *o = must(p->rows, p->rows_n, NULL, 0);
	int64_t minutes = YEAR_DAYS * 1440, next = -1, opens;
	model_build(p);
	for (int64_t m = 0; m < minutes; m++) {
		open[m] = model_open(p, m);
		if (got_open(o, p, YEAR_BEGINS + m * MINUTE, &opens) != open[m])
			fail_msg("%s: minute %lld, forwards", p->what, (long long)m);
	}
	for (int64_t m = minutes - 1; m >= 0; m--) {
		bool edge = m == 0 || open[m - 1] != open[m] || open[m + 1] != open[m];
		next = open[m] ? m : next;
		if (edge || m % 17 == 0)
			check_minute(o, p, m, open[m], next);
	}
	opening_free(o);
}

static void test_model(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(plays) / sizeof(plays[0]); i++)
		run_play(&plays[i]);
}

/* --- single messages --- */

static struct policy_subject subject(enum class_id class_id, int64_t now_ms)
{
	return (struct policy_subject){.account = BANK,
				       .carrier = POLICY_NO_CARRIER,
				       .account_name = "bank",
				       .class_id = class_id,
				       .number = view_of("8613800138000"),
				       .now_ms = now_ms,
				       .expiry_ms = now_ms + 48 * 60 * MINUTE,
				       .seed = 7};
}

static const struct row promo_row = {"营销", "promo", "", "", {"08:00-21:00", "08:00-21:00", "08:00-21:00"},
				     NULL,   0,	      600};

static void test_others_unbound(void **state)
{
	(void)state;
	struct opening *o = must(NULL, 0, NULL, 0);
	for (int c = 0; c < CLASSES; c++) {
		struct policy_subject s = subject((enum class_id)c, china(11, 22, 23, 0));
		bool promo = c == CLASS_PROMO;
		assert_int_equal(opening_concerns(o, BANK, (enum class_id)c), promo);
		assert_int_equal(opening_matters(o, BANK, (enum class_id)c, MOBILE), promo);
		assert_int_equal(opening_judge(o, &s), promo ? POLICY_WAIT : POLICY_PASS);
	}
	opening_free(o);
}

static void test_held_and_spread(void **state)
{
	(void)state;
	struct opening *o = must(&promo_row, 1, NULL, 0);
	unsigned minutes[10] = {0};
	for (uint64_t seed = 0; seed < 10000; seed++) {
		struct policy_subject s = subject(CLASS_PROMO, china(11, 22, 21, 30));
		s.seed = seed;
		assert_int_equal(opening_judge(o, &s), POLICY_WAIT);
		assert_true(s.due_ms >= china(11, 23, 8, 0) && s.due_ms < china(11, 23, 8, 10));
		minutes[(s.due_ms - china(11, 23, 8, 0)) / MINUTE]++;
		assert_string_equal(s.detail, "window 营销 opens at 2026-11-23 08:00 +08:00");
	}
	for (int i = 0; i < 10; i++)
		assert_in_range(minutes[i], 850, 1150); /* evenly: 1,000 each, 5 sigma */
	struct policy_subject day = subject(CLASS_PROMO, china(11, 22, 20, 59) + 59999);
	assert_int_equal(opening_judge(o, &day), POLICY_PASS);
	assert_int_equal(day.due_ms, 0);
	opening_free(o);
}

/* What is valid for less than the spread leaves before its end; the spread does not pass the window's end either. */
static void test_spread_bounds(void **state)
{
	(void)state;
	struct row row = promo_row;
	row.spread = 14400;
	for (int k = 0; k < DAY_KINDS; k++)
		row.days[k] = "08:00-08:05";
	struct opening *o = must(&row, 1, NULL, 0);
	for (uint64_t seed = 0; seed < 1000; seed++) {
		struct policy_subject s = subject(CLASS_PROMO, china(11, 22, 21, 30));
		s.seed = seed;
		assert_int_equal(opening_judge(o, &s), POLICY_WAIT);
		assert_true(s.due_ms >= china(11, 23, 8, 0) && s.due_ms < china(11, 23, 8, 5));
		s = subject(CLASS_PROMO, china(11, 22, 21, 30));
		s.seed = seed;
		s.expiry_ms = china(11, 23, 8, 1);
		assert_int_equal(opening_judge(o, &s), POLICY_WAIT);
		assert_true(s.due_ms >= china(11, 23, 8, 0) && s.due_ms < china(11, 23, 8, 1));
	}
	opening_free(o);
}

static void test_validity(void **state)
{
	(void)state;
	struct opening *o = must(&promo_row, 1, NULL, 0);
	struct policy_subject s = subject(CLASS_PROMO, china(11, 22, 21, 30));
	s.expiry_ms = china(11, 23, 8, 0);
	assert_int_equal(opening_judge(o, &s), POLICY_REFUSE);
	assert_string_equal(s.detail, "window 营销 opens at 2026-11-23 08:00 +08:00, the message is valid until "
				      "2026-11-23 08:00 +08:00");
	s.expiry_ms++;
	assert_int_equal(opening_judge(o, &s), POLICY_WAIT);
	assert_int_equal(s.due_ms, china(11, 23, 8, 0));
	s = subject(CLASS_PROMO, china(11, 22, 21, 30));
	s.expiry_ms = 0; /* none */
	assert_int_equal(opening_judge(o, &s), POLICY_WAIT);
	opening_free(o);
}

static void test_refused(void **state)
{
	(void)state;
	struct row rows[] = {promo_row, {"催收", "promo", "", "", {"07:00-22:00", "07:00-22:00", ""}, NULL, 1, 0}};
	struct opening *o = must(rows, 2, NULL, 0);
	struct policy_subject s = subject(CLASS_PROMO, china(11, 22, 21, 30)); /* only the first is closed */
	assert_int_equal(opening_judge(o, &s), POLICY_WAIT);
	s = subject(CLASS_PROMO, china(11, 22, 22, 0));
	assert_int_equal(opening_judge(o, &s), POLICY_REFUSE);
	assert_string_equal(s.detail,
			    "window 催收 is closed at 2026-11-22 22:00 +08:00, it opens at 2026-11-23 08:00 +08:00");
	opening_free(o);
}

static void test_schedule(void **state)
{
	(void)state;
	struct opening *o = must(&promo_row, 1, NULL, 0);
	struct policy_subject s = subject(CLASS_PROMO, china(11, 22, 10, 0));
	s.due_ms = china(11, 22, 22, 0);
	assert_int_equal(opening_judge(o, &s), POLICY_WAIT);
	assert_true(s.due_ms >= china(11, 23, 8, 0) && s.due_ms < china(11, 23, 8, 10));
	int64_t due = s.due_ms;
	assert_int_equal(opening_judge(o, &s), POLICY_PASS); /* asked again: it stays */
	assert_int_equal(s.due_ms, due);
	s = subject(CLASS_PROMO, china(11, 22, 23, 0));
	s.due_ms = china(11, 23, 9, 0); /* at night for the morning */
	assert_int_equal(opening_judge(o, &s), POLICY_PASS);
	assert_int_equal(s.due_ms, china(11, 23, 9, 0));
	opening_free(o);
}

/* A Saturday on which work is made up for, and a Monday that is a holiday. */
static void test_kinds_of_days(void **state)
{
	(void)state;
	struct row row = {"理财", "promo", "", "", {"10:00-11:30", "", ""}, NULL, 0, 0};
	struct opening *o = must(&row, 1, NULL, 0);
	static const struct {
		int month, day, hour, opens_month, opens_day;
	} at[] = {
		{2, 13, 12, 2, 14},			   /* Friday noon: Saturday is made up */
		{2, 14, 12, 2, 24},			   /* then the Spring Festival */
		{9, 19, 9, 9, 20},			   /* a Sunday */
		{10, 9, 12, 10, 10}, {11, 20, 12, 11, 23}, /* any Friday */
	};
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		struct policy_subject s = subject(CLASS_PROMO, china(at[i].month, at[i].day, at[i].hour, 0));
		s.expiry_ms = 0;
		assert_int_equal(opening_judge(o, &s), POLICY_WAIT);
		assert_int_equal(s.due_ms, china(at[i].opens_month, at[i].opens_day, 10, 0));
	}
	opening_free(o);
}

static const struct slot_row slots[] = {
	{"信贷", "promo", "", "credit", {"", "19:00-21:00", "19:00-21:00"}, 3 * 86400},
	{"理财", "promo", "bank", NULL, {"10:00-11:30", "", ""}, 12 * 3600},
};

static void test_slots(void **state)
{
	(void)state;
	struct opening *o = must(&promo_row, 1, slots, 2);
	struct policy_subject s = subject(CLASS_PROMO, china(11, 23, 8, 30)); /* Monday */
	assert_int_equal(opening_judge(o, &s), POLICY_WAIT);
	assert_true(s.due_ms >= china(11, 23, 10, 0) && s.due_ms < china(11, 23, 10, 10));
	assert_string_equal(s.detail, "slot 理财 opens at 2026-11-23 10:00 +08:00");
	s = subject(CLASS_PROMO, china(11, 23, 11, 29)); /* in it */
	assert_int_equal(opening_judge(o, &s), POLICY_PASS);
	s = subject(CLASS_PROMO, china(11, 23, 11, 30)); /* the next is too far */
	assert_int_equal(opening_judge(o, &s), POLICY_PASS);
	s = subject(CLASS_PROMO, china(11, 23, 22, 0)); /* out of the window, and the slot is in reach */
	assert_int_equal(opening_judge(o, &s), POLICY_WAIT);
	assert_true(s.due_ms >= china(11, 24, 10, 0) && s.due_ms < china(11, 24, 10, 10));
	s = subject(CLASS_PROMO, china(11, 23, 21, 30)); /* out of the window, and it is not */
	assert_int_equal(opening_judge(o, &s), POLICY_WAIT);
	assert_true(s.due_ms >= china(11, 24, 8, 0) && s.due_ms < china(11, 24, 8, 10));
	s = subject(CLASS_PROMO, china(11, 23, 8, 30)); /* not valid so long: the ordinary window */
	s.expiry_ms = china(11, 23, 10, 0);
	assert_int_equal(opening_judge(o, &s), POLICY_PASS);
	s = subject(CLASS_PROMO, china(11, 19, 12, 0)); /* Thursday, of the campaign */
	s.campaign = view_of("credit");
	s.expiry_ms = 0;
	assert_int_equal(opening_judge(o, &s), POLICY_WAIT);
	assert_true(s.due_ms >= china(11, 21, 19, 0) && s.due_ms < china(11, 21, 19, 10));
	s = subject(CLASS_PROMO, china(11, 18, 12, 0)); /* Wednesday: too far */
	s.campaign = view_of("credit");
	s.expiry_ms = 0;
	assert_int_equal(opening_judge(o, &s), POLICY_PASS);
	s = subject(CLASS_PROMO, china(11, 23, 8, 30)); /* another account has no slot */
	s.account = SHOP;
	assert_int_equal(opening_judge(o, &s), POLICY_PASS);
	opening_free(o);
}

/* A carrier's window is asked for when it is known which. */
static void test_carrier(void **state)
{
	(void)state;
	struct row rows[] = {promo_row,
			     {"移动", "", "", "mobile", {"09:00-20:00", "09:00-20:00", "09:00-20:00"}, NULL, 0, 0}};
	struct opening *o = must(rows, 2, NULL, 0);
	struct policy_subject s = subject(CLASS_PROMO, china(11, 22, 20, 30));
	assert_int_equal(opening_judge(o, &s), POLICY_PASS);
	s.carrier = UNICOM;
	assert_int_equal(opening_judge(o, &s), POLICY_PASS);
	s.carrier = MOBILE;
	assert_int_equal(opening_judge(o, &s), POLICY_WAIT);
	assert_int_equal(s.due_ms, china(11, 23, 9, 0));
	assert_true(opening_matters(o, BANK, CLASS_OTP, MOBILE));
	assert_false(opening_matters(o, BANK, CLASS_OTP, UNICOM));
	opening_free(o);
}

/* Windows that have no moment in common: refused at once, never held for ever. */
static void test_never(void **state)
{
	(void)state;
	struct row rows[] = {{"早", "promo", "", "", {"08:00-10:00", "08:00-10:00", "08:00-10:00"}, NULL, 0, 0},
			     {"晚", "promo", "", "", {"19:00-21:00", "19:00-21:00", "19:00-21:00"}, NULL, 0, 0}};
	struct opening *o = must(rows, 2, NULL, 0);
	struct policy_subject s = subject(CLASS_PROMO, china(11, 22, 9, 0));
	s.expiry_ms = 0;
	assert_int_equal(opening_judge(o, &s), POLICY_REFUSE);
	assert_non_null(strstr(s.detail, "not open together with all others within 60 days"));
	int64_t opens_ms = 1;
	struct opening_ask ask = {BANK, MOBILE, CLASS_PROMO, view_of("8613800138000"), china(11, 22, 9, 0), 1};
	assert_false(opening_open(o, &ask, &opens_ms));
	assert_int_equal(opens_ms, 0);
	opening_free(o);
}

/* Nothing depends on the machine's zone or on its summer time. */
static void test_machine_zone(void **state)
{
	(void)state;
	static const char *const zones[] = {"UTC", "Asia/Shanghai", "America/New_York", "EST5EDT,M3.2.0,M11.1.0"};
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		setenv("TZ", zones[i], 1);
		tzset();
		struct opening *o = must(&promo_row, 1, NULL, 0);
		for (int month = 1; month <= 12; month++) {
			struct policy_subject s = subject(CLASS_PROMO, china(month, 8, 7, 59));
			assert_int_equal(opening_judge(o, &s), POLICY_WAIT);
			s = subject(CLASS_PROMO, china(month, 8, 8, 0));
			assert_int_equal(opening_judge(o, &s), POLICY_PASS);
			s = subject(CLASS_PROMO, china(month, 8, 21, 0));
			assert_int_equal(opening_judge(o, &s), POLICY_WAIT);
		}
		opening_free(o);
	}
	unsetenv("TZ");
	tzset();
}

static void test_faults(void **state)
{
	(void)state;
	static const struct {
		struct row row;
		const char *want;
	} faults[] = {
		{{"营销", "promo", "", "", {"8-21", "", ""}, NULL, 0, 0}, "windows: workday \"8-21\" must be like"},
		{{"营销", "promo", "", "", {"", "20:00-08:00", ""}, NULL, 0, 0},
		 "windows: weekend \"20:00-08:00\" must be like \"08:00-21:00\"; over midnight write two"},
		{{"营销", "promo", "", "", {"", "", "25:00-26:00"}, NULL, 0, 0}, "windows: holiday \"25:00-26:00\""},
		{{"营销", "promo", "", "", {"", "", ""}, NULL, 0, 0}, "windows: 营销 never opens"},
		{{"营销", "sale", "", "", {"08:00-21:00", "", ""}, NULL, 0, 0}, "windows: \"sale\" is none of otp"},
		{{"营销", "", "nobody", "", {"08:00-21:00", "", ""}, NULL, 0, 0},
		 "windows: there is no account \"nobody\""},
		{{"营销", "", "", "none", {"08:00-21:00", "", ""}, NULL, 0, 0},
		 "windows: there is no carrier \"none\""},
		{{"营销", "", "", "", {"08:00-21:00", "", ""}, "Asia/Shanghai", 0, 0},
		 "windows: zone \"Asia/Shanghai\""},
		{{"营销", "", "", "", {"08:00-21:00", "", ""}, "+15:00", 0, 0}, "windows: zone \"+15:00\""},
		{{"营销", "", "", "", {"08:00-21:00", "", ""}, "+08:60", 0, 0}, "windows: zone \"+08:60\""},
		{{"营销", "", "", "", {"08:00-21:00", "", ""}, "08:00", 0, 0}, "windows: zone \"08:00\""},
	};
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		char *errors;
		assert_null(build(&faults[i].row, 1, NULL, 0, &errors));
		if (!errors || !strstr(errors, faults[i].want) || !strstr(errors, "gw.conf:30: "))
			fail_msg("not \"%s\" but \"%s\"", faults[i].want, errors ? errors : "");
		free(errors);
	}
	char *errors;
	struct slot_row slot = {"理财", "promo", "nobody", NULL, {"10:00-11:30", "", ""}, 1};
	assert_null(build(NULL, 0, &slot, 1, &errors));
	assert_non_null(strstr(errors, "slots: there is no account \"nobody\""));
	free(errors);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_model),		cmocka_unit_test(test_others_unbound),
	cmocka_unit_test(test_held_and_spread), cmocka_unit_test(test_spread_bounds),
	cmocka_unit_test(test_validity),	cmocka_unit_test(test_refused),
	cmocka_unit_test(test_schedule),	cmocka_unit_test(test_kinds_of_days),
	cmocka_unit_test(test_slots),		cmocka_unit_test(test_carrier),
	cmocka_unit_test(test_never),		cmocka_unit_test(test_machine_zone),
	cmocka_unit_test(test_faults),
};

UNIT_MAIN(cases)
