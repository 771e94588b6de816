/*
 * fuzz_udh.c - any octets as user data with a header, as a TLV area with a SAR trio, and as a long text to split. The
 * first octet chooses alphabet and mode, the second a small limit.
 */
#include <stdlib.h>

#include "must.h"
#include "smpp/split.h"
#include "smpp/udh.h"

static bool inside(struct view part, struct view whole)
{
	return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void check_written(const struct udh_concat *c)
{
	struct udh_concat again;
	uint8_t out[7];
	uint32_t n = udh_write(c, out);

	MUST(n == (c->ref16 ? 7 : 6) && udh_length((struct view){out, n}) == n);
	MUST(udh_concat((struct view){out, n}, &again));
	MUST(again.ref == c->ref && again.total == c->total && again.seq == c->seq && again.ref16 == c->ref16);
}

static void check_header(struct view data)
{
	uint32_t pos = 0, length = udh_length(data), ies = 0;
	struct udh_concat c;
	struct udh_ie ie;

	MUST(length <= data.n);
	while (udh_next(data, &pos, &ie)) {
		MUST(inside(ie.value, (struct view){data.p, length}) && pos <= length);
		MUST(++ies <= length / 2);
	}
	if (!udh_concat(data, &c))
		return;
	MUST(ies > 0 && pos == length && c.seq >= 1 && c.seq <= c.total && !c.sar && (c.ref16 || c.ref < 256));
	check_written(&c);
}

static void check_pdu(struct view data)
{
	struct pdu pdu = {.command_id = DELIVER_SM, .has_body = true};
	struct udh_concat c;

	pdu.sm.esm_class = ESM_UDHI;
	pdu.sm.short_message = data;
	MUST(udh_concat_pdu(&pdu, &c) == udh_concat(data, &c));
	pdu.sm.esm_class = 0;
	MUST(!udh_concat_pdu(&pdu, &c));
	if (tlv_check(data) != ESME_ROK)
		return;
	pdu.tlvs = data;
	if (!udh_concat_pdu(&pdu, &c))
		return;
	MUST(c.sar && c.ref16 && c.seq >= 1 && c.seq <= c.total);
	check_written(&c);
}

/* Whether a character begins at each offset, read from the start of the text in the plainest way. */
static bool is_border(enum charset c, struct view text, uint32_t at)
{
	uint32_t pos = 0;

	while (pos < at) {
		uint32_t before = pos;

		charset_get(c, text, &pos);
		MUST(pos > before && pos <= text.n);
	}
	return pos == at;
}

static void check_parts(enum charset c, struct view text, uint32_t limit)
{
	uint32_t from = 0;

	while (from < text.n) {
		uint32_t end = split_next(c, text, from, limit);

		MUST(end > from && end <= text.n);
		MUST(end - from <= limit || limit < 4);
		MUST(is_border(c, text, end));
		from = end;
	}
	MUST(split_next(c, text, text.n, limit) == text.n);
}

static void check_plan(enum charset c, struct view text, enum split_mode mode)
{
	uint32_t ends[SPLIT_MAX];
	uint32_t count = split_plan(c, text, mode, ends);

	MUST(count == split_plan(c, text, mode, NULL) && count <= SPLIT_MAX);
	if (count == 0)
		return;
	MUST(ends[count - 1] == text.n);
	MUST((count == 1) == (text.n <= split_single(c) || mode == SPLIT_PAYLOAD));
	for (uint32_t i = 0, from = 0; count > 1 && i < count; from = ends[i++])
		MUST(ends[i] > from && ends[i] - from <= split_part(c, mode));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view rest;
	enum charset c;

	if (size < 2 || size > 4096)
		return 0;
	c = (enum charset)(data[0] % 6);
	rest = (struct view){data + 2, (uint32_t)size - 2};
	check_header(rest);
	check_pdu(rest);
	check_parts(c, rest, data[1] % 32);
	check_plan(c, rest, (enum split_mode)(data[0] / 6 % 4));
	return 0;
}
