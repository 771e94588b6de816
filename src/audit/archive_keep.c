/*
 * archive_keep.c - what a thread does for the archive: statements and fdatasync, closing, deleting days, looking at the
 * disk, totals. Shares nothing with the archive that writes: each duty has copies. Must not know what a record says.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "audit/archive_priv.h"
#include "audit/totals.h"
#include "base/log.h"
#include "base/mem.h"

#define DAY_S 86400

/* --- statements --- */

struct seal_duty {
	struct duty duty;
	int fd; /* of the records */
	bool last;
	char *path; /* .seal */
	struct buf text;
};

/* Records are on the disk before what is said of them. May be called again after an error. */
static int run_seal(struct duty *d)
{
	struct seal_duty *s = (struct seal_duty *)d;
	int fd, error = 0;

	if (s->fd >= 0 && fdatasync(s->fd) != 0)
		return errno;
	if (s->fd >= 0 && s->last)
		close(s->fd);
	s->fd = -1;
	if (buf_len(&s->text) == 0)
		return 0;
	fd = open(s->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0)
		return errno;
	while (!error && buf_len(&s->text) > 0) {
		ssize_t n = write(fd, buf_data(&s->text), buf_len(&s->text));
		if (n < 0 && errno != EINTR)
			error = errno;
		if (n > 0)
			buf_consume(&s->text, (size_t)n, 0);
	}
	if (!error && fdatasync(fd) != 0)
		error = errno;
	close(fd);
	return error;
}

static void seal_done(struct duty *d, void *arg, int error)
{
	struct seal_duty *s = (struct seal_duty *)d;

	(void)arg;
	if (error > 0)
		log_error("-", "event=statement_lost path=%s error=\"%s\" hint=\"free space, check rights\"", s->path,
			  strerror(error));
	if (s->fd >= 0 && s->last)
		close(s->fd);
	buf_free(&s->text);
	mem_free(s->path);
	mem_free(s);
}

void archive_keep_seal(struct archive *a, const char *path, int fd, bool last, struct buf *text)
{
	struct seal_duty *s = mem_zalloc(sizeof(*s));

	s->duty = (struct duty){.kind = DUTY_SEAL, .run = run_seal, .done = seal_done};
	s->fd = fd;
	s->last = last;
	s->path = mem_strdup(path);
	s->text = *text;
	*text = (struct buf){0};
	keeper_add(a->keeper, &s->duty);
}

/* --- days --- */

struct day_duty { /* retention, totals */
	struct duty duty;
	char *directory, day[12];
	unsigned node;
	unsigned files; /* deleted */
	char *why;
};

static bool is_day(const char *name)
{
	static const char shape[] = "0000-00-00";
	if (strlen(name) != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; shape[i]; i++) {
		if (shape[i] == '-' ? name[i] != '-' : name[i] < '0' || name[i] > '9')
			return false;
	}
	return true;
}

/* The node's own files; the directory goes when no other node has files there. */
static int delete_day(struct day_duty *x, const char *day)
{
	char path[4096], prefix[16], totals[32];
	struct dirent *e;
	int error = 0;

	snprintf(path, sizeof(path), "%s/%s", x->directory, day);
	snprintf(prefix, sizeof(prefix), "%u-", x->node);
	snprintf(totals, sizeof(totals), "totals-%u.csv", x->node);
	DIR *d = opendir(path);
	if (!d)
		return errno == ENOENT ? 0 : errno;
	while ((e = readdir(d))) {
		if (strncmp(e->d_name, prefix, strlen(prefix)) != 0 && strcmp(e->d_name, totals) != 0)
			continue;
		if (unlinkat(dirfd(d), e->d_name, 0) == 0)
			x->files++;
		else
			error = errno;
	}
	closedir(d);
	if (rmdir(path) != 0 && errno != ENOTEMPTY && errno != EEXIST && errno != ENOENT)
		error = errno;
	return error;
}

static int run_clean(struct duty *d)
{
	struct day_duty *x = (struct day_duty *)d;
	struct dirent *e;
	int error = 0;
	DIR *dir = opendir(x->directory);

	if (!dir)
		return errno;
	while ((e = readdir(dir))) {
		if (is_day(e->d_name) && strcmp(e->d_name, x->day) < 0) {
			int failed = delete_day(x, e->d_name);
			error = failed ? failed : error;
		}
	}
	closedir(dir);
	return error;
}

static void free_day(struct day_duty *x)
{
	mem_free(x->directory);
	free(x->why);
	mem_free(x);
}

static void clean_done(struct duty *d, void *arg, int error)
{
	struct day_duty *x = (struct day_duty *)d;

	(void)arg;
	if (error == 0 && x->files)
		log_info("-", "event=records_deleted path=%s before=%s files=%u", x->directory, x->day, x->files);
	free_day(x);
}

static struct day_duty *day_duty(struct archive *a, enum duty_kind kind, const char *day)
{
	struct day_duty *x = mem_zalloc(sizeof(*x));
	x->duty.kind = kind;
	x->directory = mem_strdup(a->directory);
	x->node = a->node;
	snprintf(x->day, sizeof(x->day), "%s", day);
	return x;
}

void archive_keep_clean(struct archive *a)
{
	char day[12], name[HOURS_NAME_MAX];

	if (a->retention == 0 || keeper_has(a->keeper, DUTY_CLEAN))
		return;
	archive_hour_names(a->node, loop_wall_ms(a->loop) - a->retention * DAY_S * 1000, day, name);
	struct day_duty *x = day_duty(a, DUTY_CLEAN, day);
	x->duty.run = run_clean;
	x->duty.done = clean_done;
	keeper_add(a->keeper, &x->duty);
}

static int run_totals(struct duty *d)
{
	struct day_duty *x = (struct day_duty *)d;

	free(x->why);
	x->why = NULL;
	return totals_write(x->directory, x->day, x->node, &x->why) == 0 ? 0 : EIO;
}

static void totals_done(struct duty *d, void *arg, int error)
{
	struct day_duty *x = (struct day_duty *)d;

	(void)arg;
	if (error > 0)
		log_error("-", "event=totals_failed day=%s why=\"%s\"", x->day, x->why ? x->why : "");
	else if (error == 0)
		log_info("-", "event=totals day=%s path=%s/%s/totals-%u.csv", x->day, x->directory, x->day, x->node);
	free_day(x);
}

void archive_keep_totals(struct archive *a, const char *day)
{
	struct day_duty *x = day_duty(a, DUTY_TOTALS, day);
	x->duty.run = run_totals;
	x->duty.done = totals_done;
	keeper_add(a->keeper, &x->duty);
}

/* --- the disk --- */

struct look_duty {
	struct duty duty;
	char *directory;
	uint64_t free_octets;
	char *path; /* of the hour that is written; NULL */
	struct stat file;
	bool gone; /* the path does not lead to the file any more */
};

static int run_look(struct duty *d)
{
	struct look_duty *x = (struct look_duty *)d;
	struct statvfs v;
	struct stat s;

	if (statvfs(x->directory, &v) == 0)
		x->free_octets = (uint64_t)v.f_bavail * v.f_frsize;
	if (x->path && stat(x->path, &s) == 0)
		x->gone = s.st_dev != x->file.st_dev || s.st_ino != x->file.st_ino;
	else if (x->path)
		x->gone = errno == ENOENT || errno == ENOTDIR;
	return 0;
}

/* The directory was removed, moved, or another disk lies over it. */
static void tell_gone(struct archive *a, const struct look_duty *x)
{
	struct stat now;

	if (a->hour.gone || a->hour.fd < 0 || fstat(a->hour.fd, &now) != 0 || now.st_dev != x->file.st_dev ||
	    now.st_ino != x->file.st_ino)
		return;
	a->hour.gone = true;
	log_error(
		"-",
		"event=records_gone path=%s hint=\"somebody has moved or removed it while it was written; put it back: "
		"records from now on wait or begin another file there\"",
		x->path);
}

static void look_done(struct duty *d, void *arg, int error)
{
	struct look_duty *x = (struct look_duty *)d;
	struct archive *a = arg;

	if (error == 0)
		a->count.free_octets = x->free_octets;
	if (error == 0 && x->gone)
		tell_gone(a, x);
	mem_free(x->path);
	mem_free(x->directory);
	mem_free(x);
}

void archive_keep_look(struct archive *a)
{
	if (keeper_has(a->keeper, DUTY_LOOK))
		return;
	struct look_duty *x = mem_zalloc(sizeof(*x));
	x->duty = (struct duty){.kind = DUTY_LOOK, .run = run_look, .done = look_done};
	x->directory = mem_strdup(a->directory);
	if (a->hour.fd >= 0 && !a->hour.gone && fstat(a->hour.fd, &x->file) == 0)
		x->path = archive_hour_path(a);
	keeper_add(a->keeper, &x->duty);
}
