/*
 * steps_event.c - what a script can say of the stream of events.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "fake_redis.h"
#include "steps.h"

/* All lines, one behind the other, each with a line break. */
static void read_lines(struct world *w, struct buf *out)
{
	struct blob argv[] = {
		{(uint8_t *)"XRANGE", 6}, {(uint8_t *)"event", 5}, {(uint8_t *)"-", 1}, {(uint8_t *)"+", 1}};
	redisReply *r = fake_data_run(fake_redis_data(), world_wall_ms(w), 4, argv);

	for (size_t i = 0; i < r->elements; i++) {
		const redisReply *value = r->element[i]->element[1]->element[1];
		buf_put(out, value->str, (size_t)value->len);
		buf_puts(out, "\n");
	}
	buf_put(out, "", 1);
	freeReplyObject(r);
}

/* Whether a line is about the message: by the id that the app was given, and its number. */
static bool is_about(const char *line, const struct label *l)
{
	char id[64], number[64];

	snprintf(id, sizeof(id), "\"id\":\"%s\"", l->id);
	snprintf(number, sizeof(number), "\"original\":\"%s\"", l->id);
	return strstr(line, id) != NULL || strstr(line, number) != NULL;
}

static const char *name_of(const char *line, char out[32])
{
	snprintf(out, 32, "%.*s", (int)strcspn(line + 6, "\""), line + 6); /* {"e":"name" */
	return out;
}

static struct label *message(struct world *w, const struct step *s, const char *name)
{
	struct label *l = labels_find(&w->labels, name);

	if (l == NULL || l->id[0] == '\0')
		(void)step_fail(s, "%s has no id", name);
	return l != NULL && l->id[0] != '\0' ? l : NULL;
}

/* Its events in their order, no other ones. */
static bool expect_events(struct world *w, struct step *s)
{
	const struct label *l = message(w, s, s->args[0]);
	struct buf lines = {0};
	char have[512] = "", want[512] = "", name[32];
	size_t n = 0;

	if (l == NULL)
		return false;
	for (size_t i = s->rest; i < s->n; i++)
		n += (size_t)snprintf(want + n, sizeof(want) - n, " %s", s->words[i]);
	read_lines(w, &lines);
	n = 0;
	char *next = (char *)buf_data(&lines);
	for (char *line; (line = strsep(&next, "\n")) != NULL && *line != '\0' && n < sizeof(have) - 40;) {
		if (is_about(line, l))
			n += (size_t)snprintf(have + n, sizeof(have) - n, " %s", name_of(line, name));
	}
	buf_free(&lines);
	return strcmp(have, want) == 0 || step_fail(s, "the events of %s are%s, not%s", s->args[0], have, want);
}

/* A line with this name and this text inside. */
static bool expect_event(struct world *w, struct step *s)
{
	struct buf lines = {0};
	char name[32];
	bool found = false;

	read_lines(w, &lines);
	char *next = (char *)buf_data(&lines);
	for (char *line; (line = strsep(&next, "\n")) != NULL && *line != '\0' && !found;)
		found = strcmp(name_of(line, name), s->args[0]) == 0 && strstr(line, s->args[1]) != NULL;
	buf_free(&lines);
	return found || step_fail(s, "no event %s has %s", s->args[0], s->args[1]);
}

static bool expect_count(struct world *w, struct step *s)
{
	struct buf lines = {0};
	char name[32];
	size_t n = 0;

	read_lines(w, &lines);
	char *next = (char *)buf_data(&lines);
	for (char *line; (line = strsep(&next, "\n")) != NULL && *line != '\0';)
		n += strcmp(name_of(line, name), s->args[0]) == 0;
	buf_free(&lines);
	return n == strtoull(s->args[1], NULL, 10) || step_fail(s, "%zu events %s, not %s", n, s->args[0], s->args[1]);
}

const struct step_row steps_event[] = {
	{"expect events of MESSAGE", NULL, STEP_LOOKS, expect_events},
	{"expect event NAME with TEXT", "", STEP_LOOKS, expect_event},
	{"expect event NAME times COUNT", "", STEP_LOOKS, expect_count},
	{NULL, NULL, STEP_LOOKS, NULL},
};
