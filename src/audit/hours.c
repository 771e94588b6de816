/*
 * hours.c - lists an archive's files by their names. Must not know what stands in them.
 */
#include "audit/hours.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

bool hours_read_name(const char *name, struct hour *out)
{
	struct tm t = {0};
	int zone_h, zone_m, end = 0, part_end = 0;
	char sign;

	if (strlen(name) >= sizeof(out->name) ||
	    sscanf(name, "%2u-%4d%2d%2dT%2d%c%2d%2d%n", &out->node, &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour,
		   &sign, &zone_h, &zone_m, &end) != 8)
		return false;
	out->part = 1;
	if (sscanf(name + end, "-%2u%n", &out->part, &part_end) == 1) /* a second part of the hour */
		end += part_end;
	if (name[end] != '\0' || (sign != '+' && sign != '-'))
		return false;
	t.tm_year -= 1900;
	t.tm_mon--;
	out->from_ms = ((int64_t)timegm(&t) - (sign == '+' ? 60 : -60) * (zone_h * 60 + zone_m)) * 1000;
	memcpy(out->name, name, strlen(name) + 1);
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct hour *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->from_ms != y->from_ms)
		return x->from_ms < y->from_ms ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* One entry for each file that is found; fold() makes one of those of an hour. */
static void take_file(struct hours *out, size_t *cap, const char *day, const char *file)
{
	struct hour h = {0};
	char name[HOURS_NAME_MAX];
	const char *dot = strrchr(file, '.');

	if (!dot || (size_t)(dot - file) >= sizeof(name))
		return;
	snprintf(name, sizeof(name), "%.*s", (int)(dot - file), file);
	h.json = strcmp(dot, ".jsonl") == 0;
	h.csv = strcmp(dot, ".csv") == 0;
	h.seal = strcmp(dot, ".seal") == 0;
	if ((!h.json && !h.csv && !h.seal) || !hours_read_name(name, &h))
		return;
	snprintf(h.day, sizeof(h.day), "%s", day);
	if (out->n == *cap) {
		*cap = *cap ? 2 * *cap : 256;
		out->hour = mem_realloc(out->hour, *cap * sizeof(*out->hour));
	}
	out->hour[out->n++] = h;
}

static void fold(struct hours *out)
{
	size_t kept = 0;

	qsort(out->hour, out->n, sizeof(*out->hour), by_name);
	for (size_t i = 0; i < out->n; i++) {
		struct hour *last = kept > 0 ? &out->hour[kept - 1] : NULL, *h = &out->hour[i];

		if (last && strcmp(last->name, h->name) == 0 && strcmp(last->day, h->day) == 0) {
			last->json |= h->json;
			last->csv |= h->csv;
			last->seal |= h->seal;
		} else {
			out->hour[kept++] = *h;
		}
	}
	out->n = kept;
}

static int list_day(const char *directory, const char *day, struct hours *out, size_t *cap)
{
	char path[4096];
	struct dirent *e;
	DIR *d;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", directory, day) >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	d = opendir(path);
	if (!d) /* a day that retention has just deleted */
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	while ((e = readdir(d)))
		take_file(out, cap, day, e->d_name);
	closedir(d);
	return 0;
}

int hours_list(const char *directory, struct hours *out)
{
	DIR *d = opendir(directory);
	struct dirent *e;
	size_t cap = 0;
	int y, m, day, end, result = 0, error;

	*out = (struct hours){0};
	if (!d)
		return -1;
	while (result == 0 && (e = readdir(d))) {
		end = 0;
		if (strlen(e->d_name) == 10 && sscanf(e->d_name, "%4d-%2d-%2d%n", &y, &m, &day, &end) == 3 && end == 10)
			result = list_day(directory, e->d_name, out, &cap);
	}
	error = errno;
	closedir(d);
	if (out->n > 0)
		fold(out);
	errno = error;
	return result;
}

void hours_free(struct hours *h)
{
	mem_free(h->hour);
	*h = (struct hours){0};
}

char *hours_path(const char *directory, const struct hour *h, const char *suffix)
{
	size_t n = strlen(directory) + strlen(h->day) + strlen(h->name) + strlen(suffix) + 4;
	char *path = mem_zalloc(n);

	snprintf(path, n, "%s/%s/%s.%s", directory, h->day, h->name, suffix);
	return path;
}
