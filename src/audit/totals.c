/*
 * totals.c - adds up a day's records by account and carrier. Must not know who writes records or reads the totals.
 */
#include "audit/totals.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/hours.h"
#include "audit/lines.h"
#include "base/json_put.h"
#include "base/map.h"
#include "base/mem.h"

#define NAME_MAX_OCTETS 128u

struct sum {
	struct totals_row row;
	char account[NAME_MAX_OCTETS], carrier[NAME_MAX_OCTETS];
};

struct sums {
	struct map *by_name;
	struct sum **at;
	size_t n, cap;
};

struct names {
	char account[NAME_MAX_OCTETS], carrier[NAME_MAX_OCTETS];
};

static bool is_sum(uint64_t value, const void *key)
{
	const struct sum *s = (const struct sum *)(uintptr_t)value;
	const struct names *k = key;
	return strcmp(s->account, k->account) == 0 && strcmp(s->carrier, k->carrier) == 0;
}

static struct sum *sum_of(struct sums *all, const struct cdr_line *l, bool of_carrier)
{
	struct names k;
	uint64_t found;

	(void)cdr_get(l, "account", k.account, sizeof(k.account));
	k.carrier[0] = '\0';
	if (of_carrier)
		(void)cdr_get(l, "carrier", k.carrier, sizeof(k.carrier));
	uint64_t hash = map_hash(k.account, strlen(k.account)) ^ 3 * map_hash(k.carrier, strlen(k.carrier));
	if (map_find(all->by_name, hash, is_sum, &k, &found))
		return (struct sum *)(uintptr_t)found;

	struct sum *s = mem_zalloc(sizeof(*s));
	memcpy(s->account, k.account, sizeof(s->account));
	memcpy(s->carrier, k.carrier, sizeof(s->carrier));
	s->row.account = s->account;
	s->row.carrier = s->carrier;
	if (all->n == all->cap) {
		all->cap = all->cap ? 2 * all->cap : 64;
		all->at = mem_realloc(all->at, all->cap * sizeof(struct sum *));
	}
	all->at[all->n++] = s;
	if (map_put(all->by_name, hash, (uint64_t)(uintptr_t)s) != 0)
		abort();
	return s;
}

static uint64_t number_of(const struct cdr_line *l, const char *field, uint64_t none)
{
	char text[32];
	return cdr_get(l, field, text, sizeof(text)) > 0 ? strtoull(text, NULL, 10) : none;
}

static void add_attempt(struct sums *all, const struct cdr_line *l)
{
	char status[48];

	if (cdr_get(l, "status", status, sizeof(status)) > 0 && strcmp(status, "ESME_ROK") != 0)
		return;
	struct totals_row *r = &sum_of(all, l, true)->row;
	r->sent++;
	r->segments += (int64_t)number_of(l, "segments", 1);
}

/* sign -1: an end that did not happen is taken back. */
static void add_end(struct sums *all, const struct cdr_line *l, int sign)
{
	struct totals_row *r = &sum_of(all, l, true)->row;
	char state[32];

	if (cdr_get(l, "state", state, sizeof(state)) > 0 && strcmp(state, "DELIVRD") == 0)
		r->delivered += sign;
	else
		r->failed += sign;
	uint64_t price = number_of(l, "price", 0);
	r->price = (int64_t)((uint64_t)r->price + (sign < 0 ? 0 - price : price)); /* whatever stands there */
}

static void add_line(struct sums *all, struct view line)
{
	struct cdr_line l;
	char name[32];
	enum cdr_kind kind;

	if (!cdr_cut(line, &l) || cdr_get(&l, "kind", name, sizeof(name)) < 1 || !cdr_kind_by_name(name, &kind))
		return;
	if (kind == CDR_ACCEPTED)
		sum_of(all, &l, false)->row.accepted++;
	else if (kind == CDR_REFUSED)
		sum_of(all, &l, false)->row.refused++;
	else if (kind == CDR_ATTEMPT)
		add_attempt(all, &l);
	else if (kind == CDR_ENDED)
		add_end(all, &l, 1);
	else if (kind == CDR_REOPENED)
		add_end(all, &l, -1);
}

/* 0, or an errno; what was deleted meanwhile has nothing to say. */
static int add_file(struct sums *all, const char *path, const volatile bool *stop)
{
	struct lines *l = lines_open(path, 0);
	struct view line;

	if (!l)
		return errno == ENOENT ? 0 : errno;
	while (!(stop && *stop) && lines_next(l, &line)) {
		if (lines_whole(l))
			add_line(all, line);
	}
	int error = lines_error(l);
	lines_close(l);
	return error;
}

static int by_name(const void *a, const void *b)
{
	const struct sum *const *x = a, *const *y = b;
	int order = strcmp((*x)->account, (*y)->account);
	return order ? order : strcmp((*x)->carrier, (*y)->carrier);
}

static int fail(char **why, const char *path, int error)
{
	if (asprintf(why, "%s: %s", path, strerror(error)) < 0)
		*why = NULL;
	return -1;
}

static int add_day(struct sums *all, const char *directory, const char *day, int node, const volatile bool *stop,
		   char **why)
{
	struct hours hours;
	int result = 0;

	if (hours_list(directory, &hours) != 0)
		result = fail(why, directory, errno);
	for (size_t i = 0; i < hours.n && result == 0; i++) {
		const struct hour *h = &hours.hour[i];
		if (strcmp(h->day, day) != 0 || (node >= 0 && h->node != (unsigned)node) || (!h->json && !h->csv))
			continue;
		char *path = hours_path(directory, h, h->json ? "jsonl" : "csv");
		int error = add_file(all, path, stop);
		if (error)
			result = fail(why, path, error);
		mem_free(path);
	}
	hours_free(&hours);
	return result;
}

int totals_run(const char *directory, const char *day, int node, void (*fn)(void *arg, const struct totals_row *row),
	       void *arg, const volatile bool *stop, char **why)
{
	struct sums all = {.by_name = map_new()};
	int result = add_day(&all, directory, day, node, stop, why);

	if (all.n)
		qsort(all.at, all.n, sizeof(struct sum *), by_name);
	for (size_t i = 0; i < all.n; i++) {
		if (result == 0)
			fn(arg, &all.at[i]->row);
		mem_free(all.at[i]);
	}
	map_free(all.by_name);
	mem_free(all.at);
	return result;
}

static void put_name(struct buf *out, const char *name)
{
	size_t n = strlen(name);
	char *from = (char *)buf_room(out, 2 + JSON_ESCAPED * n);
	buf_filled(out, (size_t)(cdr_put_csv(from, name, n) - from));
	buf_puts(out, ",");
}

static void put_row(void *arg, const struct totals_row *r)
{
	struct buf *out = arg;

	put_name(out, r->account);
	put_name(out, r->carrier);
	buf_printf(out, "%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n",
		   r->accepted, r->refused, r->sent, r->segments, r->delivered, r->failed, r->price);
}

/* 0 or an errno. */
static int replace(const char *path, const char *part, const struct buf *text)
{
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640), error = 0;

	if (fd < 0)
		return errno;
	ssize_t n = write(fd, buf_data(text), buf_len(text));
	if (n != (ssize_t)buf_len(text))
		error = n < 0 ? errno : ENOSPC;
	else if (fdatasync(fd) != 0)
		error = errno;
	close(fd);
	if (!error && rename(part, path) != 0)
		error = errno;
	if (error)
		unlink(part);
	return error;
}

int totals_write(const char *directory, const char *day, unsigned node, char **why)
{
	struct buf text = {0};
	char *path, *part;
	int result;

	buf_puts(&text, "account,carrier,accepted,refused,sent,segments,delivered,failed,price\n");
	result = totals_run(directory, day, (int)node, put_row, &text, NULL, why);
	if (asprintf(&path, "%s/%s/totals-%u.csv", directory, day, node) < 0 || asprintf(&part, "%s.part", path) < 0)
		abort();
	int error = result == 0 ? replace(path, part, &text) : 0;
	if (error)
		result = fail(why, path, error);
	free(path);
	free(part);
	buf_free(&text);
	return result;
}
