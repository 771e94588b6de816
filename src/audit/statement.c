/*
 * statement.c - writes and reads statements about the records of an hour. Must not know where they are kept.
 */
#include "audit/statement.h"

#include <inttypes.h>
#include <stdio.h>

#include "audit/octets.h"
#include "audit/scan.h"

static void put_digest(struct buf *out, const char *name, const uint8_t digest[DIGEST_OCTETS])
{
	char hex[2 * DIGEST_OCTETS + 1];

	octets_hex(digest, DIGEST_OCTETS, hex);
	buf_printf(out, ",\"%s\":\"%s\"", name, hex);
}

void statement_write(const struct statement *s, const struct signer *key, struct buf *out)
{
	uint8_t signature[SIGNER_MAX];
	char text[OCTETS_BASE64(SIGNER_MAX) + 1];
	size_t from = buf_len(out), n = 0;

	buf_printf(out, "{\"statement\":\"%s\",\"node\":%u,\"hour\":\"%s\",\"first\":%" PRIu64 ",\"count\":%" PRIu64,
		   s->hour ? "hour" : "checkpoint", s->node, s->name, s->first, s->count);
	put_digest(out, "before", s->before);
	put_digest(out, "chain", s->chain);
	put_digest(out, "root", s->root);
	put_digest(out, "previous", s->previous);
	buf_printf(out, ",\"at\":\"%s\",\"digest\":\"%s\"", s->at, digest_name(s->digest));
	if (key) {
		buf_printf(out, ",\"key\":\"%s\"", signer_fingerprint(key));
		n = signer_sign(key, buf_data(out) + from, buf_len(out) - from, signature);
	}
	if (n > 0) {
		octets_base64(signature, n, text);
		buf_printf(out, ",\"signature\":\"%s\"", text);
	}
	buf_puts(out, "}");
}

static bool digest(struct scan *r, const char *name, uint8_t out[DIGEST_OCTETS])
{
	return scan_word(r, ",\"") && scan_word(r, name) && scan_word(r, "\":\"") && scan_hex(r, out, DIGEST_OCTETS);
}

static bool read_signature(struct scan *r, struct statement *s)
{
	char signature[OCTETS_BASE64(SIGNER_MAX) + 1];
	uint8_t fingerprint[DIGEST_OCTETS];
	int n;

	if (!scan_word(r, ",\"key\":\""))
		return true;
	if (!scan_hex(r, fingerprint, sizeof(fingerprint)))
		return false;
	octets_hex(fingerprint, sizeof(fingerprint), s->key);
	s->signed_n = (size_t)(r->p - (r->end - s->signed_n));
	if (r->end - r->p == 1) /* OpenSSL had refused to sign it */
		return true;
	if (!scan_word(r, ",\"signature\":\"") || !scan_plain(r, signature, sizeof(signature)))
		return false;
	n = octets_unbase64(signature, strlen(signature), s->signature, sizeof(s->signature));
	s->signature_n = n > 0 ? (size_t)n : 0;
	return n > 0;
}

bool statement_read(struct view line, struct statement *s)
{
	struct scan r = {(const char *)line.p, (const char *)line.p + line.n};
	uint64_t node;
	char name[8];

	memset(s, 0, sizeof(*s));
	s->signed_n = line.n;
	if (line.n > STATEMENT_LINE_MAX)
		return false;
	s->hour = scan_word(&r, "{\"statement\":\"hour\"");
	if (!s->hour && !scan_word(&r, "{\"statement\":\"checkpoint\""))
		return false;
	if (!scan_word(&r, ",\"node\":") || !scan_number(&r, 99, &node) || !scan_word(&r, ",\"hour\":\"") ||
	    !scan_plain(&r, s->name, sizeof(s->name)) || !scan_word(&r, ",\"first\":") ||
	    !scan_number(&r, INT64_MAX, &s->first) || !scan_word(&r, ",\"count\":") ||
	    !scan_number(&r, INT64_MAX, &s->count))
		return false;
	s->node = (unsigned)node;
	if (!digest(&r, "before", s->before) || !digest(&r, "chain", s->chain) || !digest(&r, "root", s->root) ||
	    !digest(&r, "previous", s->previous))
		return false;
	if (!scan_word(&r, ",\"at\":\"") || !scan_plain(&r, s->at, sizeof(s->at)) || !scan_word(&r, ",\"digest\":\"") ||
	    !scan_plain(&r, name, sizeof(name)) || !digest_by_name(name, &s->digest))
		return false;
	return read_signature(&r, s) && scan_word(&r, "}") && r.p == r.end;
}

bool statement_signed_by(const struct statement *s, struct view line, const struct signer *key)
{
	return s->signature_n > 0 && strcmp(s->key, signer_fingerprint(key)) == 0 &&
	       signer_verify(key, line.p, s->signed_n, s->signature, s->signature_n);
}

void statement_digest(struct view line, struct digest *d, uint8_t out[DIGEST_OCTETS])
{
	digest_of(d, (struct digest_piece[]){{line.p, line.n}}, 1, out);
}
