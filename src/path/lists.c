/*
 * lists.c - things under way with the lists of numbers, single changes, and files that are imported. Must not know
 * keys, nor who asks.
 */
#include "path/lists.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "path/list_line.h"
#include "path/lists_priv.h"

#define SLICE		500u /* lines per turn */
#define STEP_MS		1
#define AT_ONCE		16u /* commands that wait for Redis */
#define BLOCK		65536u
#define LINE_MAX_OCTETS 1024u
#define PROGRESS_MS	1000

const char lists_away[] = "the store (Redis) is away; say it again when it is up";
const char lists_failed[] =
	"the store (Redis) failed on the way (see the log); say it again: what is done is done once";
const char lists_scope_bad[] = "a scope is global, an account, or account/signature without 【】";

/* --- what is under way --- */

struct lists *lists_new(const struct lists_setup *setup)
{
	struct lists *l = mem_zalloc(sizeof(*l));
	l->setup = *setup;
	list_init(&l->jobs);
	return l;
}

void lists_free(struct lists *l)
{
	if (!l)
		return;
	while (!list_empty(&l->jobs))
		lists_job_end(LIST_OF(l->jobs.next, struct lists_job, link), "the gateway stops");
	mem_free(l);
}

static void on_step(struct timer *t)
{
	struct lists_job *job = LIST_OF(t, struct lists_job, timer);
	if (!job->failed)
		job->step(job);
	else if (job->in_flight == 0)
		lists_job_end(job, lists_failed);
}

void lists_job_begin(struct lists *l, struct lists_job *job, const struct lists_ops *ops, void *arg)
{
	job->lists = l;
	job->ops = ops;
	job->arg = arg;
	job->began_ms = job->told_ms = loop_now_ms(l->setup.loop);
	job->timer.fn = on_step;
	list_append(&l->jobs, &job->link);
	lists_job_next(job);
}

void lists_job_next(struct lists_job *job)
{
	struct loop *loop = job->lists->setup.loop;
	int64_t now_ms = loop_now_ms(loop);
	loop_timer(loop, &job->timer, STEP_MS);
	if (now_ms - job->told_ms < PROGRESS_MS)
		return;
	job->told_ms = now_ms;
	job->report.ms = now_ms - job->began_ms;
	if (job->ops && job->ops->progress)
		job->ops->progress(job->arg, &job->report);
}

void lists_job_end(struct lists_job *job, const char *error)
{
	struct loop *loop = job->lists->setup.loop;
	list_remove(&job->link);
	loop_timer_clear(loop, &job->timer);
	job->report.ms = loop_now_ms(loop) - job->began_ms;
	if (job->ops)
		job->ops->done(job->arg, error, &job->report);
	if (job->free)
		job->free(job);
	mem_free(job);
}

void lists_job_sent(struct lists_job *job, int sent)
{
	if (sent == 0) {
		job->in_flight++;
		return;
	}
	job->failed = true;
	loop_timer(job->lists->setup.loop, &job->timer, STEP_MS);
}

bool lists_job_answered(struct lists_job *job, bool ok)
{
	job->in_flight--;
	job->failed |= !ok;
	if (!job->failed)
		return true;
	if (job->in_flight == 0)
		lists_job_end(job, lists_failed);
	return false;
}

/* --- names --- */

/* A signature that is never found in a text would stop nothing. */
static bool has_brackets(struct view v)
{
	return memmem(v.p, v.n, "【", strlen("【")) || memmem(v.p, v.n, "】", strlen("】"));
}

bool lists_scope_good(const struct lists *l, struct view scope)
{
	const uint8_t *slash = scope.n ? memchr(scope.p, '/', scope.n) : NULL;
	struct view account = {scope.p, slash ? (uint32_t)(slash - scope.p) : scope.n};
	if (!scope.n || scope.n > LISTS_NAME_MAX || (slash && account.n + 1 == scope.n) || has_brackets(scope))
		return false;
	return view_eq(scope, view_of("global")) || l->setup.known(l->setup.arg, account);
}

void lists_names_add(struct lists_names *names, struct view name)
{
	for (size_t i = 0; i < names->n; i++) {
		if (view_eq(view_of(names->at[i]), name))
			return;
	}
	if (names->n == names->cap) {
		names->cap = names->cap ? 2 * names->cap : 16;
		names->at = mem_realloc(names->at, names->cap * sizeof(*names->at));
	}
	names->at[names->n++] = mem_strndup(name.p, name.n);
}

void lists_names_known(const struct lists *l, struct lists_names *names)
{
	const char *name;
	lists_names_add(names, view_of("global"));
	for (size_t i = 0; (name = l->setup.account(l->setup.arg, i)); i++)
		lists_names_add(names, view_of(name));
}

void lists_names_free(struct lists_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		mem_free(names->at[i]);
	mem_free(names->at);
	*names = (struct lists_names){.n = 0};
}

/* --- one number --- */

static void on_one(void *arg, bool ok, size_t changed)
{
	struct lists_job *job = arg;
	if (!lists_job_answered(job, ok))
		return;
	job->report.rows = 1;
	job->report.changed = changed;
	lists_job_end(job, NULL);
}

static void no_step(struct lists_job *job)
{
	(void)job;
}

int lists_change(struct lists *l, const struct lists_one *one, const struct lists_ops *ops, void *arg, const char **why)
{
	struct view number = {(const uint8_t *)one->number->digits, one->number->n};
	struct lists_row row = {number, one->value};
	struct lists_change change = {one->place, one->in, one->channel, one->text, &row, 1};
	struct lists_job *job = mem_zalloc(sizeof(*job));
	job->step = no_step;
	*why = lists_away;
	if (one->place.kind == LISTS_OPTOUT) /* in this process at once, as by a reply */
		l->setup.opted(l->setup.arg, one->place.name, one->number, one->in);
	if (store_lists_change(l->setup.store, &change, on_one, job) < 0) {
		mem_free(job);
		return -1;
	}
	lists_job_begin(l, job, ops, arg);
	lists_job_sent(job, 0);
	return 0;
}

/* --- a file --- */

struct import_row {
	struct number number;
	char value[LISTS_VALUE_MAX + 1];
};

struct import {
	struct lists_job job;
	enum lists_kind kind;
	char *name, *file; /* the scope of lines that name none, or the account */
	int fd;
	bool end_of_file, overlong;
	uint64_t size, octets;
	char block[BLOCK];
	size_t n, at;			     /* octets in the block, and how many of them are done */
	char batch_name[LISTS_NAME_MAX + 1]; /* whose rows these are, which have not been sent */
	struct import_row rows[STORE_LISTS_ROWS];
	size_t rows_n;
};

static struct import *import_of(struct lists_job *job)
{
	return (struct import *)job; /* its first member */
}

static void import_free(struct lists_job *job)
{
	struct import *x = import_of(job);
	close(x->fd);
	mem_free(x->name);
	mem_free(x->file);
}

static void on_batch(void *arg, bool ok, size_t changed)
{
	struct lists_job *job = arg;
	job->report.changed += changed;
	lists_job_answered(job, ok);
}

static void flush(struct import *x)
{
	struct lists *l = x->job.lists;
	struct lists_row rows[STORE_LISTS_ROWS];
	if (x->rows_n == 0)
		return;
	for (size_t i = 0; i < x->rows_n; i++)
		rows[i] = (struct lists_row){{(const uint8_t *)x->rows[i].number.digits, x->rows[i].number.n},
					     view_of(x->rows[i].value)};
	struct lists_change change = {
		{x->kind, view_of(x->batch_name)}, true, "import", view_of(x->file), rows, x->rows_n};
	lists_job_sent(&x->job, store_lists_change(l->setup.store, &change, on_batch, &x->job));
	x->job.report.rows += x->rows_n;
	x->rows_n = 0;
}

static void bad_line(struct import *x, const char *why)
{
	struct lists_report *r = &x->job.report;
	if (r->bad < LISTS_FAULTS_KEPT) {
		r->faults[r->bad].line = r->lines;
		r->faults[r->bad].why = why;
	}
	r->bad++;
}

static struct import_row *next_row(struct import *x, struct view name, const struct number *number)
{
	if (x->rows_n == STORE_LISTS_ROWS || !view_eq(view_of(x->batch_name), name))
		flush(x);
	snprintf(x->batch_name, sizeof(x->batch_name), "%.*s", (int)name.n, (const char *)name.p);
	struct import_row *row = &x->rows[x->rows_n++];
	row->number = *number;
	row->value[0] = '\0';
	return row;
}

/* number[,scope[,time]] */
static void take_optout(struct import *x, const struct list_line *line)
{
	struct lists *l = x->job.lists;
	struct view scope = line->n > 0 && line->field[0].n ? line->field[0] : view_of(x->name);
	int64_t at_ms = 0;
	if (scope.n == 0) {
		bad_line(x, "no scope behind the number, and none was given with the file");
	} else if (!lists_scope_good(l, scope)) {
		bad_line(x, lists_scope_bad);
	} else if (line->n > 1 && line->field[1].n && !list_line_time(line->field[1], &at_ms)) {
		bad_line(x, "the time is not like 2026-05-01 08:30");
	} else {
		struct import_row *row = next_row(x, scope, &line->number);
		if (at_ms)
			snprintf(row->value, sizeof(row->value), "%lld", (long long)at_ms);
		l->setup.opted(l->setup.arg, scope, &line->number, true);
	}
}

/* number,reference[,time[,source]] */
static void take_consent(struct import *x, const struct list_line *line)
{
	static const struct view none = {NULL, 0};
	struct view source = line->n > 2 && line->field[2].n ? line->field[2] : view_of("import");
	struct view ref = line->n > 0 ? line->field[0] : none;
	int64_t at_ms = 0;
	if (ref.n == 0) {
		bad_line(x, "no reference behind the number");
	} else if (line->n > 1 && line->field[1].n && !list_line_time(line->field[1], &at_ms)) {
		bad_line(x, "the time is not like 2026-05-01 08:30");
	} else if (ref.n + source.n > LISTS_VALUE_MAX - 24) {
		bad_line(x, "reference and source are too long");
	} else {
		struct import_row *row = next_row(x, view_of(x->name), &line->number);
		char at[24] = "";
		if (at_ms)
			snprintf(at, sizeof(at), "%lld", (long long)at_ms);
		snprintf(row->value, sizeof(row->value), "%.*s,%s,%.*s", (int)ref.n, (const char *)ref.p, at,
			 (int)source.n, (const char *)source.p);
	}
}

static void take_line(struct import *x, struct view text)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct list_line line;
	const char *why;
	if (++x->job.report.lines == 1 && text.n >= 3 && memcmp(text.p, bom, 3) == 0)
		text = (struct view){text.p + 3, text.n - 3};
	switch (list_line_read(text, x->kind == LISTS_OPTOUT ? 2 : 3, &line, &why)) {
	case LIST_LINE_ROW:
		if (x->kind == LISTS_OPTOUT)
			take_optout(x, &line);
		else
			take_consent(x, &line);
		break;
	case LIST_LINE_BAD:
		bad_line(x, why);
		break;
	case LIST_LINE_EMPTY:
		break;
	}
}

/* More of the file behind what is left of the block; false when there is no more, or it cannot be read. */
static bool more_octets(struct import *x)
{
	x->n -= x->at;
	memmove(x->block, x->block + x->at, x->n);
	x->at = 0;
	ssize_t n = read(x->fd, x->block + x->n, sizeof(x->block) - x->n);
	if (n < 0) {
		log_error("-", "event=list_file_unreadable file=\"%s\" error=\"%s\"", x->file, strerror(errno));
		x->job.failed = true;
	}
	x->end_of_file = n <= 0;
	if (n > 0) {
		x->n += (size_t)n;
		x->octets += (uint64_t)n;
	}
	return n > 0;
}

/* One line out of the block; false when there is none left in the file. */
static bool next_line(struct import *x)
{
	char *end;
	while (!(end = memchr(x->block + x->at, '\n', x->n - x->at))) {
		if (x->n - x->at > LINE_MAX_OCTETS) { /* the rest of it is skipped */
			x->at = x->n;
			x->overlong = true;
		}
		if (x->end_of_file || !more_octets(x))
			break;
	}
	size_t n = end ? (size_t)(end - (x->block + x->at)) : x->n - x->at;
	if (!end && n == 0 && !x->overlong)
		return false;
	struct view line = {(const uint8_t *)x->block + x->at, (uint32_t)n};
	x->at += n + (end != NULL);
	if (!x->overlong && n <= LINE_MAX_OCTETS) {
		take_line(x, line);
	} else {
		x->job.report.lines++;
		bad_line(x, "longer than a line can be");
	}
	x->overlong = false;
	return true;
}

static void import_step(struct lists_job *job)
{
	struct import *x = import_of(job);
	bool more = true;
	for (unsigned i = 0; more && !job->failed && i < SLICE && job->in_flight < AT_ONCE; i++)
		more = next_line(x);
	job->report.percent = x->size ? (unsigned)((x->octets - (x->n - x->at)) * 100 / x->size) : 100;
	if (!more && !job->failed)
		flush(x);
	if (more || job->in_flight || job->failed)
		lists_job_next(job);
	else if (job->report.rows == 0)
		lists_job_end(job, "the file has no line that can be used");
	else
		lists_job_end(job, NULL);
}

int lists_import(struct lists *l, const struct lists_place *place, const char *file, const struct lists_ops *ops,
		 void *arg, const char **why)
{
	struct stat st;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	*why = "the file cannot be read by the gateway's user, or is none";
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return -1;
	}
	struct import *x = mem_zalloc(sizeof(*x));
	x->job.step = import_step;
	x->job.free = import_free;
	x->kind = place->kind;
	x->name = mem_strndup(place->name.p, place->name.n);
	x->file = mem_strdup(file);
	x->fd = fd;
	x->size = (uint64_t)st.st_size;
	lists_job_begin(l, &x->job, ops, arg);
	return 0;
}
