/*
 * sealer.c - chains records, keeps the tree of the hour, states and signs what they have come to. Must not know
 * archive files, nor what a record says.
 */
#include "audit/sealer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit/signer.h"
#include "audit/statement.h"
#include "audit/tree.h"
#include "base/mem.h"

struct sealer {
	struct digest *digest;
	struct signer *key; /* NULL: nothing is signed */
	struct tree tree;
	struct statement next; /* what does not change within the hour is filled in */
	uint8_t head[DIGEST_OCTETS];
};

struct sealer *sealer_new(const struct sealer_conf *conf, char **why)
{
	struct sealer *s = mem_zalloc(sizeof(*s));

	s->next.digest = conf->digest;
	s->next.node = conf->node;
	s->digest = digest_new(conf->digest);
	if (!conf->key || !*conf->key)
		return s;
	s->key = signer_private(conf->key, why);
	if (s->key && (signer_type(s->key) != SIGNER_SM2 || conf->digest == SEAL_SM3))
		return s;
	if (s->key && asprintf(why,
			       "%s: an SM2 key signs with digest sm3 only; set evidence.digest = \"sm3\", or make "
			       "an Ed25519 key",
			       conf->key) < 0)
		*why = NULL;
	sealer_free(s);
	return NULL;
}

void sealer_free(struct sealer *s)
{
	if (!s)
		return;
	signer_free(s->key);
	digest_free(s->digest);
	mem_free(s);
}

bool sealer_signs(const struct sealer *s)
{
	return s->key != NULL;
}

const char *sealer_fingerprint(const struct sealer *s)
{
	return s->key ? signer_fingerprint(s->key) : "";
}

void sealer_resume(struct sealer *s, const uint8_t chain[DIGEST_OCTETS], const uint8_t previous[DIGEST_OCTETS])
{
	memcpy(s->head, chain, DIGEST_OCTETS);
	memcpy(s->next.previous, previous, DIGEST_OCTETS);
}

void sealer_begin(struct sealer *s, const char *hour_name, uint64_t first)
{
	snprintf(s->next.name, sizeof(s->next.name), "%s", hour_name);
	s->next.first = first;
	memcpy(s->next.before, s->head, DIGEST_OCTETS);
	tree_begin(&s->tree, NULL, 0);
}

void sealer_add(struct sealer *s, const void *core, size_t n, uint8_t chain[DIGEST_OCTETS])
{
	digest_of(s->digest, (struct digest_piece[]){{s->head, DIGEST_OCTETS}, {core, n}}, 2, s->head);
	tree_add(&s->tree, s->digest, s->head, DIGEST_OCTETS);
	memcpy(chain, s->head, DIGEST_OCTETS);
}

void sealer_again(struct sealer *s, const uint8_t chain[DIGEST_OCTETS])
{
	memcpy(s->head, chain, DIGEST_OCTETS);
	tree_add(&s->tree, s->digest, chain, DIGEST_OCTETS);
}

/* Local time with its zone, as in records. */
static void put_time(int64_t at_ms, char *out, size_t cap)
{
	time_t at = (time_t)(at_ms / 1000);
	struct tm t;
	char day[24], zone[8];

	localtime_r(&at, &t);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &t);
	strftime(zone, sizeof(zone), "%z", &t);
	snprintf(out, cap, "%s.%03d%.3s:%.2s", day, (int)(at_ms % 1000), zone, zone + 3);
}

void sealer_state(struct sealer *s, int64_t at_ms, bool last, struct buf *out)
{
	size_t from = buf_len(out);

	s->next.hour = last;
	s->next.count = s->tree.count;
	memcpy(s->next.chain, s->head, DIGEST_OCTETS);
	tree_root(&s->tree, s->digest, s->next.root);
	put_time(at_ms, s->next.at, sizeof(s->next.at));
	statement_write(&s->next, s->key, out);
	statement_digest((struct view){buf_data(out) + from, (uint32_t)(buf_len(out) - from)}, s->digest,
			 s->next.previous);
	buf_puts(out, "\n");
}

uint64_t sealer_count(const struct sealer *s)
{
	return s->tree.count;
}

void sealer_head(const struct sealer *s, uint8_t chain[DIGEST_OCTETS])
{
	memcpy(chain, s->head, DIGEST_OCTETS);
}
