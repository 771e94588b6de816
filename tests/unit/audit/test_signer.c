/*
 * test_signer.c - keys and signatures: Ed25519 against RFC 8032, 7.1; both algorithms against the openssl program, in
 * both directions; what is no key of ours.
 */
#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "audit/octets.h"
#include "audit/signer.h"
#include "base/mem.h"

static char dir[64];

static void put_file(const char *name, const void *p, size_t n)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	fclose(f);
}

static bool run(const char *command)
{
	char line[512];

	snprintf(line, sizeof(line), "cd %s && { %s; } >/dev/null 2>&1", dir, command);
	return system(line) == 0;
}

static struct signer *open_key(const char *name, bool private)
{
	char path[128], *why = NULL;
	struct signer *s;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	s = private ? signer_private(path, &why) : signer_public(path, &why);
	if (!s)
		assert_true(strncmp(why, path, strlen(path)) == 0);
	free(why);
	return s;
}

/* PKCS #8 of a secret key: RFC 8410, 7. */
static void put_ed25519(const char *name, const char *hex)
{
	uint8_t der[48] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
			   0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
	char base64[OCTETS_BASE64(48) + 1], pem[160];

	assert_true(octets_unhex(hex, 64, der + 16, 32));
	octets_base64(der, 48, base64);
	snprintf(pem, sizeof(pem), "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n", base64);
	put_file(name, pem, strlen(pem));
}

static void test_rfc8032(void **state)
{
	static const struct {
		const char *secret, *public, *message, *signature;
	} rows[] = {
		{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf"
		 "5f0595b"
		 "be24655141438e7a100b"},
		{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		 "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "r",
		 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2"
		 "eaeb430"
		 "2aeeb00d291612bb0c00"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t signature[SIGNER_MAX], der[SIGNER_PUBLIC_MAX];
		char hex[2 * SIGNER_PUBLIC_MAX + 1];
		struct signer *s, *public;
		size_t n;

		put_ed25519("rfc.pem", rows[i].secret);
		s = open_key("rfc.pem", true);
		assert_non_null(s);
		assert_int_equal(signer_type(s), SIGNER_ED25519);
		n = signer_der(s, der);
		octets_hex(der + n - 32, 32, hex);
		assert_string_equal(hex, rows[i].public);
		assert_int_equal(signer_sign(s, rows[i].message, strlen(rows[i].message), signature), 64);
		octets_hex(signature, 64, hex);
		assert_string_equal(hex, rows[i].signature);
		public = signer_public_der(der, n);
		assert_non_null(public);
		assert_string_equal(signer_fingerprint(public), signer_fingerprint(s));
		assert_true(signer_verify(public, rows[i].message, strlen(rows[i].message), signature, 64));
		signature[63] ^= 1;
		assert_false(signer_verify(public, rows[i].message, strlen(rows[i].message), signature, 64));
		signer_free(public);
		signer_free(s);
	}
}

static const char text[] = "存证:2026年11月22日的每一条短信";

static void sign_and_verify(enum signer_type type, const char *genpkey, const char *options)
{
	struct signer *s = signer_make(type), *other;
	struct buf pem = {0};
	uint8_t signature[SIGNER_MAX];
	char command[256];
	size_t n;

	/* Ours, verified by openssl. */
	assert_non_null(s);
	put_file("text", text, strlen(text));
	assert_int_equal(signer_write_public(s, &pem), 0);
	put_file("ours.pub", buf_data(&pem), buf_len(&pem));
	n = signer_sign(s, text, strlen(text), signature);
	assert_true(n > 0);
	put_file("ours.sig", signature, n);
	snprintf(command, sizeof(command),
		 "openssl pkeyutl -verify -pubin -inkey ours.pub -rawin -in text -sigfile ours.sig %s", options);
	assert_true(run(command));
	put_file("text", text, strlen(text) - 1);
	assert_false(run(command));
	/* Theirs, verified by us. */
	put_file("text", text, strlen(text));
	snprintf(command, sizeof(command),
		 "%s -out theirs.pem && openssl pkeyutl -sign -inkey theirs.pem -rawin -in text -out theirs.sig %s",
		 genpkey, options);
	assert_true(run(command));
	assert_true(run("openssl pkey -in theirs.pem -pubout -out theirs.pub"));
	other = open_key("theirs.pub", false);
	assert_non_null(other);
	assert_int_equal(signer_type(other), type);
	snprintf(command, sizeof(command), "%s/theirs.sig", dir);
	FILE *f = fopen(command, "rb");
	assert_non_null(f);
	n = fread(signature, 1, sizeof(signature), f);
	fclose(f);
	assert_true(signer_verify(other, text, strlen(text), signature, n));
	assert_false(signer_verify(other, text, strlen(text) - 1, signature, n));
	assert_false(signer_verify(s, text, strlen(text), signature, n));
	signer_free(other);
	signer_free(s);
	buf_free(&pem);
}

static void test_ed25519_and_openssl(void **state)
{
	(void)state;
	sign_and_verify(SIGNER_ED25519, "openssl genpkey -algorithm ed25519", "");
}

static void test_sm2_and_openssl(void **state)
{
	(void)state;
	sign_and_verify(SIGNER_SM2, "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2",
			"-digest sm3 -pkeyopt distid:1234567812345678");
}

static void test_fingerprints_and_files(void **state)
{
	static const char *const commands[] = {
		[SIGNER_ED25519] = "openssl pkey -pubin -in f.pub -outform DER | openssl dgst -sha256 -r | grep -q ^%s",
		[SIGNER_SM2] = "openssl pkey -pubin -in f.pub -outform DER | openssl dgst -sm3 -r | grep -q ^%s",
	};

	(void)state;
	for (int type = 0; type < SIGNER_TYPES; type++) {
		struct signer *s = signer_make((enum signer_type)type), *again;
		struct buf pem = {0};
		char command[256];

		assert_non_null(s);
		assert_int_equal(signer_write_public(s, &pem), 0);
		put_file("f.pub", buf_data(&pem), buf_len(&pem));
		buf_free(&pem);
		assert_int_equal(signer_write_private(s, &pem), 0);
		put_file("f.pem", buf_data(&pem), buf_len(&pem));
		buf_free(&pem);
		snprintf(command, sizeof(command), commands[type], signer_fingerprint(s));
		assert_true(run(command));
		again = open_key("f.pem", true);
		assert_non_null(again);
		assert_string_equal(signer_fingerprint(again), signer_fingerprint(s));
		signer_free(again);
		again = open_key("f.pem", false); /* a private key's file has the public one, too */
		assert_non_null(again);
		signer_free(again);
		assert_null(open_key("f.pub", true));
		signer_free(s);
	}
}

static void test_no_keys(void **state)
{
	uint8_t der[SIGNER_PUBLIC_MAX];
	struct signer *s = signer_make(SIGNER_ED25519);
	size_t n = signer_der(s, der);

	(void)state;
	assert_null(open_key("there-is-none.pem", true));
	put_file("bad.pem", "钥匙", 6);
	assert_null(open_key("bad.pem", true));
	assert_true(run("openssl genrsa -out rsa.pem 2048"));
	assert_null(open_key("rsa.pem", true));
	assert_true(run("openssl genpkey -algorithm ed25519 -aes256 -pass pass:mima -out locked.pem"));
	assert_null(open_key("locked.pem", true));
	assert_null(signer_public_der(der, n - 1));
	der[n] = 0;
	assert_null(signer_public_der(der, n + 1));
	assert_null(signer_public_der(der, 0));
	signer_free(s);
}

static void test_octets(void **state)
{
	static const struct {
		const char *plain, *base64;
	} rows[] = {{"", ""},	     {"f", "Zg=="},	   {"fo", "Zm8="},
		    {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
	static const char *const wrong[] = {"Zg=",  "Zg",   "Zh==", "Zm9=",	"Zm9v\n",
					    "Z===", "====", "=Zg=", "Zg==Zg==", "Zm-v"};
	char out[32];
	uint8_t octets[32];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(octets_base64(rows[i].plain, strlen(rows[i].plain), out), strlen(rows[i].base64));
		assert_string_equal(out, rows[i].base64);
		assert_int_equal(octets_unbase64(out, strlen(out), octets, sizeof(octets)), strlen(rows[i].plain));
		assert_memory_equal(octets, rows[i].plain, strlen(rows[i].plain));
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(octets_unbase64(wrong[i], strlen(wrong[i]), octets, sizeof(octets)), -1);
	assert_int_equal(octets_unbase64("Zm9v", 4, octets, 2), -1);
	octets_hex("\xe7\x9f\xad", 3, out);
	assert_string_equal(out, "e79fad");
	assert_false(octets_unhex("E79FAD", 6, octets, 3));
	assert_false(octets_unhex("e79fa", 5, octets, 3));
}

static int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/test_signer.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup_teardown(test_rfc8032, make_dir, remove_dir),
	cmocka_unit_test_setup_teardown(test_ed25519_and_openssl, make_dir, remove_dir),
	cmocka_unit_test_setup_teardown(test_sm2_and_openssl, make_dir, remove_dir),
	cmocka_unit_test_setup_teardown(test_fingerprints_and_files, make_dir, remove_dir),
	cmocka_unit_test_setup_teardown(test_no_keys, make_dir, remove_dir),
	cmocka_unit_test(test_octets),
};
UNIT_MAIN(cases)
