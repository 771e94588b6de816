/*
 * test_status.c - a snapshot as tables and as JSON, and what counts as healthy.
 */
#include "unit.h"

#include <ctype.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "noc/status.h"

#define NOW_MS 1748736000500 /* 2025-06-01 08:00:00.5 +0800 */

static struct snapshot_carrier carriers[] = {
	{.name = "移动",
	 .up = true,
	 .bound = 2,
	 .binds = 2,
	 .outstanding = 3,
	 .window = 200,
	 .window_each = 100,
	 .window_needed = 61,
	 .tps = 200,
	 .limit = 140,
	 .queued = 12,
	 .submitted = 100200,
	 .ok = 100100,
	 .errors = 97,
	 .throttled = 5,
	 .doubts = 4,
	 .p50_us = 1200,
	 .p99_us = 15040,
	 .health = "good",
	 .health_why = "-",
	 .delivery = 93,
	 .id_form = "hex_resp_dec_dlr"},
	{.name = "unicom",
	 .up = false,
	 .command = CARRIER_DRAINED,
	 .binds = 4,
	 .window = 400,
	 .health = "away",
	 .health_why = "flaps",
	 .delivery = -1,
	 .id_form = "learning"},
	{.name = "电信",
	 .up = true,
	 .paused_ms = 2900,
	 .bound = 1,
	 .binds = 1,
	 .window = 10,
	 .window_each = 10,
	 .window_needed = 38,
	 .window_small = true,
	 .tps = 50,
	 .tps_live = true,
	 .health = "proving",
	 .health_why = "refused",
	 .delivery = -1,
	 .id_form = "text"},
};
static struct snapshot_account accounts[] = {
	{.name = "bank",
	 .binds = 1,
	 .max_binds = 4,
	 .requests = 100300,
	 .throttled = 7,
	 .outstanding = 2,
	 .waiting = 9,
	 .backlog = 1200},
};
static struct snapshot_session sessions[] = {
	{.name = "移动/1",
	 .owner = "移动",
	 .state = "bound_trx",
	 .carrier = true,
	 .peer = "127.0.0.1:2776",
	 .tls = "TLSv1.3 TLS_AES_256_GCM_SHA384",
	 .since_ms = NOW_MS - 3600000,
	 .idle_us = 250000,
	 .outstanding = 3},
	{.name = "bank\"#1", .owner = "bank", .state = "open", .peer = "[::1]:40000"},
};

static struct snapshot filled(void)
{
	struct snapshot s = {
		.version = "0.1.0",
		.node = 1,
		.process = {.pid = 42, .resident = 35200000},
		.wall_ms = NOW_MS,
		.phase = "running",
		.alarms = {.critical = 1, .warning = 2, .acked = 1},
		.carriers = carriers,
		.carriers_n = 3,
		.accounts = accounts,
		.accounts_n = 1,
		.sessions = sessions,
		.sessions_n = 2,
		.sessions_total = 2,
	};

	s.flow = (struct flow_status){.phase = FLOW_RUNNING,
				      .store_up = true,
				      .store_lag_us = 300,
				      .store_pending = 4,
				      .messages = 21,
				      .bytes = 1500000,
				      .queued = 12,
				      .parked = 1,
				      .since_ms = NOW_MS - 93784000};
	s.flow.by_state[MSG_QUEUED] = 12;
	s.flow.by_state[MSG_SENT] = 9;
	return s;
}

static char *shown(void (*print)(const struct snapshot *s, struct buf *out), const struct snapshot *s)
{
	struct buf out = {0};

	print(s, &out);
	char *text = mem_strndup(buf_data(&out), buf_len(&out));
	buf_free(&out);
	return text;
}

static void test_text(void **state)
{
	struct snapshot s = filled();
	char *text = shown(status_text, &s);

	(void)state;
	assert_string_equal(
		text, "smppgw 0.1.0   node 1   pid 42   2025-06-01 08:00:00 +0800\n"
		      "running for 1 d 2 h   healthy\n"
		      "store up   oldest write 0.3 ms   pending 4\n"
		      "messages 21 in 1.5 MB   queued 12   process 35.2 MB\n"
		      "alarms 1 critical   2 warning   1 acknowledged\n"
		      "new 0   storing 0   held 0   queued 12   sent 9   awaiting 0   parted 0   doubt 0   past "
		      "0   closing 0   delivering 0   "
		      "leaving 0   parked 1\n"
		      "\n"
		      "CARRIER  STATE       HEALTH             BINDS         WINDOW      TPS  QUEUED  SUBMIT"
		      "TED      OK  ERRORS  THROTTLED  DOUBT  DELIVERED     P50      P99  IDS\n"
		      "移动     up          good                 2/2          3/200  140/200      12     10020"
		      "0  100100      97          5      4        93%  1.2 ms  15.0 ms  hex_resp_dec_dlr\n"
		      "unicom   drained     away (flaps)         0/4          0/400        -       0        "
		      "  0       0       0          0      0          -       -        -  learning\n"
		      "电信     paused 2 s  proving (refused)    1/1  0/10 needs 38  50 live       0          "
		      "0       0       0          0      0          -       -        -  text\n"
		      "\n"
		      "ACCOUNT  BINDS  RECEIVED  THROTTLED  OUTSTANDING  WAITING  BACKLOG\n"
		      "bank       1/4    100300          7            2        9     1200\n"
		      "\n"
		      "BIND     OF            STATE      PEER            TLS      BOUND SINCE                  IDLE  "
		      "OUTSTANDING\n"
		      "移动/1   carrier 移动  bound_trx  127.0.0.1:2776  TLSv1.3  2025-06-01 07:00:00 +0800  250 ms  "
		      "          3\n"
		      "bank\"#1  account bank  open       [::1]:40000     -        -                            0 ms  "
		      "          0\n");
	mem_free(text);
}

static void test_parts(void **state)
{
	struct snapshot s = filled();
	struct buf out = {0};

	(void)state;
	status_carriers(&s, "电信", &out);
	buf_put(&out, "", 1);
	assert_null(strstr((char *)buf_data(&out), "移动"));
	assert_non_null(strstr((char *)buf_data(&out), "电信"));
	buf_free(&out);
	s.carriers[0].removed = s.carriers[2].removed = s.accounts[0].removed = true;
	s.carriers[2].bound = 0;
	char *gone = shown(status_text, &s);
	s.carriers[0].removed = s.carriers[2].removed = s.accounts[0].removed = false;
	s.carriers[2].bound = 1;
	assert_non_null(strstr(gone, "移动     leaving"));
	assert_non_null(strstr(gone, "电信     removed"));
	assert_non_null(strstr(gone, "bank     removed"));
	mem_free(gone);
	s.sessions_total = 1500;
	char *text = shown(status_sessions, &s);
	assert_non_null(strstr(text, "\n... and 1498 more"));
	mem_free(text);
	text = shown(status_queue, &s);
	assert_non_null(strstr(text, "queued          12\n"));
	assert_non_null(strstr(text, "all             21\n"));
	assert_non_null(strstr(text, "移动         12\n"));
	assert_non_null(strstr(text, "bank           9     1200\n"));
	mem_free(text);
}

/* A JSON reader that only judges: the value at p, or NULL. */
static const char *json_value(const char *p);

static const char *json_string(const char *p)
{
	if (*p++ != '"')
		return NULL;
	for (; *p != '"'; p++) {
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p == '\\' && !strchr("\"\\/bfnrtu", *++p))
			return NULL;
	}
	return p + 1;
}

static const char *json_number(const char *p)
{
	char *end;

	if (!isdigit((unsigned char)*p) || (*p == '0' && isdigit((unsigned char)p[1])))
		return NULL;
	strtod(p, &end);
	return end;
}

static const char *json_members(const char *p, char end, bool keys)
{
	if (*p == end)
		return p + 1;
	for (;;) {
		if (keys) {
			p = json_string(p);
			if (!p || *p++ != ':')
				return NULL;
		}
		p = json_value(p);
		if (!p || (*p != ',' && *p != end))
			return NULL;
		if (*p++ == end)
			return p;
	}
}

static const char *json_value(const char *p)
{
	static const char *const words[] = {"true", "false", "null"};

	if (*p == '{')
		return json_members(p + 1, '}', true);
	if (*p == '[')
		return json_members(p + 1, ']', false);
	if (*p == '"')
		return json_string(p);
	for (size_t i = 0; i < 3; i++) {
		if (strncmp(p, words[i], strlen(words[i])) == 0)
			return p + strlen(words[i]);
	}
	return json_number(p);
}

static void test_json(void **state)
{
	static const char *const parts[] = {
		"\"version\":\"0.1.0\"",
		"\"node\":1",
		"\"pid\":42",
		"\"time\":\"2025-06-01T08:00:00+08:00\"",
		"\"uptime_s\":93784",
		"\"phase\":\"running\"",
		"\"healthy\":true,\"unhealthy\":null",
		"\"store\":{\"up\":true,\"lag_ms\":0.300,\"pending\":4}",
		"\"alarms\":{\"critical\":1,\"warning\":2,\"acknowledged\":1}",
		"\"memory\":{\"resident_bytes\":35200000,\"messages_bytes\":1500000}",
		"\"by_state\":{\"new\":0,\"storing\":0,\"held\":0,\"queued\":12,\"sent\":9,",
		"{\"name\":\"移动\",\"up\":true,\"removed\":false,\"paused_ms\":0,\"bound\":2,\"binds\":2,"
		"\"outstanding\":3,\"window\":"
		"200,\"command\":\"run\",\"tps\":200,\"tps_live\":false,\"limit\":140,\"window_each\":100,"
		"\"window_needed\":61,"
		"\"queued\":12,\"submitted\":100200,\"ok\":100100,\"errors\":97,\"throttled\":5,\"in_doubt\":4,\"p50_"
		"ms\":1.200,"
		"\"p99_ms\":15.040,\"health\":\"good\",\"health_why\":\"-\",\"delivered_percent\":93,"
		"\"id_form\":\"hex_resp_dec_dlr\"}",
		"{\"name\":\"bank\",\"binds\":1,\"max_binds\":4,\"received\":100300,\"throttled\":7,\"outstanding\":2,"
		"\"waiting\":9,\"backlog\":1200,\"removed\":false}",
		"\"carrier\":\"移动\",\"state\":\"bound_trx\",\"peer\":\"127.0.0.1:2776\","
		"\"tls\":\"TLSv1.3 "
		"TLS_AES_256_GCM_SHA384\",\"since\":\"2025-06-01T07:00:00+08:00\",\"idle_ms\":250.000,\"outstanding\":"
		"3}",
		"{\"name\":\"bank\\\"#1\",\"account\":\"bank\",\"state\":\"open\",\"peer\":\"[::1]:40000\",\"tls\":"
		"null,"
		"\"since\":null,",
		"\"binds_total\":2}\n",
	};
	struct snapshot s = filled();
	char *text = shown(status_json, &s);

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!strstr(text, parts[i]))
			fail_msg("no %s in %s", parts[i], text);
	}
	const char *end = json_value(text);
	assert_non_null(end);
	assert_string_equal(end, "\n");
	mem_free(text);
	s.carriers_n = s.accounts_n = s.sessions_n = s.sessions_total = 0;
	text = shown(status_json, &s);
	assert_non_null(strstr(text, "\"carriers\":[],\"accounts\":[],\"binds\":[]"));
	end = json_value(text);
	assert_non_null(end);
	assert_string_equal(end, "\n");
	mem_free(text);
}

static void test_health(void **state)
{
	struct flow_status s = {.phase = FLOW_RUNNING, .store_up = true};

	(void)state;
	assert_null(status_unhealthy(&s));
	s.store_up = false;
	assert_string_equal(status_unhealthy(&s), "the store (Redis) is down");
	s.phase = FLOW_LOADING;
	assert_string_equal(status_unhealthy(&s), "loading the journal");
	s.store_up = true;
	assert_string_equal(status_unhealthy(&s), "loading the journal");
	s.phase = FLOW_WAITING;
	assert_string_equal(status_unhealthy(&s), "waiting for the store (Redis)");
	s.phase = FLOW_LEAVING;
	assert_string_equal(status_unhealthy(&s), "leaving");
}

static void test_spans(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{-1, "0 ms"},
		{0, "0 ms"},
		{999, "999 ms"},
		{1000, "1 s"},
		{59999, "59 s"},
		{60000, "1 min 0 s"},
		{3599000, "59 min 59 s"},
		{3600000, "1 h 0 min"},
		{86399000, "23 h 59 min"},
		{86400000, "1 d 0 h"},
		{400 * 86400000LL, "400 d 0 h"},
	};
	char out[STATUS_STAMP];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(status_span(rows[i].ms, out), rows[i].text);
	assert_string_equal(status_time(0, false, out), "-");
	setenv("TZ", "UTC+3:30", 1);
	tzset();
	assert_string_equal(status_time(NOW_MS, true, out), "2025-05-31T20:30:00-03:30");
	setenv("TZ", "CST-8", 1);
	tzset();
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_text),   cmocka_unit_test(test_parts), cmocka_unit_test(test_json),
	cmocka_unit_test(test_health), cmocka_unit_test(test_spans),
};

__attribute__((constructor)) static void china_time(void)
{
	setenv("TZ", "CST-8", 1);
	tzset();
}

UNIT_MAIN(cases)
