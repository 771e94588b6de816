/*
 * ported_load.c - a file of ported numbers goes to Redis and into memory: read in slices, a little per turn, with a
 * bounded number of writes under way, so that messages wait for no more than those. Must not know how the table is
 * looked up or followed (ported.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "path/ported_line.h"
#include "path/ported_priv.h"

#define SLICE		500u  /* lines per turn */
#define AT_ONCE		2000u /* writes that wait for Redis */
#define DROP		512u  /* buckets per command */
#define BLOCK		65536u
#define LINE_MAX_OCTETS 256u

enum phase {
	PHASE_LOCK,
	PHASE_LOOK, /* it is ours: is what this node knows still in force? */
	PHASE_DROP, /* what an earlier load has left in the other set */
	PHASE_WRITE,
	PHASE_CATCH_UP, /* replace: single numbers that were set meanwhile, here or elsewhere, go into the new set, too
			 */
	PHASE_PUBLISH,
	PHASE_CLEAN, /* the set that was in force before */
};

struct ported_job {
	struct ported *p;
	const struct ported_load_ops *ops;
	void *arg;
	char *file;
	int fd;
	bool replace, end_of_file, overlong, failed;
	enum phase phase;
	unsigned which, bucket;	 /* the set that is written; dropping: the next bucket */
	struct ported_set *into; /* replace: filled beside the one in force */
	uint64_t changes;	 /* single changes that it has, or had when it began */
	char last[STORE_PORTED_LAST];
	struct loop_hook hook;
	char block[BLOCK];
	size_t n, at; /* octets in the block, and how many of them are done */
	uint64_t size, octets;
	unsigned in_flight;
	int64_t began_ms;
	struct ported_report report;
};

static void step(struct ported_job *job);

static void job_free(struct ported_job *job)
{
	loop_unhook(job->p->setup.loop, &job->hook);
	close(job->fd);
	ported_set_free(job->into);
	mem_free(job->file);
	mem_free(job);
}

static void job_end(struct ported_job *job, const char *error)
{
	struct ported *p = job->p;
	const struct ported_report *r = &job->report;
	job->report.ms = loop_now_ms(p->setup.loop) - job->began_ms;
	if (job->phase != PHASE_LOCK && store_ported_lock(p->setup.store, PORTED_LOCK_GIVE, NULL, NULL) < 0)
		log_debug("-", "event=ported_lock_left"); /* it ends by itself */
	log_info("-", "event=ported_load_ends rows=%llu bad=%llu seconds=%.1f outcome=\"%s\"",
		 (unsigned long long)r->rows, (unsigned long long)r->bad, (double)r->ms / 1000.0, error ? error : "ok");
	p->counters.loads += !error;
	p->counters.rows += r->rows;
	p->counters.bad += r->bad;
	p->job = NULL;
	if (error && r->rows)
		ported_read_again(p); /* memory may show rows that are not stored */
	job->ops->done(job->arg, error, r);
	job_free(job);
}

void ported_job_stop(struct ported_job *job)
{
	job->ops->done(job->arg, "the gateway stops; load it again", &job->report);
	job_free(job);
}

/* --- lines --- */

static void bad_line(struct ported_job *job, const char *why)
{
	struct ported_report *r = &job->report;
	if (r->bad < PORTED_FAULTS_KEPT) {
		r->faults[r->bad].line = r->lines;
		r->faults[r->bad].why = why;
	}
	r->bad++;
}

static void unknown_operator(struct ported_job *job, struct view name)
{
	struct ported_report *r = &job->report;
	bad_line(job, "an operator that is not in operators");
	for (unsigned i = 0; i < r->unknown_n; i++) {
		if (strlen(r->unknown[i]) == name.n && memcmp(r->unknown[i], name.p, name.n) == 0)
			return;
	}
	if (r->unknown_n < PORTED_FAULTS_KEPT && name.n <= PORTED_NAME_MAX)
		snprintf(r->unknown[r->unknown_n++], sizeof(r->unknown[0]), "%.*s", (int)name.n, (const char *)name.p);
}

static void on_written(void *arg, bool ok)
{
	struct ported_job *job = arg;
	job->in_flight--;
	job->failed |= !ok;
	if (job->failed && job->in_flight == 0)
		step(job);
}

/* The number of an operator that stands in the configuration; -1: there is none. */
static int known_operator(struct ported *p, struct view name)
{
	char text[PORTED_NAME_MAX + 1];
	if (name.n > PORTED_NAME_MAX)
		return -1;
	snprintf(text, sizeof(text), "%.*s", (int)name.n, (const char *)name.p);
	int op = routes_operator(p->setup.routes, text);
	bool known = op >= 0 && routes_operator_known(p->setup.routes, (size_t)op);
	return known ? ported_name(p, text, strlen(text)) : -1;
}

static void take_row(struct ported_job *job, const struct number *number, struct view name)
{
	struct ported *p = job->p;
	int bucket = ported_bucket(number), at = known_operator(p, name);
	if (at < 0) {
		unknown_operator(job, name);
		return;
	}
	if (bucket < 0) {
		bad_line(job, "a number of more than 15 digits");
		return;
	}
	struct store_ported_row row = {.set = job->which,
				       .bucket = (unsigned)bucket,
				       .number = {(const uint8_t *)number->digits, number->n},
				       .value = name};
	if (store_ported_put(p->setup.store, &row, on_written, job) < 0) {
		job->failed = true;
		return;
	}
	job->in_flight++;
	job->report.rows++;
	if (!ported_set_at(job->replace ? job->into : p->set, number, at))
		log_warn("-", "event=ported_row_not_kept line=%llu", (unsigned long long)job->report.lines);
}

static void take_line(struct ported_job *job, struct view line)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct number number;
	struct view name;
	const char *why;
	if (++job->report.lines == 1 && line.n >= 3 && memcmp(line.p, bom, 3) == 0)
		line = (struct view){line.p + 3, line.n - 3};
	switch (ported_line_read(line, &number, &name, &why)) {
	case PORTED_LINE_ROW:
		take_row(job, &number, name);
		break;
	case PORTED_LINE_BAD:
		bad_line(job, why);
		break;
	case PORTED_LINE_EMPTY:
		break;
	}
}

/* More of the file behind what is left of the block; false when there is no more, or it cannot be read. */
static bool more_octets(struct ported_job *job)
{
	job->n -= job->at;
	memmove(job->block, job->block + job->at, job->n);
	job->at = 0;
	ssize_t n = read(job->fd, job->block + job->n, sizeof(job->block) - job->n);
	if (n < 0) {
		log_error("-", "event=ported_file_unreadable file=\"%s\" error=\"%s\"", job->file, strerror(errno));
		job->failed = true;
	}
	job->end_of_file = n <= 0;
	if (n > 0) {
		job->n += (size_t)n;
		job->octets += (uint64_t)n;
	}
	return n > 0;
}

/* One line out of the block; false when there is none left in the file. */
static bool next_line(struct ported_job *job)
{
	char *end;
	while (!(end = memchr(job->block + job->at, '\n', job->n - job->at))) {
		if (job->n - job->at > LINE_MAX_OCTETS) { /* the rest of it is skipped */
			job->at = job->n;
			job->overlong = true;
		}
		if (job->end_of_file || !more_octets(job))
			break;
	}
	size_t n = end ? (size_t)(end - (job->block + job->at)) : job->n - job->at;
	if (!end && n == 0 && !job->overlong)
		return false;
	struct view line = {(const uint8_t *)job->block + job->at, (uint32_t)n};
	job->at += n + (end != NULL);
	if (!job->overlong && n <= LINE_MAX_OCTETS) {
		take_line(job, line);
	} else {
		job->report.lines++;
		bad_line(job, "longer than a number and an operator can be");
	}
	job->overlong = false;
	return true;
}

/* --- phases --- */

static void on_cleaned(void *arg, bool ok)
{
	struct ported_job *job = arg;
	job->in_flight--;
	job->failed |= !ok;
	step(job);
}

/* Buckets of a set, one command after the other; true when all are gone. */
static bool drop(struct ported_job *job, unsigned set)
{
	struct ported *p = job->p;
	if (job->in_flight || job->failed)
		return false;
	if (job->bucket >= PORTED_BUCKETS)
		return true;
	if (store_ported_drop(p->setup.store, set, job->bucket, DROP, on_cleaned, job) < 0) {
		job->failed = true;
		return false;
	}
	job->bucket += DROP;
	job->in_flight++;
	return false;
}

static void on_published(void *arg, bool ok, uint64_t epoch)
{
	struct ported_job *job = arg;
	job->in_flight--;
	job->failed |= !ok;
	if (ok && epoch == 0) { /* another number was set just now */
		job->phase = PHASE_CATCH_UP;
	} else if (ok) {
		ported_replace(job->p, job->replace ? job->into : job->p->set, job->which, epoch);
		job->into = NULL;
		job->bucket = job->replace ? 0 : PORTED_BUCKETS;
		job->phase = PHASE_CLEAN;
	}
	step(job);
}

static void publish(struct ported_job *job)
{
	job->phase = PHASE_PUBLISH;
	job->in_flight++;
	if (store_ported_publish(job->p->setup.store, job->which, job->replace ? &job->changes : NULL, on_published,
				 job) < 0) {
		job->in_flight--;
		job->failed = true;
	}
}

/* What was set while the file was read is newer than the file. */
static void on_change(void *arg, struct view number, struct view value)
{
	struct ported_job *job = arg;
	int bucket = ported_take_row(job->p, job->into, number, value);
	struct store_ported_row row = {job->which, (unsigned)bucket, number, value};
	if (bucket < 0)
		return;
	if (store_ported_put(job->p->setup.store, &row, on_cleaned, job) < 0)
		job->failed = true;
	else
		job->in_flight++;
}

static void on_caught_up(void *arg, bool ok, const struct store_ported_meta *now, size_t changes)
{
	struct ported_job *job = arg;
	job->in_flight--;
	job->failed |= !ok;
	job->changes += changes;
	snprintf(job->last, sizeof(job->last), "%s", now->last);
	if (ok && changes < STORE_PORTED_PAGE && job->changes != now->changes) {
		log_error("-", "event=ported_changes_gone reason=\"the load took longer than they are kept\"");
		job->failed = true;
	}
	if (!job->failed && changes == 0)
		publish(job);
	step(job);
}

static void catch_up(struct ported_job *job)
{
	static const struct store_ported_follower follower = {on_change, on_caught_up};
	if (job->in_flight)
		return;
	job->in_flight++;
	if (store_ported_follow(job->p->setup.store, job->last, &follower, job) < 0) {
		job->in_flight--;
		job->failed = true;
	}
}

static void write_slice(struct ported_job *job)
{
	struct loop *loop = job->p->setup.loop;
	unsigned lines = 0;
	bool more = true;
	while (more && !job->failed && lines++ < SLICE && job->in_flight < AT_ONCE)
		more = next_line(job);
	if (more && !job->failed) {
		if (job->in_flight < AT_ONCE)
			loop_wake_in(loop, 0);
		return;
	}
	if (job->in_flight || job->failed)
		return;
	if (job->report.rows == 0) {
		job_end(job, "the file has no line that can be used; nothing has changed");
		return;
	}
	job->phase = PHASE_CATCH_UP;
	if (job->replace)
		catch_up(job);
	else
		publish(job);
}

/* The next thing to do; may end the job. */
static void step(struct ported_job *job)
{
	if (job->failed && job->in_flight == 0) {
		job_end(job, "Redis failed, or the file could not be read (see the log); load it again");
		return;
	}
	if (job->failed)
		return;
	if (job->phase == PHASE_DROP && drop(job, job->which))
		job->phase = PHASE_WRITE;
	if (job->phase == PHASE_WRITE)
		write_slice(job);
	else if (job->phase == PHASE_CATCH_UP)
		catch_up(job);
	else if (job->phase == PHASE_CLEAN && drop(job, 1 - job->which))
		job_end(job, NULL);
	else if (job->failed && job->in_flight == 0)
		loop_wake_in(job->p->setup.loop, 0);
}

static void on_turn(void *arg)
{
	step(arg);
}

/* The set in force may be another one since this node has looked: one that is not is not written to. */
static void on_looked(void *arg, bool ok, const struct store_ported_meta *now)
{
	struct ported_job *job = arg;
	struct ported *p = job->p;
	job->in_flight--;
	job->failed |= !ok;
	if (ok && (now->epoch != p->meta.epoch || now->set != p->meta.set || p->state != PORTED_READY)) {
		ported_read_again(p);
		job_end(job, "another node has loaded a file, which is read first; try again when smppgwctl ported "
			     "count says ready");
		return;
	}
	job->changes = now->changes;
	snprintf(job->last, sizeof(job->last), "%s", now->last);
	job->bucket = 0;
	job->phase = job->replace ? PHASE_DROP : PHASE_WRITE;
	step(job);
}

static void on_locked(void *arg, bool ok)
{
	struct ported_job *job = arg;
	job->in_flight--;
	if (!ok) {
		job_end(job, "another node loads a file, or Redis has gone away; try again later");
		return;
	}
	job->phase = PHASE_LOOK;
	job->in_flight++;
	if (store_ported_meta(job->p->setup.store, on_looked, job) < 0)
		on_looked(job, false, NULL);
}

void ported_job_tick(struct ported_job *job)
{
	struct ported_report *r = &job->report;
	int64_t ms = loop_now_ms(job->p->setup.loop) - job->began_ms;
	r->ms = ms > 0 ? ms : 1;
	r->percent = job->size ? (unsigned)((job->octets - (job->n - job->at)) * 100 / job->size) : 100;
	r->per_second = r->rows * 1000 / (uint64_t)r->ms;
	if (job->phase != PHASE_LOCK && store_ported_lock(job->p->setup.store, PORTED_LOCK_KEEP, NULL, NULL) < 0)
		log_debug("-", "event=ported_lock_not_kept"); /* a write has failed, too */
	log_info("-", "event=ported_load rows=%llu bad=%llu percent=%u rows_per_second=%llu",
		 (unsigned long long)r->rows, (unsigned long long)r->bad, r->percent,
		 (unsigned long long)r->per_second);
	job->ops->progress(job->arg, r);
}

/* --- beginning --- */

__attribute__((format(printf, 2, 3))) static int say(char **why, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (vasprintf(why, fmt, ap) < 0)
		*why = NULL;
	va_end(ap);
	return -1;
}

static int open_file(const char *file, uint64_t *size, char **why)
{
	struct stat st;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return say(why,
			   "cannot open %s: %s; the gateway itself reads it, as user %u: that user must be able to",
			   file, strerror(errno), (unsigned)geteuid());
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return say(why, "%s is no ordinary file", file);
	}
	*size = (uint64_t)st.st_size;
	return fd;
}

int ported_load(struct ported *p, const char *file, bool replace, const struct ported_load_ops *ops, void *arg,
		char **why)
{
	uint64_t size = 0;
	if (p->job)
		return say(why, "a file is being loaded already; try again when that is done");
	if (!store_up(p->setup.store))
		return say(why, "the store (Redis) is away; try again when smppgwctl status says that it is up");
	if (p->state != PORTED_READY)
		return say(why, "ported numbers are being read from Redis; try again when smppgwctl ported count says "
				"ready");
	int fd = open_file(file, &size, why);
	if (fd < 0)
		return -1;
	struct ported_job *job = mem_zalloc(sizeof(*job));
	job->p = p;
	job->ops = ops;
	job->arg = arg;
	job->file = mem_strdup(file);
	job->fd = fd;
	job->size = size;
	job->replace = replace;
	job->which = replace ? 1 - p->meta.set : p->meta.set;
	job->into = replace ? ported_set_new() : NULL;
	job->began_ms = loop_now_ms(p->setup.loop);
	job->hook = (struct loop_hook){.fn = on_turn, .arg = job};
	loop_hook(p->setup.loop, LOOP_STORE, &job->hook);
	p->job = job;
	job->in_flight = 1;
	log_info("-", "event=ported_load_begins file=\"%s\" bytes=%llu replace=%d", file, (unsigned long long)size,
		 replace);
	if (store_ported_lock(p->setup.store, PORTED_LOCK_TAKE, on_locked, job) == 0)
		return 0;
	p->job = NULL;
	job_free(job);
	return say(why, "the store (Redis) is away; try again when smppgwctl status says that it is up");
}
