/*
 * octets.h - what the tests of the codec share: octets from hexadecimal, blocks of exactly their size (a step past the
 * end is then seen by the sanitizers and by valgrind), and a comparison of PDUs that does not use the codec's table.
 */
#ifndef TESTS_OCTETS_H
#define TESTS_OCTETS_H

#include <stdlib.h>

#include "smpp/pdu.h"

/* Octets on the heap, owned; ends with octets_free(). */
struct octets {
	uint8_t *p;
	size_t n;
};

static inline struct octets octets_copy(const void *p, size_t n)
{
	struct octets o = {malloc(n ? n : 1), n};

	assert_non_null(o.p);
	if (n > 0)
		memcpy(o.p, p, n);
	return o;
}

static inline struct octets octets_hex(const char *hex)
{
	size_t n = strlen(hex) / 2;
	struct octets o = {malloc(n ? n : 1), n};

	assert_non_null(o.p);
	for (size_t i = 0; i < n; i++) {
		unsigned octet;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &octet), 1);
		o.p[i] = (uint8_t)octet;
	}
	return o;
}

static inline void octets_free(struct octets *o)
{
	free(o->p);
	o->p = NULL;
}

/* A frame: a header that fits the body, and the body. */
static inline struct octets octets_frame(uint32_t id, uint32_t status, const void *body, size_t n)
{
	struct octets o = {malloc(PDU_HEADER + n), PDU_HEADER + n};

	assert_non_null(o.p);
	pdu_header(o.p, id, status, 7);
	o.p[1] = (uint8_t)(o.n >> 16);
	o.p[2] = (uint8_t)(o.n >> 8);
	o.p[3] = (uint8_t)o.n;
	if (n > 0)
		memcpy(o.p + PDU_HEADER, body, n);
	return o;
}

static inline void addr_same(struct pdu_addr a, struct pdu_addr b)
{
	assert_int_equal(a.ton, b.ton);
	assert_int_equal(a.npi, b.npi);
	assert_true(view_eq(a.addr, b.addr));
}

static inline void sm_same(const struct pdu_sm *a, const struct pdu_sm *b)
{
	assert_true(view_eq(a->service_type, b->service_type));
	addr_same(a->src, b->src);
	addr_same(a->dst, b->dst);
	assert_int_equal(a->esm_class, b->esm_class);
	assert_int_equal(a->protocol_id, b->protocol_id);
	assert_int_equal(a->priority_flag, b->priority_flag);
	assert_int_equal(a->registered_delivery, b->registered_delivery);
	assert_int_equal(a->replace_if_present_flag, b->replace_if_present_flag);
	assert_int_equal(a->data_coding, b->data_coding);
	assert_int_equal(a->sm_default_msg_id, b->sm_default_msg_id);
	assert_int_equal(a->ndests, b->ndests);
	assert_true(view_eq(a->schedule, b->schedule));
	assert_true(view_eq(a->validity, b->validity));
	assert_true(view_eq(a->short_message, b->short_message));
	assert_true(view_eq(a->dests, b->dests));
}

static inline void bind_same(const struct pdu_bind *a, const struct pdu_bind *b)
{
	assert_true(view_eq(a->system_id, b->system_id));
	assert_true(view_eq(a->password, b->password));
	assert_true(view_eq(a->system_type, b->system_type));
	assert_int_equal(a->interface_version, b->interface_version);
	addr_same(a->range, b->range);
}

static inline void replace_same(const struct pdu_replace *a, const struct pdu_replace *b)
{
	assert_true(view_eq(a->id, b->id));
	addr_same(a->src, b->src);
	assert_true(view_eq(a->schedule, b->schedule));
	assert_true(view_eq(a->validity, b->validity));
	assert_int_equal(a->registered_delivery, b->registered_delivery);
	assert_int_equal(a->sm_default_msg_id, b->sm_default_msg_id);
	assert_true(view_eq(a->short_message, b->short_message));
}

static inline void response_same(const struct pdu *a, const struct pdu *b)
{
	switch (a->command_id & ~COMMAND_RESP) {
	case SUBMIT_MULTI:
		assert_int_equal(a->multi_resp.no_unsuccess, b->multi_resp.no_unsuccess);
		assert_true(view_eq(a->multi_resp.unsuccess, b->multi_resp.unsuccess));
		break;
	case QUERY_SM:
		assert_true(view_eq(a->query_resp.final_date, b->query_resp.final_date));
		assert_int_equal(a->query_resp.message_state, b->query_resp.message_state);
		assert_int_equal(a->query_resp.error_code, b->query_resp.error_code);
		break;
	default:
		break;
	}
	assert_true(view_eq(a->resp.id, b->resp.id));
}

static inline void request_same(const struct pdu *a, const struct pdu *b)
{
	switch (a->command_id) {
	case BIND_RECEIVER:
	case BIND_TRANSMITTER:
	case BIND_TRANSCEIVER:
		bind_same(&a->bind, &b->bind);
		break;
	case OUTBIND:
		assert_true(view_eq(a->outbind.system_id, b->outbind.system_id));
		assert_true(view_eq(a->outbind.password, b->outbind.password));
		break;
	case QUERY_SM:
		assert_true(view_eq(a->query.id, b->query.id));
		addr_same(a->query.src, b->query.src);
		break;
	case CANCEL_SM:
		assert_true(view_eq(a->cancel.service_type, b->cancel.service_type));
		assert_true(view_eq(a->cancel.id, b->cancel.id));
		addr_same(a->cancel.src, b->cancel.src);
		addr_same(a->cancel.dst, b->cancel.dst);
		break;
	case REPLACE_SM:
		replace_same(&a->replace, &b->replace);
		break;
	case ALERT_NOTIFICATION:
		addr_same(a->alert.src, b->alert.src);
		addr_same(a->alert.esme, b->alert.esme);
		break;
	case SUBMIT_SM:
	case DELIVER_SM:
	case SUBMIT_MULTI:
	case DATA_SM:
		sm_same(&a->sm, &b->sm);
		break;
	default:
		break;
	}
}

static inline void pdu_same(const struct pdu *a, const struct pdu *b)
{
	assert_int_equal(a->command_id, b->command_id);
	assert_int_equal(a->command_status, b->command_status);
	assert_int_equal(a->sequence, b->sequence);
	assert_int_equal(a->has_body, b->has_body);
	if (a->command_id & COMMAND_RESP)
		response_same(a, b);
	else
		request_same(a, b);
	assert_true(view_eq(a->tlvs, b->tlvs));
}

#endif
