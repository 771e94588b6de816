/*
 * verify_explain.c - a line is not the record that must come: looks into the rest of its file for what has happened,
 * so that the finding names it. Must not change where the chain has come to.
 */
#include <inttypes.h>
#include <stdio.h>

#include "audit/octets.h"
#include "audit/verify_priv.h"

struct rest {		 /* of a file, from the bad line on */
	bool record;	 /* the bad line is one */
	uint64_t number; /* that it says it has */
	char chain[2 * DIGEST_OCTETS + 1];
	uint64_t true_line; /* where the record stands that must come; 0: nowhere */
	uint64_t next_line; /* where a record with the number behind it stands, and whether it was chained to */
	bool follows;	    /* what the bad line has as its chain */
};

/* Whether a record follows a chain value given as text. */
static bool follows(struct verify_run *v, const struct cdr_line *l, const char *chain)
{
	uint8_t kept[DIGEST_OCTETS], other[DIGEST_OCTETS];
	enum seal_digest with = v->with;
	uint64_t next = v->next;
	bool result;

	memcpy(kept, v->head, DIGEST_OCTETS);
	if (!octets_unhex(chain, strlen(chain), v->head, DIGEST_OCTETS)) {
		memcpy(v->head, kept, DIGEST_OCTETS);
		return false;
	}
	v->next = record_number(l);
	result = verify_fits(v, l, other);
	memcpy(v->head, kept, DIGEST_OCTETS);
	v->next = next;
	v->with = with;
	return result;
}

static void look(struct verify_run *v, const char *file, uint64_t at, uint64_t line, struct rest *r)
{
	struct lines *lines = lines_open(file, at);
	struct view text;
	struct cdr_line l;
	uint8_t chain[DIGEST_OCTETS];

	while (lines && !r->true_line && lines_next(lines, &text)) {
		bool first = lines_number(lines) == 1;

		if (!lines_whole(lines) || !cdr_cut(text, &l))
			continue;
		if (first) {
			r->record = true;
			r->number = record_number(&l);
			snprintf(r->chain, sizeof(r->chain), "%.*s", (int)l.chain.n,
				 l.chain.p ? (const char *)l.chain.p : "");
			continue;
		}
		if (lines_number(lines) == 2 && r->record)
			r->follows = follows(v, &l, r->chain);
		if (v->chained && verify_fits(v, &l, chain))
			r->true_line = line + lines_number(lines) - 1;
	}
	lines_close(lines);
}

/* The record that must come stands further down. */
static void tell_displaced(struct verify_run *v, const char *file, uint64_t line, const struct rest *r)
{
	if (!r->record)
		verify_tell(v, VERIFY_INSERTED, file, line, v->next,
			    "this line is no record; it was put in before record %" PRIu64 " (line %" PRIu64 ")",
			    v->next, r->true_line);
	else if (r->number > v->next)
		verify_tell(v, VERIFY_ORDER, file, line, v->next,
			    "record %" PRIu64 " stands here, before record %" PRIu64 " (line %" PRIu64 ")", r->number,
			    v->next, r->true_line);
	else
		verify_tell(v, VERIFY_INSERTED, file, line, r->number,
			    "a record %" PRIu64 " that the chain does not know was put in before record %" PRIu64
			    " (line %" PRIu64 ")",
			    r->number, v->next, r->true_line);
}

void verify_explain(struct verify_run *v, const char *file, uint64_t at, uint64_t line)
{
	struct rest r = {0};

	look(v, file, at, line, &r);
	if (r.true_line)
		tell_displaced(v, file, line, &r);
	else if (!r.record)
		verify_tell(v, VERIFY_CHANGED, file, line, v->chained ? v->next : 0, "this line is no record any more");
	else if (!*r.chain)
		verify_tell(v, VERIFY_CHANGED, file, line, r.number,
			    "the record has no chain: it was taken away, or evidence.chain was off");
	else if (!r.number || !v->chained)
		verify_tell(v, VERIFY_CHANGED, file, line, v->chained ? v->next : r.number,
			    "the record's number is none");
	else if (r.number == v->next + 1)
		verify_tell(v, VERIFY_MISSING, file, line, v->next, "the record is missing before this line");
	else if (r.number > v->next)
		verify_tell(v, VERIFY_MISSING, file, line, v->next,
			    "records %" PRIu64 " to %" PRIu64 " are missing before this line", v->next, r.number - 1);
	else if (r.number < v->next)
		verify_tell(v, VERIFY_INSERTED, file, line, r.number,
			    "record %" PRIu64 " stands here, where %" PRIu64
			    " must come: it was put in, or is from elsewhere",
			    r.number, v->next);
	else
		verify_tell(
			v, VERIFY_CHANGED, file, line, r.number,
			r.follows
				? "the record is not what the chain says: it was changed (the record behind it still "
				  "follows the old one)"
				: "the record does not follow the one before it: it, or its chain value, was changed");
}
