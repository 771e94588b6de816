/*
 * proxy.h - the header that a load balancer puts before a connection's first octet: PROXY protocol, version 2, binary
 * (haproxy.org/download/1.8/doc/proxy-protocol.txt, section 2.2). Pure: octets in, an address out.
 */
#ifndef LINK_PROXY_H
#define LINK_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/net.h"

#define PROXY_FIXED 16			 /* octets before the addresses: signature, version, family, length */
#define PROXY_MAX   (PROXY_FIXED + 4096) /* octets: the longest header that is taken, TLVs included */

enum proxy_verdict { PROXY_MORE, PROXY_TAKEN, PROXY_REFUSED };

struct proxy_header {
	size_t octets;		/* PROXY_MORE: how many there must be for the next look, never more than the header has;
				   PROXY_TAKEN: the header's length */
	bool local;		/* LOCAL: the balancer speaks for itself (a health check); no client */
	struct net_addr client; /* not local: who connected to the balancer */
	const char *why;	/* PROXY_REFUSED: static text */
};

/* What the first n octets of a connection are. Octets behind the header are not looked at. */
enum proxy_verdict proxy_parse(const uint8_t *p, size_t n, struct proxy_header *out);

#endif
