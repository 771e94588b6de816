/*
 * steps_webhook.c - steps about the HTTP servers that webhooks ask. A server is named by the last word of its URL. In
 * JSON, ' stands for ".
 */
#include "steps.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "fake_http.h"

static char *with_quotes(const char *text)
{
	char *out = mem_strdup(text);

	for (char *p = out; *p != '\0'; p++) {
		if (*p == '\'')
			*p = '"';
	}
	return out;
}

static bool do_answers(struct world *w, struct step *s)
{
	const char *type = step_option(s, "type", "text/plain; charset=utf-8");
	const char *after = step_option(s, "after", "0ms");
	char *body = with_quotes(s->args[1]);
	struct fake_answer a = {.status = (int)step_number(s, "status", 200),
				.type = strcmp(type, "json") == 0 ? "application/json" : type,
				.body = body,
				.after_ms = script_ms(after),
				.times = step_number(s, "times", 0)};

	(void)w;
	fake_http_tell(s->args[0], &a);
	mem_free(body);
	return true;
}

static bool do_silent(struct world *w, struct step *s)
{
	const struct fake_answer a = {.silent = true, .type = "", .body = "", .times = step_number(s, "times", 0)};

	(void)w;
	fake_http_tell(s->args[0], &a);
	return true;
}

static bool do_refuses(struct world *w, struct step *s)
{
	const struct fake_answer a = {.refuses = true, .type = "", .body = "", .times = step_number(s, "times", 0)};

	(void)w;
	fake_http_tell(s->args[0], &a);
	return true;
}

static bool expect_asked(struct world *w, struct step *s)
{
	const struct fake_asked *a = fake_http_take(s->args[0]);
	char *wanted = with_quotes(s->args[1]);
	bool good = a != NULL && strstr(a->body, wanted) != NULL;

	(void)w;
	mem_free(wanted);
	if (a == NULL)
		return step_fail(s, "the webhook was not asked");
	return good || step_fail(s, "the webhook was asked: %s", a->body);
}

static bool expect_nothing(struct world *w, struct step *s)
{
	const struct fake_asked *a = fake_http_take(s->args[0]);

	(void)w;
	return a == NULL || step_fail(s, "the webhook was asked: %s", a->body);
}

const struct step_row steps_webhook[] = {
	{"webhook SERVER answers TEXT", "status type after times", STEP_SETS, do_answers},
	{"webhook SERVER is silent", "times", STEP_SETS, do_silent},
	{"webhook SERVER refuses", "times", STEP_SETS, do_refuses},
	{"expect webhook SERVER asked TEXT", "", STEP_LOOKS, expect_asked},
	{"expect webhook SERVER nothing", "", STEP_LOOKS, expect_nothing},
	{NULL, NULL, STEP_LOOKS, NULL},
};
