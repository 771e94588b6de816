/*
 * lists_read.c - what stands in the lists: scanned, exported, looked up, and how it came there. Must not know keys, nor
 * who asks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "path/lists_priv.h"

#define HISTORY_PAGE 1000u
#define WRITE_AT     65536u /* octets that are gathered before they are written */

static const char unwritable[] = "the file cannot be written by the gateway's user (see the log)";

/* What is done place by place: first it is found out which there are. */
struct reading {
	struct lists_job job;
	enum lists_kind kind;
	struct lists_names names;
	size_t at;     /* the place that is asked about, or answered */
	size_t row_at; /* that of the rows that come */
	bool named;    /* the names are complete */
	struct number number;
	char cursor[STORE_LISTS_CURSOR];
	char *file, *part; /* exported to part, which becomes file */
	int fd;
	struct buf out;
	char last[STORE_LISTS_LAST]; /* of a history */
	unsigned newest;
};

static struct reading *reading_of(struct lists_job *job)
{
	return (struct reading *)job; /* its first member */
}

static void reading_free(struct lists_job *job)
{
	struct reading *x = reading_of(job);
	if (x->fd >= 0) {
		close(x->fd);
		unlink(x->part); /* it has not become the file */
	}
	lists_names_free(&x->names);
	buf_free(&x->out);
	mem_free(x->file);
	mem_free(x->part);
}

static struct reading *reading_new(const struct lists_place *place, void (*step)(struct lists_job *job))
{
	struct reading *x = mem_zalloc(sizeof(*x));
	x->job.step = step;
	x->job.free = reading_free;
	x->kind = place->kind;
	x->fd = -1;
	x->cursor[0] = '0';
	x->named = place->kind != LISTS_OPTOUT || place->name.n > 0;
	if (x->named)
		lists_names_add(&x->names, place->name);
	return x;
}

static struct lists_place place_at(const struct reading *x, size_t i)
{
	return (struct lists_place){x->kind, view_of(x->names.at[i])};
}

/* --- names --- */

static void on_scope(void *arg, const struct lists_row *row)
{
	lists_names_add(&reading_of(arg)->names, row->number);
}

static void on_scopes(void *arg, bool ok, const char *cursor)
{
	struct lists_job *job = arg;
	(void)cursor;
	reading_of(job)->named = true;
	if (lists_job_answered(job, ok))
		lists_job_next(job);
}

/* Whether all names are there; else they come, and the step is made again. */
static bool have_names(struct reading *x)
{
	static const struct store_lists_reader reader = {on_scope, on_scopes};
	if (x->named)
		return true;
	lists_names_known(x->job.lists, &x->names);
	lists_job_sent(&x->job, store_lists_scopes(x->job.lists->setup.store, &reader, &x->job));
	return false;
}

/* --- every number --- */

static bool write_out(struct reading *x)
{
	while (buf_len(&x->out) > 0) {
		ssize_t n = write(x->fd, buf_data(&x->out), buf_len(&x->out));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			log_error("-", "event=list_file_unwritable file=\"%s\" error=\"%s\"", x->part, strerror(errno));
			return false;
		}
		buf_consume(&x->out, (size_t)n, WRITE_AT);
	}
	return true;
}

/* The file is whole: it takes the place of the old one. */
static void scan_ends(struct reading *x)
{
	const char *error = NULL;
	if (x->fd >= 0 && (!write_out(x) || rename(x->part, x->file) != 0))
		error = unwritable;
	if (x->fd >= 0 && !error) {
		close(x->fd);
		x->fd = -1;
	}
	lists_job_end(&x->job, error);
}

static void on_scanned(void *arg, const struct lists_row *row)
{
	struct reading *x = reading_of(arg);
	struct lists_place place = place_at(x, x->at);
	x->job.report.rows++;
	if (x->fd < 0) {
		x->job.ops->row(x->job.arg, &place, row);
		return;
	}
	buf_put(&x->out, row->number.p, row->number.n);
	buf_puts(&x->out, ",");
	if (x->kind == LISTS_OPTOUT)
		buf_put(&x->out, place.name.p, place.name.n);
	else
		buf_put(&x->out, row->value.p, row->value.n);
	buf_puts(&x->out, "\n");
}

static void on_scan_page(void *arg, bool ok, const char *cursor)
{
	struct reading *x = reading_of(arg);
	snprintf(x->cursor, sizeof(x->cursor), "%s", cursor);
	if (!lists_job_answered(&x->job, ok))
		return;
	if (strcmp(cursor, "0") == 0)
		x->at++;
	if (x->fd >= 0 && buf_len(&x->out) >= WRITE_AT && !write_out(x))
		lists_job_end(&x->job, unwritable);
	else
		lists_job_next(&x->job);
}

static void scan_step(struct lists_job *job)
{
	static const struct store_lists_reader reader = {on_scanned, on_scan_page};
	struct reading *x = reading_of(job);
	if (!have_names(x))
		return;
	if (x->at == x->names.n) {
		scan_ends(x);
		return;
	}
	struct lists_place place = place_at(x, x->at);
	lists_job_sent(job, store_lists_scan(job->lists->setup.store, &place, x->cursor, &reader, job));
}

int lists_scan(struct lists *l, const struct lists_place *place, const char *file, const struct lists_ops *ops,
	       void *arg, const char **why)
{
	struct reading *x = reading_new(place, scan_step);
	if (file) {
		x->file = mem_strdup(file);
		x->part = mem_zalloc(strlen(file) + sizeof(".part"));
		sprintf(x->part, "%s.part", file);
		x->fd = open(x->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (x->fd < 0) {
			log_error("-", "event=list_file_unwritable file=\"%s\" error=\"%s\"", x->part, strerror(errno));
			*why = unwritable;
			reading_free(&x->job);
			mem_free(x);
			return -1;
		}
	}
	lists_job_begin(l, &x->job, ops, arg);
	return 0;
}

/* --- one number, or how many --- */

/* Answers come in the order of the questions. */
static void on_found(void *arg, bool ok, bool found, struct view value)
{
	struct reading *x = reading_of(arg);
	struct lists_row row = {{(const uint8_t *)x->number.digits, x->number.n}, value};
	struct lists_place place = place_at(x, x->row_at++);
	if (ok && found) {
		x->job.report.rows++;
		x->job.ops->row(x->job.arg, &place, &row);
	}
	if (lists_job_answered(&x->job, ok))
		lists_job_next(&x->job);
}

static void on_counted(void *arg, bool ok, size_t n)
{
	struct reading *x = reading_of(arg);
	struct lists_place place = place_at(x, x->row_at++);
	char digits[24];
	snprintf(digits, sizeof(digits), "%zu", n);
	struct lists_row row = {.value = view_of(digits)};
	if (ok)
		x->job.ops->row(x->job.arg, &place, &row);
	x->job.report.rows += n;
	if (lists_job_answered(&x->job, ok))
		lists_job_next(&x->job);
}

static void find_step(struct lists_job *job)
{
	struct reading *x = reading_of(job);
	struct store *s = job->lists->setup.store;
	struct view number = {(const uint8_t *)x->number.digits, x->number.n};
	if (!have_names(x))
		return;
	for (; x->at < x->names.n && !job->failed; x->at++) {
		struct lists_place place = place_at(x, x->at);
		lists_job_sent(job, number.n ? store_lists_find(s, &place, number, on_found, job)
					     : store_lists_count(s, &place, on_counted, job));
	}
	if (x->row_at == x->names.n)
		lists_job_end(job, NULL);
}

int lists_find(struct lists *l, const struct lists_place *place, const struct number *number,
	       const struct lists_ops *ops, void *arg, const char **why)
{
	struct reading *x = reading_new(place, find_step);
	*why = "";
	x->number = *number;
	lists_job_begin(l, &x->job, ops, arg);
	return 0;
}

int lists_count(struct lists *l, const struct lists_place *place, const struct lists_ops *ops, void *arg,
		const char **why)
{
	struct reading *x = reading_new(place, find_step);
	*why = "";
	lists_job_begin(l, &x->job, ops, arg);
	return 0;
}

/* --- how it came --- */

static void on_event(void *arg, const struct lists_event *e)
{
	struct reading *x = reading_of(arg);
	struct view number = {(const uint8_t *)x->number.digits, x->number.n};
	bool place = x->kind == LISTS_OPTOUT || view_eq(e->name, view_of(x->names.at[0]));
	if (!x->newest && (!place || !view_eq(e->number, number)))
		return;
	x->job.report.rows++;
	x->job.ops->event(x->job.arg, e);
}

static void on_events(void *arg, bool ok, size_t n, const char *last)
{
	struct reading *x = reading_of(arg);
	snprintf(x->last, sizeof(x->last), "%s", last);
	x->job.report.lines += n;
	if (!lists_job_answered(&x->job, ok))
		return;
	if (x->newest || n < HISTORY_PAGE)
		lists_job_end(&x->job, NULL);
	else
		lists_job_next(&x->job);
}

static void history_step(struct lists_job *job)
{
	static const struct store_lists_history reader = {on_event, on_events};
	struct reading *x = reading_of(job);
	lists_job_sent(job, store_lists_history(job->lists->setup.store, x->kind, x->last, x->newest > 0,
						x->newest ? x->newest : HISTORY_PAGE, &reader, job));
}

int lists_history(struct lists *l, const struct lists_place *place, const struct number *number, unsigned newest,
		  const struct lists_ops *ops, void *arg, const char **why)
{
	struct reading *x = reading_new(place, history_step);
	*why = "";
	x->newest = number ? 0 : newest;
	if (number)
		x->number = *number;
	lists_job_begin(l, &x->job, ops, arg);
	return 0;
}
