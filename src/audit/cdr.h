/*
 * cdr.h - one record of the archive: what it may say, as a table of fields, and its form as a line of JSON or CSV.
 * Pure: knows no file, no chain, no message.
 *
 * A line is: core, chain, personal (doc/records.md).
 * - core: the fields below, from `n` on. What stands there is for ever: it is what the chain is made of.
 *   JSON: `{"n":17,"at":"2026-11-22T11:40:01.123+08:00","kind":"attempt",...` up to the comma before "chain".
 *   CSV: the columns in the order of the table, up to the comma before the column chain.
 * - chain: `,"chain":"<64 hex digits>"` or `,<64 hex digits>`: digest of the record before and this core (sealer.h).
 * - personal: `,"personal":{"salt":"<32 hex>","number":"86...","text":"..."}}`, `,"personal":{"box":"<base64>"}}`
 *   (encrypted, box.h), `,"personal":null   }` (erased: blanks keep the length), or nothing but `}`. In CSV
 *   the columns salt, number_whole, text, box; erased: the first three empty, box of blanks only. The core has the
 *   number masked, and number_hash, text_hash = hex of the first 16 octets of digest(salt, name of the field, 0,
 *   value): salt is its 16 octets, the names are "number" and "text". Who erases a line's salt and values makes the
 *   hashes mean nothing.
 * In CSV a record is one line too: line breaks, tabs, backslashes and controls of a value stand as \n \r \t \\ \u00XX.
 */
#ifndef AUDIT_CDR_H
#define AUDIT_CDR_H

#include "base/buf.h"
#include "smpp/view.h"

/* Order of the table; the names are what counts outside. */
enum cdr_kind {
	CDR_START,    /* the gateway has started: version in why */
	CDR_STOP,     /* it has ended as asked */
	CDR_ACCEPTED, /* a message was acknowledged to its app, or made by us */
	CDR_REFUSED,  /* a submit was not: status, verdict, why */
	CDR_HELD,     /* it waits: due_ms, verdict, why (schedule, hours, review, gate, brake) */
	CDR_ATTEMPT,  /* one submit of it (or of a part): carrier, attempt, wait_ms, answer_ms, status, carrier_id */
	CDR_DOUBT,    /* a submit whose answer did not come */
	CDR_RECEIPT,  /* a receipt of a carrier: stat, err, carrier_id; id 0: it matched nothing */
	CDR_ENDED,    /* the one end of a message: state, how, stat, err, verdict, attempts, price */
	CDR_REOPENED, /* at a start: the last run recorded its end and did not live to store it; as `ended` said */
	CDR_TOLD,     /* the app has its receipt: how "app"; or it went to "backlog", "dead_letter" */
	CDR_REPLY,    /* a phone has sent a text: original, how: what was done with it */
	CDR_ACTION,   /* somebody did something at the console: who, why: the command, status: ok or error */
	CDR_RELOAD,   /* another configuration holds */
	CDR_ALARM,    /* an alarm was raised or cleared: how, why, carrier or account */
	CDR_LOST,     /* records that could not be written: count in parts, why */
	CDR_ERASED,   /* personal data of a number was erased here: who, count in parts */
	CDR_KINDS
};

struct cdr { /* views borrowed, UTF-8; what is empty or 0 is left out */
	enum cdr_kind kind;
	int64_t at_ms;		    /* UTC; written as local time with zone */
	uint64_t id, msg, original; /* as in event.h: the app's id; ours when it is another one; the answered message */
	struct view account, class_name, code, campaign, variant, group, consent;
	struct view number, text; /* personal */
	unsigned part, parts, segments, attempt;
	struct view operator_, carrier, carrier_id, bind; /* bind: name of the session */
	struct view status, state, how, stat, err, fault, verdict, why, who;
	int64_t accepted_ms, due_ms, done_ms; /* UTC; done: the carrier's done date */
	int64_t wait_ms, answer_ms;	      /* accepted to submitted; submitted to answered; -1: not known */
	int64_t price;			      /* thousandths of a yuan; -1: none (0 is a price: set it) */
};

const char *cdr_kind_name(enum cdr_kind k);
const char *cdr_kind_help(enum cdr_kind k); /* one sentence */
bool cdr_kind_by_name(const char *name, enum cdr_kind *out);

/* The fields of the core in their order, for the schema (doc/records.md names them all) and CSV's head. */
struct cdr_field {
	const char *name, *help;
};
extern const struct cdr_field cdr_fields[]; /* ends with a NULL name */
extern const unsigned cdr_fields_n;

enum cdr_format { CDR_JSON, CDR_CSV };
enum cdr_texts { CDR_TEXT_NONE, CDR_TEXT_HASH, CDR_TEXT_PLAIN, CDR_TEXT_ENCRYPTED };
enum cdr_numbers { CDR_NUMBER_MASKED, CDR_NUMBER_PLAIN, CDR_NUMBER_ENCRYPTED };

/* Appends the core of record number n; the hashes are hex, "" for none. Hot: written by hand, without printf. */
void cdr_write_core(const struct cdr *c, uint64_t n, const char *number_hash, const char *text_hash,
		    enum cdr_format format, struct buf *out);
/* A CSV value, quoted where it must be; room for 2 + JSON_ESCAPED * n octets. */
char *cdr_put_csv(char *p, const void *v, size_t n);
/* CSV's first line, with line break. */
void cdr_write_head(struct buf *out);

/* A line cut in its three pieces; views borrow it. False: it is no record (the head of a CSV file is none). */
struct cdr_line {
	enum cdr_format format;
	struct view core, chain; /* chain: hex digits; n 0: none */
	struct view personal;	 /* `{...}` or `null  `; in CSV the four columns with three commas; n 0: none */
};
__attribute__((warn_unused_result)) bool cdr_cut(struct view line, struct cdr_line *out);
/* A field of a line's core as text (unescaped, cut at cap - 1, NUL at the end): its length, or -1: it has none. */
int cdr_get(const struct cdr_line *l, const char *field, char *out, size_t cap);
/* The same of the personal piece: "salt", "number", "text", "box". */
int cdr_get_personal(const struct cdr_line *l, const char *name, char *out, size_t cap);
/* Personal data stood here and was erased. */
bool cdr_erased(const struct cdr_line *l);
/* UTC ms of a time as it stands in a record; -1: it is none. */
int64_t cdr_time_ms(const char *text);

#endif
