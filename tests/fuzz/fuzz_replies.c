/*
 * fuzz_replies.c - any octets as what Redis answers to each thing that the store asks: nothing, wrong types, nested,
 * huge, cut off, lost on the way, in any order of questions. redis_replies.c stands in for base/redis.c.
 *
 * The input: per step an octet that says what is asked (or that the link goes down, or time passes), then replies, one
 * a line: `_` nil, `:12`, `+OK`, `-ERR why`, `$text`, `=` with one octet of length and so many octets, `*3` with three
 * replies behind it, `!` the link is lost. Replies that are not there are nil.
 *
 * What must hold: everything asked is told exactly once, the views that are given lie in the reply, nothing is left.
 */
#include <string.h>

#include "base/list.h"
#include "base/stats.h"
#include "must.h"
#include "quiet.h"
#include "redis_replies.h"
#include "path/finished.h"
#include "path/store.h"
#include "path/store_campaign.h"
#include "path/store_feed.h"
#include "path/store_history.h"
#include "path/store_lists.h"
#include "path/store_menu.h"
#include "path/store_mo.h"
#include "path/store_ported.h"
#include "path/store_recipient.h"

#define WALL_MS 1767578400000
#define ID	612345678901200001ull
#define STEPS	24
#define ANSWERS 64 /* per step: a read that goes on for ever is stopped */

/* --- what is asked --- */

static struct view in;
static struct loop *loop;
static struct store *store;
static struct finished *finished;
static long owed; /* answers that the store owes */
static unsigned sum;

static void touch(struct view v)
{
	for (uint32_t i = 0; i < v.n; i++)
		sum += v.p[i];
}

static void told(void)
{
	MUST(--owed >= 0);
}

static void on_write(void *arg, uint64_t token, bool ok)
{
	(void)arg;
	(void)ok;
	MUST(token == 7);
	told();
}

static void on_check(void *arg, uint64_t token, bool ok, bool member)
{
	(void)member;
	on_write(arg, token, ok);
}

static void on_count(void *arg, uint64_t token, int64_t count)
{
	MUST(count >= -1);
	on_write(arg, token, true);
}

static void on_entry(void *arg, uint64_t token, const struct store_entry *e)
{
	(void)arg;
	MUST(token == 7);
	touch(e->entry);
	touch(e->rec);
	touch(e->why);
}

static void on_entries(void *arg, uint64_t token, int count)
{
	MUST(count >= -1);
	on_write(arg, token, true);
}

static void on_shift(void *arg, uint64_t token, int moved, struct view next, struct view last)
{
	touch(next);
	touch(last);
	on_entries(arg, token, moved);
}

static void on_value(void *arg, struct view name, int64_t value)
{
	(void)arg;
	(void)value;
	touch(name);
}

static void on_pair(void *arg, struct view name, struct view value)
{
	(void)arg;
	touch(name);
	touch(value);
}

static void on_done(void *arg, bool ok)
{
	(void)arg;
	(void)ok;
	told();
}

static void on_minute(void *arg, int64_t minute, struct view octets)
{
	(void)arg;
	MUST(minute >= 120 && minute < 180);
	touch(octets);
}

static void on_credit(void *arg, bool ok, int64_t balance)
{
	(void)balance;
	on_done(arg, ok);
}

static void on_values(void *arg, uint64_t token, const struct view *values, size_t n)
{
	MUST(n == 2);
	for (size_t i = 0; i < n; i++)
		touch(values[i]);
	on_write(arg, token, true);
}

static void on_mo(void *arg, uint64_t token, bool ok, const struct store_mo *known)
{
	if (ok) {
		touch(known->place);
		touch(known->last.account);
		touch(known->last.signature);
		touch(known->last.class_name);
		touch(known->last.campaign);
		touch(known->last.variant);
		touch(known->last.group);
	}
	on_write(arg, token, ok);
}

static void on_recipient(void *arg, uint64_t token, bool ok, const struct recipient_answer *a)
{
	MUST(!ok || strlen(a->cap) < sizeof(a->cap));
	on_write(arg, token, ok);
}

static void on_campaign(void *arg, bool ok, int64_t done, const struct view *state)
{
	(void)done;
	MUST(ok == (state != NULL));
	for (unsigned i = 0; state && i < STORE_CAMPAIGN_FIELDS; i++)
		touch(state[i]);
	on_done(arg, ok);
}

static void on_epoch(void *arg, bool ok, uint64_t epoch)
{
	(void)epoch;
	on_done(arg, ok);
}

static void on_brake(void *arg, bool ok, bool done)
{
	MUST(ok || !done);
	on_done(arg, ok);
}

static void on_feed(void *arg, bool ok, const struct store_feed *feed)
{
	for (size_t i = 0; ok && feed->held && i < feed->n; i++) {
		struct store_feed_entry e = store_feed_entry(feed, i);
		touch(e.id);
		touch(e.lines);
	}
	on_done(arg, ok);
}

static void on_changed(void *arg, bool ok, size_t changed)
{
	(void)changed;
	on_done(arg, ok);
}

static void on_found(void *arg, bool ok, bool found, struct view value)
{
	(void)arg;
	MUST(ok || !found);
	touch(value);
}

static void on_row(void *arg, const struct lists_row *row)
{
	on_pair(arg, row->number, row->value);
}

static void on_page(void *arg, bool ok, const char *cursor)
{
	MUST(cursor);
	sum += (unsigned)strlen(cursor);
	(void)ok;
	on_done(arg, ok);
}

static void on_event(void *arg, const struct lists_event *e)
{
	on_pair(arg, e->name, e->number);
	on_pair(arg, e->what, e->channel);
	touch(e->text);
}

static void on_history(void *arg, bool ok, size_t n, const char *last)
{
	MUST(last && (n > 0 || *last == '\0'));
	sum += (unsigned)strlen(last);
	on_done(arg, ok);
}

static void on_meta(void *arg, bool ok, const struct store_ported_meta *meta)
{
	MUST(!ok || (meta->set <= 1 && strlen(meta->last) < STORE_PORTED_LAST));
	on_done(arg, ok);
}

static void on_followed(void *arg, bool ok, const struct store_ported_meta *meta, size_t changes)
{
	MUST(!ok || changes <= STORE_PORTED_PAGE);
	on_meta(arg, ok, meta);
}

static void on_ended(void *arg, bool ok, const struct finished_found *found)
{
	MUST(!ok || found->n == 0 || found->state <= 10);
	on_done(arg, ok);
}

/* --- loading --- */

static void load_journal(void *arg, uint64_t id, struct view rec)
{
	(void)arg;
	(void)id;
	touch(rec);
}

static void load_receipt(void *arg, struct view carrier, uint32_t slot, struct view cid, const struct store_leg *leg)
{
	(void)slot;
	MUST(leg->why.n <= LEG_WHY_MAX);
	touch(leg->why);
	on_pair(arg, carrier, cid);
}

static void load_parked(void *arg, struct view carrier, struct view cid, struct view frame)
{
	touch(carrier);
	on_pair(arg, cid, frame);
}

static void load_reserved(void *arg, uint64_t id)
{
	(void)arg;
	(void)id;
}

static const struct store_loader loader = {.journal = load_journal,
					   .receipt = load_receipt,
					   .parked = load_parked,
					   .part = on_pair,
					   .form = on_pair,
					   .pending = load_journal,
					   .reserved = load_reserved,
					   .progress = load_reserved,
					   .done = on_done};

/* --- questions --- */

#define NAME   view_of("bank")
#define NUMBER view_of("8613800138000")
static const struct lists_place optout = {LISTS_OPTOUT, {(const uint8_t *)"bank", 4}};
static const struct lists_place consent = {LISTS_CONSENT, {(const uint8_t *)"bank", 4}};
static const struct store_campaign_id campaign = {{(const uint8_t *)"bank", 4}, {(const uint8_t *)"double11", 8}};

/* Expects n answers when the store has taken it. */
static void ask(int rc, long n)
{
	MUST(rc == 0 || rc == -1);
	if (rc != 0)
		owed -= n;
}

#define ASK(call) (owed++, ask((call), 1))

static void ask_streams(uint8_t which)
{
	static const struct store_backlog_reader reader = {on_entry, on_entries};
	static const struct store_dead dead = {.account = {(const uint8_t *)"bank", 4}, .id = ID, .why = "expired"};
	const struct store_shift shift = {NAME, STORE_DEADLETTER, view_of(""), view_of(""), 10, "asked"};
	switch (which % 5) {
	case 0:
		ASK(store_backlog_length(store, NAME, on_count, 7));
		break;
	case 1:
		ASK(store_backlog_read(store, which & 8 ? STORE_BACKLOG : STORE_DEADLETTER, NAME, view_of(""), 10,
				       &reader, 7));
		break;
	case 2:
		ASK(store_bury(store, &dead, on_write, 7));
		break;
	case 3:
		ASK(store_shift(store, &shift, on_shift, 7));
		break;
	default:
		ASK(store_backlog_add(store, NAME, ID, view_of("rec"), which & 8 ? ID : 0, on_write, 7));
	}
}

static void ask_credit(uint8_t which)
{
	static const struct store_usage_reader reader = {on_value, on_done};
	const struct store_reservation r = {NAME, 0, ID, 50, 1};
	switch (which % 4) {
	case 0:
		ASK(store_credit(store, NAME, (enum store_credit_what)(which >> 2) % 3, 5, on_credit, NULL));
		break;
	case 1:
		ASK(store_usage_read(store, 20260501, &reader, NULL));
		break;
	case 2:
		ASK(store_reserve(store, &r, on_check, 7));
		break;
	default:
		ASK(store_settle(store, ID, 20260501, "mobile", 1, on_write, 7));
	}
}

static void ask_campaigns(uint8_t which)
{
	static const struct store_hash_reader reader = {on_pair, on_done};
	static const struct store_campaign_pair pair = {"state", "paused"};
	const struct store_campaign_sync sync = {campaign, 60, "1", &pair, 1, &pair, 1};
	const struct store_campaign_change change = {campaign, 60, "*", 0, &pair, 1};
	switch (which % 8) {
	case 0:
		ASK(store_campaign_sync(store, &sync, on_campaign, NULL));
		break;
	case 1:
		ASK(store_campaign_change(store, &change, on_campaign, NULL));
		break;
	case 2:
		ASK(store_campaign_let(store, &campaign, 3, on_campaign, NULL));
		break;
	case 3:
		ASK(store_campaign_epoch(store, on_epoch, NULL));
		break;
	case 4:
		ASK(store_campaign_read(store, &campaign, &reader, NULL));
		break;
	case 5:
		ASK(store_campaign_list(store, &reader, NULL));
		break;
	case 6:
		ASK(store_brake_list(store, &reader, NULL));
		break;
	default:
		ASK(store_brake_set(store, NAME, view_of("why"), on_brake, NULL));
	}
}

static void ask_lists(uint8_t which)
{
	static const struct store_lists_reader reader = {on_row, on_page};
	static const struct store_lists_history history = {on_event, on_history};
	const struct lists_row row = {NUMBER, view_of("")};
	const struct lists_change change = {optout, true, "console", view_of("退订"), &row, 1};
	const struct lists_place *place = which & 8 ? &optout : &consent;
	switch (which % 6) {
	case 0:
		ASK(store_lists_change(store, &change, on_changed, NULL));
		break;
	case 1: /* one answer, or one for each place: found, or not known */
		if (store_lists_find(store, place, NUMBER, on_found, NULL) != 0)
			return;
		break;
	case 2:
		ASK(store_lists_count(store, place, on_changed, NULL));
		break;
	case 3:
		ASK(store_lists_scan(store, place, "0", &reader, NULL));
		break;
	case 4:
		ASK(store_lists_scopes(store, &reader, NULL));
		break;
	default:
		ASK(store_lists_history(store, place->kind, "0", which & 16, 100, &history, NULL));
	}
}

static void ask_ported(uint8_t which)
{
	static const struct store_ported_follower follower = {on_pair, on_followed};
	static const struct store_ported_reader reader = {on_pair, on_done};
	const struct store_ported_row row = {0, 3, NUMBER, view_of("mobile")};
	static const uint64_t changes = 7;
	switch (which % 6) {
	case 0:
		ASK(store_ported_meta(store, on_meta, NULL));
		break;
	case 1:
		ASK(store_ported_follow(store, "0", &follower, NULL));
		break;
	case 2:
		ASK(store_ported_read(store, 1, 5, &reader, NULL));
		break;
	case 3:
		ASK(store_ported_change(store, &row, on_done, NULL));
		break;
	case 4:
		ASK(store_ported_lock(store, (enum store_ported_lock)(which / 6 % 3), on_done, NULL));
		break;
	default:
		ASK(store_ported_publish(store, 1, which / 6 % 2 ? &changes : NULL, on_epoch, NULL));
	}
}

static void ask_replies(uint8_t which)
{
	static const struct store_history_reader reader = {on_minute, on_done};
	const struct view names[] = {view_of("rate"), view_of("姓名")};
	const struct store_mo_ask mo = {.digest = "0123456789abcdef0123456789abcdef",
					.now_ms = WALL_MS,
					.duplicate_ms = 60000,
					.last_age_s = 86400,
					.number = NUMBER,
					.code = view_of("1069"),
					.count = true,
					.owners = {"bank"},
					.owners_n = 1,
					.recent = {.at_ms = 0}};
	const struct store_feed_ask feed = {"crm", "gw1", "", "", 0, 10};
	switch (which % 6) {
	case 0:
		ASK(store_mo_begin(store, &mo, on_mo, 7));
		break;
	case 1:
		ASK(store_menu_values(store, NAME, NUMBER, names, 2, on_values, 7));
		break;
	case 2:
		ASK(store_feed(store, &feed, on_feed, NULL));
		break;
	case 3:
		ASK(store_history_get(store, 120, 60, &reader, NULL));
		break;
	case 4:
		ASK(finished_find(finished, ID, 5, on_ended, NULL));
		break;
	default:
		ASK(store_optout_check(store, NAME, NUMBER, on_check, 7));
	}
}

static struct recipient *rules;

static void ask_writes(uint8_t which)
{
	const struct store_leg leg = {ID, 1, 1, LEG_OPEN, view_of("")};
	const struct recipient_ask recipient = {.rules = rules,
						.number = NUMBER,
						.account_name = NAME,
						.id = ID,
						.now_ms = WALL_MS,
						.enforce = POLICY_BIT(POLICY_OPTED_OUT)};
	switch (which % 5) {
	case 0:
		ASK(store_journal_put(store, ID, view_of("rec"), on_write, 7));
		break;
	case 1:
		ASK(store_journal_del(store, ID, on_write, 7));
		break;
	case 2:
		ASK(store_receipt_put(store, "mobile", store_slot(WALL_MS), view_of("A1"), &leg, on_write, 7));
		break;
	case 3:
		ASK(store_recipient(store, &recipient, on_recipient, 7));
		break;
	default:
		ASK(store_load(store, &loader, NULL));
	}
}

static bool loading;

static void step(void)
{
	uint8_t what = take_octet(&in), which = what >> 3;
	static void (*const groups[])(uint8_t) = {ask_streams, ask_credit,  ask_campaigns, ask_lists,
						  ask_ported,  ask_replies, ask_writes};
	if (what % 8 < 7) {
		if (what % 8 == 6 && which % 5 == 4 && loading)
			return;
		loading |= what % 8 == 6 && which % 5 == 4;
		groups[what % 8](which);
	} else if (which & 1) {
		loop_advance(loop, which * 500);
	} else if (redis_replies_is_up()) {
		redis_replies_down();
	} else {
		redis_replies_up();
	}
	for (int i = 0; i < ANSWERS; i++) {
		loop_turn(loop);
		if (!redis_replies_are_owed())
			break;
		redis_replies_give();
	}
}

static void nothing(void *arg)
{
	(void)arg;
}

static void taken(const char *owner, void *arg)
{
	(void)arg;
	MUST(*owner != '\0' || owner);
}

static int no_account(const void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "bank") == 0 ? 0 : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char empty[] = "", address[] = "127.0.0.1:6379", prefix[] = "试:";
	static const struct store_conf conf = {.redis = address,
					       .user = empty,
					       .password = empty,
					       .prefix = prefix,
					       .deadline = 2000,
					       .reconnect = 100,
					       .receipt_horizon = 259200,
					       .deadletter_age = 2592000};
	static const struct store_ops ops = {nothing, nothing, taken, NULL};
	static const struct recipient_conf no_rules;
	static const struct policy_names names = {NULL, no_account, NULL, 1, 0};
	if (size > 4096)
		return 0;
	be_quiet();
	char *errors = NULL;
	struct stats *stats = stats_new();
	owed = 0;
	loading = false;
	rules = recipient_new(&no_rules, &names, &errors);
	MUST(rules);
	loop = loop_new_simulated(WALL_MS);
	finished = finished_new(loop, 3600, stats);
	store = store_new(loop, &conf, 1, &ops, NULL, stats);
	finished_use(finished, store);
	redis_replies_from(NULL); /* the lease is free */
	redis_replies_up();
	while (redis_replies_are_owed())
		redis_replies_give();
	MUST(store_up(store));
	in = (struct view){data, (uint32_t)size};
	for (int i = 0; i < STEPS && in.n > 0; i++) {
		redis_replies_from(&in);
		step();
	}
	in.n = 0;
	loop_turn(loop);
	redis_replies_down();
	loop_turn(loop);
	MUST(owed == 0);
	store_free(store);
	finished_free(finished);
	stats_free(stats);
	loop_free(loop);
	recipient_free(rules);
	return 0;
}
