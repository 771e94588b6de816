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
static inline void clear_body(struct pdu *pdu)
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

/* Checks every entry, so that the walks of the user can rely on them. */
static struct view read_list(struct reader *r, const struct field *f, uint8_t *count)
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

/* By rows. */
static void read_fields(struct reader *r, const struct layout *layout, struct pdu *pdu)
{
	for (unsigned i = 0; i < layout->nfields; i++) {
		const struct field *f = &layout->fields[i];
		void *to = (char *)pdu + f->offset;

		switch ((enum field_kind)f->kind) {
		case FIELD_INT:
			reader_u8s(r, to, f->count);
			break;
		case FIELD_STRING:
			*(struct view *)to = reader_cstring(r, f->lax ? UINT32_MAX : f->max, f->status);
			break;
		case FIELD_TIME:
			*(struct view *)to = read_time(r, f->status);
			break;
		case FIELD_ADDR:
			*(struct pdu_addr *)to = read_addr(r, f->max, f->status);
			break;
		case FIELD_TEXT:
			*(struct view *)to = read_text(r);
			break;
		case FIELD_DESTS:
		case FIELD_UNSUCCESS:
			*(struct view *)to = read_list(r, f, (uint8_t *)pdu + f->count);
			break;
		}
	}
}

/*
 * Takes area, the rest of the PDU, as its TLVs, up to the last intact one: zero padding and stray octets stay out.
 * Returns how many octets behind the intact ones are neither a TLV nor zero padding.
 */
static inline uint32_t read_tlvs(struct view area, struct pdu *pdu)
{
	if (area.n == 0)
		return 0;
	struct tlv_extent extent = tlv_extent(area);
	pdu->tlvs = (struct view){area.p, extent.intact};
	return extent.left;
}

/* What a request has behind its mandatory fields; frame: from its header on. */
static inline uint32_t end_request(const struct reader *r, const uint8_t *frame, struct pdu *pdu)
{
	const uint8_t *all = r->p;

	if (r->status != ESME_ROK)
		return r->status;
	if (r->p != r->end) {
		if (read_tlvs(reader_rest(r), pdu) >= BROKEN_TLV)
			return ESME_RINVOPTPARSTREAM;
		if (pdu->tlvs.n > 0)
			all = pdu->tlvs.p + pdu->tlvs.n;
	}
	if (all == r->end)
		pdu->frame = (struct view){frame, (uint32_t)(r->end - frame)};
	return ESME_ROK;
}

/* submit_sm, deliver_sm: nearly all that passes. With a reader that stays in registers. */
__attribute__((noinline)) static uint32_t decode_sm(const uint8_t *frame, const uint8_t *end, bool lax, struct pdu *pdu)
{
	struct reader r = {.p = frame + PDU_HEADER, .end = end, .status = ESME_ROK};
	struct pdu_sm *sm = &pdu->sm;

	sm->service_type = reader_cstring(&r, SERVICE_TYPE_MAX, ESME_RINVSERTYP);
	sm->src = read_addr(&r, ADDRESS_MAX, ESME_RINVSRCADR);
	sm->dst = read_addr(&r, ADDRESS_MAX, ESME_RINVDSTADR);
	reader_u8s(&r, &sm->esm_class, 3); /* and protocol_id, priority_flag */
	sm->schedule = lax ? reader_cstring(&r, UINT32_MAX, ESME_RINVSCHED) : read_time(&r, ESME_RINVSCHED);
	sm->validity = lax ? reader_cstring(&r, UINT32_MAX, ESME_RINVEXPIRY) : read_time(&r, ESME_RINVEXPIRY);
	reader_u8s(&r, &sm->registered_delivery, 4); /* and replace_if_present_flag, data_coding, sm_default_msg_id */
	sm->short_message = read_text(&r);
	pdu->has_body = r.status == ESME_ROK;
	return end_request(&r, frame, pdu);
}

/* Apart, as what else is rare: its variables would cost all that is read. */
__attribute__((noinline)) static uint32_t decode_request(const uint8_t *frame, const uint8_t *end,
							 const struct layout *layout, struct pdu *pdu)
{
	struct reader r = {.p = frame + PDU_HEADER, .end = end, .status = ESME_ROK};

	read_fields(&r, layout, pdu);
	pdu->has_body = layout->shape != BODY_NONE && r.status == ESME_ROK;
	return end_request(&r, frame, pdu);
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

/* An id with nothing behind it that is body_is_plain() whatever its octets are: nearly all responses. */
static bool is_id_alone(const uint8_t *p, const uint8_t *end)
{
	uint32_t n = (uint32_t)(end - p);

	return n <= MESSAGE_ID_MAX && (n == 1 || n > 3) && octets_before_nul(p, n) == n - 1;
}

/*
 * Peers leave the body out after success, send one after an error, or TLVs alone (smpp.md 6, 17.5). What cannot be
 * read is dropped: the response is then settled by its command_status.
 */
__attribute__((noinline)) static void decode_response(struct view body, const struct layout *layout, struct pdu *pdu)
{
	struct reader r = {.p = body.p, .end = body.p + body.n, .status = ESME_ROK};
	struct pdu whole;
	uint32_t left;

	if (layout->shape == BODY_NONE || body.n == 0) {
		(void)read_tlvs(body, pdu);
		return;
	}
	if (layout->shape == BODY_ID)
		pdu->resp.id = reader_cstring(&r, MESSAGE_ID_MAX, ESME_RINVMSGID);
	else
		read_fields(&r, layout, pdu);
	pdu->has_body = r.status == ESME_ROK;
	left = pdu->has_body ? read_tlvs(reader_rest(&r), pdu) : 0;
	if (pdu->has_body && body_is_plain(pdu->resp.id, body.n, left))
		return;
	whole = *pdu;
	clear_body(pdu);
	if (read_tlvs(body, pdu) == 0 && pdu->tlvs.n > 0)
		return;
	clear_body(pdu);
	/* an id is worth keeping even when the TLVs behind it are broken: the receipt will name it */
	if (whole.has_body && (left < BROKEN_TLV || pdu->command_status == ESME_ROK))
		*pdu = whole;
}

uint32_t pdu_decode(const uint8_t *buf, size_t n, struct pdu *pdu)
{
	const uint8_t *body, *end;
	const struct layout *layout;

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
	body = buf + PDU_HEADER;
	end = buf + n;
	if (layout->shape == BODY_SUBMIT || layout->shape == BODY_DELIVER)
		return decode_sm(buf, end, layout->shape == BODY_DELIVER, pdu);
	if ((pdu->command_id & COMMAND_RESP) == 0)
		return decode_request(buf, end, layout, pdu);
	if (layout->shape == BODY_ID && is_id_alone(body, end)) {
		pdu->resp.id = (struct view){body, (uint32_t)(end - body) - 1};
		pdu->has_body = true;
	} else {
		decode_response((struct view){body, (uint32_t)(end - body)}, layout, pdu);
	}
	return ESME_ROK;
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
