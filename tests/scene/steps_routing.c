/*
 * steps_routing.c - what a script can say of ported numbers: the operator, another node, and files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_redis.h"
#include "path/ported.h"
#include "path/ported_table.h"
#include "steps.h"

static struct { /* the last file */
	bool done;
	char error[128];
	uint64_t rows, bad;
} load;

static bool read_number(const struct step *s, const char *text, struct number *out)
{
	return number_parse_text(text, out) || step_fail(s, "%s is no number", text);
}

static bool do_say(struct world *w, struct step *s)
{
	struct number n;

	if (!read_number(s, s->args[0], &n))
		return false;
	return ported_learn(flow_ported(w->flow), &n, s->args[1], NULL, NULL) >= 0 || step_fail(s, "it cannot be kept");
}

static bool do_forget(struct world *w, struct step *s)
{
	struct number n;

	if (!read_number(s, s->args[0], &n))
		return false;
	return ported_forget(flow_ported(w->flow), &n, NULL, NULL) >= 0 || step_fail(s, "it cannot be forgotten");
}

/* Words of one command, blanks between. */
static void redis(struct world *w, const char *text)
{
	struct blob words[16];
	char copy[256], *save = NULL;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *p = strtok_r(copy, " ", &save); p != NULL; p = strtok_r(NULL, " ", &save))
		words[n++] = blob_of(p, strlen(p));
	freeReplyObject(fake_data_run(fake_redis_data(), loop_wall_ms(w->loop), n, words));
	while (n > 0)
		free(words[--n].p);
}

static bool do_other_node(struct world *w, struct step *s)
{
	char text[256];
	struct number n;

	if (!read_number(s, s->args[0], &n))
		return false;
	snprintf(text, sizeof(text), "HSET ported:0:%d %s %s", ported_bucket(&n), n.digits, s->args[1]);
	redis(w, text);
	snprintf(text, sizeof(text), "XADD ported:log * n %s v %s", n.digits, s->args[1]);
	redis(w, text);
	redis(w, "HINCRBY ported changes 1");
	return true;
}

/* Another node has put a file of one number in force, in the other set. */
static bool do_other_load(struct world *w, struct step *s)
{
	char text[256];
	struct number n;

	if (!read_number(s, s->args[0], &n))
		return false;
	snprintf(text, sizeof(text), "HSET ported:1:%d %s %s", ported_bucket(&n), n.digits, s->args[1]);
	redis(w, text);
	redis(w, "HSET ported set 1");
	redis(w, "HINCRBY ported epoch 1");
	return true;
}

static void on_progress(void *arg, const struct ported_report *r)
{
	(void)arg;
	(void)r;
}

static void on_loaded(void *arg, const char *error, const struct ported_report *r)
{
	(void)arg;
	load.done = true;
	snprintf(load.error, sizeof(load.error), "%s", error != NULL ? error : "");
	load.rows = r->rows;
	load.bad = r->bad;
}

/* The file's lines stand in the script with | between them. */
static bool do_load(struct world *w, struct step *s)
{
	static const struct ported_load_ops ops = {on_progress, on_loaded};
	const char *replace = step_option(s, "replace", NULL);
	char path[] = "/tmp/smppgw-scene-XXXXXX", *why = NULL;
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (f == NULL)
		return step_fail(s, "no file can be made in /tmp");
	for (const char *p = s->args[0]; *p != '\0'; p++)
		fputc(*p == '|' ? '\n' : *p, f);
	fclose(f);
	memset(&load, 0, sizeof(load));
	if (ported_load(flow_ported(w->flow), path, replace != NULL, &ops, w, &why) < 0) {
		load.done = true;
		snprintf(load.error, sizeof(load.error), "%s", why != NULL ? why : "");
	}
	free(why);
	unlink(path);
	return true;
}

static bool expect_load(struct world *w, struct step *s)
{
	const char *bad = step_option(s, "bad", NULL), *failed = step_option(s, "failed", NULL);

	(void)w;
	if (!load.done)
		return step_fail(s, "the file is still being loaded");
	if ((failed != NULL) != (*load.error != '\0') || (failed != NULL && strstr(load.error, failed) == NULL))
		return step_fail(s, "it ended with \"%s\"", load.error);
	if (load.rows != strtoull(s->args[0], NULL, 10))
		return step_fail(s, "%llu rows, not %s", (unsigned long long)load.rows, s->args[0]);
	return load.bad == strtoull(bad != NULL ? bad : "0", NULL, 10) ||
	       step_fail(s, "%llu bad lines, not %s", (unsigned long long)load.bad, bad != NULL ? bad : "0");
}

static bool expect_ported(struct world *w, struct step *s)
{
	char text[PORTED_TEXT_MAX];
	struct number n;

	if (!read_number(s, s->args[0], &n))
		return false;
	if (!ported_text(flow_ported(w->flow), &n, text))
		snprintf(text, sizeof(text), "nowhere");
	return strcmp(text, s->args[1]) == 0 || step_fail(s, "%s is at %s, not at %s", s->args[0], text, s->args[1]);
}

static bool expect_stored(struct world *w, struct step *s)
{
	size_t have = fake_data_count_all(fake_redis_data(), "ported:0:") +
		      fake_data_count_all(fake_redis_data(), "ported:1:");

	(void)w;
	return have == strtoull(s->args[0], NULL, 10) ||
	       step_fail(s, "%zu numbers are stored, not %s", have, s->args[0]);
}

const struct step_row steps_routing[] = {
	{"operator says NUMBER is at OPERATOR", "", STEP_ACTS, do_say},
	{"operator forgets NUMBER", "", STEP_ACTS, do_forget},
	{"operator loads ported FILE", "replace", STEP_ACTS, do_load},
	{"another node says NUMBER is at OPERATOR", "", STEP_SETS, do_other_node},
	{"another node loads NUMBER at OPERATOR", "", STEP_SETS, do_other_load},
	{"expect ported file COUNT", "bad failed", STEP_LOOKS, expect_load},
	{"expect ported stored COUNT", "", STEP_LOOKS, expect_stored},
	{"expect ported NUMBER OPERATOR", "", STEP_LOOKS, expect_ported},
	{NULL, NULL, STEP_LOOKS, NULL},
};
