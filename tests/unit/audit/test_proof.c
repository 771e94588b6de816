/*
 * test_proof.c - proofs out of an archive: they hold by themselves, reveal only what was asked for, and with any one
 * octet changed they hold no more.
 */
#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "audit/proof.h"
#include "audit/prove.h"
#include "base/mem.h"
#include "make_archive.h"
#include "slow.h"

static struct made made;
static char fault[400];
static unsigned faults;

static void told(void *arg, enum verify_fault what, long record, const char *text)
{
	(void)what;
	(void)arg;
	(void)record;
	if (faults++ == 0)
		snprintf(fault, sizeof(fault), "%s", text);
}

static struct proof_found check(const struct proof *p, struct signer *key, bool unsigned_too)
{
	faults = 0;
	*fault = '\0';
	return proof_check(p, &key, key ? 1 : 0, unsigned_too, told, NULL);
}

static struct proof *make(struct prove_query q, struct prove_told *found)
{
	char *why = NULL;
	struct proof *p;

	q.directory = made.dir;
	q.keys = &made.key;
	q.n_keys = 1;
	q.node = q.record ? 1 : 0;
	p = prove(&q, found, &why);
	assert_true(p || why);
	free(why);
	return p;
}

static int usual(void **state)
{
	(void)state;
	made_new(&made, SIGNER_ED25519, SEAL_SHA256, CDR_JSON);
	return 0;
}

static int usual_end(void **state)
{
	(void)state;
	made_free(&made);
	return 0;
}

/* Written and read again it is the same, and holds. */
static void holds(const struct proof *p, uint64_t opened)
{
	struct buf text = {0};
	struct proof *again;
	struct proof_found f;
	char *why = NULL;

	proof_write(p, &text);
	again = proof_read((const char *)buf_data(&text), buf_len(&text), &why);
	if (!again)
		print_message("%s\n%.*s\n", why, (int)buf_len(&text), buf_data(&text));
	assert_non_null(again);
	f = check(again, made.key, false);
	assert_string_equal(fault, "");
	assert_true(f.whole && f.trusted);
	assert_int_equal(f.opened, opened);
	f = check(again, NULL, false); /* it has the key itself */
	assert_true(f.whole && !f.trusted);
	proof_free(again);
	buf_free(&text);
}

static void test_every_record(void **state)
{
	struct prove_told found;

	(void)state;
	for (uint64_t n = 1; n <= MADE_HOURS * MADE_EACH; n += slow_step(9)) {
		struct proof *p = make((struct prove_query){.record = n, .number = true, .text = true}, &found);

		assert_non_null(p);
		assert_int_equal(found.found, 1);
		assert_int_equal(found.closed, n % 7 == 0);
		holds(p, n % 7 ? 2 : 0);
		proof_free(p);
	}
	assert_null(make((struct prove_query){.record = 41}, &found)); /* nothing is stated about it */
	assert_int_equal(found.unstated, 1);
	assert_null(make((struct prove_query){.record = 1000}, &found));
}

static void test_reveals_only_what_is_asked(void **state)
{
	struct prove_told found;
	struct proof *p = make((struct prove_query){.record = 3, .number = true}, &found);
	struct buf text = {0};

	(void)state;
	holds(p, 1);
	proof_write(p, &text);
	assert_non_null(memmem(buf_data(&text), buf_len(&text), "8613800000003", 13));
	assert_null(memmem(buf_data(&text), buf_len(&text), "验证码", 9));
	proof_free(p);
	buf_free(&text);
	p = make((struct prove_query){.record = 3}, &found);
	holds(p, 0);
	proof_write(p, &text);
	assert_null(memmem(buf_data(&text), buf_len(&text), "8613800000003", 13));
	assert_null(memmem(buf_data(&text), buf_len(&text), "salt", 4));
	proof_free(p);
	buf_free(&text);
}

static void test_known_text(void **state)
{
	struct prove_told found;
	struct proof *p = make((struct prove_query){.record = 3, .known = "您的验证码是000021,请勿告诉他人"}, &found);

	(void)state;
	holds(p, 1);
	proof_free(p);
	p = make((struct prove_query){.record = 3, .known = "您的验证码是000022,请勿告诉他人"}, &found);
	holds(p, 0);
	assert_false(p->records[0].salted);
	proof_free(p);
}

static void every_octet(enum signer_type type, enum seal_digest digest, enum cdr_format format)
{
	struct prove_told found;
	struct buf text = {0};
	struct proof *p;

	made_new(&made, type, digest, format);
	p = make((struct prove_query){.record = 13, .number = true, .text = true}, &found);
	assert_non_null(p);
	holds(p, 2);
	proof_write(p, &text);
	proof_free(p);
	for (size_t i = 0; i < buf_len(&text); i += slow_step(97)) {
		char *why = NULL;
		bool good = false;

		buf_data(&text)[i] ^= 1;
		p = proof_read((const char *)buf_data(&text), buf_len(&text), &why);
		if (p)
			good = check(p, NULL, true).whole; /* not even the key is given */
		if (good)
			print_message("not found: octet %zu, \"%.40s\"\n", i, buf_data(&text) + i);
		assert_false(good);
		assert_true(p ? faults > 0 && *fault : why != NULL);
		proof_free(p);
		free(why);
		buf_data(&text)[i] ^= 1;
	}
	for (size_t n = 0; n < buf_len(&text); n += 7) {
		char *why = NULL;

		assert_null(proof_read((const char *)buf_data(&text), n, &why));
		free(why);
	}
	buf_free(&text);
	made_free(&made);
}

static void test_every_octet(void **state)
{
	(void)state;
	every_octet(SIGNER_ED25519, SEAL_SHA256, CDR_JSON);
	every_octet(SIGNER_ED25519, SEAL_SHA256, CDR_CSV);
	every_octet(SIGNER_SM2, SEAL_SM3, CDR_JSON);
}

static void test_message(void **state)
{
	struct prove_told found;
	struct proof *p = make((struct prove_query){.id = 100000000000000005, .number = true}, &found);

	(void)state; /* records 20 to 23: over midnight */
	assert_non_null(p);
	assert_int_equal(found.found, 4);
	assert_int_equal(p->n_records, 4);
	assert_int_equal(p->n_statements, 2);
	holds(p, 3);
	/* Of another message. */
	p->id = 100000000000000006;
	assert_false(check(p, made.key, false).whole);
	assert_non_null(strstr(fault, "about"));
	p->id = 100000000000000005;
	/* The records in another order. */
	struct proof_record first = p->records[2];
	p->records[2] = p->records[3];
	p->records[3] = first;
	assert_false(check(p, made.key, false).whole);
	proof_free(p);
	assert_null(make((struct prove_query){.id = 100000000000000099}, &found));
}

static void test_keys(void **state)
{
	struct prove_told found;
	struct signer *other = signer_make(SIGNER_ED25519);
	struct proof *p = make((struct prove_query){.record = 5}, &found);

	(void)state;
	assert_false(check(p, other, false).whole);
	assert_non_null(strstr(fault, signer_fingerprint(made.key)));
	signer_free(p->keys[0]);
	p->n_keys = 0;
	assert_false(check(p, NULL, false).whole);
	assert_true(check(p, made.key, false).whole);
	proof_free(p);
	signer_free(other);
}

static void test_unsigned(void **state)
{
	struct prove_told found;
	struct proof *p = make((struct prove_query){.record = 5}, &found);
	char *key = strstr(p->statements[0].p, ",\"key\"");

	(void)state;
	strcpy(key, "}");
	p->statements[0].n = (size_t)(key - p->statements[0].p) + 1;
	assert_false(check(p, NULL, false).whole);
	assert_non_null(strstr(fault, "not signed"));
	assert_true(check(p, NULL, true).whole);
	assert_false(check(p, NULL, true).trusted);
	proof_free(p);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, usual, usual_end)
static const struct CMUnitTest cases[] = {
	CASE(test_every_record), CASE(test_reveals_only_what_is_asked),
	CASE(test_known_text),	 cmocka_unit_test(test_every_octet),
	CASE(test_message),	 CASE(test_keys),
	CASE(test_unsigned),
};
UNIT_MAIN(cases)
