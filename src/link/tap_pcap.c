/*
 * tap_pcap.c - makes packets of octets that were never packets: pcap records with IP and TCP headers, checksums right.
 * Knows no SMPP, no files.
 */
#include "link/tap_pcap.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#define PCAP_MAGIC   0xA1B2C3D4u /* microseconds, in this machine's order */
#define PCAP_SNAP    262144u
#define LINKTYPE_RAW 101u
#define RECORD_HEAD  16u
#define IPV4_HEAD    20u
#define IPV6_HEAD    40u
#define TCP_HEAD     20u
#define SEGMENT	     65000u /* octets of payload: an IPv4 packet has at most 65,535 */
#define TCP_WINDOW   65535u
#define TCP_PSH_ACK  0x18u

struct ends {
	uint8_t from[16], to[16];
	uint16_t from_port, to_port;
	bool v4;
};

void tap_pcap_head(struct buf *out)
{
	const struct {
		uint32_t magic;
		uint16_t major, minor;
		int32_t zone;
		uint32_t digits, snap, link;
	} head = {PCAP_MAGIC, 2, 4, 0, 0, PCAP_SNAP, LINKTYPE_RAW};

	buf_put(out, &head, sizeof(head));
}

size_t tap_pcap_size(size_t n)
{
	return n + (n / SEGMENT + 1) * (RECORD_HEAD + IPV6_HEAD + TCP_HEAD);
}

static void put16(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static void put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v);
}

static uint32_t sum(uint32_t so_far, const uint8_t *p, size_t n)
{
	for (; n > 1; n -= 2, p += 2)
		so_far += (uint32_t)p[0] << 8 | p[1];
	return n > 0 ? so_far + ((uint32_t)p[0] << 8) : so_far;
}

static uint32_t folded(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xFFFF) + (s >> 16);
	return ~s & 0xFFFF;
}

static uint16_t port_of(const struct net_addr *a)
{
	if (a->ss.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&a->ss)->sin6_port);
	return a->ss.ss_family == AF_INET ? ntohs(((const struct sockaddr_in *)&a->ss)->sin_port) : 0;
}

static void find_ends(const struct net_addr *from, const struct net_addr *to, struct ends *e)
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

	if (!net_octets(from, e->from))
		memset(e->from, 0, sizeof(e->from));
	if (!net_octets(to, e->to))
		memset(e->to, 0, sizeof(e->to));
	e->v4 = memcmp(e->from, mapped, sizeof(mapped)) == 0 && memcmp(e->to, mapped, sizeof(mapped)) == 0;
	e->from_port = port_of(from);
	e->to_port = port_of(to);
}

static size_t put_ip(uint8_t *at, const struct ends *e, size_t payload)
{
	if (!e->v4) {
		at[0] = 0x60;
		put16(at + 4, (uint32_t)payload);
		at[6] = IPPROTO_TCP;
		at[7] = 64;
		memcpy(at + 8, e->from, 16);
		memcpy(at + 24, e->to, 16);
		return IPV6_HEAD;
	}
	at[0] = 0x45;
	put16(at + 2, (uint32_t)(IPV4_HEAD + payload));
	put16(at + 6, 0x4000); /* not to be fragmented */
	at[8] = 64;
	at[9] = IPPROTO_TCP;
	memcpy(at + 12, e->from + 12, 4);
	memcpy(at + 16, e->to + 12, 4);
	put16(at + 10, folded(sum(0, at, IPV4_HEAD)));
	return IPV4_HEAD;
}

static void put_tcp(uint8_t *at, const struct ends *e, uint32_t seq, uint32_t ack, size_t n)
{
	put16(at, e->from_port);
	put16(at + 2, e->to_port);
	put32(at + 4, seq);
	put32(at + 8, ack);
	at[12] = TCP_HEAD / 4 << 4;
	at[13] = TCP_PSH_ACK;
	put16(at + 14, TCP_WINDOW);
	uint32_t s = IPPROTO_TCP + (uint32_t)(TCP_HEAD + n);
	size_t skip = e->v4 ? 12 : 0;
	s = sum(sum(s, e->from + skip, 16 - skip), e->to + skip, 16 - skip);
	put16(at + 16, folded(sum(s, at, TCP_HEAD + n)));
}

static void put_segment(struct buf *out, int64_t wall_us, const struct ends *e, uint32_t seq, uint32_t ack,
			const uint8_t *p, size_t n)
{
	size_t packet = (e->v4 ? IPV4_HEAD : IPV6_HEAD) + TCP_HEAD + n;
	const uint32_t record[4] = {(uint32_t)(wall_us / 1000000), (uint32_t)(wall_us % 1000000), (uint32_t)packet,
				    (uint32_t)packet};
	uint8_t *at = buf_room(out, RECORD_HEAD + packet);

	memcpy(at, record, RECORD_HEAD);
	at += RECORD_HEAD;
	memset(at, 0, packet - n);
	memcpy(at + packet - n, p, n);
	at += put_ip(at, e, TCP_HEAD + n);
	put_tcp(at, e, seq, ack, n);
	buf_filled(out, RECORD_HEAD + packet);
}

void tap_pcap_put(struct buf *out, int64_t wall_us, const struct net_addr *from, const struct net_addr *to,
		  uint32_t seq, uint32_t ack, const uint8_t *p, size_t n)
{
	struct ends e;

	find_ends(from, to, &e);
	do {
		size_t part = n < SEGMENT ? n : SEGMENT;
		put_segment(out, wall_us, &e, seq, ack, p, part);
		seq += (uint32_t)part;
		p += part;
		n -= part;
	} while (n > 0);
}
