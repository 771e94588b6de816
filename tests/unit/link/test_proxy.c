/* test_proxy.c - PROXY protocol headers, octet by octet as the specification has them (2.2), and every way to be wrong.
 */
#include <stdlib.h>
#include "unit.h"
#include "link/proxy.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define OCTETS(s) (const uint8_t *)(s), sizeof(s) - 1

/* 203.0.113.7:40000 -> 192.0.2.1:2775 */
#define TCP4 SIGNATURE "\x21\x11\x00\x0c\xcb\x00\x71\x07\xc0\x00\x02\x01\x9c\x40\x0a\xd7"
/* [2001:db8::7]:40000 -> [2001:db8::1]:2775 */
#define TCP6                                                                                                           \
	SIGNATURE "\x21\x21\x00\x24"                                                                                   \
		  "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"                                                         \
		  "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"                                                         \
		  "\x9c\x40\x0a\xd7"

/* As a listener does: octets come one by one, and never more are asked for than the header has. */
static enum proxy_verdict drip(const uint8_t *p, size_t n, struct proxy_header *out)
{
	enum proxy_verdict verdict = proxy_parse(p, 0, out);

	for (size_t have = 0; verdict == PROXY_MORE && have < n; verdict = proxy_parse(p, have, out)) {
		assert_true(out->octets > have);
		assert_true(have > 0 || out->octets == PROXY_FIXED);
		have++;
	}
	return verdict;
}

static void check_taken(const uint8_t *p, size_t n, size_t length, const char *client)
{
	struct proxy_header h;
	char text[64];

	/* the octets may end at the end of memory */
	uint8_t *copy = malloc(n);
	memcpy(copy, p, n);
	for (int way = 0; way < 2; way++) {
		assert_int_equal(way == 0 ? proxy_parse(copy, n, &h) : drip(copy, n, &h), PROXY_TAKEN);
		assert_int_equal(h.octets, length);
		assert_int_equal(h.local, client == NULL);
		if (client != NULL) {
			net_print(&h.client, text);
			assert_string_equal(text, client);
		}
	}
	free(copy);
}

static void check_refused(const uint8_t *p, size_t n, const char *why)
{
	struct proxy_header h;

	if (drip(p, n, &h) != PROXY_REFUSED)
		fail_msg("taken: wanted \"%s\"", why);
	if (strstr(h.why, why) == NULL)
		fail_msg("\"%s\", wanted \"%s\"", h.why, why);
	assert_int_equal(proxy_parse(p, n, &h), PROXY_REFUSED);
}

static void clients(void **state)
{
	(void)state;
	check_taken(OCTETS(TCP4), 28, "203.0.113.7:40000");
	check_taken(OCTETS(TCP6), 52, "[2001:db8::7]:40000");
	/* what follows is not the header's */
	check_taken(OCTETS(TCP4 "\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x01"), 28, "203.0.113.7:40000");
}

static void tlvs_are_skipped(void **state)
{
	uint8_t longest[PROXY_MAX] = SIGNATURE "\x21\x11\x10\x00\xcb\x00\x71\x07\xc0\x00\x02\x01\x9c\x40\x0a\xd7";

	(void)state;
	check_taken(OCTETS(SIGNATURE "\x21\x11\x00\x13\xcb\x00\x71\x07\xc0\x00\x02\x01\x9c\x40\x0a\xd7"
				     "\x05\x00\x04mail"),
		    35, "203.0.113.7:40000");
	check_taken(longest, sizeof(longest), PROXY_MAX, "203.0.113.7:40000");
	longest[15] = 1;
	check_refused(longest, sizeof(longest), "longer than 4112");
}

static void the_balancer_itself(void **state)
{
	(void)state;
	check_taken(OCTETS(SIGNATURE "\x20\x00\x00\x00"), 16, NULL);
	/* addresses of a LOCAL header are not looked at */
	check_taken(OCTETS(SIGNATURE "\x20\x11\x00\x0c\xcb\x00\x71\x07\xc0\x00\x02\x01\x9c\x40\x0a\xd7"), 28, NULL);
	check_taken(OCTETS(SIGNATURE "\x20\xff\x00\x01x"), 17, NULL);
}

static void what_is_refused(void **state)
{
	(void)state;
	check_refused(OCTETS("PROXY TCP4 203.0.113.7 192.0.2.1 40000 2775\r\n"), "version 1 (text)");
	check_refused(OCTETS("PROXY"), "version 1 (text)");
	check_refused(OCTETS("\0\0\0\x2f\0\0\0\x09"), "no PROXY header");
	check_refused(OCTETS("\x16\x03\x01"), "no PROXY header"); /* TLS */
	check_refused(OCTETS("\r\n\r\n\0\r\nQUITx"), "no PROXY header");
	check_refused(OCTETS(SIGNATURE "\x11\x11\x00\x0c"), "unknown version");
	check_refused(OCTETS(SIGNATURE "\x31\x11\x00\x0c"), "unknown version");
	check_refused(OCTETS(SIGNATURE "\x22\x11\x00\x0c"), "unknown command");
	check_refused(OCTETS(SIGNATURE "\x21\x00\x00\x00"), "without an address of TCP");
	check_refused(OCTETS(SIGNATURE "\x21\x12\x00\x0c"), "without an address of TCP"); /* UDP */
	check_refused(OCTETS(SIGNATURE "\x21\x31\x00\xd8"), "without an address of TCP"); /* unix */
	check_refused(OCTETS(SIGNATURE "\x21\x11\x00\x0b"), "too short");
	check_refused(OCTETS(SIGNATURE "\x21\x21\x00\x23"), "too short");
	check_refused(OCTETS(SIGNATURE "\x20\x00\xff\xff"), "longer than 4112");
}

static void what_is_not_there_yet(void **state)
{
	struct proxy_header h;
	const uint8_t *p = (const uint8_t *)TCP6;

	(void)state;
	for (size_t n = 0; n < 52; n++) {
		assert_int_equal(proxy_parse(p, n, &h), PROXY_MORE);
		assert_int_equal(h.octets, n < 16 ? 16 : 52);
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(clients),
	cmocka_unit_test(tlvs_are_skipped),
	cmocka_unit_test(the_balancer_itself),
	cmocka_unit_test(what_is_refused),
	cmocka_unit_test(what_is_not_there_yet),
};

UNIT_MAIN(cases)
