/*
 * erase.c - overwrites the personal piece of records that a search finds. Must not know why somebody wants it.
 */
#include "audit/erase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit/search.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"

struct erasing {
	const struct erase_query *q;
	struct erase_result *result;
	void (*progress)(void *arg, unsigned done, unsigned all);
	void *arg;
	char *file; /* that is open */
	int fd;
	int error;
	char **why;
};

static bool fail(struct erasing *e, const char *file, int error)
{
	e->error = error ? error : EIO;
	if (asprintf(e->why, "%s: personal data cannot be overwritten: %s", file, strerror(e->error)) < 0)
		*e->why = NULL;
	return false;
}

static bool close_file(struct erasing *e)
{
	bool good = true;

	if (e->fd >= 0) {
		if (fdatasync(e->fd) != 0)
			good = fail(e, e->file, errno);
		close(e->fd);
	}
	mem_free(e->file);
	e->file = NULL;
	e->fd = -1;
	return good;
}

static bool open_file(struct erasing *e, const char *file)
{
	if (e->file && strcmp(e->file, file) == 0)
		return true;
	if (!close_file(e))
		return false;
	e->file = mem_strdup(file);
	e->result->files++;
	if (e->q->dry)
		return true;
	e->fd = open(file, O_WRONLY | O_CLOEXEC);
	if (e->fd >= 0 || errno != ENOENT)
		return e->fd >= 0 || fail(e, file, errno);
	e->result->files--; /* its time was over while it was read (archive_keep.c): all of it is gone */
	return true;
}

/* As long as what stood there: "null" or three commas, then blanks. */
static bool overwrite(struct erasing *e, const struct search_hit *hit)
{
	const struct view *old = &hit->line.personal;
	const char *mark = hit->line.format == CDR_JSON ? "null" : ",,,";
	size_t n = strlen(mark);
	bool good = false;

	if (old->n < n || (e->fd < 0 && !e->q->dry))
		return true;
	uint8_t *blanks = mem_zalloc(old->n);
	memset(blanks, ' ', old->n);
	memcpy(blanks, mark, n);
	uint64_t at = hit->at + (uint64_t)(old->p - hit->whole.p);
	if (e->q->dry || pwrite(e->fd, blanks, old->n, (off_t)at) == (ssize_t)old->n)
		good = true;
	else
		fail(e, hit->file, errno);
	mem_free(blanks);
	e->result->records += good;
	return good;
}

static bool on_hit(void *arg, const struct search_hit *hit)
{
	struct erasing *e = arg;

	if (hit->line.personal.n == 0 || cdr_erased(&hit->line))
		return true;
	if (e->q->number && *e->q->number && hit->number.n == 0 && !e->q->masked) {
		e->result->closed++;
		return true;
	}
	return open_file(e, hit->file) && overwrite(e, hit);
}

static void on_progress(void *arg, unsigned done, unsigned all)
{
	struct erasing *e = arg;
	if (e->progress)
		e->progress(e->arg, done, all);
}

void erase_words(const struct erase_query *q, char out[ERASE_WORDS])
{
	char id[IDS_DIGITS + 1] = "", number[32], before[40] = "";
	time_t s = (time_t)(q->before_ms / 1000);
	struct tm tm;

	if (q->id)
		ids_print(q->id, id);
	if (q->before_ms > 0 && localtime_r(&s, &tm))
		strftime(before, sizeof(before), " before %Y-%m-%dT%H:%M:%S%z", &tm);
	snprintf(out, ERASE_WORDS, "personal data of %s%s%s%s%s", q->id ? "message " : "", id,
		 q->number && *q->number ? log_masked(q->number, strlen(q->number), number)
		 : q->id		 ? ""
					 : "all numbers",
		 q->masked ? " and all that look the same" : "", before);
}

int erase_run(const struct erase_query *q, void (*progress)(void *arg, unsigned done, unsigned all), void *arg,
	      const volatile bool *stop, struct erase_result *result, char **why)
{
	struct erasing e = {.q = q, .result = result, .progress = progress, .arg = arg, .fd = -1, .why = why};
	struct search_query find = {.directory = q->directory, .key = q->key, .number = q->number, .id = q->id};

	*result = (struct erase_result){0};
	if ((!q->number || !*q->number) && !q->id && q->before_ms <= 0) {
		*why = strdup("an id, a number or a time must be given: nothing was erased");
		return -1;
	}
	if (q->before_ms > 0)
		find.to_ms = q->before_ms - 1;
	int failed = search_run(&find, on_hit, on_progress, &e, stop, why);
	(void)close_file(&e);
	return failed || e.error ? -1 : 0;
}
