/*
 * box.c - commitments and encryption of personal data, by OpenSSL. Must not know archive files, nor why something is
 * kept or not.
 */
#include "audit/box.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/octets.h"
#include "base/json_put.h"
#include "base/mem.h"

#define KEY	    32u
#define KEY_ID	    4u
#define NONCE	    12u
#define TAG	    16u
#define BOX_VERSION 1u
#define HEAD	    (1u + KEY_ID + NONCE)
#define KEYS_MAX    16u
#define RANDOM	    4096u /* octets fetched at once: one call serves 256 records */
#define PREFIX	    8u	  /* of a nonce: random, for each run; the rest counts */
#define HASHED	    16u	  /* octets of a digest that a commitment has */

struct key {
	uint8_t id[KEY_ID];
	EVP_CIPHER_CTX *seal, *open;
};

struct box {
	struct digest *digest;
	struct key keys[KEYS_MAX];
	size_t n;
	uint8_t random[RANDOM], prefix[PREFIX];
	size_t used; /* octets of random */
	uint32_t nonces;
	struct buf plain;
};

static void fail(const char *what)
{
	fprintf(stderr, "smppgw: OpenSSL refuses %s; check its configuration (openssl.cnf)\n", what);
	abort();
}

static void take_random(uint8_t *out, size_t n)
{
	if (RAND_bytes(out, (int)n) != 1)
		fail("random octets");
}

static void add_key(struct box *b, const uint8_t secret[KEY])
{
	struct key *k = &b->keys[b->n++];
	uint8_t digest[SHA256_DIGEST_LENGTH];

	SHA256(secret, KEY, digest);
	memcpy(k->id, digest, KEY_ID);
	k->seal = EVP_CIPHER_CTX_new();
	k->open = EVP_CIPHER_CTX_new();
	if (!k->seal || !k->open || EVP_EncryptInit_ex(k->seal, EVP_aes_256_gcm(), NULL, secret, NULL) != 1 ||
	    EVP_DecryptInit_ex(k->open, EVP_aes_256_gcm(), NULL, secret, NULL) != 1)
		fail("AES-256-GCM");
}

static bool fault(char **why, const char *file, const char *what)
{
	if (asprintf(why, "%s: %s; it must hold 64 hex digits a line (openssl rand -hex 32)", file, what) < 0)
		*why = NULL;
	return false;
}

static bool read_keys(struct box *b, const char *file, char **why)
{
	char line[2 * KEY + 8];
	uint8_t secret[KEY];
	bool good = true;
	FILE *f = fopen(file, "re");

	if (!f)
		return fault(why, file, strerror(errno));
	while (good && fgets(line, sizeof(line), f)) {
		size_t n = strcspn(line, "\r\n");
		if (n == 0)
			continue;
		good = b->n < KEYS_MAX && octets_unhex(line, n, secret, KEY);
		if (good)
			add_key(b, secret);
	}
	fclose(f);
	OPENSSL_cleanse(secret, sizeof(secret));
	OPENSSL_cleanse(line, sizeof(line));
	if (!good)
		return fault(why, file, "a line is no key, or there are more than 16");
	return b->n > 0 || fault(why, file, "there is no key in it");
}

struct box *box_new(const char *key, enum seal_digest digest, char **why)
{
	struct box *b = mem_zalloc(sizeof(*b));

	b->digest = digest_new(digest);
	b->used = RANDOM;
	take_random(b->prefix, PREFIX);
	if (key && *key && !read_keys(b, key, why)) {
		box_free(b);
		return NULL;
	}
	return b;
}

void box_free(struct box *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++) {
		EVP_CIPHER_CTX_free(b->keys[i].seal);
		EVP_CIPHER_CTX_free(b->keys[i].open);
	}
	digest_free(b->digest);
	OPENSSL_cleanse(b->random, sizeof(b->random));
	buf_free(&b->plain);
	mem_free(b);
}

void box_salt(struct box *b, uint8_t salt[BOX_SALT])
{
	if (b->used + BOX_SALT > RANDOM) {
		take_random(b->random, RANDOM);
		b->used = 0;
	}
	memcpy(salt, b->random + b->used, BOX_SALT);
	b->used += BOX_SALT;
}

void box_hash(struct box *b, const uint8_t salt[BOX_SALT], const char *name, struct view value, char hex[BOX_HASH])
{
	uint8_t digest[DIGEST_OCTETS];

	digest_of(b->digest, (struct digest_piece[]){{salt, BOX_SALT}, {name, strlen(name) + 1}, {value.p, value.n}}, 3,
		  digest);
	octets_hex(digest, HASHED, hex);
}

/* --- writing --- */

static char *put_member(char *p, const char *name, const char *value, size_t n, char *first)
{
	*p++ = *first;
	*first = ',';
	*p++ = '"';
	p = json_put(p, name, strlen(name));
	p = JSON_PUT(p, "\":");
	return json_put_string(p, value, n);
}

/* Never the same twice for a key: who reaches the last count begins with another prefix. */
static void next_nonce(struct box *b, uint8_t nonce[NONCE])
{
	if (++b->nonces == 0) {
		take_random(b->prefix, PREFIX);
		b->nonces = 1;
	}
	memcpy(nonce, b->prefix, PREFIX);
	for (unsigned i = 0; i < NONCE - PREFIX; i++)
		nonce[PREFIX + i] = (uint8_t)(b->nonces >> (24 - 8 * i));
}

/* Encrypts what b->plain has behind HEAD in its place, and puts head and tag around it. */
static void close_box(struct box *b, const void *core, size_t core_n)
{
	struct key *k = &b->keys[0];
	size_t n = buf_len(&b->plain) - HEAD;
	uint8_t *tag = buf_room(&b->plain, TAG), *head = buf_data(&b->plain);
	int some = 0;

	head[0] = BOX_VERSION;
	memcpy(head + 1, k->id, KEY_ID);
	next_nonce(b, head + 1 + KEY_ID);
	if (EVP_EncryptInit_ex(k->seal, NULL, NULL, NULL, head + 1 + KEY_ID) != 1 ||
	    EVP_EncryptUpdate(k->seal, NULL, &some, core, (int)core_n) != 1 ||
	    EVP_EncryptUpdate(k->seal, head + HEAD, &some, head + HEAD, (int)n) != 1 ||
	    EVP_EncryptFinal_ex(k->seal, head + HEAD + n, &some) != 1 ||
	    EVP_CIPHER_CTX_ctrl(k->seal, EVP_CTRL_GCM_GET_TAG, (int)TAG, tag) != 1)
		fail("to encrypt a record");
	buf_filled(&b->plain, TAG);
}

static void fill_box(struct box *b, const struct personal *p, const char *salt)
{
	char *from, *at, first = '{';

	buf_consume(&b->plain, buf_len(&b->plain), 1 << 20);
	from = (char *)buf_room(&b->plain,
				HEAD + 256 + JSON_ESCAPED * ((size_t)p->number.n + p->text.n) + 2 * BOX_SALT);
	at = from + HEAD;
	if (*salt)
		at = put_member(at, "salt", salt, 2 * BOX_SALT, &first);
	if (p->closed_number && p->number.n)
		at = put_member(at, "number", (const char *)p->number.p, p->number.n, &first);
	if (p->closed_text && p->text.n)
		at = put_member(at, "text", (const char *)p->text.p, p->text.n, &first);
	*at++ = '}';
	buf_filled(&b->plain, (size_t)(at - from));
}

struct pieces { /* what stands in the line */
	const char *salt;
	struct view number, text;
	size_t box_n; /* octets in b->plain; 0: no box */
};

static void write_json(struct box *b, const struct pieces *s, struct buf *out)
{
	size_t most = 256 + JSON_ESCAPED * ((size_t)s->number.n + s->text.n) + OCTETS_BASE64(s->box_n);
	char *from = (char *)buf_room(out, most), *p = from, first = '{';

	if (*s->salt || s->number.n || s->text.n || s->box_n) {
		p = JSON_PUT(p, ",\"personal\":");
		if (*s->salt)
			p = put_member(p, "salt", s->salt, strlen(s->salt), &first);
		if (s->number.n)
			p = put_member(p, "number", (const char *)s->number.p, s->number.n, &first);
		if (s->text.n)
			p = put_member(p, "text", (const char *)s->text.p, s->text.n, &first);
		if (s->box_n) {
			*p++ = first;
			p = JSON_PUT(p, "\"box\":\"");
			p += octets_base64(buf_data(&b->plain), s->box_n, p);
			*p++ = '"';
		}
		*p++ = '}';
	}
	*p++ = '}';
	buf_filled(out, (size_t)(p - from));
}

static void write_csv(struct box *b, const struct pieces *s, struct buf *out)
{
	size_t most = 256 + JSON_ESCAPED * ((size_t)s->number.n + s->text.n) + OCTETS_BASE64(s->box_n);
	char *from = (char *)buf_room(out, most), *p = from;

	*p++ = ',';
	p = json_put(p, s->salt, strlen(s->salt));
	*p++ = ',';
	p = cdr_put_csv(p, s->number.p, s->number.n);
	*p++ = ',';
	p = cdr_put_csv(p, s->text.p, s->text.n);
	*p++ = ',';
	if (s->box_n)
		p += octets_base64(buf_data(&b->plain), s->box_n, p);
	buf_filled(out, (size_t)(p - from));
}

void box_write(struct box *b, const struct personal *p, enum cdr_format format, size_t core_at, size_t core_n,
	       struct buf *out)
{
	char salt[2 * BOX_SALT + 1] = "";
	bool closed = (p->closed_number && p->number.n) || (p->closed_text && p->text.n);
	struct pieces s = {salt, p->number, p->text, 0};

	if (p->salt)
		octets_hex(p->salt, BOX_SALT, salt);
	if (closed || (p->salt && (p->closed_number || p->closed_text))) {
		fill_box(b, p, salt);
		close_box(b, buf_data(out) + core_at, core_n);
		s.box_n = buf_len(&b->plain);
		s.salt = "";
		if (p->closed_number)
			s.number.n = 0;
		if (p->closed_text)
			s.text.n = 0;
	}
	if (format == CDR_JSON)
		write_json(b, &s, out);
	else
		write_csv(b, &s, out);
}

/* --- reading --- */

/* What is in a box, in b->plain; false: no key opens it. */
static bool open_box(struct box *b, const uint8_t *box, size_t n, struct view core)
{
	int some = 0;

	if (n <= HEAD + TAG || box[0] != BOX_VERSION)
		return false;
	size_t inside = n - HEAD - TAG;
	for (size_t i = 0; i < b->n; i++) {
		EVP_CIPHER_CTX *x = b->keys[i].open;
		uint8_t tag[TAG];
		if (memcmp(b->keys[i].id, box + 1, KEY_ID) != 0)
			continue;
		memcpy(tag, box + n - TAG, TAG);
		buf_consume(&b->plain, buf_len(&b->plain), 1 << 20);
		uint8_t *out = buf_room(&b->plain, inside + TAG);
		if (EVP_DecryptInit_ex(x, NULL, NULL, NULL, box + 1 + KEY_ID) == 1 &&
		    EVP_DecryptUpdate(x, NULL, &some, core.p, (int)core.n) == 1 &&
		    EVP_DecryptUpdate(x, out, &some, box + HEAD, (int)inside) == 1 &&
		    EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_GCM_SET_TAG, (int)TAG, tag) == 1 &&
		    EVP_DecryptFinal_ex(x, out + inside, &some) == 1) {
			buf_filled(&b->plain, inside);
			return true;
		}
	}
	return false;
}

/* A value of the piece appended to keep: its place there. */
static struct view keep_value(const struct cdr_line *l, const char *name, struct buf *keep)
{
	size_t cap = l->personal.n + 1, at = buf_len(keep);
	char *room = (char *)buf_room(keep, cap);
	int n = cdr_get_personal(l, name, room, cap);

	if (n <= 0)
		return (struct view){NULL, 0};
	buf_filled(keep, (size_t)n);
	return (struct view){(const uint8_t *)at, (uint32_t)n}; /* an offset until all is there */
}

static void settle(struct view *v, const struct buf *keep)
{
	v->p = v->n ? buf_data(keep) + (size_t)v->p : NULL;
}

bool box_read(struct box *b, const struct cdr_line *l, struct buf *keep, struct view *number, struct view *text)
{
	struct view sealed, chars;
	bool opened = true;

	*number = keep_value(l, "number", keep);
	*text = keep_value(l, "text", keep);
	sealed = keep_value(l, "box", keep);
	if (sealed.n) {
		chars = sealed;
		settle(&chars, keep);
		uint8_t *octets = mem_zalloc(chars.n);
		int n = octets_unbase64((const char *)chars.p, chars.n, octets, chars.n);
		opened = n > 0 && open_box(b, octets, (size_t)n, l->core);
		mem_free(octets);
		if (opened) {
			struct cdr_line in = {.format = CDR_JSON,
					      .personal = {buf_data(&b->plain), (uint32_t)buf_len(&b->plain)}};
			if (!number->n)
				*number = keep_value(&in, "number", keep);
			if (!text->n)
				*text = keep_value(&in, "text", keep);
		}
	}
	settle(number, keep);
	settle(text, keep);
	return opened;
}

bool box_inside(struct box *b, const struct cdr_line *l, struct view *inside)
{
	size_t cap = l->personal.n + 1;
	char *chars = mem_zalloc(2 * cap);
	int n = cdr_get_personal(l, "box", chars, cap);
	bool opened;

	n = n > 0 ? octets_unbase64(chars, (size_t)n, (uint8_t *)chars + cap, cap) : -1;
	opened = n > 0 && open_box(b, (uint8_t *)chars + cap, (size_t)n, l->core);
	*inside = (struct view){buf_data(&b->plain), opened ? (uint32_t)buf_len(&b->plain) : 0};
	mem_free(chars);
	return opened;
}
