/*
 * receipt.c - delivery receipt text, read as the field writes it and written as the specification has it [S app. B].
 * Judges words only: which message a receipt belongs to, and what a carrier's own codes mean, is decided above.
 */
#include "smpp/receipt.h"
#include "smpp/charset.h"
#include "smpp/eight.h"
#include "smpp/udh.h"

#define ERR_WIDTH  3u
#define TEXT_MAX   20u /* octets of the message that a receipt repeats [S app. B] */
#define CODE_WIDTH 7u  /* octets of ID:0100 */

/* clang-format off */
static const struct {
	const char *word, *full; /* full may be NULL */
	bool final;
} states[] = {
	[STATE_SCHEDULED] = {"SCHEDULED", NULL, false},
	[STATE_ENROUTE] = {"ENROUTE", NULL, false},
	[STATE_DELIVERED] = {"DELIVRD", "DELIVERED", true},
	[STATE_EXPIRED] = {"EXPIRED", NULL, true},
	[STATE_DELETED] = {"DELETED", NULL, true},
	[STATE_UNDELIVERABLE] = {"UNDELIV", "UNDELIVERABLE", true},
	[STATE_ACCEPTED] = {"ACCEPTD", "ACCEPTED", false},
	[STATE_UNKNOWN] = {"UNKNOWN", NULL, true},
	[STATE_REJECTED] = {"REJECTD", "REJECTED", true},
	[STATE_SKIPPED] = {"SKIPPED", NULL, true},
};
/* clang-format on */

#define NSTATES (sizeof states / sizeof states[0])

/* The keys, the colon left out. Carriers write the two dates with a blank, an underscore or nothing between. */
enum key {
	KEY_ID,
	KEY_SUB,
	KEY_DLVRD,
	KEY_SUBMIT,
	KEY_SUBMIT_,
	KEY_SUBMITDATE,
	KEY_DONE,
	KEY_DONE_,
	KEY_DONEDATE,
	KEY_STAT,
	KEY_ERR,
	KEY_TEXT,
};

/* clang-format off */
#define KEY(name, member) {name, sizeof name - 1, offsetof(struct receipt, member)}
/* clang-format on */
static const struct {
	const char *name;
	uint32_t n;
	size_t field;
} keys[] = {
	[KEY_ID] = KEY("id", id),
	[KEY_SUB] = KEY("sub", sub),
	[KEY_DLVRD] = KEY("dlvrd", dlvrd),
	[KEY_SUBMIT] = KEY("submit date", submit_date),
	[KEY_SUBMIT_] = KEY("submit_date", submit_date),
	[KEY_SUBMITDATE] = KEY("submitdate", submit_date),
	[KEY_DONE] = KEY("done date", done_date),
	[KEY_DONE_] = KEY("done_date", done_date),
	[KEY_DONEDATE] = KEY("donedate", done_date),
	[KEY_STAT] = KEY("stat", stat),
	[KEY_ERR] = KEY("err", err),
	[KEY_TEXT] = KEY("text", text),
};

/* Bits of the keys that begin, and that end, with a letter. */
#define BIT(key)     (1u << (key))
#define SUBMIT_DATES (BIT(KEY_SUBMIT) | BIT(KEY_SUBMIT_) | BIT(KEY_SUBMITDATE))
#define DONE_DATES   (BIT(KEY_DONE) | BIT(KEY_DONE_) | BIT(KEY_DONEDATE))
static const struct {
	uint16_t first, last;
} letters[] = {
	['b' - 'a'] = {0, BIT(KEY_SUB)},
	['d' - 'a'] = {BIT(KEY_DLVRD) | DONE_DATES, BIT(KEY_ID) | BIT(KEY_DLVRD)},
	['e' - 'a'] = {BIT(KEY_ERR), SUBMIT_DATES | DONE_DATES},
	['i' - 'a'] = {BIT(KEY_ID), 0},
	['r' - 'a'] = {0, BIT(KEY_ERR)},
	['s' - 'a'] = {BIT(KEY_SUB) | SUBMIT_DATES | BIT(KEY_STAT), 0},
	['t' - 'a'] = {BIT(KEY_TEXT), BIT(KEY_STAT) | BIT(KEY_TEXT)},
	['z' - 'a'] = {0, 0},
};

static uint8_t lower(uint8_t c)
{
	return (uint8_t)(c - 'A') <= 'Z' - 'A' ? (uint8_t)(c | 0x20) : c;
}

static bool is_letter(uint8_t c)
{
	return (uint8_t)((c | 0x20) - 'a') <= 'z' - 'a';
}

static bool is_blank(uint8_t c)
{
	return c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0');
}

static bool same_word(struct view s, const char *word)
{
	uint32_t i = 0;

	while (i < s.n && word[i] && lower(s.p[i]) == lower((uint8_t)word[i]))
		i++;
	return i == s.n && !word[i];
}

/* Whether a key's letters stand at p; its name is in small ones. */
static bool is_key(const uint8_t *p, unsigned key)
{
	const char *name = keys[key].name;

	for (uint32_t i = 0; i < keys[key].n; i++) {
		if (lower(p[i]) != (uint8_t)name[i])
			return false;
	}
	return true;
}

const char *receipt_stat_name(enum message_state state)
{
	return (unsigned)state < NSTATES ? states[state].word : states[STATE_UNKNOWN].word;
}

bool receipt_stat_state(struct view stat, enum message_state *state)
{
	for (unsigned i = 0; i < NSTATES; i++) {
		if (!same_word(stat, states[i].word) && !(states[i].full && same_word(stat, states[i].full)))
			continue;
		*state = (enum message_state)i;
		return true;
	}
	return false;
}

bool receipt_state_final(enum message_state state)
{
	return (unsigned)state < NSTATES && states[state].final;
}

/* The field whose key ends right before colon and has no letter in front; NULL when there is none. */
static struct view *field_at(struct view text, uint32_t colon, struct receipt *out)
{
	uint8_t last = colon > 0 ? text.p[colon - 1] : '\0';

	if (!is_letter(last))
		return NULL;
	for (unsigned left = letters[lower(last) - 'a'].last; left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctz(left);
		uint32_t n = keys[i].n;

		if (n > colon || !is_key(text.p + colon - n, i))
			continue;
		if (n < colon && is_letter(text.p[colon - n - 1]))
			continue;
		return (struct view *)((char *)out + keys[i].field);
	}
	return NULL;
}

/* Whether a key begins at from: then the value in front of it is empty. */
static bool key_begins(struct view text, uint32_t from)
{
	if (from == text.n || !is_letter(text.p[from]))
		return false;
	for (unsigned left = letters[lower(text.p[from]) - 'a'].first; left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctz(left);
		uint32_t n = keys[i].n;

		if (text.n - from > n && text.p[from + n] == ':' && is_key(text.p + from, i))
			return true;
	}
	return false;
}

/* The value behind a colon: blanks in front are tolerated, it runs to the next blank. */
static struct view value_from(struct view text, uint32_t from)
{
	uint32_t end;

	while (from < text.n && is_blank(text.p[from]))
		from++;
	if (key_begins(text, from))
		return (struct view){0};
	for (end = from; end < text.n && !is_blank(text.p[end]);)
		end++;
	return (struct view){text.p + from, end - from};
}

/*
 * Octets of a code of China Mobile that reads like the key id: "ID:" and four digits, nothing between colon and word.
 * Only stat and err hold codes. 0 for anything else.
 */
static uint32_t code_at(struct view text, uint32_t from)
{
	uint32_t n = 3;

	if (text.n - from < CODE_WIDTH || !same_word((struct view){text.p + from, n}, "id:"))
		return 0;
	while (n < CODE_WIDTH && text.p[from + n] >= '0' && text.p[from + n] <= '9')
		n++;
	return n == CODE_WIDTH && (text.n - from == n || is_blank(text.p[from + n])) ? n : 0;
}

/*
 * Fills the fields that are still empty. Returns where text: has its value, or text.n: with stop_at_text the search
 * ends there, for what follows was written by a subscriber.
 */
static uint32_t read_fields(struct view text, uint32_t from, bool stop_at_text, struct receipt *out)
{
	const uint8_t *colon;

	for (; from < text.n && (colon = memchr(text.p + from, ':', text.n - from)) != NULL; from++) {
		struct view *field;
		uint32_t code;

		from = (uint32_t)(colon - text.p);
		field = field_at(text, from, out);
		code = field == &out->stat || field == &out->err ? code_at(text, from + 1) : 0;
		if (field == &out->text) {
			if (stop_at_text)
				return from + 1;
		} else if (field && field->n == 0) {
			*field = code ? (struct view){text.p + from + 1, code} : value_from(text, from + 1);
		}
		from += code;
	}
	return text.n;
}

/*
 * Where the first octet is that may not stand in a value between two keys (a blank, anything below, a colon); text.n
 * when there is none.
 */
static uint32_t plain_end(struct view text, uint32_t at)
{
	for (; text.n - at >= 8; at += 8) {
		uint64_t v = eight_at(text.p + at), odd = eight_below(v, ' ' + 1) | eight_equal(v, ':');

		if (odd)
			return at + eight_first(odd);
	}
	while (at < text.n && text.p[at] > ' ' && text.p[at] != ':')
		at++;
	return at;
}

/* The value of a key, which must stand at *at; afterwards *at is behind the value. */
static inline bool take_value(struct view text, uint32_t *at, const char *key, struct view *value)
{
	uint32_t n = (uint32_t)strlen(key), from = *at + n;

	if (text.n - *at < n || memcmp(text.p + *at, key, n) != 0)
		return false;
	*at = plain_end(text, from);
	*value = (struct view){text.p + from, *at - from};
	return *at > from;
}

/*
 * All keys in the order of the specification, a blank between them, as nearly every carrier writes them: what
 * read_fields() would find, without looking for it. False when it is anything else; out may be anything then.
 */
static bool read_in_order(struct view text, struct receipt *out)
{
	uint32_t at = 0, n = keys[KEY_TEXT].n + 2; /* with its blank and colon */

	if (!take_value(text, &at, "id:", &out->id) || !take_value(text, &at, " sub:", &out->sub) ||
	    !take_value(text, &at, " dlvrd:", &out->dlvrd) ||
	    !take_value(text, &at, " submit date:", &out->submit_date) ||
	    !take_value(text, &at, " done date:", &out->done_date) || !take_value(text, &at, " stat:", &out->stat) ||
	    !take_value(text, &at, " err:", &out->err))
		return false;
	if (text.n - at < n || text.p[at] != ' ' || text.p[at + n - 1] != ':' || !is_key(text.p + at + 1, KEY_TEXT))
		return false;
	at += n;
	out->text = at < text.n ? (struct view){text.p + at, text.n - at} : (struct view){0};
	return true;
}

bool receipt_parse(struct view text, struct receipt *out)
{
	uint32_t rest;

	while (text.n > 0 && text.p[text.n - 1] == '\0')
		text.n--;
	if (read_in_order(text, out))
		return true;
	*out = (struct receipt){0};
	rest = read_fields(text, 0, true, out);
	if (rest < text.n) {
		out->text = (struct view){text.p + rest, text.n - rest};
		read_fields(text, rest, false, out);
	}
	return out->id.n > 0 || out->stat.n > 0;
}

/* UTF-16BE as UTF-8, as much as fits; an odd octet at the end is a stray NUL. */
static struct view decode_ucs2(struct view s, char *scratch, size_t cap)
{
	uint8_t *out = (uint8_t *)scratch;
	uint32_t n = 0, room = cap > UINT32_MAX ? UINT32_MAX : (uint32_t)cap;

	s.n -= s.n % 2;
	for (uint32_t pos = 0; pos < s.n && n < room;) {
		int32_t v = charset_get(CHARSET_UCS2, s, &pos);
		uint32_t wrote = charset_put(CHARSET_UTF8, v < 0 ? '?' : v, out + n, room - n);

		if (wrote == 0)
			break;
		n += wrote;
	}
	return (struct view){out, n};
}

/* In the coding that the label says first, then in the other: vendors mislabel both ways. */
static bool parse_either(struct view data, bool ucs2, char *scratch, size_t cap, struct receipt *out)
{
	if (ucs2 && receipt_parse(decode_ucs2(data, scratch, cap), out))
		return true;
	if (receipt_parse(data, out))
		return true;
	return !ucs2 && receipt_parse(decode_ucs2(data, scratch, cap), out);
}

/* Octets of a UDH whose elements fill it; 0 when what stands there is rather the text itself. */
static uint32_t whole_udh(struct view data)
{
	struct udh_ie ie;
	uint32_t pos = 0, length = udh_length(data);

	while (udh_next(data, &pos, &ie))
		;
	return pos == length ? length : 0;
}

static struct view skip(struct view s, uint32_t n)
{
	return (struct view){s.p + n, s.n - n};
}

static bool parse_user_data(const struct pdu *pdu, struct view data, char *scratch, size_t cap, struct receipt *out)
{
	bool ucs2 = pdu->sm.data_coding == 0x08;
	uint32_t udh = pdu->sm.esm_class & ESM_UDHI ? whole_udh(data) : 0;

	if (udh && parse_either(skip(data, udh), ucs2, scratch, cap, out))
		return true;
	return parse_either(data, ucs2, scratch, cap, out);
}

static bool may_be_receipt(const struct pdu *pdu)
{
	/* submit_sm: from an ESME that carries messages on for us */
	return pdu->command_id == DELIVER_SM || pdu->command_id == DATA_SM || pdu->command_id == SUBMIT_SM;
}

bool receipt_parse_pdu(const struct pdu *pdu, char *scratch, size_t cap, struct receipt *out)
{
	struct view payload;

	if (!may_be_receipt(pdu)) {
		*out = (struct receipt){0};
		return false;
	}
	if (parse_user_data(pdu, pdu->sm.short_message, scratch, cap, out))
		return true;
	return tlv_find(pdu->tlvs, TLV_MESSAGE_PAYLOAD, &payload) && parse_user_data(pdu, payload, scratch, cap, out);
}

bool receipt_recognise(const struct pdu *pdu, bool by_text)
{
	char scratch[512];
	struct receipt r;
	struct view id;
	unsigned type;

	if (!may_be_receipt(pdu))
		return false;
	type = pdu->sm.esm_class & ESM_TYPE_MASK;
	if (type == ESM_RECEIPT || type == ESM_INTERMEDIATE || tlv_find_str(pdu->tlvs, TLV_RECEIPTED_MESSAGE_ID, &id))
		return true;
	return by_text && receipt_parse_pdu(pdu, scratch, sizeof scratch, &r) && r.id.n > 0 && r.stat.n > 0;
}

/* A buffer that is being filled; once something does not fit nothing more is written. */
struct out {
	char *p;
	size_t n, cap;
	bool full;
};

static inline void put(struct out *o, const void *p, size_t n)
{
	if (o->full || n > o->cap - o->n) {
		o->full = true;
		return;
	}
	if (n > 0)
		memcpy(o->p + o->n, p, n);
	o->n += n;
}

static inline void put_str(struct out *o, const char *s)
{
	put(o, s, strlen(s));
}

#define DATE_WIDTH 10u

/* Both to the minute: mostly the same one. */
static void put_dates(struct out *o, const struct receipt_out *r)
{
	struct smpp_time_written own = {0}, *last = r->written ? r->written : &own;

	put_str(o, " submit date:");
	put(o, smpp_time_write_receipt(last, r->submit_ms, r->zone_quarters), DATE_WIDTH);
	put_str(o, " done date:");
	put(o, smpp_time_write_receipt(last, r->done_ms, r->zone_quarters), DATE_WIDTH);
}

static void put_err(struct out *o, struct view err)
{
	put_str(o, " err:");
	for (uint32_t i = err.n; i < ERR_WIDTH; i++)
		put_str(o, "0");
	put(o, err.p, err.n);
}

static uint32_t cut_text(struct view text)
{
	uint32_t n = TEXT_MAX;

	if (text.n <= TEXT_MAX)
		return text.n;
	while (n > 0 && (text.p[n] & 0xC0) == 0x80)
		n--;
	return n;
}

size_t receipt_format(const struct receipt_out *r, char *buf, size_t cap)
{
	struct out o = {.p = buf, .cap = cap};

	put_str(&o, "id:");
	put(&o, r->id.p, r->id.n);
	put_str(&o, r->dlvrd ? " sub:001 dlvrd:001" : " sub:001 dlvrd:000");
	put_dates(&o, r);
	put_str(&o, " stat:");
	put_str(&o, receipt_stat_name(r->state));
	put_err(&o, r->err);
	put_str(&o, " text:");
	put(&o, r->text.p, cut_text(r->text));
	return o.full ? 0 : o.n;
}
