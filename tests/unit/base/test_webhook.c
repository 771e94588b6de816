/*
 * test_webhook.c - webhooks against a server in the same loop: signature, tries and pauses, ends, reloads, and what
 * their rows must not say.
 */
#include "unit.h"
#include <openssl/hmac.h>
#include <stdlib.h>
#include "base/log.h"
#include "base/mem.h"
#include "base/stats.h"
#include "base/webhook.h"
#include "http_rig.h"

#define JSON   "{\"文\":\"查利率\"}"
#define SECRET "密钥"

static struct rig rig;
static struct stats *stats;
static struct webhooks *hooks;
static char url[3][256];
static struct webhook_conf rows[3];
static struct webhook_answer got;
static char got_why[HTTP_WHY], got_body[256];

static void on_answer(void *arg, uint64_t token, const struct webhook_answer *a)
{
	assert_ptr_equal(arg, &rig);
	assert_int_equal(token, 5);
	got = *a;
	snprintf(got_why, sizeof(got_why), "%s", a->why);
	snprintf(got_body, sizeof(got_body), "%s", a->body);
	rig_count(&rig);
}

static void set_row(size_t i, const char *name, const char *path)
{
	snprintf(url[i], sizeof(url[i]), "%s", rig_url(&rig, "http", "127.0.0.1", rig.port, path));
	rows[i] = (struct webhook_conf){.name = (char *)(uintptr_t)name,
					.url = url[i],
					.secret = (char *)(uintptr_t)SECRET,
					.ca = (char *)(uintptr_t) "",
					.deadline = 1000,
					.retries = 2,
					.retry = 20,
					.connections = 2,
					.waiting = 2};
}

static void begin(void)
{
	rig_start(&rig, NULL);
	stats = stats_new();
	set_row(0, "利率", "/echo");
	set_row(1, "状态", "/status");
	set_row(2, "慢", "/slow");
	hooks = webhooks_new(rig.loop, rows, 3, stats);
}

static void end(void)
{
	webhooks_free(hooks);
	stats_free(stats);
	rig_stop(&rig);
}

static uint64_t told(const char *name, int64_t deadline_ms)
{
	int i = webhooks_find(hooks, name);

	assert_true(i >= 0);
	return webhook_send(hooks, (size_t)i, "172000000000001001", JSON, strlen(JSON), deadline_ms, on_answer, &rig,
			    5);
}

static void count(const struct stats_sample *s, void *arg)
{
	uint64_t *sum = arg;

	if (s->row->type != STATS_HISTOGRAM && strcmp(s->row->name, "smppgw_webhook_tries_total") == 0)
		*sum += *(const uint64_t *)s->at;
}

static void signed_and_answered(void **state)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char text[256], expected[160], *comma;
	unsigned int n = 0;
	uint64_t tries = 0;
	(void)state;
	begin();
	assert_true(told("利率", 0) != 0);
	rig_run(&rig, 1);
	assert_true(got.ok);
	assert_int_equal(got.status, 200);
	assert_string_equal(got_body, JSON);
	assert_string_equal(rig.last.method, "POST");
	assert_string_equal(rig.last.type, "application/json");
	assert_string_equal(rig.last.id, "172000000000001001");
	long long t = strtoll(rig.last.signature + 2, &comma, 10);
	assert_in_range(t, loop_wall_ms(rig.loop) / 1000 - 5, loop_wall_ms(rig.loop) / 1000);
	int text_n = snprintf(text, sizeof(text), "%lld.%s", t, JSON);
	HMAC(EVP_sha256(), SECRET, (int)strlen(SECRET), (unsigned char *)text, (size_t)text_n, digest, &n);
	int at = snprintf(expected, sizeof(expected), "t=%lld,v1=", t);
	for (unsigned int i = 0; i < n; i++)
		at += snprintf(expected + at, sizeof(expected) - (size_t)at, "%02x", digest[i]);
	assert_string_equal(rig.last.signature, expected);
	assert_int_equal(strlen(comma), 4 + 64);
	stats_walk(stats, count, &tries);
	assert_int_equal(tries, 1);
	end();
}

static void tried_again(void **state)
{
	static const int twice[] = {500, 503, 200, 0}, always[] = {500, 0}, at_once[] = {404, 0},
			 slow_down[] = {429, 201, 0};
	(void)state;
	begin();
	rig.status = twice;
	int64_t begun = loop_now_ms(rig.loop);
	assert_true(told("状态", 0) != 0);
	rig_run(&rig, 1);
	assert_true(got.ok);
	assert_int_equal(rig.requests, 3);
	assert_true(loop_now_ms(rig.loop) - begun >= 20 + 40); /* the pause doubles */
	assert_string_equal(rig.last.id, "172000000000001001");
	rig.status = always;
	assert_true(told("状态", 0) != 0);
	rig_run(&rig, 2);
	assert_false(got.ok);
	assert_int_equal(got.status, 500);
	assert_string_equal(got_why, "the server answered with status 500");
	assert_string_equal(got_body, "");
	assert_int_equal(rig.requests, 6);
	rig.status = at_once;
	assert_true(told("状态", 0) != 0);
	rig_run(&rig, 3);
	assert_false(got.ok);
	assert_int_equal(got.status, 404);
	assert_int_equal(rig.requests, 7);
	rig.status = slow_down;
	assert_true(told("状态", 0) != 0);
	rig_run(&rig, 4);
	assert_true(got.ok);
	assert_int_equal(got.status, 201);
	end();
}

static void bounded_in_time(void **state)
{
	static const int always[] = {500, 0};
	(void)state;
	begin();
	rig.status = always;
	/* the pause before the third try would pass the deadline */
	assert_true(told("状态", 50) != 0);
	rig_run(&rig, 1);
	assert_false(got.ok);
	assert_in_range(rig.requests, 1, 2);
	int64_t begun = loop_now_ms(rig.loop);
	assert_true(told("慢", 150) != 0);
	rig_run(&rig, 2);
	assert_false(got.ok);
	assert_string_equal(got_why, "no answer within the deadline");
	assert_in_range(loop_now_ms(rig.loop) - begun, 150, 900);
	end();
}

static void bounded_in_number(void **state)
{
	(void)state;
	begin();
	for (unsigned i = 0; i < 4; i++)
		assert_true(told("慢", 300) != 0);
	assert_int_equal(told("慢", 300), 0);
	rig_run(&rig, 4);
	end();
}

static void cancelled(void **state)
{
	static const int always[] = {500, 0};
	(void)state;
	begin();
	uint64_t open = told("慢", 0);
	rig_until(&rig, &rig.requests, 1);
	webhook_cancel(hooks, open);
	webhook_cancel(hooks, open); /* stale */
	rig.status = always;
	uint64_t pausing = told("状态", 0);
	rig_until(&rig, &rig.requests, 2);
	webhook_cancel(hooks, pausing);
	assert_true(told("利率", 0) != 0);
	rig_run(&rig, 1);
	assert_true(got.ok);
	end();
}

static void reloaded(void **state)
{
	(void)state;
	begin();
	int first = webhooks_find(hooks, "利率");
	assert_true(told("利率", 0) != 0);
	assert_true(told("慢", 200) != 0);
	set_row(0, "新的", "/echo");
	webhooks_use(hooks, rows, 2);
	assert_int_equal(webhooks_find(hooks, "利率"), -1);
	assert_string_equal(webhooks_name(hooks, (size_t)first), "利率");
	rig_run(&rig, 2); /* what was on its way ended as it would have */
	assert_false(got.ok);
	assert_int_equal(rig.requests, 2);
	assert_true(webhook_send(hooks, (size_t)first, "1", "{}", 2, 0, on_answer, &rig, 5) != 0);
	rig_run(&rig, 3);
	assert_false(got.ok);
	assert_string_equal(got_why, "the webhook is not in the configuration, or cannot be used");
	assert_true(told("新的", 0) != 0);
	rig_run(&rig, 4);
	assert_true(got.ok);
	set_row(0, "利率", "/echo");
	webhooks_use(hooks, rows, 1);
	assert_int_equal(webhooks_find(hooks, "利率"), first); /* its number holds */
	assert_true(told("利率", 0) != 0);
	end(); /* freed in the middle */
	assert_int_equal(rig.answers, 4);
}

static void checked(void **state)
{
	char *errors = NULL;
	(void)state;
	begin();
	assert_true(webhooks_check(rows, 3, &errors));
	assert_null(errors);
	rows[1].name = rows[0].name;
	rows[2].url = (char *)(uintptr_t) "gopher://host/";
	assert_false(webhooks_check(rows, 3, &errors));
	assert_non_null(strstr(errors, "webhook 利率: there is another one of this name"));
	assert_non_null(strstr(errors, "webhook 慢: url: must be http://"));
	free(errors);
	end();
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(signed_and_answered),
	cmocka_unit_test(tried_again),
	cmocka_unit_test(bounded_in_time),
	cmocka_unit_test(bounded_in_number),
	cmocka_unit_test(cancelled),
	cmocka_unit_test(reloaded),
	cmocka_unit_test(checked),
};

UNIT_MAIN(cases)
