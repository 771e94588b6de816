/*
 * test_pdu_fields.c - every field of every PDU, from tables of our own reading of smpp.md section 3: octets that are
 * put together here, field by field, against the codec's, both ways; and each field empty, at its maximum, over it,
 * without its NUL, and with the PDU ending in front of it.
 */
#include "unit.h"

#include "octets.h"

enum kind {
	INTEGER,
	STRING,
	EMPTY_OR_FULL, /* a time */
	TEXT,
	DESTS,
	UNSUCCESS,
};

struct wire_field {
	const char *name;
	enum kind kind;
	unsigned max;	  /* octets on the wire, with the NUL, without a length octet */
	uint32_t status;  /* of a request that has it too long or without NUL */
	bool lax;	  /* too long is taken */
	size_t at, count; /* in struct pdu */
};

#define AT(member) offsetof(struct pdu, member)
#define I(member)                                                                                                      \
	{                                                                                                              \
#member, INTEGER, 1, ESME_RINVCMDLEN, false, AT(member), 0                                             \
	}
#define C(member, max, status)                                                                                         \
	{                                                                                                              \
#member, STRING, max, status, false, AT(member), 0                                                     \
	}
#define LAX(member, max, status)                                                                                       \
	{                                                                                                              \
#member, STRING, max, status, true, AT(member), 0                                                      \
	}
#define TIME(member, status)                                                                                           \
	{                                                                                                              \
#member, EMPTY_OR_FULL, 17, status, false, AT(member), 0                                               \
	}
#define O(member)                                                                                                      \
	{                                                                                                              \
#member, TEXT, 254, ESME_RINVMSGLEN, false, AT(member), 0                                              \
	}

static const struct wire_field bind[] = {
	LAX(bind.system_id, 16, 0x0F), LAX(bind.password, 9, 0x0E), C(bind.system_type, 13, 0x53),
	I(bind.interface_version),     I(bind.range.ton),	    I(bind.range.npi),
	C(bind.range.addr, 41, 0x02)};
static const struct wire_field bind_resp[] = {LAX(resp.id, 16, 0)};
static const struct wire_field message_resp[] = {C(resp.id, 65, 0)};
static const struct wire_field outbind[] = {LAX(outbind.system_id, 16, 0x0F), LAX(outbind.password, 9, 0x0E)};
static const struct wire_field submit_sm[] = {C(sm.service_type, 6, 0x15),
					      I(sm.src.ton),
					      I(sm.src.npi),
					      C(sm.src.addr, 21, 0x0A),
					      I(sm.dst.ton),
					      I(sm.dst.npi),
					      C(sm.dst.addr, 21, 0x0B),
					      I(sm.esm_class),
					      I(sm.protocol_id),
					      I(sm.priority_flag),
					      TIME(sm.schedule, 0x61),
					      TIME(sm.validity, 0x62),
					      I(sm.registered_delivery),
					      I(sm.replace_if_present_flag),
					      I(sm.data_coding),
					      I(sm.sm_default_msg_id),
					      O(sm.short_message)};
static const struct wire_field deliver_sm[] = {C(sm.service_type, 6, 0x15),
					       I(sm.src.ton),
					       I(sm.src.npi),
					       C(sm.src.addr, 21, 0x0A),
					       I(sm.dst.ton),
					       I(sm.dst.npi),
					       C(sm.dst.addr, 21, 0x0B),
					       I(sm.esm_class),
					       I(sm.protocol_id),
					       I(sm.priority_flag),
					       LAX(sm.schedule, 17, 0x61),
					       LAX(sm.validity, 17, 0x62),
					       I(sm.registered_delivery),
					       I(sm.replace_if_present_flag),
					       I(sm.data_coding),
					       I(sm.sm_default_msg_id),
					       O(sm.short_message)};
static const struct wire_field submit_multi[] = {C(sm.service_type, 6, 0x15),
						 I(sm.src.ton),
						 I(sm.src.npi),
						 C(sm.src.addr, 21, 0x0A),
						 {"sm.dests", DESTS, 21, 0x0B, false, AT(sm.dests), AT(sm.ndests)},
						 I(sm.esm_class),
						 I(sm.protocol_id),
						 I(sm.priority_flag),
						 TIME(sm.schedule, 0x61),
						 TIME(sm.validity, 0x62),
						 I(sm.registered_delivery),
						 I(sm.replace_if_present_flag),
						 I(sm.data_coding),
						 I(sm.sm_default_msg_id),
						 O(sm.short_message)};
static const struct wire_field submit_multi_resp[] = {
	C(multi_resp.id, 65, 0),
	{"multi_resp.unsuccess", UNSUCCESS, 21, 0, false, AT(multi_resp.unsuccess), AT(multi_resp.no_unsuccess)}};
static const struct wire_field data_sm[] = {C(sm.service_type, 6, 0x15),
					    I(sm.src.ton),
					    I(sm.src.npi),
					    C(sm.src.addr, 65, 0x0A),
					    I(sm.dst.ton),
					    I(sm.dst.npi),
					    C(sm.dst.addr, 65, 0x0B),
					    I(sm.esm_class),
					    I(sm.registered_delivery),
					    I(sm.data_coding)};
static const struct wire_field query_sm[] = {C(query.id, 65, 0x0C), I(query.src.ton), I(query.src.npi),
					     C(query.src.addr, 21, 0x0A)};
static const struct wire_field query_sm_resp[] = {C(query_resp.id, 65, 0), LAX(query_resp.final_date, 17, 0),
						  I(query_resp.message_state), I(query_resp.error_code)};
static const struct wire_field cancel_sm[] = {
	C(cancel.service_type, 6, 0x15), C(cancel.id, 65, 0x0C), I(cancel.src.ton), I(cancel.src.npi),
	C(cancel.src.addr, 21, 0x0A),	 I(cancel.dst.ton),	 I(cancel.dst.npi), C(cancel.dst.addr, 21, 0x0B)};
static const struct wire_field replace_sm[] = {
	C(replace.id, 65, 0x0C),	I(replace.src.ton),	      I(replace.src.npi),
	C(replace.src.addr, 21, 0x0A),	TIME(replace.schedule, 0x61), TIME(replace.validity, 0x62),
	I(replace.registered_delivery), I(replace.sm_default_msg_id), O(replace.short_message)};
static const struct wire_field alert_notification[] = {
	I(alert.src.ton),  I(alert.src.npi),  C(alert.src.addr, 65, 0x0A),
	I(alert.esme.ton), I(alert.esme.npi), C(alert.esme.addr, 65, 0x0B)};

#define BODY(fields) fields, sizeof(fields) / sizeof((fields)[0])

static const struct {
	uint32_t id;
	const struct wire_field *fields;
	size_t n;
} pdus[] = {
	{0x00000001u, BODY(bind)},
	{0x00000002u, BODY(bind)},
	{0x00000009u, BODY(bind)},
	{0x80000001u, BODY(bind_resp)},
	{0x80000002u, BODY(bind_resp)},
	{0x80000009u, BODY(bind_resp)},
	{0x0000000Bu, BODY(outbind)},
	{0x00000004u, BODY(submit_sm)},
	{0x80000004u, BODY(message_resp)},
	{0x00000005u, BODY(deliver_sm)},
	{0x80000005u, BODY(message_resp)},
	{0x00000021u, BODY(submit_multi)},
	{0x80000021u, BODY(submit_multi_resp)},
	{0x00000103u, BODY(data_sm)},
	{0x80000103u, BODY(message_resp)},
	{0x00000003u, BODY(query_sm)},
	{0x80000003u, BODY(query_sm_resp)},
	{0x00000008u, BODY(cancel_sm)},
	{0x00000007u, BODY(replace_sm)},
	{0x00000102u, BODY(alert_notification)},
	{0x00000006u, NULL, 0},
	{0x80000006u, NULL, 0},
	{0x00000015u, NULL, 0},
	{0x80000015u, NULL, 0},
	{0x80000007u, NULL, 0},
	{0x80000008u, NULL, 0},
	{0x80000000u, NULL, 0},
};

#define NPDUS	    (sizeof(pdus) / sizeof(pdus[0]))
#define MOST_FIELDS 17

enum fill { LEAST, SOME, MOST };

/* A PDU as a struct and as octets that no codec has touched. */
struct sample {
	struct pdu pdu;
	uint8_t octets[70000];
	size_t n;
	size_t start[MOST_FIELDS + 1]; /* where each field begins; the last is where they end */
	const struct wire_field *fields;
	size_t nfields;
};

static struct sample sample; /* one at a time: too large for a stack */

static const char digits[] = "8613800138000123456789861380013800012345678986138001380001234567890123456789";

static void put(struct sample *s, const void *p, size_t n)
{
	memcpy(s->octets + s->n, p, n);
	s->n += n;
}

static void put_u8(struct sample *s, size_t v)
{
	s->octets[s->n++] = (uint8_t)v;
}

static void put_string(struct sample *s, size_t n)
{
	put(s, digits, n);
	put_u8(s, 0);
}

/* How many characters a string or a text gets. */
static size_t fill_length(const struct wire_field *f, enum fill fill)
{
	size_t longest = f->kind == TEXT ? f->max : f->max - 1;

	if (fill == LEAST)
		return 0;
	if (fill == MOST || f->kind == EMPTY_OR_FULL)
		return longest;
	return longest / 2;
}

static size_t list_count(const struct wire_field *f, enum fill fill)
{
	if (fill == LEAST)
		return f->kind == DESTS ? 1 : 0;
	if (fill == SOME)
		return 3;
	return f->kind == DESTS ? 254 : 255;
}

static void fill_list(struct sample *s, const struct wire_field *f, enum fill fill)
{
	size_t count = list_count(f, fill), from;

	put_u8(s, count);
	from = s->n;
	for (size_t i = 0; i < count; i++) {
		if (f->kind == DESTS && i % 2 == 1) {
			put_u8(s, 2);
		} else {
			if (f->kind == DESTS)
				put_u8(s, 1);
			put_u8(s, 1);
			put_u8(s, 8);
		}
		put_string(s, fill_length(f, fill));
		if (f->kind == UNSUCCESS)
			put(s, "\0\0\4\x0B", 4);
	}
	*((uint8_t *)&s->pdu + f->count) = (uint8_t)count;
	*(struct view *)(void *)((char *)&s->pdu + f->at) = (struct view){s->octets + from, (uint32_t)(s->n - from)};
}

static void fill_field(struct sample *s, size_t i, enum fill fill)
{
	const struct wire_field *f = &s->fields[i];
	void *at = (char *)&s->pdu + f->at;
	size_t n = fill_length(f, fill);

	s->start[i] = s->n;
	switch (f->kind) {
	case INTEGER:
		*(uint8_t *)at = fill == LEAST ? 0 : fill == MOST ? 0xFF : (uint8_t)(0x11 + i);
		put_u8(s, *(uint8_t *)at);
		break;
	case STRING:
	case EMPTY_OR_FULL:
		*(struct view *)at = (struct view){s->octets + s->n, (uint32_t)n};
		put_string(s, n);
		break;
	case TEXT:
		put_u8(s, n);
		*(struct view *)at = (struct view){s->octets + s->n, (uint32_t)n};
		memset(s->octets + s->n, i % 2 ? 0xE4 : 0, n); /* a text may hold NULs */
		s->n += n;
		break;
	case DESTS:
	case UNSUCCESS:
		fill_list(s, f, fill);
		break;
	}
}

static void finish(struct sample *s)
{
	for (int i = 0; i < 4; i++)
		s->octets[i] = (uint8_t)(s->n >> (24 - 8 * i));
}

static struct sample *fill_sample(size_t which, enum fill fill)
{
	static const uint8_t tlv[] = {0x02, 0x04, 0x00, 0x02, 0x12, 0x34};
	struct sample *s = &sample;

	memset(&s->pdu, 0, sizeof(s->pdu));
	s->fields = pdus[which].fields;
	s->nfields = pdus[which].n;
	s->pdu.command_id = pdus[which].id;
	s->pdu.sequence = 0x01020304;
	s->pdu.has_body = s->nfields > 0;
	s->n = 4;
	for (int i = 0; i < 4; i++)
		put_u8(s, pdus[which].id >> (24 - 8 * i));
	put(s, "\0\0\0\0\1\2\3\4", 8);
	for (size_t i = 0; i < s->nfields; i++)
		fill_field(s, i, fill);
	s->start[s->nfields] = s->n;
	if (fill != LEAST) {
		s->pdu.tlvs = (struct view){s->octets + s->n, sizeof(tlv)};
		put(s, tlv, sizeof(tlv));
	}
	finish(s);
	return s;
}

/* Decodes the octets up to end, with a command_length that says so. */
static uint32_t decode_part(const struct sample *s, size_t end, struct pdu *pdu)
{
	static struct octets part; /* kept until the next call: pdu borrows it */

	octets_free(&part);
	part = octets_copy(s->octets, end);
	for (int i = 0; i < 4; i++)
		part.p[i] = (uint8_t)(end >> (24 - 8 * i));
	return pdu_decode(part.p, part.n, pdu);
}

static void both_ways(enum fill fill)
{
	static uint8_t out[70000];

	for (size_t i = 0; i < NPDUS; i++) {
		struct sample *s = fill_sample(i, fill);
		struct pdu pdu;

		memset(&pdu, 0xA5, sizeof(pdu));
		assert_int_equal(decode_part(s, s->n, &pdu), ESME_ROK);
		pdu_same(&pdu, &s->pdu);
		assert_int_equal(pdu_encode(&s->pdu, out, sizeof(out)), s->n);
		assert_memory_equal(out, s->octets, s->n);
		assert_int_equal(pdu_encode(&s->pdu, out, s->n), s->n);
		assert_int_equal(pdu_encode(&s->pdu, out, s->n - 1), 0);
	}
}

static void test_all_empty(void **state)
{
	(void)state;
	both_ways(LEAST);
}

static void test_all_filled(void **state)
{
	(void)state;
	both_ways(SOME);
}

static void test_all_longest(void **state)
{
	(void)state;
	both_ways(MOST);
}

/* What a PDU with the fault of field f decodes to: a response is settled by its status, whatever its body. */
static void refused(const struct sample *s, size_t end, uint32_t want)
{
	struct pdu pdu;
	uint32_t got = decode_part(s, end, &pdu);

	if (s->pdu.command_id & COMMAND_RESP)
		want = ESME_ROK;
	if (got != want)
		fail_msg("%s ends at %zu: status 0x%x, not 0x%x", command_name(s->pdu.command_id), end, got, want);
	assert_false(pdu.has_body);
	assert_int_equal(pdu.tlvs.n, 0);
	assert_int_equal(pdu.sequence, s->pdu.sequence);
}

/* Each field in turn is the one that the PDU ends in front of, or inside of. */
static void test_ends_early(void **state)
{
	(void)state;
	for (size_t i = 0; i < NPDUS; i++) {
		struct sample *s = fill_sample(i, SOME);

		for (size_t f = 0; f < s->nfields; f++) {
			size_t end = s->start[f];
			uint32_t inside = s->fields[f].status;

			if (f > 0 || !(s->pdu.command_id & COMMAND_RESP)) /* an empty response is a body left out */
				refused(s, end, ESME_RINVCMDLEN);
			if (s->fields[f].kind == DESTS || s->fields[f].kind == UNSUCCESS)
				continue;
			for (end++; end < s->start[f + 1]; end++)
				refused(s, end, inside);
		}
	}
}

/* Decodes the sample with one more character in front of field f, a string or a text. */
static uint32_t decode_longer(struct sample *s, size_t f, size_t more, struct pdu *pdu)
{
	static struct octets longer;
	size_t at = s->start[f];

	octets_free(&longer);
	longer.n = s->n + more;
	longer.p = malloc(longer.n);
	assert_non_null(longer.p);
	memcpy(longer.p, s->octets, at);
	memset(longer.p + at, '9', more);
	memcpy(longer.p + at + more, s->octets + at, s->n - at);
	longer.p[2] = (uint8_t)(longer.n >> 8);
	longer.p[3] = (uint8_t)longer.n;
	return pdu_decode(longer.p, longer.n, pdu);
}

static void test_over_maximum(void **state)
{
	static uint8_t out[70000];

	(void)state;
	for (size_t i = 0; i < NPDUS; i++) {
		for (size_t f = 0; f < pdus[i].n; f++) {
			struct sample *s = fill_sample(i, SOME);
			const struct wire_field *field = &s->fields[f];
			size_t more = field->max - fill_length(field, SOME);
			struct view *v = (void *)((char *)&s->pdu + field->at);
			struct pdu pdu;
			uint32_t want = field->lax || s->pdu.command_id & COMMAND_RESP ? ESME_ROK : field->status;

			if (field->kind != STRING && field->kind != EMPTY_OR_FULL)
				continue;
			assert_int_equal(decode_longer(s, f, more, &pdu), want);
			assert_int_equal(pdu.has_body, field->lax);
			if (field->lax)
				assert_int_equal(((struct view *)(void *)((char *)&pdu + field->at))->n, field->max);
			*v = (struct view){(const uint8_t *)digits, field->max};
			assert_int_equal(pdu_encode(&s->pdu, out, sizeof(out)), 0);
			*v = (struct view){(const uint8_t *)"86\00013", 5}; /* a NUL would end it early */
			assert_int_equal(pdu_encode(&s->pdu, out, sizeof(out)), 0);
		}
	}
}

/* A time is empty or 16 characters. */
static void test_times(void **state)
{
	static uint8_t out[70000];
	static const uint32_t ids[] = {SUBMIT_SM, REPLACE_SM, SUBMIT_MULTI};

	(void)state;
	for (size_t i = 0; i < NPDUS; i++) {
		struct sample *s = fill_sample(i, LEAST);
		bool known = false;

		for (size_t k = 0; k < sizeof(ids) / sizeof(ids[0]); k++)
			known = known || ids[k] == s->pdu.command_id;
		for (size_t f = 0; known && f < s->nfields; f++) {
			struct view *v = (void *)((char *)&s->pdu + s->fields[f].at);
			struct pdu pdu;

			if (s->fields[f].kind != EMPTY_OR_FULL)
				continue;
			for (size_t n = 0; n <= 17; n++) {
				bool good = n == 0 || n == 16;

				assert_int_equal(decode_longer(s, f, n, &pdu), good ? ESME_ROK : s->fields[f].status);
				*v = (struct view){(const uint8_t *)digits, (uint32_t)n};
				assert_int_equal(pdu_encode(&s->pdu, out, sizeof(out)) != 0, good);
			}
			*v = (struct view){0};
		}
	}
}

static void test_text_over_maximum(void **state)
{
	static uint8_t text[300], out[600];
	static const uint32_t ids[] = {SUBMIT_SM, DELIVER_SM, REPLACE_SM};

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct pdu pdu = {.command_id = ids[i]}, got;
		struct view *v = ids[i] == REPLACE_SM ? &pdu.replace.short_message : &pdu.sm.short_message;
		struct octets frame;
		size_t n;

		*v = (struct view){text, 254};
		n = pdu_encode(&pdu, out, sizeof(out));
		assert_true(n > 254);
		v->n = 255;
		assert_int_equal(pdu_encode(&pdu, out, sizeof(out)), 0);
		v->n = 256; /* not 0 in one octet */
		assert_int_equal(pdu_encode(&pdu, out, sizeof(out)), 0);
		v->n = 254;
		assert_int_equal(pdu_encode(&pdu, out, sizeof(out)), n);

		frame = octets_copy(out, n + 1); /* 255 octets of text, and they are all there */
		frame.p[n - 255] = 255;
		frame.p[2] = (uint8_t)((n + 1) >> 8);
		frame.p[3] = (uint8_t)(n + 1);
		assert_int_equal(pdu_decode(frame.p, frame.n, &got), ESME_RINVMSGLEN);
		octets_free(&frame);
	}
}

/* The list of a submit_multi behind an empty service_type and source: 16 + 1 + 3 octets in front of the count. */
static uint32_t decode_dests(const char *list, size_t n)
{
	static const uint8_t tail[10];
	uint8_t body[2048] = {0};
	struct octets frame;
	struct pdu pdu;
	uint32_t status;

	memcpy(body + 4, list, n);
	memcpy(body + 4 + n, tail, sizeof(tail));
	frame = octets_frame(SUBMIT_MULTI, 0, body, 4 + n + sizeof(tail));
	status = pdu_decode(frame.p, frame.n, &pdu);
	octets_free(&frame);
	return status;
}

#define LIST(text) text, sizeof(text) - 1

static void test_bad_dests(void **state)
{
	char many[1 + 255 * 4] = {0};

	(void)state;
	assert_int_equal(decode_dests(LIST("\1"
					   "\1\1\1"
					   "8613800138000\0")),
			 ESME_ROK);
	assert_int_equal(decode_dests(LIST("\1"
					   "\2"
					   "vip\0")),
			 ESME_ROK);
	assert_int_equal(decode_dests(LIST("\0")), ESME_RINVNUMDESTS);
	assert_int_equal(decode_dests(LIST("\1"
					   "\3"
					   "vip\0")),
			 ESME_RINVDESTFLAG);
	assert_int_equal(decode_dests(LIST("\1"
					   "\0"
					   "\1\1"
					   "86\0")),
			 ESME_RINVDESTFLAG);
	assert_int_equal(decode_dests(LIST("\1"
					   "\1\1\1"
					   "861380013800012345678\0")),
			 ESME_RINVDSTADR);
	assert_int_equal(decode_dests(LIST("\1"
					   "\2"
					   "abcdefghijklmnopqrstu\0")),
			 ESME_RINVDLNAME);
	assert_int_equal(decode_dests(LIST("\1"
					   "\2"
					   "abcdefghijklmnopqrst\0")),
			 ESME_ROK);
	assert_int_equal(decode_dests(LIST("\2"
					   "\2"
					   "vip\0"
					   "\1\1\1"
					   "86138001380001234567890")),
			 ESME_RINVDSTADR);
	memset(many, 2, sizeof(many));
	for (size_t i = 2; i < sizeof(many); i += 2)
		many[i] = 0;
	many[0] = (char)254;
	assert_int_equal(decode_dests(many, 1 + 254 * 2), ESME_ROK);
	many[0] = (char)255;
	assert_int_equal(decode_dests(many, 1 + 255 * 2), ESME_RINVNUMDESTS);
	many[0] = (char)254;
	assert_int_equal(decode_dests(many, 1 + 2), ESME_RINVDESTFLAG); /* runs into what follows */
}

/* A count that does not fit its list would shift every later field. */
static void test_wrong_counts(void **state)
{
	struct pdu multi = {.command_id = SUBMIT_MULTI, .sm.dests = view_of("\2vip"), .sm.ndests = 1};
	struct pdu resp = {.command_id = SUBMIT_MULTI | COMMAND_RESP};
	uint8_t out[64];

	(void)state;
	multi.sm.dests.n++; /* its NUL */
	assert_true(pdu_encode(&multi, out, sizeof(out)) > 0);
	multi.sm.ndests = 2;
	assert_int_equal(pdu_encode(&multi, out, sizeof(out)), 0);
	multi.sm.ndests = 0;
	assert_int_equal(pdu_encode(&multi, out, sizeof(out)), 0);
	multi.sm.dests = (struct view){0};
	assert_int_equal(pdu_encode(&multi, out, sizeof(out)), 0);

	assert_int_equal(pdu_encode(&resp, out, sizeof(out)), 18);
	resp.multi_resp.no_unsuccess = 1;
	assert_int_equal(pdu_encode(&resp, out, sizeof(out)), 0);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_all_empty),	  cmocka_unit_test(test_all_filled),
	cmocka_unit_test(test_all_longest),	  cmocka_unit_test(test_ends_early),
	cmocka_unit_test(test_over_maximum),	  cmocka_unit_test(test_times),
	cmocka_unit_test(test_text_over_maximum), cmocka_unit_test(test_bad_dests),
	cmocka_unit_test(test_wrong_counts),
};

UNIT_MAIN(cases)
