/*
 * pdu_encode.c - structs to octets, by layout.c's rows. Never cuts a field: what does not fit is not written.
 */
#include "smpp/pdu.h"

#include "smpp/cursor.h"
#include "smpp/layout.h"

static inline void write_addr(struct writer *w, const struct pdu_addr *addr, uint32_t max)
{
	writer_u8(w, addr->ton);
	writer_u8(w, addr->npi);
	writer_cstring(w, addr->addr, max);
}

static inline void write_time(struct writer *w, struct view v)
{
	if (v.n != 0 && v.n != TIME_MAX - 1)
		writer_fail(w);
	writer_cstring(w, v, TIME_MAX);
}

static inline void write_text(struct writer *w, struct view v)
{
	if (v.n > TEXT_MAX)
		writer_fail(w);
	writer_u8(w, (uint8_t)v.n);
	writer_octets(w, v);
}

static uint32_t count_dests(struct view list)
{
	struct pdu_dest dest;
	uint32_t pos = 0, n = 0;

	while (pdu_next_dest(list, &pos, &dest))
		n++;
	return n;
}

static uint32_t count_unsuccess(struct view list)
{
	struct pdu_unsuccess entry;
	uint32_t pos = 0, n = 0;

	while (pdu_next_unsuccess(list, &pos, &entry))
		n++;
	return n;
}

/* The caller built the entries and counted them itself: a wrong count would shift every later field. */
static void write_list(struct writer *w, const struct field *f, struct view list, uint8_t count)
{
	bool dests = f->kind == FIELD_DESTS;

	if (count != (dests ? count_dests(list) : count_unsuccess(list)))
		writer_fail(w);
	if (dests && (count == 0 || count > PDU_MAX_DESTS))
		writer_fail(w);
	writer_u8(w, count);
	writer_octets(w, list);
}

static inline void put_header(uint8_t *buf, uint32_t n, uint32_t command_id, uint32_t status, uint32_t sequence)
{
	octets_put_u32(buf, n);
	octets_put_u32(buf + 4, command_id);
	octets_put_u32(buf + 8, status);
	octets_put_u32(buf + 12, sequence);
}

/* The TLVs behind the body, and the header in front of it. Returns the octets; 0 when something did not fit. */
static inline size_t end_pdu(struct writer *w, const struct pdu *pdu, uint8_t *buf)
{
	writer_octets(w, pdu->tlvs);
	if (w->failed)
		return 0;
	size_t n = (size_t)(w->p - buf);
	put_header(buf, (uint32_t)n, pdu->command_id, pdu->command_status, pdu->sequence);
	return n;
}

/* submit_sm, deliver_sm: nearly all that passes. With a writer that stays in registers. */
__attribute__((noinline)) static size_t write_sm(const struct pdu *pdu, bool lax, uint8_t *buf, size_t cap)
{
	struct writer w = {.p = buf + PDU_HEADER, .end = buf + cap};
	const struct pdu_sm *sm = &pdu->sm;

	writer_cstring(&w, sm->service_type, SERVICE_TYPE_MAX);
	write_addr(&w, &sm->src, ADDRESS_MAX);
	write_addr(&w, &sm->dst, ADDRESS_MAX);
	writer_u8s(&w, &sm->esm_class, 3); /* and protocol_id, priority_flag */
	if (lax) {
		writer_cstring(&w, sm->schedule, TIME_MAX);
		writer_cstring(&w, sm->validity, TIME_MAX);
	} else {
		write_time(&w, sm->schedule);
		write_time(&w, sm->validity);
	}
	writer_u8s(&w, &sm->registered_delivery, 4); /* and replace_if_present_flag, data_coding, sm_default_msg_id */
	write_text(&w, sm->short_message);
	return end_pdu(&w, pdu, buf);
}

/* Responses that name a message. */
__attribute__((noinline)) static size_t write_id(const struct pdu *pdu, uint8_t *buf, size_t cap)
{
	struct writer w = {.p = buf + PDU_HEADER, .end = buf + cap};

	writer_cstring(&w, pdu->resp.id, MESSAGE_ID_MAX);
	return end_pdu(&w, pdu, buf);
}

/* By rows. Apart: its variables would cost all that is written. */
__attribute__((noinline)) static size_t write_fields(const struct pdu *pdu, const struct layout *layout, uint8_t *buf,
						     size_t cap)
{
	struct writer w = {.p = buf + PDU_HEADER, .end = buf + cap};

	for (unsigned i = 0; i < layout->nfields; i++) {
		const struct field *f = &layout->fields[i];
		const void *from = (const char *)pdu + f->offset;

		switch ((enum field_kind)f->kind) {
		case FIELD_INT:
			writer_u8s(&w, from, f->count);
			break;
		case FIELD_STRING:
			writer_cstring(&w, *(const struct view *)from, f->max);
			break;
		case FIELD_TIME:
			write_time(&w, *(const struct view *)from);
			break;
		case FIELD_ADDR:
			write_addr(&w, from, f->max);
			break;
		case FIELD_TEXT:
			write_text(&w, *(const struct view *)from);
			break;
		case FIELD_DESTS:
		case FIELD_UNSUCCESS:
			write_list(&w, f, *(const struct view *)from, *((const uint8_t *)pdu + f->count));
			break;
		}
	}
	return end_pdu(&w, pdu, buf);
}

/* Whether an answer is its header alone. */
static inline bool is_bare(const struct layout *layout, const struct pdu *pdu)
{
	return pdu->command_status != ESME_ROK && layout->bare_error && (pdu->command_id & COMMAND_RESP) != 0 &&
	       pdu->tlvs.n == 0;
}

size_t pdu_encode(const struct pdu *pdu, uint8_t *buf, size_t cap)
{
	const struct layout *layout = layout_of(pdu->command_id);

	if (!layout || cap < PDU_HEADER)
		return 0;
	if (is_bare(layout, pdu)) {
		pdu_header(buf, pdu->command_id, pdu->command_status, pdu->sequence);
		return PDU_HEADER;
	}
	if (layout->shape == BODY_SUBMIT || layout->shape == BODY_DELIVER)
		return write_sm(pdu, layout->shape == BODY_DELIVER, buf, cap);
	if (layout->shape == BODY_ID)
		return write_id(pdu, buf, cap);
	return write_fields(pdu, layout, buf, cap);
}

void pdu_header(uint8_t *buf, uint32_t command_id, uint32_t status, uint32_t sequence)
{
	put_header(buf, PDU_HEADER, command_id, status, sequence);
}

bool pdu_put_dest(uint8_t *buf, uint32_t cap, uint32_t *n, const struct pdu_dest *dest)
{
	struct writer w = {.p = buf + *n, .end = buf + cap};

	writer_u8(&w, dest->flag);
	if (dest->flag == PDU_DEST_SME)
		write_addr(&w, &dest->addr, PDU_DEST_MAX);
	else if (dest->flag == PDU_DEST_LIST)
		writer_cstring(&w, dest->list, PDU_DEST_MAX);
	else
		writer_fail(&w);
	if (w.failed)
		return false;
	*n = (uint32_t)(w.p - buf);
	return true;
}

bool pdu_put_unsuccess(uint8_t *buf, uint32_t cap, uint32_t *n, const struct pdu_unsuccess *entry)
{
	struct writer w = {.p = buf + *n, .end = buf + cap};

	write_addr(&w, &entry->addr, PDU_DEST_MAX);
	writer_u32(&w, entry->status);
	if (w.failed)
		return false;
	*n = (uint32_t)(w.p - buf);
	return true;
}
