/*
 * proof_check.c - whether a proof holds: from each record by its chain and its path to a statement, from there by the
 * signature to a key. Must not know where it came from.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/proof.h"
#include "base/mem.h"

struct check {
	const struct proof *p;
	struct proof_found found;
	struct statement *statements; /* as read */
	struct digest *digest[SEAL_DIGESTS];
	proof_told *told;
	void *arg;
};

__attribute__((format(printf, 4, 5))) static void fault(struct check *c, enum verify_fault what, long record,
							const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	c->found.whole = false;
	c->told(c->arg, what, record, text);
}

static bool signed_by_any(const struct statement *s, struct view line, struct signer *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (statement_signed_by(s, line, keys[i]))
			return true;
	}
	return false;
}

static bool known(const struct statement *s, struct signer *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(signer_fingerprint(keys[i]), s->key) == 0)
			return true;
	}
	return false;
}

static void check_statement(struct check *c, size_t i, struct signer *const *keys, size_t n, bool unsigned_too)
{
	const struct proof *p = c->p;
	struct view line = {(const uint8_t *)p->statements[i].p, (uint32_t)p->statements[i].n};
	struct statement *s = &c->statements[i];

	if (!statement_read(line, s)) {
		fault(c, VERIFY_STATEMENT, -1, "statement %zu is none", i);
		memset(s, 0, sizeof(*s));
	} else if (!s->signature_n) {
		c->found.trusted = false;
		if (!unsigned_too)
			fault(c, VERIFY_UNSIGNED, -1,
			      "the statement of the hour %s is not signed: anybody can have written it", s->name);
	} else if (!known(s, keys, n)) {
		fault(c, VERIFY_UNKNOWN_KEY, -1,
		      "the statement of the hour %s is signed with the key %s, which is not known; give the "
		      "public key of the gateway that made it (--key)",
		      s->name, s->key);
	} else if (!signed_by_any(s, line, keys, n)) {
		fault(c, VERIFY_SIGNATURE, -1, "the signature of the statement of the hour %s is wrong", s->name);
	}
}

static bool has_id(const struct cdr_line *l, const char *field, uint64_t id)
{
	char text[24];

	return cdr_get(l, field, text, sizeof(text)) > 0 && strtoull(text, NULL, 10) == id;
}

static void check_about(struct check *c, size_t i, const struct cdr_line *l, const struct statement *s)
{
	const struct proof *p = c->p;

	if (p->id ? !has_id(l, "id", p->id) && !has_id(l, "msg", p->id) && !has_id(l, "original", p->id)
		  : p->record != p->records[i].n || p->node != s->node)
		fault(c, VERIFY_CHANGED, (long)i, "the record is not one that the proof is about");
}

static void check_personal(struct check *c, size_t i, const struct cdr_line *l, struct digest *d)
{
	const struct proof_record *r = &c->p->records[i];
	const struct {
		const char *name;
		const struct proof_text *value;
	} rows[] = {{"number", &r->number}, {"text", &r->text}};

	if (r->salted && !r->number.p && !r->text.p)
		fault(c, VERIFY_CHANGED, (long)i, "there is a salt with nothing that it belongs to");
	for (size_t k = 0; k < 2; k++) {
		struct view value = {(const uint8_t *)rows[k].value->p, (uint32_t)rows[k].value->n};

		if (!rows[k].value->p)
			continue;
		if (record_commits(l, rows[k].name, r->salt, value, d))
			c->found.opened++;
		else
			fault(c, VERIFY_PERSONAL, (long)i,
			      "the %s that is revealed is not the one that the record commits to", rows[k].name);
	}
}

/* Records in the order of the proof, and chained to each other where their numbers follow. */
static void check_order(struct check *c, size_t i, const uint8_t before[DIGEST_OCTETS])
{
	const struct proof_record *r = &c->p->records[i], *last = i ? r - 1 : NULL;

	if (!last || last->statement != r->statement)
		return;
	if (last->n >= r->n)
		fault(c, VERIFY_CHANGED, (long)i, "the record stands behind one with a higher number");
	else if (last->n + 1 == r->n && memcmp(before, r->before, DIGEST_OCTETS) != 0)
		fault(c, VERIFY_CHANGED, (long)i, "the record does not follow the one before it");
}

/* chain: of the record before, and then of this one. */
static void check_record(struct check *c, size_t i, uint8_t chain[DIGEST_OCTETS])
{
	struct proof_record *r = &c->p->records[i];
	struct cdr_line l = proof_line(r);
	const struct statement *s = r->statement < c->p->n_statements ? &c->statements[r->statement] : NULL;
	uint8_t root[DIGEST_OCTETS];
	struct digest *d;

	if (!s || !s->count || !(r->n = record_number(&l)) || r->n < s->first || r->n - s->first >= s->count) {
		fault(c, VERIFY_CHANGED, (long)i, "the record has no number that its statement is about");
		return;
	}
	d = c->digest[s->digest];
	check_order(c, i, chain);
	record_follow(&l, r->before, d, chain);
	r->path.leaf = r->n - s->first;
	if (!tree_climb(&r->path, s->count, d, chain, DIGEST_OCTETS, root) || memcmp(root, s->root, DIGEST_OCTETS) != 0)
		fault(c, VERIFY_CHANGED, (long)i,
		      "record %" PRIu64 " does not lead to the root of its hour: it, or what leads there, was "
		      "changed",
		      r->n);
	check_about(c, i, &l, s);
	check_personal(c, i, &l, d);
}

struct proof_found proof_check(const struct proof *p, struct signer *const *keys, size_t n, bool unsigned_too,
			       proof_told *told, void *arg)
{
	struct check c = {.p = p, .told = told, .arg = arg, .found = {.whole = true, .trusted = n > 0}};
	uint8_t chain[DIGEST_OCTETS] = {0};
	size_t used = 0;

	for (int i = 0; i < SEAL_DIGESTS; i++)
		c.digest[i] = digest_new((enum seal_digest)i);
	c.statements = mem_zalloc((p->n_statements + 1) * sizeof(*c.statements));
	for (size_t i = 0; i < p->n_statements; i++)
		check_statement(&c, i, n ? keys : p->keys, n ? n : p->n_keys, unsigned_too);
	for (size_t i = 0; i < p->n_records; i++) {
		if (p->records[i].statement == used)
			used++;
		else if (p->records[i].statement + 1 != used)
			fault(&c, VERIFY_CHANGED, (long)i, "the record's statement is not the one that must come");
		check_record(&c, i, chain);
	}
	if (p->n_records == 0 || used != p->n_statements)
		fault(&c, VERIFY_STATEMENT, -1, "a statement has no record here");
	c.found.trusted = c.found.trusted && c.found.whole;
	mem_free(c.statements);
	for (int i = 0; i < SEAL_DIGESTS; i++)
		digest_free(c.digest[i]);
	return c.found;
}
