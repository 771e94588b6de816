/*
 * evidence_key.c - smppevidence keygen and pubkey: keys that statements are signed with, and their public halves. Must
 * not know what is signed.
 */
#include <stddef.h>
#include <string.h>

#include "tools/evidence.h"

struct keygen_conf {
	int type;
};
static const struct opts_about keygen_about = {
	.program = "smppevidence keygen",
	.operands = "FILE",
	.purpose = "Makes a key to sign evidence with: FILE is the private one (mode 0600, for evidence.key of the "
		   "gateway),\n"
		   "FILE.pub the public one, for everybody who verifies.",
	.exits = EVIDENCE_EXITS,
};
static const struct opts_row keygen_rows[] = {
	{"type", OPTS_CHOICE, offsetof(struct keygen_conf, type), "ed25519", .choices = "ed25519|sm2",
	 .help = "algorithm; sm2 needs evidence.digest = \"sm3\"", .letter = 't'},
};

static int write_public(const struct signer *s, const char *file)
{
	struct buf pem = {0};
	int result = signer_write_public(s, &pem);

	if (result == 0)
		result = evidence_write(file, &pem, 0644, file != NULL);
	buf_free(&pem);
	return result;
}

static int write_pair(const struct signer *s, const char *file, const char *public)
{
	struct buf pem = {0};
	int result = signer_write_private(s, &pem);

	if (result == 0)
		result = evidence_write(file, &pem, 0600, true);
	memset(buf_data(&pem), 0, buf_len(&pem));
	buf_free(&pem);
	return result == 0 ? write_public(s, public) : result;
}

enum evidence_exit evidence_keygen(int argc, char **argv)
{
	struct keygen_conf conf = {0};
	int at = opts_parse(&keygen_about, keygen_rows, 1, &conf, argc, argv), result;
	char public[4096];
	struct signer *s;

	if (at < 0)
		return at == OPTS_DONE ? EVIDENCE_GOOD : EVIDENCE_USAGE;
	if (argc - at != 1 || (size_t)snprintf(public, sizeof(public), "%s.pub", argv[at]) >= sizeof(public)) {
		opts_wrong(&keygen_about, "one FILE is needed; options stand before it");
		return EVIDENCE_USAGE;
	}
	s = signer_make((enum signer_type)conf.type);
	if (!s) {
		fprintf(stderr, "smppevidence: OpenSSL makes no %s key; check its configuration (openssl.cnf)\n",
			signer_type_name((enum signer_type)conf.type));
		return EVIDENCE_UNREADABLE;
	}
	result = write_pair(s, argv[at], public);
	if (result == 0)
		printf("private key: %s (keep a copy where nobody else reads it)\npublic key: %s\nfingerprint: %s %s\n",
		       argv[at], public, signer_type_name(signer_type(s)), signer_fingerprint(s));
	signer_free(s);
	return result == 0 ? EVIDENCE_GOOD : EVIDENCE_UNREADABLE;
}

struct pubkey_conf {
	const char *out;
};
static const struct opts_about pubkey_about = {
	.program = "smppevidence pubkey",
	.operands = "FILE",
	.purpose = "Prints the public key of a private or public one, or its fingerprint only.",
	.exits = EVIDENCE_EXITS,
};
static const struct opts_row pubkey_rows[] = {
	{"out", OPTS_TEXT, offsetof(struct pubkey_conf, out), NULL, .arg = "FILE",
	 .help = "writes the key there and prints its fingerprint; FILE must not be there yet", .letter = 'o'},
};

enum evidence_exit evidence_pubkey(int argc, char **argv)
{
	struct pubkey_conf conf = {NULL};
	int at = opts_parse(&pubkey_about, pubkey_rows, 1, &conf, argc, argv), result;
	struct signer *s;
	char *why = NULL;

	if (at < 0)
		return at == OPTS_DONE ? EVIDENCE_GOOD : EVIDENCE_USAGE;
	if (argc - at != 1) {
		opts_wrong(&pubkey_about, "one FILE is needed; options stand before it");
		return EVIDENCE_USAGE;
	}
	s = signer_public(argv[at], &why);
	if (!s)
		return evidence_fail(why);
	result = write_public(s, conf.out);
	fprintf(conf.out ? stdout : stderr, "fingerprint: %s %s\n", signer_type_name(signer_type(s)),
		signer_fingerprint(s));
	signer_free(s);
	return result == 0 ? EVIDENCE_GOOD : EVIDENCE_UNREADABLE;
}
