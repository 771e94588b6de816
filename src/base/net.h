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
/* All addresses of a name, in the order in which they should be tried, at most max; flags: AI_* of getaddrinfo. How
 * many, at least 1, or -1 with *why. Blocks: for threads of their own. */
__attribute__((warn_unused_result)) int net_resolve_all(const char *host, int64_t port, int flags, struct net_addr *out,
							size_t max, const char **why);
/* A numeric address; false for names. Never blocks. */
bool net_literal(const char *host, int64_t port, struct net_addr *out);
/* "host:port", "[::1]:2775"; false when it is neither. The brackets stay. */
bool net_parse_hostport(const char *text, char host[256], int64_t *port);
/* "127.0.0.1:2775", "[::1]:2775" */
void net_print(const struct net_addr *a, char out[64]);

/* The 16 octets of an address, IPv4 as ::ffff:a.b.c.d; false for other families. */
bool net_octets(const struct net_addr *a, uint8_t out[16]);

struct net_cidr {
	uint8_t addr[16]; /* IPv4 as ::ffff:a.b.c.d */
	uint8_t bits;	  /* 0..128 */
};
/* "10.0.0.0/8", "2001:db8::/32", a bare address = its full length; -1 when malformed or host bits are set. */
__attribute__((warn_unused_result)) int net_cidr_parse(const char *s, struct net_cidr *out);
bool net_cidr_match(const struct net_cidr *list, size_t n, const struct net_addr *a);

#define NET_KEEPALIVE_S	    60
#define NET_USER_TIMEOUT_MS 30000

/* Sockets are non-blocking, close-on-exec, TCP_NODELAY, tuned with the two values above. fd or -1 with errno. */
int net_listen(const struct net_addr *a, int backlog); /* one that was inherited, else a new one */
int net_connect(const struct net_addr *a); /* connection in progress; writable = done, see net_connected() */
int net_connected(int fd);		   /* 0, or the errno of the connection attempt */
int net_accept(int fd, struct net_addr *peer);
/*
 * A dead peer is noticed: probes when nothing came for keepalive_s (then every 15 s, three of them; 0: none), and what
 * we sent is not acknowledged for user_timeout_ms (0: what the kernel does by itself, about 15 min).
 */
void net_tune(int fd, int64_t keepalive_s, int64_t user_timeout_ms);
/* A unix stream listener: removes a stale socket file (nobody answers), mode as given; -1 when a live one is there. */
int net_listen_unix(const char *path, unsigned mode);

#endif
