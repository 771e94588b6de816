/*
 * steps_record.c - what a script can say of the records in @TMP@/records.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/cdr.h"
#include "base/buf.h"
#include "path/flow_look.h"
#include "steps.h"

#define FILES_MAX 256

static char *files[FILES_MAX]; /* nftw() has no argument of its own */
static size_t files_n;

static int note_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t n = strlen(path);

	(void)st;
	(void)ftw;
	if (type == FTW_F && n > 6 && strcmp(path + n - 6, ".jsonl") == 0 && files_n < FILES_MAX)
		files[files_n++] = strdup(path);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void read_file(const char *path, struct buf *out)
{
	char room[4096];
	FILE *f = fopen(path, "r");

	for (size_t got; f != NULL && (got = fread(room, 1, sizeof(room), f)) > 0;)
		buf_put(out, room, got);
	if (f != NULL)
		fclose(f);
}

/* All lines, one behind the other, each with a line break; files by their hours. */
static void read_lines(const struct world *w, struct buf *out)
{
	files_n = 0;
	(void)nftw(w->folder, note_file, 8, FTW_PHYS);
	qsort(files, files_n, sizeof(files[0]), by_name);
	for (size_t i = 0; i < files_n; i++) {
		read_file(files[i], out);
		free(files[i]);
	}
	buf_put(out, "", 1);
}

struct reader {
	char *next;
	struct cdr_line line;
	char kind[32];
};

static bool next_record(struct reader *r)
{
	for (char *text; (text = strsep(&r->next, "\n")) != NULL;) {
		if (cdr_cut((struct view){(const uint8_t *)text, (uint32_t)strlen(text)}, &r->line) &&
		    cdr_get(&r->line, "kind", r->kind, sizeof(r->kind)) >= 0)
			return true;
	}
	return false;
}

static bool is_about(const struct cdr_line *line, const struct label *l)
{
	char id[32];

	return (cdr_get(line, "id", id, sizeof(id)) >= 0 && strcmp(id, l->id) == 0) ||
	       (cdr_get(line, "original", id, sizeof(id)) >= 0 && strcmp(id, l->id) == 0);
}

/* Its records in their order, no other ones. */
static bool expect_records(struct world *w, struct step *s)
{
	const struct label *l = labels_find(&w->labels, s->args[0]);
	struct buf lines = {0};
	char have[512] = "", want[512] = "";
	size_t n = 0;

	if (l == NULL || l->id[0] == '\0')
		return step_fail(s, "%s has no id", s->args[0]);
	for (size_t i = s->rest; i < s->n; i++)
		n += (size_t)snprintf(want + n, sizeof(want) - n, " %s", s->words[i]);
	read_lines(w, &lines);
	struct reader r = {.next = (char *)buf_data(&lines)};
	for (n = 0; next_record(&r) && n < sizeof(have) - 40;) {
		if (is_about(&r.line, l))
			n += (size_t)snprintf(have + n, sizeof(have) - n, " %s", r.kind);
	}
	buf_free(&lines);
	return strcmp(have, want) == 0 || step_fail(s, "the records of %s are%s, not%s", s->args[0], have, want);
}

/* One of this kind with this text inside, its personal data too. */
static bool expect_record(struct world *w, struct step *s)
{
	struct buf lines = {0};
	bool found = false;

	read_lines(w, &lines);
	struct reader r = {.next = (char *)buf_data(&lines)};
	while (!found && next_record(&r))
		found = strcmp(r.kind, s->args[0]) == 0 && strstr((const char *)r.line.core.p, s->args[1]) != NULL;
	buf_free(&lines);
	return found || step_fail(s, "no record %s has %s", s->args[0], s->args[1]);
}

static bool expect_count(struct world *w, struct step *s)
{
	struct buf lines = {0};
	size_t n = 0;

	read_lines(w, &lines);
	struct reader r = {.next = (char *)buf_data(&lines)};
	while (next_record(&r))
		n += strcmp(r.kind, s->args[0]) == 0;
	buf_free(&lines);
	return n == strtoull(s->args[1], NULL, 10) || step_fail(s, "%zu records %s, not %s", n, s->args[0], s->args[1]);
}

static void count_found(void *arg, const struct flow_found *x)
{
	(void)x;
	++*(size_t *)arg;
}

/* What smppgwctl trace finds in memory: the message, and each of its parts. */
static bool expect_sees(struct world *w, struct step *s)
{
	const struct label *l = labels_find(&w->labels, s->args[1]);
	size_t n = 0;

	if (l == NULL || l->id[0] == '\0')
		return step_fail(s, "%s has no id", s->args[1]);
	(void)flow_message_look(w->flow, strtoull(l->id, NULL, 10), NULL, 10, count_found, &n);
	return n == strtoull(s->args[0], NULL, 10) || step_fail(s, "the operator sees %zu, not %s", n, s->args[0]);
}

const struct step_row steps_record[] = {
	{"operator sees COUNT of MESSAGE", "", STEP_LOOKS, expect_sees},
	{"expect records of MESSAGE", NULL, STEP_LOOKS, expect_records},
	{"expect record of kind KIND with TEXT", "", STEP_LOOKS, expect_record},
	{"expect record of kind KIND times COUNT", "", STEP_LOOKS, expect_count},
	{NULL, NULL, STEP_LOOKS, NULL},
};
