/*
 * settings.c - which sections there are, and handing what was read to the rooms. Must not know what any key means.
 */
#include "settings.h"

#include "base/ids.h"

static const struct conf_row top_rows[] = {
	{"node", CONF_INT, offsetof(struct top_conf, node), "", 0, IDS_MAX_NODE, NULL, false,
	 "Number of this gateway among those that share a Redis; stands in message ids and names its journal.", NULL},
	{"system_id", CONF_STRING, offsetof(struct top_conf, system_id), "", 0, 15, "smppgw", true,
	 "What we call ourselves in bind responses to apps.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

static const struct conf_section sections[] = {
	{"", false, sizeof(struct top_conf), top_rows},
	{"process", false, sizeof(struct process_conf), process_rows},
	{"log", false, sizeof(struct log_conf), log_rows},
	{"store", false, sizeof(struct store_conf), store_rows},
	{"messages", false, sizeof(struct messages_conf), messages_rows},
	{"health", false, sizeof(struct health_conf), health_rows},
	{"events", false, sizeof(struct events_conf), events_rows},
	{"limits", false, sizeof(struct limits_conf), limits_rows},
	{"records", false, sizeof(struct records_conf), records_rows},
	{"evidence", false, sizeof(struct evidence_conf), evidence_rows},
	{"listen", true, sizeof(struct listen_conf), listen_rows},
	{"stats", false, sizeof(struct stats_port_conf), stats_port_rows},
	{"console", false, sizeof(struct console_conf), console_rows},
	{"console_tokens", true, sizeof(struct token_conf), token_rows},
	{"alarm", false, sizeof(struct alarm_post_conf), alarm_post_rows},
	{"alarms", true, sizeof(struct alarm_conf), alarm_rows},
	{"accounts", true, sizeof(struct account_conf), account_rows},
	{"carriers", true, sizeof(struct carrier_conf), carrier_rows},
	{"operators", true, sizeof(struct operator_conf), operator_rows},
	{"routes", true, sizeof(struct route_conf), route_rows},
	{"routing", false, sizeof(struct routing_conf), routing_rows},
	{"reply", false, sizeof(struct reply_conf), reply_rows},
	{"keywords", true, sizeof(struct keyword_conf), keyword_rows},
	{"menus", true, sizeof(struct menu_conf), menu_rows},
	{"webhooks", true, sizeof(struct webhook_conf), webhook_rows},
	{"classes", true, sizeof(struct class_conf), class_rows},
	{"retry", true, sizeof(struct retry_conf), retry_rows},
	{"errors", true, sizeof(struct error_conf), error_rows},
	{"codes", true, sizeof(struct code_conf), code_rows},
	{"senders", true, sizeof(struct sender_conf), sender_rows},
	{"campaigns", true, sizeof(struct campaign_conf), campaign_rows},
	{"brakes", true, sizeof(struct brake_conf), brake_rows},
	{"policies", true, sizeof(struct policy_mode_conf), policy_mode_rows},
	{"caps", true, sizeof(struct cap_conf), caps_rows},
	{"similar", true, sizeof(struct similar_conf), similar_rows},
	{"consent", true, sizeof(struct consent_conf), consent_rows},
	{"first_contact", true, sizeof(struct first_contact_conf), first_contact_rows},
	{"dead", false, sizeof(struct dead_conf), dead_rows},
	{"calendar", false, sizeof(struct calendar_conf), calendar_rows},
	{"windows", true, sizeof(struct window_conf), window_rows},
	{"slots", true, sizeof(struct slot_conf), slot_rows},
	{"personal", true, sizeof(struct personal_conf), personal_rows},
	{"signatures", true, sizeof(struct signature_conf), signature_rows},
	{"templates", true, sizeof(struct templates_conf), templates_rows},
	{"must_match", true, sizeof(struct must_match_conf), must_match_rows},
	{"links", true, sizeof(struct links_conf), links_rows},
	{"filters", true, sizeof(struct words_conf), words_rows},
	{"opt_out_texts", true, sizeof(struct optout_text_conf), optout_text_rows},
	{"segments", true, sizeof(struct segments_conf), segments_rows},
	{NULL, false, 0, NULL},
};

static void fill_texts(const struct conf *c, struct texts_conf *t)
{
	t->personal = conf_get(c, "personal", &t->personal_n);
	t->signatures = conf_get(c, "signatures", &t->signatures_n);
	t->templates = conf_get(c, "templates", &t->templates_n);
	t->must_match = conf_get(c, "must_match", &t->must_match_n);
	t->links = conf_get(c, "links", &t->links_n);
	t->optout_texts = conf_get(c, "opt_out_texts", &t->optout_texts_n);
	t->segments = conf_get(c, "segments", &t->segments_n);
}

static void fill_alarms(const struct conf *c, const struct flow_conf *f, struct alarm_duty_conf *a)
{
	a->rows = conf_get(c, "alarms", &a->rows_n);
	a->post = conf_get(c, "alarm", NULL);
	a->messages = f->messages;
	a->system_id = f->system_id;
	a->node = f->node;
}

static void fill(struct settings *s)
{
	struct conf *c = s->conf;
	struct flow_conf *f = &s->flow;
	s->top = conf_get(c, "", NULL);
	s->process = conf_get(c, "process", NULL);
	s->log = conf_get(c, "log", NULL);
	s->records = conf_get(c, "records", NULL);
	s->evidence = conf_get(c, "evidence", NULL);
	f->node = (unsigned)s->top->node;
	f->system_id = s->top->system_id;
	f->store = conf_get(c, "store", NULL);
	f->messages = conf_get(c, "messages", NULL);
	f->health = conf_get(c, "health", NULL);
	f->events = conf_get(c, "events", NULL);
	f->limits = conf_get(c, "limits", NULL);
	f->reply = conf_get(c, "reply", NULL);
	f->listens = conf_get(c, "listen", &f->listens_n);
	f->accounts = conf_get(c, "accounts", &f->accounts_n);
	f->carriers = conf_get(c, "carriers", &f->carriers_n);
	f->operators = conf_get(c, "operators", &f->operators_n);
	f->routes = conf_get(c, "routes", &f->routes_n);
	f->routing = conf_get(c, "routing", NULL);
	f->keywords = conf_get(c, "keywords", &f->keywords_n);
	f->menus = conf_get(c, "menus", &f->menus_n);
	f->webhooks = conf_get(c, "webhooks", &f->webhooks_n);
	f->classes = conf_get(c, "classes", &f->classes_n);
	f->retries = conf_get(c, "retry", &f->retries_n);
	f->errors = conf_get(c, "errors", &f->errors_n);
	f->codes = conf_get(c, "codes", &f->codes_n);
	f->senders = conf_get(c, "senders", &f->senders_n);
	f->campaigns = conf_get(c, "campaigns", &f->campaigns_n);
	f->brakes = conf_get(c, "brakes", &f->brakes_n);
	f->policy.modes = conf_get(c, "policies", &f->policy.modes_n);
	f->policy.recipient = (struct recipient_conf){.dead = conf_get(c, "dead", NULL)};
	f->policy.recipient.caps = conf_get(c, "caps", &f->policy.recipient.caps_n);
	f->policy.recipient.similars = conf_get(c, "similar", &f->policy.recipient.similars_n);
	f->policy.recipient.consents = conf_get(c, "consent", &f->policy.recipient.consents_n);
	f->policy.recipient.firsts = conf_get(c, "first_contact", &f->policy.recipient.firsts_n);
	f->policy.opening.calendar = conf_get(c, "calendar", NULL);
	f->policy.opening.windows = conf_get(c, "windows", &f->policy.opening.windows_n);
	f->policy.opening.slots = conf_get(c, "slots", &f->policy.opening.slots_n);
	fill_texts(c, &f->policy.texts);
	f->policy.filters = conf_get(c, "filters", &f->policy.filters_n);
	size_t tokens_n;
	const struct token_conf *tokens = conf_get(c, "console_tokens", &tokens_n);
	s->noc = (struct noc_conf){.stats = conf_get(c, "stats", NULL),
				   .console = conf_get(c, "console", NULL),
				   .tokens = tokens,
				   .tokens_n = tokens_n,
				   .version = PACKAGE_VERSION,
				   .node = f->node};
	fill_alarms(c, f, &s->noc.alarms);
}

int settings_read(const char *file, bool running, struct settings *out, char **errors)
{
	*out = (struct settings){.flow.policy.running = running};
	*errors = NULL;
	out->conf = conf_read(file, sections, errors);
	if (!out->conf)
		return -1;
	fill(out);
	bool good = flow_check(&out->flow, errors);
	good = privilege_check(out->process, errors) && good;
	good = log_conf_check(out->log, errors) && good;
	good = archive_check(out->records, out->evidence, errors) && good;
	if (noc_check(&out->noc, &out->flow, errors) && good)
		return 0;
	settings_free(out);
	return -1;
}

void settings_warn(const struct settings *s, char **warnings)
{
	conf_warn(s->conf, warnings);
	flow_warn(&s->flow, warnings);
	archive_warn(s->records, s->evidence, warnings);
	rights_warn(s->noc.console, warnings);
}

void settings_carry(struct settings *next, const struct settings *running)
{
	conf_carry(next->conf, running->conf);
	fill(next);
}

void settings_free(struct settings *s)
{
	conf_free(s->conf);
	s->conf = NULL;
}

void settings_print_options(void)
{
	conf_print_rows(sections);
}
