/*
 * handover.c - see handover.h. Must not know what the sockets are for, nor what becomes of messages.
 */
#include "handover.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/inherit.h"
#include "base/log.h"
#include "base/mem.h"
#include "noc/console.h"
#include "path/flow.h"

#define TICK_MS		20
#define GIVE_TRY	100 /* ticks for the sockets to find room */
#define SIGN_TICK	10  /* ticks between two lines of progress: a successor that has died is found by them */
#define ANSWER_S	10  /* without a line the old one is not there any more */
#define LINE_MAX_OCTETS 1200

struct handover {
	struct loop *loop;
	struct flow *flow;
	struct console_later *later; /* NULL: nobody has asked */
	struct timer tick;
	unsigned ticks, tries;
	bool dry;
	int witness; /* the connection: its end is ours; -1: nothing is given yet */
	void (*on_left)(void *arg);
	void *arg;
};

/* --- the old one --- */

static void on_dry(void *arg)
{
	struct handover *h = arg;
	h->dry = true;
	loop_timer(h->loop, &h->tick, 0);
}

static void give(struct handover *h)
{
	int fds[CONSOLE_MAX_GIVEN];
	size_t n = inherit_listening(fds, CONSOLE_MAX_GIVEN);
	h->witness = console_give(h->later, fds, n, "leaving");
	if (h->witness < 0)
		return;
	log_info("-", "event=handed_over sockets=%zu", n);
	flow_yield(h->flow, h->on_left, h->arg);
}

static void on_tick(struct timer *t)
{
	struct handover *h = LIST_OF(t, struct handover, tick);
	if (!console_later_waits(h->later)) {
		handover_cancel(h, "who asked has gone");
		return;
	}
	if (h->dry) {
		give(h);
		if (h->witness < 0 && ++h->tries > GIVE_TRY)
			handover_cancel(h, "the sockets could not be sent");
		else if (h->witness < 0)
			loop_timer(h->loop, t, TICK_MS);
		return;
	}
	if (h->ticks++ % SIGN_TICK == 0)
		console_progress(h->later, "draining");
	loop_timer(h->loop, t, TICK_MS);
}

struct handover *handover_new(struct loop *l, void (*on_left)(void *arg), void *arg)
{
	struct handover *h = mem_zalloc(sizeof(*h));
	h->loop = l;
	h->on_left = on_left;
	h->arg = arg;
	h->tick.fn = on_tick;
	h->witness = -1;
	return h;
}

/* The witness stays open: its end tells the other one that this process is gone, whatever it still has to do. */
void handover_free(struct handover *h)
{
	if (!h)
		return;
	loop_timer_clear(h->loop, &h->tick);
	if (h->later)
		console_finish(h->later, h->witness < 0 ? "the gateway ends" : NULL);
	mem_free(h);
}

int handover_begin(struct handover *h, struct flow *f, struct console_later *later, char *why, size_t size)
{
	if (h->later || !flow_drain(f, on_dry, h)) {
		snprintf(why, size, "this gateway is leaving or being taken over already");
		return -1;
	}
	h->flow = f;
	h->later = later;
	h->dry = false;
	h->ticks = h->tries = 0;
	log_info("-", "event=handover_begins");
	loop_timer(h->loop, &h->tick, TICK_MS);
	return 0;
}

void handover_cancel(struct handover *h, const char *why)
{
	if (!h || !h->later || h->witness >= 0)
		return;
	log_warn("-", "event=handover_cancelled why=\"%s\"", why);
	loop_timer_clear(h->loop, &h->tick);
	flow_drain_stop(h->flow);
	console_finish(h->later, why);
	h->later = NULL;
}

bool handover_given(const struct handover *h)
{
	return h && h->witness >= 0;
}

/* --- the new one --- */

struct asking {
	int fd;
	char line[LINE_MAX_OCTETS];
	size_t n;
	bool leaving; /* the sockets are here, the old one ends */
};

/* -1 with errno; 1: nobody is there. */
static int dial(const char *socket_path, struct asking *a)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	const struct timeval limit = {.tv_sec = ANSWER_S};
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", socket_path);
	a->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (a->fd < 0)
		return -1;
	(void)setsockopt(a->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(a->fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return 0;
	return errno == ENOENT || errno == ECONNREFUSED ? 1 : -1;
}

static void take_sockets(struct msghdr *message)
{
	for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head; head = CMSG_NXTHDR(message, head)) {
		if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(head) + i * sizeof(int), sizeof(fd));
			inherit_add(fd);
		}
	}
}

/* As recv(2), into the line; sockets that come with it are inherited. */
static ssize_t hear(struct asking *a)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int) * CONSOLE_MAX_GIVEN)];
	} control;
	struct iovec octets = {.iov_base = a->line + a->n, .iov_len = sizeof(a->line) - 1 - a->n};
	struct msghdr message = {.msg_iov = &octets,
				 .msg_iovlen = 1,
				 .msg_control = control.room,
				 .msg_controllen = sizeof(control.room)};
	ssize_t n;
	do
		n = recvmsg(a->fd, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		take_sockets(&message);
		a->n += (size_t)n;
		a->line[a->n] = '\0';
	}
	return n;
}

/* Whole lines: 0, or -1 with why when one of them is a refusal. */
static int read_lines(struct asking *a, char *why, size_t size)
{
	for (char *end; (end = strchr(a->line, '\n')) != NULL;) {
		*end = '\0';
		if (strncmp(a->line, "error ", 6) == 0) {
			snprintf(why, size, "the running gateway refuses: %s", a->line + 6);
			return -1;
		}
		if (strcmp(a->line, "progress leaving") == 0)
			a->leaving = true;
		a->n -= (size_t)(end + 1 - a->line);
		memmove(a->line, end + 1, a->n + 1);
	}
	if (a->n < sizeof(a->line) - 1)
		return 0;
	snprintf(why, size, "the running gateway answers with what is no line");
	return -1;
}

static int listen_to_it(struct asking *a, char *why, size_t size)
{
	for (;;) {
		ssize_t n = hear(a);
		if (n > 0 && read_lines(a, why, size) < 0)
			return -1;
		if (n > 0)
			continue;
		if (a->leaving && n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			log_warn("-", "event=takeover_waits why=\"the gateway before this one has not ended yet\"");
			continue;
		}
		if (a->leaving)
			return 0;
		snprintf(why, size, "the running gateway %s", n == 0 ? "has ended the handover" : "does not answer");
		return -1;
	}
}

int handover_ask(const char *socket_path, unsigned node, char *why, size_t size)
{
	struct asking a = {.fd = -1};
	char ask[64];
	int result = *socket_path ? dial(socket_path, &a) : -1;
	if (result < 0)
		snprintf(why, size, "console.socket %s: %s", socket_path,
			 *socket_path ? strerror(errno) : "is off; a takeover needs it");
	if (result == 1)
		log_info("-", "event=takeover_of_nobody socket=%s", socket_path);
	if (result == 0) {
		int n = snprintf(ask, sizeof(ask), "handover %s %u\n", CONSOLE_HANDOVER_FORM, node);
		log_info("-", "event=takeover socket=%s", socket_path);
		(void)!send(a.fd, ask, (size_t)n, MSG_NOSIGNAL);
		result = listen_to_it(&a, why, size);
	}
	if (a.fd >= 0)
		close(a.fd);
	return result < 0 ? -1 : 0;
}
