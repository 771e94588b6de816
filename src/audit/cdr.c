/*
 * cdr.c - the table of kinds, the table of fields, and a record's core as JSON or CSV. By hand, without printf: several
 * of them for each message. Must not know files, the chain, messages.
 */
#include "audit/cdr.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/ids.h"
#include "base/json_put.h"
#include "base/log.h"
#include "base/text.h"

#define VALUE_MAX 512u	/* octets of a value, before it is escaped */
#define FIXED_MAX 2048u /* names, numbers, times and marks of a line */
#define KEY_ROOM  16u
#define ZONE_S	  900		  /* clocks are set by no less */
#define MS_MAX	  253402214400000 /* the year 9999: four digits */

static const struct {
	const char *name, *help;
} kinds[CDR_KINDS] = {
	[CDR_START] = {"start", "the gateway has started; why: its version, and what was amiss with the last records"},
	[CDR_STOP] = {"stop", "the gateway has ended as it was asked to"},
	[CDR_ACCEPTED] = {"accepted", "a message was acknowledged to its app, or made by the gateway"},
	[CDR_REFUSED] = {"refused", "a submit was answered with an error"},
	[CDR_HELD] = {"held", "a message waits for its time, a review, a gate"},
	[CDR_ATTEMPT] = {"attempt", "one submit of a message, or of a part, and its answer"},
	[CDR_DOUBT] = {"doubt", "a submit whose answer did not come"},
	[CDR_RECEIPT] = {"receipt", "a receipt of a carrier; without id: it matched no message"},
	[CDR_ENDED] = {"ended", "the one end of a message"},
	[CDR_REOPENED] = {"reopened", "its end was recorded and not stored when the last run died: it goes on"},
	[CDR_TOLD] = {"told", "the app has the receipt, or it went to its backlog or to the dead letters"},
	[CDR_REPLY] = {"reply", "a phone has sent a text"},
	[CDR_ACTION] = {"action", "somebody has done something at the console"},
	[CDR_RELOAD] = {"reload", "another configuration holds"},
	[CDR_ALARM] = {"alarm", "an alarm was raised or cleared"},
	[CDR_LOST] = {"lost", "records could not be written; parts: how many"},
	[CDR_ERASED] = {"erased", "personal data was erased; parts: in how many records"},
};

const char *cdr_kind_name(enum cdr_kind k)
{
	return kinds[k].name;
}

const char *cdr_kind_help(enum cdr_kind k)
{
	return kinds[k].help;
}

bool cdr_kind_by_name(const char *name, enum cdr_kind *out)
{
	for (int i = 0; i < CDR_KINDS; i++) {
		if (strcmp(name, kinds[i].name) == 0) {
			*out = (enum cdr_kind)i;
			return true;
		}
	}
	return false;
}

enum form {
	FORM_N,	     /* of the record */
	FORM_KIND,   /* its name */
	FORM_ID,     /* 18 digits in quotes; 0: left out */
	FORM_TEXT,   /* a view */
	FORM_NUMBER, /* a phone's, masked */
	FORM_COUNT,  /* unsigned; 0: left out */
	FORM_TIME,   /* ms since 1970; 0: left out */
	FORM_AMOUNT, /* int64_t; negative: left out */
	FORM_NUMBER_HASH,
	FORM_TEXT_HASH,
};

/* The core in its order: form, member of struct cdr, name outside, help. */
#define FIELDS(F)                                                                                                      \
	F(FORM_N, kind, "n", "number of the record, without a gap for each node")                                      \
	F(FORM_TIME, at_ms, "at", "when, local time with zone")                                                        \
	F(FORM_KIND, kind, "kind", "what has happened")                                                                \
	F(FORM_ID, id, "id", "message_id that the app was given")                                                      \
	F(FORM_ID, msg, "msg", "the gateway's own id of it, when that is another one")                                 \
	F(FORM_ID, original, "original", "id of the message that is answered")                                         \
	F(FORM_TEXT, account, "account", "name of the app's account")                                                  \
	F(FORM_TEXT, class_name, "class", "traffic class")                                                             \
	F(FORM_NUMBER, number, "number", "the phone's number, masked")                                                 \
	F(FORM_TEXT, code, "code", "sender code: where the text comes from, for replies where it goes to")             \
	F(FORM_TEXT, campaign, "campaign", "campaign of the app")                                                      \
	F(FORM_TEXT, variant, "variant", "variant within the campaign")                                                \
	F(FORM_TEXT, group, "group", "group that the app gave")                                                        \
	F(FORM_TEXT, consent, "consent", "what the recipient's consent is proved by")                                  \
	F(FORM_COUNT, part, "part", "which part of a long text, from 1")                                               \
	F(FORM_COUNT, parts, "parts", "parts of it; in lost and erased: records")                                      \
	F(FORM_COUNT, segments, "segments", "short messages that carriers charge for")                                 \
	F(FORM_COUNT, attempt, "attempt", "which submit of it, from 1; in ended: how many there were")                 \
	F(FORM_TEXT, operator_, "operator", "the phone's operator")                                                    \
	F(FORM_TEXT, carrier, "carrier", "name of the carrier")                                                        \
	F(FORM_TEXT, carrier_id, "carrier_id", "message_id that the carrier gave")                                     \
	F(FORM_TEXT, bind, "bind", "name of the session")                                                              \
	F(FORM_TEXT, status, "status", "command_status that was answered, its name")                                   \
	F(FORM_TEXT, state, "state", "SMPP's message_state, as receipts have it")                                      \
	F(FORM_TEXT, how, "how", "the way it came about")                                                              \
	F(FORM_TEXT, stat, "stat", "stat of the carrier's receipt, as it came")                                        \
	F(FORM_TEXT, err, "err", "err of the carrier's receipt, as it came")                                           \
	F(FORM_TEXT, fault, "fault", "what an error of a carrier is about")                                            \
	F(FORM_TEXT, verdict, "verdict", "policy that has decided")                                                    \
	F(FORM_TEXT, why, "why", "in words")                                                                           \
	F(FORM_TEXT, who, "who", "user of the console")                                                                \
	F(FORM_TIME, accepted_ms, "accepted", "when the message was accepted")                                         \
	F(FORM_TIME, due_ms, "due", "when it may leave")                                                               \
	F(FORM_TIME, done_ms, "done", "done date of the carrier")                                                      \
	F(FORM_AMOUNT, wait_ms, "wait_ms", "milliseconds from accepted to submitted")                                  \
	F(FORM_AMOUNT, answer_ms, "answer_ms", "milliseconds from submitted to answered")                              \
	F(FORM_AMOUNT, price, "price", "price in thousandths of a yuan")                                               \
	F(FORM_NUMBER_HASH, kind, "number_hash", "digest of salt and number, the first 16 octets in hex")              \
	F(FORM_TEXT_HASH, kind, "text_hash", "digest of salt and text, the first 16 octets in hex")

#define AS_FIELD(form, member, name, help) {name, help},
const struct cdr_field cdr_fields[] = {FIELDS(AS_FIELD){NULL, NULL}};

static const struct row {
	uint8_t form, key_n;
	uint16_t offset;
	char key[KEY_ROOM]; /* with comma, quotes and colon; copied as a whole, for a fixed length costs no call */
} rows[] = {
#define AS_ROW(form, member, name, help)                                                                               \
	{form, sizeof(",\"" name "\":") - 1, offsetof(struct cdr, member), ",\"" name "\":"},
	FIELDS(AS_ROW)};
#define ROWS (sizeof(rows) / sizeof(rows[0]))
const unsigned cdr_fields_n = ROWS;

/* Local time of a second: the offset of the quarter of an hour, the digits of the last second. Of one thread. */
static _Thread_local struct {
	int64_t quarter, second;
	long east;
	char zone[6], text[JSON_SECOND];
} clock_text = {.quarter = -1, .second = -1};

static void set_zone(int64_t quarter)
{
	time_t t = (time_t)(quarter * ZONE_S);
	struct tm local;

	localtime_r(&t, &local);
	clock_text.quarter = quarter;
	clock_text.east = local.tm_gmtoff;

	unsigned minutes = (unsigned)labs(local.tm_gmtoff) / 60;
	clock_text.zone[0] = local.tm_gmtoff < 0 ? '-' : '+';
	json_put_digits(clock_text.zone + 1, minutes / 60, 2);
	clock_text.zone[3] = ':';
	json_put_digits(clock_text.zone + 4, minutes % 60, 2);
}

static char *put_time(char *p, int64_t ms, char quote)
{
	int64_t second = ms / 1000;

	if (second != clock_text.second) {
		if (second / ZONE_S != clock_text.quarter)
			set_zone(second / ZONE_S);
		json_second(second, clock_text.east, clock_text.text);
		clock_text.second = second;
	}
	*p = quote;
	p = json_put(p + (quote != 0), clock_text.text, JSON_SECOND);
	*p++ = '.';
	p = json_put_digits(p, (uint64_t)(ms % 1000), 3);
	p = json_put(p, clock_text.zone, sizeof(clock_text.zone));
	*p = quote;
	return p + (quote != 0);
}

/* --- CSV: RFC 4180, but a record is always one line: what would break it stands behind a backslash --- */

static bool csv_plain(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!json_plain[(uint8_t)s[i]] || s[i] == ',')
			return false;
	}
	return n == 0 || s[0] != ' ';
}

static char *put_csv_octet(char *p, char c)
{
	static const char from[] = "\\\n\r\t", to[] = "\\nrt", hex[] = "0123456789abcdef";
	const char *at = c ? strchr(from, c) : NULL;
	if (c == '"') {
		*p++ = '"';
		*p++ = '"';
	} else if (at) {
		*p++ = '\\';
		*p++ = to[at - from];
	} else if (json_plain[(uint8_t)c]) {
		*p++ = c;
	} else {
		p = JSON_PUT(p, "\\u00");
		*p++ = hex[(uint8_t)c >> 4];
		*p++ = hex[c & 15];
	}
	return p;
}

char *cdr_put_csv(char *p, const void *v, size_t n)
{
	const char *s = v;

	if (n == 0)
		return p;
	if (csv_plain(s, n))
		return json_put(p, s, n);
	*p++ = '"';
	for (size_t at = 0; at < n;) {
		size_t from = at;
		int32_t c = text_get(s, n, &at);
		if (c >= 0x80)
			p = json_put(p, s + from, at - from);
		else if (c < 0)
			p = JSON_PUT(p, "\xEF\xBF\xBD");
		else
			p = put_csv_octet(p, (char)c);
	}
	*p++ = '"';
	return p;
}

/* --- the core --- */

struct line {
	const struct cdr *c;
	uint64_t n;
	const char *number_hash, *text_hash;
	enum cdr_format format;
};

#define AT(type) (*(const type *)(const void *)((const char *)l->c + r->offset))

/* What the row says of this record as a string: false when it has none. */
static bool text_of(const struct line *l, const struct row *r, char masked[32], struct view *out)
{
	switch ((enum form)r->form) {
	case FORM_KIND:
		*out = view_of(kinds[l->c->kind].name);
		break;
	case FORM_NUMBER:
		*out = l->c->number;
		if (out->n)
			*out = view_of(log_masked(out->p, out->n, masked));
		break;
	case FORM_NUMBER_HASH:
		*out = view_of(l->number_hash);
		break;
	case FORM_TEXT_HASH:
		*out = view_of(l->text_hash);
		break;
	default:
		*out = AT(struct view);
		if (out->n > VALUE_MAX)
			out->n = (uint32_t)text_cut((const char *)out->p, out->n, VALUE_MAX);
	}
	return out->n > 0;
}

static char *put_key(char *p, const struct line *l, const struct row *r)
{
	if (l->format != CDR_JSON)
		return p;
	memcpy(p, r->key, KEY_ROOM);
	return p + r->key_n;
}

/* The row's value with its name; p as it is when there is none. */
static char *put_row(char *p, const struct line *l, const struct row *r)
{
	char masked[32], quote = l->format == CDR_JSON ? '"' : '\0';
	struct view v;
	uint64_t id;
	int64_t ms;

	switch ((enum form)r->form) {
	case FORM_N:
		return json_put_u64(l->format == CDR_JSON ? JSON_PUT(p, "{\"n\":") : p, l->n);
	case FORM_ID:
		if ((id = AT(uint64_t)) == 0)
			return p;
		p = put_key(p, l, r);
		*p = quote;
		p = json_put_digits(p + (quote != 0), id, IDS_DIGITS);
		*p = quote;
		return p + (quote != 0);
	case FORM_COUNT:
		return AT(unsigned) ? json_put_u64(put_key(p, l, r), AT(unsigned)) : p;
	case FORM_TIME:
		ms = AT(int64_t);
		return ms > 0 && ms < MS_MAX ? put_time(put_key(p, l, r), ms, quote) : p;
	case FORM_AMOUNT:
		return AT(int64_t) >= 0 ? json_put_u64(put_key(p, l, r), (uint64_t)AT(int64_t)) : p;
	default:
		if (!text_of(l, r, masked, &v))
			return p;
		p = put_key(p, l, r);
		return quote ? json_put_string(p, v.p, v.n) : cdr_put_csv(p, v.p, v.n);
	}
}

/* Octets that the core cannot be longer than. */
static size_t room_for(const struct cdr *c)
{
	size_t values = 0;
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].form == FORM_TEXT) {
			size_t n = ((const struct view *)(const void *)((const char *)c + rows[i].offset))->n;
			values += n < VALUE_MAX ? n : VALUE_MAX;
		}
	}
	return FIXED_MAX + JSON_ESCAPED * values;
}

void cdr_write_core(const struct cdr *c, uint64_t n, const char *number_hash, const char *text_hash,
		    enum cdr_format format, struct buf *out)
{
	struct line l = {c, n, number_hash, text_hash, format};
	char *start = (char *)buf_room(out, room_for(c)), *p = start;

	for (size_t i = 0; i < ROWS; i++) {
		if (format == CDR_CSV && i > 0)
			*p++ = ',';
		p = put_row(p, &l, &rows[i]);
	}
	buf_filled(out, (size_t)(p - start));
}

void cdr_write_head(struct buf *out)
{
	for (const struct cdr_field *f = cdr_fields; f->name; f++) {
		buf_puts(out, f->name);
		buf_puts(out, ",");
	}
	buf_puts(out, "chain,salt,number_whole,text,box\n");
}
