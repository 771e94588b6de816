/*
 * scene.c - plays scenes: the real path, policy, link and base code against a simulated network, store and clock.
 * Usage:
 *
 *   scene [-v] [-t] [FILE...]   -v: the gateway's log on stderr; -t: what is done in steps is done in the smallest; no
 *   FILE: every one of $SMPPGW_SRC/tests/scene/scenes
 *
 * A scene is a text of steps, one a line; steps_*.c have the tables of what can be said. Words behind a step are
 * options, each a name and a value. A range b1..b9 stands for nine messages. After a step that does something 20 ms
 * pass, in which all happens that needs no waiting; more time passes only by "pass". At the end nothing may have come
 * to an app or been taken by a carrier that no step expected.
 */
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "steps.h"

bool (*steps_guard)(struct world *w, struct step *s, bool *started, steps_play_fn *play);

static const struct step_row *find_row(struct step *s)
{
	static const struct step_row *const tables[] = {
		steps_alarm,  steps_watch,   steps_campaign, steps_ops,	   steps_parts,	  steps_app,
		steps_dial,   steps_routing, steps_carrier,  steps_got,	   steps_gateway, steps_backlog,
		steps_credit, steps_event,   steps_policy,   steps_record, steps_webhook};

	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		for (const struct step_row *row = tables[t]; row->pattern != NULL; row++) {
			/* a pattern without options must fit to the last word, so that a longer one further down is
			 * found */
			if (step_matches(s, row->pattern) &&
			    (row->options == NULL || *row->options != '\0' || s->rest == s->n))
				return row;
		}
	}
	step_fail(s, "no step reads like this");
	return NULL;
}

static bool start_when_needed(struct world *w, const struct step *s, const struct step_row *row, bool *started)
{
	char *why = NULL;

	*started |= w->flow != NULL;
	if (*started || row->kind == STEP_SETS)
		return true;
	*started = true;
	if (world_start(w, &why))
		return true;
	step_fail(s, "the gateway does not start: %s", why != NULL ? why : "?");
	free(why);
	return false;
}

static bool play_step(struct world *w, struct step *s, bool *started)
{
	const struct step_row *row = find_row(s);

	if (row == NULL || (row->options != NULL && !step_options_ok(s, row->options)))
		return false;
	if (!start_when_needed(w, s, row, started) || !row->fn(w, s))
		return false;
	if (row->kind == STEP_ACTS && !w->at_once)
		world_pass(w, WORLD_MOMENT_MS);
	if (row->kind == STEP_ACTS)
		w->at_once = false;
	return *w->fatal == '\0' || step_fail(s, "the gateway cannot go on: %s", w->fatal);
}

/* Every message and every part of one is in one state, and counted there. */
static bool states_add_up(const struct world *w, const struct step *last)
{
	struct flow_status status;
	uint64_t sum = 0;

	if (w->flow == NULL)
		return true;
	flow_status(w->flow, &status);
	for (int i = 0; i < MSG_STATES; i++)
		sum += status.by_state[i];
	return sum == status.messages || step_fail(last, "at the end %llu messages are in memory and %llu in states",
						   (unsigned long long)status.messages, (unsigned long long)sum);
}

static bool nothing_left(struct world *w, const struct step *last)
{
	LIST_EACH(node, &w->apps) {
		if (!steps_app_end(LIST_OF(node, struct app, link), last))
			return false;
	}
	LIST_EACH(node, &w->smscs) {
		if (!steps_carrier_end(LIST_OF(node, struct smsc, link), last))
			return false;
	}
	return states_add_up(w, last);
}

static bool play(const char *file)
{
	static const char *const openers[] = {"config", NULL};
	struct script script;
	struct world w;
	bool started = false, good = script_read(file, openers, &script);

	world_init(&w);
	for (size_t i = 0; good && i < script.n; i++)
		good = steps_guard != NULL ? steps_guard(&w, &script.steps[i], &started, play_step)
					   : play_step(&w, &script.steps[i], &started);
	if (good && script.n > 0)
		good = nothing_left(&w, &script.steps[script.n - 1]);
	world_free(&w);
	script_free(&script);
	return good;
}

struct tally {
	unsigned passed, failed, skipped;
};

static void play_and_count(const char *file, struct tally *t)
{
	bool good = play(file);

	t->passed += good;
	t->failed += !good;
	if (!good)
		printf("FAIL %s\n", file);
}

/* SMPPGW_SCENES_WITHOUT: names, separated by blanks, of those that take too long under valgrind. */
static bool left_out(const char *file)
{
	const char *without = getenv("SMPPGW_SCENES_WITHOUT"), *name = strrchr(file, '/') + 1;
	size_t n = strcspn(name, ".");

	for (const char *p = without; p != NULL && *p != '\0'; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");
		if (len == n && strncmp(p, name, n) == 0)
			return true;
		p += len;
	}
	return false;
}

static void play_or_skip(const char *file, struct tally *t)
{
	if (!left_out(file)) {
		play_and_count(file, t);
		return;
	}
	t->skipped++;
	printf("skipped %s: SMPPGW_SCENES_WITHOUT names it\n", file);
}

static void play_all(struct tally *t)
{
	const char *src = getenv("SMPPGW_SRC");
	char pattern[4096];
	glob_t found = {0};

	snprintf(pattern, sizeof(pattern), "%s/tests/scene/scenes/*.scene", src != NULL ? src : ".");
	if (glob(pattern, 0, NULL, &found) != 0)
		fprintf(stderr, "scene: no file is like %s; set SMPPGW_SRC to the top of the source\n", pattern);
	for (size_t i = 0; i < found.gl_pathc; i++)
		play_or_skip(found.gl_pathv[i], t);
	globfree(&found);
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	int first = 1;
	bool loud = argc > 1 && strcmp(argv[1], "-v") == 0;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	first += loud;
	world_tires = argc > first && strcmp(argv[first], "-t") == 0;
	first += world_tires;
	log_open(loud ? STDERR_FILENO : null, LOG_LEVEL_DEBUG, !loud);
	for (int i = first; i < argc; i++)
		play_and_count(argv[i], &tally);
	if (first == argc)
		play_all(&tally);
	log_close();
	close(null);
	printf("%u passed, %u failed, %u skipped\n", tally.passed, tally.failed, tally.skipped);
	return tally.failed > 0 || tally.passed == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
