/*
 * sim_receipt.c - message ids in the forms that carriers use, and receipts as deliver_sm or data_sm. Formats by hand: a
 * printf per receipt would be half of what the simulator costs.
 */
#include "tools/sim.h"

#include <stdio.h>
#include <stdlib.h>

#include "smpp/charset.h"
#include "smpp/smpp_time.h"

#define CHINA_QUARTERS	  32   /* quarters of an hour east of UTC */
#define SHORT_MESSAGE_MAX 254u /* octets */
/* An id of a gateway has 18 digits, and a part's a number behind it: both in one number. */
#define THEIRS_BITS 60u
#define THEIRS_ID   ((1ull << THEIRS_BITS) - 1)

static uint32_t print_dec(uint64_t v, unsigned width, char *out)
{
	char digits[20];
	unsigned n = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n < width)
		digits[n++] = '0';
	for (unsigned i = 0; i < n; i++)
		out[i] = digits[n - 1 - i];
	return n;
}

static uint32_t print_hex(uint64_t v, char *out)
{
	unsigned n = v ? (67u - (unsigned)__builtin_clzll(v)) / 4 : 1;

	for (unsigned i = n; i-- > 0; v >>= 4)
		out[i] = "0123456789abcdef"[v & 15];
	return n;
}

static uint64_t mix(uint64_t v)
{
	v = (v ^ v >> 31) * 0x9E3779B97F4A7C15u;
	return v ^ v >> 29;
}

uint32_t sim_receipt_id(enum sim_id_form form, uint64_t id, bool in_receipt, char out[SIM_ID_MAX])
{
	uint32_t n = 0;

	switch (form) {
	case SIM_ID_DEC:
		n = print_dec(id, 1, out);
		break;
	case SIM_ID_HEX:
		n = print_hex(id, out);
		break;
	case SIM_ID_HEX_DEC:
		n = in_receipt ? print_dec(id, 10, out) : print_hex(id, out);
		break;
	case SIM_ID_DEC_HEX:
		n = in_receipt ? print_hex(id, out) : print_dec(id, 1, out);
		break;
	case SIM_ID_UUID: /* version 4 in form; the same id gives the same one */
		n = (uint32_t)snprintf(out, SIM_ID_MAX, "%08x-%04x-4%03x-a%03x-%012llx", (unsigned)(mix(id) >> 32),
				       (unsigned)(mix(id) & 0xFFFF), (unsigned)(mix(id) >> 16 & 0xFFF),
				       (unsigned)(id >> 48 & 0xFFF), (unsigned long long)(id & 0xFFFFFFFFFFFF));
		break;
	case SIM_ID_NONE:
		break;
	case SIM_ID_THEIRS:
		if (in_receipt)
			n = print_dec(id & THEIRS_ID, 1, out);
		if (in_receipt && id >> THEIRS_BITS) {
			out[n++] = '-';
			n += print_dec(id >> THEIRS_BITS, 1, out + n);
		}
		break;
	}
	out[n] = 0;
	return n;
}

uint64_t sim_receipt_read_theirs(const struct pdu *pdu)
{
	struct view text;
	char s[SIM_ID_MAX], *end;
	uint64_t id, part = 0;

	if (!tlv_find_str(pdu->tlvs, TLV_RECEIPTED_MESSAGE_ID, &text) || text.n == 0 || text.n >= sizeof(s))
		return 0;
	memcpy(s, text.p, text.n);
	s[text.n] = 0;
	id = strtoull(s, &end, 10);
	if (*end == '-')
		part = strtoull(end + 1, &end, 10);
	return *end || id > THEIRS_ID || part > UINT64_MAX >> THEIRS_BITS ? 0 : id | part << THEIRS_BITS;
}

/* YYMMDDhhmm, formatted once a minute. */
struct date_cache {
	int64_t minute;
	char text[11];
};

static const char *date(struct date_cache *c, int64_t wall_ms)
{
	if (c->minute != wall_ms / 60000) {
		c->minute = wall_ms / 60000;
		smpp_time_format_receipt(wall_ms, CHINA_QUARTERS, c->text);
	}
	return c->text;
}

static char *put(char *at, const char *s, size_t n)
{
	memcpy(at, s, n);
	return at + n;
}
#define PUT(at, literal) put(at, literal, sizeof(literal) - 1)

enum message_state sim_receipt_state(const struct sim *sim, const struct sim_message *m)
{
	enum message_state state;

	if (m->intermediate)
		return STATE_ENROUTE;
	if (m->cancelled)
		return STATE_DELETED;
	if (!m->failed)
		return STATE_DELIVERED;
	return receipt_stat_state(view_of(sim->conf.fail_stat), &state) ? state : STATE_UNDELIVERABLE;
}

static const char *stat_word(const struct sim *sim, const struct sim_message *m)
{
	bool faulty = m->failed && !m->cancelled && !m->intermediate;

	return faulty ? sim->conf.fail_stat : receipt_stat_name(sim_receipt_state(sim, m));
}

static const char *err_word(const struct sim *sim, const struct sim_message *m)
{
	return m->failed && !m->cancelled && !m->intermediate ? sim->conf.fail_err : "000";
}

static uint32_t receipt_text(struct sim *sim, const struct sim_message *m, const char *id, uint32_t id_n, char out[254])
{
	static struct date_cache submitted, done;
	const char *stat = stat_word(sim, m), *err = err_word(sim, m);
	bool minimal = sim->conf.receipt_form == SIM_FORM_MINIMAL;
	char *at = PUT(out, "id:");

	at = put(at, id, id_n);
	if (!minimal) {
		at = m->failed || m->intermediate ? PUT(at, " sub:001 dlvrd:000 submit date:")
						  : PUT(at, " sub:001 dlvrd:001 submit date:");
		at = put(at, date(&submitted, m->taken_ms), 10);
		at = PUT(at, " done date:");
		at = put(at, date(&done, loop_wall_ms(sim->engine.loop)), 10);
	}
	at = PUT(at, " stat:");
	at = put(at, stat, strlen(stat));
	if (minimal)
		return (uint32_t)(at - out);
	at = PUT(at, " err:");
	at = put(at, err, strlen(err));
	at = PUT(at, " text:");
	at = put(at, (const char *)m->text, m->text_n);
	return (uint32_t)(at - out);
}

static void receipt_tlvs(struct sim *sim, const struct sim_message *m, struct view id, struct tlv_out *o)
{
	tlv_put_str(o, TLV_RECEIPTED_MESSAGE_ID, id);
	tlv_put_int(o, TLV_MESSAGE_STATE, sim_receipt_state(sim, m), 1);
}

/* What each form writes to a peer that takes TLVs; others get the text in short_message, in all forms. */
static const struct form {
	bool text, tlvs, ucs2, payload, data_sm;
} forms[] = {
	[SIM_FORM_TEXT] = {.text = true},
	[SIM_FORM_TLV] = {.tlvs = true},
	[SIM_FORM_BOTH] = {.text = true, .tlvs = true},
	[SIM_FORM_UCS2] = {.text = true, .ucs2 = true},
	[SIM_FORM_PAYLOAD] = {.text = true, .payload = true},
	[SIM_FORM_DATA_SM] = {.text = true, .tlvs = true, .payload = true, .data_sm = true},
	[SIM_FORM_MINIMAL] = {.text = true},
};

void sim_receipt_fill(struct sim *sim, const struct sim_message *m, bool tlvs, struct pdu *pdu)
{
	static char ascii[254];
	static uint8_t wide[508], area[1024];
	struct form form = tlvs ? forms[sim->conf.receipt_form] : forms[SIM_FORM_TEXT];
	struct tlv_out o = {.p = area, .cap = sizeof(area)};
	char id[SIM_ID_MAX];
	uint32_t id_n = sim_receipt_id((enum sim_id_form)sim->conf.id_form, m->id, true, id);
	struct view text = {(uint8_t *)ascii, receipt_text(sim, m, id, id_n, ascii)};

	*pdu = (struct pdu){.command_id = form.data_sm ? DATA_SM : DELIVER_SM};
	pdu->sm.src = (struct pdu_addr){m->dst_ton, m->dst_npi, {m->dst, m->dst_n}};
	pdu->sm.dst = (struct pdu_addr){m->src_ton, m->src_npi, {m->src, m->src_n}};
	pdu->sm.esm_class = m->intermediate ? ESM_INTERMEDIATE : ESM_RECEIPT;
	if (form.ucs2) {
		long n = charset_convert(CHARSET_ASCII, text, CHARSET_UCS2, true, wide, sizeof(wide));

		text = (struct view){wide, n > 0 ? (uint32_t)n : 0};
		pdu->sm.data_coding = 8;
	}
	if (form.tlvs)
		receipt_tlvs(sim, m, (struct view){(uint8_t *)id, id_n}, &o);
	if (form.payload || (form.text && text.n > SHORT_MESSAGE_MAX))
		tlv_put(&o, TLV_MESSAGE_PAYLOAD, text.p, text.n);
	else if (form.text)
		pdu->sm.short_message = text;
	if (o.n)
		pdu->tlvs = (struct view){o.p, o.n};
}
