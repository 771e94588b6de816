/*
 * proxy.c - reads a PROXY protocol header, version 2. Knows no sockets and no SMPP.
 *
 * Only TCP over IPv4 and IPv6 has an address that `allow` can judge; other families are refused rather than let in
 * under the balancer's address. Version 1 is text whose end must be searched for; it is refused with its own reason,
 * because a balancer that speaks it can be told to speak version 2.
 */
#include "link/proxy.h"

#include <netinet/in.h>
#include <string.h>

#define PROXY_SIGNATURE 12 /* octets */
#define PROXY_INET	12 /* octets: two addresses, two ports */
#define PROXY_INET6	36

enum { PROXY_CMD_LOCAL, PROXY_CMD_PROXY };			    /* low half of octet 12 */
enum { PROXY_UNSPEC = 0x00, PROXY_TCP4 = 0x11, PROXY_TCP6 = 0x21 }; /* octet 13: family and transport */

static const uint8_t signature[PROXY_SIGNATURE] = "\r\n\r\n\0\r\nQUIT\n";
static const uint8_t text_start[] = {'P', 'R', 'O', 'X', 'Y'};

static enum proxy_verdict proxy_refuse(struct proxy_header *out, const char *why)
{
	out->why = why;
	return PROXY_REFUSED;
}

static enum proxy_verdict proxy_more(struct proxy_header *out, size_t octets)
{
	out->octets = octets;
	return PROXY_MORE;
}

static size_t proxy_least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void proxy_inet(const uint8_t *at, struct net_addr *out)
{
	struct sockaddr_in in = {.sin_family = AF_INET};

	memcpy(&in.sin_addr, at, 4);
	memcpy(&in.sin_port, at + 8, 2);
	memcpy(&out->ss, &in, sizeof(in));
	out->len = sizeof(in);
}

static void proxy_inet6(const uint8_t *at, struct net_addr *out)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	memcpy(&in6.sin6_addr, at, 16);
	memcpy(&in6.sin6_port, at + 32, 2);
	memcpy(&out->ss, &in6, sizeof(in6));
	out->len = sizeof(in6);
}

/* What the fixed part says can be wrong before the rest is there. length: of what follows it. */
static const char *proxy_fault(const uint8_t *p, size_t length)
{
	unsigned version = p[12] >> 4, command = p[12] & 0x0F, family = p[13];

	if (version != 2)
		return "a PROXY header of an unknown version; version 2 is taken";
	if (command > PROXY_CMD_PROXY)
		return "a PROXY header with an unknown command";
	if (length > PROXY_MAX - PROXY_FIXED)
		return "a PROXY header that is longer than 4112 octets";
	if (command == PROXY_CMD_LOCAL)
		return NULL;
	if (family != PROXY_TCP4 && family != PROXY_TCP6)
		return "a PROXY header without an address of TCP over IPv4 or IPv6";
	if (length < (family == PROXY_TCP4 ? PROXY_INET : PROXY_INET6))
		return "a PROXY header that is too short for its addresses";
	return NULL;
}

enum proxy_verdict proxy_parse(const uint8_t *p, size_t n, struct proxy_header *out)
{
	memset(out, 0, sizeof(*out));
	if (n == 0)
		return proxy_more(out, PROXY_FIXED);
	if (memcmp(p, text_start, proxy_least(n, sizeof(text_start))) == 0)
		return proxy_refuse(out, "a PROXY header of version 1 (text): set the balancer to version 2");
	if (memcmp(p, signature, proxy_least(n, sizeof(signature))) != 0)
		return proxy_refuse(out, "no PROXY header: is it a balancer, and does it send one (version 2)?");
	if (n < PROXY_FIXED)
		return proxy_more(out, PROXY_FIXED);
	size_t length = (size_t)p[14] << 8 | p[15];
	const char *why = proxy_fault(p, length);
	if (why != NULL)
		return proxy_refuse(out, why);
	if (n < PROXY_FIXED + length)
		return proxy_more(out, PROXY_FIXED + length);
	out->octets = PROXY_FIXED + length;
	out->local = (p[12] & 0x0F) == PROXY_CMD_LOCAL;
	if (!out->local && p[13] == PROXY_TCP4)
		proxy_inet(p + PROXY_FIXED, &out->client);
	else if (!out->local)
		proxy_inet6(p + PROXY_FIXED, &out->client);
	return PROXY_TAKEN;
}
