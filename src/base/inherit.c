/*
 * inherit.c - listening sockets that this process was given. Must not know who gave them, nor what they are for.
 */
#include "base/inherit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"

#define FIRST_FD 3 /* of $LISTEN_FDS, by its protocol */
#define MOST_FDS 1048576u

static struct {
	int fd[INHERIT_MAX];
	size_t n;
} given;

/* A TCP socket that listens; its address. */
static bool is_listener(int fd, struct net_addr *at)
{
	int listens = 0;
	socklen_t n = sizeof(listens);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) != 0 || !listens)
		return false;
	memset(at, 0, sizeof(*at));
	at->len = sizeof(at->ss);
	return getsockname(fd, (struct sockaddr *)&at->ss, &at->len) == 0 &&
	       (at->ss.ss_family == AF_INET || at->ss.ss_family == AF_INET6);
}

static in_port_t port_of(const struct net_addr *a)
{
	return a->ss.ss_family == AF_INET ? ((const struct sockaddr_in *)&a->ss)->sin_port
					  : ((const struct sockaddr_in6 *)&a->ss)->sin6_port;
}

static bool is_same(const struct net_addr *a, const struct net_addr *b)
{
	uint8_t x[16], y[16];

	return a->ss.ss_family == b->ss.ss_family && port_of(a) == port_of(b) && net_octets(a, x) && net_octets(b, y) &&
	       memcmp(x, y, sizeof(x)) == 0;
}

static void drop(size_t i)
{
	char name[INHERIT_NAME];

	log_info("-", "event=inherited_closed socket=%s why=\"nothing listens there by this configuration\"",
		 inherit_name(given.fd[i], name) ? name : "?");
	close(given.fd[i]);
	given.fd[i] = given.fd[--given.n];
}

void inherit_add(int fd)
{
	struct net_addr at;

	if (given.n == INHERIT_MAX || !is_listener(fd, &at)) {
		log_warn("-", "event=inherited_closed fd=%d why=\"no listening TCP socket, or more than %u\"", fd,
			 INHERIT_MAX);
		close(fd);
		return;
	}
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	given.fd[given.n++] = fd;
}

void inherit_from_environment(void (*each)(const char *name, void *arg), void *arg)
{
	const char *count = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID"), *names = getenv("LISTEN_FDNAMES");
	long n = count && pid && strtol(pid, NULL, 10) == getpid() ? strtol(count, NULL, 10) : 0;

	for (int fd = FIRST_FD; n > 0 && n < (long)MOST_FDS && fd < FIRST_FD + (int)n; fd++)
		inherit_add(fd);
	for (const char *at = names; n > 0 && at && *at;) {
		char name[256];
		size_t len = strcspn(at, ":");
		snprintf(name, sizeof(name), "%.*s", (int)len, at);
		each(name, arg);
		at += len + (at[len] == ':');
	}
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDNAMES");
}

int inherit_find(const struct net_addr *want)
{
	struct net_addr at;

	for (size_t i = 0; i < given.n; i++) {
		if (!is_listener(given.fd[i], &at) || !is_same(&at, want))
			continue;
		int fd = given.fd[i];
		given.fd[i] = given.fd[--given.n];
		return fd;
	}
	for (size_t i = given.n; i > 0; i--) {
		if (is_listener(given.fd[i - 1], &at) && port_of(&at) == port_of(want))
			drop(i - 1);
	}
	return -1;
}

void inherit_end(void)
{
	while (given.n > 0)
		drop(given.n - 1);
}

size_t inherit_listening(int *fds, size_t max)
{
	struct rlimit limit;
	struct net_addr at;
	size_t n = 0;
	rlim_t end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < MOST_FDS ? limit.rlim_cur : MOST_FDS;

	for (int fd = FIRST_FD; (rlim_t)fd < end && n < max; fd++) {
		if (is_listener(fd, &at))
			fds[n++] = fd;
	}
	return n;
}

bool inherit_name(int fd, char out[INHERIT_NAME])
{
	struct net_addr at;
	char host[INET6_ADDRSTRLEN] = "?";

	if (!is_listener(fd, &at))
		return false;
	const void *octets = at.ss.ss_family == AF_INET ? (const void *)&((struct sockaddr_in *)&at.ss)->sin_addr
							: (const void *)&((struct sockaddr_in6 *)&at.ss)->sin6_addr;
	inet_ntop(at.ss.ss_family, octets, host, sizeof(host));
	for (char *c = host; *c; c++) {
		if (*c == ':') /* parts the names from each other */
			*c = '_';
	}
	snprintf(out, INHERIT_NAME, "tcp-%s-%u", host, (unsigned)ntohs(port_of(&at)));
	return true;
}
