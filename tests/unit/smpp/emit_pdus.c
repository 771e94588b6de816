/*
 * emit_pdus.c - writes a capture (pcap, raw IPv4, TCP port 2775) with one PDU of every type, made by our encoder, for
 * a decoder that we did not write: see tshark.sh, which also tells what has to be read. A PDU's sequence number names
 * it there. Ends with the number of PDUs on stdout.
 */
#include <stdio.h>
#include <stdlib.h>

#include "smpp/cursor.h"
#include "smpp/pdu.h"

#define RESP COMMAND_RESP
#define T(text)                                                                                                        \
	{                                                                                                              \
		(const uint8_t *)(text), sizeof(text) - 1                                                              \
	}
#define SENDER                                                                                                         \
	{                                                                                                              \
		1, 1, T("1069012345")                                                                                  \
	}
#define MOBILE                                                                                                         \
	{                                                                                                              \
		1, 1, T("8613800138000")                                                                               \
	}
#define UCS2_TEXT "\x30\x10\x6d\x4b\x8b\xd5\x30\x11\x9a\x8c\x8b\xc1\x78\x01" /* 【测试】验证码 */

#define SMSC_PORT    2775
#define ESME_PORT    40000
#define IP_HEAD	     20u
#define TCP_HEAD     20u
#define LINKTYPE_RAW 101u

struct capture {
	FILE *file;
	uint32_t next[2]; /* TCP sequence number of the ESME, of the SMSC */
	uint32_t packets;
};

/* One PDU each; sequence numbers from 1 in this order. */
static const struct pdu pdus[] = {
	{.command_id = BIND_TRANSCEIVER, .bind = {T("gw01"), T("s3cret"), T("SMS"), 0x34, {1, 1, T("^1069")}}},
	{.command_id = BIND_TRANSCEIVER | RESP, .resp.id = T("SMSC"), .tlvs = T("\x02\x10\x00\x01\x34")},
	{.command_id = BIND_TRANSMITTER, .bind = {T("gw02"), T("s3cret"), T(""), 0x34, {0, 0, T("")}}},
	{.command_id = BIND_TRANSMITTER | RESP, .command_status = ESME_RINVPASWD, .resp.id = T("SMSC")},
	{.command_id = BIND_RECEIVER, .bind = {T("gw03"), T("s3cret"), T(""), 0x33, {0, 0, T("")}}},
	{.command_id = BIND_RECEIVER | RESP, .resp.id = T("SMSC")},
	{.command_id = OUTBIND, .outbind = {T("SMSC"), T("s3cret")}},
	{.command_id = SUBMIT_SM,
	 .sm = {.service_type = T("CMT"),
		.src = SENDER,
		.dst = MOBILE,
		.esm_class = 3,
		.protocol_id = 0x41,
		.priority_flag = 2,
		.schedule = T("260501093000032+"),
		.validity = T("000001000000000R"),
		.registered_delivery = 0x11,
		.replace_if_present_flag = 1,
		.data_coding = 8,
		.sm_default_msg_id = 5,
		.short_message = T(UCS2_TEXT)}},
	{.command_id = SUBMIT_SM | RESP, .resp.id = T("100000000000000001")},
	{.command_id = SUBMIT_SM | RESP, .command_status = ESME_RTHROTTLED},
	{.command_id = SUBMIT_SM,
	 .sm = {.src = SENDER,
		.dst = MOBILE,
		.esm_class = ESM_UDHI,
		.data_coding = 8,
		.short_message = T("\x05\x00\x03\xa7\x02\x01\x75\x32\x4e\x59")}},
	{.command_id = SUBMIT_SM,
	 .sm = {.src = SENDER, .dst = MOBILE, .data_coding = 8},
	 .tlvs = T("\x04\x24\x00\x0e" UCS2_TEXT "\x3e\x00\x00\x04"
		   "otp\0")},
	{.command_id = DELIVER_SM,
	 .sm = {.src = MOBILE,
		.dst = SENDER,
		.esm_class = ESM_RECEIPT,
		.short_message = T("id:100000000000000001 sub:001 dlvrd:001 submit date:2605010930 "
				   "done date:2605010931 stat:DELIVRD err:000 text:")},
	 .tlvs = T("\x00\x1e\x00\x13"
		   "100000000000000001\0"
		   "\x04\x27\x00\x01\x02"
		   "\x04\x23\x00\x03\x03\x00\x2a")},
	{.command_id = DELIVER_SM | RESP, .resp.id = T("")},
	{.command_id = DATA_SM,
	 .sm = {.service_type = T("WAP"),
		.src = SENDER,
		.dst = MOBILE,
		.esm_class = 0,
		.registered_delivery = 1,
		.data_coding = 8},
	 .tlvs = T("\x04\x24\x00\x0e" UCS2_TEXT)},
	{.command_id = DATA_SM | RESP,
	 .resp.id = T("3f2a91"),
	 .tlvs = T("\x04\x25\x00\x01\x02"
		   "\x00\x1d\x00\x05"
		   "full\0")},
	{.command_id = SUBMIT_MULTI,
	 .sm = {.src = SENDER,
		.ndests = 3,
		.dests = T("\1\1\1"
			   "8613800138000\0"
			   "\2"
			   "vip\0"
			   "\1\1\1"
			   "8618600000000\0"),
		.short_message = T("Hi")}},
	{.command_id = SUBMIT_MULTI | RESP,
	 .multi_resp = {T("3f2a92"), 2,
			T("\1\1"
			  "8613800138000\0"
			  "\0\0\0\x0b"
			  "\1\1"
			  "8618600000000\0"
			  "\0\0\0\x58")}},
	{.command_id = QUERY_SM, .query = {T("3f2a91"), SENDER}},
	{.command_id = QUERY_SM | RESP, .query_resp = {T("3f2a91"), T("260501093100032+"), 2, 42}},
	{.command_id = CANCEL_SM, .cancel = {T("CMT"), T("3f2a91"), SENDER, MOBILE}},
	{.command_id = CANCEL_SM | RESP},
	{.command_id = REPLACE_SM,
	 .replace = {T("3f2a91"), SENDER, T("260501093000032+"), T("000000001000000R"), 1, 7, T("New")}},
	{.command_id = REPLACE_SM | RESP, .command_status = ESME_RREPLACEFAIL},
	{.command_id = ALERT_NOTIFICATION, .alert = {MOBILE, SENDER}, .tlvs = T("\x04\x22\x00\x01\x02")},
	{.command_id = ENQUIRE_LINK},
	{.command_id = ENQUIRE_LINK | RESP},
	{.command_id = UNBIND},
	{.command_id = UNBIND | RESP},
	{.command_id = GENERIC_NACK, .command_status = ESME_RINVCMDID},
};

static void fail(const char *what)
{
	fprintf(stderr, "emit_pdus: %s\n", what);
	exit(2);
}

/* The Internet checksum, over what sum already has and n more octets. */
static uint32_t checksum_add(uint32_t sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	return sum;
}

static uint32_t checksum_end(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xFFFF) + (sum >> 16);
	return ~sum & 0xFFFF;
}

static void put_file(struct capture *c, const void *p, size_t n)
{
	if (fwrite(p, 1, n, c->file) != n)
		fail("cannot write the capture");
}

static void put_host_u32(struct capture *c, uint32_t v)
{
	put_file(c, &v, sizeof(v)); /* pcap is in the writer's order, which its magic number tells */
}

static void begin(struct capture *c)
{
	put_host_u32(c, 0xA1B2C3D4u);
	put_file(c, &(uint16_t[]){2, 4}, 4);
	put_host_u32(c, 0);
	put_host_u32(c, 0);
	put_host_u32(c, 262144);
	put_host_u32(c, LINKTYPE_RAW);
}

static void put_ip(uint8_t *ip, uint32_t total, bool from_smsc)
{
	memset(ip, 0, IP_HEAD);
	ip[0] = 0x45;
	octets_put_u16(ip + 2, total);
	ip[8] = 64; /* time to live */
	ip[9] = 6;  /* TCP */
	octets_put_u32(ip + 12, from_smsc ? 0x7F000002u : 0x7F000001u);
	octets_put_u32(ip + 16, from_smsc ? 0x7F000001u : 0x7F000002u);
	octets_put_u16(ip + 10, checksum_end(checksum_add(0, ip, IP_HEAD)));
}

static void put_tcp(struct capture *c, uint8_t *tcp, const uint8_t *ip, size_t n, bool from_smsc)
{
	uint32_t sum = 6 + TCP_HEAD + (uint32_t)n; /* of the pseudo header: protocol and length */

	memset(tcp, 0, TCP_HEAD);
	octets_put_u16(tcp, from_smsc ? SMSC_PORT : ESME_PORT);
	octets_put_u16(tcp + 2, from_smsc ? ESME_PORT : SMSC_PORT);
	octets_put_u32(tcp + 4, c->next[from_smsc]);
	octets_put_u32(tcp + 8, c->next[!from_smsc]);
	tcp[12] = TCP_HEAD / 4 << 4;
	tcp[13] = 0x18; /* PSH, ACK */
	octets_put_u16(tcp + 14, 0xFFFF);
	sum = checksum_add(sum, ip + 12, 8);
	octets_put_u16(tcp + 16, checksum_end(checksum_add(sum, tcp, TCP_HEAD + n)));
	c->next[from_smsc] += (uint32_t)n;
}

static void packet(struct capture *c, const uint8_t *pdu, size_t n, bool from_smsc)
{
	uint8_t frame[IP_HEAD + TCP_HEAD + 1400];
	uint32_t total = IP_HEAD + TCP_HEAD + (uint32_t)n;

	if (total > sizeof(frame))
		fail("a PDU is too long for one packet");
	memcpy(frame + IP_HEAD + TCP_HEAD, pdu, n);
	put_ip(frame, total, from_smsc);
	put_tcp(c, frame + IP_HEAD, frame, n, from_smsc);
	put_host_u32(c, 1777600000u + c->packets++); /* seconds */
	put_host_u32(c, 0);
	put_host_u32(c, total);
	put_host_u32(c, total);
	put_file(c, frame, total);
}

static void emit(struct capture *c, struct pdu pdu)
{
	uint8_t out[1400];
	size_t n;

	pdu.sequence = c->packets + 1;
	n = pdu_encode(&pdu, out, sizeof(out));
	if (n == 0)
		fail(command_name(pdu.command_id));
	packet(c, out, n, pdu.command_id & RESP ? true : pdu.command_id == DELIVER_SM);
}

/* The last PDU: a data_sm with every TLV of 3.4 that is put by its width, each with its own value. */
static void emit_tlvs(struct capture *c)
{
	struct pdu pdu = {.command_id = DATA_SM, .sm = {.src = SENDER, .dst = MOBILE}};
	uint8_t area[1024];
	struct tlv_out out = {.p = area, .cap = sizeof(area)};
	const struct tlv_row *row;

	for (unsigned i = 0; (row = tlv_at(i)) != NULL; i++) {
		if (row->type == TLV_INT && (row->tag < 0x0600 || row->tag >= 0x1200))
			tlv_put_int(&out, row->tag, row->max == 1 ? 1 : 0x0102u, row->max);
	}
	tlv_put_str(&out, TLV_ADDITIONAL_STATUS_INFO_TEXT, view_of("busy"));
	tlv_put_str(&out, TLV_RECEIPTED_MESSAGE_ID, view_of("3f2a91"));
	tlv_put(&out, TLV_SOURCE_SUBADDRESS, "\x80\x01\x02", 3);
	tlv_put(&out, TLV_CALLBACK_NUM,
		"\1\1\1"
		"1069012345",
		13);
	tlv_put(&out, TLV_ALERT_ON_MESSAGE_DELIVERY, NULL, 0);
	tlv_put(&out, TLV_ITS_SESSION_INFO, "\x01\x02", 2);
	tlv_put_str(&out, TLV_CAMPAIGN, view_of("五月还款"));
	if (out.full)
		fail("the TLVs do not fit");
	pdu.tlvs = (struct view){out.p, out.n};
	emit(c, pdu);
}

int main(int argc, char **argv)
{
	struct capture c = {.next = {1, 1}};

	if (argc != 2) {
		fprintf(stderr, "usage: emit_pdus FILE\n");
		return 2;
	}
	c.file = fopen(argv[1], "wb");
	if (!c.file)
		fail("cannot open the capture for writing");
	begin(&c);
	for (size_t i = 0; i < sizeof(pdus) / sizeof(pdus[0]); i++)
		emit(&c, pdus[i]);
	emit_tlvs(&c);
	if (fclose(c.file) != 0)
		fail("cannot write the capture");
	printf("%u\n", (unsigned)c.packets);
	return 0;
}
