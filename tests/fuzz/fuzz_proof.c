/*
 * fuzz_proof.c - any octets as a proof, a statement, a record and a list of anchors: what is read is written the same
 * again, and nothing holds that no key has signed. A proof that holds is one of the corpus' whole ones.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "must.h"
#include "audit/proof.h"
#include "audit/record.h"
#include "audit/verify.h"

static void told(void *arg, enum verify_fault what, long record, const char *text)
{
	(void)what;
	(void)record;
	MUST(*text != '\0');
	++*(unsigned *)arg;
}

static void as_proof(const char *text, size_t n)
{
	char *why = NULL;
	struct proof *p = proof_read(text, n, &why);
	struct proof_found found;
	unsigned faults = 0;
	struct buf again = {0};

	MUST(!p == (why != NULL));
	free(why);
	if (!p)
		return;
	proof_write(p, &again);
	MUST(buf_len(&again) == n && memcmp(buf_data(&again), text, n) == 0);
	buf_free(&again);
	found = proof_check(p, NULL, 0, true, told, &faults);
	MUST(found.whole == (faults == 0) && !found.trusted);
	MUST(!found.whole || (p->n_records > 0 && p->n_statements > 0));
	proof_free(p);
}

static void as_record(const uint8_t *data, size_t size)
{
	struct cdr_line l;
	struct record_values values = {0};
	uint8_t chain[DIGEST_OCTETS];
	char value[16];

	if (!cdr_cut((struct view){data, (uint32_t)size}, &l))
		return;
	MUST(l.core.p >= data && l.core.p + l.core.n <= data + size);
	MUST(!record_chain(&l, chain) || l.chain.n == 2 * DIGEST_OCTETS);
	(void)record_number(&l);
	for (const struct cdr_field *f = cdr_fields; f->name; f++)
		MUST(cdr_get(&l, f->name, value, sizeof(value)) < (int)sizeof(value));
	if (record_open(&l, NULL, &values) == RECORD_OPEN)
		MUST(values.has_salt || values.has_number || values.has_text || l.format == CDR_CSV);
	record_values_free(&values);
}

static void as_statement(const uint8_t *data, size_t size)
{
	struct view line = {data, (uint32_t)size};
	struct statement s;
	struct buf again = {0};

	if (!statement_read(line, &s) || s.key[0])
		return;
	statement_write(&s, NULL, &again);
	MUST(buf_len(&again) == size && memcmp(buf_data(&again), data, size) == 0);
	buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct verify_anchors anchors = {0};

	if (size > 65536)
		return 0;
	as_proof((const char *)data, size);
	as_record(data, size);
	as_statement(data, size);
	MUST(verify_anchors_read(&anchors, (const char *)data, size) == anchors.n);
	verify_anchors_free(&anchors);
	return 0;
}
