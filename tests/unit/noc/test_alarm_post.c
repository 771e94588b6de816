/*
 * test_alarm_post.c - alarms on their way to a webhook: gathered, one POST at a time, made again until it is taken,
 * bounded. The webhook is played here.
 */
#include "unit.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/wheel.h"
#include "noc/alarm_post.h"

#define WALL_MS 1763800000000

/* --- the webhook --- */

static struct {
	unsigned sends, cancels;
	char id[100], body[1000000];
	webhook_fn fn; /* owed; NULL: nothing is on its way */
	void *arg;
	uint64_t token, deadline;
	bool full;
} hook;

int webhooks_find(const struct webhooks *w, const char *name)
{
	(void)w;
	return strcmp(name, "值班") == 0 ? 3 : -1;
}

uint64_t webhook_send(struct webhooks *w, size_t index, const char *id, const char *json, size_t n, int64_t deadline_ms,
		      webhook_fn fn, void *arg, uint64_t token)
{
	(void)w;
	assert_int_equal(index, 3);
	assert_int_equal(deadline_ms, 0);
	assert_null(hook.fn); /* one at a time */
	assert_true(n < sizeof(hook.body));
	if (hook.full)
		return 0;
	hook.sends++;
	snprintf(hook.id, sizeof(hook.id), "%s", id);
	memcpy(hook.body, json, n);
	hook.body[n] = '\0';
	hook.fn = fn;
	hook.arg = arg;
	hook.token = token;
	return 77;
}

void webhook_cancel(struct webhooks *w, uint64_t handle)
{
	(void)w;
	assert_int_equal(handle, 77);
	hook.cancels++;
	hook.fn = NULL;
}

static void answer(bool ok)
{
	webhook_fn fn = hook.fn;
	const struct webhook_answer a = {.ok = ok, .why = ok ? "" : "坏了", .status = ok ? 200 : 500};
	assert_non_null(fn);
	hook.fn = NULL;
	fn(hook.arg, hook.token, &a);
}

/* --- the room --- */

struct scene {
	struct loop *loop;
	struct stats *stats;
	struct alarm_post *post;
};

static int start(void **state)
{
	struct scene *s = mem_zalloc(sizeof(*s));
	memset(&hook, 0, sizeof(hook));
	s->loop = loop_new_simulated(WALL_MS);
	s->stats = stats_new();
	s->post = alarm_post_new(s->loop, NULL, 7, "网关", s->stats);
	alarm_post_use(s->post, "值班");
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct scene *s = *state;
	alarm_post_free(s->post);
	stats_free(s->stats);
	loop_free(s->loop);
	mem_free(s);
	return 0;
}

/* webhooks are NULL in the room of the test: it must be asked only for what is there */
static struct scene *with_hooks(void **state)
{
	struct scene *s = *state;
	alarm_post_free(s->post);
	s->post = alarm_post_new(s->loop, (struct webhooks *)&hook, 7, "网关", s->stats);
	alarm_post_use(s->post, "值班");
	return s;
}

static void second(struct scene *s)
{
	loop_advance(s->loop, 1000);
	alarm_post_tick(s->post);
}

static const struct alarm_row row = {.scope = ALARM_CARRIER};

static void change(struct scene *s, enum alarm_change what, const char *object)
{
	const struct alarm_view v = {.row = &row,
				     .alarm = "queue_age",
				     .object = object,
				     .severity = ALARM_CRITICAL,
				     .raised = true,
				     .since_ms = WALL_MS,
				     .value = 61.5,
				     .worst = NAN,
				     .threshold = 60,
				     .unit = "s",
				     .zh = "通道队列等待过久",
				     .en = "a \"message\" waits",
				     .todo = "look",
				     .acked_by = ""};
	alarm_post_add(s->post, what, &v, WALL_MS + 5);
}

static unsigned count(const char *text, const char *part)
{
	unsigned n = 0;
	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

static void one_alarm_as_json(void **state)
{
	struct scene *s = with_hooks(state);
	change(s, ALARM_RAISED, "移动");
	second(s);
	assert_string_equal(
		hook.body,
		"{\"node\":7,\"system_id\":\"网关\",\"alarms\":[{\"what\":\"raised\",\"at_ms\":1763800000005,"
		"\"alarm\":\"queue_age\",\"object\":\"移动\",\"scope\":\"carrier\",\"severity\":\"critical\","
		"\"since_ms\":1763800000000,\"value\":61.5,\"worst\":null,\"threshold\":60,\"unit\":\"s\","
		"\"zh\":\"通道队列等待过久\",\"en\":\"a \\\"message\\\" waits\",\"todo\":\"look\","
		"\"acknowledged\":false,\"acknowledged_by\":null}]}");
	answer(true);
	assert_int_equal(alarm_post_stats(s->post)->posted, 1);
	assert_int_equal(alarm_post_stats(s->post)->waiting, 0);
	second(s);
	assert_int_equal(hook.sends, 1);
}

static void a_flood_is_one_post_a_second(void **state)
{
	struct scene *s = with_hooks(state);
	for (unsigned i = 0; i < 100; i++)
		change(s, ALARM_RAISED, "电信");
	second(s);
	assert_int_equal(count(hook.body, "\"what\":\"raised\""), 100);
	change(s, ALARM_CLEARED, "电信");
	second(s);
	second(s); /* the first is on its way still */
	assert_int_equal(hook.sends, 1);
	answer(true);
	assert_int_equal(hook.sends, 1);
	second(s);
	assert_int_equal(hook.sends, 2);
	assert_int_equal(count(hook.body, "\"what\":\"cleared\""), 1);
	assert_int_equal(count(hook.body, "\"what\":"), 1);
	answer(true);
}

static void what_is_not_taken_is_posted_again(void **state)
{
	struct scene *s = with_hooks(state);
	char id[100], *body;
	change(s, ALARM_RAISED, "移动");
	second(s);
	snprintf(id, sizeof(id), "%s", hook.id);
	body = mem_strdup(hook.body);
	answer(false);
	assert_int_equal(alarm_post_stats(s->post)->failed, 1);
	change(s, ALARM_CLEARED, "移动");
	for (unsigned i = 0; i < 4; i++)
		second(s);
	assert_int_equal(hook.sends, 1); /* a pause of five seconds */
	second(s);
	assert_int_equal(hook.sends, 2);
	assert_string_equal(hook.id, id);
	assert_string_equal(hook.body, body);
	mem_free(body);
	answer(false);
	for (unsigned i = 0; i < 9; i++)
		second(s);
	assert_int_equal(hook.sends, 2); /* it has doubled */
	second(s);
	answer(true);
	second(s);
	assert_string_not_equal(hook.id, id);
	assert_non_null(strstr(hook.body, "\"what\":\"cleared\""));
	answer(true);
	assert_int_equal(alarm_post_stats(s->post)->lost, 0);
}

static void pauses_end_at_a_minute(void **state)
{
	struct scene *s = with_hooks(state);
	change(s, ALARM_RAISED, "移动");
	for (unsigned i = 0; i < 600; i++) {
		second(s);
		if (hook.fn)
			answer(false);
	}
	assert_in_range(hook.sends, 12, 14); /* after 1, 6, 16, 36, 76, 136, ... s */
}

static void what_waits_is_bounded(void **state)
{
	struct scene *s = with_hooks(state);
	hook.full = true; /* no connection is free */
	change(s, ALARM_RAISED, "第一");
	second(s);
	assert_int_equal(alarm_post_stats(s->post)->failed, 1);
	for (unsigned i = 0; i < ALARM_POST_WAITING + 5; i++)
		change(s, ALARM_RAISED, i < 5 ? "旧" : "新");
	assert_int_equal(alarm_post_stats(s->post)->lost, 5);
	assert_int_equal(alarm_post_stats(s->post)->waiting, ALARM_POST_WAITING + 1);
	hook.full = false;
	for (unsigned i = 0; i < 5; i++)
		second(s);
	assert_non_null(strstr(hook.body, "第一"));
	answer(true);
	second(s);
	assert_null(strstr(hook.body, "旧"));
	assert_int_equal(count(hook.body, "新"), ALARM_POST_WAITING);
	answer(true);
	assert_int_equal(alarm_post_stats(s->post)->waiting, 0);
}

static void without_a_webhook_nothing_waits(void **state)
{
	struct scene *s = with_hooks(state);
	change(s, ALARM_RAISED, "移动");
	second(s);
	alarm_post_use(s->post, "");
	assert_int_equal(hook.cancels, 1);
	assert_int_equal(alarm_post_stats(s->post)->waiting, 0);
	change(s, ALARM_CLEARED, "移动");
	second(s);
	assert_int_equal(hook.sends, 1);
	assert_int_equal(alarm_post_stats(s->post)->waiting, 0);
}

static void another_webhook_gets_what_waits(void **state)
{
	struct scene *s = with_hooks(state);
	alarm_post_use(s->post, "没有");
	change(s, ALARM_RAISED, "移动");
	second(s);
	assert_int_equal(hook.sends, 0);
	assert_int_equal(alarm_post_stats(s->post)->failed, 1);
	alarm_post_use(s->post, "值班"); /* at once, though a pause holds */
	second(s);
	assert_int_equal(hook.sends, 1);
	assert_non_null(strstr(hook.body, "移动")); /* it is on its way when the room ends */
}

static void no_webhooks_at_all(void **state)
{
	struct scene *s = *state;
	change(s, ALARM_RAISED, "移动");
	second(s);
	assert_int_equal(hook.sends, 0);
	assert_int_equal(alarm_post_stats(s->post)->failed, 1);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, start, end)
static const struct CMUnitTest cases[] = {
	CASE(one_alarm_as_json),
	CASE(a_flood_is_one_post_a_second),
	CASE(what_is_not_taken_is_posted_again),
	CASE(pauses_end_at_a_minute),
	CASE(what_waits_is_bounded),
	CASE(without_a_webhook_nothing_waits),
	CASE(another_webhook_gets_what_waits),
	CASE(no_webhooks_at_all),
};
UNIT_MAIN(cases)
