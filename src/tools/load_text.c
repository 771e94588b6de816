/*
 * load_text.c - smppload's message: everything that stays the same is prepared once; per message only the number in
 * the text and the destination's digits are written. Knows no sessions.
 */
#include "tools/load.h"

#include <string.h>

#include "base/mem.h"
#include "smpp/charset.h"
#include "smpp/command.h"
#include "smpp/split.h"

#define MARK	     "#seq"
#define INTERMEDIATE 0x10u  /* registered_delivery */
#define TEXT_MAX     60000u /* octets */
#define DIGITS	     20u
#define SCATTER	     61803399u /* has no factor with 10: neighbours get far-off numbers, no number twice */

struct load_text {
	struct pdu pdu;
	uint64_t first;
	uint32_t width;	     /* octets of a digit in the text */
	bool numbered;	     /* the text has a mark */
	uint32_t head, tail; /* octets before and after the number */
	uint8_t after[TEXT_MAX], text[TEXT_MAX + 2 * DIGITS];
	uint32_t single; /* more octets than this go as message_payload */
	char dest[DIGITS + 1];
	uint32_t prefix_n, digits; /* of dest */
	uint64_t numbers;	   /* 10^digits: how many destinations there are */
	uint8_t tlvs[96], area[TEXT_MAX + 2 * DIGITS + 64 + 4];
	uint32_t tlvs_n;
};

static bool encode(enum charset to, const char *utf8, size_t n, uint8_t *out, uint32_t *out_n)
{
	long octets = charset_convert(CHARSET_UTF8, (struct view){(const uint8_t *)utf8, (uint32_t)n}, to, false, out,
				      TEXT_MAX);

	*out_n = (uint32_t)(octets < 0 ? 0 : octets);
	return octets >= 0;
}

static const char *prepare_text(struct load_text *t, const char *utf8)
{
	size_t n = strlen(utf8);
	const char *mark = strstr(utf8, MARK);
	size_t head = mark ? (size_t)(mark - utf8) + 1 : n; /* the '#' stays */
	struct view all = {(const uint8_t *)utf8, (uint32_t)n};
	enum charset to = charset_fits(CHARSET_UTF8, all, CHARSET_GSM7) ? CHARSET_GSM7 : CHARSET_UCS2;

	if (n > TEXT_MAX / 4)
		return "--text is too long: at most 15,000 octets";
	t->numbered = mark != NULL;
	t->width = to == CHARSET_UCS2 ? 2 : 1;
	t->single = split_single(to);
	t->pdu.sm.data_coding = to == CHARSET_UCS2 ? 8 : 0;
	if (!encode(to, utf8, head, t->text, &t->head) ||
	    !encode(to, mark ? mark + strlen(MARK) : "", mark ? n - head - strlen(MARK) + 1 : 0, t->after, &t->tail))
		return "--text is not UTF-8; check the terminal's locale";
	return NULL;
}

static const char *prepare_dest(struct load_text *t, const struct load_conf *conf)
{
	size_t n = strlen(conf->dest_prefix);

	if (n + 1 > (size_t)conf->dest_digits)
		return "--dest-prefix leaves no digits to vary; make --dest-digits larger";
	memcpy(t->dest, conf->dest_prefix, n);
	t->prefix_n = (uint32_t)n;
	t->digits = (uint32_t)conf->dest_digits - t->prefix_n;
	t->numbers = 1;
	for (uint32_t i = 0; i < t->digits && i < 9; i++)
		t->numbers *= 10;
	memset(t->dest + n, '0', t->digits);
	return NULL;
}

struct load_text *load_text_new(const struct load_conf *conf, const char **why)
{
	struct load_text *t = mem_zalloc(sizeof(*t));
	struct tlv_out o = {.p = t->tlvs, .cap = sizeof(t->tlvs)};

	t->first = (uint64_t)conf->first;
	t->pdu.command_id = SUBMIT_SM;
	t->pdu.sm.src = esme_address(view_of(conf->source));
	t->pdu.sm.registered_delivery =
		(uint8_t)((conf->receipts ? 1u : 0u) | (conf->intermediate ? INTERMEDIATE : 0u));
	t->pdu.sm.esm_class = (uint8_t)conf->esm_class;
	*why = prepare_text(t, conf->text);
	if (!*why)
		*why = prepare_dest(t, conf);
	t->pdu.sm.dst = esme_address((struct view){(uint8_t *)t->dest, t->prefix_n + t->digits});
	if (conf->message_class)
		tlv_put_str(&o, TLV_MESSAGE_CLASS, view_of(conf->message_class));
	if (conf->campaign)
		tlv_put_str(&o, TLV_CAMPAIGN, view_of(conf->campaign));
	if (conf->variant)
		tlv_put_str(&o, TLV_VARIANT, view_of(conf->variant));
	if (o.full)
		*why = "--class, --campaign or --variant is too long";
	t->tlvs_n = o.n;
	if (!*why)
		return t;
	load_text_free(t);
	return NULL;
}

void load_text_free(struct load_text *t)
{
	mem_free(t);
}

static uint32_t put_number(uint8_t *at, uint64_t v, uint32_t width)
{
	uint8_t digits[DIGITS];
	uint32_t n = 0, out = 0;

	do
		digits[n++] = (uint8_t)('0' + v % 10);
	while (v /= 10);
	while (n > 0) {
		if (width == 2)
			at[out++] = 0;
		at[out++] = digits[--n];
	}
	return out;
}

static void put_dest(struct load_text *t, uint64_t i)
{
	uint64_t v = i % t->numbers * SCATTER % t->numbers;
	char *end = t->dest + t->prefix_n + t->digits;

	for (uint32_t left = t->digits < 9 ? t->digits : 9; left > 0; left--, v /= 10)
		*--end = (char)('0' + v % 10);
}

void load_text_fill(struct load_text *t, uint64_t i, struct pdu *pdu)
{
	struct tlv_out o = {.p = t->area, .cap = sizeof(t->area)};
	uint32_t n = t->head;

	i += t->first;
	if (t->numbered) {
		n += put_number(t->text + n, i, t->width);
		memcpy(t->text + n, t->after, t->tail);
		n += t->tail;
	}
	put_dest(t, i);
	*pdu = t->pdu;
	if (n <= t->single) {
		pdu->sm.short_message = (struct view){t->text, n};
		pdu->tlvs = (struct view){t->tlvs, t->tlvs_n};
		return;
	}
	memcpy(t->area, t->tlvs, t->tlvs_n);
	o.n = t->tlvs_n;
	tlv_put(&o, TLV_MESSAGE_PAYLOAD, t->text, n);
	pdu->tlvs = (struct view){o.p, o.n};
}
