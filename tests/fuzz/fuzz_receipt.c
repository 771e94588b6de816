/*
 * fuzz_receipt.c - any octets as receipt text. The first octet is esm_class, the second data_coding, the third the room
 * for decoded text; the rest is the user data.
 */
#include <stdlib.h>

#include "must.h"
#include "smpp/receipt.h"

static bool inside(struct view part, const void *p, size_t n)
{
	const uint8_t *whole = p;

	return part.n == 0 || (part.p >= whole && part.p + part.n <= whole + n);
}

static bool is_blank(uint8_t c)
{
	return c == '\0' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void check_value(struct view v)
{
	for (uint32_t i = 0; i < v.n; i++)
		MUST(!is_blank(v.p[i]));
}

static void check_fields(const struct receipt *r, bool found, struct view data, const char *scratch, size_t cap)
{
	const struct view *all[] = {&r->id,	   &r->sub,  &r->dlvrd, &r->submit_date,
				    &r->done_date, &r->stat, &r->err,	&r->text};

	MUST(found == (r->id.n > 0 || r->stat.n > 0));
	for (unsigned i = 0; i < 8; i++) {
		MUST(inside(*all[i], data.p, data.n) || inside(*all[i], scratch, cap));
		if (all[i] != &r->text)
			check_value(*all[i]);
	}
}

static bool is_plain_id(struct view id)
{
	for (uint32_t i = 0; i < id.n; i++)
		if (id.p[i] < '0' || id.p[i] > '9')
			return false;
	return id.n > 0;
}

/* What we write of what we read can be read again. */
static void check_written(const struct receipt *r, uint8_t state)
{
	struct receipt_out out = {.id = r->id, .state = (enum message_state)(state % 12), .err = view_of("034")};
	enum message_state read;
	struct receipt again;
	char buf[400];
	size_t n;

	out.text = r->text;
	if (!is_plain_id(r->id))
		return;
	n = receipt_format(&out, buf, sizeof buf);
	MUST(n <= sizeof buf && (n > 0 || r->id.n > 200));
	if (n == 0)
		return;
	MUST(receipt_parse((struct view){(uint8_t *)buf, (uint32_t)n}, &again));
	MUST(view_eq(again.id, r->id) && view_eq(again.err, out.err) && again.text.n <= 20);
	MUST(receipt_stat_state(again.stat, &read) && view_eq(again.stat, view_of(receipt_stat_name(out.state))));
}

static struct pdu deliver(struct view text, uint8_t esm_class, uint8_t data_coding)
{
	struct pdu pdu = {.command_id = DELIVER_SM, .has_body = true};

	pdu.sm.esm_class = esm_class;
	pdu.sm.data_coding = data_coding;
	pdu.sm.short_message = text;
	return pdu;
}

/* ASCII says the same when it comes as UTF-16, with either label. */
static void check_ucs2(struct view text, const struct receipt *want, bool found)
{
	uint8_t wide[1024];
	char scratch[512];
	struct receipt r;
	struct pdu pdu;

	if (text.n > sizeof scratch)
		return;
	for (uint32_t i = 0; i < text.n; i++) {
		if (text.p[i] >= 0x80)
			return;
		wide[2 * i] = 0;
		wide[2 * i + 1] = text.p[i];
	}
	for (unsigned label = 0; label <= 8; label += 8) {
		pdu = deliver((struct view){wide, 2 * text.n}, ESM_RECEIPT, (uint8_t)label);
		MUST(receipt_parse_pdu(&pdu, scratch, sizeof scratch, &r) == found);
		if (found)
			MUST(view_eq(r.id, want->id) && view_eq(r.stat, want->stat) && view_eq(r.text, want->text));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct receipt r;
	struct view text;
	struct pdu pdu;
	char *scratch;
	unsigned type;
	bool found;

	if (size < 3 || size > 4096)
		return 0;
	text = (struct view){data + 3, (uint32_t)size - 3};
	found = receipt_parse(text, &r);
	check_fields(&r, found, text, NULL, 0);
	check_written(&r, data[2]);
	check_ucs2(text, &r, found);
	scratch = malloc(data[2] * 2u + 1);
	MUST(scratch != NULL);
	pdu = deliver(text, data[0], data[1]);
	found = receipt_parse_pdu(&pdu, scratch, data[2] * 2u, &r);
	check_fields(&r, found, text, scratch, data[2] * 2u);
	type = data[0] & ESM_TYPE_MASK;
	MUST(receipt_recognise(&pdu, false) == (type == ESM_RECEIPT || type == ESM_INTERMEDIATE));
	MUST(receipt_recognise(&pdu, true) || !receipt_recognise(&pdu, false));
	free(scratch);
	return 0;
}
