/*
 * fuzz_pdu.c - fuzz target of the PDU codec. The input is one frame (its command_length is set to fit). It is decoded,
 * everything in it is walked, it is encoded and decoded again: the second decoding has to give the same, octet for
 * octet when it is encoded once more.
 */
#include <stdio.h>
#include <stdlib.h>

#include "must.h"
#include "smpp/pdu.h"

static uint8_t first[PDU_MAX_DEFAULT + 16], second[PDU_MAX_DEFAULT + 16];

/* Adds up every octet of a view, so that the sanitizers see it read. */
static unsigned touch(struct view v)
{
	unsigned sum = 0;

	for (uint32_t i = 0; i < v.n; i++)
		sum += v.p[i];
	return sum;
}

static void walk_tlvs(struct view area)
{
	struct tlv tlv;
	struct view value;
	uint32_t pos = 0, n;

	MUST(tlv_check(area) == ESME_ROK);
	while (tlv_next(area, &pos, &tlv)) {
		touch(tlv.value);
		MUST(tlv_find(area, tlv.tag, &value));
		if (tlv_find_str(area, tlv.tag, &value))
			touch(value);
		(void)tlv_find_int(area, tlv.tag, &n);
	}
	MUST(pos == area.n);
}

static void walk_lists(const struct pdu *pdu)
{
	struct pdu_dest dest;
	struct pdu_unsuccess entry;
	uint32_t pos = 0, n = 0;

	if (pdu->command_id == SUBMIT_MULTI) {
		while (pdu_next_dest(pdu->sm.dests, &pos, &dest)) {
			touch(dest.addr.addr);
			touch(dest.list);
			n++;
		}
		MUST(n == pdu->sm.ndests && pos == pdu->sm.dests.n);
	}
	if (pdu->command_id == (SUBMIT_MULTI | COMMAND_RESP)) {
		while (pdu_next_unsuccess(pdu->multi_resp.unsuccess, &pos, &entry)) {
			touch(entry.addr.addr);
			n++;
		}
		MUST(n == pdu->multi_resp.no_unsuccess && pos == pdu->multi_resp.unsuccess.n);
	}
}

static bool has_text(uint32_t id)
{
	return id == SUBMIT_SM || id == DELIVER_SM || id == SUBMIT_MULTI || id == DATA_SM;
}

/* Whether a field is longer than it may be sent: the decoder takes those of pdu.h's list. */
static bool over_maximum(const struct pdu *pdu)
{
	switch (pdu->command_id) {
	case BIND_RECEIVER:
	case BIND_TRANSMITTER:
	case BIND_TRANSCEIVER:
		return pdu->bind.system_id.n > 15 || pdu->bind.password.n > 8;
	case BIND_RECEIVER | COMMAND_RESP:
	case BIND_TRANSMITTER | COMMAND_RESP:
	case BIND_TRANSCEIVER | COMMAND_RESP:
		return pdu->resp.id.n > 15;
	case OUTBIND:
		return pdu->outbind.system_id.n > 15 || pdu->outbind.password.n > 8;
	case DELIVER_SM:
		return pdu->sm.schedule.n > 16 || pdu->sm.validity.n > 16;
	case QUERY_SM | COMMAND_RESP:
		return pdu->query_resp.final_date.n > 16;
	default:
		return false;
	}
}

/* Whether a response's id can be taken for the beginning of a TLV: then the same octets may be read in two ways. */
static bool ambiguous(const struct pdu *pdu)
{
	if (!(pdu->command_id & COMMAND_RESP) || !pdu->has_body)
		return false;
	for (uint32_t i = 0; i < pdu->resp.id.n; i++) {
		if (pdu->resp.id.p[i] < 0x20)
			return true;
	}
	return false;
}

static void encode_again(const struct pdu *pdu)
{
	size_t n = pdu_encode(pdu, first, sizeof(first)), again;
	struct pdu got;

	if (n == 0) {
		MUST(over_maximum(pdu));
		return;
	}
	MUST(pdu_encode(pdu, second, n) == n && pdu_encode(pdu, second, n - 1) == 0);
	MUST(pdu_decode(first, n, &got) == ESME_ROK);
	if (ambiguous(pdu))
		return;
	MUST(got.command_id == pdu->command_id && got.command_status == pdu->command_status);
	MUST(got.sequence == pdu->sequence);
	MUST(n == PDU_HEADER || view_eq(got.tlvs, pdu->tlvs));
	again = pdu_encode(&got, second, sizeof(second));
	MUST(again == n && memcmp(first, second, n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pdu pdu;
	struct view text;
	uint32_t status, need;
	uint8_t *exact;

	if (size > PDU_MAX_DEFAULT)
		return 0;
	exact = calloc(1, size ? size : 1);
	MUST(exact);
	if (size > 0)
		memcpy(exact, data, size);
	if (size >= PDU_HEADER) {
		exact[0] = 0;
		exact[1] = (uint8_t)(size >> 16);
		exact[2] = (uint8_t)(size >> 8);
		exact[3] = (uint8_t)size;
		MUST(pdu_frame(exact, size, PDU_MAX_DEFAULT, &need) == ESME_ROK && need == size);
	}
	status = pdu_decode(exact, size, &pdu);
	MUST((status == ESME_RINVCMDID) == (size >= PDU_HEADER && !command_known(pdu.command_id)));
	MUST(status == ESME_ROK || !(pdu.command_id & COMMAND_RESP) || status == ESME_RINVCMDID || size < PDU_HEADER);
	if (status == ESME_ROK || status == ESME_RINVOPTPARSTREAM) {
		walk_tlvs(pdu.tlvs);
		walk_lists(&pdu);
		if (has_text(pdu.command_id) && pdu_text(&pdu, &text))
			touch(text);
		encode_again(&pdu);
	} else {
		MUST(!pdu.has_body && pdu.tlvs.n == 0);
	}
	free(exact);
	return 0;
}
