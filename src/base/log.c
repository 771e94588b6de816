/*
 * log.c - what rooms call to log: levels, masks, limits of what peers can cause. Knows nothing of what is logged, how a
 * line looks (log_form.c) or where it goes (log_target.c). Process-wide on purpose: every room logs, and there is one
 * log.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log_form.h"
#include "base/log_target.h"
#include "base/text.h"

#define LOG_RATE_DEFAULT 20u

static struct {
	bool opened, mask;
	enum log_level level;
	unsigned rate;
	struct log_limit *kept_back; /* rows that have something to tell */
	uint64_t kept_back_lines;
} logger = {.mask = true, .level = LOG_LEVEL_INFO, .rate = LOG_RATE_DEFAULT};

void log_open(int fd, enum log_level level, bool mask)
{
	log_target_open(fd);
	logger.level = level;
	logger.mask = mask;
	logger.opened = true;
}

void log_close(void)
{
	log_target_close();
	logger.opened = false;
	logger.level = LOG_LEVEL_INFO;
	logger.mask = true;
	logger.rate = LOG_RATE_DEFAULT;
}

void log_to(const struct log_target *t)
{
	log_target_set(t);
}

void log_reopen(void)
{
	log_target_reopen();
}

bool log_elsewhere(void)
{
	return log_target_elsewhere();
}

bool log_away(void)
{
	return log_target_away();
}

void log_set_mask(bool mask)
{
	logger.mask = mask;
}

bool log_masks(void)
{
	return logger.mask;
}

void log_set_level(enum log_level level)
{
	logger.level = level;
}

enum log_level log_level(void)
{
	return logger.level;
}

int log_level_by_name(const char *name)
{
	for (int i = LOG_LEVEL_ERROR; i <= LOG_LEVEL_DEBUG; i++) {
		if (strcmp(name, log_form_level((enum log_level)i)) == 0)
			return i;
	}
	return -1;
}

bool log_on(enum log_level level)
{
	return level <= logger.level;
}

void log_write(enum log_level level, const char *id, const char *fmt, ...)
{
	char text[LOG_LINE_MAX + 8], room[LOG_LINE_MAX];
	struct log_line line;
	va_list ap;

	if (level > logger.level)
		return;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	log_form_line(&line, room, level, id, text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1);
	log_target_put(&line);
	if (!logger.opened)
		log_flush();
}

bool log_lines(enum log_level level, const char *key, const char *text, size_t size, unsigned most, size_t *at)
{
	char line[LOG_LINE_MAX + 8];

	for (unsigned i = 0; i < most && *at < size; i++) {
		const char *p = text + *at;
		size_t n = (size_t)((const char *)memchr(p, '\n', size - *at) - p);
		snprintf(line, sizeof(line), "%.*s", (int)n, p);
		for (char *q = line; (q = strchr(q, '"')) != NULL;)
			*q = '\''; /* the whole is between double quotes there */
		log_write(level, "-", "%s=\"%s\"", key, line);
		*at += n + 1;
	}
	return *at < size;
}

void log_set_rate(unsigned per_second)
{
	logger.rate = per_second;
}

static int64_t log_second(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

static void log_keep_back(struct log_limit *l)
{
	l->kept_back++;
	logger.kept_back_lines++;
	if (l->what == NULL || l->listed)
		return;
	l->listed = true;
	l->next = logger.kept_back;
	logger.kept_back = l;
}

bool log_limit(struct log_limit *l, unsigned per_second, unsigned *suppressed)
{
	int64_t now = log_second();

	if (now != l->second) {
		l->second = now;
		l->used = 0;
	}
	if (l->used >= (per_second != LOG_RATE ? per_second : logger.rate)) {
		log_keep_back(l);
		return false;
	}
	l->used++;
	*suppressed = l->kept_back;
	l->kept_back = 0;
	return true;
}

bool log_peer_may(struct log_limit *l)
{
	int64_t now = log_second();

	if (now != l->second) {
		l->second = now;
		l->used = 0;
	}
	if (l->used < logger.rate) {
		l->used++;
		return true;
	}
	log_keep_back(l);
	return false;
}

/* The name of a kind of line is what stands behind event= in it. */
static void log_tell_kept_back(struct log_limit *l)
{
	const char *what = strncmp(l->what, "event=", 6) == 0 ? l->what + 6 : l->what;

	if (l->kept_back > 0)
		log_write(LOG_LEVEL_WARN, "-", "event=lines_kept_back what=%.*s count=%u limit=%u",
			  (int)strcspn(what, " %"), what, l->kept_back, logger.rate);
	l->kept_back = 0;
}

void log_turn(void)
{
	if (logger.kept_back != NULL) {
		int64_t now = log_second();
		struct log_limit **at = &logger.kept_back;
		for (struct log_limit *l; (l = *at) != NULL;) {
			if (l->second == now) {
				at = &l->next;
				continue;
			}
			*at = l->next;
			l->listed = false;
			log_tell_kept_back(l);
		}
	}
	log_flush();
}

uint64_t log_kept_back(void)
{
	return logger.kept_back_lines;
}

/* The octets of p as printable ASCII, at most cap - 1. */
static const char *log_plain(const char *s, size_t n, char *out, size_t cap)
{
	size_t len = n < cap - 1 ? n : cap - 1;

	for (size_t i = 0; i < len; i++)
		out[i] = s[i] > ' ' && s[i] < 0x7f ? s[i] : '?';
	out[len] = '\0';
	return out;
}

const char *log_number(const void *p, size_t n, char out[32])
{
	return logger.mask ? log_masked(p, n, out) : log_plain(p, n, out, 32);
}

const char *log_masked(const void *p, size_t n, char out[32])
{
	const char *s = p;
	char tail[5] = "";

	if (n < 7)
		return log_plain(s, n, out, 32);
	if (n >= 13 && s[0] == '+' && s[1] == '8' && s[2] == '6') {
		s += 3;
		n -= 3;
	} else if (n >= 13 && s[0] == '8' && s[1] == '6') {
		s += 2;
		n -= 2;
	}

	size_t keep = n >= 10 ? 4 : 2; /* of the end, so that a short number still hides some */
	log_plain(s + n - keep, keep, tail, sizeof(tail));
	log_plain(s, 3, out, 32);
	memcpy(out + 3, "****", 4);
	memcpy(out + 7, tail, keep + 1);
	return out;
}

const char *log_text(const void *utf8, size_t n, char out[128])
{
	const char *s = utf8;

	if (logger.mask) {
		size_t chars = 0;
		for (size_t pos = 0; pos < n; chars++)
			(void)text_get(s, n, &pos);
		snprintf(out, 128, "len=%zu", chars);
		return out;
	}
	out[log_form_clean(out, s, text_cut(s, n, 127))] = '\0';
	return out;
}

void log_flush(void)
{
	log_target_flush();
}

uint64_t log_dropped(void)
{
	return log_target_dropped();
}
