/*
 * flow_last.c - the last message that went to a number from a code, for the reply that answers it: noted in the store;
 * of a message that the store does not have its record stays in memory for a while, and is read when somebody replies.
 * Part of the order of life. Must not know what a reply means.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "path/memo.h"
#include "policy/signature.h"

#define EDGE	   160u /* octets of UCS-2 in whose head a signature is looked for, and in whose tail */
#define TEXT_MAX   4096u
#define LOOKS_MAX  100u /* records of a number that are looked at for one reply */
#define MIB	   (1u << 20)
#define NAME_UNITS 60u /* of UCS-2, of signatures that are known by their first ones */

static struct view tlv_word(const struct pdu *pdu, uint16_t tag)
{
	struct view v;
	return pdu->tlvs.n && tlv_find_str(pdu->tlvs, tag, &v) ? v : FLOW_NOTHING;
}

static size_t to_utf8(enum charset from, struct view text, char *out, size_t cap)
{
	long n = charset_convert(from, text, CHARSET_UTF8, true, (uint8_t *)out, (uint32_t)cap);
	return n > 0 ? (size_t)n : 0;
}

/* Of UCS-2 that begins with 【 the octets up to the 】 behind a name; 0: it is not so simple. */
static uint32_t leading_signature(struct view text)
{
	static const uint8_t open[] = {0x30, 0x10}, close[] = {0x30, 0x11};
	if (text.n < 2 || memcmp(text.p, open, 2) != 0)
		return 0;
	for (uint32_t i = 2; i + 2 <= text.n && i <= NAME_UNITS * 2 && memcmp(text.p + i, open, 2) != 0; i += 2) {
		if (memcmp(text.p + i, close, 2) == 0)
			return i > 2 ? i + 2 : 0;
	}
	return 0;
}

/* The text in UTF-8; of UCS-2, which nearly all are, its two ends: that is where a signature stands. */
static size_t read_ends(enum charset from, struct view text, char out[TEXT_MAX])
{
	uint32_t leading = from == CHARSET_UCS2 ? leading_signature(text) : 0;
	if (leading)
		text.n = leading;
	if (from != CHARSET_UCS2 || text.n <= 2 * EDGE) {
		text.n = text.n < TEXT_MAX / 4 ? text.n : TEXT_MAX / 4;
		return to_utf8(from, text, out, TEXT_MAX);
	}
	text.n -= text.n % 2;
	size_t n = to_utf8(from, (struct view){text.p, EDGE}, out, TEXT_MAX);
	return n + to_utf8(from, (struct view){text.p + text.n - EDGE, EDGE}, out + n, TEXT_MAX - n);
}

static struct view signature_of(const struct account *a, const struct pdu *pdu, char *room)
{
	struct view text;
	enum charset from = charset_of_dcs(pdu->sm.data_coding, (enum charset)account_conf(a)->dcs0);
	if (from == CHARSET_BINARY || !pdu_text(pdu, &text))
		return FLOW_NOTHING;
	uint32_t skip = pdu->sm.esm_class & ESM_UDHI ? udh_length(text) : 0;
	size_t n = read_ends(from, (struct view){text.p + skip, text.n - skip}, room);
	return signature_find((struct view){(const uint8_t *)room, (uint32_t)n}, NULL);
}

/* Of a text that the app has cut itself its first part stands for all. */
static bool is_later_part(const struct pdu *pdu)
{
	struct udh_concat c;
	return ((pdu->sm.esm_class & ESM_UDHI) || pdu->tlvs.n) && udh_concat_pdu(pdu, &c) && c.seq > 1;
}

/* What a reply to a message of account a must know of it; views into pdu, a and room. */
static struct store_last read_last(const struct account *a, uint64_t id, uint8_t class_id, const struct pdu *pdu,
				   char room[TEXT_MAX])
{
	return (struct store_last){
		.id = id,
		.account = view_of(account_name(a)),
		.signature = signature_of(a, pdu, room),
		.class_name = view_of(class_name((enum class_id)class_id)),
		.campaign = tlv_word(pdu, TLV_CAMPAIGN),
		.variant = tlv_word(pdu, TLV_VARIANT),
		.group = tlv_word(pdu, TLV_GROUP_KEY),
	};
}

/* --- in memory --- */

/* The ring, of the size that the configuration says; NULL: none is wanted, or there is no memory for it. */
static struct memo *ring(struct flow *f)
{
	size_t bytes = (size_t)f->conf.reply->last_memory * MIB;
	if (f->memo && memo_size(f->memo) != bytes) {
		memo_free(f->memo);
		f->memo = NULL;
	}
	if (!f->memo && bytes)
		f->memo = memo_new(bytes);
	return f->memo;
}

static bool keep_recent(struct flow *f, const struct msg *m)
{
	struct memo *memo = m->volatile_ ? ring(f) : NULL;
	if (!memo)
		return false;
	const struct memo_entry e = {msg_app_id(m), loop_wall_ms(f->loop), {m->rec, m->rec_len}};
	memo_put(memo, m->tail, &e);
	return true;
}

struct finding {
	const struct flow *flow;
	const struct store_mo_ask *ask;
	struct store_recent *out;
	int64_t since_ms;
	unsigned looks;
	char room[TEXT_MAX];
};

static bool is_owner(const struct store_mo_ask *ask, const char *account)
{
	for (size_t i = 0; i < ask->owners_n; i++) {
		if (strcmp(ask->owners[i], account) == 0)
			return true;
	}
	return ask->owners_n == 0;
}

/* Whether a record is of a message that the MO may answer; then what its reply must know of it. */
static bool fits(struct finding *x, const struct memo_entry *e, struct store_recent *found)
{
	struct record r;
	struct pdu pdu;
	struct number to;
	if (!record_decode(e->rec, &r) || pdu_decode(r.frame.p, r.frame.n, &pdu) != ESME_ROK || is_later_part(&pdu) ||
	    !number_parse(pdu.sm.dst, &to) ||
	    !view_eq((struct view){(const uint8_t *)to.digits, to.n}, x->ask->number) ||
	    !store_mo_code_fits(x->ask->code, pdu.sm.src.addr))
		return false;
	const struct account *a = accounts_find(x->flow->accounts, r.account);
	if (!a || !is_owner(x->ask, account_name(a)))
		return false;
	*found = (struct store_recent){.at_ms = e->at_ms, .code_n = pdu.sm.src.addr.n};
	found->last = read_last(a, e->id, r.class_id, &pdu, x->room);
	return true;
}

static bool look(void *arg, const struct memo_entry *e)
{
	struct finding *x = arg;
	struct store_recent found;
	if (e->at_ms < x->since_ms || x->looks++ == LOOKS_MAX)
		return false;
	if (!fits(x, e, &found) || (x->out->last.id && !store_recent_before(&found, x->out)))
		return true;
	*x->out = found;
	struct view *signature = &x->out->last.signature;
	signature->n = signature->n < STORE_SIGNATURE_MAX ? signature->n : 0;
	if (signature->n)
		memcpy(x->out->signature, signature->p, signature->n);
	signature->p = (const uint8_t *)x->out->signature;
	return true;
}

void flow_find_last(void *flow, const struct store_mo_ask *ask, struct store_recent *out)
{
	struct flow *f = flow;
	struct finding x = {.flow = f, .ask = ask, .out = out};
	*out = (struct store_recent){.at_ms = 0};
	x.since_ms = ask->now_ms - ask->last_age_s * 1000;
	if (f->memo)
		memo_each(f->memo, number_tail(ask->number), look, &x);
}

/* --- a carrier has taken one --- */

static void note_in_store(struct flow *f, const struct msg *whole)
{
	char room[TEXT_MAX];
	struct pdu pdu;
	struct number to;
	msg_pdu(whole, NULL, &pdu);
	if (is_later_part(&pdu) || !number_parse(pdu.sm.dst, &to))
		return;
	const struct store_last last =
		read_last(accounts_at(f->accounts, whole->account), msg_app_id(whole), whole->class_id, &pdu, room);
	if (store_last_put(f->store, loop_wall_ms(f->loop), f->conf.reply->last_age,
			   (struct view){(const uint8_t *)to.digits, to.n}, pdu.sm.src.addr, &last) < 0)
		log_debug("-", "event=last_not_noted id=%llu reason=\"store away\"", (unsigned long long)last.id);
}

void flow_note_last(struct flow *f, struct msg *m)
{
	struct msg *whole = msg_whole(f->msgs, m);
	if (f->conf.reply->last_age == 0 || m->part > 1 || whole->internal || whole->mo ||
	    whole->account == MSG_NO_ACCOUNT)
		return;
	if (!keep_recent(f, whole))
		note_in_store(f, whole);
}
