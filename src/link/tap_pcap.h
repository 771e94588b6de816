/*
 * tap_pcap.h - the octets of a pcap file (draft-ietf-opsawg-pcap): its head, and TCP segments over IPv4 or IPv6 without
 * a link layer (LINKTYPE_RAW).
 */
#ifndef LINK_TAP_PCAP_H
#define LINK_TAP_PCAP_H

#include "base/buf.h"
#include "base/net.h"

void tap_pcap_head(struct buf *out);
/* What n octets take in the file. */
size_t tap_pcap_size(size_t n);
/*
 * n octets from one address to the other, as one segment, or as several when they are many. seq: of the first octet;
 * ack: the next one that is expected from the other side. IPv4 when both addresses are, also as ::ffff:a.b.c.d.
 */
void tap_pcap_put(struct buf *out, int64_t wall_us, const struct net_addr *from, const struct net_addr *to,
		  uint32_t seq, uint32_t ack, const uint8_t *p, size_t n);

#endif
