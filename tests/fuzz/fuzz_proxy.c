/*
 * fuzz_proxy.c - any octets as the start of a connection from a balancer: at once, and one by one as a listener reads
 * them. Both must come to the same, and never ask for more than the header has.
 */
#include <stdlib.h>
#include <string.h>

#include "must.h"
#include "link/proxy.h"

static void check_taken(const uint8_t *data, const struct proxy_header *h)
{
	char text[64];

	MUST(h->octets >= PROXY_FIXED && h->octets <= PROXY_MAX && h->why == NULL);
	MUST(h->octets == PROXY_FIXED + ((size_t)data[14] << 8 | data[15]));
	MUST(h->local == (data[12] == 0x20));
	if (h->local) {
		MUST(h->client.len == 0);
		return;
	}
	net_print(&h->client, text);
	MUST(h->client.ss.ss_family == (data[13] == 0x11 ? AF_INET : AF_INET6) && text[0] != '?');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proxy_header whole, dripped;
	enum proxy_verdict verdict = proxy_parse(data, size, &whole);
	enum proxy_verdict slow = proxy_parse(data, 0, &dripped);
	size_t have = 0;

	while (slow == PROXY_MORE && have < size) {
		MUST(dripped.octets > have && dripped.octets <= PROXY_MAX);
		slow = proxy_parse(data, ++have, &dripped);
	}
	MUST(slow == verdict);
	if (verdict == PROXY_TAKEN) {
		MUST(have == whole.octets && dripped.octets == whole.octets);
		MUST(memcmp(&whole.client, &dripped.client, sizeof(whole.client)) == 0);
		check_taken(data, &whole);
	} else if (verdict == PROXY_REFUSED) {
		MUST(whole.why != NULL && whole.why[0] != '\0');
	} else {
		MUST(whole.octets > size && whole.octets <= PROXY_MAX);
	}
	return 0;
}
