/*
 * test_tree.c - the Merkle tree against the known answers of Certificate Transparency's reference tests, and against
 * RFC 6962, 2.1 written down as it stands there, for trees of 0 to 300 leaves.
 */
#include "unit.h"

#include "audit/octets.h"
#include "audit/tree.h"
#include "slow.h"

static struct digest *sha;

#define LEAVES 300u

static size_t leaf_data(unsigned i, uint8_t out[4])
{
	out[0] = (uint8_t)i;
	out[1] = (uint8_t)(i >> 8);
	out[2] = 0xe4;
	return i % 4;
}

/* MTH(D[from:to]) of the RFC. */
static void mth(unsigned from, unsigned to, uint8_t out[DIGEST_OCTETS])
{
	uint8_t left[DIGEST_OCTETS], right[DIGEST_OCTETS], data[4];
	unsigned k = 1;

	if (to == from) {
		digest_of(sha, NULL, 0, out);
		return;
	}
	if (to - from == 1) {
		digest_of(sha, (struct digest_piece[]){{"\0", 1}, {data, leaf_data(from, data)}}, 2, out);
		return;
	}
	while (2 * k < to - from)
		k *= 2;
	mth(from, from + k, left);
	mth(from + k, to, right);
	digest_of(sha, (struct digest_piece[]){{"\1", 1}, {left, DIGEST_OCTETS}, {right, DIGEST_OCTETS}}, 3, out);
}

/* PATH(m, D[from:to]) of the RFC. */
static void path_of(unsigned m, unsigned from, unsigned to, struct tree_path *out)
{
	unsigned k = 1;

	if (to - from <= 1) {
		out->n = 0;
		return;
	}
	while (2 * k < to - from)
		k *= 2;
	if (m < k) {
		path_of(m, from, from + k, out);
		mth(from + k, to, out->nodes[out->n++]);
	} else {
		path_of(m - k, from + k, to, out);
		mth(from, from + k, out->nodes[out->n++]);
	}
}

static void test_known_answers(void **state)
{
	static const struct {
		const char *data;
		size_t n;
		const char *root;
	} rows[] = {
		{"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
		{"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
		{"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
		{"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
		{"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
		{"\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
		{"\x50\x51\x52\x53\x54\x55\x56\x57", 8,
		 "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
		{"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
		 "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
	};
	struct tree t;
	uint8_t root[DIGEST_OCTETS];
	char hex[2 * DIGEST_OCTETS + 1];

	(void)state;
	tree_begin(&t, NULL, 0);
	tree_root(&t, sha, root);
	octets_hex(root, sizeof(root), hex);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tree_add(&t, sha, rows[i].data, rows[i].n);
		tree_root(&t, sha, root);
		octets_hex(root, sizeof(root), hex);
		assert_string_equal(hex, rows[i].root);
	}
}

static void check_climbs(const struct tree_path *made, unsigned leaf, unsigned count, const uint8_t *root)
{
	struct tree_path path = *made;
	uint8_t data[4], got[DIGEST_OCTETS];
	size_t n = leaf_data(leaf, data);

	assert_true(tree_climb(&path, count, sha, data, n, got));
	assert_memory_equal(got, root, DIGEST_OCTETS);
	if (path.n > 0) {
		path.nodes[leaf % path.n][leaf % DIGEST_OCTETS] ^= 1;
		assert_true(tree_climb(&path, count, sha, data, n, got));
		assert_memory_not_equal(got, root, DIGEST_OCTETS);
		path.n--;
		assert_false(tree_climb(&path, count, sha, data, n, got));
		path.n++;
	}
	path.n++;
	assert_false(tree_climb(&path, count, sha, data, n, got));
	path.leaf = count;
	assert_false(tree_climb(&path, count, sha, data, n, got));
}

static void test_against_the_rfc(void **state)
{
	static struct tree_path paths[LEAVES], wanted;
	uint8_t data[4], root[DIGEST_OCTETS], naive[DIGEST_OCTETS];
	struct tree t;

	(void)state;
	for (unsigned count = 0; count <= LEAVES; count += (count < 70 ? 1 : 23) * slow_step(9)) {
		for (unsigned i = 0; i < count; i++)
			paths[i].leaf = i;
		tree_begin(&t, paths, count);
		for (unsigned i = 0; i < count; i++)
			tree_add(&t, sha, data, leaf_data(i, data));
		tree_finish(&t, sha);
		tree_root(&t, sha, root);
		mth(0, count, naive);
		assert_memory_equal(root, naive, DIGEST_OCTETS);
		for (unsigned i = 0; i < count; i++) {
			path_of(i, 0, count, &wanted);
			assert_int_equal(paths[i].n, wanted.n);
			assert_memory_equal(paths[i].nodes, wanted.nodes, wanted.n * (size_t)DIGEST_OCTETS);
			check_climbs(&paths[i], i, count, root);
		}
	}
}

static void test_roots_of_every_count(void **state)
{
	uint8_t data[4], root[DIGEST_OCTETS], naive[DIGEST_OCTETS];
	struct tree t;

	(void)state;
	tree_begin(&t, NULL, 0);
	for (unsigned count = 0; count <= LEAVES; count++) {
		tree_root(&t, sha, root);
		mth(0, count, naive);
		assert_memory_equal(root, naive, DIGEST_OCTETS);
		tree_add(&t, sha, data, leaf_data(count, data));
	}
}

static int make_digest(void **state)
{
	(void)state;
	sha = digest_new(SEAL_SHA256);
	return 0;
}

static int free_digest(void **state)
{
	(void)state;
	digest_free(sha);
	return 0;
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup_teardown(test_known_answers, make_digest, free_digest),
	cmocka_unit_test_setup_teardown(test_against_the_rfc, make_digest, free_digest),
	cmocka_unit_test_setup_teardown(test_roots_of_every_count, make_digest, free_digest),
};
UNIT_MAIN(cases)
