/*
 * flow_setup.c - builds the rooms of the path, checks what goes across sections, and takes all down again.
 * Must not know what happens to a message (flow_accept.c, flow_send.c, flow_end.c).
 */
#include "path/memo.h"
#include "path/flow_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "policy/policy.h"

#define READ_BUDGET  262144 /* octets per connection and turn */
#define PLACES_SPARE 20000  /* sessions of carriers that a reload adds */

/* --- checks across sections --- */

/* The first start: numbers are places in the configuration. A reload: those that are there keep theirs. */
static int carrier_by_name(const char *name, void *arg)
{
	const struct flow_names *names = arg;
	for (size_t i = 0; i < names->conf->carriers_n; i++) {
		if (strcmp(names->conf->carriers[i].name, name) != 0)
			continue;
		return names->flow ? (int)carriers_number(names->flow->carriers, names->carriers, name) : (int)i;
	}
	return -1;
}

static int account_by_name(const char *name, void *arg)
{
	const struct flow_names *names = arg;
	for (size_t i = 0; i < names->conf->accounts_n; i++) {
		if (strcmp(names->conf->accounts[i].system_id, name) != 0)
			continue;
		return names->flow ? (int)accounts_number(names->flow->accounts, names->accounts, name) : (int)i;
	}
	return -1;
}

static bool has_account(const struct flow_conf *conf, const char *name)
{
	struct flow_names names = {.conf = conf};
	return account_by_name(name, &names) >= 0;
}

static void check_accounts(const struct flow_conf *conf, char **errors)
{
	enum class_id class_id;
	for (size_t i = 0; i < conf->accounts_n; i++) {
		const struct account_conf *a = &conf->accounts[i];
		if (!class_by_name(view_of(a->class_name), &class_id))
			conf_fault(errors, &a->where,
				   "account %s: class \"%s\" is none of otp, alert, notice, remind, collect, "
				   "promo",
				   a->system_id, a->class_name);
		if (strchr(a->system_id, '/') || strcmp(a->system_id, "global") == 0)
			conf_fault(errors, &a->where,
				   "account %s: a name with / or \"global\" would be another scope of opt-outs",
				   a->system_id);
		relay_check_account(a, errors);
	}
	accounts_check(conf->accounts, conf->accounts_n, errors);
	accounts_check_listens(conf->accounts, conf->accounts_n, conf->listens, conf->listens_n, errors, NULL);
}

static void check_carriers(const struct flow_conf *conf, char **errors)
{
	for (size_t i = 0; i < conf->carriers_n; i++) {
		const struct carrier_conf *c = &conf->carriers[i];
		if (strcspn(c->name, ":/ \t{}") != strlen(c->name))
			conf_fault(errors, &c->where,
				   "carrier name \"%s\" may not hold blanks, colons, slashes or braces", c->name);
		relay_check_carrier(c, errors);
	}
	carriers_check(conf->carriers, conf->carriers_n, errors);
	carriers_check_names(conf->carriers, conf->carriers_n, conf->accounts, conf->accounts_n, errors);
}

static bool account_known(const void *arg, const char *name)
{
	return has_account(arg, name);
}

static bool has_webhook(const struct flow_conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->webhooks_n; i++) {
		if (strcmp(conf->webhooks[i].name, name) == 0)
			return true;
	}
	return false;
}

static void check_replies(const struct flow_conf *conf, char **errors)
{
	if (*conf->reply->account && !has_account(conf, conf->reply->account))
		conf_fault(errors, &conf->reply->where, "reply.account \"%s\" is not in accounts",
			   conf->reply->account);
	const struct reply_setup setup = {conf->reply,	    conf->keywords, conf->menus,
					  conf->keywords_n, conf->menus_n,  NULL};
	(void)reply_check(&setup, account_known, conf, errors);
	(void)menus_check(conf->menus, conf->menus_n, errors);
	for (size_t i = 0; i < conf->menus_n; i++) {
		const struct menu_conf *m = &conf->menus[i];
		if (*m->account && !has_account(conf, m->account))
			conf_fault(errors, &m->where, "menu names account \"%s\", which is not in accounts",
				   m->account);
		if (*m->webhook && !has_webhook(conf, m->webhook))
			conf_fault(errors, &m->where, "menu names webhook \"%s\", which is not in webhooks",
				   m->webhook);
	}
}

static int named_account(const void *arg, const char *name)
{
	struct flow_names names = {.conf = arg};
	return account_by_name(name, &names);
}

static int named_carrier(const void *arg, const char *name)
{
	struct flow_names names = {.conf = arg};
	return carrier_by_name(name, &names);
}

static void check_campaigns(const struct flow_conf *conf, char **errors)
{
	const struct brake_names names = {named_account, named_carrier, conf};
	campaigns_check(conf->campaigns, conf->campaigns_n, account_known, conf, errors);
	brakes_check(conf->brakes, conf->brakes_n, &names, errors);
}

static int64_t carrier_price(int carrier, void *arg)
{
	const struct flow_conf *conf = ((const struct flow_names *)arg)->conf;
	for (size_t i = 0; i < conf->carriers_n; i++) {
		if (carrier_by_name(conf->carriers[i].name, arg) == carrier)
			return conf->carriers[i].price;
	}
	return 0;
}

static struct routes *make_routes(struct flow_names *names, char **errors)
{
	const struct flow_conf *conf = names->conf;
	struct routes_conf rules = {conf->routes, conf->routes_n, conf->operators, conf->operators_n, conf->routing};
	struct routes_names numbers = {carrier_by_name, account_by_name, carrier_price, names};
	if (!names->routes)
		return routes_new(&rules, &numbers, errors);
	return routes_build(names->routes, &rules, &numbers, errors) == 0 ? names->routes : NULL;
}

static struct retries *make_retries(struct flow_names *names, char **errors)
{
	const struct flow_conf *conf = names->conf;
	const struct messages_conf *m = conf->messages;
	struct retry_limits limits = {m->retry, m->retry_max, (unsigned)m->attempts};
	return retries_new(conf->retries, conf->retries_n, conf->errors, conf->errors_n, &limits, carrier_by_name,
			   names, errors);
}

static struct senders *make_senders(struct flow_names *names, char **errors)
{
	const struct flow_conf *conf = names->conf;
	struct senders_setup setup = {
		.accounts = conf->accounts,
		.codes = conf->codes,
		.senders = conf->senders,
		.accounts_n = conf->accounts_n,
		.codes_n = conf->codes_n,
		.senders_n = conf->senders_n,
		.account_number = account_by_name,
		.carrier_number = carrier_by_name,
		.arg = names,
	};
	return senders_new(&setup, errors);
}

static int policy_account(const void *arg, const char *name)
{
	return account_by_name(name, (void *)(uintptr_t)arg);
}

static int policy_carrier(const void *arg, const char *name)
{
	return carrier_by_name(name, (void *)(uintptr_t)arg);
}

/* More than the numbers that there are, or will be after the reload. */
static struct policy *make_policy(struct flow_names *names, char **errors)
{
	const struct flow_conf *conf = names->conf;
	const struct flow *f = names->flow;
	struct policy_names numbers = {.arg = names,
				       .account = policy_account,
				       .carrier = policy_carrier,
				       .accounts_n = conf->accounts_n + (f ? accounts_count(f->accounts) : 0),
				       .carriers_n = conf->carriers_n + (f ? carriers_count(f->carriers) : 0)};
	return policy_new(&conf->policy, &numbers, f ? f->policy : NULL, errors);
}

bool flow_build(struct flow_names *names, struct flow_built *out, char **errors)
{
	const struct flow_conf *conf = names->conf;
	bool good = classes_build(conf->classes, conf->classes_n, out->rules, errors);
	out->retries = make_retries(names, errors);
	out->senders = make_senders(names, errors);
	out->policy = make_policy(names, errors);
	struct routes *routes = make_routes(names, errors);
	if (!names->routes)
		out->routes = routes;
	return good && out->retries && out->senders && out->policy && routes;
}

void flow_built_free(struct flow_built *built)
{
	routes_free(built->routes);
	retries_free(built->retries);
	senders_free(built->senders);
	policy_free(built->policy);
}

void flow_warn(const struct flow_conf *conf, char **warnings)
{
	accounts_check_listens(conf->accounts, conf->accounts_n, conf->listens, conf->listens_n, NULL, warnings);
	carriers_warn(conf->carriers, conf->carriers_n, warnings);
	const struct reply_setup setup = {conf->reply,	    conf->keywords, conf->menus,
					  conf->keywords_n, conf->menus_n,  NULL};
	reply_warn(&setup, warnings);
}

bool flow_check(const struct flow_conf *conf, char **errors)
{
	char *found = NULL;
	struct class_rule rules[CLASSES];
	struct flow_names names = {.conf = conf};
	check_accounts(conf, &found);
	check_carriers(conf, &found);
	(void)webhooks_check(conf->webhooks, conf->webhooks_n, &found);
	check_replies(conf, &found);
	check_campaigns(conf, &found);
	struct routes *routes = make_routes(&names, &found);
	routes_free(routes);
	classes_build(conf->classes, conf->classes_n, rules, &found);
	health_check(conf->health, &found);
	flow_check_events(conf, &found);
	retries_free(make_retries(&names, &found));
	senders_free(make_senders(&names, &found));
	policy_free(make_policy(&names, &found));
	if (!found)
		return true;
	*errors = found;
	return false;
}

/* --- from the links --- */

static void on_app_request(struct account *a, struct session *s, const struct pdu *pdu, void *arg)
{
	flow_request(arg, a, s, pdu);
}

static void on_app_settled(struct account *a, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
			   void *arg)
{
	outbox_settled(((struct flow *)arg)->outbox, account_number(a), cookie, outcome, resp);
}

static void on_receiver(struct account *a, void *arg)
{
	outbox_receiver(((struct flow *)arg)->outbox, account_number(a));
}

static void on_no_receiver(struct account *a, void *arg)
{
	outbox_no_receiver(((struct flow *)arg)->outbox, account_number(a));
}

const struct account_ops flow_account_ops = {on_app_request, on_app_settled, on_receiver, on_no_receiver};

/* --- building --- */

static int on_send_text(void *arg, size_t account, const char *source, const struct number *to, const char *utf8,
			store_fn fn, uint64_t token)
{
	const struct flow *f = arg;
	char text[MENU_TEXT_MAX + 256];
	utf8 = policy_signed(f->policy, account, CLASS_ALERT, utf8, text, sizeof(text));
	return flow_send_text(arg, account, source, to, utf8, fn, token);
}

static void on_backlog_grew(void *arg, size_t account)
{
	outbox_backlog_grew(((struct flow *)arg)->outbox, account);
}

static void on_opted(void *arg, const struct reply_scope *scope, const struct number *number, bool out)
{
	flow_opted(arg, scope, number, out);
}

static int on_cancel_series(void *arg, size_t account, const struct number *to, struct view group, store_fn fn,
			    uint64_t token)
{
	return flow_cancel_series(arg, account, to, group, fn, token);
}

static void on_reply_event(void *arg, const struct reply_event *e)
{
	struct flow *f = arg;
	char number[32];
	log_peer_info(account_name(accounts_at(f->accounts, e->account)),
		      "event=mo_%s number=%s carrier=%s code=%s original=%llu", event_name(e->kind),
		      log_number(e->from->digits, e->from->n, number), e->carrier, e->code,
		      (unsigned long long)e->original->id);
	flow_campaign_answered(f, e);
	flow_tell_reply(f, e);
}

static uint64_t on_new_id(void *arg)
{
	struct flow *f = arg;
	return ids_next(&f->ids, loop_wall_ms(f->loop));
}

static struct carrier *on_carrier_wanted(void *arg, size_t number)
{
	return carriers_at(((struct flow *)arg)->carriers, number);
}

const struct reply_ops flow_reply_ops = {
	.send_text = on_send_text,
	.backlog_grew = on_backlog_grew,
	.opted = on_opted,
	.cancel_series = on_cancel_series,
	.event = on_reply_event,
	.recent = flow_find_last,
	.new_id = on_new_id,
	.carrier = on_carrier_wanted,
};

static void before_walk(void *object)
{
	struct flow_stats *counters = object;
	struct flow *f = LIST_OF(counters, struct flow, counters);
	counters->bytes = msgs_bytes(f->msgs);
	counters->parked_now = match_parked(f->match);
}

static bool is_running(void *arg)
{
	return ((const struct flow *)arg)->phase == FLOW_RUNNING;
}

static void on_ported_changed(void *arg)
{
	flow_routes_changed(arg);
}

static void make_path(struct flow *f)
{
	const struct flow_conf *conf = &f->conf;
	size_t carriers = conf->carriers_n, lanes = routes_count(f->routes);
	f->queue = queue_new(lanes);
	f->lanes = lanes;
	flow_next_init(f);
	f->clock = flow_clock_new(f);
	f->doubts = doubts_new(f->msgs, carriers);
	f->opted = map_new();
	f->match = match_new(f->loop, f->msgs, carriers, (uint32_t)conf->messages->max_parked,
			     conf->messages->park * 1000);
	f->index = index_new(f->msgs);
	match_on_expired(f->match, flow_parked_expired, f);
	match_on_learnt(f->match, flow_form_learnt, f);
	f->credit = credit_new(f->loop, f->stats);
	f->finished = finished_new(f->loop, conf->messages->query_keep, f->stats);
	flow_tally_init(f);
	flow_events_init(f);
	f->store_conf = conf_copy(store_rows, sizeof(*conf->store), conf->store);
	f->store = store_new(f->loop, f->store_conf, conf->node, &flow_store_ops, f, f->stats);
	flow_cdr_init(f);
	flow_lists_make(f);
	f->ported = ported_new(&(struct ported_setup){.loop = f->loop,
						      .store = f->store,
						      .routes = f->routes,
						      .ready = is_running,
						      .changed = on_ported_changed,
						      .arg = f,
						      .stats = f->stats});
	finished_use(f->finished, f->store);
	credit_use(f->credit, f->store);
	campaigns_use(f->campaigns, f->store);
	flow_brake_init(f);
	f->outbox = outbox_new(f->loop, f->accounts, f->store, f->msgs, (uint64_t)conf->messages->max_held,
			       &flow_outbox_ops, f, f->stats);
	f->webhooks = webhooks_new(f->loop, conf->webhooks, conf->webhooks_n, f->stats);
	struct reply_setup setup = {conf->reply,      conf->keywords, conf->menus,
				    conf->keywords_n, conf->menus_n,  f->webhooks};
	f->reply = reply_new(f->loop, &setup, f->sessions, f->accounts, f->store, &flow_reply_ops, f, f->stats);
	flow_grow(f);
	flow_wait_for_store(f);
}

/* Places for sessions: the carriers' own, so that connections of apps can never keep a carrier from being bound. */
static uint32_t session_places(const struct flow_conf *conf)
{
	uint32_t places = (uint32_t)conf->limits->max_connections + PLACES_SPARE;
	for (size_t i = 0; i < conf->carriers_n; i++)
		places += 2 * (uint32_t)conf->carriers[i].binds; /* a pair takes two */
	return places;
}

/*
 * Places for messages: max_held bounds what is accepted. What comes of messages that are there (parts of long texts,
 * notes, earlier submits) has places of its own: else a gateway full of long texts could send none of them.
 */
static uint32_t room_of(int64_t max_held)
{
	return (uint32_t)(max_held + max_held / 4 + 1024);
}

struct flow *flow_new(struct loop *loop, const struct flow_conf *conf, struct stats *stats,
		      void (*on_fatal)(const char *why, void *arg), void *arg, char **errors)
{
	if (!flow_check(conf, errors))
		return NULL;
	struct flow *f = mem_zalloc(sizeof(*f));
	f->loop = loop;
	f->conf = *conf;
	f->stats = stats;
	f->on_fatal = on_fatal;
	f->on_fatal_arg = arg;
	f->since_ms = loop_wall_ms(loop);
	list_init(&f->redo);
	list_init(&f->redoing);
	list_init(&f->debts);
	list_init(&f->asked);
	list_init(&f->steps);
	list_init(&f->wholes);
	walk_list_init(&f->reviews);
	flow_gather_init(f);
	flow_policy_init(f);
	flow_ask_init(f);
	flow_campaign_init(f);
	ids_init(&f->ids, conf->node);
	rng_seed(&f->rng, conf->seed);
	f->msgs = msgs_new(room_of(conf->messages->max_held));
	struct flow_names names = {.conf = conf};
	struct flow_built built = {0};
	if (!flow_build(&names, &built, errors)) /* flow_check() has found no fault */
		log_error("-", "event=fault what=rules");
	f->routes = built.routes;
	built.routes = NULL;
	flow_take_built(f, &built);
	f->conns = conn_hub_new(loop, (size_t)conf->limits->max_output, READ_BUDGET);
	f->sessions = session_hub_new(loop, f->conns, session_places(conf));
	f->accounts = accounts_new(loop, f->conns, f->sessions, conf->accounts, conf->accounts_n, conf->limits,
				   conf->system_id, &flow_account_ops, f, stats);
	f->carriers = carriers_new(loop, f->sessions, conf->carriers, conf->carriers_n, conf->limits, &flow_carrier_ops,
				   f, stats, conf->seed);
	accounts_let_in(f->accounts, f->carriers);
	make_path(f);
	flow_routes_changed(f);
	policy_stats(stats);
	stats_add(stats, flow_stat_rows, flow_stat_rows_n, &f->counters, NULL, NULL, before_walk);
	return f;
}

/* --- taking down --- */

static void clear_timers(struct flow *f)
{
	loop_timer_clear(f->loop, &f->walk_timer);
	loop_timer_clear(f->loop, &f->hours_timer);
	loop_timer_clear(f->loop, &f->redo_timer);
	loop_timer_clear(f->loop, &f->redo_step);
	loop_timer_clear(f->loop, &f->steps_timer);
	walk_end(&f->redoing_doubts);
	loop_timer_clear(f->loop, &f->listen_timer);
	loop_timer_clear(f->loop, &f->leave_timer);
	loop_timer_clear(f->loop, &f->drain_timer);
}

void flow_free(struct flow *f)
{
	if (!f)
		return;
	flow_watch_free(f);
	stats_drop(f->stats, &f->counters);
	flow_route_test_end(f);
	flow_events_stop(f);
	store_free(f->store);
	restore_stop(f->restore);
	flow_whole_free(f);
	flow_gather_free(f);
	flow_policy_free(f);
	flow_ask_free(f);
	conf_copy_free(store_rows, f->store_conf);
	ported_free(f->ported);
	lists_free(f->lists);
	flow_answer_asked(f); /* answers name accounts */
	reply_free(f->reply);
	carriers_free(f->carriers);
	accounts_free(f->accounts);
	outbox_free(f->outbox);
	match_free(f->match);
	index_free(f->index);
	doubts_free(f->doubts);
	retries_free(f->retries);
	senders_free(f->senders);
	flow_clock_free(f->clock);
	flow_next_free(f);
	queue_free(f->queue);
	finished_free(f->finished);
	flow_events_free(f);
	memo_free(f->memo);
	flow_tally_free(f);
	flow_cdr_free(f);
	webhooks_free(f->webhooks);
	credit_free(f->credit);
	flow_campaign_free(f);
	flow_brake_free(f);
	routes_free(f->routes);
	session_hub_free(f->sessions);
	conn_hub_free(f->conns);
	clear_timers(f);
	msgs_free(f->msgs);
	map_free(f->opted);
	mem_free(f->unsettled);
	for (size_t i = 0; i < f->carriers_n; i++)
		mem_free(f->announced[i]);
	mem_free(f->announced);
	mem_free(f->rounds);
	mem_free(f->default_class);
	mem_free(f->waiting);
	mem_free(f->depth);
	LIST_EACH_SAFE(node, next, &f->debts) {
		mem_free(LIST_OF(node, struct debt, link));
	}
	mem_free(f->doubtful);
	mem_free(f);
}

/* --- looking --- */

void flow_status(const struct flow *f, struct flow_status *out)
{
	*out = (struct flow_status){
		.phase = f->phase,
		.store_up = store_up(f->store),
		.listening = f->listening,
		.store_lag_us = (uint64_t)store_lag_us(f->store),
		.store_pending = store_pending(f->store),
		.store_failed = store_failed(f->store),
		.messages = msgs_count(f->msgs),
		.bytes = msgs_bytes(f->msgs),
		.queued = queue_total(f->queue),
		.parked = match_parked(f->match),
		.since_ms = f->since_ms,
		.expired = f->counters.finished[FINISH_EXPIRED],
		.unknown = f->counters.finished[FINISH_NO_RECEIPT] + f->counters.finished[FINISH_IN_DOUBT],
		.review_ms = flow_review_since(f),
		.dead_letters = backlog_dead(outbox_backlogs(f->outbox)),
	};
	for (size_t how = 0; how < FINISHES; how++)
		out->ended += f->counters.finished[how];
	memcpy(out->by_state, f->counters.by_state, sizeof(out->by_state));
}

const char *flow_phase_name(enum flow_phase p)
{
	static const char *const names[] = {"waiting for Redis", "loading", "running", "leaving"};
	return names[p];
}

struct webhooks *flow_webhooks(const struct flow *f)
{
	return f->webhooks;
}

struct accounts *flow_accounts(const struct flow *f)
{
	return f->accounts;
}

const struct session *flow_session(const struct flow *f, uint64_t handle)
{
	return session_get(f->sessions, handle);
}

struct tap *flow_tap(const struct flow *f)
{
	return session_hub_tap(f->sessions);
}

struct carriers *flow_carriers(const struct flow *f)
{
	return f->carriers;
}

struct ported *flow_ported(const struct flow *f)
{
	return f->ported;
}

bool flow_operator_known(const struct flow *f, const char *name)
{
	int i = routes_operator(f->routes, name);
	return i >= 0 && routes_operator_known(f->routes, (size_t)i);
}

/* Lanes without a carrier that is up count with the first of their route: that is where one looks for them. */
uint64_t flow_carrier_queued(const struct flow *f, const struct carrier *c)
{
	uint64_t n = 0;
	for (size_t lane = 0; lane < f->lanes; lane++) {
		if (flow_taker(f, lane) == carrier_number(c))
			n += queue_depth(f->queue, lane);
	}
	return n;
}

void flow_carrier_health(const struct flow *f, const struct carrier *c, struct health_view *out)
{
	health_look(f->health, carrier_number(c), out);
}

const char *flow_carrier_id_form(const struct flow *f, const struct carrier *c)
{
	enum idform form;
	uint64_t matches;
	return match_form(f->match, carrier_number(c), &form, &matches) ? idform_name(form) : "learning";
}

uint64_t flow_account_waiting(const struct flow *f, const struct account *a)
{
	return outbox_waiting(f->outbox, account_number(a));
}

uint64_t flow_account_backlog(const struct flow *f, const struct account *a)
{
	return outbox_backlog(f->outbox, account_number(a));
}

int flow_replay(struct flow *f, const struct account *a, int64_t since_ms, backlog_replay_fn fn, void *arg)
{
	return backlog_replay(outbox_backlogs(f->outbox), account_number(a), since_ms, fn, arg);
}

int flow_deadletters(struct flow *f, const struct account *a, int64_t since_ms, const struct dead_reader *reader,
		     void *arg)
{
	return backlog_deadletters(outbox_backlogs(f->outbox), account_number(a), since_ms, reader, arg);
}
