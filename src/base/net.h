/*
 * net.h - addresses: parsing, printing, CIDR lists; sockets with the options every link of ours has.
 */
#ifndef BASE_NET_H
#define BASE_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct net_addr {
	struct sockaddr_storage ss;
	socklen_t len;
};

/*
 * A numeric IPv4/IPv6 address ("::1" or "[::1]") or a name (resolved by getaddrinfo, blocking: only at start and
 * reconnect); port 0..65535. 0, or -1 with *why static text.
 */
__attribute__((warn_unused_result)) int net_resolve(const char *host, int64_t port, struct net_addr *out,
						    const char **why);
/* "127.0.0.1:2775", "[::1]:2775" */
void net_print(const struct net_addr *a, char out[64]);

struct net_cidr {
	uint8_t addr[16]; /* IPv4 as ::ffff:a.b.c.d */
	uint8_t bits;	  /* 0..128 */
};
/* "10.0.0.0/8", "2001:db8::/32", a bare address = its full length; -1 when malformed or host bits are set. */
__attribute__((warn_unused_result)) int net_cidr_parse(const char *s, struct net_cidr *out);
bool net_cidr_match(const struct net_cidr *list, size_t n, const struct net_addr *a);

/* Sockets are non-blocking, close-on-exec, TCP_NODELAY, keepalive. fd or -1 with errno. */
int net_listen(const struct net_addr *a, int backlog);
int net_connect(const struct net_addr *a); /* connection in progress; writable = done, see net_connected() */
int net_connected(int fd);		   /* 0, or the errno of the connection attempt */
int net_accept(int fd, struct net_addr *peer);
/* A unix stream listener: removes a stale socket file (nobody answers), mode as given; -1 when a live one is there. */
int net_listen_unix(const char *path, unsigned mode);

#endif
