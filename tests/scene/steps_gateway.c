/*
 * steps_gateway.c - what a script can say of the gateway, of Redis and of time.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "fake_redis.h"
#include "steps.h"

/* -- the gateway -- */

static bool do_config(struct world *w, struct step *s)
{
	mem_free(w->sections);
	w->sections = mem_strdup(s->block);
	return true;
}

static bool do_start(struct world *w, struct step *s)
{
	char *why = NULL;

	if (w->flow != NULL)
		return step_fail(s, "the gateway runs already");
	if (world_start(w, &why))
		return true;
	step_fail(s, "the gateway does not start: %s", why != NULL ? why : "?");
	free(why);
	return false;
}

static bool began(struct world *w, struct step *s, bool check, bool held)
{
	if (w->flow == NULL)
		return step_fail(s, "no gateway runs");
	return world_reload(w, check, held) || step_fail(s, "the configuration cannot be written to /tmp");
}

static bool ended(struct world *w, struct step *s, bool applied)
{
	if (w->flow == NULL || w->reloads == 0)
		return step_fail(s, "no reload is under way");
	bool good = world_reload_ends(w);
	return good == applied || step_fail(s, "the reload is %s: %s", good ? "applied" : "refused", w->said);
}

/* What it says is kept for "expect reload says". */
static bool run_reload(struct world *w, struct step *s, bool check, bool applied)
{
	return began(w, s, check, false) && ended(w, s, applied);
}

/* Its thread has not read the configuration yet. */
static bool do_begin_reload(struct world *w, struct step *s)
{
	return began(w, s, false, true);
}

/* It has read it, or (the next time) built what is new; the old rules serve. */
static bool do_step_reload(struct world *w, struct step *s)
{
	if (w->reloads == 0)
		return step_fail(s, "no reload is under way");
	world_reload_step(w);
	return true;
}

static bool do_end_reload(struct world *w, struct step *s)
{
	return ended(w, s, true);
}

static bool do_end_refused_reload(struct world *w, struct step *s)
{
	return ended(w, s, false);
}

static bool do_reload(struct world *w, struct step *s)
{
	return run_reload(w, s, false, true);
}

static bool do_refused_reload(struct world *w, struct step *s)
{
	return run_reload(w, s, false, false);
}

static bool do_check_reload(struct world *w, struct step *s)
{
	return run_reload(w, s, true, true);
}

static bool expect_reload_says(struct world *w, struct step *s)
{
	return (w->said != NULL && strstr(w->said, s->args[0]) != NULL) ||
	       step_fail(s, "the reload says: %s", w->said != NULL ? w->said : "nothing");
}

static bool do_kill(struct world *w, struct step *s)
{
	(void)s;
	world_kill(w);
	return true;
}

static bool do_restart(struct world *w, struct step *s)
{
	world_kill(w);
	return do_start(w, s);
}

static bool do_stop(struct world *w, struct step *s)
{
	return world_stop(w) || step_fail(s, "the gateway does not leave");
}

static bool do_pass(struct world *w, struct step *s)
{
	int64_t ms = script_ms(s->args[0]);

	if (ms < 0)
		return step_fail(s, "\"%s\" is no time: 200ms, 5s, 3m, 2h, 1d", s->args[0]);
	world_pass(w, ms);
	return true;
}

/* What is done in steps is done in the smallest ones from here on, also without scene -t. */
static bool do_short_turns(struct world *w, struct step *s)
{
	(void)s;
	w->tires = true;
	if (w->loop != NULL)
		loop_tire(w->loop, 1);
	return true;
}

/* The next step and the one behind it happen together. */
static bool do_at_once(struct world *w, struct step *s)
{
	(void)s;
	w->at_once = true;
	return true;
}

static bool do_turns(struct world *w, struct step *s)
{
	for (unsigned long n = strtoul(s->args[0], NULL, 10); n > 0 && w->loop != NULL; n--)
		loop_turn(w->loop);
	return true;
}

/* "2026-02-14T21:30" in China; only while no gateway runs: time does not jump for one that does. */
static bool do_clock(struct world *w, struct step *s)
{
	struct tm tm = {0};
	const char *end = strptime(s->args[0], "%Y-%m-%dT%H:%M", &tm);
	if (end == NULL || *end != '\0')
		return step_fail(s, "\"%s\" is no time like 2026-02-14T21:30", s->args[0]);
	if (w->flow != NULL)
		return step_fail(s, "a gateway runs");
	w->wall_ms = ((int64_t)timegm(&tm) - INT64_C(8 * 3600)) * 1000;
	return true;
}

/* Somebody sets the clock while a gateway runs. */
static bool set_clock(struct world *w, struct step *s, int sign)
{
	int64_t ms = script_ms(s->args[0]);
	if (ms < 0)
		return step_fail(s, "\"%s\" is no time: 200ms, 5s, 3m, 2h, 1d", s->args[0]);
	loop_set_wall(w->loop, loop_wall_ms(w->loop) + sign * ms);
	return true;
}

static bool do_clock_forward(struct world *w, struct step *s)
{
	return set_clock(w, s, 1);
}

static bool do_clock_back(struct world *w, struct step *s)
{
	return set_clock(w, s, -1);
}

/* How many messages are in a state; false: there is no such state. */
static bool in_state(const struct world *w, const char *name, uint64_t *n)
{
	struct flow_status status;

	flow_status(w->flow, &status);
	for (int i = 0; i < MSG_STATES; i++) {
		if (strcmp(msg_state_name((enum msg_state)i), name) == 0) {
			*n = status.by_state[i];
			return true;
		}
	}
	return false;
}

static bool expect_state(struct world *w, struct step *s)
{
	uint64_t n, want = strtoull(s->args[1], NULL, 10);

	if (!in_state(w, s->args[0], &n))
		return step_fail(s, "a message is never %s", s->args[0]);
	return n == want || step_fail(s, "%llu messages are %s, not %llu", (unsigned long long)n, s->args[0],
				      (unsigned long long)want);
}

/* For what comes after as many round trips as there happen to be: at most a minute. */
static bool do_pass_until(struct world *w, struct step *s)
{
	uint64_t n = 0, want = strtoull(s->args[0], NULL, 10);

	for (int i = 0; i < 6000; i++) {
		if (!in_state(w, s->args[1], &n))
			return step_fail(s, "a message is never %s", s->args[1]);
		if (n == want)
			return true;
		world_pass(w, 10);
	}
	return step_fail(s, "%llu messages are %s, not %llu", (unsigned long long)n, s->args[1],
			 (unsigned long long)want);
}

static bool expect_messages(struct world *w, struct step *s)
{
	struct flow_status status;
	uint64_t want = strtoull(s->args[0], NULL, 10);

	flow_status(w->flow, &status);
	return status.messages == want || step_fail(s, "%llu messages are in memory, not %llu",
						    (unsigned long long)status.messages, (unsigned long long)want);
}

static bool expect_store(struct world *w, struct step *s)
{
	struct flow_status status;
	bool want = strcmp(s->args[0], "up") == 0;

	flow_status(w->flow, &status);
	return status.store_up == want || step_fail(s, "the store is %s", status.store_up ? "up" : "down");
}

static bool expect_phase(struct world *w, struct step *s)
{
	struct flow_status status;

	flow_status(w->flow, &status);
	return strcmp(flow_phase_name(status.phase), s->args[0]) == 0 ||
	       step_fail(s, "the gateway is %s", flow_phase_name(status.phase));
}

/* -- doubts -- */

struct doubting {
	const char *carrier; /* NULL: any */
	bool only_held;
	uint64_t n;
};

static void count_doubt(const struct flow_doubt *d, struct doubting *x)
{
	if (x->carrier == NULL || strcmp(x->carrier, d->carrier) == 0)
		x->n += d->held || !x->only_held;
}

static void count_doubts(struct world *w, struct doubting *x)
{
	struct flow_doubts *l = flow_doubts_begin(w->flow);
	struct flow_doubt d;

	while (flow_doubts_next(l, &d))
		count_doubt(&d, x);
	flow_doubts_end(l);
}

/* What the operator's list shows, and what the carrier's status says. */
static bool expect_doubts(struct world *w, struct step *s)
{
	struct doubting held = {s->args[0], true, 0}, all = {s->args[0], false, 0};
	struct carrier *c = carriers_find(flow_carriers(w->flow), s->args[0]);
	uint64_t want = strtoull(s->args[1], NULL, 10);
	long want_held = step_number(s, "held", -1);

	if (c == NULL)
		return step_fail(s, "the configuration has no carrier %s", s->args[0]);
	count_doubts(w, &all);
	count_doubts(w, &held);
	if (all.n != want || flow_carrier_doubts(w->flow, c) != want)
		return step_fail(s, "%llu submits are listed in doubt at %s, its status says %llu, expected %llu",
				 (unsigned long long)all.n, s->args[0],
				 (unsigned long long)flow_carrier_doubts(w->flow, c), (unsigned long long)want);
	return want_held < 0 || held.n == (uint64_t)want_held ||
	       step_fail(s, "%llu of them are held, not %ld", (unsigned long long)held.n, want_held);
}

static void on_settled(void *arg, unsigned n)
{
	struct world *w = arg;

	w->settled.told++;
	w->settled.n += n;
}

static bool begin_to_settle(struct world *w, struct step *s, bool resend)
{
	const char *message = step_option(s, "message", NULL), *carrier = step_option(s, "carrier", NULL);
	const struct label *l = message != NULL ? labels_find(&w->labels, message) : NULL;
	const struct carrier *c = carrier != NULL ? carriers_find(flow_carriers(w->flow), carrier) : NULL;

	if ((message != NULL && l == NULL) || (carrier != NULL && c == NULL))
		return step_fail(s, "there is no such message or carrier");
	if (w->settled.told == w->settled.asked)
		memset(&w->settled, 0, sizeof(w->settled));
	w->settled.asked++;
	flow_doubts_settle(w->flow, l != NULL ? strtoull(l->id, NULL, 10) : 0, c, resend, on_settled, w);
	return true;
}

static bool expect_settled(struct world *w, struct step *s)
{
	unsigned long want = strtoul(s->args[0], NULL, 10);

	if (w->settled.asked == 0 || w->settled.told != w->settled.asked)
		return step_fail(s, "the operator has asked %u times and was told %u times", w->settled.asked,
				 w->settled.told);
	return w->settled.n == want || strcmp(s->args[0], "any") == 0 ||
	       step_fail(s, "%u messages in doubt were settled, not %lu", w->settled.n, want);
}

/* So many messages must be concerned; "any": it does not matter. */
static bool settle_doubts(struct world *w, struct step *s, bool resend)
{
	if (!begin_to_settle(w, s, resend))
		return false;
	do
		loop_turn(w->loop); /* the console is heard in a turn: what it leads to is stored at its end */
	while (w->settled.told < w->settled.asked);
	return expect_settled(w, s);
}

static bool do_begin_to_resend(struct world *w, struct step *s)
{
	return begin_to_settle(w, s, true);
}

static bool do_begin_to_fail(struct world *w, struct step *s)
{
	return begin_to_settle(w, s, false);
}

static bool do_resend_doubts(struct world *w, struct step *s)
{
	return settle_doubts(w, s, true);
}

static bool do_fail_doubts(struct world *w, struct step *s)
{
	return settle_doubts(w, s, false);
}

/* -- the operator's hand on carriers -- */

static bool command_carrier(struct world *w, struct step *s, enum carrier_command command)
{
	struct carrier *c = carriers_find(flow_carriers(w->flow), s->args[0]);

	if (c == NULL)
		return step_fail(s, "there is no carrier %s", s->args[0]);
	carrier_set_command(c, command, "uid:0");
	return true;
}

static bool do_pause_carrier(struct world *w, struct step *s)
{
	return command_carrier(w, s, CARRIER_PAUSED);
}

static bool do_drain_carrier(struct world *w, struct step *s)
{
	return command_carrier(w, s, CARRIER_DRAINED);
}

static bool do_resume_carrier(struct world *w, struct step *s)
{
	return command_carrier(w, s, CARRIER_RUN);
}

static bool do_set_tps(struct world *w, struct step *s)
{
	struct carrier *c = carriers_find(flow_carriers(w->flow), s->args[0]);

	if (c == NULL)
		return step_fail(s, "there is no carrier %s", s->args[0]);
	carrier_set_tps(c, strcmp(s->args[1], "default") == 0 ? -1 : strtol(s->args[1], NULL, 10), "uid:0");
	return true;
}

/* -- counters -- */

struct counting {
	const char *name, *label; /* label NULL: all of the name are summed */
	uint64_t sum;
	bool found;
};

static void count(const struct stats_sample *sample, void *arg)
{
	struct counting *x = arg;
	bool fits = x->label == NULL || (sample->label_value != NULL && strcmp(sample->label_value, x->label) == 0) ||
		    (sample->row->value != NULL && strcmp(sample->row->value, x->label) == 0);

	if (strcmp(sample->row->name, x->name) != 0 || !fits || sample->row->type == STATS_HISTOGRAM)
		return;
	x->sum += *(const uint64_t *)sample->at;
	x->found = true;
}

static bool expect_counter(struct world *w, struct step *s)
{
	struct counting x = {s->args[0], step_option(s, "of", NULL), 0, false};
	uint64_t want = strtoull(s->args[1], NULL, 10);
	uint64_t least = (uint64_t)step_number(s, "least", (long)want);
	uint64_t most = (uint64_t)step_number(s, "most", (long)want);

	stats_walk(w->stats, count, &x);
	if (!x.found)
		return step_fail(s, "there is no counter %s", x.name);
	return (x.sum >= least && x.sum <= most) ||
	       step_fail(s, "%s is %llu, not %llu", x.name, (unsigned long long)x.sum, (unsigned long long)want);
}

/* -- Redis -- */

static bool do_redis_down(struct world *w, struct step *s)
{
	(void)w;
	fake_redis_down(strcmp(step_option(s, "writes", "lost"), "applied") == 0);
	return true;
}

static bool do_redis_up(struct world *w, struct step *s)
{
	(void)w;
	(void)s;
	fake_redis_up();
	return true;
}

static bool do_redis_forget(struct world *w, struct step *s)
{
	(void)w;
	(void)s;
	fake_redis_forget();
	return true;
}

static bool do_redis_hang(struct world *w, struct step *s)
{
	(void)w;
	(void)s;
	fake_redis_hang();
	return true;
}

static bool do_redis_mute(struct world *w, struct step *s)
{
	(void)w;
	(void)s;
	fake_redis_mute();
	return true;
}

static bool do_redis_go_on(struct world *w, struct step *s)
{
	(void)w;
	(void)s;
	fake_redis_go_on();
	return true;
}

static bool do_redis_slow(struct world *w, struct step *s)
{
	int64_t ms = script_ms(s->args[0]);

	(void)w;
	if (ms < 0)
		return step_fail(s, "\"%s\" is no time", s->args[0]);
	fake_redis_slow(ms);
	return true;
}

static bool do_redis_refuse(struct world *w, struct step *s)
{
	(void)w;
	(void)s;
	fake_redis_refuse_writes(true);
	return true;
}

static bool do_redis_take(struct world *w, struct step *s)
{
	(void)w;
	(void)s;
	fake_redis_refuse_writes(false);
	return true;
}

static bool do_redis_value(struct world *w, struct step *s)
{
	char key[64];

	(void)w;
	snprintf(key, sizeof(key), "value:%s", s->args[1]);
	fake_data_set_field(fake_redis_data(), key, s->args[0], s->args[2]);
	return true;
}

static bool expect_stored(const struct step *s, const char *what, size_t have, const char *want)
{
	return have == strtoull(want, NULL, 10) || step_fail(s, "%s: %zu in the store, not %s", what, have, want);
}

static bool expect_journal(struct world *w, struct step *s)
{
	(void)w;
	return expect_stored(s, "journal", fake_data_count_all(fake_redis_data(), "journal:1:"), s->args[0]);
}

static bool expect_receipt_ids(struct world *w, struct step *s)
{
	(void)w;
	return expect_stored(s, "carriers' ids", fake_data_count_all(fake_redis_data(), "receipt:"), s->args[0]);
}

static bool expect_parked(struct world *w, struct step *s)
{
	(void)w;
	return expect_stored(s, "parked receipts", fake_data_count_all(fake_redis_data(), "parked:"), s->args[0]);
}

static bool expect_parts(struct world *w, struct step *s)
{
	(void)w;
	return expect_stored(s, "parts", fake_data_count_all(fake_redis_data(), "part:"), s->args[0]);
}

static bool expect_backlog(struct world *w, struct step *s)
{
	char key[64];

	(void)w;
	snprintf(key, sizeof(key), "backlog:%s", s->args[0]);
	return expect_stored(s, key, fake_data_count(fake_redis_data(), key), s->args[1]);
}

static bool is_opted_out(const struct step *s)
{
	char key[400];

	snprintf(key, sizeof(key), "optout:%s", s->args[1]);
	return fake_data_has_member(fake_redis_data(), key, s->args[0]);
}

static bool expect_opted_out(struct world *w, struct step *s)
{
	(void)w;
	return is_opted_out(s) || step_fail(s, "%s is not on the opt-out set of %s", s->args[0], s->args[1]);
}

static bool expect_opted_in(struct world *w, struct step *s)
{
	(void)w;
	return !is_opted_out(s) || step_fail(s, "%s is on the opt-out set of %s", s->args[0], s->args[1]);
}

static bool expect_optout_log(struct world *w, struct step *s)
{
	(void)w;
	return expect_stored(s, "optout:log", fake_data_count(fake_redis_data(), "optout:log"), s->args[0]);
}

static bool expect_expiry(struct world *w, struct step *s)
{
	(void)w;
	return fake_data_has_expiry(fake_redis_data(), s->args[0]) || step_fail(s, "%s has no expiry", s->args[0]);
}

static bool expect_gone(struct world *w, struct step *s)
{
	size_t n = fake_data_count(fake_redis_data(), s->args[0]);

	(void)w;
	return n == 0 || step_fail(s, "%s has %zu entries", s->args[0], n);
}

const struct step_row steps_gateway[] = {
	{"config", "", STEP_SETS, do_config},
	{"gateway starts", "", STEP_SETS, do_start},
	{"gateway is killed", "", STEP_SETS, do_kill},
	{"gateway restarts", "", STEP_SETS, do_restart},
	{"gateway stops", "", STEP_SETS, do_stop},
	{"gateway reloads", "", STEP_ACTS, do_reload},
	{"gateway refuses to reload", "", STEP_ACTS, do_refused_reload},
	{"gateway would reload", "", STEP_ACTS, do_check_reload},
	{"gateway begins to reload", "", STEP_ACTS, do_begin_reload},
	{"gateway goes on with its reload", "", STEP_ACTS, do_step_reload},
	{"gateway ends its reload", "", STEP_ACTS, do_end_reload},
	{"gateway refuses its reload in the end", "", STEP_ACTS, do_end_refused_reload},
	{"expect reload says TEXT", "", STEP_LOOKS, expect_reload_says},
	{"pass until COUNT are STATE", "", STEP_LOOKS, do_pass_until}, /* before "pass TIME" */
	{"pass TIME", "", STEP_LOOKS, do_pass},
	{"pass COUNT turns", "", STEP_LOOKS, do_turns},
	{"turns are short", "", STEP_SETS, do_short_turns},
	{"at once", "", STEP_SETS, do_at_once},
	{"clock in China says TIME", "", STEP_SETS, do_clock},
	{"clock is set forward by TIME", "", STEP_SETS, do_clock_forward},
	{"clock is set back by TIME", "", STEP_SETS, do_clock_back},
	{"redis goes down", "writes", STEP_SETS, do_redis_down},
	{"redis comes up", "", STEP_SETS, do_redis_up},
	{"redis forgets everything", "", STEP_SETS, do_redis_forget},
	{"redis hangs", "", STEP_SETS, do_redis_hang},
	{"redis is mute", "", STEP_SETS, do_redis_mute},
	{"redis goes on", "", STEP_SETS, do_redis_go_on},
	{"redis is slow by TIME", "", STEP_SETS, do_redis_slow},
	{"redis refuses writes", "", STEP_SETS, do_redis_refuse},
	{"redis takes writes", "", STEP_SETS, do_redis_take},
	{"redis has NAME of ACCOUNT TEXT", "", STEP_SETS, do_redis_value},
	{"expect journal COUNT", "", STEP_LOOKS, expect_journal},
	{"expect receipt ids COUNT", "", STEP_LOOKS, expect_receipt_ids},
	{"expect parked COUNT", "", STEP_LOOKS, expect_parked},
	{"expect parts COUNT", "", STEP_LOOKS, expect_parts},
	{"expect backlog ACCOUNT COUNT", "", STEP_LOOKS, expect_backlog},
	{"expect NUMBER opted out of ACCOUNT", "", STEP_LOOKS, expect_opted_out},
	{"expect NUMBER opted in to ACCOUNT", "", STEP_LOOKS, expect_opted_in},
	{"expect optout log COUNT", "", STEP_LOOKS, expect_optout_log},
	{"expect key KEY expires", "", STEP_LOOKS, expect_expiry},
	{"expect key KEY gone", "", STEP_LOOKS, expect_gone},
	{"expect state STATE COUNT", "", STEP_LOOKS, expect_state},
	{"expect messages COUNT", "", STEP_LOOKS, expect_messages},
	{"expect store STATE", "", STEP_LOOKS, expect_store},
	{"expect gateway PHASE", "", STEP_LOOKS, expect_phase},
	{"operator resends COUNT in doubt", "message carrier", STEP_ACTS, do_resend_doubts},
	{"operator fails COUNT in doubt", "message carrier", STEP_ACTS, do_fail_doubts},
	{"operator begins to resend doubts", "message carrier", STEP_ACTS, do_begin_to_resend},
	{"operator begins to fail doubts", "message carrier", STEP_ACTS, do_begin_to_fail},
	{"expect operator settled COUNT", "", STEP_LOOKS, expect_settled},
	{"operator pauses carrier NAME", "", STEP_ACTS, do_pause_carrier},
	{"operator drains carrier NAME", "", STEP_ACTS, do_drain_carrier},
	{"operator resumes carrier NAME", "", STEP_ACTS, do_resume_carrier},
	{"operator sets tps of NAME to COUNT", "", STEP_ACTS, do_set_tps},
	{"expect doubts CARRIER COUNT", "held", STEP_LOOKS, expect_doubts},
	{"expect counter NAME COUNT", "of least most", STEP_LOOKS, expect_counter},
	{NULL, NULL, STEP_LOOKS, NULL},
};
