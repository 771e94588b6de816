/*
 * pdu.c - octets to structs: framing, decoding by layout.c's rows, and the walks over a decoded PDU's lists.
 * Copies nothing: strings are views of the input. Knows no session, and judges no value beyond its length.
 */
#include "smpp/pdu.h"

#include "smpp/cursor.h"
#include "smpp/layout.h"

/* Every response whose id may be told from a TLV has it as its first member: see body_is_plain(). */
_Static_assert(offsetof(struct pdu, resp.id) == offsetof(struct pdu, multi_resp.id), "id of submit_multi_resp");
_Static_assert(offsetof(struct pdu, resp.id) == offsetof(struct pdu, query_resp.id), "id of query_sm_resp");

/* From so many octets on, what is left behind the last TLV is a broken TLV and no stray octets. */
#define BROKEN_TLV 4u

uint32_t pdu_frame(const uint8_t *buf, size_t have, uint32_t max_pdu, uint32_t *need)
{
	if (have < 4) {
		*need = PDU_HEADER;
		return ESME_ROK;
	}
	*need = octets_u32(buf);
	return *need < PDU_HEADER || *need > max_pdu ? ESME_RINVCMDLEN : ESME_ROK;
}

/*
 * Empties all but the header. In parts small enough to become plain stores: for the whole, gcc takes a loop or a string
 * instruction that costs 15 ns a PDU.
 */
static void clear_body(struct pdu *pdu)
{
	enum { PART = 64, N = sizeof(*pdu) - offsetof(struct pdu, has_body) };
	_Static_assert(N > 2 * PART && N <= 3 * PART, "three parts");
	char *body = (char *)&pdu->has_body;

	memset(body, 0, PART);
	memset(body + PART, 0, PART);
	memset(body + 2 * PART, 0, N - 2 * PART);
}

static inline struct pdu_addr read_addr(struct reader *r, uint32_t max, uint32_t status)
{
	struct pdu_addr addr;

	addr.ton = reader_u8(r);
	addr.npi = reader_u8(r);
	addr.addr = reader_cstring(r, max, status);
	return addr;
}

static struct pdu_dest read_dest(struct reader *r)
{
	struct pdu_dest dest = {.flag = reader_u8(r)};

	if (dest.flag == PDU_DEST_SME)
		dest.addr = read_addr(r, PDU_DEST_MAX, ESME_RINVDSTADR);
	else if (dest.flag == PDU_DEST_LIST)
		dest.list = reader_cstring(r, PDU_DEST_MAX, ESME_RINVDLNAME);
	else
		reader_fail(r, ESME_RINVDESTFLAG);
	return dest;
}

static struct pdu_unsuccess read_unsuccess(struct reader *r)
{
	struct pdu_unsuccess entry = {.addr = read_addr(r, PDU_DEST_MAX, ESME_RINVDSTADR)};

	entry.status = reader_u32(r);
	return entry;
}

static inline struct view read_time(struct reader *r, uint32_t status)
{
	struct view v = reader_cstring(r, TIME_MAX, status);

	if (v.n != 0 && v.n != TIME_MAX - 1)
		reader_fail(r, status);
	return v;
}

static inline struct view read_text(struct reader *r)
{
	uint8_t n = reader_u8(r);

	if (n > TEXT_MAX)
		reader_fail(r, ESME_RINVMSGLEN);
	return reader_octets(r, n, ESME_RINVMSGLEN);
}

/* Checks every entry, so that the walks of the user can rely on them. Apart: its variables would cost all that is read.
 */
__attribute__((noinline)) static struct view read_list(struct reader *r, const struct field *f, uint8_t *count)
{
	const uint8_t *start;

	*count = reader_u8(r);
	start = r->p;
	if (f->kind == FIELD_DESTS && r->status == ESME_ROK && (*count == 0 || *count > PDU_MAX_DESTS))
		reader_fail(r, ESME_RINVNUMDESTS);
	for (unsigned i = 0; i < *count && r->status == ESME_ROK; i++) {
		if (f->kind == FIELD_DESTS)
			(void)read_dest(r);
		else
			(void)read_unsuccess(r);
	}
	if (r->status != ESME_ROK)
		return (struct view){0};
	return (struct view){start, (uint32_t)(r->p - start)};
}

/* submit_sm, deliver_sm. With a reader of its own, which stays in registers. */
static void read_sm(struct reader *from, enum body_shape shape, struct pdu_sm *sm)
{
	struct reader r = *from;
	bool lax = shape == BODY_DELIVER;

	sm->service_type = reader_cstring(&r, SERVICE_TYPE_MAX, ESME_RINVSERTYP);
	sm->src = read_addr(&r, ADDRESS_MAX, ESME_RINVSRCADR);
	sm->dst = read_addr(&r, ADDRESS_MAX, ESME_RINVDSTADR);
	reader_u8s(&r, &sm->esm_class, 3); /* and protocol_id, priority_flag */
	sm->schedule = lax ? reader_cstring(&r, UINT32_MAX, ESME_RINVSCHED) : read_time(&r, ESME_RINVSCHED);
	sm->validity = lax ? reader_cstring(&r, UINT32_MAX, ESME_RINVEXPIRY) : read_time(&r, ESME_RINVEXPIRY);
	reader_u8s(&r, &sm->registered_delivery, 4); /* and replace_if_present_flag, data_coding, sm_default_msg_id */
	sm->short_message = read_text(&r);
	*from = r;
}

/* By rows. */
static void read_fields(struct reader *from, const struct layout *layout, struct pdu *pdu)
{
	struct reader r = *from;
	const struct field *end = layout->fields + layout->nfields;

	for (const struct field *f = layout->fields; f < end; f++) {
		void *to = (char *)pdu + f->offset;

		switch ((enum field_kind)f->kind) {
		case FIELD_INT:
			reader_u8s(&r, to, f->count);
			break;
		case FIELD_STRING:
			*(struct view *)to = reader_cstring(&r, f->lax ? UINT32_MAX : f->max, f->status);
			break;
		case FIELD_TIME:
			*(struct view *)to = read_time(&r, f->status);
			break;
		case FIELD_ADDR:
			*(struct pdu_addr *)to = read_addr(&r, f->max, f->status);
			break;
		case FIELD_TEXT:
			*(struct view *)to = read_text(&r);
			break;
		case FIELD_DESTS:
		case FIELD_UNSUCCESS:
			*from = r;
			*(struct view *)to = read_list(from, f, (uint8_t *)pdu + f->count);
			r = *from;
			break;
		}
	}
	*from = r;
}

/*
 * Takes the rest of the PDU as its TLV area, up to the last intact TLV: zero padding and stray octets stay out.
 * Returns how many octets behind the intact ones are neither a TLV nor zero padding.
 */
static uint32_t read_tlvs(struct reader *r, struct pdu *pdu)
{
	struct view area = {r->p, reader_left(r)};
	struct tlv tlv;
	uint32_t pos = 0, intact = 0;

	if (area.n == 0)
		return 0;
	while (tlv_next(area, &pos, &tlv))
		intact = pos;
	pdu->tlvs = (struct view){area.p, intact};
	return area.n - pos;
}

static void read_body(struct reader *r, const struct layout *layout, struct pdu *pdu)
{
	switch ((enum body_shape)layout->shape) {
	case BODY_SUBMIT:
	case BODY_DELIVER:
		read_sm(r, (enum body_shape)layout->shape, &pdu->sm);
		break;
	case BODY_ID:
		pdu->resp.id = reader_cstring(r, MESSAGE_ID_MAX, ESME_RINVMSGID);
		break;
	case BODY_ROWS:
		read_fields(r, layout, pdu);
		break;
	case BODY_NONE:
		break;
	}
}

static uint32_t decode_request(struct reader *r, const struct layout *layout, struct pdu *pdu)
{
	read_body(r, layout, pdu);
	if (r->status != ESME_ROK)
		return r->status;
	pdu->has_body = layout->shape != BODY_NONE;
	return read_tlvs(r, pdu) >= BROKEN_TLV ? ESME_RINVOPTPARSTREAM : ESME_ROK;
}

/* Whether every octet of a frame stands in a field or in the TLVs that were read from it. */
static bool is_all_read(const struct pdu *pdu, const struct reader *r)
{
	return (pdu->tlvs.n ? pdu->tlvs.p + pdu->tlvs.n : r->p) == r->end;
}

/*
 * Whether a body that was read with its mandatory fields, and left octets behind, is surely that. The first octets of
 * a TLV area can pass for a short id too, but the tags of 3.4 and our own hold control characters, an id does not;
 * and a tag 0x00xx looks like an empty id before a TLV that does not fit.
 */
static bool body_is_plain(struct view id, uint32_t body, uint32_t left)
{
	/* a TLV that has no NUL among its first three octets is longer than this body, and the id as good as plain */
	if (left == 0 && body <= 256 && id.n > 2)
		return true;
	for (uint32_t i = 0; i < id.n; i++) {
		if (id.p[i] < 0x20)
			return false;
	}
	return left == 0 || (left < BROKEN_TLV && id.n > 0);
}

/*
 * Peers leave the body out after success, send one after an error, or TLVs alone (smpp.md 6, 17.5). What cannot be
 * read is dropped: the response is then settled by its command_status.
 */
static void decode_response(struct reader r, const struct layout *layout, struct pdu *pdu)
{
	struct reader again = r;
	struct pdu whole;
	uint32_t left;

	if (layout->shape == BODY_NONE || r.p == r.end) {
		(void)read_tlvs(&r, pdu);
		return;
	}
	read_body(&r, layout, pdu);
	pdu->has_body = r.status == ESME_ROK;
	left = pdu->has_body ? read_tlvs(&r, pdu) : 0;
	if (pdu->has_body && body_is_plain(pdu->resp.id, reader_left(&again), left))
		return;
	whole = *pdu;
	clear_body(pdu);
	if (read_tlvs(&again, pdu) == 0 && pdu->tlvs.n > 0)
		return;
	clear_body(pdu);
	/* an id is worth keeping even when the TLVs behind it are broken: the receipt will name it */
	if (whole.has_body && (left < BROKEN_TLV || pdu->command_status == ESME_ROK))
		*pdu = whole;
}

uint32_t pdu_decode(const uint8_t *buf, size_t n, struct pdu *pdu)
{
	const struct layout *layout;
	struct reader r = {.status = ESME_ROK};

	clear_body(pdu);
	if (n < PDU_HEADER) {
		pdu->command_id = pdu->command_status = pdu->sequence = 0;
		return ESME_RINVCMDLEN;
	}
	pdu->command_id = octets_u32(buf + 4);
	pdu->command_status = octets_u32(buf + 8);
	pdu->sequence = octets_u32(buf + 12);
	if (octets_u32(buf) != n)
		return ESME_RINVCMDLEN;
	layout = layout_of(pdu->command_id);
	if (!layout)
		return ESME_RINVCMDID;
	r.p = buf + PDU_HEADER;
	r.end = buf + n;
	if (pdu->command_id & COMMAND_RESP) {
		decode_response(r, layout, pdu);
		return ESME_ROK;
	}
	uint32_t status = decode_request(&r, layout, pdu);
	if (status == ESME_ROK && is_all_read(pdu, &r))
		pdu->frame = (struct view){buf, (uint32_t)n};
	return status;
}

/* Behind the C-octet string at p; end when it has none. */
static const uint8_t *behind_string(const uint8_t *p, const uint8_t *end)
{
	uint32_t n = octets_before_nul(p, (uint32_t)(end - p));
	return p + n < end ? p + n + 1 : end;
}

struct view pdu_peek_dst(struct view frame)
{
	const uint8_t *end = frame.p + frame.n;
	if (frame.n < PDU_HEADER)
		return (struct view){NULL, 0};
	const uint8_t *source = behind_string(frame.p + PDU_HEADER, end); /* behind service_type */
	const uint8_t *dst = end - source > 2 ? behind_string(source + 2, end) : end;
	if (end - dst <= 2)
		return (struct view){NULL, 0};
	uint32_t left = (uint32_t)(end - dst) - 2, n = octets_before_nul(dst + 2, left);
	return n < left ? (struct view){dst + 2, n} : (struct view){NULL, 0};
}

/* The payload, when there is one, in the place of an empty text. */
static bool take_payload(struct view tlvs, struct view *text)
{
	struct view payload;

	if (!tlv_find(tlvs, TLV_MESSAGE_PAYLOAD, &payload) || payload.n == 0)
		return true;
	if (text->n > 0)
		return false;
	*text = payload;
	return true;
}

bool pdu_text(const struct pdu *pdu, struct view *text)
{
	*text = pdu->sm.short_message;
	return pdu->tlvs.n == 0 || take_payload(pdu->tlvs, text);
}

bool pdu_next_dest(struct view dests, uint32_t *pos, struct pdu_dest *out)
{
	struct reader r = {.status = ESME_ROK};

	if (*pos >= dests.n)
		return false;
	r.p = dests.p + *pos;
	r.end = dests.p + dests.n;
	*out = read_dest(&r);
	*pos = (uint32_t)(r.p - dests.p);
	return r.status == ESME_ROK;
}

bool pdu_next_unsuccess(struct view list, uint32_t *pos, struct pdu_unsuccess *out)
{
	struct reader r = {.status = ESME_ROK};

	if (*pos >= list.n)
		return false;
	r.p = list.p + *pos;
	r.end = list.p + list.n;
	*out = read_unsuccess(&r);
	*pos = (uint32_t)(r.p - list.p);
	return r.status == ESME_ROK;
}
