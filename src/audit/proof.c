/*
 * proof.c - a proof's form: written, and read only as it was written. Must not judge it (proof_check.c does).
 */
#include "audit/proof.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/octets.h"
#include "audit/scan.h"
#include "base/json_put.h"
#include "base/mem.h"

/* ---- making ---- */

/* Room for one more of size octets, zeroed; arrays grow by half. */
static void *grow(void *array, size_t n, size_t size)
{
	bool full = n == 0 || (n >= 8 && (n & (n - 1)) == 0);
	char *at = array;

	if (n == 0)
		at = mem_realloc(array, 8 * size);
	else if (full)
		at = mem_realloc(array, 2 * n * size);
	memset(at + n * size, 0, size);
	return at;
}

struct proof_record *proof_add_record(struct proof *p)
{
	p->records = grow(p->records, p->n_records, sizeof(*p->records));
	return &p->records[p->n_records++];
}

static struct proof_text text_of(const void *p, size_t n)
{
	return (struct proof_text){mem_strndup(p, n), n};
}

unsigned proof_add_statement(struct proof *p, struct view line)
{
	for (size_t i = 0; i < p->n_statements; i++) {
		if (p->statements[i].n == line.n && memcmp(p->statements[i].p, line.p, line.n) == 0)
			return (unsigned)i;
	}
	p->statements = grow(p->statements, p->n_statements, sizeof(*p->statements));
	p->statements[p->n_statements] = text_of(line.p, line.n);
	return (unsigned)p->n_statements++;
}

/* Takes the key. */
static void keep_key(struct proof *p, struct signer *key)
{
	p->keys = grow(p->keys, p->n_keys, sizeof(*p->keys));
	p->keys[p->n_keys++] = key;
}

void proof_add_key(struct proof *p, const struct signer *key)
{
	uint8_t der[SIGNER_PUBLIC_MAX];

	for (size_t i = 0; i < p->n_keys; i++) {
		if (strcmp(signer_fingerprint(p->keys[i]), signer_fingerprint(key)) == 0)
			return;
	}
	keep_key(p, signer_public_der(der, signer_der(key, der)));
}

void proof_free(struct proof *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n_keys; i++)
		signer_free(p->keys[i]);
	for (size_t i = 0; i < p->n_statements; i++)
		mem_free(p->statements[i].p);
	for (size_t i = 0; i < p->n_records; i++) {
		mem_free(p->records[i].core.p);
		mem_free(p->records[i].number.p);
		mem_free(p->records[i].text.p);
	}
	mem_free(p->keys);
	mem_free(p->statements);
	mem_free(p->records);
	mem_free(p);
}

struct cdr_line proof_line(const struct proof_record *r)
{
	bool json = r->core.n > 0 && r->core.p[0] == '{';

	return (struct cdr_line){.format = json ? CDR_JSON : CDR_CSV,
				 .core = {(const uint8_t *)r->core.p, (uint32_t)r->core.n}};
}

/* ---- writing ---- */

static void put_string(struct buf *out, const struct proof_text *t)
{
	uint8_t *room = buf_room(out, JSON_ESCAPED * t->n + 2);
	char *end = json_put_string((char *)room, t->p, t->n);

	buf_filled(out, (size_t)(end - (char *)room));
}

static void put_hex(struct buf *out, const uint8_t *p, size_t n)
{
	char hex[2 * DIGEST_OCTETS + 1];

	octets_hex(p, n, hex);
	buf_printf(out, "\"%s\"", hex);
}

static void put_record(struct buf *out, const struct proof_record *r)
{
	buf_puts(out, "\n{\"core\":");
	put_string(out, &r->core);
	buf_puts(out, ",\"before\":");
	put_hex(out, r->before, DIGEST_OCTETS);
	buf_printf(out, ",\"statement\":%u,\"path\":[", r->statement);
	for (unsigned i = 0; i < r->path.n; i++) {
		buf_puts(out, i ? "," : "");
		put_hex(out, r->path.nodes[i], DIGEST_OCTETS);
	}
	buf_puts(out, "]");
	if (r->salted) {
		buf_puts(out, "\n,\"salt\":");
		put_hex(out, r->salt, RECORD_SALT);
	}
	if (r->number.p) {
		buf_puts(out, ",\"number\":");
		put_string(out, &r->number);
	}
	if (r->text.p) {
		buf_puts(out, ",\"text\":");
		put_string(out, &r->text);
	}
	buf_puts(out, "}");
}

void proof_write(const struct proof *p, struct buf *out)
{
	uint8_t der[SIGNER_PUBLIC_MAX];
	char base64[OCTETS_BASE64(SIGNER_PUBLIC_MAX) + 1];

	buf_puts(out, "{\"smppevidence\":1,\"about\":\"");
	if (p->id)
		buf_printf(out, "id %" PRIu64, p->id);
	else
		buf_printf(out, "record %" PRIu64 " of node %u", p->record, p->node);
	buf_puts(out, "\",\"keys\":[");
	for (size_t i = 0; i < p->n_keys; i++) {
		octets_base64(der, signer_der(p->keys[i], der), base64);
		buf_printf(out, "%s\n{\"fingerprint\":\"%s\",\"public\":\"%s\"}", i ? "," : "",
			   signer_fingerprint(p->keys[i]), base64);
	}
	buf_puts(out, "],\"statements\":[");
	for (size_t i = 0; i < p->n_statements; i++) {
		buf_puts(out, i ? ",\n" : "\n");
		put_string(out, &p->statements[i]);
	}
	buf_puts(out, "],\"records\":[");
	for (size_t i = 0; i < p->n_records; i++) {
		buf_puts(out, i ? "," : "");
		put_record(out, &p->records[i]);
	}
	buf_puts(out, "]}\n");
}

/* ---- reading ---- */

static bool read_text(struct scan *s, struct proof_text *out)
{
	struct buf b = {0};
	bool good = scan_word(s, "\"") && scan_string(s, &b);

	if (good)
		*out = text_of(buf_len(&b) ? (const char *)buf_data(&b) : "", buf_len(&b));
	buf_free(&b);
	return good;
}

static bool read_about(struct scan *s, struct proof *p)
{
	uint64_t node = 0;

	if (scan_word(s, "id "))
		return scan_number(s, INT64_MAX, &p->id) && p->id > 0 && scan_word(s, "\"");
	if (!scan_word(s, "record ") || !scan_number(s, INT64_MAX, &p->record) || !scan_word(s, " of node ") ||
	    !scan_number(s, 99, &node) || !scan_word(s, "\""))
		return false;
	p->node = (unsigned)node;
	return true;
}

static bool read_key(struct scan *s, struct proof *p)
{
	uint8_t fingerprint[DIGEST_OCTETS], der[SIGNER_PUBLIC_MAX];
	char base64[OCTETS_BASE64(SIGNER_PUBLIC_MAX) + 1], hex[2 * DIGEST_OCTETS + 1];
	struct signer *key;
	int n;

	if (!scan_word(s, "\n{\"fingerprint\":\"") || !scan_hex(s, fingerprint, sizeof(fingerprint)) ||
	    !scan_word(s, ",\"public\":\"") || !scan_plain(s, base64, sizeof(base64)) || !scan_word(s, "}"))
		return false;
	n = octets_unbase64(base64, strlen(base64), der, sizeof(der));
	key = n > 0 ? signer_public_der(der, (size_t)n) : NULL;
	if (!key)
		return false;
	keep_key(p, key);
	octets_hex(fingerprint, sizeof(fingerprint), hex);
	return strcmp(hex, signer_fingerprint(key)) == 0;
}

static bool read_statement(struct scan *s, struct proof *p)
{
	p->statements = grow(p->statements, p->n_statements, sizeof(*p->statements));
	return scan_word(s, "\n") && read_text(s, &p->statements[p->n_statements++]);
}

static bool read_path(struct scan *s, struct tree_path *path)
{
	while (path->n < TREE_LEVELS && scan_word(s, path->n ? ",\"" : "\"")) {
		if (!scan_hex(s, path->nodes[path->n++], DIGEST_OCTETS))
			return false;
	}
	return scan_word(s, "]");
}

static bool read_record(struct scan *s, struct proof *p)
{
	struct proof_record *r = proof_add_record(p);
	uint64_t statement;

	if (!scan_word(s, "\n{\"core\":") || !read_text(s, &r->core) || !scan_word(s, ",\"before\":\"") ||
	    !scan_hex(s, r->before, DIGEST_OCTETS) || !scan_word(s, ",\"statement\":") ||
	    !scan_number(s, UINT32_MAX, &statement) || !scan_word(s, ",\"path\":[") || !read_path(s, &r->path))
		return false;
	r->statement = (unsigned)statement;
	r->salted = scan_word(s, "\n,\"salt\":\"");
	if (r->salted && !scan_hex(s, r->salt, RECORD_SALT))
		return false;
	if (r->salted && scan_word(s, ",\"number\":") && !read_text(s, &r->number))
		return false;
	if (r->salted && scan_word(s, ",\"text\":") && !read_text(s, &r->text))
		return false;
	return scan_word(s, "}");
}

/* Elements with commas between, up to the bracket. */
static bool read_list(struct scan *s, struct proof *p, bool (*read)(struct scan *, struct proof *))
{
	if (scan_word(s, "]"))
		return true;
	do {
		if (!read(s, p))
			return false;
	} while (scan_word(s, ","));
	return scan_word(s, "]");
}

static bool read_all(struct scan *s, struct proof *p)
{
	return scan_word(s, "{\"smppevidence\":1,\"about\":\"") && read_about(s, p) && scan_word(s, ",\"keys\":[") &&
	       read_list(s, p, read_key) && scan_word(s, ",\"statements\":[") && read_list(s, p, read_statement) &&
	       scan_word(s, ",\"records\":[") && read_list(s, p, read_record) && scan_word(s, "}\n") && s->p == s->end;
}

/* The first octet that differs from what we would have written; n: none. */
static size_t differs(const struct proof *p, const char *text, size_t n)
{
	struct buf again = {0};
	size_t at = 0;

	proof_write(p, &again);
	while (at < n && at < buf_len(&again) && buf_data(&again)[at] == (uint8_t)text[at])
		at++;
	if (at == n && buf_len(&again) != n)
		at = n > 0 ? n - 1 : 0;
	buf_free(&again);
	return at;
}

struct proof *proof_read(const char *text, size_t n, char **why)
{
	struct proof *p = mem_zalloc(sizeof(*p));
	struct scan s = {text, text + n};
	bool good = n <= PROOF_MAX && read_all(&s, p);
	size_t at = good ? differs(p, text, n) : (size_t)(s.p - text);

	if (good && at == n)
		return p;
	if (asprintf(why, "octet %zu: not in the form that smppevidence writes: it is no proof, or it was changed",
		     at) < 0)
		*why = NULL;
	proof_free(p);
	return NULL;
}
