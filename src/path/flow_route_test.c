/*
 * flow_route_test.c - a file of expectations (route_test.h) against a configuration that is only read, or against the
 * running gateway: there a few lines per turn, so that messages do not wait for it. Must not decide anything itself.
 */
#include "path/flow_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "path/route_test.h"

#define FILE_MAX_OCTETS (16u << 20)
#define SLICE		200u /* lines in one turn */
#define SLICE_MS	1

struct reading { /* of a file, line by line */
	char *text;
	size_t n, at;
	unsigned line;
	const char *file;
	struct flow_route_count count;
	void (*say)(void *arg, const char *text);
	void *arg;
};

struct route_job { /* one that the running gateway checks */
	struct flow *flow;
	struct timer timer;
	struct reading reading;
	char *file;
	void (*done)(void *arg, const struct flow_route_count *count);
};

/* --- the file --- */

__attribute__((format(printf, 2, 3))) static int refuse(char **why, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (vasprintf(why, fmt, ap) < 0)
		*why = NULL;
	va_end(ap);
	return -1;
}

static int read_open(int fd, const char *file, struct reading *r, char **why)
{
	struct stat st;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return refuse(why, "%s is no ordinary file", file);
	if (st.st_size > (off_t)FILE_MAX_OCTETS)
		return refuse(why, "%s has more than %u MiB; cut it in several", file, FILE_MAX_OCTETS >> 20);
	r->text = mem_zalloc((size_t)st.st_size + 1);
	while (r->n < (size_t)st.st_size) {
		ssize_t n = read(fd, r->text + r->n, (size_t)st.st_size - r->n);
		if (n < 0)
			return refuse(why, "%s cannot be read: %s", file, strerror(errno));
		if (n == 0)
			break;
		r->n += (size_t)n;
	}
	return 0;
}

/* 0, or -1 with *why; r->text is the caller's to free in both. */
static int read_file(const char *file, struct reading *r, char **why)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return refuse(why, "cannot open %s: %s; it is read as user %u, who must be able to", file,
			      strerror(errno), (unsigned)geteuid());
	int result = read_open(fd, file, r, why);
	close(fd);
	r->file = file;
	return result;
}

/* --- lines --- */

static void count_line(struct reading *r, enum route_test_result result, const char *said)
{
	char text[ROUTE_TEST_TEXT_MAX + 300];
	r->count.passed += result == ROUTE_TEST_PASSED;
	r->count.failed += result == ROUTE_TEST_FAILED;
	r->count.skipped += result == ROUTE_TEST_SKIPPED;
	if (result != ROUTE_TEST_FAILED && result != ROUTE_TEST_SKIPPED)
		return;
	snprintf(text, sizeof(text), "%.250s:%u: %s", r->file, r->line, said);
	r->say(r->arg, text);
}

/* At most so many lines; false when the file is over. */
static bool check_lines(struct reading *r, const struct route_test_world *w, unsigned lines)
{
	char said[ROUTE_TEST_TEXT_MAX];
	for (; lines > 0 && r->at < r->n; lines--) {
		const char *begin = r->text + r->at, *end = memchr(begin, '\n', r->n - r->at);
		size_t n = end ? (size_t)(end - begin) : r->n - r->at;
		r->at += n + (end != NULL);
		r->line++;
		count_line(r, route_test_line(w, (struct view){(const uint8_t *)begin, (uint32_t)n}, said), said);
	}
	return r->at < r->n;
}

/* --- a configuration --- */

static bool account_of_conf(const char *system_id, struct route_test_account *out, void *arg)
{
	const struct flow_conf *conf = arg;
	for (size_t i = 0; i < conf->accounts_n; i++) {
		const struct account_conf *a = &conf->accounts[i];
		if (strcmp(a->system_id, system_id) != 0)
			continue;
		*out = (struct route_test_account){i, CLASS_NOTICE, a->plain_status};
		return class_by_name(view_of(a->class_name), &out->class_id);
	}
	return false;
}

static const struct carrier_conf *carrier_of_conf(size_t number, void *arg)
{
	return &((const struct flow_conf *)arg)->carriers[number];
}

static void built_free(struct flow_built *built)
{
	routes_free(built->routes);
	retries_free(built->retries);
	senders_free(built->senders);
	policy_free(built->policy);
}

int flow_check_routes(const struct flow_conf *conf, const char *file, void (*line)(void *arg, const char *text),
		      void *arg, struct flow_route_count *count, char **why)
{
	struct flow_names names = {.conf = conf};
	struct flow_built built;
	struct reading r = {.say = line, .arg = arg};
	if (!flow_build(&names, &built, why))
		return -1;
	int result = read_file(file, &r, why);
	struct route_test_world world = {.routes = built.routes,
					 .senders = built.senders,
					 .rules = built.rules,
					 .account = account_of_conf,
					 .carrier = carrier_of_conf,
					 .arg = (void *)(uintptr_t)conf};
	while (result == 0 && check_lines(&r, &world, SLICE))
		;
	*count = r.count;
	mem_free(r.text);
	built_free(&built);
	return result;
}

/* --- the running gateway --- */

static bool account_of_flow(const char *system_id, struct route_test_account *out, void *arg)
{
	const struct flow *f = arg;
	const struct account *a = accounts_find(f->accounts, view_of(system_id));
	if (!a)
		return false;
	*out = (struct route_test_account){account_number(a), f->default_class[account_number(a)],
					   account_conf(a)->plain_status};
	return true;
}

static const struct carrier_conf *carrier_of_flow(size_t number, void *arg)
{
	return carrier_conf(carriers_at(((const struct flow *)arg)->carriers, number));
}

static enum route_test_ported ported_of_flow(const struct number *to, struct ported_entry *out, void *arg)
{
	const struct flow *f = arg;
	struct ported_status status;
	ported_status(f->ported, &status);
	ported_find(f->ported, to, out);
	return status.state == PORTED_READY ? ROUTE_TEST_KNOWN : ROUTE_TEST_NOT_READ;
}

static void job_end(struct route_job *job)
{
	struct flow *f = job->flow;
	loop_timer_clear(f->loop, &job->timer);
	f->route_job = NULL;
	job->done(job->reading.arg, &job->reading.count);
	mem_free(job->reading.text);
	mem_free(job->file);
	mem_free(job);
}

static void on_slice(struct timer *t)
{
	struct route_job *job = LIST_OF(t, struct route_job, timer);
	struct flow *f = job->flow;
	struct route_test_world world = {f->routes,	  f->senders,	  f->rules, account_of_flow,
					 carrier_of_flow, ported_of_flow, f};
	if (check_lines(&job->reading, &world, SLICE))
		loop_timer(f->loop, t, SLICE_MS);
	else
		job_end(job);
}

int flow_route_test(struct flow *f, const char *file, void (*line)(void *arg, const char *text),
		    void (*done)(void *arg, const struct flow_route_count *count), void *arg, char **why)
{
	struct reading r = {.say = line, .arg = arg};
	if (f->route_job)
		return refuse(why, "another file is being checked; try again when that is done");
	if (read_file(file, &r, why) < 0) {
		mem_free(r.text);
		return -1;
	}
	struct route_job *job = mem_zalloc(sizeof(*job));
	job->flow = f;
	job->file = mem_strdup(file);
	job->done = done;
	job->reading = r;
	job->reading.file = job->file;
	job->timer.fn = on_slice;
	f->route_job = job;
	loop_timer(f->loop, &job->timer, 0);
	return 0;
}

void flow_route_test_end(struct flow *f)
{
	if (f->route_job)
		job_end(f->route_job);
}
