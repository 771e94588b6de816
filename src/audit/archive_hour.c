/*
 * archive_hour.c - the file of an hour: its names, its octets, its sieve, what is stated of it. Must not know what a
 * record says.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit/archive_priv.h"
#include "base/log.h"
#include "base/mem.h"

#define HOUR_S	   3600
#define PARTS_MAX  99
#define PARTS_BACK 90		   /* so many of them for clocks that are set back */
#define BACK_MS	   (HOUR_S * 1000) /* search.c looks two hours beyond */
#define KEEP	   (1u << 20)	   /* octets of memory kept for the next turn */

int64_t archive_hour_names(unsigned node, int64_t wall_ms, char day[12], char name[HOURS_NAME_MAX])
{
	time_t t = (time_t)(wall_ms / 1000);
	struct tm local;
	char hour[24];

	localtime_r(&t, &local);
	strftime(day, 12, "%Y-%m-%d", &local);
	strftime(hour, sizeof(hour), "%Y%m%dT%H%z", &local);
	snprintf(name, HOURS_NAME_MAX, "%u-%s", node, hour);
	return ((int64_t)t - local.tm_min * 60 - local.tm_sec) * 1000;
}

static char *path_of(const struct archive *a, const char *suffix)
{
	struct hour h = {0};
	memcpy(h.day, a->hour.day, sizeof(h.day));
	memcpy(h.name, a->hour.name, sizeof(h.name));
	return hours_path(a->directory, &h, suffix);
}

static const char *suffix_of(const struct archive *a)
{
	return a->format == CDR_JSON ? "jsonl" : "csv";
}

bool archive_hour_over(const struct archive *a, int64_t wall_ms)
{
	const struct archive_hour *h = &a->hour;

	return !h->begun || wall_ms >= h->until_ms || (wall_ms < h->floor_ms - BACK_MS && h->part < PARTS_BACK);
}

char *archive_hour_path(const struct archive *a)
{
	return path_of(a, suffix_of(a));
}

static bool is_there(const struct archive *a, const char *suffix)
{
	char *path = path_of(a, suffix);
	bool there = access(path, F_OK) == 0;
	mem_free(path);
	return there;
}

/* Another form of records, or a clock that was set back: the hour has files already, so it gets a second part. */
static void find_part(struct archive *a)
{
	size_t n = strlen(a->hour.name);
	for (unsigned part = 2; part <= PARTS_MAX; part++) {
		a->hour.part = part - 1;
		if (!is_there(a, "jsonl") && !is_there(a, "csv") && !is_there(a, "seal"))
			return;
		snprintf(a->hour.name + n, sizeof(a->hour.name) - n, "-%02u", part);
	}
}

void archive_hour_begin(struct archive *a, int64_t wall_ms)
{
	struct archive_hour *h = &a->hour;

	/* Files stand in the order of their hours: a clock that was set back does not change that. Who looks for a time
	 * finds it all the same: the first record of such a part is the earliest, but for BACK_MS. */
	h->floor_ms = wall_ms;
	if (wall_ms < a->last_hour_ms)
		wall_ms = a->last_hour_ms;
	a->last_hour_ms = archive_hour_names(a->node, wall_ms, h->day, h->name);
	h->until_ms = a->last_hour_ms + HOUR_S * 1000;
	if (h->floor_ms > a->last_hour_ms)
		h->floor_ms = a->last_hour_ms;
	find_part(a);
	h->begun = true;
	h->fd = h->sieve_fd = -1;
	h->gone = false;
	h->size = h->stated = 0;
	if (a->format == CDR_CSV) {
		cdr_write_head(&a->out);
		h->size = buf_len(&a->out);
	}
	sieve_begin(&h->block, h->size);
	if (a->sealer)
		sealer_begin(a->sealer, h->name, a->next);
}

/* The day's directory may be missing. */
static int open_file(const struct archive *a, const char *suffix, int flags)
{
	char *path = path_of(a, suffix), *slash;
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | flags, 0640);

	if (fd < 0 && errno == ENOENT) {
		slash = strrchr(path, '/');
		*slash = '\0';
		if (mkdir(path, 0750) == 0 || errno == EEXIST) {
			*slash = '/';
			fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | flags, 0640);
		}
	}
	int error = errno;
	mem_free(path);
	errno = error;
	return fd;
}

/* The sieve is a help, no record: a file that cannot be written ends at its last whole block. */
static void write_block(struct archive *a)
{
	struct archive_hour *h = &a->hour;

	if (h->sieve_fd >= 0 && h->block.records > 0) {
		sieve_end(&h->block);
		if (write(h->sieve_fd, &h->block, sizeof(h->block)) != (ssize_t)sizeof(h->block)) {
			close(h->sieve_fd);
			h->sieve_fd = -1;
		}
	}
	sieve_begin(&h->block, h->size);
}

static int open_both(struct archive *a)
{
	a->hour.fd = open_file(a, suffix_of(a), 0);
	if (a->hour.fd < 0)
		return errno;
	a->hour.sieve_fd = open_file(a, "idx", O_TRUNC);
	return 0;
}

/* A file that begins in mid-hour: CSV has its head line, and places of the old file are no help. 0 or errno. */
static int begin_anew(struct archive *a, int fd)
{
	struct buf head = {0};
	struct stat st;
	int error = 0;

	if (fstat(fd, &st) != 0)
		return errno;
	if (st.st_size > 0)
		return 0; /* somebody has put the old one back */
	if (a->format == CDR_CSV)
		cdr_write_head(&head);
	if (buf_len(&head) > 0 && write(fd, buf_data(&head), buf_len(&head)) != (ssize_t)buf_len(&head))
		error = errno ? errno : ENOSPC;
	if (error && ftruncate(fd, 0) != 0)
		log_error("-", "event=records_failed path=%s error=\"%s\"", a->directory, strerror(errno));
	buf_free(&head);
	if (!error && a->hour.sieve_fd >= 0) {
		char *path = path_of(a, "idx");
		(void)unlink(path);
		mem_free(path);
		close(a->hour.sieve_fd);
		a->hour.sieve_fd = -1;
	}
	return error;
}

/* In its place, for a duty may hold the number. 0 or errno. */
static int open_again(struct archive *a)
{
	int error = 0, fd = open_file(a, suffix_of(a), 0);

	if (fd < 0)
		return errno;
	error = begin_anew(a, fd);
	if (error) {
		close(fd);
		return error;
	}
	if (dup3(fd, a->hour.fd, O_CLOEXEC) < 0)
		error = errno;
	close(fd);
	a->hour.gone = error != 0;
	return error;
}

/* What was full while there was no file yet is lost to the sieve; the reader does without. */
int archive_hour_write(struct archive *a, size_t octets)
{
	int error = 0;

	if (buf_len(&a->out) > 0 && a->hour.fd < 0)
		error = open_both(a);
	else if (a->hour.gone)
		error = open_again(a);
	for (size_t left = octets; !error && left > 0 && buf_len(&a->out) > 0;) {
		ssize_t n = write(a->hour.fd, buf_data(&a->out), left < buf_len(&a->out) ? left : buf_len(&a->out));
		if (n < 0 && errno != EINTR)
			error = errno;
		if (n > 0) {
			left -= (size_t)n;
			a->count.octets += (uint64_t)n;
			buf_consume(&a->out, (size_t)n, KEEP);
		}
	}
	a->count.waiting = buf_len(&a->out);
	return error;
}

void archive_hour_record(struct archive *a, int64_t at_ms, size_t octets)
{
	a->hour.size += octets;
	if (sieve_record(&a->hour.block, at_ms, a->hour.size))
		write_block(a);
}

/* The file is read once more for the sieve, which is made anew: the last run may have left it short. */
int archive_hour_reopen(struct archive *a)
{
	return open_both(a);
}

static void log_end(const struct archive *a, uint64_t records)
{
	uint8_t head[DIGEST_OCTETS];
	char hex[2 * DIGEST_OCTETS + 1], line[256];

	sealer_head(a->sealer, head);
	for (unsigned i = 0; i < DIGEST_OCTETS; i++)
		snprintf(hex + 2 * i, 3, "%02x", head[i]);
	snprintf(line, sizeof(line), "node=%u hour=%s records=%llu last=%llu chain=%s", a->node, a->hour.name,
		 (unsigned long long)records, (unsigned long long)(a->next - 1), hex);
	log_info("-", "event=evidence_hour %s", line);
	if (a->on_hour)
		a->on_hour(a->on_hour_arg, a->hour.name, line);
}

void archive_hour_state(struct archive *a, bool last)
{
	struct archive_hour *h = &a->hour;
	struct buf text = {0};
	uint64_t records = a->sealer ? sealer_count(a->sealer) : 0;

	if (a->sealer && (last || records > h->stated)) {
		sealer_state(a->sealer, loop_wall_ms(a->loop), last, &text);
		h->stated = records;
		a->count.statements++;
		if (last)
			log_end(a, records);
	}
	if (h->fd >= 0 || buf_len(&text) > 0) {
		char *path = path_of(a, "seal");
		archive_keep_seal(a, path, h->fd, last, &text);
		mem_free(path);
	}
	buf_free(&text);
	if (!last)
		return;
	write_block(a);
	if (h->sieve_fd >= 0)
		close(h->sieve_fd);
	h->fd = h->sieve_fd = -1;
	h->begun = false;
}
