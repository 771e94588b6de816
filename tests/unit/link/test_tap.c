/* test_tap.c - what a capture takes, what it blanks, how its packets look. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"
#include "link/tap.h"
#include "link/tap_hide.h"
#include "link/tap_pcap.h"
#include "smpp/pdu.h"

static struct loop *loop;
static struct tap *tap;
static bool on;
static char file[64];
static struct net_addr ours, theirs;
static uint8_t got[1 << 20];

static int set_up(void **state)
{
	(void)state;
	loop = loop_new_simulated(1782000000000);
	tap = tap_new(loop, &on);
	strcpy(file, "/tmp/smppgw-tap.XXXXXX");
	int fd = mkstemp(file);
	close(fd);
	unlink(file);
	assert_true(net_literal("10.0.0.1", 2775, &ours));
	assert_true(net_literal("192.0.2.7", 40000, &theirs));
	return fd < 0;
}

static int tear_down(void **state)
{
	(void)state;
	tap_free(tap);
	loop_free(loop);
	unlink(file);
	return 0;
}

static size_t read_file(void)
{
	int fd = open(file, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, got, sizeof(got));

	close(fd);
	return (size_t)n;
}

static size_t submit(uint8_t *out, size_t cap, const char *to, const char *text, uint32_t sequence)
{
	struct pdu pdu = {.command_id = SUBMIT_SM, .sequence = sequence};

	pdu.sm.src.addr = view_of("10690001");
	pdu.sm.dst.addr = view_of(to);
	pdu.sm.data_coding = 8;
	pdu.sm.short_message = view_of(text);
	size_t n = pdu_encode(&pdu, out, cap);
	assert_true(n > 0);
	return n;
}

static void start(struct tap_conf conf)
{
	char why[TAP_WHY];

	conf.file = file;
	conf.who = "test";
	conf.max_octets = conf.max_octets ? conf.max_octets : 1000000;
	conf.for_ms = conf.for_ms ? conf.for_ms : 60000;
	assert_int_equal(tap_start(tap, &conf, why), 0);
	assert_true(on);
}

static struct tap_place place;

static bool give(const char *name, uint64_t session, bool out, const uint8_t *p, size_t n)
{
	struct tap_from from = {name, session, &theirs, &place};

	if (!tap_wants(tap, &from, out, p, n))
		return false;
	tap_put(tap, &from, &ours, out, p, n);
	return true;
}

/* tcpdump's own rules of sums: a header with its checksum sums up to 0xffff. */
static uint32_t sum_of(const uint8_t *p, size_t n, uint32_t sum)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	if (n % 2)
		sum += (uint32_t)p[n - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void test_packets(void **state)
{
	uint8_t frame[300];
	size_t n = submit(frame, sizeof(frame), "8613800000001", "验证码", 7);

	(void)state;
	place = (struct tap_place){0};
	start((struct tap_conf){0});
	assert_true(give("mobile/1", 1, true, frame, n));
	assert_true(give("mobile/1", 1, true, frame, n));
	assert_true(give("mobile/1", 1, false, frame, n));
	tap_stop(tap, "stopped");
	assert_false(on);
	assert_int_equal(read_file(), 24 + 3 * (16 + 40 + n));
	const uint8_t *packet = got + 24 + 16;
	assert_int_equal(packet[0], 0x45);
	assert_int_equal(sum_of(packet, 20, 0), 0xffff);
	assert_memory_equal(packet + 12, "\x0a\x00\x00\x01\xc0\x00\x02\x07", 8);
	assert_memory_equal(packet + 20, "\x0a\xd7\x9c\x40", 4); /* ports 2775 and 40000 */
	assert_int_equal(be32(packet + 24), 1);
	assert_int_equal(be32(packet + 16 + 40 + n + 24), 1 + n);
	const uint8_t *back = packet + 2 * (16 + 40 + n);
	assert_memory_equal(back + 12, "\xc0\x00\x02\x07\x0a\x00\x00\x01", 8);
	assert_int_equal(be32(back + 24), 1);
	assert_int_equal(be32(back + 28), 1 + 2 * n); /* what they have of ours */
	assert_int_equal(sum_of(packet + 12, 8 + 20 + n, (uint32_t)(6 + 20 + n)), 0xffff);
	assert_memory_equal(packet + 40, frame, n);
}

/* More than a packet takes, over IPv6: segments that follow each other. */
static void test_large(void **state)
{
	static uint8_t octets[70000];
	struct buf out = {0};
	struct net_addr six;

	(void)state;
	assert_true(net_literal("2001:db8::1", 2775, &six));
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)i;
	tap_pcap_put(&out, 1782000000123456, &theirs, &six, 100, 5, octets, sizeof(octets));
	assert_true(buf_len(&out) <= tap_pcap_size(sizeof(octets)));
	const uint8_t *p = buf_data(&out);
	uint32_t first;
	memcpy(&first, p + 8, 4);
	assert_int_equal(p[16], 0x60);
	assert_int_equal(be32(p + 16 + 40 + 4), 100);
	const uint8_t *next = p + 16 + first;
	assert_int_equal(be32(next + 16 + 40 + 4), 100 + (first - 60));
	assert_memory_equal(next + 16 + 60, octets + (first - 60), sizeof(octets) - (first - 60));
	assert_int_equal(buf_len(&out), 2 * (16 + 60) + sizeof(octets));
	buf_free(&out);
}

static void test_number_and_its_answers(void **state)
{
	uint8_t frame[300], resp[PDU_HEADER];
	struct tap_conf conf = {.filter = {.by = TAP_NUMBER, .name = "13800000001"}};
	size_t n = submit(frame, sizeof(frame), "8613800000001", "您好", 9);

	(void)state;
	place = (struct tap_place){0};
	start(conf);
	pdu_header(resp, SUBMIT_SM | COMMAND_RESP, ESME_RTHROTTLED, 9);
	assert_false(give("mobile/1", 1, false, resp, sizeof(resp))); /* of nothing that was asked */
	assert_true(give("mobile/1", 1, true, frame, n));
	assert_false(give("mobile/1", 2, false, resp, sizeof(resp))); /* another session's */
	assert_false(give("mobile/1", 1, true, resp, sizeof(resp)));  /* the wrong way */
	assert_true(give("mobile/1", 1, false, resp, sizeof(resp)));
	assert_false(give("mobile/1", 1, false, resp, sizeof(resp))); /* once */
	n = submit(frame, sizeof(frame), "8613800000002", "您好", 10);
	assert_false(give("mobile/1", 1, true, frame, n));
}

static void test_owners(void **state)
{
	uint8_t frame[300];
	struct pdu bind = {.command_id = BIND_TRANSCEIVER, .sequence = 1};
	size_t n = submit(frame, sizeof(frame), "8613800000001", "您好", 9);

	(void)state;
	place = (struct tap_place){0};
	start((struct tap_conf){.filter = {.by = TAP_ACCOUNT, .name = "bank"}});
	assert_true(give("bank#12", 1, false, frame, n));
	assert_false(give("bank2#12", 2, false, frame, n));
	assert_false(give("bank/1", 3, false, frame, n));
	bind.bind.system_id = view_of("bank");
	bind.bind.password = view_of("geheim88");
	n = pdu_encode(&bind, frame, sizeof(frame));
	assert_true(give("192.0.2.7:40000", 4, false, frame, n)); /* not the account's before it is judged */
	pdu_header(frame, BIND_TRANSCEIVER | COMMAND_RESP, ESME_RINVPASWD, 1);
	assert_true(give("192.0.2.7:40000", 4, true, frame, PDU_HEADER));
	tap_stop(tap, "stopped");
	assert_null(memmem(got, read_file(), "geheim88", 8));
	assert_non_null(memmem(got, read_file(), "bank\0********", 13));
}

static void test_same_number(void **state)
{
	(void)state;
	assert_true(tap_same_number("13800000001", "8613800000001", 13));
	assert_true(tap_same_number("8613800000001", "13800000001", 11));
	assert_true(tap_same_number("8613800000001", "+8613800000001", 14));
	assert_true(tap_same_number("8613800000001", "008613800000001", 15));
	assert_true(tap_same_number("95588", "95588", 5));
	assert_false(tap_same_number("95588", "8613800095588", 13));
	assert_false(tap_same_number("13800000001", "13800000002", 11));
	assert_false(tap_same_number("13800000001", "", 0));
}

/* A password is blanked however broken its PDU is. */
static void test_broken_binds(void **state)
{
	uint8_t frame[64] = {0, 0, 0, 64, 0, 0, 0, 2};

	(void)state;
	memset(frame + PDU_HEADER, 'p', sizeof(frame) - PDU_HEADER); /* no end of system_id */
	tap_hide(frame, sizeof(frame), false);
	assert_null(memchr(frame + PDU_HEADER, 'p', sizeof(frame) - PDU_HEADER));
	memset(frame + PDU_HEADER, 'p', sizeof(frame) - PDU_HEADER); /* no end of password */
	memcpy(frame + PDU_HEADER, "bank", 5);
	tap_hide(frame, sizeof(frame), false);
	assert_null(memchr(frame + PDU_HEADER, 'p', sizeof(frame) - PDU_HEADER));
	assert_memory_equal(frame + PDU_HEADER, "bank", 5);
	tap_hide(frame, 3, true); /* shorter than a header */
}

static void test_texts(void **state)
{
	static const char words[] = "id:7 sub:001 dlvrd:001 stat:DELIVRD err:000 Text:机密";
	uint8_t frame[400], area[64];
	struct pdu pdu = {.command_id = DELIVER_SM, .sequence = 1};
	struct tlv_out tlvs = {.p = area, .cap = sizeof(area)};
	size_t n = submit(frame, sizeof(frame), "8613800000001", "机密", 1);

	(void)state;
	tap_hide(frame, n, true);
	assert_null(memmem(frame, n, "机密", 6));
	assert_non_null(memmem(frame, n, "8613800000001", 13));

	pdu.sm.src.addr = view_of("8613800000001");
	pdu.sm.dst.addr = view_of("10690001");
	pdu.sm.esm_class = ESM_RECEIPT;
	pdu.sm.short_message = view_of(words);
	n = pdu_encode(&pdu, frame, sizeof(frame));
	tap_hide(frame, n, true);
	assert_non_null(memmem(frame, n, "stat:DELIVRD err:000 Text:******", 32));

	pdu.sm.esm_class = ESM_UDHI;
	pdu.sm.short_message = (struct view){(const uint8_t *)"\x05\x00\x03\x07\x02\x01机密", 12};
	n = pdu_encode(&pdu, frame, sizeof(frame));
	tap_hide(frame, n, true);
	assert_non_null(memmem(frame, n, "\x05\x00\x03\x07\x02\x01******", 12));

	pdu.sm.esm_class = 0;
	pdu.sm.short_message = (struct view){0};
	tlv_put(&tlvs, TLV_MESSAGE_PAYLOAD, "机密", 6);
	pdu.tlvs = (struct view){area, tlvs.n};
	n = pdu_encode(&pdu, frame, sizeof(frame));
	tap_hide(frame, n, true);
	assert_null(memmem(frame, n, "机密", 6));
	frame[n - 7] = 0xff; /* a TLV that is too long: who knows where its text is */
	tap_hide(frame, n, true);
	assert_int_equal(frame[PDU_HEADER], '*');
}

static void test_limits(void **state)
{
	uint8_t frame[300];
	size_t n = submit(frame, sizeof(frame), "8613800000001", "您好", 9);
	struct tap_status s;
	char why[TAP_WHY];
	struct stat st;

	(void)state;
	place = (struct tap_place){0};
	start((struct tap_conf){.max_frames = 2});
	struct tap_conf second = {.file = "/tmp/other", .max_octets = 1000, .for_ms = 1000, .who = "test"};
	assert_int_equal(tap_start(tap, &second, why), -1);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	give("a#1", 1, true, frame, n);
	give("a#1", 1, true, frame, n);
	tap_status(tap, &s);
	assert_string_equal(s.ended, "count");
	assert_false(on);
	assert_int_equal(
		tap_start(tap, &(struct tap_conf){.file = file, .max_octets = 1000, .for_ms = 1000, .who = "x"}, why),
		-1);
	assert_non_null(strstr(why, "there already"));
	unlink(file);
	start((struct tap_conf){.max_octets = 400});
	for (int i = 0; i < 10 && on; i++)
		give("a#1", 1, true, frame, n);
	tap_status(tap, &s);
	assert_string_equal(s.ended, "size");
	assert_true(read_file() <= 400 && s.frames > 0);
	unlink(file);
	start((struct tap_conf){.for_ms = 5000});
	loop_advance(loop, 4900);
	assert_true(on);
	loop_advance(loop, 200);
	assert_false(on);
	tap_status(tap, &s);
	assert_string_equal(s.ended, "time");
}

static unsigned heard;

static void on_frame(void *arg, const struct tap_from *from, bool out, const uint8_t *p, size_t n)
{
	(void)arg;
	(void)out;
	(void)p;
	(void)n;
	heard += strcmp(from->name, "银行#1") == 0;
}

/* Who listens needs no capture, and a capture that ends does not make him deaf. */
static void test_ear(void **state)
{
	struct tap_from from = {"银行#1", 1, &theirs, &place};
	uint8_t frame[PDU_HEADER] = {0};

	(void)state;
	tap_listen(tap, on_frame, NULL);
	assert_true(on);
	tap_hear(tap, &from, true, frame, sizeof(frame));
	assert_false(tap_wants(tap, &from, true, frame, sizeof(frame)));
	start((struct tap_conf){0});
	tap_stop(tap, "stopped");
	assert_true(on);
	assert_int_equal(heard, 1);
	tap_listen(tap, NULL, NULL);
	assert_false(on);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
static const struct CMUnitTest cases[] = {
	CASE(test_packets), CASE(test_large),	    CASE(test_number_and_its_answers),
	CASE(test_owners),  CASE(test_same_number), CASE(test_broken_binds),
	CASE(test_texts),   CASE(test_limits),	    CASE(test_ear),
};
UNIT_MAIN(cases)
