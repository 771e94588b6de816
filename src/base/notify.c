/*
 * notify.c - tells the service manager: a datagram per line of sd_notify(3), never waiting for it. Must not know what
 * the process does, nor when it is ready.
 */
#include "base/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

#define STATUS_MAX  300
#define LINE_OCTETS 400
#define AGAIN_MS    100 /* until what found no room is told again */

struct notify {
	struct loop *loop;
	struct sockaddr_un manager;
	socklen_t manager_len;
	int fd;
	struct timer watchdog, again;
	int64_t watchdog_ms;	/* between two signs of life; 0: nobody watches */
	char owed[LINE_OCTETS]; /* a state that found no room; "": none */
	char status[STATUS_MAX + 1];
	bool told_fault;
};

/* --- sending --- */

/* False: there was no room, try again. A fault is told once; the manager finds out by its time-out. */
static bool say(struct notify *n, const char *line)
{
	const struct sockaddr *to = (const struct sockaddr *)&n->manager;
	if (sendto(n->fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT, to, n->manager_len) >= 0)
		return true;
	if (errno == EAGAIN || errno == ENOBUFS || errno == EINTR)
		return false;
	if (!n->told_fault)
		log_warn("-", "event=notify_failed error=\"%s\" action=\"the service manager does not hear us\"",
			 strerror(errno));
	n->told_fault = true;
	return true;
}

static void say_state(struct notify *n, const char *line)
{
	n->owed[0] = '\0';
	if (say(n, line))
		return;
	snprintf(n->owed, sizeof(n->owed), "%s", line);
	loop_timer(n->loop, &n->again, AGAIN_MS);
}

static void on_again(struct timer *t)
{
	struct notify *n = LIST_OF(t, struct notify, again);
	char line[LINE_OCTETS];
	memcpy(line, n->owed, sizeof(line));
	if (line[0])
		say_state(n, line);
}

static void on_watchdog(struct timer *t)
{
	struct notify *n = LIST_OF(t, struct notify, watchdog);
	loop_timer(n->loop, t, say(n, "WATCHDOG=1") ? n->watchdog_ms : AGAIN_MS);
}

/* --- making --- */

/* An absolute path, or a name that begins with @ (Linux' abstract names). */
static bool take_address(struct notify *n, const char *name)
{
	size_t len = strlen(name);
	if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof(n->manager.sun_path))
		return false;
	n->manager.sun_family = AF_UNIX;
	memcpy(n->manager.sun_path, name, len);
	n->manager_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/'));
	if (name[0] == '@')
		n->manager.sun_path[0] = '\0';
	return true;
}

/* ms between two signs of life, 0: nobody watches this process. */
static int64_t watchdog_interval(const char *usec, const char *pid)
{
	if (!usec || (pid && strtoll(pid, NULL, 10) != getpid()))
		return 0;
	int64_t us = strtoll(usec, NULL, 10);
	if (us <= 0)
		return 0;
	return us / 2000 > 0 ? us / 2000 : 1;
}

static struct notify *make(struct loop *l, const char *name)
{
	struct notify *n = mem_zalloc(sizeof(*n));
	n->loop = l;
	n->again.fn = on_again;
	n->watchdog.fn = on_watchdog;
	n->fd = -1;
	if (!take_address(n, name))
		log_warn("-", "event=notify_failed socket=\"%s\" error=\"not an absolute path or @name\"", name);
	else if ((n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		log_warn("-", "event=notify_failed socket=\"%s\" error=\"%s\"", name, strerror(errno));
	if (n->fd >= 0)
		return n;
	mem_free(n);
	return NULL;
}

struct notify *notify_new(struct loop *l)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct notify *n = name && name[0] ? make(l, name) : NULL;
	if (n)
		n->watchdog_ms = watchdog_interval(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	if (n && n->watchdog_ms > 0)
		loop_timer(l, &n->watchdog, n->watchdog_ms);
	return n;
}

void notify_free(struct notify *n)
{
	if (!n)
		return;
	loop_timer_clear(n->loop, &n->watchdog);
	loop_timer_clear(n->loop, &n->again);
	close(n->fd);
	mem_free(n);
}

/* --- telling --- */

void notify_ready(struct notify *n)
{
	if (n)
		say_state(n, "READY=1");
}

void notify_reloading(struct notify *n)
{
	struct timespec now;
	char line[LINE_OCTETS];
	if (!n)
		return;
	/* the manager compares it with its own clock: not the time of the turn, which is older */
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(line, sizeof(line), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		 (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	say_state(n, line);
}

void notify_stopping(struct notify *n)
{
	if (n)
		say_state(n, "STOPPING=1");
}

void notify_status(struct notify *n, const char *fmt, ...)
{
	char text[STATUS_MAX + 1], line[LINE_OCTETS];
	va_list args;
	if (!n)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	for (char *c = text; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	}
	if (strcmp(text, n->status) == 0)
		return;
	snprintf(line, sizeof(line), "STATUS=%s", text);
	if (say(n, line)) /* else the next text is another one, or this one again */
		memcpy(n->status, text, sizeof(n->status));
}

void notify_keep(struct notify *n, int fd, const char *name)
{
	char line[LINE_OCTETS];
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	if (!n)
		return;
	snprintf(line, sizeof(line), "FDSTORE=1\nFDNAME=%s", name);
	struct iovec octets = {.iov_base = line, .iov_len = strlen(line)};
	struct msghdr message = {.msg_name = &n->manager,
				 .msg_namelen = n->manager_len,
				 .msg_iov = &octets,
				 .msg_iovlen = 1,
				 .msg_control = control.room,
				 .msg_controllen = sizeof(control.room)};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	if (sendmsg(n->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_warn("-", "event=notify_failed what=keep socket=%s error=\"%s\"", name, strerror(errno));
}

void notify_let_go(struct notify *n, const char *name)
{
	char line[LINE_OCTETS];
	if (!n)
		return;
	snprintf(line, sizeof(line), "FDSTOREREMOVE=1\nFDNAME=%s", name);
	if (!say(n, line))
		log_warn("-", "event=notify_full line=\"%s\"", line);
}

void notify_extend(struct notify *n, int64_t ms)
{
	char line[LINE_OCTETS];
	if (!n)
		return;
	snprintf(line, sizeof(line), "EXTEND_TIMEOUT_USEC=%" PRId64, ms * 1000);
	if (!say(n, line))
		log_debug("-", "event=notify_full line=\"%s\"", line);
}
