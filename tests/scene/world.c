/*
 * world.c - starts, ends and kills gateways; keeps everybody else alive meanwhile. Knows no script.
 */
#include "world.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/mem.h"
#include "base/worker.h"
#include "fake_http.h"
#include "fake_redis.h"
#include "reload.h"

#define REAP_TURNS   4
#define STOP_MS	     30000
#define RELOAD_TURNS 100

/* The configuration of a scene that says nothing: one app, one carrier, no limits. */
static const struct {
	const char *section, *text;
} defaults[] = {
	{"node", "node = 1;\n"},
	{"log", "log: { level = \"debug\"; };\n"},
	{"store", "store: { redis = \"127.0.0.1:6379\"; };\n"},
	{"listen", "listen: ( { address = \"127.0.0.1\"; port = 2775; } );\n"},
	{"accounts", "accounts: ( { system_id = \"bank\"; password = \"secret\"; sources = [ \"1069\" ]; } );\n"},
	{"carriers", "carriers: ( { name = \"mobile\"; host = \"127.0.0.1\"; port = 2776; system_id = \"gw\"; } );\n"},
	{"routes", "routes: ( { prefix = \"\"; carriers = [ \"mobile\" ]; } );\n"},
};

void world_init(struct world *w)
{
	*w = (struct world){.wall_ms = WORLD_START_MS};
	list_init(&w->apps);
	list_init(&w->smscs);
	labels_init(&w->labels);
	fake_redis_start();
	fake_http_start();
}

int64_t world_wall_ms(const struct world *w)
{
	return w->loop != NULL ? loop_wall_ms(w->loop) : w->wall_ms;
}

static int64_t now_ms(void *arg)
{
	return world_wall_ms(arg);
}

/* -- configuration -- */

/* Whether a line of the scene's text begins the section. */
static bool says(const char *sections, const char *section)
{
	size_t n = strlen(section);

	for (const char *p = sections; p != NULL && *p != '\0';) {
		if (strncmp(p, section, n) == 0 && strchr(" :=", p[n]) != NULL)
			return true;
		p = strchr(p, '\n');
		p = p != NULL ? p + 1 : NULL;
	}
	return false;
}

/* A text with each mark (of 5 octets) as what it stands for. */
static char *with(char *text, const char *mark, const char *value)
{
	struct buf out = {0};
	const char *from = text;

	for (const char *at; (at = strstr(from, mark)) != NULL; from = at + strlen(mark)) {
		buf_put(&out, from, (size_t)(at - from));
		buf_puts(&out, value);
	}
	buf_put(&out, from, strlen(from) + 1);
	mem_free(text);
	text = mem_strdup((const char *)buf_data(&out));
	buf_free(&out);
	return text;
}

/* A folder of the scene's own, made when it is first named. */
static const char *folder(struct world *w)
{
	if (w->folder[0] == '\0') {
		snprintf(w->folder, sizeof(w->folder), "/tmp/smppgw-scene-XXXXXX");
		if (mkdtemp(w->folder) == NULL)
			abort();
	}
	return w->folder;
}

/* The sections; @SRC@ in them is the source tree, @TMP@ a folder of the scene's own. */
static void put_sections(FILE *f, struct world *w)
{
	const char *src = getenv("SMPPGW_SRC");
	char *top = realpath(src != NULL ? src : ".", NULL);
	char *text = with(mem_strdup(w->sections), "@SRC@", top != NULL ? top : ".");

	if (strstr(text, "@TMP@") != NULL)
		text = with(text, "@TMP@", folder(w));
	fputs(text, f);
	mem_free(text);
	free(top);
}

static bool write_configuration(struct world *w)
{
	snprintf(w->file, sizeof(w->file), "/tmp/smppgw-scene-XXXXXX");
	int fd = mkstemp(w->file);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (f == NULL)
		return false;
	if (w->sections != NULL)
		put_sections(f, w);
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
		if (w->sections == NULL || !says(w->sections, defaults[i].section))
			fputs(defaults[i].text, f);
	}
	fclose(f);
	return true;
}

static bool read_configuration(struct world *w, char **why)
{
	if (!write_configuration(w)) {
		*why = mem_strdup("the configuration cannot be written to /tmp");
		return false;
	}
	int rc = settings_read(w->file, false, &w->settings, why);
	unlink(w->file);
	w->has_settings = rc == 0;
	w->settings.flow.seed = 1; /* the same jitter in each run */
	return w->has_settings;
}

/* -- life and death -- */

static void on_fatal(const char *why, void *arg)
{
	struct world *w = arg;

	snprintf(w->fatal, sizeof(w->fatal), "%s", why);
}

static void flush_log(void *arg)
{
	(void)arg;
	log_flush();
}

static void meet_carriers(struct world *w, const struct flow_conf *conf)
{
	for (size_t i = 0; i < conf->carriers_n; i++) {
		const struct carrier_conf *c = &conf->carriers[i];
		struct smsc *s = world_smsc(w, c->name);
		if (s == NULL) {
			s = smsc_new(c->name, c->port, &w->labels);
			list_append(&w->smscs, &s->link);
		}
		s->port = c->port;
		smsc_serve(s, wire_hub(), w->loop);
	}
}

/* There is no gateway any more. */
static void forget(struct world *w)
{
	w->reloader = NULL;
	w->reloads = 0;
	w->duty = NULL;
	w->watch = NULL;
	w->flow = NULL;
	w->archive = NULL;
	w->worker = NULL;
	w->stats = NULL;
	w->loop = NULL;
	w->has_settings = false;
}

/* Frees what is left of a gateway whose links have all ended. */
static void bury(struct world *w)
{
	reloader_free(w->reloader);
	unlink(w->file); /* of a reload that was under way */
	alarm_duty_free(w->duty);
	watch_free(w->watch);
	flow_free(w->flow);
	archive_free(w->archive);
	worker_free(w->worker);
	stats_free(w->stats);
	log_flush();
	w->wall_ms = loop_wall_ms(w->loop);
	loop_unhook(w->loop, &w->log_hook);
	loop_free(w->loop);
	settings_free(&w->settings);
	forget(w);
}

static void have_looked(struct world *w)
{
	w->watch = watch_new(w->loop, w->flow, w->stats);
	w->duty = alarm_duty_new(w->loop, &w->settings.noc.alarms, w->flow, w->archive, watch_history(w->watch),
				 w->stats);
}

static void on_reload_begins(void *arg)
{
	(void)arg;
}

static void on_reload_applied(void *arg)
{
	struct world *w = arg;

	if (w->duty != NULL)
		alarm_duty_use(w->duty, &w->settings.noc.alarms);
}

static void on_reload_ended(void *arg, bool applied)
{
	(void)arg;
	(void)applied;
}

static const struct reload_ops reload_ops = {on_reload_begins, on_reload_applied, on_reload_ended};

bool world_tires;

bool world_start(struct world *w, char **why)
{
	*why = NULL;
	if (!read_configuration(w, why))
		return false;
	w->left = false;
	w->fatal[0] = '\0';
	memset(&w->settled, 0, sizeof(w->settled));
	w->loop = loop_new_simulated(w->wall_ms);
	loop_tire(w->loop, world_tires || w->tires ? 1 : 0);
	w->log_hook = (struct loop_hook){.fn = flush_log};
	loop_hook(w->loop, LOOP_LOG, &w->log_hook);
	w->stats = stats_new();
	w->worker = worker_new(w->loop);
	w->archive = archive_new(w->loop, w->worker, w->settings.records, w->settings.evidence, w->settings.flow.node,
				 w->stats, why);
	w->settings.flow.archive = w->archive;
	if (w->archive != NULL)
		w->flow = flow_new(w->loop, &w->settings.flow, w->stats, on_fatal, w, why);
	if (w->flow == NULL) {
		bury(w);
		return false;
	}
	w->reload_worker = worker_new(w->loop);
	w->reloader = reloader_new(w->loop, w->reload_worker, &w->settings, w->file, w->flow, &reload_ops, w);
	if (w->judged)
		have_looked(w);
	meet_carriers(w, &w->settings.flow);
	world_pass(w, WORLD_MOMENT_MS);
	return true;
}

static void on_reloaded(void *arg, int result, const struct buf *out, const char *errors)
{
	struct world *w = arg;

	w->reloads--;
	w->reloaded = result == 0;
	mem_free(w->said);
	w->said = result == 0 ? mem_strndup(buf_data(out), buf_len(out)) : mem_strdup(errors != NULL ? errors : "");
}

bool world_reload(struct world *w, bool check, bool held)
{
	struct settings next;
	char *why = NULL;

	if (w->file[0] != '\0')
		unlink(w->file);
	if (!write_configuration(w))
		return false;
	if (settings_read(w->file, false, &next, &why) ==
	    0) { /* the new carriers are there before the gateway calls them */
		meet_carriers(w, &next.flow);
		settings_free(&next);
	}
	free(why);
	worker_hold(w->reload_worker, held);
	w->reloads++;
	reload_ask(w->reloader, check, on_reloaded, w);
	return true;
}

void world_reload_step(struct world *w)
{
	worker_hold(w->reload_worker, false);
	worker_hold(w->reload_worker, true);
	loop_turn(w->loop);
}

bool world_reload_ends(struct world *w)
{
	worker_hold(w->reload_worker, false);
	for (int i = 0; i < RELOAD_TURNS && w->reloads > 0; i++)
		loop_turn(w->loop);
	unlink(w->file);
	w->file[0] = '\0';
	return w->reloads == 0 && w->reloaded;
}

/* From now on nobody hears the gateway, and it hears nobody. */
static void cut_off(struct world *w)
{
	LIST_EACH(node, &w->apps)
		app_forget_connection(LIST_OF(node, struct app, link));
	LIST_EACH(node, &w->smscs)
		smsc_forget_connections(LIST_OF(node, struct smsc, link));
}

/* A process cannot be ended inside a process: its links are aborted and its memory is freed, unheard. */
void world_kill(struct world *w)
{
	if (w->flow == NULL)
		return;
	fake_redis_client_killed();
	cut_off(w);
	loop_tire(w->loop, 0); /* what is left of ended sessions is told at once */
	for (int again = 0; again < 2; again++) {
		accounts_shutdown(flow_accounts(w->flow));
		carriers_shutdown(flow_carriers(w->flow));
	}
	for (int i = 0; i < REAP_TURNS; i++)
		loop_turn(w->loop);
	bury(w);
}

static void on_idle(void *arg)
{
	((struct world *)arg)->left = true;
}

void world_abandon(struct world *w)
{
	if (w->loop == NULL)
		return;
	w->wall_ms = loop_wall_ms(w->loop);
	if (w->flow != NULL)
		fake_redis_client_killed();
	cut_off(w);
	forget(w);
}

bool world_stop(struct world *w)
{
	flow_shutdown(w->flow, on_idle, w);
	for (int64_t ms = 0; ms < STOP_MS && !w->left; ms += WORLD_MOMENT_MS)
		loop_advance(w->loop, WORLD_MOMENT_MS);
	if (!w->left)
		return false;
	cut_off(w);
	for (int i = 0; i < REAP_TURNS; i++)
		loop_turn(w->loop);
	bury(w);
	return true;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void world_free(struct world *w)
{
	world_kill(w);
	while (!list_empty(&w->apps))
		app_free(LIST_OF(w->apps.next, struct app, link));
	while (!list_empty(&w->smscs))
		smsc_free(LIST_OF(w->smscs.next, struct smsc, link));
	labels_free(&w->labels);
	mem_free(w->sections);
	mem_free(w->said);
	fake_redis_stop();
	fake_http_stop();
	if (w->folder[0] != '\0')
		(void)nftw(w->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void world_pass(struct world *w, int64_t ms)
{
	if (w->loop != NULL)
		loop_advance(w->loop, ms);
	else
		w->wall_ms += ms;
}

/* -- people -- */

struct app *world_app(struct world *w, const char *name, bool make)
{
	LIST_EACH(node, &w->apps) {
		struct app *a = LIST_OF(node, struct app, link);
		if (strcmp(a->name, name) == 0)
			return a;
	}
	if (!make)
		return NULL;
	struct app *a = app_new(name, &w->labels, now_ms, w);
	list_append(&w->apps, &a->link);
	return a;
}

struct smsc *world_smsc(struct world *w, const char *name)
{
	LIST_EACH(node, &w->smscs) {
		struct smsc *s = LIST_OF(node, struct smsc, link);
		if (strcmp(s->name, name) == 0)
			return s;
	}
	return NULL;
}
