/*
 * record.c - numbers, chain values and commitments of records' lines. Must not know files.
 */
#include "audit/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/box.h"
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
	char hex[2 * RECORD_HASH + 1], field[24], has[2 * RECORD_HASH + 2], member[80];

	digest_of(d, (struct digest_piece[]){{salt, RECORD_SALT}, {name, strlen(name) + 1}, {value.p, value.n}}, 3,
		  out);
	octets_hex(out, RECORD_HASH, hex);
	if (l->format == CDR_JSON) { /* no value can look like a member: its quotes are escaped */
		int n = snprintf(member, sizeof(member), ",\"%s_hash\":\"%s\"", name, hex);

		return memmem(l->core.p, l->core.n, member, (size_t)n) != NULL;
	}
	snprintf(field, sizeof(field), "%s_hash", name);
	return cdr_get(l, field, has, sizeof(has)) >= 0 && strcmp(has, hex) == 0;
}

bool record_has(const struct cdr_line *l, const char *field)
{
	char some[8];

	return cdr_get(l, field, some, sizeof(some)) >= 0;
}

/* One of the members of `{"salt":"<hex>","number":"...","text":"...","box":"..."}`, of which any may be left out. */
static bool at_member(struct scan *s, const char *name, bool *any)
{
	struct scan at = *s;

	if (!scan_word(&at, *any ? ",\"" : "{\"") || !scan_word(&at, name) || !scan_word(&at, "\":\""))
		return false;
	*s = at;
	*any = true;
	return true;
}

/* Adds what the object has; box: where the text of a box goes to, NULL: there may be none. */
static bool open_json(struct view object, struct record_values *out, struct buf *box)
{
	struct scan s = {(const char *)object.p, (const char *)object.p + object.n};
	bool any = false, salt = at_member(&s, "salt", &any), number, text;

	if (salt && (out->has_salt || !scan_hex(&s, out->salt, RECORD_SALT)))
		return false;
	number = at_member(&s, "number", &any);
	if (number && (out->has_number || !scan_string(&s, &out->number)))
		return false;
	text = at_member(&s, "text", &any);
	if (text && (out->has_text || !scan_string(&s, &out->text)))
		return false;
	if (box && at_member(&s, "box", &any) && !scan_string(&s, box))
		return false;
	out->has_salt |= salt;
	out->has_number |= number;
	out->has_text |= text;
	return any && scan_word(&s, "}") && s.p == s.end;
}

static bool open_column(const struct cdr_line *l, const char *name, struct buf *out)
{
	char *room = (char *)buf_room(out, l->personal.n + 1u);
	int n = cdr_get_personal(l, name, room, l->personal.n + 1u);

	buf_filled(out, n > 0 ? (size_t)n : 0);
	return n >= 0;
}

static bool open_csv(const struct cdr_line *l, struct record_values *out, struct buf *box)
{
	char salt[2 * RECORD_SALT + 2];
	int n = cdr_get_personal(l, "salt", salt, sizeof(salt));

	out->has_salt = n >= 0;
	out->has_number = open_column(l, "number", &out->number);
	out->has_text = open_column(l, "text", &out->text);
	open_column(l, "box", box);
	return n < 0 || octets_unhex(salt, (size_t)n, out->salt, RECORD_SALT);
}

static void forget(struct buf *b)
{
	buf_consume(b, buf_len(b), SIZE_MAX);
}

enum record_state record_open(const struct cdr_line *l, struct box *box, struct record_values *out)
{
	struct view inside;

	forget(&out->number);
	forget(&out->text);
	forget(&out->box);
	out->has_salt = out->has_number = out->has_text = false;
	if (l->personal.n == 0)
		return RECORD_BARE;
	if (cdr_erased(l))
		return RECORD_ERASED;
	if (!(l->format == CDR_JSON ? open_json(l->personal, out, &out->box) : open_csv(l, out, &out->box)))
		return RECORD_BROKEN;
	if (buf_len(&out->box) == 0)
		return RECORD_OPEN;
	if (!box || !box_inside(box, l, &inside))
		return RECORD_CLOSED;
	return open_json(inside, out, NULL) ? RECORD_OPEN : RECORD_BROKEN;
}

void record_values_free(struct record_values *v)
{
	buf_free(&v->number);
	buf_free(&v->text);
	buf_free(&v->box);
}
