/*
 * record.c - numbers, chain values and commitments of records' lines. Must not know files.
 */
#include "audit/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/octets.h"
#include "audit/scan.h"

uint64_t record_number(const struct cdr_line *l)
{
	char text[24], *end;
	uint64_t n;

	if (cdr_get(l, "n", text, sizeof(text)) <= 0 || *text < '1' || *text > '9')
		return 0;
	errno = 0;
	n = strtoull(text, &end, 10);
	return errno || *end || n > INT64_MAX ? 0 : n;
}

bool record_chain(const struct cdr_line *l, uint8_t chain[DIGEST_OCTETS])
{
	return octets_unhex((const char *)l->chain.p, l->chain.n, chain, DIGEST_OCTETS);
}

void record_follow(const struct cdr_line *l, const uint8_t before[DIGEST_OCTETS], struct digest *d,
		   uint8_t chain[DIGEST_OCTETS])
{
	digest_of(d, (struct digest_piece[]){{before, DIGEST_OCTETS}, {l->core.p, l->core.n}}, 2, chain);
}

bool record_commits(const struct cdr_line *l, const char *name, const uint8_t salt[RECORD_SALT], struct view value,
		    struct digest *d)
{
	uint8_t out[DIGEST_OCTETS];
	char hex[2 * RECORD_HASH + 1], field[24], has[2 * RECORD_HASH + 2];

	digest_of(d, (struct digest_piece[]){{salt, RECORD_SALT}, {name, strlen(name) + 1}, {value.p, value.n}}, 3,
		  out);
	octets_hex(out, RECORD_HASH, hex);
	snprintf(field, sizeof(field), "%s_hash", name);
	return cdr_get(l, field, has, sizeof(has)) >= 0 && strcmp(has, hex) == 0;
}

bool record_has(const struct cdr_line *l, const char *field)
{
	char some[8];

	return cdr_get(l, field, some, sizeof(some)) >= 0;
}

/* `{"salt":"<hex>","number":"...","text":"..."}`, the last two as far as they are kept. */
static bool open_json(struct view personal, struct record_values *out)
{
	struct scan s = {(const char *)personal.p, (const char *)personal.p + personal.n};

	if (!scan_word(&s, "{\"salt\":\"") || !scan_hex(&s, out->salt, RECORD_SALT))
		return false;
	out->has_number = scan_word(&s, ",\"number\":\"");
	if (out->has_number && !scan_string(&s, &out->number))
		return false;
	out->has_text = scan_word(&s, ",\"text\":\"");
	if (out->has_text && !scan_string(&s, &out->text))
		return false;
	return scan_word(&s, "}") && s.p == s.end;
}

static bool open_column(const struct cdr_line *l, const char *name, struct buf *out)
{
	char *room = (char *)buf_room(out, l->personal.n + 1u);
	int n = cdr_get_personal(l, name, room, l->personal.n + 1u);

	buf_filled(out, n > 0 ? (size_t)n : 0);
	return n >= 0;
}

static bool open_csv(const struct cdr_line *l, struct record_values *out)
{
	char salt[2 * RECORD_SALT + 2];
	int n = cdr_get_personal(l, "salt", salt, sizeof(salt));

	out->has_number = open_column(l, "number", &out->number);
	out->has_text = open_column(l, "text", &out->text);
	return n >= 0 && octets_unhex(salt, (size_t)n, out->salt, RECORD_SALT);
}

enum record_state record_open(const struct cdr_line *l, struct record_values *out)
{
	char box[2];

	buf_consume(&out->number, buf_len(&out->number), SIZE_MAX);
	buf_consume(&out->text, buf_len(&out->text), SIZE_MAX);
	out->has_number = out->has_text = false;
	if (l->personal.n == 0)
		return RECORD_BARE;
	if (cdr_erased(l))
		return RECORD_ERASED;
	if (cdr_get_personal(l, "box", box, sizeof(box)) >= 0)
		return RECORD_CLOSED;
	return (l->format == CDR_JSON ? open_json(l->personal, out) : open_csv(l, out)) ? RECORD_OPEN : RECORD_BROKEN;
}

void record_values_free(struct record_values *v)
{
	buf_free(&v->number);
	buf_free(&v->text);
}
