/*
 * alarm_rig.c - see alarm_rig.h.
 */
#include "alarm_rig.h"

#include <math.h>

#include "base/mem.h"

const struct alarm_post_conf alarm_rig_no_post = {.webhook = (char *)"", .repeat = 600, .grace = ALARM_RIG_GRACE};

static void note(void *arg, enum alarm_change what, const struct alarm_view *v)
{
	struct alarm_rig *s = arg;
	assert_true(s->n < sizeof(s->told) / sizeof(s->told[0]));
	struct alarm_rig_told *t = &s->told[s->n++];
	*t = (struct alarm_rig_told){.what = what, .value = v->value};
	snprintf(t->alarm, sizeof(t->alarm), "%s", v->alarm);
	snprintf(t->object, sizeof(t->object), "%s", v->object);
	assert_true(strlen(v->zh) > 0 && strlen(v->en) > 0 && strlen(v->todo) > 0);
}

void alarm_rig_well(struct alarm_rig *s)
{
	const struct alarm_window usual = {.accepted = 96000, .delivered = 91200, .failed = 4800, .complaints = 95};
	const struct alarm_window last = {.accepted = 1000, .delivered = 950, .failed = 50, .complaints = 1};
	s->in.gateway = (struct alarm_gateway){.store_up = true, .records_disk_percent = 40, .work_disk_percent = 40};
	for (size_t i = 0; i < 2; i++) {
		s->carriers[i] = (struct alarm_carrier){.name = i ? "电信" : "移动",
							.up = true,
							.binds = 2,
							.bound = 2,
							.max_queued = 1000,
							.answered_1m = 600,
							.answer_p99_ms = 20,
							.receipt_p99_s = 9,
							.last15 = last,
							.day = usual,
							.certificate_days = 300,
							.crl_hours = 100};
		s->accounts[i] = (struct alarm_account){.name = i ? "shop" : "bank",
							.binds = 1,
							.backlog_max = 10000,
							.requests_1m = 600,
							.last15 = last,
							.day = usual,
							.credit = i ? NAN : 5000};
	}
	s->listeners[0] = (struct alarm_listener){"0.0.0.0:2775", 300, 100};
}

struct alarm_rig *alarm_rig_new(const struct alarm_conf *rows, size_t n)
{
	struct alarm_rig *s = mem_zalloc(sizeof(*s));
	s->stats = stats_new();
	s->alarms = alarms_new(rows, n, &alarm_rig_no_post, s->stats, note, s);
	s->in = (struct alarm_inputs){.now_ms = 1000,
				      .wall_ms = ALARM_RIG_WALL_MS,
				      .running = true,
				      .carriers = s->carriers,
				      .accounts = s->accounts,
				      .listeners = s->listeners,
				      .carriers_n = 2,
				      .accounts_n = 2,
				      .listeners_n = 1};
	alarm_rig_well(s);
	return s;
}

void alarm_rig_free(struct alarm_rig *s)
{
	alarms_free(s->alarms);
	stats_free(s->stats);
	mem_free(s);
}

void alarm_rig_seconds(struct alarm_rig *s, int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		s->in.now_ms += 1000;
		s->in.wall_ms += 1000;
		alarms_judge(s->alarms, &s->in);
	}
}

void alarm_rig_expect(const struct alarm_rig *s, size_t n, enum alarm_change what, const char *alarm,
		      const char *object)
{
	assert_int_equal(s->n, n);
	assert_int_equal(s->told[n - 1].what, what);
	assert_string_equal(s->told[n - 1].alarm, alarm);
	assert_string_equal(s->told[n - 1].object, object);
}

static void view_one(void *arg, const struct alarm_view *v)
{
	struct alarm_view *out = arg;
	if (strcmp(v->alarm, out->alarm) == 0 && strcmp(v->object, out->object) == 0)
		*out = *v;
}

struct alarm_view alarm_rig_look(const struct alarm_rig *s, const char *alarm, const char *object)
{
	struct alarm_view v = {.alarm = alarm, .object = object};
	alarms_each(s->alarms, true, view_one, &v);
	return v;
}
