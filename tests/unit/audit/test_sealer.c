/*
 * test_sealer.c - the chain and the statements: each digest computed here once more by hand, hours that follow, a run
 * that goes on where another one ended, and a statement's one form.
 */
#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "audit/octets.h"
#include "audit/sealer.h"
#include "audit/statement.h"
#include "audit/tree.h"
#include "base/mem.h"
#include "slow.h"

static const char *const cores[] = {
	"{\"n\":1,\"kind\":\"accepted\",\"account\":\"银行\"", "{\"n\":2,\"kind\":\"attempt\",\"carrier\":\"移动\"",
	"{\"n\":3,\"kind\":\"receipt\",\"stat\":\"DELIVRD\"",  "{\"n\":4,\"kind\":\"ended\",\"how\":\"送达\"",
	"{\"n\":5,\"kind\":\"accepted\",\"account\":\"商城\"",
};
static const uint8_t zeros[DIGEST_OCTETS];

static struct sealer *make(enum seal_digest digest, const char *key)
{
	struct sealer_conf conf = {.digest = digest, .key = key, .node = 7};
	char *why = NULL;
	struct sealer *s = sealer_new(&conf, &why);

	if (!s) {
		assert_non_null(why);
		assert_true(strncmp(why, key, strlen(key)) == 0);
	}
	free(why);
	return s;
}

static void add(struct sealer *s, size_t from, size_t to, uint8_t chains[][DIGEST_OCTETS])
{
	for (size_t i = from; i < to; i++)
		sealer_add(s, cores[i], strlen(cores[i]), chains[i]);
}

/* The statement that was written last; its line goes to line. */
static struct statement state_now(struct sealer *s, bool last, struct buf *out, struct view *line)
{
	struct statement st;
	size_t from = buf_len(out);

	sealer_state(s, 1795318801123, last, out);
	*line = (struct view){buf_data(out) + from, (uint32_t)(buf_len(out) - from - 1)};
	assert_int_equal(buf_data(out)[buf_len(out) - 1], '\n');
	assert_true(statement_read(*line, &st));
	assert_int_equal(st.hour, last);
	assert_int_equal(st.node, 7);
	assert_int_equal(st.count, sealer_count(s));
	return st;
}

static void chain_and_tree(enum seal_digest which)
{
	struct sealer *s = make(which, "");
	struct digest *d = digest_new(which);
	struct tree t;
	struct buf out = {0};
	struct view line;
	struct statement st, second;
	uint8_t chains[5][DIGEST_OCTETS], wanted[DIGEST_OCTETS] = {0}, got[DIGEST_OCTETS];

	assert_false(sealer_signs(s));
	sealer_begin(s, "7-20261122T11+0800", 1);
	add(s, 0, 3, chains);
	tree_begin(&t, NULL, 0);
	for (size_t i = 0; i < 3; i++) {
		digest_of(d, (struct digest_piece[]){{wanted, DIGEST_OCTETS}, {cores[i], strlen(cores[i])}}, 2, wanted);
		assert_memory_equal(chains[i], wanted, DIGEST_OCTETS);
		tree_add(&t, d, wanted, DIGEST_OCTETS);
	}
	sealer_head(s, got);
	assert_memory_equal(got, wanted, DIGEST_OCTETS);
	st = state_now(s, true, &out, &line);
	tree_root(&t, d, got);
	assert_memory_equal(st.root, got, DIGEST_OCTETS);
	assert_memory_equal(st.chain, wanted, DIGEST_OCTETS);
	assert_memory_equal(st.before, zeros, DIGEST_OCTETS);
	assert_memory_equal(st.previous, zeros, DIGEST_OCTETS);
	assert_int_equal(st.first, 1);
	assert_int_equal(st.digest, which);
	assert_string_equal(st.key, "");
	assert_string_equal(st.name, "7-20261122T11+0800");
	statement_digest(line, d, wanted);

	sealer_begin(s, "7-20261122T12+0800", 4);
	add(s, 3, 5, chains);
	second = state_now(s, false, &out, &line);
	assert_memory_equal(second.before, st.chain, DIGEST_OCTETS);
	assert_memory_equal(second.previous, wanted, DIGEST_OCTETS);
	assert_memory_equal(second.chain, chains[4], DIGEST_OCTETS);
	assert_int_equal(second.count, 2);
	buf_free(&out);
	digest_free(d);
	sealer_free(s);
}

static void test_chain(void **state)
{
	(void)state;
	chain_and_tree(SEAL_SHA256);
	chain_and_tree(SEAL_SM3);
}

static void test_resume(void **state)
{
	struct sealer *s = make(SEAL_SHA256, ""), *again = make(SEAL_SHA256, "");
	struct digest *d = digest_new(SEAL_SHA256);
	struct buf out = {0}, rest = {0};
	struct view line;
	struct statement st, wanted, got;
	uint8_t chains[5][DIGEST_OCTETS], more[5][DIGEST_OCTETS], previous[DIGEST_OCTETS];

	(void)state;
	sealer_begin(s, "11", 1);
	add(s, 0, 2, chains);
	st = state_now(s, true, &out, &line);
	sealer_begin(s, "12", 3);
	add(s, 2, 4, chains);
	state_now(s, false, &out, &line);
	statement_digest(line, d, previous);
	add(s, 4, 5, chains);
	wanted = state_now(s, true, &out, &line);

	sealer_resume(again, st.chain, previous);
	sealer_begin(again, "12", 3);
	sealer_again(again, chains[2]);
	sealer_again(again, chains[3]);
	add(again, 4, 5, more);
	got = state_now(again, true, &rest, &line);
	assert_memory_equal(more[4], chains[4], DIGEST_OCTETS);
	assert_memory_equal(&got, &wanted, sizeof(got));
	buf_free(&out);
	buf_free(&rest);
	digest_free(d);
	sealer_free(s);
	sealer_free(again);
}

/* Writes a key of the type to a file, gives a sealer with it and the key. */
static struct sealer *with_key(enum signer_type type, enum seal_digest digest, char file[32], struct signer **key)
{
	struct buf pem = {0};
	int fd;

	snprintf(file, 32, "/tmp/test_sealer.XXXXXX");
	fd = mkstemp(file);
	assert_true(fd >= 0);
	*key = signer_make(type);
	assert_int_equal(signer_write_private(*key, &pem), 0);
	assert_int_equal(write(fd, buf_data(&pem), buf_len(&pem)), buf_len(&pem));
	close(fd);
	buf_free(&pem);
	return make(digest, file);
}

static void signed_by(enum signer_type type, enum seal_digest digest)
{
	char file[32], *copy;
	struct signer *key, *other = signer_make(type);
	struct sealer *s = with_key(type, digest, file, &key);
	struct buf out = {0};
	struct view line;
	struct statement st;
	uint8_t chains[5][DIGEST_OCTETS];

	assert_non_null(s);
	assert_true(sealer_signs(s));
	assert_string_equal(sealer_fingerprint(s), signer_fingerprint(key));
	sealer_begin(s, "7-20261122T11+0800", 1);
	add(s, 0, 5, chains);
	st = state_now(s, true, &out, &line);
	assert_string_equal(st.key, signer_fingerprint(key));
	assert_true(statement_signed_by(&st, line, key));
	assert_false(statement_signed_by(&st, line, other));
	/* Each octet changed: it is no statement any more, or not signed by the key. */
	copy = mem_strndup(line.p, line.n);
	for (uint32_t i = 0; i < line.n; i += slow_step(37)) {
		for (int bit = 1; bit < 256; bit <<= 1) {
			struct view changed = {(const uint8_t *)copy, line.n};

			copy[i] = (char)(copy[i] ^ bit);
			assert_false(statement_read(changed, &st) && statement_signed_by(&st, changed, key));
			copy[i] = (char)(copy[i] ^ bit);
		}
	}
	for (uint32_t n = 0; n < line.n; n++)
		assert_false(statement_read((struct view){line.p, n}, &st));
	mem_free(copy);
	unlink(file);
	buf_free(&out);
	sealer_free(s);
	signer_free(key);
	signer_free(other);
}

static void test_signed(void **state)
{
	(void)state;
	signed_by(SIGNER_ED25519, SEAL_SHA256);
	signed_by(SIGNER_ED25519, SEAL_SM3);
	signed_by(SIGNER_SM2, SEAL_SM3);
}

static void test_wrong_keys(void **state)
{
	char file[32];
	struct signer *key;

	(void)state;
	assert_null(make(SEAL_SHA256, "/tmp/there-is-no/钥匙.pem"));
	assert_null(with_key(SIGNER_SM2, SEAL_SHA256, file, &key));
	unlink(file);
	signer_free(key);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_chain),
	cmocka_unit_test(test_resume),
	cmocka_unit_test(test_signed),
	cmocka_unit_test(test_wrong_keys),
};
UNIT_MAIN(cases)
