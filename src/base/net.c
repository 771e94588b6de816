/*
 * net.c - addresses and sockets. Knows the options every socket of ours has; knows no protocol and no event loop.
 */
#include "base/net.h"
#include "base/inherit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The host without the brackets of an IPv6 address; false when there are none or what is in them is too long. */
static bool net_unbracket(const char *host, char bare[INET6_ADDRSTRLEN])
{
	size_t n = strlen(host);

	if (n <= 2 || n - 2 >= INET6_ADDRSTRLEN || host[0] != '[' || host[n - 1] != ']')
		return false;
	memcpy(bare, host + 1, n - 2);
	bare[n - 2] = '\0';
	return true;
}

int net_resolve_all(const char *host, int64_t port, int flags, struct net_addr *out, size_t max, const char **why)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags}, *list = NULL;
	char service[8], bare[INET6_ADDRSTRLEN];
	int n = 0;

	if (port < 0 || port > 65535) {
		*why = "the port must be 0..65535";
		return -1;
	}
	if (net_unbracket(host, bare)) {
		host = bare;
		hints.ai_flags |= AI_NUMERICHOST;
	}
	snprintf(service, sizeof(service), "%u", (unsigned)port);
	hints.ai_flags |= AI_NUMERICSERV;
	int rc = getaddrinfo(host, service, &hints, &list);
	if (rc != 0) {
		*why = rc == EAI_SYSTEM ? "the name service failed" : gai_strerror(rc);
		return -1;
	}
	for (const struct addrinfo *ai = list; ai != NULL && (size_t)n < max; ai = ai->ai_next) {
		memset(&out[n], 0, sizeof(out[n]));
		memcpy(&out[n].ss, ai->ai_addr, ai->ai_addrlen);
		out[n++].len = ai->ai_addrlen;
	}
	freeaddrinfo(list);
	return n;
}

int net_resolve(const char *host, int64_t port, struct net_addr *out, const char **why)
{
	return net_resolve_all(host, port, 0, out, 1, why) == 1 ? 0 : -1;
}

bool net_literal(const char *host, int64_t port, struct net_addr *out)
{
	const char *why;

	return net_resolve_all(host, port, AI_NUMERICHOST, out, 1, &why) == 1;
}

bool net_parse_hostport(const char *text, char host[256], int64_t *port)
{
	const char *colon = strrchr(text, ':');
	size_t n = colon != NULL ? (size_t)(colon - text) : 0;
	char *end;

	if (n == 0 || n > 255)
		return false;
	bool bracketed = text[0] == '[' && text[n - 1] == ']';
	if (!bracketed && memchr(text, ':', n) != NULL)
		return false; /* an IPv6 address whose port nobody can tell */
	if (colon[1] < '0' || colon[1] > '9')
		return false;
	long v = strtol(colon + 1, &end, 10);
	if (*end != '\0' || v < 1 || v > 65535)
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	*port = v;
	return true;
}

void net_print(const struct net_addr *a, char out[64])
{
	char text[INET6_ADDRSTRLEN] = "?";
	const void *ss = &a->ss;

	if (a->ss.ss_family == AF_INET) {
		const struct sockaddr_in *in = ss;
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
		snprintf(out, 64, "%s:%u", text, ntohs(in->sin_port));
	} else if (a->ss.ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = ss;
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
		snprintf(out, 64, "[%s]:%u", text, ntohs(in6->sin6_port));
	} else {
		snprintf(out, 64, "%s", a->ss.ss_family == AF_UNIX ? "unix" : "?");
	}
}

bool net_octets(const struct net_addr *a, uint8_t out[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	const void *ss = &a->ss;

	if (a->ss.ss_family == AF_INET) {
		memcpy(out, mapped, 12);
		memcpy(out + 12, &((const struct sockaddr_in *)ss)->sin_addr, 4);
		return true;
	}
	if (a->ss.ss_family == AF_INET6) {
		memcpy(out, &((const struct sockaddr_in6 *)ss)->sin6_addr, 16);
		return true;
	}
	return false;
}

/* Whether the first bits of a and b agree. */
static bool net_same_bits(const uint8_t a[16], const uint8_t b[16], unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || (uint8_t)((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

/* Decimal digits only, up to max; -1 otherwise. */
static int net_parse_bits(const char *s, int max)
{
	int v = 0;

	if (*s == '\0' || strlen(s) > 3)
		return -1;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		v = v * 10 + (*s - '0');
	}
	return v <= max ? v : -1;
}

int net_cidr_parse(const char *s, struct net_cidr *out)
{
	char text[INET6_ADDRSTRLEN];
	const char *slash = strchr(s, '/');
	size_t n = slash != NULL ? (size_t)(slash - s) : strlen(s);
	struct net_cidr c = {.addr = {[10] = 0xff, [11] = 0xff}};
	int full, bits;

	if (n == 0 || n >= sizeof(text))
		return -1;
	memcpy(text, s, n);
	text[n] = '\0';
	if (inet_pton(AF_INET, text, c.addr + 12) == 1)
		full = 32;
	else if (inet_pton(AF_INET6, text, c.addr) == 1)
		full = 128;
	else
		return -1;
	bits = slash != NULL ? net_parse_bits(slash + 1, full) : full;
	if (bits < 0)
		return -1;
	c.bits = (uint8_t)(bits + 128 - full);
	for (unsigned bit = c.bits; bit < 128; bit++) {
		if ((c.addr[bit / 8] >> (7 - bit % 8) & 1) != 0)
			return -1;
	}
	*out = c;
	return 0;
}

bool net_cidr_match(const struct net_cidr *list, size_t n, const struct net_addr *a)
{
	uint8_t octets[16];

	if (!net_octets(a, octets))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (net_same_bits(list[i].addr, octets, list[i].bits))
			return true;
	}
	return false;
}

static void net_set(int fd, int level, int option, int value)
{
	/* options are wishes: a socket without one still works */
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

void net_tune(int fd, int64_t keepalive_s, int64_t user_timeout_ms)
{
	net_set(fd, SOL_SOCKET, SO_KEEPALIVE, keepalive_s > 0);
	if (keepalive_s > 0) {
		net_set(fd, IPPROTO_TCP, TCP_KEEPIDLE, (int)keepalive_s);
		net_set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 15);
		net_set(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
	}
	net_set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)user_timeout_ms);
}

/* What every TCP connection has from the start: no Nagle delay, and a dead peer is noticed when we have nothing to
 * send, too. */
static void net_set_stream(int fd, int family)
{
	if (family != AF_INET && family != AF_INET6)
		return;
	net_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	net_tune(fd, NET_KEEPALIVE_S, NET_USER_TIMEOUT_MS);
}

static int net_close_failed(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return -1;
}

int net_listen(const struct net_addr *a, int backlog)
{
	const void *ss = &a->ss;
	int fd = inherit_find(a);

	if (fd >= 0)
		return listen(fd, backlog) == 0 ? fd : net_close_failed(fd);
	fd = socket(a->ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	net_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (a->ss.ss_family == AF_INET6)
		net_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	net_set_stream(fd, a->ss.ss_family);
	if (bind(fd, ss, a->len) != 0 || listen(fd, backlog) != 0)
		return net_close_failed(fd);
	return fd;
}

int net_connect(const struct net_addr *a)
{
	const void *ss = &a->ss;
	int fd = socket(a->ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	net_set_stream(fd, a->ss.ss_family);
	if (connect(fd, ss, a->len) != 0 && errno != EINPROGRESS)
		return net_close_failed(fd);
	return fd;
}

int net_connected(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		return errno;
	return error;
}

int net_accept(int fd, struct net_addr *peer)
{
	void *ss = &peer->ss;

	memset(peer, 0, sizeof(*peer));
	peer->len = sizeof(peer->ss);
	int conn = accept4(fd, ss, &peer->len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (conn >= 0)
		net_set_stream(conn, peer->ss.ss_family);
	return conn;
}

/* Whether someone accepts connections at a unix socket. */
static bool net_unix_alive(const struct sockaddr_un *un)
{
	const void *sa = un;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return true; /* cannot tell: leave the file alone */
	bool alive = connect(fd, sa, sizeof(*un)) == 0 || (errno != ECONNREFUSED && errno != ENOENT);
	close(fd);
	return alive;
}

int net_listen_unix(const char *path, unsigned mode)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	const void *sa = &un;
	struct stat st;

	if (strlen(path) >= sizeof(un.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(un.sun_path, path);
	if (lstat(path, &st) == 0) {
		if (!S_ISSOCK(st.st_mode) || net_unix_alive(&un)) {
			errno = EADDRINUSE;
			return -1;
		}
		if (unlink(path) != 0)
			return -1;
	}

	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	mode_t old = umask(0177); /* nobody else gets in before the mode is set */
	int rc = bind(fd, sa, sizeof(un));
	umask(old);
	if (rc != 0)
		return net_close_failed(fd);
	if (chmod(path, (mode_t)mode) != 0 || listen(fd, 64) != 0) {
		rc = net_close_failed(fd);
		(void)unlink(path);
		return rc;
	}
	return fd;
}
