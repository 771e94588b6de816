/*
 * tap.c - the life of a capture: from its start to one of its limits; the file. Must not know PDUs' fields
 * (tap_match.c, tap_hide.c) or how a packet looks (tap_pcap.c).
 *
 * What a turn has captured is written at the end of the turn. A file that takes no more ends the capture, and is cut
 * behind the last whole packet, so that it can be read.
 */
#include "link/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "link/tap_hide.h"
#include "link/tap_pcap.h"

#define GATHER 262144u /* octets, after which a turn's are written before its end */

struct tap {
	struct loop *loop;
	struct loop_hook hook;
	struct timer timer;
	bool *on;
	tap_ear ear;
	void *ear_arg;
	int fd; /* -1: none runs */
	uint32_t capture;
	struct tap_match *match;
	struct buf out, copy;
	struct tap_status status;
	int64_t began_us;
	off_t whole; /* octets of the file that are whole packets */
};

static void on_turn(void *arg);

static void on_time(struct timer *timer)
{
	tap_stop(LIST_OF(timer, struct tap, timer), "time");
}

struct tap *tap_new(struct loop *loop, bool *on)
{
	struct tap *t = mem_zalloc(sizeof(*t));

	t->loop = loop;
	t->on = on;
	t->fd = -1;
	t->status.ended = "";
	t->timer.fn = on_time;
	t->hook = (struct loop_hook){.fn = on_turn, .arg = t};
	return t;
}

void tap_free(struct tap *t)
{
	if (t == NULL)
		return;
	tap_stop(t, "the gateway ends");
	mem_free(t);
}

static int make_file(const char *path, char why[TAP_WHY])
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	if (errno == EEXIST)
		snprintf(why, TAP_WHY, "%.120s is there already; a capture never overwrites", path);
	else
		snprintf(why, TAP_WHY, "%.120s: %s; the gateway's user makes the file", path, strerror(errno));
	return -1;
}

int tap_start(struct tap *t, const struct tap_conf *conf, char why[TAP_WHY])
{
	struct tap_status *s = &t->status;

	if (t->fd >= 0) {
		snprintf(why, TAP_WHY, "a capture runs, to %.120s; capture stop ends it", s->file);
		return -1;
	}
	if (conf->file[0] != '/' || strlen(conf->file) >= sizeof(s->file)) {
		snprintf(why, TAP_WHY, "%.120s is not a path from the root", conf->file);
		return -1;
	}
	t->fd = make_file(conf->file, why);
	if (t->fd < 0)
		return -1;
	*s = (struct tap_status){.running = true,
				 .ended = "",
				 .max_frames = conf->max_frames,
				 .max_octets = conf->max_octets,
				 .since_ms = loop_wall_ms(t->loop),
				 .left_ms = conf->for_ms,
				 .no_text = conf->no_text};
	snprintf(s->file, sizeof(s->file), "%s", conf->file);
	tap_filter_text(&conf->filter, s->filter);
	t->match = tap_match_new(&conf->filter);
	t->capture++;
	t->began_us = loop_now_us(t->loop);
	t->whole = 0;
	tap_pcap_head(&t->out);
	s->octets = buf_len(&t->out);
	loop_hook(t->loop, LOOP_LOG, &t->hook);
	loop_timer(t->loop, &t->timer, conf->for_ms);
	*t->on = true;
	log_info("-", "event=capture_started who=%s file=\"%s\" filter=\"%s\" no_text=%d", conf->who, s->file,
		 s->filter, s->no_text);
	return 0;
}

/* 0, or -errno. */
static int write_all(struct tap *t)
{
	while (buf_len(&t->out) > 0) {
		ssize_t n = write(t->fd, buf_data(&t->out), buf_len(&t->out));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		buf_consume(&t->out, (size_t)n, 2 * GATHER);
	}
	t->whole = (off_t)t->status.octets;
	return 0;
}

void tap_stop(struct tap *t, const char *why)
{
	struct tap_status *s = &t->status;
	const char *failed = "";

	if (t->fd < 0)
		return;
	int error = write_all(t);
	if (error < 0) {
		failed = strerror(-error);
		why = error == -ENOSPC || error == -EDQUOT ? "disk full" : "the file cannot be written";
		if (ftruncate(t->fd, t->whole) != 0)
			failed = strerror(errno);
		s->octets = (uint64_t)t->whole;
	}
	close(t->fd);
	t->fd = -1;
	*t->on = t->ear != NULL;
	loop_unhook(t->loop, &t->hook);
	loop_timer_clear(t->loop, &t->timer);
	tap_match_free(t->match);
	t->match = NULL;
	buf_free(&t->out);
	buf_free(&t->copy);
	s->running = false;
	s->ended = why;
	s->left_ms = 0;
	s->ms = (loop_now_us(t->loop) - t->began_us) / 1000;
	log_info("-", "event=capture_ended why=\"%s\" file=\"%s\" frames=%llu octets=%llu error=\"%s\"", why, s->file,
		 (unsigned long long)s->frames, (unsigned long long)s->octets, failed);
}

void tap_listen(struct tap *t, tap_ear fn, void *arg)
{
	t->ear = fn;
	t->ear_arg = arg;
	*t->on = fn != NULL || t->fd >= 0;
}

void tap_hear(const struct tap *t, const struct tap_from *from, bool out, const uint8_t *p, size_t n)
{
	if (t->ear != NULL)
		t->ear(t->ear_arg, from, out, p, n);
}

static void on_turn(void *arg)
{
	struct tap *t = arg;

	if (write_all(t) < 0)
		tap_stop(t, "the file cannot be written");
}

void tap_status(const struct tap *t, struct tap_status *out)
{
	*out = t->status;
	if (!out->running)
		return;
	out->ms = (loop_now_us(t->loop) - t->began_us) / 1000;
	out->left_ms -= out->ms;
}

/* The loop's own time stands still in a turn. */
static int64_t wall_us(const struct tap *t)
{
	struct timespec now;

	if (loop_base(t->loop) == NULL)
		return loop_wall_ms(t->loop) * 1000;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

bool tap_wants(struct tap *t, const struct tap_from *from, bool out, const uint8_t *p, size_t n)
{
	return t->fd >= 0 && n > 0 && tap_match(t->match, from->name, from->session, out, p, n);
}

void tap_put(struct tap *t, const struct tap_from *from, const struct net_addr *local, bool out, const uint8_t *p,
	     size_t n)
{
	struct tap_status *s = &t->status;
	struct tap_place *place = from->place;
	const struct net_addr *peer = from->peer;

	if (s->octets + tap_pcap_size(n) > s->max_octets) {
		tap_stop(t, "size");
		return;
	}
	if (place->capture != t->capture)
		*place = (struct tap_place){.capture = t->capture, .next = {1, 1}};
	size_t before = buf_len(&t->out);
	buf_put(&t->copy, p, n);
	tap_hide(buf_data(&t->copy), n, s->no_text);
	tap_pcap_put(&t->out, wall_us(t), out ? local : peer, out ? peer : local, place->next[out], place->next[!out],
		     buf_data(&t->copy), n);
	buf_consume(&t->copy, n, 4096);
	place->next[out] += (uint32_t)n;
	s->octets += buf_len(&t->out) - before;
	s->frames++;
	if (s->max_frames > 0 && s->frames >= s->max_frames)
		tap_stop(t, "count");
	else if (buf_len(&t->out) > GATHER && write_all(t) < 0)
		tap_stop(t, "the file cannot be written");
}
