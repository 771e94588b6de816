/*
 * test_api.c - the dashboard's JSON: its members, what is null, names with anything in them, how long a page gets. The
 * gateway is a table here.
 */
#include "noc/api.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/json_read.h"
#include "base/mem.h"
#include "noc/alarm.h"
#include "noc/history.h"
#include "unit.h"

#define START_MS 1780000123456 /* UTC */
#define CARRIERS 50
#define ACCOUNTS 200
#define BINDS	 500

static struct loop *loop;
static struct tally *tally;
static struct history *history;
static struct snapshot_source source;
static struct buf out;
static char names[CARRIERS + ACCOUNTS][48];
static size_t carriers_n, accounts_n, binds_n, losses_n;
static struct history_state states[CARRIERS], total;
static int64_t now_ms;

/* --- the gateway --- */

struct carrier {
	const char *name;
};
static const struct carrier lost = {"联通\"<b>"};

void snapshot_take(const struct snapshot_source *from, size_t sessions_max, const char *owner, struct snapshot *s)
{
	assert_ptr_equal(from, &source);
	assert_null(owner);
	memset(s, 0, sizeof(*s));
	s->version = "9.9";
	s->node = 7;
	s->wall_ms = START_MS + now_ms;
	s->phase = "running";
	s->flow.since_ms = START_MS;
	s->flow.messages = 12;
	s->flow.by_state[MSG_QUEUED] = 5;
	s->carriers = mem_zalloc(CARRIERS * sizeof(s->carriers[0]));
	s->accounts = mem_zalloc(ACCOUNTS * sizeof(s->accounts[0]));
	s->sessions = mem_zalloc(BINDS * sizeof(s->sessions[0]));
	s->carriers_n = carriers_n;
	for (size_t i = 0; i < carriers_n; i++)
		s->carriers[i] = (struct snapshot_carrier){.name = names[i],
							   .up = i % 2 == 0,
							   .health = "good",
							   .health_why = "-",
							   .delivery = i % 2 ? -1 : 97,
							   .tps = 200};
	s->accounts_n = accounts_n;
	for (size_t i = 0; i < accounts_n; i++)
		s->accounts[i] = (struct snapshot_account){.name = names[CARRIERS + i], .binds = i};
	s->sessions_n = binds_n < sessions_max ? binds_n : sessions_max;
	s->sessions_total = binds_n;
	for (size_t i = 0; i < s->sessions_n; i++)
		s->sessions[i] = (struct snapshot_session){
			.name = "s1", .owner = names[i % CARRIERS], .state = "bound_trx", .peer = "10.0.0.1:2775"};
}

void snapshot_free(struct snapshot *s)
{
	mem_free(s->carriers);
	mem_free(s->accounts);
	mem_free(s->sessions);
}

struct carriers *flow_carriers(const struct flow *f)
{
	(void)f;
	return NULL;
}

const char *carrier_name(const struct carrier *c)
{
	return c->name;
}

void carriers_each_loss(const struct carriers *cs, void (*fn)(void *arg, const struct carrier_loss *loss), void *arg)
{
	assert_null(cs);
	for (size_t i = 0; i < losses_n; i++)
		fn(arg, &(struct carrier_loss){&lost, START_MS, END_SILENT});
}

void alarms_each(const struct alarms *a, bool every, void (*fn)(void *arg, const struct alarm_view *v), void *arg)
{
	static const struct alarm_row row = {.scope = ALARM_CARRIER};

	assert_non_null(a);
	assert_false(every);
	fn(arg, &(struct alarm_view){.row = &row,
				     .alarm = "carrier_down",
				     .object = "联通\"<b>",
				     .severity = ALARM_CRITICAL,
				     .since_ms = START_MS,
				     .value = NAN,
				     .threshold = 0.5,
				     .unit = "",
				     .zh = "断开",
				     .en = "down",
				     .todo = "call",
				     .acked_by = ""});
}

/* --- helpers --- */

static int begin(void **state)
{
	(void)state;
	loop = loop_new_simulated(START_MS);
	tally = tally_new(loop);
	history = history_new();
	memset(&out, 0, sizeof(out));
	source = (struct snapshot_source){.history = history, .version = "9.9", .node = 7};
	total = (struct history_state){.name = ""};
	carriers_n = accounts_n = binds_n = losses_n = 0;
	now_ms = 5000;
	for (size_t i = 0; i < CARRIERS + ACCOUNTS; i++)
		snprintf(names[i], sizeof(names[i]), i < CARRIERS ? "运营商%02zu" : "商户%03zu", i);
	return 0;
}

static int end(void **state)
{
	(void)state;
	history_free(history);
	tally_free(tally);
	loop_free(loop);
	buf_free(&out);
	return 0;
}

static void look(void)
{
	now_ms += 1000;
	for (size_t i = 0; i < carriers_n; i++)
		states[i].name = names[i];
	history_look(history, tally, now_ms, START_MS + now_ms, &total, states, carriers_n);
}

static void add(enum tally_dim d, const char *name, enum tally_what w, unsigned times)
{
	unsigned place = tally_place(tally, d, view_of(name));

	while (times-- > 0)
		tally_add(tally, d, place, w);
}

static const char *page(void)
{
	char version[16];

	buf_consume(&out, buf_len(&out), SIZE_MAX);
	api_now(&source, &out);
	assert_int_equal(json_member((const char *)buf_data(&out), buf_len(&out), "version", version, sizeof(version)),
			 JSON_STRING);
	assert_string_equal(version, "9.9");
	buf_put(&out, "", 1);
	return (const char *)buf_data(&out);
}

static int ask(const char *query)
{
	struct query q;
	char text[600];

	assert_null(query_parse(&q, query));
	buf_consume(&out, buf_len(&out), SIZE_MAX);
	int status = api_history(&source, &q, &out);
	assert_int_not_equal(json_member((const char *)buf_data(&out), buf_len(&out), "x", text, sizeof(text)),
			     JSON_BROKEN);
	return status;
}

static void says(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no %s in %s", part, text);
}

/* --- tests --- */

static void test_now_empty(void **state)
{
	(void)state;
	look();
	const char *text = page();

	says(text, "{\"at\":1780000129456,\"node\":7,\"version\":\"9.9\",\"uptime_s\":6,\"phase\":\"running\",");
	says(text, "\"store\":{\"up\":false,\"lag_ms\":0.000,\"pending\":0},\"messages\":{\"total\":12,");
	says(text, "\"queued\":5,");
	says(text, "\"total\":{\"name\":\"\",\"w\":{\"1m\":{\"accepted\":0,");
	says(text, "\"ratio\":null}");
	says(text, "\"latency\":{\"1m\":{\"wait\":null,\"answer\":null,\"receipt\":null},\"15m\":{");
	says(text,
	     "\"carriers\":[],\"operators\":[],\"accounts\":[],\"classes\":[],\"campaigns\":[],\"reasons\":[],"
	     "\"binds\":[],\"binds_total\":0,\"flaps\":[],\"alarms\":[],\"optouts\":{\"1m\":0,\"15m\":0,\"24h\":0},"
	     "\"complaints\":{");
}

static void test_now(void **state)
{
	(void)state;
	carriers_n = 2;
	accounts_n = 1;
	losses_n = 1;
	source.alarms = (struct alarms *)(void *)&losses_n; /* known to alarms_each() above alone */
	add(TALLY_ALL, "", TALLY_DELIVERED, 3);
	add(TALLY_ALL, "", TALLY_FAILED, 1);
	add(TALLY_CARRIER, names[0], TALLY_SENT, 4);
	tally_time(tally, TALLY_CARRIER, tally_place(tally, TALLY_CARRIER, view_of(names[0])), TALLY_ANSWER, 20);
	add(TALLY_ACCOUNT, names[CARRIERS], TALLY_ACCEPTED, 4);
	add(TALLY_OPERATOR, "cmcc", TALLY_ACCEPTED, 4);
	add(TALLY_CLASS, "otp", TALLY_ACCEPTED, 4);
	add(TALLY_REASON, "signature", TALLY_REFUSED, 6);
	add(TALLY_ALL, "", TALLY_OPTOUTS, 2);
	states[0].gauges[HISTORY_SUBMITS] = 4;
	states[0].gauges[HISTORY_OLDEST] = 33;
	states[0].gauges[HISTORY_FLAPS] = 2;
	look();
	const char *text = page();

	says(text, "\"delivered\":3,\"failed\":1,\"replies\":0,\"optouts\":2,\"complaints\":0,\"ratio\":0.75}");
	says(text, "{\"name\":\"运营商00\",\"up\":true,\"state\":\"up\",\"health\":\"good\",\"health_why\":\"-\",");
	says(text, "\"rate\":0.8,\"tps\":200,\"limit\":0,\"queued\":0,\"oldest_s\":33,\"doubts\":0,\"delivery\":97,"
		   "\"flaps_1h\":2,\"w\":{\"1m\":{\"accepted\":0,\"refused\":0,\"sent\":4,");
	says(text, "\"answer\":{\"p50\":0.020,\"p95\":0.020,\"p99\":0.020}");
	says(text, "{\"name\":\"运营商01\",\"up\":false,\"state\":\"down\",");
	says(text, "\"delivery\":null,");
	says(text, "{\"name\":\"商户050\",\"binds\":0,\"max_binds\":0,\"waiting\":0,\"backlog\":0,\"binds_lost\":0,"
		   "\"w\":{\"1m\":{"
		   "\"accepted\":4,");
	says(text, "\"operators\":[{\"name\":\"cmcc\",\"w\":{");
	says(text, "\"classes\":[{\"name\":\"otp\",\"w\":{");
	says(text, "\"reasons\":[{\"name\":\"signature\",\"n\":{\"1m\":6,\"15m\":6,\"24h\":6}}]");
	says(text, "\"flaps\":[{\"owner\":\"联通\\\"<b>\",\"at_ms\":1780000123456,\"why\":\"silent\"}]");
	says(text, "\"alarms\":[{\"alarm\":\"carrier_down\",\"object\":\"联通\\\"<b>\",\"scope\":\"carrier\","
		   "\"severity\":\"critical\","
		   "\"since_ms\":1780000123456,\"value\":null,"
		   "\"worst\":0,\"threshold\":0.5,\"unit\":\"\",\"zh\":\"断开\",");
	says(text, "\"optouts\":{\"1m\":2,\"15m\":2,\"24h\":2}");
}

/* Names of campaigns come from apps: whatever stands in them, it is one JSON string. */
static void test_names(void **state)
{
	(void)state;
	add(TALLY_CAMPAIGN, "商城:\"},{\\\n\x01\x7f", TALLY_ACCEPTED, 1);
	add(TALLY_CAMPAIGN, "商城:\xff\xc0\x80", TALLY_ACCEPTED, 1);
	look();
	const char *text = page();

	says(text, "{\"name\":\"商城:\\\"},{\\\\\\u000a\\u0001\\u007f\",\"w\":{");
	says(text, "{\"name\":\"商城:\xEF\xBF\xBD");
	for (const char *p = text; *p && p[1]; p++)
		assert_true((unsigned char)*p >= 0x20 || *p == '\n');
}

static void test_history(void **state)
{
	(void)state;
	carriers_n = 1;
	add(TALLY_CARRIER, names[0], TALLY_SENT, 4);
	tally_time(tally, TALLY_CARRIER, tally_place(tally, TALLY_CARRIER, view_of(names[0])), TALLY_ANSWER, 3000);
	states[0].gauges[HISTORY_QUEUED] = 9;
	look();
	assert_int_equal(ask("dim=carrier&name=%E8%BF%90%E8%90%A5%E5%95%8600"), 200);
	buf_put(&out, "", 1);
	const char *text = (const char *)buf_data(&out);
	says(text, "{\"dim\":\"carrier\",\"name\":\"运营商00\",\"step_s\":60,\"from_ms\":1779913740000,\"points\":1440,"
		   "\"accepted\":[null,null,");
	says(text, ",null,4],\"delivered\":[");
	says(text, ",null,9],\"oldest_s\":[");
	says(text, ",null,null],\"answer_p50\":[");
	says(text, "],\"answer_p99\":[");
	says(text, ",null,3.");
	says(text, "\"seconds\":{\"step_s\":1,\"from_ms\":1780000070000,\"points\":60,\"accepted\":[null,");
	assert_int_equal(ask(""), 200);
	assert_int_equal(ask("dim=account&name=nobody"), 200);
	assert_int_equal(ask("dim=reason&name=signature"), 200);
	assert_int_equal(ask("dim=phone"), 400);
	assert_int_equal(ask("dim="), 400);
}

static void fill(unsigned minutes)
{
	for (unsigned m = 0; m < minutes; m++) {
		for (size_t i = 0; i < CARRIERS + ACCOUNTS; i++) {
			enum tally_dim d = i < CARRIERS ? TALLY_CARRIER : TALLY_ACCOUNT;
			for (int w = 0; w < TALLY_WHATS; w++)
				add(d, names[i], (enum tally_what)w, 1 + (unsigned)rand() % 40);
			for (int t = 0; t < TALLY_TIMES && d == TALLY_CARRIER; t++)
				tally_time(tally, d, tally_place(tally, d, view_of(names[i])), (enum tally_time)t,
					   rand());
		}
		now_ms += 59000;
		look();
	}
}

static double took_ms(void (*fn)(void))
{
	struct timespec from, to;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (int i = 0; i < 20; i++)
		fn();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	return ((double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6) / 20;
}

static void one_page(void)
{
	buf_consume(&out, buf_len(&out), SIZE_MAX);
	api_now(&source, &out);
}

static void one_history(void)
{
	struct query q;

	assert_null(query_parse(&q, "dim=carrier&name=%E8%BF%90%E8%90%A5%E5%95%8600"));
	buf_consume(&out, buf_len(&out), SIZE_MAX);
	assert_int_equal(api_history(&source, &q, &out), 200);
}

/* 50 carriers, 200 accounts, many binds: how long the pages get. */
static void test_large(void **state)
{
	(void)state;
	struct history_stats s;

	carriers_n = CARRIERS;
	accounts_n = ACCOUNTS;
	binds_n = 10000;
	losses_n = CARRIER_LOSSES;
	fill(200);
	double now = took_ms(one_page);
	size_t octets = buf_len(&out);
	assert_in_range(octets, 200000, 400000);
	says(page(), "\"binds_total\":10000,");
	double day = took_ms(one_history), second = took_ms(look);
	assert_in_range(buf_len(&out), 20000, 250000);
	history_stats(history, &s);
	print_message("now: %zu octets in %.2f ms; history: %zu in %.2f ms; a look: %.2f ms; memory %.1f MB\n", octets,
		      now, buf_len(&out), day, second, (double)s.bytes / 1e6);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
static const struct CMUnitTest cases[] = {
	CASE(test_now_empty), CASE(test_now), CASE(test_names), CASE(test_history), CASE(test_large),
};
UNIT_MAIN(cases)
